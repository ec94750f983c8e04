"""The tunes: what is written down is music of whole bars, what a grammar makes keeps its rules, and no tune
is in two splits."""

from __future__ import annotations

from pathlib import Path

import pytest

from demos.data.tunes import BAR, HIGHEST, LOWEST, Note, corpus
from demos.data.tunes.card import card
from demos.data.tunes.corpus import TuneError, entries, folk, folk_of, generated, shape
from demos.data.tunes.grammar import BASS, CHORDS, composed
from demos.data.tunes.tune import BARS, parsed, sounding, windows
from tests.ordlab import LANGUAGES

COMPOSED = [composed(number) for number in range(60)]


@pytest.fixture(autouse=True)
def few_tunes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "COUNTS", {"train": 20, "validation": 3, "test": 3})
    generated.cache_clear()
    yield  # type: ignore[misc]
    generated.cache_clear()


def test_every_tune_fills_whole_bars_within_the_range_one_note_at_a_time() -> None:
    for tune in (*folk().values(), *COMPOSED):
        assert 4 <= tune.bars <= BARS, tune.name
        assert all(LOWEST <= note.pitch <= HIGHEST for note in tune.notes), tune.name
        ends = [*(note.start for note in tune.notes[1:]), tune.bars * BAR]
        assert all(note.end <= end for note, end in zip(tune.notes, ends, strict=True)), tune.name
        assert 0 in tune.room


def test_tunes_by_grammar_stay_in_their_scale_and_end_on_the_tonic() -> None:
    for tune in COMPOSED:
        assert all(note.pitch % 12 in tune.scale for note in tune.notes)
        bass, chords = tune.parts
        assert all(note.pitch in BASS for note in bass)
        assert all(note.pitch in CHORDS for note in chords)
        last = [note for note in bass if note.start >= 7 * BAR + 8] or bass[-1:]
        tonic = {note.pitch % 12 for note in chords if note.end > last[-1].start and note.start >= 7 * BAR}
        assert tune.notes[-1].pitch % 12 in tonic | {note.pitch % 12 for note in last}
    assert composed(3) == composed(3) != composed(4)


def test_most_notes_on_strong_beats_belong_to_the_chord() -> None:
    found = [
        any(
            (other.pitch - note.pitch) % 12 == 0
            for part in tune.parts
            for other in part
            if other.start == time
        )
        for tune in COMPOSED
        for note in tune.notes
        for time in [note.start]
        if time % 8 == 0 and any(other.start == time for other in tune.parts[1])
    ]
    assert sum(found) > 0.7 * len(found) > 0


def test_no_tune_is_in_two_splits() -> None:
    shapes = [{shape(tune) for tune in corpus.corpus(split)} for split in corpus.SPLITS]
    assert all(shapes)
    assert not shapes[0] & shapes[1]
    assert not shapes[0] & shapes[2]
    assert not shapes[1] & shapes[2]
    assert sum(len(folk_of(split)) for split in corpus.SPLITS) == len(folk())


def test_the_notation_is_read_and_moved() -> None:
    notes = parsed("C4.4 r.2 F#4.2 Bb3.8 | r.16")
    assert notes == (Note(0, 60, 4), Note(6, 66, 2), Note(8, 58, 8))
    tune = folk()["frere_jacques"].moved(2)
    assert tune.notes[0].pitch == 62
    assert tune.scale == {2, 4, 6, 7, 9, 11, 1}
    assert windows(tune.notes, 8) == windows(folk()["frere_jacques"].notes, 8)


def test_a_note_lasts_until_the_next_one_at_most_a_bar() -> None:
    assert sounding([(4, 60), (0, 62), (4, 64)], 40) == (Note(0, 62, 4), Note(4, 60, 16), Note(4, 64, 16))


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{tonic: C, scale: major, notes: C4.4}", "bar 1 has 4 steps instead of 16"),
        ("{tonic: C, scale: major, notes: C4.16 | H4.16}", "bar 2: “H4” is not a note such as C4 or F#4"),
        ("{tonic: C, scale: major, notes: C4.x}", "“C4.x” is not a note such as C4.4 or a rest such as r.2"),
        ("{tonic: C, scale: major, notes: C4.16}", "1 bars; a tune has 4 to 8"),
        ("{tonic: C, scale: blue, notes: C4.16}", "tonic, scale"),
        ("{split: exam, tonic: C, scale: major, notes: C4.16}", "write one of train, validation, test"),
    ],
)
def test_a_faulty_tune_is_named_with_the_remedy(tmp_path: Path, entry: str, says: str) -> None:
    path = tmp_path / "folk.yml"
    path.write_text(f"my_tune: {entry}\n", encoding="utf-8")
    with pytest.raises(TuneError) as fault:
        entries(path)
    assert says in str(fault.value)
    assert f"{path}: my_tune: " in str(fault.value)


def test_the_card_says_in_every_language_what_there_is() -> None:
    found = card()
    for texts in (found.origin, found.size, found.lacks, found.license):
        assert texts.keys() == set(LANGUAGES)
        assert all(text.format(**found.counts) for text in texts.values())
    assert found.counts["folk"] == len(folk())

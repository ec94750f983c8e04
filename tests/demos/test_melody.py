"""Tunes in and out of the nets, what the demo plays and shows, and what clicks mean."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mido import MidiFile

from demos.apps.melody import app as demo
from demos.apps.melody import piano as piano_module
from demos.apps.melody.midi import TICKS, midi
from demos.apps.melody.piano import (
    KEYS,
    LENGTHS,
    MOST,
    NOTES,
    OUTLINE,
    VALUES,
    Layer,
    Roll,
    cell_at,
    key_at,
    key_box,
    length_at,
    notes_of,
    piano,
    places_of,
    pressed,
    rolls,
    toggled,
)
from demos.apps.melody.sound import RATE, STEP, frequency, recorded
from demos.data.tunes import BAR, LOWEST, Note
from demos.data.tunes import corpus as tunes
from demos.data.tunes.corpus import folk
from demos.data.tunes.grammar import composed
from demos.kit.charts import Bar, Line, Words, across
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.melody import evaluate, train
from demos.models.melody import rolls as seen
from demos.models.melody.nets import load_editor, load_generator, load_writer
from tests.demos.kit import app, check_resuming, words
from tests.ordlab import LANGUAGES

CPU = torch.device("cpu")
TUNE = folk()["frere_jacques"]


def answered(**changed: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The parts of an answer, and what is on screen in the end."""
    tab = app("melody").tab("")
    parts = list(tab.answer(direct, words("melody", "en"), **tab.defaults | changed))
    return parts, {name: value for some in parts for name, value in some.items()}


def made(**changed: Any) -> list[demo.Music]:
    """What the models make of a tune, step by step."""
    settings = {"kept": 4, "edits": 0, "then": "nothing", "temperature": 1.0, "seed": 1} | changed
    demo.made.cache_clear()  # type: ignore[attr-defined]
    return list(demo.made(direct, TUNE.notes, **settings))


# Tunes as tensors


def test_tokens_and_rolls_hold_a_tune() -> None:
    numbers = seen.tokens(TUNE.notes, TUNE.bars)
    assert len(numbers) == TUNE.bars * seen.BAR_TOKENS
    begins = [(note.start, note.pitch) for note in TUNE.notes]
    assert seen.onsets(numbers) == begins
    cells = seen.roll(TUNE.notes, TUNE.bars)
    assert sorted((step, LOWEST + row) for row, step in cells.nonzero().tolist()) == begins
    held = seen.chroma(TUNE.notes, TUNE.bars)
    assert held[:12].sum() * seen.EIGHTH == sum(note.length for note in TUNE.notes)


def test_an_accompaniment_survives_its_roll() -> None:
    tune = composed(5)
    found = seen.parts(seen.parts_roll(tune.parts, tune.bars))
    assert [[(n.start, n.pitch) for n in part] for part in found] == [
        [(n.start, n.pitch) for n in part] for part in tune.parts
    ]
    assert seen.on_chord([Note(0, 60, 4)], [[Note(0, 48, 4)]]) == [True]
    assert seen.on_chord([Note(0, 60, 4), Note(4, 61, 4)], [[Note(0, 49, 8)]]) == [False]


# What the models make


def test_the_transformer_keeps_what_it_is_given_and_goes_on_bar_by_bar() -> None:
    frames = made(then="transformer")
    assert len(frames) == 1 + 4
    assert all(frame.old == frames[0].old for frame in frames)
    for sooner, later in pairwise(frames[1:]):
        begun = [(note.start, note.pitch) for note in sooner.new]
        assert [(note.start, note.pitch) for note in later.new][: len(begun)] == begun
    assert frames[-1].new
    assert all(note.start >= 4 * BAR for note in frames[-1].new)
    assert made(then="transformer")[-1] == frames[-1]
    assert made(then="transformer", seed=2)[-1] != frames[-1]


def test_a_tune_that_ends_within_a_bar_goes_on_there() -> None:
    notes = (Note(0, 60, 4), Note(4, 62, 4))
    demo.made.cache_clear()  # type: ignore[attr-defined]
    *_, music = demo.made(direct, notes, 4, 0, "transformer", 2.0, 3)
    assert music.old == notes
    assert music.start == 8
    assert min(note.start for note in music.new) >= 8


def test_at_temperature_0_the_seed_changes_nothing() -> None:
    some = {"then": "transformer", "edits": 6, "temperature": 0.0}
    assert made(**some, seed=1)[-1].melody == made(**some, seed=2)[-1].melody


@pytest.mark.parametrize("edits", [1, 10])
def test_the_ar_cnn_changes_one_note_at_a_time(edits: int) -> None:
    frames = made(edits=edits)
    music = frames[-1]
    changes = len(music.new) + len(music.removed)
    assert changes <= edits
    assert (edits - changes) % 2 == 0, "what is edited twice is as it was"
    begun = {(note.start, note.pitch) for note in frames[0].old}
    assert {(n.start, n.pitch) for n in (*music.old, *music.removed)} == begun


def test_the_gan_accompanies_and_other_noise_gives_another_accompaniment() -> None:
    music, other = (made(then="gan", seed=seed)[-1] for seed in (1, 2))
    assert music.old == other.old
    assert all(music.parts)
    assert music.parts != other.parts
    assert all(note.pitch < seen.LOWEST_PART + seen.BASS for note in music.parts[0])


def test_nothing_played_is_a_beginning_too() -> None:
    for then in demo.THEN:
        _, shown = answered(tune="own", then=then)
        assert shown["sound"].startswith(b"RIFF")
        assert "none" in shown["facts"]


# What is heard


def samples(data: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def test_a_note_sounds_at_its_pitch_and_neither_clips_nor_clicks() -> None:
    sound = samples(recorded([(1.0, [Note(0, 69, 8)])], BAR))
    loudness = np.abs(np.fft.rfft(sound[: RATE // 2]))
    assert abs(loudness.argmax() * 2 - frequency(69)) <= 2
    assert 0.5 < np.abs(sound).max() < 0.99
    assert sound[0] == sound[-1] == 0
    release = round(8 * STEP * RATE)
    assert np.abs(sound[release + round(0.06 * RATE) :]).max() < 1e-3
    # A click is heard far above the note: there is next to nothing there.
    pieces = [sound[i : i + 512] * np.hanning(512) for i in range(0, len(sound) - 512, 128)]
    high = max(np.abs(np.fft.rfft(piece))[int(4500 / RATE * 512) :].max() for piece in pieces)
    assert high < 0.01


def test_silence_and_many_notes_fit_into_a_file() -> None:
    assert not samples(recorded([], BAR)).any()
    crowd = [Note(0, pitch, BAR) for pitch in range(36, 84)]
    assert np.abs(samples(recorded([(1.0, crowd)], BAR))).max() <= 0.81


def test_a_midi_file_holds_the_notes() -> None:
    file = MidiFile(file=io.BytesIO(midi([("melody", 0, TUNE.notes), ("bass", 32, [Note(0, 36, 8)])])))
    assert len(file.tracks) == 3
    now, begun = 0, []
    for message in file.tracks[1]:
        now += message.time
        if message.type == "note_on":
            begun.append((now * 4 // TICKS, message.note))
    assert begun == [(note.start, note.pitch) for note in TUNE.notes]
    assert abs(file.length - 0.5 * 4 * TUNE.bars) < 0.01


# What is seen and clicked


@pytest.mark.parametrize("pitch", KEYS)
def test_a_click_on_a_key_is_its_note(pitch: int) -> None:
    left, top, width, height = key_box(pitch)
    assert key_at((left + width / 2, top + height - 3)) == pitch
    bars = [thing for thing in piano("CDEFGAB", pitch, 4).things if isinstance(thing, Bar) and thing.tone]
    assert len(bars) == len(KEYS)
    assert len({bar.stands_for for bar in bars}) == 3


@pytest.mark.parametrize("length", VALUES)
def test_a_click_on_a_note_value_chooses_it(length: int) -> None:
    marks = [
        thing for thing in piano("CDEFGAB", None, length).things if isinstance(thing, Bar) and not thing.tone
    ]
    (mark,) = marks
    assert length_at((mark.x + mark.width / 2, mark.y)) == length
    assert length_at((mark.x, 20)) == 0


def test_keys_make_a_tune_that_stands_in_an_address() -> None:
    places: Any = ()
    for pitch, length in ((60, 4), (62, 2), (64, 8)):
        places = pressed(places, pitch, length)
    assert notes_of(places) == (Note(0, 60, 4), Note(4, 62, 2), Note(6, 64, 8))
    assert NOTES.clean(NOTES.text(places)) == places
    for _ in range(40):
        places = pressed(places, 79, 8)
    assert notes_of(places)[-1].end <= MOST
    assert all(notes_of(places_of(tune.notes))[0].pitch == tune.notes[0].pitch for tune in folk().values())
    assert LENGTHS[-1] == BAR


def test_a_pressed_key_begins_a_tune_of_ones_own() -> None:
    tab = app("melody").tab("")
    left, top, width, height = key_box(60)
    changed = demo.played((left + width / 2, top + height - 3), tab.defaults)
    assert changed["tune"] == "own"
    assert notes_of(changed["notes"]) == (Note(0, 60, 4),)
    again = demo.played((left + width / 2, top + height - 3), {**tab.defaults, **changed})
    assert len(notes_of(again["notes"])) == 2
    undone = demo.undone({**tab.defaults, **again})
    assert undone["notes"] == changed["notes"]


@pytest.mark.parametrize("low", [LOWEST, seen.LOWEST_PART])
def test_a_click_on_the_roll_finds_the_cell_in_either_layout(low: int) -> None:
    note = Note(37, 65, 2)
    drawing = rolls([Layer("Tune", [note], 0)], low, "Bar", None)
    for layout in (drawing, drawing.narrow):
        assert layout is not None
        bar = next(thing for thing in layout.things if isinstance(thing, Bar))
        assert cell_at((bar.x + 1, bar.y + bar.height / 2), low) == (37, 65)
    assert Roll().shape(Layer("Gone", [note], OUTLINE), note).__class__ is Line


def test_a_click_where_no_melody_can_be_changes_nothing() -> None:
    state = {**app("melody").tab("").defaults, "then": "gan"}
    layout = piano_module.wide(seen.LOWEST_PART)
    assert demo.drawn((layout.x(5), layout.y(LOWEST) + 1), state)["tune"] == "own"
    for y in (layout.y(LOWEST - 1) + 1, layout.bottom + 12, layout.top - 2):
        assert demo.drawn((layout.x(5), y), state) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_that_is_named_above_the_roll_has_room_on_a_phone(lang: str) -> None:
    *_, music = made(edits=4, then="both")
    drawing = demo.seen(words("melody", lang), music, 4, "both")
    assert drawing.narrow is not None
    for layout in (drawing, drawing.narrow):
        roll = piano_module.wide(36) if layout is drawing else piano_module.narrow(36)
        names = [thing for thing in layout.things if isinstance(thing, Words)][-5:]
        ends = [thing.x + across(thing.text) for thing in names]
        assert max(ends) < layout.width
        assert max(name.y for name in names) < roll.down + roll.top - 8


def test_a_click_on_the_roll_adds_a_note_or_takes_it_away() -> None:
    places = places_of([Note(0, 60, 8)])
    assert notes_of(toggled(places, 3, 60, 4)) == ()
    assert notes_of(toggled(places, 9, 64, 4)) == (Note(0, 60, 8), Note(8, 64, 4))
    state = app("melody").tab("").defaults
    changed = demo.drawn((Roll().x(0) + 1, Roll().y(60) + 1), state)
    assert len(notes_of(changed["notes"])) == len(TUNE.notes) - 1


def test_the_page_fills_as_the_models_write() -> None:
    parts, shown = answered(then="both", edits=4)
    assert next(iter(parts[0])) == "piano"
    assert sum("roll" in part for part in parts) == 1 + 1 + 4 + 1
    assert shown["file"].data.startswith(b"MThd")


# Training


@pytest.fixture
def few_tunes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only as many tunes as it takes, in all that remembers them."""
    remembering = (
        tunes.generated,
        tunes.corpus,
        evaluate.best_ngrams,
        evaluate.trained_windows,
    )
    monkeypatch.setattr(tunes, "COUNTS", {"train": 12, "validation": 3, "test": 4})
    for function in remembering:
        function.cache_clear()
    yield
    for function in remembering:
        function.cache_clear()


def test_an_interrupted_training_goes_on_and_leaves_weights_that_load(
    tmp_path: Path, few_tunes: None
) -> None:
    options: dict[str, Any] = {
        "out": tmp_path / "melody" / "weights",
        "work": tmp_path / "work",
        "device": CPU,
    }
    begun = train.train(train.SMOKE, **options)
    assert [now.note for now in islice(begun, 3)] == ["GAN", "GAN", "AR-CNN"]
    begun.close()
    rest = list(train.train(train.SMOKE, resume=True, **options))
    assert [now.note for now in rest] == ["AR-CNN", "transformer", "transformer", "measuring"]
    card = read_card(options["out"])
    assert {"transformer.bits.made", "ar_cnn.hits", "gan.fit"} <= card.metrics.keys()
    assert len(card.files) == 3
    for load in (load_writer, load_editor, load_generator):
        assert all(weights.isfinite().all() for weights in load(CPU, options["out"]).parameters())


@pytest.mark.parametrize("run", [train.GanRun, train.EditorRun, train.WriterRun])
def test_a_resumed_run_takes_the_same_steps(run: Any, few_tunes: None) -> None:
    check_resuming(lambda: run(train.SMOKE, Budget(4), CPU, 5))


def test_spoiling_changes_at_least_a_cell() -> None:
    cells = seen.roll(TUNE.notes, TUNE.bars)[None].repeat(3, 1, 1)
    lost, wrong = torch.tensor([0.0, 1.0, 0.5]), torch.tensor([0.0, 0.0, 1.0])
    spoiled = train.spoil(cells, lost, wrong, torch.Generator().manual_seed(1))
    differ = (spoiled != cells).flatten(1).sum(1).tolist()
    assert differ[0] == 1
    assert differ[1] == len(TUNE.notes)
    assert differ[2] > 10


def test_the_loss_is_0_where_scores_are_even_over_what_differs() -> None:
    differs = torch.zeros(1, 2, 4, dtype=torch.bool)
    differs[0, 0, :2] = True
    assert train.divergence(differs * 100.0, differs) < 1e-5
    assert train.divergence(torch.zeros(1, 2, 4), differs) == pytest.approx(np.log(4))


def test_ngrams_count_a_tune_in_every_key_alike() -> None:
    moved = [TUNE, TUNE.moved(3)]
    for form in ("one", "two"):
        first, second = (evaluate.counted([tune], form).tolist() for tune in moved)
        assert first[3:] == second[3:]

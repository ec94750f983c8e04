"""A tune of the reader's own, and what three models make of it: they edit, continue and accompany it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import torch
from torch import Tensor

from demos.apps.melody.midi import BASS, PIANO, midi
from demos.apps.melody.piano import (
    NOTES,
    OUTLINE,
    Layer,
    as_state,
    cell_at,
    key_at,
    length_at,
    notes_of,
    piano,
    places_of,
    pressed,
    rolls,
    toggled,
)
from demos.apps.melody.sound import recorded
from demos.data.tunes import BAR, HIGHEST, LOWEST, Note
from demos.data.tunes.card import card
from demos.data.tunes.corpus import folk
from demos.data.tunes.grammar import SCALES
from demos.data.tunes.tune import BARS, sounding
from demos.kit.app import Tab
from demos.kit.charts import Drawing
from demos.kit.controls import Action, Choice, Hidden, Seed, Slider, State
from demos.kit.data_card import about
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.random import normal, uniform
from demos.kit.remember import remembered_end
from demos.kit.shows import Audio, Chart, Download, File, Point, Text
from demos.models.melody import accompany, edit, load_editor, load_generator, load_writer, next_bar
from demos.models.melody.functions import FREE
from demos.models.melody.nets import NoiseConfig
from demos.models.melody.rolls import LOWEST_PART, chroma, on_chord, onsets, parts, roll, tokens

TUNES = (
    "frere_jacques",
    "ode_to_joy",
    "twinkle",
    "jasmine",
    "mountain_king",
    "korobeiniki",
    "deck_the_halls",
    "sakura",
)
THEN = ("nothing", "transformer", "gan", "both")
EDITS_SHOWN = 4  # edits between two looks
MAJOR = "major"  # the notes of a natural minor scale are those of a major one

TUNE = Choice("tune", ("own", *TUNES), "frere_jacques", dropdown=True)
Melody = tuple[Note, ...]


@dataclass(frozen=True)
class Music:
    """What is seen and heard: the melody's notes that were there, those that are new, those taken away, and
    an accompaniment: bass and chords."""

    old: Melody = ()
    new: Melody = ()
    removed: Melody = ()
    parts: tuple[Melody, ...] = ((), ())
    start: int | None = None  # the step from which the transformer goes on

    @property
    def melody(self) -> Melody:
        return tuple(sorted((*self.old, *self.new)))

    @property
    def bars(self) -> int:
        return max(map(bars_of, (self.melody, *self.parts)))


def melody_of(tune: str, notes: Any) -> Melody:
    """The notes of a tune that was chosen, or of the reader's own."""
    return notes_of(notes) if tune == "own" else folk()[tune].notes


def bars_of(notes: Sequence[Note]) -> int:
    return -(-max((note.end for note in notes), default=0) // BAR)


def cut(notes: Sequence[Note], steps: int) -> Melody:
    """The notes up to a step."""
    return tuple(
        replace(note, length=min(note.length, steps - note.start)) for note in notes if note.start < steps
    )


# What the models make of it


Making = Generator[Music, None, Music]  # what there is so far, and in the end


@remembered_end(64)
def made(
    run: Runner, melody: Melody, kept: int, edits: int, then: str, temperature: float, seed: int
) -> Iterator[Music]:
    """What all that was asked for makes of a tune's first bars, so far."""
    music = Music(cut(melody, kept * BAR))
    yield music
    music = yield from edited(run, music, kept, edits, temperature, seed)
    if then in ("transformer", "both"):
        music = yield from continued(run, music, temperature, seed)
    if then in ("gan", "both"):
        yield accompanied(run, music, temperature, seed)


def edited(run: Runner, music: Music, bars: int, edits: int, temperature: float, seed: int) -> Making:
    """A tune of so many bars after some edits more each time."""
    old, now, heat = music.old, roll(music.old, bars), torch.tensor([float(temperature)])
    for some in uniform(seed, edits, stream="edits").split(EDITS_SHOWN) if edits else ():
        cells = run(edit, roll=now[None], chances=some[None], temperature=heat)
        now = toggled_cells(now, cells[0])
        music = difference(old, now)
        yield music
    return music


def toggled_cells(cells: Tensor, places: Tensor) -> Tensor:
    """A roll (36, steps) after edits, one after the other."""
    flat = cells.flatten().clone()
    for place in places.tolist():
        flat[place] = 1 - flat[place]
    return flat.view_as(cells)


def difference(melody: Melody, now: Tensor) -> Music:
    """What a roll (36, steps) still has of a melody, what is new, and what is gone. What stays keeps its
    length, unless something new begins earlier."""
    there = sounding([(step, LOWEST + row) for row, step in now.nonzero().tolist()], now.shape[1])
    lengths = {(note.start, note.pitch): note.length for note in melody}
    places = {(note.start, note.pitch) for note in there}
    return Music(
        old=tuple(
            replace(note, length=min(note.length, lengths[note.start, note.pitch]))
            for note in there
            if (note.start, note.pitch) in lengths
        ),
        new=tuple(note for note in there if (note.start, note.pitch) not in lengths),
        removed=tuple(note for note in melody if (note.start, note.pitch) not in places),
    )


def continued(run: Runner, music: Music, temperature: float, seed: int) -> Making:
    """A tune with a bar more each time. Where it ends within a bar, the rest of that is new."""
    before, end = music.new, max((note.end for note in music.melody), default=0)
    first = end // BAR
    numbers, given = tokens(music.melody, first), tokens(music.melody, first + 1)[-BAR:]
    given = [token if step < end % BAR else FREE for step, token in enumerate(given)]
    chances, heat = uniform(seed, BARS, BAR, stream="tune"), torch.tensor([float(temperature)])
    for bar in range(first, BARS):
        known = torch.tensor([numbers], dtype=torch.long).reshape(1, -1)
        more = run(
            next_bar,
            numbers=known,
            given=torch.tensor([given]),
            chances=chances[None, bar],
            temperature=heat,
        )
        numbers, given = [*numbers, *more[0].tolist()], [FREE] * BAR
        begun = [(step, pitch) for step, pitch in onsets(numbers) if step >= end]
        music = replace(music, new=(*before, *sounding(begun, (bar + 1) * BAR)), start=end)
        yield music
    return music


def accompanied(run: Runner, music: Music, temperature: float, seed: int) -> Music:
    """A tune with bass and chords."""
    bars, size = max(1, music.bars), NoiseConfig()
    cells = run(
        accompany,
        chroma=chroma(music.melody, bars)[None],
        whole=temperature * normal(seed, 1, size.whole, stream="whole"),
        bars=temperature * normal(seed, 1, size.bar, bars, stream="bars"),
    )
    return replace(music, parts=parts(cells[0]))


# What is shown


def answer(
    run: Runner,
    words: Labels,
    *,
    tune: str,
    notes: Any,
    length: int,
    edits: int,
    then: str,
    temperature: float,
    seed: int,
    kept: int,
) -> Iterator[dict[str, Any]]:
    """The piano, and the roll as it fills; in the end, what is heard, a file, and what there is to say."""
    melody = melody_of(tune, notes)
    last = melody[-1].pitch if tune == "own" and melody else None
    yield {"piano": piano(words["note_names"].split(), last, length)}
    for music in made(run, melody, kept, edits, then, temperature, seed):
        yield {"roll": seen(words, music, edits, then)}
    origin, *more = about(words, card())
    yield {
        "sound": heard(music),
        "file": Download("melody.mid", written(music), "audio/midi"),
        "facts": words.sentences(said(words, music, melody, edits, then)),
        "about": "\n\n".join([words.headed(words["data"], origin), *more]),
    }


def seen(words: Labels, music: Music, edits: int, then: str) -> Drawing:
    """The piano roll, with what is new in other colors."""
    bass, chords = music.parts
    layers = [Layer(words["layer_tune"], music.old, 0)]
    if edits or then in ("transformer", "both"):
        layers.append(Layer(words["layer_new"], music.new, 1, slim=True))
    if edits:
        layers.append(Layer(words["layer_removed"], music.removed, OUTLINE))
    if then in ("gan", "both"):
        layers.append(Layer(words["layer_chords"], chords, 2, slim=True))
        layers.append(Layer(words["layer_bass"], bass, 3, slim=True))
    return rolls(layers, low_of(then), words["bars_axis"], music.start)


def low_of(then: str) -> int:
    """The lowest pitch of the roll."""
    return LOWEST_PART if then in ("gan", "both") else LOWEST


def heard(music: Music) -> bytes:
    bass, chords = music.parts
    return recorded([(1.0, music.melody), (0.55, bass), (0.3, chords)], max(1, music.bars) * BAR)


def written(music: Music) -> bytes:
    bass, chords = music.parts
    tracks = [("melody", PIANO, music.melody), ("bass", BASS, bass), ("chords", PIANO, chords)]
    return midi([track for track in tracks if track[2]])


def said(words: Labels, music: Music, melody: Melody, edits: int, then: str) -> list[str]:
    """Numbers about what was made, and the notes, for those who do not see the roll."""
    found = []
    later = [note for note in music.new if music.start is not None and note.start >= music.start]
    added = [note for note in music.new if note not in later]
    scale = scale_of(melody)
    if edits:
        counts = {"added": len(added), "removed": len(music.removed)}
        counts["undone"] = edits - sum(counts.values())
        found.append(words("said_ar_cnn", inside=inside(words, added, scale), **counts))
    if later:
        found.append(words("said_transformer", new=len(later), inside=inside(words, later, scale)))
    if then in ("gan", "both"):
        fits = on_chord(music.melody, music.parts)
        found.append(words("said_gan", fits=sum(fits), strong=len(fits)))
    found.append(words("own_notes", notes=named(words, melody)))
    return [*found, words("new_notes", notes=named(words, music.new))] if music.new else found


def inside(words: Labels, notes: Sequence[Note], scale: frozenset[int]) -> str:
    """How many notes are in a scale."""
    return words.percent(sum(note.pitch % 12 in scale for note in notes) / max(len(notes), 1))


def scale_of(melody: Melody) -> frozenset[int]:
    """The pitch classes of the major scale, or of the natural minor one with the same notes, that most of a
    melody's time belongs to."""
    scales = [frozenset((tonic + step) % 12 for step in SCALES[MAJOR]) for tonic in range(12)]
    return max(scales, key=lambda scale: sum(note.length for note in melody if note.pitch % 12 in scale))


def named(words: Labels, melody: Sequence[Note]) -> str:
    """The notes of a melody by name."""
    names = words["all_note_names"].split()
    return " ".join(f"{names[note.pitch % 12]}{note.pitch // 12 - 1}" for note in melody) or words["nothing"]


# What a reader does


def played(point: Point, state: State) -> Mapping[str, Any]:
    """A key was pressed: a note more, or the first one of a tune of the reader's own; or a note value."""
    if length := length_at(point):
        return {"length": length}
    before = state["notes"] if state["tune"] == "own" else ()
    return as_state(pressed(before, key_at(point), state["length"]))


def drawn(point: Point, state: State) -> Mapping[str, Any]:
    """A place of the roll was clicked: a note of the tune comes or goes. Nothing does beside the roll, or
    where only the accompaniment is."""
    step, pitch = cell_at(point, low_of(state["then"]))
    if not LOWEST <= pitch <= HIGHEST:
        return {}
    places = places_of(melody_of(state["tune"], state["notes"]))
    return as_state(toggled(places, step, pitch, state["length"]))


def undone(state: State) -> Mapping[str, Any]:
    """Without the last note."""
    return as_state(places_of(melody_of(state["tune"], state["notes"])[:-1]))


def ready(_: Event) -> None:
    """The nets that the page uses."""
    for load in (load_writer, load_editor, load_generator):
        load(torch.device("cpu"))


TABS = (
    Tab(
        "",
        (
            TUNE,
            Action("undo", undone),
            NOTES,
            Hidden("length", 4, 1, BAR),
            Slider("edits", 0, 64, 0, step=1),
            Choice("then", THEN, "transformer"),
            Slider("temperature", 0, 2, 1.0, step=0.1),
            Seed("seed", 7),
        ),
        (
            Chart("piano", click=played),
            Chart("roll", click=drawn),
            Audio("sound"),
            File("file"),
            Text("facts"),
            Text("about"),
        ),
        answer,
        more=((Slider("kept", 1, BARS, 4, step=1),),),
        above=4,
    ),
)
STILL = ("piano", "roll")
AHEAD = (ready,)

"""A tune: notes on a grid of 16 steps a bar. Pitches are MIDI numbers, 60 is middle C."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

BAR = 16  # steps: a step is a sixteenth note
BARS = 8  # at most
LOWEST, PITCHES = 48, 36  # C3, and how many semitones from there a melody may use
HIGHEST = LOWEST + PITCHES - 1  # B5
LONGEST = BAR  # steps that a note lasts at most where only its beginning is known
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SIGNS = {"#": 1, "b": -1}


@dataclass(frozen=True, order=True)
class Note:
    """From a step on, for so many steps."""

    start: int
    pitch: int
    length: int = 1

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True)
class Tune:
    """Notes in order of time, one at a time; the scale, as pitch classes from 0 (C) to 11, of the key it is
    in; and what sounds with them, if anything does: bass and chords."""

    name: str
    notes: tuple[Note, ...]
    bars: int
    scale: frozenset[int]
    parts: tuple[tuple[Note, ...], ...] = ()

    def moved(self, semitones: int) -> Tune:
        """The tune in another key."""
        return replace(
            self,
            notes=raised(self.notes, semitones),
            scale=frozenset((pitch + semitones) % 12 for pitch in self.scale),
            parts=tuple(raised(part, semitones) for part in self.parts),
        )

    @property
    def room(self) -> range:
        """By how many semitones it may be moved so that all its notes stay within the range."""
        pitches = [note.pitch for note in self.notes]
        return range(LOWEST - min(pitches), HIGHEST - max(pitches) + 1)


def raised(notes: Iterable[Note], semitones: int) -> tuple[Note, ...]:
    return tuple(replace(note, pitch=note.pitch + semitones) for note in notes)


def parsed(text: str) -> tuple[Note, ...]:
    """Notes from a text such as “C4.4 r.2 F#4.2 Bb3.8 | …”: letter, sign, octave, and the length in steps; r
    is a rest, and a bar line stands behind each 16 steps. Raises ValueError, which names the bar."""
    notes: list[Note] = []
    for number, bar in enumerate(text.split("|")):
        start = number * BAR
        for word in bar.split():
            name, _, length = word.partition(".")
            if not length.isdecimal():
                raise ValueError(
                    f"bar {number + 1}: “{word}” is not a note such as C4.4 or a rest such as r.2"
                )
            if name != "r":
                notes.append(Note(start, pitch_of(name, number), int(length)))
            start += int(length)
        if start != (number + 1) * BAR:
            raise ValueError(f"bar {number + 1} has {start - number * BAR} steps instead of {BAR}")
    return tuple(notes)


def pitch_of(name: str, bar: int) -> int:
    """The pitch of a name such as F#4. Raises ValueError, which names the bar."""
    letter, sign, octave = name[:1], name[1:-1], name[-1:]
    if letter not in LETTERS or (sign and sign not in SIGNS) or not octave.isdecimal():
        raise ValueError(f"bar {bar + 1}: “{name}” is not a note such as C4 or F#4")
    return 12 * (int(octave) + 1) + LETTERS[letter] + SIGNS.get(sign, 0)


def sounding(onsets: Iterable[tuple[int, int]], steps: int) -> tuple[Note, ...]:
    """Notes from onsets (step, pitch) in any order: each lasts until the next one begins, at most a bar."""
    ordered = sorted(set(onsets))
    times = [*sorted({step for step, _ in ordered}), steps]
    until = {now: min(after - now, LONGEST) for now, after in pairwise(times)}
    return tuple(Note(step, pitch, until[step]) for step, pitch in ordered)


def windows(notes: Sequence[Note], length: int) -> list[tuple[tuple[int, int], ...]]:
    """Each so many notes that follow one another, as (semitones up from the first, length): the same in every
    key."""
    return [
        tuple((note.pitch - some[0].pitch, note.length) for note in some)
        for some in (notes[i : i + length] for i in range(len(notes) - length + 1))
    ]

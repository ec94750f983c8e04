"""Tunes as the nets see them.

tokens   a bar line that says which bar begins, then for each of its 16 steps: a pitch that begins, or HOLD
         (what sounds, or the silence, goes on)
roll     a piano roll of beginnings, (36 pitches, steps): 1 where a note begins
chroma   what an accompaniment goes by, (13, steps / 2): for each eighth, how much of it each pitch class
         sounds, and how many notes begin
parts    an accompaniment, (36 pitches from C2, steps / 2): 1 where a note begins; the lowest octave is the
         bass, the other two are chords
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from demos.data.tunes.tune import BAR, BARS, LOWEST, PITCHES, Note, sounding

HOLD = 0
PITCH = 1  # the token of the lowest pitch
BAR_LINE = PITCH + PITCHES  # the token of the first bar's line
TOKENS = BAR_LINE + BARS
BAR_TOKENS = 1 + BAR
EIGHTH = 2  # steps
LOWEST_PART, PART_PITCHES = 36, 36  # of an accompaniment: C2, and how many semitones from there
BASS = 12  # semitones of the bass, below the chords
CHROMA = 13
STRONG = BAR // 2  # steps from one strong beat to the next


def tokens(notes: Sequence[Note], bars: int) -> list[int]:
    """Bars of a tune as tokens; what lies beyond them is left out."""
    begins = {note.start: PITCH + note.pitch - LOWEST for note in notes}
    return [
        token
        for bar in range(bars)
        for token in (BAR_LINE + bar, *(begins.get(bar * BAR + step, HOLD) for step in range(BAR)))
    ]


def onsets(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The beginnings (step, pitch) in tokens that begin with a bar line."""
    steps = [number for number in numbers if number < BAR_LINE]
    return [(step, LOWEST + number - PITCH) for step, number in enumerate(steps) if number != HOLD]


def roll(notes: Sequence[Note], bars: int) -> Tensor:
    """A piano roll of beginnings (36, 16 × bars)."""
    cells = torch.zeros(PITCHES, bars * BAR)
    for note in notes:
        if note.start < bars * BAR:
            cells[note.pitch - LOWEST, note.start] = 1
    return cells


def chroma(notes: Sequence[Note], bars: int) -> Tensor:
    """What an accompaniment goes by (13, 8 × bars)."""
    fine = torch.zeros(CHROMA, bars * BAR)
    for note in notes:
        fine[note.pitch % 12, note.start : note.end] = 1
        if note.start < bars * BAR:
            fine[12, note.start] = 1
    return fine.reshape(CHROMA, -1, EIGHTH).mean(2)


def parts_roll(parts: Sequence[Sequence[Note]], bars: int) -> Tensor:
    """An accompaniment as a roll of beginnings (36, 8 × bars), to the nearest earlier eighth."""
    cells = torch.zeros(PART_PITCHES, bars * BAR // EIGHTH)
    for note in (note for part in parts for note in part):
        cells[note.pitch - LOWEST_PART, note.start // EIGHTH] = 1
    return cells


def parts(cells: Tensor) -> tuple[tuple[Note, ...], ...]:
    """Bass and chords of a roll (36, eighths)."""
    found = [(EIGHTH * column, LOWEST_PART + row) for row, column in (cells > 0).nonzero().tolist()]
    steps = EIGHTH * cells.shape[1]
    bass = [(step, pitch) for step, pitch in found if pitch < LOWEST_PART + BASS]
    return sounding(bass, steps), sounding([one for one in found if one not in bass], steps)


def on_chord(melody: Sequence[Note], accompaniment: Sequence[Sequence[Note]]) -> list[bool]:
    """Of each of the melody's notes that begins on beat 1 or 3, whether its pitch class sounds in the
    accompaniment then."""
    others = [note for part in accompaniment for note in part]
    return [
        any(
            other.start <= note.start < other.end and (other.pitch - note.pitch) % 12 == 0 for other in others
        )
        for note in melody
        if note.start % STRONG == 0
    ]

"""Notes as a Standard MIDI File, for any music program."""

from __future__ import annotations

import io
from collections.abc import Sequence

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

from demos.apps.melody.sound import BEAT
from demos.data.tunes import BAR, Note

TICKS = 480  # of a quarter note
PIANO, BASS = 0, 32  # programs of General MIDI, counted from 0
LOUDNESS = 90


def midi(parts: Sequence[tuple[str, int, Sequence[Note]]]) -> bytes:
    """A file of format 1: a track with the tempo, then one for each part, which has a name (ASCII) and a
    program."""
    file = MidiFile(type=1, ticks_per_beat=TICKS)
    file.tracks.append(MidiTrack([MetaMessage("set_tempo", tempo=bpm2tempo(60 / BEAT))]))
    file.tracks += [track(i, *part) for i, part in enumerate(parts)]
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def track(channel: int, name: str, program: int, notes: Sequence[Note]) -> MidiTrack:
    """One part. A note that ends where another begins ends first."""
    step = TICKS * 4 // BAR
    events = sorted(
        event for note in notes for event in ((note.end, 0, note.pitch), (note.start, 1, note.pitch))
    )
    made = MidiTrack(
        [
            MetaMessage("track_name", name=name),
            Message("program_change", channel=channel, program=program),
        ]
    )
    now = 0
    for time, on, pitch in events:
        kind = "note_on" if on else "note_off"
        made.append(
            Message(kind, channel=channel, note=pitch, velocity=LOUDNESS * on, time=(time - now) * step)
        )
        now = time
    return made

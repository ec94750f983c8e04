"""What notes sound like: a plucked tone, made of its first overtones, as the bytes of a WAV file."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from demos.data.tunes import BAR, Note

RATE = 11_025  # samples a second: enough for five overtones of the highest note, and a short file
BEAT = 0.5  # seconds of a quarter note
STEP = BEAT * 4 / BAR  # seconds
OVERTONES = (1.0, 0.45, 0.22, 0.1, 0.05)  # loudness
ATTACK, RELEASE = 0.015, 0.06  # seconds in which a note comes and goes
DECAY = 0.9  # seconds in which it falls to 1 / e
LOUDEST = 0.8  # of what a sample can hold
Samples = NDArray[np.float64]


def frequency(pitch: int) -> float:
    """In Hz, equal temperament with A4 (69) at 440."""
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def recorded(parts: Sequence[tuple[float, Sequence[Note]]], steps: int) -> bytes:
    """A WAV file, 16 bits, mono, of parts that each have a loudness, as long as so many steps and a fade."""
    length = round((steps * STEP + 4 * RELEASE) * RATE)
    mixed = np.zeros(length)
    for loudness, notes in parts:
        for note in notes:
            start, tone = round(note.start * STEP * RATE), plucked(note.pitch, note.length)
            end = min(start + len(tone), length)
            mixed[start:end] += loudness * tone[: end - start]
    peak = np.abs(mixed).max(initial=0.0)
    scaled = mixed * (LOUDEST / peak) if peak else mixed
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((scaled * 32767).astype("<i2").tobytes())
    return data.getvalue()


@lru_cache(maxsize=256)
def plucked(pitch: int, length: int) -> Samples:
    """The samples of a note of so many steps. It comes and goes gradually, so that neither end clicks."""
    seconds = length * STEP + RELEASE
    time = np.arange(round(seconds * RATE)) / RATE
    base = frequency(pitch)
    tone = sum(
        (
            loudness * np.exp(-time * (1 + i) / DECAY / 2) * np.sin(2 * np.pi * base * (1 + i) * time)
            for i, loudness in enumerate(OVERTONES)
            if base * (1 + i) < 0.45 * RATE
        ),
        np.zeros(len(time)),
    )
    return tone * smooth(time / ATTACK) * smooth((seconds - time) / RELEASE)


def smooth(share: Samples) -> Samples:
    """From 0 at 0 to 1 at 1, without a corner."""
    inside = np.clip(share, 0, 1)
    return inside * inside * (3 - 2 * inside)

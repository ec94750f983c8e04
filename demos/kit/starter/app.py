"""Random numbers, with a spread that a reader sets."""

from __future__ import annotations

from typing import Any

from demos.kit import pictures, random
from demos.kit.controls import Seed, Slider
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.shows import Picture, Text

CONTROLS = (Seed("seed", 7), Slider("spread", 0, 2, 1.0, step=0.05))
SHOWS = (Picture("noise"), Text("says"))


def answer(run: Runner, words: Labels, *, seed: int, spread: float) -> dict[str, Any]:
    """64 numbers before and after they are multiplied. A model would be called as `run(function, x=…)`."""
    before = random.normal(seed, 64)
    after = spread * before
    mean, deviation = after.mean().item(), after.std().item()
    parts = [pictures.numbers(before, 256), pictures.shape("arrow", 64), pictures.numbers(after, 256)]
    return {
        "noise": pictures.in_a_row(parts),
        "says": words("says", mean=words.number(mean, 2), spread=words.number(deviation, 2)),
    }

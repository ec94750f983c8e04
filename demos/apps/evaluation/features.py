"""What the judge sees in each set, computed once: drawing and judging thousands of portraits takes a minute.

Features are kept in 8 bits, rounded to sixteenths; two sets of real portraits are thousands of sixteenths
apart. They belong to one judge and one generator, and their card says which.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from demos.apps.evaluation.sets import SIZE, from_second, parts
from demos.kit.weights import WeightsError, load_weights, read_card, remedy
from demos.models.gan.pretrained import WEIGHTS as GAN
from demos.models.judge.model import WEIGHTS as JUDGE

WEIGHTS = Path(__file__).parent / "weights"
STEP, LOWEST = 1 / 16, -0.5


def small(features: Tensor) -> Tensor:
    """Features in 8 bits. Raises ValueError for those that do not fit."""
    steps = ((features - LOWEST) / STEP).round()
    if not bool(((steps >= 0) & (steps <= 255)).all()):
        raise ValueError(f"features from {features.min():.1f} to {features.max():.1f} do not fit into 8 bits")
    return steps.to(torch.uint8)


def restored(steps: Tensor) -> Tensor:
    return steps.float() * STEP + LOWEST


def belongs_to() -> dict[str, str]:
    """Which judge looked, and which generator made the pictures: checksums."""
    return {"judge": read_card(JUDGE).sha256, "gan": read_card(GAN).sha256}


@cache
def stored(folder: Path = WEIGHTS) -> dict[str, Tensor]:
    """Features (n, 192) of each of `sets.SETS`. Raises WeightsError if they are missing, damaged, or of
    another judge or generator."""
    tensors = load_weights(folder)
    card = read_card(folder)
    if {name: card.config.get(name) for name in belongs_to()} != belongs_to():
        raise WeightsError(f"{folder} is of another judge or generator: {remedy(folder)}.")
    return {name: restored(steps) for name, steps in tensors.items()}


def degraded_features(kind: str, level: int) -> Tensor:
    """Features (500, 192) of a degraded set."""
    first, second, share = parts(kind, level)
    one, other = (stored()[name][:SIZE] for name in (first, second))
    return torch.where(from_second(0, SIZE, share)[:, None], other, one)

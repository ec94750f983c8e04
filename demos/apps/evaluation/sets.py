"""The sets of portraits that are compared: any row of any of them can be drawn again.

`real` is what all are measured against. `other` are real ones too, and what blur, noise and the like are done
to. The generator was trained on those of `training`.
"""

from __future__ import annotations

from threading import Event

import torch
from torch import Tensor

from demos.data.avatars import render, replace
from demos.data.avatars import sample as draw
from demos.data.avatars.ahead import draw_ahead, portraits_at
from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED
from demos.kit import random
from demos.kit.filters import blurred
from demos.kit.functions import Runner
from demos.models.gan.functions import generate
from demos.models.gan.model import DEFAULT

SIZE, POOL = 500, 1000  # pictures in a set, and in those of which a reader chooses how many
OTHER_START = 3000  # rows before it belong to `real`
GENERATED_SEED = 9_000_011
LEVELS = 4
PATCH = 4  # px

# How strong each level is, from none to the strongest: px and brightness in standard deviations (of a range
# of 2), kinds of portraits, per cent of the pictures.
AMOUNTS: dict[str, tuple[float, ...]] = {
    "blur": (0, 0.5, 1, 1.5, 2),
    "noise": (0, 0.1, 0.2, 0.3, 0.4),
    "broken": (0, 25, 50, 75, 100),
    "missing": (0, 1, 2, 3, 4),
    "copies": (0, 25, 50, 75, 100),
}
MIXED = ("broken", "copies")  # not all pictures are changed, but a share of them
# What nobody has any more, level by level.
MISSING: tuple[dict[str, str], ...] = (
    {"hat": "none"},
    {"glasses": "none"},
    {"beard": "none", "hair": "fringe"},
    {"background": "sky", "pattern": "plain"},
)
SETS: dict[str, int] = {
    **dict.fromkeys(("real", "other", "generated"), POOL),
    "training": SIZE,
    "broken": SIZE,
    **{f"{kind}.{level}": SIZE for kind in ("blur", "noise", "missing") for level in range(1, LEVELS + 1)},
}


def pictures(run: Runner, name: str, start: int, count: int) -> Tensor:
    """Rows of a set: (count, 3, 64, 64) in [-1, 1], the same whatever else is asked for."""
    kind, _, level = name.partition(".")
    match kind:
        case "generated":
            z = random.normal(GENERATED_SEED, count, DEFAULT.latent, start=start)
            made: Tensor = run(generate, z=z, truncation=torch.ones(count))
            return made
        case "training":
            return portraits_at(TRAIN_SEED, range(start, start + count))
        case "real":
            return portraits_at(HELD_OUT_SEED, range(start, start + count))
        case "missing":
            people = draw(count, HELD_OUT_SEED, start=OTHER_START + start)
            for same in MISSING[: int(level)]:
                people = replace(people, **same)
            return render(people, 64).images
    plain = others(start, count)
    match kind:
        case "blur":
            return blurred(plain, AMOUNTS["blur"][int(level)])
        case "noise":
            grain = random.normal(1, count, *plain.shape[1:], stream="noise", start=start)
            return (plain + AMOUNTS["noise"][int(level)] * grain).clamp(-1, 1)
        case "broken":
            return shuffled(plain, start)
    return plain


def others(start: int, count: int) -> Tensor:
    """Rows of `other`, from which those of several sets are made."""
    return portraits_at(HELD_OUT_SEED, range(OTHER_START + start, OTHER_START + start + count))


def sets_ahead(stopping: Event) -> None:
    """Draw ahead the real portraits that the demo shows."""
    draw_ahead(TRAIN_SEED, [0], stopping)
    draw_ahead(HELD_OUT_SEED, [OTHER_START], stopping)


def shuffled(images: Tensor, start: int) -> Tensor:
    """Images (n, 3, s, s), the squares of 4 px of each in an order of chance."""
    n, channels, size, _ = images.shape
    across = size // PATCH
    order = random.uniform(2, n, across**2, stream="squares", start=start).argsort(1)
    squares = images.reshape(n, channels, across, PATCH, across, PATCH).permute(0, 2, 4, 1, 3, 5)
    squares = squares.reshape(n, across**2, channels, PATCH, PATCH)
    moved = squares[torch.arange(n)[:, None], order].reshape(n, across, across, channels, PATCH, PATCH)
    return moved.permute(0, 3, 1, 4, 2, 5).reshape(n, channels, size, size)


def parts(kind: str, level: int) -> tuple[str, str, int]:
    """Of which two sets a degraded one is made, and how many of each four rows are from the second."""
    base = "generated" if kind == "copies" else "other"
    if level == 0:
        return base, base, 0
    if kind in MIXED:
        return base, "training" if kind == "copies" else kind, level
    return base, f"{kind}.{level}", LEVELS


def from_second(start: int, count: int, share: int) -> Tensor:
    """Which rows are from the second set: (count,) bool."""
    return torch.arange(start, start + count) % LEVELS < share


def degraded(run: Runner, kind: str, level: int, start: int, count: int) -> Tensor:
    """Rows of a degraded set, (count, 3, 64, 64)."""
    first, second, share = parts(kind, level)
    if share in (0, LEVELS):
        return pictures(run, second, start, count)
    chosen = from_second(start, count, share)[:, None, None, None]
    return torch.where(chosen, pictures(run, second, start, count), pictures(run, first, start, count))

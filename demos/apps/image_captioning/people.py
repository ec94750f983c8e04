"""Whom the captioner looks at, and how pictures are disturbed."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.data.avatars import Factors, render
from demos.data.avatars.ahead import READERS, portrait
from demos.data.avatars.dataset import READERS_SEED, from_bytes, to_bytes
from demos.data.avatars.factors import BY_NAME, replace, sample_rows
from demos.data.captions.facts import Fact, rows
from demos.kit.functions import Runner
from demos.kit.random import normal
from demos.kit.remember import remembered
from demos.models.captioner.captions import named
from demos.models.diffusion.conditions import asked
from demos.models.diffusion.functions import decode, step_by_attributes, walk
from demos.models.diffusion.sampling import noise
from demos.models.gan.functions import generate
from demos.models.gan.pretrained import latents

SOURCES = ("drawn", "gan", "diffusion")
STEPS = 12  # of the diffusion model
SIZE = 64
ANY = "any"
CHOSEN = ("hair", "hair_color", "glasses", "hat", "beard", "clothing", "clothing_color", "background")
COVER = 14  # px: the side of a gray square
Items = tuple[tuple[str, str], ...]  # what a reader chose


@remembered(64)
def picture_of(run: Runner, source: str, number: int) -> Tensor:
    """A portrait (1, 3, 64, 64) in [-1, 1]: one that is drawn, or one by a model."""
    if source == "gan":
        made: Tensor = run(generate, z=latents(1, number), truncation=torch.ones(1))
        return made.clamp(-1, 1)
    if source == "diffusion":
        for step in walk(run, step_by_attributes, noise(1, number), steps=STEPS, guidance=1.0, **asked({})):
            made = step["clean"]
        picture: Tensor = run(decode, latent=made)
        return picture
    return portrait(number)


def truth_of(source: str, number: int) -> list[Fact] | None:
    """What a caption has to name; None if nobody knows it."""
    return named_of(person(number)) if source == "drawn" else None


def named_of(factors: Factors) -> list[Fact]:
    return named(rows(factors)[0])


def person(number: int) -> Factors:
    """One of the portraits for readers, as factors."""
    return sample_rows(READERS_SEED, torch.tensor([number % READERS]))


def options(name: str) -> tuple[str, ...]:
    return BY_NAME[name].classes


def composed(number: int, items: Items) -> Factors:
    """A portrait for readers in which some attributes are as chosen."""
    return replace(person(number), **dict(items))


@remembered(64)
def drawn(run: Runner, number: int, items: Items) -> Tensor:
    """The picture (1, 3, 64, 64) of `composed`."""
    return from_bytes(to_bytes(render(composed(number, items), SIZE).images))


def disturbed(picture: Tensor, strength: float, squares: tuple[tuple[float, float], ...]) -> Tensor:
    """A picture (1, 3, 64, 64) with noise of a standard deviation, and gray squares around places, which are
    shares of its sides."""
    made = (picture + strength * normal(0, *picture.shape, stream="caption")).clamp(-1, 1)
    for x, y in squares:
        left, top = (round(place * SIZE - COVER / 2) for place in (x, y))
        made[:, :, max(top, 0) : max(top + COVER, 0), max(left, 0) : max(left + COVER, 0)] = 0.0
    return made

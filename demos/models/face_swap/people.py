"""Six drawn people, in any number of pictures: the only ones whose faces can be swapped."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from demos.data.avatars import FACTORS, PARTS, Factors, render, replace, sample, vary
from demos.data.avatars.dataset import BATCH, to_bytes

PEOPLE_SEED = 5_500_003
ROWS = (8, 13, 31, 5, 15, 3)  # of that seed: people with faces that hair leaves free
NAMES = tuple("abcdef")
COUNT = len(ROWS)
SEEN = range(3)  # people whose swapped faces the detector is trained on; the others are held out
TRAIN_SEED, HELD_OUT_SEED, READERS_SEED = 11, 1_000_019, 6_000_023  # of their pictures
SIZE, WINDOW, LEFT, TOP = 64, 48, 8, 8  # px of a portrait, and of the part of it that holds a face
FRONTAL = 0.5  # of the angles that other portraits have
FACE = ("face", "beard", "brow", "lid", "eye_white", "iris", "pupil", "nose", "mouth")
FEATURES = ("brow", "lid", "eye_white", "iris", "pupil", "nose", "mouth")  # small, and what one looks at


@cache
def people() -> Factors:
    return sample(max(ROWS) + 1, PEOPLE_SEED).select(torch.tensor(ROWS))


def pictured(who: Tensor, seed: int) -> Factors:
    """People (n,), each in a picture: pose, expression, clothes, light and background differ. All look about
    towards us, as in most films that swaps are made from, and nobody wears glasses. Picture i of a seed is
    the same whoever is in it."""
    some = vary(people().select(who), seed)
    turned = {name: FRONTAL * some[name] for name in ("yaw", "pitch", "roll")}
    return replace(some, glasses="none", **turned)


def as_person(factors: Factors, who: Tensor) -> Factors:
    """The same pictures of other people (n,): their faces, hair and all else that is theirs."""
    return with_identity(factors, people().select(who))


def with_identity(factors: Factors, others: Factors) -> Factors:
    """The same pictures of others."""
    names = [factor.name for factor in FACTORS if factor.group == "identity"]
    return replace(factors, **{name: others[name] for name in names})


def drawn(factors: Factors) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (n, 3, 64, 64), how much of each pixel is face and how much is a feature of one
    (n, 1, 48, 48) in the window: all as bytes."""
    parts = []
    for chunk in factors.split(BATCH):
        avatars = render(chunk, SIZE)
        masks = [avatars.masks[:, [PARTS.index(part) for part in some]].sum(1) for some in (FACE, FEATURES)]
        shares = [(windowed(mask[:, None]) * 255).round().clamp(0, 255).to(torch.uint8) for mask in masks]
        parts.append((to_bytes(avatars.images), *shares))
    pictures, faces, features = (torch.cat(column) for column in zip(*parts, strict=True))
    return pictures, faces, features


def windowed(pictures: Tensor) -> Tensor:
    """The part of pictures (n, c, 64, 64) that holds the face (n, c, 48, 48)."""
    return pictures[..., TOP : TOP + WINDOW, LEFT : LEFT + WINDOW]

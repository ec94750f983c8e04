"""Drawn people in several pictures each, and the five landmarks of a face.

What makes a person is what stays when the pose, the expression, the light, the clothes, hats, glasses and the
background change: all factors of the group `identity`, from skin and the shape of the face to eyes, brows,
nose, mouth, freckles, hair and beard.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars import LANDMARKS, Factors, render, vary
from demos.data.avatars.anatomy import Anatomy
from demos.data.avatars.dataset import BATCH, CACHE, renderer_key, to_bytes
from demos.data.avatars.factors import sample_rows
from demos.kit.kept import digest, kept

SIZE = 64
POINTS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")  # left and right are the viewer's
PEOPLE = CACHE / "train" / "faces"  # their pictures, whatever is trained on them
_EYES = [[LANDMARKS.index(f"{side}_eye_{end}") for end in ("outer", "inner")] for side in ("left", "right")]
_OTHERS = [LANDMARKS.index(name) for name in ("nose_tip", "mouth_left", "mouth_right")]


def five_points(factors: Factors) -> Tensor:
    """Middles of the eyes, tip of the nose, corners of the mouth: (n, 5, 2) as (x, y) in px of 64, exact,
    whether or not something hides them."""
    points = []
    for chunk in factors.split(500):
        landmarks = (Anatomy(chunk).landmarks() + 1) * (SIZE / 2)
        eyes = torch.stack([landmarks[:, ends].mean(1) for ends in _EYES], 1)
        points.append(torch.cat([eyes, landmarks[:, _OTHERS]], 1))
    return torch.cat(points)


def others(factors: Factors, seed: int) -> Factors:
    """The same people in other pictures. Row i depends on its person, `seed` and i alone."""
    return vary(factors, seed)


def drawn(factors: Factors) -> Tensor:
    """Pictures (n, 3, 64, 64) as bytes."""
    return torch.cat([to_bytes(render(chunk, SIZE).images) for chunk in factors.split(BATCH)])


def again(people: Factors, seed: int, folder: Path = PEOPLE) -> Tensor:
    """People in other pictures (n, 3, 64, 64) as bytes, kept in `folder`."""
    name = digest([people.categorical, people.continuous, f"{renderer_key(SIZE)} {seed}"])
    path = folder / f"{len(people)}-{name}.safetensors"
    return kept(path, lambda: {"pictures": drawn(others(people, seed))})["pictures"]


def people_at(seed: int, start: int, count: int) -> Factors:
    """Some of the people of a seed."""
    return sample_rows(seed, torch.arange(start, start + count))

"""Distributions of points: within their square, as wide as they say, the same for everyone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from demos.data.points import DISTRIBUTIONS, Distribution, placed
from demos.kit import random


def points_of(distribution: Distribution, n: int = 20_000) -> Tensor:
    return distribution.place(random.uniform(1, n), random.normal(1, n, 2))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_nearly_all_of_it_lies_in_the_square(name: str) -> None:
    points = points_of(DISTRIBUTIONS[name])
    assert points.shape == (20_000, 2)
    assert points.dtype == torch.float32
    assert (points.abs() <= 1).all(1).float().mean() > 0.99
    assert points.mean(0).abs().max() < 0.2, "in the middle"
    assert points.std(0).min() > 0.1


@pytest.mark.parametrize("distribution", [*DISTRIBUTIONS.values(), placed([(-0.5, 0.2), (0.7, 0.7)])])
def test_its_clusters_are_as_many_and_as_wide_as_it_says(distribution: Distribution) -> None:
    if not len(distribution.modes):
        return
    points = points_of(distribution)
    away, nearest = torch.cdist(points, distribution.modes).min(1)
    counts = torch.bincount(nearest, minlength=len(distribution.modes)) / len(points)
    assert (counts - 1 / len(distribution.modes)).abs().max() < 0.01
    assert away.square().mean().div(2).sqrt() == pytest.approx(distribution.width, rel=0.05)

"""Distributions of points in the plane, all of them within about -1 … 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

WIDTH = 0.03  # standard deviation of a Gaussian of the ring and the grid


@dataclass(frozen=True, eq=False)
class Distribution:
    """`place` turns uniform numbers (n,) and standard normal ones (n, 2) into points (n, 2).

    `modes` (k, 2) are the middles of its clusters, all of standard deviation `width`; none, if it has no
    clusters. A distribution never changes, and equals only itself.
    """

    place: Callable[[Tensor, Tensor], Tensor]
    modes: Tensor
    width: float = 0.0

    def __deepcopy__(self, memo: object) -> Distribution:
        return self


def clusters(modes: Tensor, width: float) -> Distribution:
    """As many points around each of some modes (k, 2)."""

    def place(u: Tensor, normal: Tensor) -> Tensor:
        return modes[(u * len(modes)).long()] + width * normal

    return Distribution(place, modes, width)


def placed(points: Sequence[tuple[float, float]], width: float = 0.06) -> Distribution:
    """Clusters around points that a reader placed."""
    return clusters(torch.tensor(points, dtype=torch.float32).reshape(-1, 2), width)


def curve(shape: Callable[[Tensor], Tensor], width: float) -> Distribution:
    """Points beside a curve, which goes from a number in 0..1 to a point."""
    return Distribution(lambda u, normal: shape(u) + width * normal, torch.empty(0, 2))


def ring() -> Tensor:
    """Eight places on a circle, as in “Unrolled GANs” (Metz et al. 2017)."""
    angle = torch.arange(8) * (2 * math.pi / 8)
    return 0.8 * torch.stack([angle.cos(), angle.sin()], 1)


def grid() -> Tensor:
    """Five by five places, as in “VEEGAN” (Srivastava et al. 2017)."""
    line = torch.linspace(-0.8, 0.8, 5)
    return torch.cartesian_prod(line, line)


def line(u: Tensor) -> Tensor:
    x = 2 * u - 1
    return torch.stack([0.8 * x, 0.5 * x], 1).float()


def moons(u: Tensor) -> Tensor:
    """Two half circles that reach into each other (scikit-learn's `make_moons`)."""
    upper = u < 0.5
    angle = (2 * u % 1) * math.pi
    x = torch.where(upper, angle.cos(), 1 - angle.cos())
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin())
    return torch.stack([(x - 0.5) * 0.55, (y - 0.25) * 0.75], 1).float()


def spiral(u: Tensor) -> Tensor:
    """Two turns from the middle outward, as many points on every piece of the way."""
    part = u.sqrt()
    angle = part * 4 * math.pi
    return (0.9 * part[:, None] * torch.stack([angle.cos(), angle.sin()], 1)).float()


DISTRIBUTIONS: dict[str, Distribution] = {
    "ring": clusters(ring(), WIDTH),
    "grid": clusters(grid(), WIDTH),
    "two": clusters(torch.tensor([[-0.6, 0.0], [0.6, 0.0]]), 0.12),
    "line": curve(line, 0.03),
    "moons": curve(moons, 0.04),
    "spiral": curve(spiral, 0.02),
}

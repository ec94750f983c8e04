"""How near a generator is to what it learns from, and what its training looked like."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.data.points import Distribution

EDGE = 1.2  # of the square in which points are counted and drawn
CELLS = 24  # of a histogram, in each direction
NEAR = 3.0  # standard deviations: a point within them belongs to a mode
FAIR = 0.25  # a mode is covered if it has this part of its fair share of the points


def covered(points: Tensor, distribution: Distribution) -> int:
    """How many of a distribution's modes points (n, 2) cover."""
    modes = distribution.modes
    distance, nearest = torch.cdist(points, modes).min(1)
    counts = torch.bincount(nearest[distance < NEAR * distribution.width], minlength=len(modes))
    return int((counts >= FAIR * len(points) / len(modes)).sum())


def histogram(points: Tensor) -> Tensor:
    """The share of points (n, 2) in each cell of the square (CELLS²,); those outside count at its edge."""
    cell = ((points + EDGE) / (2 * EDGE) * CELLS).long().clamp_(0, CELLS - 1)
    counts = torch.bincount(cell[:, 0] * CELLS + cell[:, 1], minlength=CELLS * CELLS)
    return counts.double() / len(points)


def kl(p: Tensor, q: Tensor) -> float:
    """Kullback–Leibler divergence of two histograms, in bits; infinite where only p has something."""
    some = p > 0
    return float((p[some] * (p[some] / q[some]).log2()).sum())


def smoothed(p: Tensor) -> Tensor:
    """A histogram in which no cell is empty: as if one more point were spread over all of them."""
    return (p * 1000 + 1 / len(p)) / 1001


def js(p: Tensor, q: Tensor) -> float:
    """Jensen–Shannon divergence of two histograms (Lin 1991), in bits: 0 if they are equal, 1 if they have
    nothing in common."""
    middle = (p + q) / 2
    return 0.5 * kl(p, middle) + 0.5 * kl(q, middle)


class Curve:
    """Values at every so many steps; when there are too many, of neighbors only their mean stays."""

    MOST = 240

    def __init__(self, every: int = 1) -> None:
        self.every = every
        self.values: list[float] = []
        self.waiting: list[float] = []
        self.together = 1  # values that become one

    def add(self, value: float) -> None:
        self.waiting.append(value)
        if len(self.waiting) < self.together:
            return
        self.values.append(sum(self.waiting) / self.together)
        self.waiting = []
        if len(self.values) >= self.MOST:
            pairs = zip(self.values[::2], self.values[1::2], strict=True)
            self.values = [(a + b) / 2 for a, b in pairs]
            self.together *= 2

    def points(self) -> list[tuple[float, float]]:
        """(step, value), in the middle of the steps that a value stands for."""
        width = self.every * self.together
        return [((i + 0.5) * width, value) for i, value in enumerate(self.values)]

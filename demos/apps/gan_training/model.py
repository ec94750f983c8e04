"""A generative adversarial network small enough to be trained while one watches.

Goodfellow et al. 2014, “Generative adversarial nets”, with the losses of that paper (original and
non-saturating), of Mao et al. 2017 (least squares) and of Gulrajani et al. 2017 (Wasserstein with gradient
penalty). Every setting may change between two steps. A run is determined by its settings: random numbers are
counted by how many updates each net has had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.gan_training.net import OPTIMIZERS, initial, resized
from demos.data.points import Distribution
from demos.kit import random

BATCH = 128
BLOCK = 64  # batches of random numbers drawn at once
PENALTY = 1.0  # weight of the gradient penalty: two dimensions need less than pictures
Size = tuple[int, int]  # hidden layers, and neurons in each


@dataclass(frozen=True)
class Settings:
    """All that decides a run. `points` are what the real examples come from."""

    points: Distribution
    seed: int = 1
    noise: str = "normal"
    loss: str = "nonsaturating"
    optimizer: str = "adam"
    g_rate: float = 2e-3
    d_rate: float = 2e-3
    g_updates: int = 1  # in a step
    d_updates: int = 1
    g_size: Size = (2, 32)
    d_size: Size = (2, 32)


# Losses, of scores (n, 1): what the discriminator says before it is squashed into a probability.
# Each gives its value, and its gradient with respect to the scores.


def d_loss(kind: str, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The discriminator's loss, without the gradient penalty; the gradient is (2n, 1), real ones first."""
    n = len(real)
    if kind == "wasserstein":
        ones = torch.ones_like(real)
        return fake.mean() - real.mean(), torch.cat([-ones, ones]) / n
    if kind == "least_squares":
        off = torch.cat([real - 1, fake])
        return 0.5 * off.square().sum() / n, off / n
    wrong = torch.cat([-real, fake])
    value = F.softplus(wrong).sum() / n
    slope = wrong.sigmoid() / n
    slope[:n].neg_()
    return value, slope


def g_loss(kind: str, fake: Tensor) -> tuple[Tensor, Tensor]:
    """The generator's loss."""
    n = len(fake)
    if kind == "wasserstein":
        return -fake.mean(), torch.full_like(fake, -1 / n)
    if kind == "least_squares":
        return 0.5 * (fake - 1).square().mean(), (fake - 1) / n
    if kind == "original":  # log(1 - D(x))
        return -F.softplus(fake).mean(), -fake.sigmoid() / n
    return F.softplus(-fake).mean(), -(-fake).sigmoid() / n  # -log D(x)


# Random numbers


class Supply:
    """Batches of random numbers (BATCH, …), the n-th the same however often one asks.

    `draw(n, start)` gives n rows from row `start` on.
    """

    def __init__(self, draw: Callable[[int, int], Tensor]) -> None:
        self.draw = draw
        self.block = -1
        self.rows = torch.empty(0)

    def batch(self, n: int) -> Tensor:
        block, within = divmod(n, BLOCK)
        if block != self.block:
            self.block = block
            self.rows = self.draw(BLOCK * BATCH, block * BLOCK * BATCH)
        return self.rows[within * BATCH : (within + 1) * BATCH]


def noise(kind: str, seed: int, n: int, stream: str, start: int = 0) -> Tensor:
    """What the generator starts from (n, 2): normal or uniform numbers, or uniform ones on a line."""
    if kind == "normal":
        return random.normal(seed, n, 2, stream=stream, start=start)
    z = (2 * random.uniform(seed, n, 2, stream=stream, start=start) - 1).float()
    return z * torch.tensor([1.0, 0.0]) if kind == "line" else z


def real(points: Distribution, seed: int, n: int, stream: str, start: int = 0) -> Tensor:
    """Real examples (n, 2)."""
    u = random.uniform(seed, n, stream=stream, start=start)
    return points.place(u, random.normal(seed, n, 2, stream=stream, start=start))


# Training


@dataclass
class Training:
    """A generator and a discriminator, and the settings that hold from the next update on."""

    settings: Settings
    steps: int = 0
    d_count: int = 0  # updates so far
    g_count: int = 0
    d_loss: float = 0.0  # of the last step, before its updates
    g_loss: float = 0.0

    def __post_init__(self) -> None:
        s = self.settings
        self.generator = initial(widths(s.g_size, 2), s.seed, "generator")
        self.discriminator = initial(widths(s.d_size, 1), s.seed, "discriminator")
        self.renew_optimizers()
        self.renew_supplies()

    def change(self, settings: Settings) -> None:
        """Let other settings hold from the next update on; but for the seed, which is where a run started."""
        old, self.settings = self.settings, replace(settings, seed=self.settings.seed)
        s, stream = self.settings, f"after step {self.steps}"
        if s.g_size != old.g_size:
            self.generator = resized(self.generator, widths(s.g_size, 2), s.seed, f"generator {stream}")
        if s.d_size != old.d_size:
            net = resized(self.discriminator, widths(s.d_size, 1), s.seed, f"discriminator {stream}")
            self.discriminator = net
        if (s.g_size, s.d_size, s.optimizer) != (old.g_size, old.d_size, old.optimizer):
            self.renew_optimizers()
        self.g_optimizer.rate, self.d_optimizer.rate = s.g_rate, s.d_rate
        if (s.points, s.noise) != (old.points, old.noise):
            self.renew_supplies()

    def renew_optimizers(self) -> None:
        kind = OPTIMIZERS[self.settings.optimizer]
        self.g_optimizer = kind(self.generator, self.settings.g_rate)
        self.d_optimizer = kind(self.discriminator, self.settings.d_rate)

    def renew_supplies(self) -> None:
        s = self.settings
        self.reals = Supply(lambda n, start: real(s.points, s.seed, n, "real", start))
        self.d_noise = Supply(lambda n, start: noise(s.noise, s.seed, n, "noise for D", start))
        self.g_noise = Supply(lambda n, start: noise(s.noise, s.seed, n, "noise for G", start))
        self.mixes = Supply(lambda n, start: random.uniform(s.seed, n, 1, stream="mix", start=start).float())

    def discriminate(self) -> None:
        """The first half of a step: the discriminator's updates."""
        self.d_loss = sum(self.update_discriminator() for _ in range(self.settings.d_updates))
        self.d_loss /= self.settings.d_updates

    def generate(self) -> None:
        """The second half: the generator's."""
        self.g_loss = sum(self.update_generator() for _ in range(self.settings.g_updates))
        self.g_loss /= self.settings.g_updates
        self.steps += 1

    def update_discriminator(self) -> float:
        """One update; returns the loss before it."""
        n, kind = self.d_count, self.settings.loss
        x, made = self.reals.batch(n), self.generator(self.d_noise.batch(n))
        layers = self.discriminator.forward(torch.cat([x, made]))
        loss, slope = d_loss(kind, *layers[-1].split(BATCH))
        self.discriminator.learn(layers, slope)
        value = float(loss)
        if kind == "wasserstein":
            between = torch.lerp(x, made, self.mixes.batch(n))
            value += self.discriminator.penalize_slope(between, PENALTY)
        self.d_optimizer.update()
        self.d_count += 1
        return value

    def update_generator(self) -> float:
        """One update; returns the loss before it."""
        layers = self.generator.forward(self.g_noise.batch(self.g_count))
        value, slope = self.judged(layers[-1])
        self.generator.learn(layers, slope)
        self.g_optimizer.update()
        self.g_count += 1
        return value

    def judged(self, made: Tensor) -> tuple[float, Tensor]:
        """The generator's loss on examples (n, 2), and its gradient with respect to them (n, 2)."""
        layers = self.discriminator.forward(made)
        loss, slope = g_loss(self.settings.loss, layers[-1])
        return float(loss), self.discriminator.pass_back(layers, slope)


def widths(size: Size, outputs: int) -> tuple[int, ...]:
    layers, width = size
    return 2, *[width] * layers, outputs

"""Training of all autoencoders at once: each batch is encoded once and shared out among the bottlenecks.

Eyes and mouth have few pixels, and a plain pixel loss leaves them out. The renderer knows where they are, so
their pixels count for more.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import CACHE, TRAIN_SEED, Portraits, portraits
from demos.data.avatars.render import PARTS
from demos.kit.device import autocast, best_device
from demos.kit.training import Budget, Progress, Run, compile_on_gpu, fit, generator
from demos.models.autoencoders.model import WEIGHTS, Trunk, reconstruct
from demos.models.autoencoders.publish import publish


@dataclass(frozen=True)
class AutoencoderTraining:
    """The recipe."""

    steps: int = 1300
    batch: int = 32
    portraits: int = 30_000
    rate: float = 2e-3
    average: float = 0.995
    part_weight: float = 5.0  # that a pixel of eyes or mouth counts more than one elsewhere
    noise: float = 0.6  # the largest standard deviation of the noise on pictures that are to be cleaned
    samples: int = 2000  # pictures on each side of a measurement
    data_seed: int = TRAIN_SEED


RECIPE = AutoencoderTraining()
SMOKE = AutoencoderTraining(steps=4, batch=16, portraits=500, samples=80)


def train(
    recipe: AutoencoderTraining = RECIPE,
    *,
    minutes: float | None = None,
    device: torch.device | None = None,
    seed: int = 0,
    resume: bool = False,
    out: Path = WEIGHTS,
    work: Path | None = None,
) -> Iterator[Progress]:
    """Train, then measure, then write weights and card to ``out``. State is kept in ``work``."""
    device = device or best_device()
    work = work or CACHE / "train" / f"autoencoders-{seed}"
    data = portraits(recipe.portraits, recipe.data_seed, parts=True)
    run = AutoencoderRun(recipe, data, Budget(recipe.steps, minutes), device, seed)
    yield from fit(run, work / "state.pt", resume=resume)
    yield run.progress({}, "measuring")
    publish(run, out)


FIRST = 3000  # portraits whose principal components training starts from
FINE = ("brow", "lid", "eye_white", "iris", "pupil", "nose", "mouth", "glasses")


def fine_parts(data: Portraits) -> Tensor:
    """How far fine parts cover each pixel (n, 1, 32, 32), as bytes."""
    assert data.parts is not None
    rows = [data.parts[:, PARTS.index(name)] for name in FINE]
    total = torch.zeros_like(rows[0], dtype=torch.int16)
    for row in rows:
        total += row
    return total.clamp(max=255).to(torch.uint8)[:, None]


class AutoencoderRun(Run[Trunk]):
    """The trunk with its bottlenecks, its average and its optimizer."""

    recipe: AutoencoderTraining
    tail = 0.4
    warmup = 100

    def __init__(
        self,
        recipe: AutoencoderTraining,
        data: Portraits,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(budget, device, seed)
        self.recipe, self.data, self.fine = recipe, data, fine_parts(data)
        model = Trunk()
        model.start_from(data.pictures(slice(FIRST)))
        self.model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.rates, self.decay = (recipe.rate,), recipe.average
        self.optimizers = [torch.optim.Adam(self.model.parameters(), recipe.rate, fused=True)]
        compile_on_gpu([self.model.encoder, self.model.decoder], device)

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        index = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded)
        pictures = self.data.pictures(index).to(self.device)
        weights = pixel_weights(self.fine[index].to(self.device), self.recipe.part_weight)
        with autocast(self.device):
            drawn, divergence = reconstruct(self.model, pictures, self.recipe.noise, seeded)
        error = 0.5 * (weights * (drawn - pictures).square()).sum((1, 2, 3)).mean()
        self.descend(error + divergence)
        return {"error": error.item(), "divergence": divergence.item()}


def pixel_weights(coverage: Tensor, part_weight: float) -> Tensor:
    """How much each pixel counts (n, 1, 64, 64), 1 on average, from how far fine parts cover it (bytes)."""
    weights = 1 + part_weight * F.interpolate(coverage.float() / 255, scale_factor=2.0)
    return weights / weights.mean()

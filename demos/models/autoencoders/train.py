"""Training of all autoencoders at once: each batch is encoded once and shared out among the bottlenecks.

Eyes and mouth have few pixels, and a plain pixel loss leaves them out. The renderer knows where they are, so
their pixels count for more. It knows the factors too, and the encoder also learns to read those: without
that, mouths are found much later. All that passes through a bottleneck is still read off the picture.

The recipe is meant for a GPU (six minutes on an H200). A CPU needs two days: give it ``--minutes``.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED, Portraits, from_bytes, portraits
from demos.data.avatars.render import PARTS
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.weights import Card, save_weights, write_card
from demos.models.attributes import AttributeHeads, attribute_loss, truth_columns, visible
from demos.models.autoencoders.evaluate import CALIBRATED, finished, measure
from demos.models.autoencoders.model import CODE, WEIGHTS, Config, Trunk, random_sizes, reconstruct


@dataclass(frozen=True)
class AutoencoderTraining:
    """The recipe."""

    steps: int = 42_500
    batch: int = 512
    portraits: int = 60_000
    rate: float = 2e-3
    average: float = 0.999
    part_weight: float = 4.0  # that a pixel of eyes or mouth counts more than one elsewhere
    factor_weight: float = 100.0  # of reading the factors, beside the error of a picture
    noise: float = 0.6  # the largest standard deviation of the noise on pictures that are to be cleaned
    samples: int = 2000  # pictures on each side of a measurement
    data_seed: int = TRAIN_SEED


RECIPE = AutoencoderTraining()
SMOKE = AutoencoderTraining(steps=4, batch=16, portraits=500, samples=80)


def begin(recipe: AutoencoderTraining, budget: Budget, device: torch.device, seed: int) -> "AutoencoderRun":
    data = portraits(recipe.portraits, recipe.data_seed, parts=True)
    return AutoencoderRun(recipe, data, budget, device, seed)


FINE = ("brow", "lid", "eye_white", "iris", "pupil", "nose", "mouth", "glasses")


def fine_parts(data: Portraits) -> Tensor:
    """How far fine parts cover each pixel (n, 1, 32, 32), as bytes."""
    assert data.parts is not None
    rows = [data.parts[:, PARTS.index(name)] for name in FINE]
    total = torch.zeros_like(rows[0], dtype=torch.int16)
    for row in rows:
        total += row
    return total.clamp(max=255).to(torch.uint8)[:, None]


class AutoencoderRun(Run[Trunk, AutoencoderTraining]):
    """The trunk with its bottlenecks, its average, the heads that help in training, and the optimizer."""

    saved = ("model", "average", "heads", "optimizers")
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
        super().__init__(recipe, budget, device, seed)
        self.data = data
        seen = visible(data.factors())
        columns = (data.images, fine_parts(data), data.continuous, data.categorical)
        self.columns = [column.to(device) for column in (*columns, torch.stack(list(seen.values()), 1))]
        model = to_channels_last(Trunk(), device)
        self.heads = AttributeHeads(Config().hidden).to(device)
        learned = [*model.parameters(), *self.heads.parameters()]
        self.optimize(model, torch.optim.Adam(learned, recipe.rate, fused=True))
        self.loss: Callable[..., Any] = Loss(self.model, self.heads, recipe, list(seen))
        if device.type == "cuda":  # launching a thousand small kernels takes longer than running them
            self.loss = torch.cuda.make_graphed_callables(self.loss, self.batch())

    def batch(self) -> tuple[Tensor, ...]:
        """What the loss takes, for this step."""
        n, device = self.recipe.batch, self.device
        seeded = generator(self.seed, self.step, device)
        index = torch.randint(len(self.data), (n,), generator=seeded, device=device)
        images, *rest = (column[index] for column in self.columns)
        pictures = from_bytes(images)
        # Half of the batch is for the autoencoder: every second picture with all numbers, and every fourth of
        # these is noisy.
        noisy = pictures.clone()
        grain = torch.randn(noisy[: n // 2 : 8].shape, generator=seeded, device=device)
        strength = torch.rand(len(grain), 1, 1, 1, generator=seeded, device=device)
        noisy[: n // 2 : 8] += self.recipe.noise * strength * grain
        size = random_sizes(n // 2, seeded)
        random = torch.randn(n, CODE, generator=seeded, device=device)
        return pictures, noisy, size, random, *rest

    def train_step(self) -> dict[str, float]:
        losses = self.loss(*self.batch())
        self.descend(losses.sum())
        return dict(zip(("error", "divergence", "factors"), losses.tolist(), strict=True))


class Loss(nn.Module):
    """The terms of the loss (3,): half the squared error of a picture, β times the KL divergence, and how
    badly the factors are read off what the encoder gives."""

    def __init__(
        self, model: Trunk, heads: AttributeHeads, recipe: AutoencoderTraining, hidden: list[str]
    ) -> None:
        super().__init__()
        self.model, self.heads, self.recipe, self.hidden = model, heads, recipe, hidden

    def forward(
        self,
        pictures: Tensor,
        noisy: Tensor,
        size: Tensor,
        random: Tensor,
        fine: Tensor,
        continuous: Tensor,
        categorical: Tensor,
        seen: Tensor,
    ) -> Tensor:
        with autocast(pictures.device):
            drawn, divergence, read = reconstruct(self.model, noisy, size, random)
        weights = pixel_weights(fine, self.recipe.part_weight)
        error = 0.5 * (weights * (drawn - pictures).square()).sum((1, 2, 3)).mean()
        truth = truth_columns(continuous, categorical)
        factors = attribute_loss(self.heads(read), truth, dict(zip(self.hidden, seen.unbind(1), strict=True)))
        return torch.stack([error, divergence, self.recipe.factor_weight * factors])


def pixel_weights(coverage: Tensor, part_weight: float) -> Tensor:
    """How much each pixel counts (n, 1, 64, 64), 1 on average, from how far fine parts cover it (bytes)."""
    weights = 1 + part_weight * F.interpolate(coverage.float() / 255, scale_factor=2.0)
    return weights / weights.mean()


def publish(run: AutoencoderRun, out: Path) -> Card:
    """Measure the averaged trunk and write weights and card to ``out``."""
    model = finished(run.average, run.data.pictures(slice(CALIBRATED)))
    card = run.card("autoencoders", asdict(Config()), parameters(model))
    card.sha256 = save_weights(out, model.state_dict())
    card.metrics, nats = measure(model, run.recipe.samples)
    card.details = {"nats": nats, "held_out": {"seed": HELD_OUT_SEED, "portraits": run.recipe.samples}}
    write_card(out, card)
    return card


train = trainer(RECIPE, WEIGHTS, begin, publish)

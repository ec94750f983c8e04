"""Training of the watermark's patterns: bits in, attack, bits out. Minutes on one CPU thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED, Portraits, portraits
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.watermark.attacks import ATTACKS, attacked
from demos.models.watermark.evaluate import measure
from demos.models.watermark.model import BITS, SIZE, STRENGTH, WEIGHTS, Watermark


@dataclass(frozen=True)
class WatermarkTraining:
    """The recipe. `held_out`: marked portraits to measure on; `unmarked`: portraits that carry nothing."""

    steps: int = 3000
    batch: int = 4 * len(ATTACKS)
    portraits: int = 8000
    held_out: int = 400
    unmarked: int = 20_000
    rate: float = 0.02
    spread: float = 0.1  # weight of how evenly the residual is spread, for it shows where it gathers
    average: float = 0.998
    data_seed: int = TRAIN_SEED


RECIPE = WatermarkTraining()
SMOKE = WatermarkTraining(steps=6, batch=len(ATTACKS), portraits=500, held_out=40, unmarked=100)


def begin(recipe: WatermarkTraining, budget: Budget, device: torch.device, seed: int) -> WatermarkRun:
    data = portraits(recipe.portraits, recipe.data_seed)
    return WatermarkRun(recipe, data, budget, device, seed)


class WatermarkRun(Run[Watermark, WatermarkTraining]):
    """The patterns, their average and the optimizer."""

    tail = 0.7
    warmup = 20

    def __init__(
        self, recipe: WatermarkTraining, data: Portraits, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        model = Watermark(seed).to(device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, fused=True))

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        index = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded)
        bits = torch.randint(2, (len(index), BITS), generator=seeded).float()
        pictures = self.data.pictures(index)
        residual = self.model.residual(pictures.to(self.device), bits.to(self.device))
        marked = (pictures + residual.cpu()).clamp(-1, 1)
        read = self.model.products(attacked(marked, seeded).to(self.device))
        loss = F.binary_cross_entropy_with_logits(read * self.model.gain, bits.to(self.device))
        self.descend(loss + self.recipe.spread * unevenness(residual))
        right = ((read > 0) == (bits.to(self.device) > 0)).float().mean()
        return {"loss": loss.item(), "bits": right.item()}


def unevenness(residual: Tensor) -> Tensor:
    """How much the energy of residuals (n, 3, 64, 64) differs from place to place: 0 if it is the same in all
    squares of 8 px, n - 1 if all is in one of n."""
    energy = F.avg_pool2d(residual.square().mean(1), 8).flatten(1)
    return (energy.square().mean(1) / energy.mean(1).square()).mean() - 1


def publish(run: WatermarkRun, out: Path) -> None:
    """Measure the averaged patterns on held-out portraits and write weights and card."""
    watermark = shipped(run.average)
    config = {"size": SIZE, "bits": BITS, "strength": STRENGTH}
    card = run.card("watermark", config, parameters(watermark))
    card.sha256 = save_weights(out, watermark.state_dict())
    card.metrics = measure(watermark, run.recipe.held_out, run.recipe.unmarked)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

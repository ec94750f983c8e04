"""Pretraining of the small net: every attribute that can be seen at 32 px, of portraits of many people.

Who somebody is, no label says. Minutes on one CPU thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from demos.apps.transfer_learning.evaluate import measure
from demos.apps.transfer_learning.model import (
    CLASSES,
    NET,
    OLD_HEAD,
    SIZE,
    TASKS,
    WEIGHTS,
    attributes,
    random_weights,
)
from demos.data.avatars.dataset import TRAIN_SEED, Portraits, portraits
from demos.kit.training import Budget, Run, generator, trainer
from demos.kit.weights import as_loaded, save_weights, write_card
from demos.models.attributes import attribute_loss, truth_columns, visible


@dataclass(frozen=True)
class Pretraining:
    """The recipe. `held_out`: portraits to measure on."""

    steps: int = 5000
    batch: int = 64
    portraits: int = 16_000
    held_out: int = 2000
    rate: float = 2e-3
    weight_decay: float = 0.02
    average: float = 0.998
    data_seed: int = TRAIN_SEED


RECIPE = Pretraining()
SMOKE = Pretraining(steps=6, batch=16, portraits=500, held_out=100)


def begin(recipe: Pretraining, budget: Budget, device: torch.device, seed: int) -> PretrainingRun:
    data = portraits(recipe.portraits, recipe.data_seed, SIZE)
    return PretrainingRun(recipe, data, budget, device, seed)


class PretrainingRun(Run[nn.ParameterDict, Pretraining]):
    """The net's weights, their average and the optimizer."""

    tail = 0.7
    warmup = 100

    def __init__(
        self, recipe: Pretraining, data: Portraits, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        start = random_weights(NET, seed) | {name: torch.zeros(shape) for name, shape in OLD_HEAD.items()}
        # A parameter's name may hold no dot.
        net = nn.ParameterDict({name.replace(".", "_"): x for name, x in start.items()}).to(device)
        self.optimize(
            net,
            torch.optim.AdamW(net.parameters(), recipe.rate, weight_decay=recipe.weight_decay, fused=True),
        )

    def train_step(self) -> dict[str, float]:
        data = self.data
        index = torch.randint(len(data), (self.recipe.batch,), generator=generator(self.seed, self.step))
        truth = truth_columns(data.continuous[index].to(self.device), data.categorical[index].to(self.device))
        seen = {name: mask.to(self.device) for name, mask in visible(data.factors(index)).items()}
        found = attributes(weights_of(self.model), data.pictures(index, self.device))
        read = {name: x if name in CLASSES else x[:, 0] for name, x in found.items()}
        loss = attribute_loss(read, truth, seen)
        self.descend(loss)
        return {"loss": loss.item()}


def weights_of(net: nn.ParameterDict) -> dict[str, Tensor]:
    return {name: net[name.replace(".", "_")] for name in NET | OLD_HEAD}


def publish(run: PretrainingRun, out: Path) -> None:
    """Measure the averaged net on held-out portraits and write weights and card."""
    weights = {name: x.detach().cpu() for name, x in weights_of(run.average).items()}
    config = {"size": SIZE, "tasks": list(TASKS)}
    card = run.card("transfer_learning", config, sum(x.numel() for x in weights.values()))
    card.sha256 = save_weights(out, weights)
    card.metrics = measure(as_loaded(weights), run.recipe.held_out)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

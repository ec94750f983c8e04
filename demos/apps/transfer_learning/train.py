"""Pretraining of the small net: every attribute that can be seen at 32 px, of portraits of many people.

Who somebody is, no label says. Minutes on one CPU thread.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
from demos.data.avatars.dataset import CACHE, TRAIN_SEED, Portraits, portraits
from demos.kit.device import best_device
from demos.kit.training import (
    Budget,
    Clock,
    Progress,
    average_into,
    decayed,
    generator,
    load_state,
    save_state,
    saving,
    set_rate,
)
from demos.kit.weights import Card, current_commit, save_weights, write_card
from demos.models.attributes import factor_loss, truth_columns, visible


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


def train(
    recipe: Pretraining = RECIPE,
    *,
    minutes: float | None = None,
    device: torch.device | None = None,
    seed: int = 0,
    resume: bool = False,
    out: Path = WEIGHTS,
    work: Path | None = None,
) -> Iterator[Progress]:
    """Train, then measure, then write weights and card to `out`. State is kept in `work`."""
    device = device or best_device()
    work = work or CACHE / "train" / f"transfer_learning-{seed}"
    data = portraits(recipe.portraits, recipe.data_seed, SIZE)
    run = PretrainingRun(recipe, Budget(recipe.steps, minutes), device, seed)
    state = load_state(work / "state.pt") if resume else None
    if state:
        run.restore(state)
    with saving(lambda: save_state(work / "state.pt", run.state())) as saver:
        while (fraction := run.budget.fraction(run.step, run.clock.minutes)) < 1:
            loss = run.train_step(data, fraction)
            saver.tick()
            yield run.progress({"loss": loss})
    yield run.progress({}, "measuring")
    publish(run, out)


class PretrainingRun:
    """Everything that changes during training."""

    def __init__(self, recipe: Pretraining, budget: Budget, device: torch.device, seed: int) -> None:
        self.recipe, self.budget, self.device, self.seed = recipe, budget, device, seed
        start = random_weights(NET, seed) | {name: torch.zeros(shape) for name, shape in OLD_HEAD.items()}
        # A parameter's name may hold no dot.
        self.net = nn.ParameterDict({name.replace(".", "_"): x for name, x in start.items()}).to(device)
        self.average = copy.deepcopy(self.net).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), recipe.rate, weight_decay=recipe.weight_decay, fused=True
        )
        self.step = 0
        self.clock = Clock()

    def train_step(self, data: Portraits, fraction: float) -> float:
        recipe = self.recipe
        set_rate(self.optimizer, decayed(recipe.rate, fraction, tail=0.7) * min(1, (self.step + 1) / 100))
        index = torch.randint(len(data), (recipe.batch,), generator=generator(self.seed, self.step))
        truth = truth_columns(data.continuous[index].to(self.device), data.categorical[index].to(self.device))
        seen = {name: mask.to(self.device) for name, mask in visible(data.factors(index)).items()}
        found = attributes(weights_of(self.net), data.pictures(index, self.device))
        losses = [
            factor_loss(
                name, found[name] if name in CLASSES else found[name][:, 0], truth[name], seen.get(name)
            )
            for name in TASKS
        ]
        loss = torch.stack(losses).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        average_into(self.average, self.net, min(recipe.average, (1 + self.step) / (10 + self.step)))
        self.step += 1
        return loss.item()

    def progress(self, losses: dict[str, float], note: str = "") -> Progress:
        minutes = self.clock.minutes
        return Progress(self.step, self.budget.expected_steps(self.step, minutes), minutes, losses, note)

    def state(self) -> dict[str, Any]:
        return {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "minutes": self.clock.minutes,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self.clock = Clock(state["minutes"])


def weights_of(net: nn.ParameterDict) -> dict[str, Tensor]:
    return {name: net[name.replace(".", "_")] for name in NET | OLD_HEAD}


def publish(run: PretrainingRun, out: Path) -> None:
    """Measure the averaged net on held-out portraits and write weights and card."""
    recipe = run.recipe
    weights = {name: x.detach().cpu() for name, x in weights_of(run.average).items()}
    card = Card(
        demo="transfer_learning",
        config={"size": SIZE, "tasks": list(TASKS), "training": asdict(recipe), "seed": run.seed},
        parameters=sum(x.numel() for x in weights.values()),
        data_seed=recipe.data_seed,
        steps=run.step,
        minutes=round(run.clock.minutes, 1),
        device=run.device.type,
        commit=current_commit(),
    )
    card.sha256 = save_weights(out, weights)
    as_loaded = {name: x.half().float() for name, x in weights.items()}
    card.metrics = measure(as_loaded, recipe.held_out)
    write_card(out, card)

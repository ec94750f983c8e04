"""Nothing is trained here: the judge looks at all sets, and its features are written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from demos.apps.evaluation.evaluate import measure
from demos.apps.evaluation.features import WEIGHTS, belongs_to, restored, small
from demos.apps.evaluation.sets import SETS, pictures
from demos.data.avatars.dataset import HELD_OUT_SEED
from demos.kit.functions import ModelFunction, Runner, call
from demos.kit.training import Clock, Job, Progress, load_state, save_state, saving, training
from demos.kit.weights import Card, current_commit, save_weights, write_card
from demos.models.judge.functions import describe

CHUNK = 50  # pictures


@dataclass(frozen=True)
class Looking:
    """The recipe. `most`: pictures of each set."""

    most: int = max(SETS.values())


RECIPE = Looking()
SMOKE = Looking(most=8)


@training(RECIPE, WEIGHTS)
def train(recipe: Looking, job: Job) -> Iterator[Progress]:
    """Write features and card, whatever seed or time was asked for. What is there so far is kept in the job's
    folder."""
    path = job.work / "state.pt"
    found: dict[str, Tensor] = (load_state(path) if job.resume else None) or {}
    run, clock = runner(job.device), Clock()
    todo = [(name, start) for name, n in SETS.items() for start in range(0, min(n, recipe.most), CHUNK)]
    with saving(lambda: save_state(path, found)) as saver:
        for step, (name, start) in enumerate(todo, start=1):
            have = found.get(name, torch.empty(0, 192, dtype=torch.uint8))
            if start >= len(have):
                count = min(CHUNK, SETS[name] - start, recipe.most - start)
                new: Tensor = run(describe, picture=pictures(run, name, start, count))
                found[name] = torch.cat([have, small(new)])
            saver.tick()
            yield Progress(step, len(todo), clock.minutes, {}, name)
    publish(found, job.device, clock.minutes, job.out)


def runner(device: torch.device) -> Runner:
    """Runs model functions on a device."""

    def run(function: ModelFunction, /, **inputs: object) -> object:
        tensors, settings = function.split(inputs)
        return call(function, tensors, settings, device)

    return run


def publish(found: dict[str, Tensor], device: torch.device, minutes: float, out: Path) -> None:
    config = {"sets": {name: len(x) for name, x in found.items()}, **belongs_to()}
    card = Card("evaluation", config, 0, HELD_OUT_SEED, 0, round(minutes, 1), device.type)
    card.commit = current_commit()
    card.sha256 = save_weights(out, found)
    card.metrics = measure({name: restored(x) for name, x in found.items()})
    write_card(out, card)

"""How well the pretrained net reads attributes, of portraits it has never seen."""

from __future__ import annotations

from pathlib import Path

import torch

from demos.apps.transfer_learning.model import CLASSES, SIZE, TASKS, WEIGHTS, Weights, attributes, pretrained
from demos.data.avatars.dataset import HELD_OUT_SEED, portraits
from demos.kit.metrics import accuracy, r2
from demos.kit.weights import Metric
from demos.models.attributes import truth_columns, visible

# What its net must reach for the demo to have something to transfer, and something to forget.
BARS = {"accuracy.hat": 0.8, "accuracy.glasses": 0.8, "accuracy.clothing_color": 0.8, "r2.skin_tone": 0.8}


def evaluate(samples: int = 2000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """Accuracy or R² per attribute on `samples` held-out portraits. Raises WeightsError."""
    return measure(pretrained(folder), samples)


@torch.inference_mode()
def measure(weights: Weights, samples: int) -> dict[str, Metric]:
    """Accuracy of every categorical and R² of every continuous attribute, where it can be seen."""
    data = portraits(samples, HELD_OUT_SEED, SIZE)
    found = attributes(weights, data.pictures(slice(None)))
    truth, seen = truth_columns(data.continuous, data.categorical), visible(data.factors())
    scores = {}
    for name in TASKS:
        if name in CLASSES:
            scores[f"accuracy.{name}"] = accuracy(found[name].argmax(1), truth[name], seen.get(name))
        else:
            scores[f"r2.{name}"] = r2(found[name][:, 0], truth[name], seen.get(name))
    return {name: Metric(round(value, 4), BARS.get(name), "higher") for name, value in scores.items()}

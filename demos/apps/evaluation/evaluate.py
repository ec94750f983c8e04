"""Whether the stored features are still what the judge sees."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from demos.apps.evaluation.features import STEP, WEIGHTS, stored
from demos.apps.evaluation.sets import pictures
from demos.kit.functions import direct
from demos.kit.metrics import frechet_distance
from demos.kit.weights import Metric
from demos.models.judge.functions import describe

BAR = STEP / 2  # mean difference; rounding alone makes a quarter of a step


def evaluate(samples: int = 8, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """Looks again at the first `samples` pictures of each set. Raises WeightsError."""
    return measure(stored(folder), samples)


def measure(sets: dict[str, Tensor], samples: int = 8) -> dict[str, Metric]:
    """How far features (n, 192) by set are from new ones, and two sets of real portraits from each other."""
    off = [
        (direct(describe, picture=pictures(direct, name, 0, samples)) - features[:samples]).abs().mean()
        for name, features in sets.items()
    ]
    return {
        "difference": Metric(round(float(torch.stack(off).max()), 4), BAR, "lower"),
        "real_to_real": Metric(round(frechet_distance(sets["real"], sets["other"]), 2), None, "lower"),
    }

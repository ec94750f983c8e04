"""How well the judge reads factors off portraits that it has not seen, and what its distances mean."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import Portraits
from demos.data.avatars.factors import CATEGORICAL, CONTINUOUS
from demos.kit.metrics import accuracy, frechet_distance, r2
from demos.kit.weights import Metric
from demos.models.attributes import truth_columns, visible
from demos.models.judge.compare import held_out
from demos.models.judge.model import WEIGHTS, Judge, features, load_judge, read_all

# Factors that the demos show, and what the judge has to reach on them.
BAR = 0.8
SHOWN = (
    "smile", "mouth_open", "blink", "yaw", "roll", "pitch", "light", "skin_tone", "face_width", "hair",
    "hair_color", "beard", "glasses", "hat", "hat_color", "clothing", "clothing_color", "background",
    "brow_raise",
)  # fmt: skip


def evaluate(samples: int = 6000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """Accuracy or R² per factor on ``samples`` held-out portraits. Raises WeightsError."""
    return measure(load_judge(folder=folder), held_out(samples))


def measure(judge: Judge, held_out: Portraits) -> dict[str, Metric]:
    """Accuracy of every categorical and R² of every continuous factor, where it can be seen."""
    read = read_all(judge, held_out.pictures(slice(None)))
    truth = truth_columns(held_out.continuous, held_out.categorical)
    seen = visible(held_out.factors())
    scores = {f"accuracy.{name}": accuracy(read[name], truth[name], seen.get(name)) for name in CATEGORICAL}
    scores |= {f"r2.{name}": r2(read[name], truth[name], seen.get(name)) for name in CONTINUOUS}
    return {key: Metric(round(value, 4), bar_of(key), "higher") for key, value in scores.items()}


def bar_of(metric: str) -> float | None:
    return BAR if metric.partition(".")[2] in SHOWN else None


def ladder(judge: Judge, held_out: Portraits) -> dict[str, float]:
    """Avatar-FID of known damages against held-out portraits: what a number means on this judge."""
    a, b = held_out.pictures(slice(None)).chunk(2)
    seeded = torch.Generator().manual_seed(3)
    few = b[: max(2, len(b) // 30)]
    rungs = {
        "real": b,
        "noise 0.1": b + 0.1 * torch.randn(b.shape, generator=seeded),
        "blur": halved(b),
        "one in 30, repeated": few.repeat(len(b) // len(few), 1, 1, 1),
        "mean picture": b.mean(0, keepdim=True) + 0.01 * torch.randn(b.shape, generator=seeded),
        "uniform noise": torch.rand(b.shape, generator=seeded) * 2 - 1,
    }
    real = features(judge, a)
    return {name: round(frechet_distance(real, features(judge, rung)), 1) for name, rung in rungs.items()}


def halved(pictures: Tensor) -> Tensor:
    """Shrunk to half the size and enlarged again: the ladder's blur."""
    return F.interpolate(F.avg_pool2d(pictures, 2), scale_factor=2.0, mode="bilinear")

"""Generated portraits against drawn ones, in all measures at once."""

from functools import cache

import torch
from torch import Tensor

from demos.avatars.factors import CATEGORICAL
from demos.avatars.metrics import (
    eye_distance,
    frechet_distance,
    histogram_distance,
    precision_recall,
    random_feature_distance,
)
from demos.common.attributes import CLASSES
from demos.common.dataset import HELD_OUT_SEED, Portraits, portraits
from demos.judge.model import Judge, features, read_all


@cache
def held_out(n: int) -> Portraits:
    """Portraits that no model was trained on."""
    return portraits(n, HELD_OUT_SEED)


def compare(judge: Judge, real: Tensor, fake: Tensor) -> dict[str, float]:
    """Measures of fake pictures (m, 3, 64, 64) against real ones (n, 3, 64, 64), both in [-1, 1].

    avatar_fid, precision and recall on the judge's features; two controls that no training knows anything
    about; palette: mean total variation of the class histograms that the judge reads.
    """
    a, b = features(judge, real), features(judge, fake)
    precision, recall = precision_recall(a, b)
    return {
        "avatar_fid": frechet_distance(a, b),
        "precision": precision,
        "recall": recall,
        "random_feature_distance": random_feature_distance(real, fake),
        "eye_window_distance": eye_distance(real, fake),
        "attribute_histogram_distance": attribute_histograms(judge, real, fake),
    }


def attribute_histograms(judge: Judge, real: Tensor, fake: Tensor) -> float:
    """Mean over categorical factors of the total variation between read classes."""
    a, b = read_all(judge, real), read_all(judge, fake)
    distances = [histogram_distance(a[name], b[name], CLASSES[name]) for name in CATEGORICAL]
    return float(torch.tensor(distances).mean())

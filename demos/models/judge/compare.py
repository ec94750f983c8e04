"""Generated portraits against drawn ones, in all measures."""

from dataclasses import dataclass
from functools import cache, cached_property

import torch
from torch import Tensor

from demos.data.avatars.dataset import HELD_OUT_SEED, Portraits, portraits
from demos.data.avatars.factors import CATEGORICAL
from demos.kit.metrics import (
    eye_distance,
    frechet_distance,
    histogram_distance,
    precision_recall,
    random_features,
)
from demos.models.attributes import CLASSES
from demos.models.judge.model import Judge, features, read_all


@cache
def held_out(n: int) -> Portraits:
    """Portraits that no model was trained on."""
    return portraits(n, HELD_OUT_SEED)


@dataclass
class Reference:
    """Drawn portraits (n, 3, 64, 64) to compare with; what is measured on them is measured once."""

    judge: Judge
    pictures: Tensor

    @cached_property
    def features(self) -> Tensor:
        return features(self.judge, self.pictures)

    @cached_property
    def random(self) -> Tensor:
        return random_features(self.pictures)

    @cached_property
    def read(self) -> dict[str, Tensor]:
        return read_all(self.judge, self.pictures)

    def quality(self, fake: Tensor) -> dict[str, float]:
        """avatar_fid, precision and recall of pictures (m, 3, 64, 64), on the judge's features."""
        seen = features(self.judge, fake)
        precision, recall = precision_recall(self.features, seen)
        return {
            "avatar_fid": frechet_distance(self.features, seen),
            "precision": precision,
            "recall": recall,
        }

    def controls(self, fake: Tensor) -> dict[str, float]:
        """Two distances that no training knows about, and how far the shares of the read classes are off."""
        return {
            "random_feature_distance": 1000 * frechet_distance(self.random, random_features(fake)),
            "eye_window_distance": eye_distance(self.pictures, fake),
            "attribute_histogram_distance": self.histograms(read_all(self.judge, fake)),
        }

    def histograms(self, read: dict[str, Tensor]) -> float:
        """Mean over categorical factors of the total variation between the classes that the judge reads."""
        distances = [histogram_distance(self.read[name], read[name], CLASSES[name]) for name in CATEGORICAL]
        return float(torch.tensor(distances).mean())

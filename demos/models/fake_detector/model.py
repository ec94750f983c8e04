"""The detector: every place of a picture says how fake its surroundings look, and the mean is the verdict.

It is fully convolutional, and a place sees 27 px around it: that traces are local is what makes a detector
generalize, and it shows where they are (Chai et al. 2020, arXiv:2008.10588).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from demos.kit.weights import loaded

WEIGHTS = Path(__file__).parent / "weights"
SIZE, PLACES = 64, 16  # px of a picture, and places across it that have a say


@dataclass(frozen=True)
class DetectorConfig:
    """Channels at 32 and at 16 px."""

    fine: int = 24
    coarse: int = 48


DEFAULT = DetectorConfig()


class Detector(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] to what each place says (n, 16, 16): logits, above 0 for fake."""

    def __init__(self, config: DetectorConfig = DEFAULT) -> None:
        super().__init__()
        fine, coarse = config.fine, config.coarse
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(2),  # (n, 12, 32, 32): no pixel is lost
            *convolution(12, fine, 3),
            *convolution(fine, fine, 3),
            *convolution(fine, coarse, 4, stride=2),
            *convolution(coarse, coarse, 3),
            nn.Conv2d(coarse, 1, 1),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        places: Tensor = self.layers(pictures)
        return places[:, 0]


def convolution(channels: int, out: int, kernel: int, stride: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(channels, out, kernel, stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(out), nn.ReLU()


def verdict(places: Tensor) -> Tensor:
    """The logits (n,) of pictures: the mean of what their places say."""
    return places.mean((1, 2))


@cache
def load_detector(device: torch.device | None = None, folder: Path = WEIGHTS) -> Detector:
    """The trained detector, in inference mode. Raises WeightsError."""
    return loaded(Detector(), folder, device)

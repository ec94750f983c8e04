"""Detector, retargeter and generator as one model."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from demos.kit.device import autocast, to_channels_last
from demos.kit.training import channels_last
from demos.kit.weights import Card, loaded, read_card
from demos.models.avatarify.detector import Detector
from demos.models.avatarify.generator import Generator
from demos.models.avatarify.keypoints import Keypoints
from demos.models.avatarify.retargeter import Retargeter

WEIGHTS = Path(__file__).parent / "weights"


class Avatarify(nn.Module):
    """All nets of the demo."""

    def __init__(self) -> None:
        super().__init__()
        self.detector, self.retargeter, self.generator = Detector(), Retargeter(), Generator()


@torch.inference_mode()
def detected(detector: Detector, pictures: Tensor) -> Keypoints:
    """Keypoints of any number of pictures (n, 3, 64, 64), in batches."""
    found = []
    for chunk in pictures.split(100):
        with autocast(chunk.device):
            found.append(detector(channels_last(chunk)))
    return Keypoints(*(torch.cat(column) for column in zip(*found, strict=True)))


@cache
def card() -> Card:
    """The shipped model's card. Raises WeightsError."""
    return read_card(WEIGHTS)


@cache
def load_avatarify(device: torch.device | None = None, folder: Path = WEIGHTS) -> Avatarify:
    """The trained nets, in inference mode. Raises WeightsError."""
    return to_channels_last(loaded(Avatarify(), folder, device))

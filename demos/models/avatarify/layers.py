"""What the nets are built of."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def convolution(channels: int, out: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    padding = 1 if kernel == 3 or stride == 2 else kernel // 2
    conv = nn.Conv2d(channels, out, kernel, stride, padding=padding, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU())


class Residual(nn.Module):
    """Two convolutions beside the identity, normalized before each."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.path(x)


class Hourglass(nn.Module):
    """Down twice and up again, with what was fine added on the way back: (n, c, s, s) to (n, first, s, s).

    `widths`: channels at s, s/2 and s/4. The paper's hourglass (Newell et al. 2016) is deeper, as its
    pictures are larger.
    """

    def __init__(self, channels: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.enter = convolution(channels, fine)
        self.down = convolution(fine, middle, 4, stride=2)
        self.deeper = nn.Sequential(convolution(middle, coarse, 4, stride=2), Residual(coarse))
        self.up = convolution(coarse + middle, middle)
        self.leave = convolution(middle + fine, fine)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.enter(x)
        middle = self.down(fine)
        x = self.up(torch.cat([doubled(self.deeper(middle)), middle], 1))
        left: Tensor = self.leave(torch.cat([doubled(x), fine], 1))
        return left


def in_full(device: torch.device) -> AbstractContextManager[None]:
    """No bfloat16 here: it knows places in a picture to a quarter of a pixel only."""
    return torch.autocast(device.type, enabled=False)


def doubled(x: Tensor) -> Tensor:
    """Twice as large (n, c, 2h, 2w)."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")

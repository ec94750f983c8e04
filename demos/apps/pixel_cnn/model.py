"""A gated PixelCNN (van den Oord et al. 2016): portraits of 16 × 16 pixels in 32 colors, one pixel at a time.

Two stacks of convolutions, so that there is no blind spot. The vertical one sees the rows above a pixel, the
horizontal one what stands to its left in its own row, and at every layer it also gets what the vertical one
has found. Instead of masks, both read the picture shifted by a row and by a pixel: what a place reads is then
what comes before it, and every kernel may end at its own place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.device import best_device
from demos.kit.functions import function
from demos.kit.weights import load_into, load_weights

SIDE, COLORS = 16, 32
WEIGHTS = Path(__file__).with_name("weights")


@dataclass(frozen=True)
class PixelConfig:
    channels: int = 64
    # Steps between the places that a layer's kernels read: a face is alike on both sides, so a pixel has to
    # see the other end of its row.
    steps: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4, 1)
    last: int = 96  # channels between the stacks and the colors


class Layer(nn.Module):
    """One gated layer of both stacks. A gate lets through tanh of one half of the channels as far as the
    sigmoid of the other half says."""

    def __init__(self, channels: int, step: int) -> None:
        super().__init__()
        self.step = step
        self.above = nn.Conv2d(channels, 2 * channels, (2, 3), dilation=step)
        self.left = nn.Conv2d(channels, 2 * channels, (1, 2), dilation=(1, step))
        self.down = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def vertical(self, above: Tensor) -> tuple[Tensor, Tensor]:
        """The vertical stack (n, channels, rows, 16) after the layer, and what the horizontal one gets."""
        step = self.step
        found = self.above(F.pad(above, (step, step, step, 0)))
        return above + gated(found), self.down(found)

    def forward(self, above: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        above, from_above = self.vertical(above)
        found = self.left(F.pad(left, (self.step, 0))) + from_above
        return above, left + self.out(gated(found))


def gated(x: Tensor) -> Tensor:
    signal, gate = x.chunk(2, 1)
    return signal.tanh() * gate.sigmoid()


class PixelNet(nn.Module):
    """Pictures as numbers of colors (n, 16, 16) to logits (n, 32, 16, 16) of each pixel's color, given the
    rows above it and what stands to its left."""

    palette: Tensor  # (32, 3) bytes: red, green and blue of each color

    def __init__(self, config: PixelConfig | None = None) -> None:
        super().__init__()
        config = config or PixelConfig()
        channels = config.channels
        self.color = nn.Embedding(COLORS, channels)
        self.place = nn.Parameter(torch.zeros(2, channels, SIDE, SIDE))  # of both stacks
        self.layers = nn.ModuleList(Layer(channels, step) for step in config.steps)
        self.last = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, config.last, 1), nn.ReLU(), nn.Conv2d(config.last, COLORS, 1)
        )
        self.register_buffer("palette", torch.zeros(COLORS, 3, dtype=torch.uint8))

    def forward(self, colors: Tensor) -> Tensor:
        return self.logits(self.color(colors).permute(0, 3, 1, 2))

    def logits(self, seen: Tensor) -> Tensor:
        """From the embedded colors (n, channels, 16, 16)."""
        above = shifted_down(seen) + self.place[0]
        left = F.pad(seen, (1, -1)) + self.place[1]
        for layer in self.layers:
            above, left = layer(above, left)
        found: Tensor = self.last(left)
        return found


def shifted_down(x: Tensor) -> Tensor:
    return F.pad(x, (0, 0, 1, -1))

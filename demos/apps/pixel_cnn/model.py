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
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.functions import function
from demos.kit.weights import loaded

SIDE, COLORS = 16, 32
PICTURE = ("n", SIDE, SIDE)
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
        """The vertical stack (n, channels, rows, 16) after the layer, and what `down` takes from it."""
        step = self.step
        found = self.above(F.pad(above, (step, step, step, 0)))
        return above + gated(found), found

    def forward(self, above: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        above, from_above = self.vertical(above)
        found = self.left(F.pad(left, (self.step, 0))) + self.down(from_above)
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

    def stack(self) -> list[Layer]:
        return [layer for layer in self.layers if isinstance(layer, Layer)]

    def forward(self, colors: Tensor) -> Tensor:
        return self.logits(self.embedded(colors))

    def embedded(self, colors: Tensor) -> Tensor:
        """Numbers of colors (n, rows, 16) as vectors (n, channels, rows, 16)."""
        return self.color(colors).permute(0, 3, 1, 2)

    def logits(self, seen: Tensor) -> Tensor:
        """From embedded colors (n, channels, 16, 16)."""
        above = F.pad(seen, (0, 0, 1, -1)) + self.place[0]
        left = F.pad(seen, (1, -1)) + self.place[1]
        for layer in self.stack():
            above, left = layer(above, left)
        found: Tensor = self.last(left)
        return found


@cache
@torch.inference_mode(False)  # `influence` takes gradients through what another function asked for first
def load_net(device: torch.device | None = None, folder: Path = WEIGHTS) -> PixelNet:
    """The trained net, in inference mode. Raises WeightsError."""
    return loaded(PixelNet(), folder, device)


# Painting


@function(
    takes={"colors": PICTURE, "given": PICTURE, "chances": PICTURE, "temperature": ("n",)},
    gives={"colors": PICTURE, "logits": ("n", SIDE, COLORS)},
)
def paint(
    *, colors: Tensor, given: Tensor, chances: Tensor, temperature: Tensor, row: int
) -> dict[str, Tensor]:
    """One row more of pictures of which all rows above are painted, and the logits of its pixels.

    Where `given` is 1, the color stays; elsewhere `chances` from 0 to 1 decide.
    """
    return paint_row(load_net(colors.device), colors, given, chances, temperature, row)


def paint_row(
    net: PixelNet, colors: Tensor, given: Tensor, chances: Tensor, temperature: Tensor, row: int
) -> dict[str, Tensor]:
    """What `paint` does, by any net.

    The vertical stack sees finished rows only, so it runs once for the row. The horizontal one goes from
    pixel to pixel and keeps what its layers have read, so no pixel is computed twice.
    """
    layers = [
        AlongRow.of(layer, found)
        for layer, found in zip(net.stack(), from_above(net, colors[:, :row]), strict=True)
    ]
    nothing = net.place.new_zeros(len(colors), net.color.embedding_dim)
    # What each layer has read of the row, from as far to the left of it as it looks.
    read = [[nothing] * layer.step for layer in layers]
    painted, before, row_logits = colors.clone(), nothing, []
    for column in range(SIDE):
        x = before + net.place[1, :, row, column]
        for layer, memory in zip(layers, read, strict=True):
            memory.append(x)
            x = layer.at(column, memory[column], x)
        logits = net.last(x[:, :, None, None])[:, :, 0, 0]
        drawn = draw(logits, temperature, chances[:, row, column])
        color = torch.where(given[:, row, column] > 0, colors[:, row, column], drawn)
        painted[:, row, column], before = color, net.color(color)
        row_logits.append(logits)
    return {"colors": painted, "logits": torch.stack(row_logits, 1)}


def from_above(net: PixelNet, rows: Tensor) -> list[Tensor]:
    """What each layer's horizontal stack gets from the vertical one, (n, 2 × channels, 16), in the row below
    some rows (n, r, 16)."""
    above, found, layers = F.pad(net.embedded(rows), (0, 0, 1, 0)), [], net.stack()
    above = above + net.place[0, :, : rows.shape[1] + 1]
    reach = sum(layer.step for layer in layers)
    for layer in layers:
        above, last = layer.vertical(above[:, :, -1 - reach :])  # no more rows than matter to the last one
        found.append(layer.down(last[:, :, -1:])[:, :, 0])
        reach -= layer.step
    return found


@dataclass(frozen=True)
class AlongRow:
    """A layer of the horizontal stack in one row, as matrices."""

    step: int
    both: Tensor  # (2 × channels, 2 × channels): from the place a step to the left and the place itself
    known: Tensor  # (16, n, 2 × channels): what else is added there
    out: Tensor  # (channels, channels)
    bias: Tensor  # (channels,)

    @classmethod
    def of(cls, layer: Layer, found: Tensor) -> AlongRow:
        """From what the layer gets from above, (n, 2 × channels, 16)."""
        both = layer.left.weight[:, :, 0].permute(2, 1, 0).flatten(0, 1).contiguous()
        known = found.permute(2, 0, 1) + bias_of(layer.left)
        return cls(layer.step, both, known, layer.out.weight[:, :, 0, 0].T.contiguous(), bias_of(layer.out))

    def at(self, column: int, left: Tensor, x: Tensor) -> Tensor:
        """The stack (n, channels) after the layer, from what it reads a step to the left and at the place."""
        found = torch.addmm(self.known[column], torch.cat([left, x], 1), self.both)
        return torch.addmm(x, gated(found), self.out) + self.bias


def bias_of(conv: nn.Conv2d) -> Tensor:
    """The bias, which every convolution here has."""
    return cast(Tensor, conv.bias)


def draw(logits: Tensor, temperature: Tensor, chances: Tensor) -> Tensor:
    """Colors (n,) from logits (n, 32): each as often as the softmax at its temperature says; at temperature
    0, the most probable one."""
    share = (logits.double() / temperature[:, None].clamp_min(1e-3)).softmax(1).cumsum(1)
    return torch.searchsorted(share, chances[:, None] * share[:, -1:], right=True)[:, 0].clamp_max(COLORS - 1)


# Looking at pictures


@function(takes={"colors": PICTURE}, gives={"log_probability": ("n", COLORS, SIDE, SIDE)})
def distributions(*, colors: Tensor) -> Tensor:
    """The logarithm of every color's probability at every pixel of pictures, given the pixels before it."""
    logits: Tensor = load_net(colors.device)(colors)
    return logits.log_softmax(1)


@function(
    takes={"colors": PICTURE, "row": ("n",), "column": ("n",)},
    gives={"influence": PICTURE},
)
@torch.inference_mode(False)
@torch.enable_grad()
def influence(*, colors: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """How much the distribution at one pixel of each picture hangs on every other pixel: the length of the
    gradient of its color's log probability in the vector that stands for the other pixel's color."""
    net, each = load_net(colors.device), torch.arange(len(colors), device=colors.device)
    colors = colors.clone()
    seen = net.embedded(colors).detach().requires_grad_(True)
    scores = net.logits(seen).log_softmax(1)[each, colors[each, row, column], row, column]
    (gradient,) = torch.autograd.grad(scores.sum(), seen)
    return gradient.norm(dim=1)

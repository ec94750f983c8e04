"""The flow net: which way noise must move to become a portrait's latent.

A U-Net of two levels on latents of 16 × 16 (Rombach et al. 2022, arXiv:2112.10752). At each level, blocks of
convolutions, which time and context modulate (Peebles and Xie 2023), take turns with attention: to all other
places, so that both eyes may match, and to the tokens of the context (`conditions`). It is trained by flow
matching (Lipman et al. 2023, arXiv:2210.02747): from noise at time 0 to a latent at time 1 along straight
lines.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.captions.tokens import PADDING
from demos.kit.device import to_channels_last
from demos.kit.weights import Card, loaded, read_card
from demos.models.diffusion.autoencoder import LATENT, SIDE, Autoencoder
from demos.models.diffusion.conditions import (
    WIDTH,
    AttributeEncoder,
    Context,
    Control,
    Decoupled,
    TextEncoder,
    attend,
    heads,
    shares,
)

WEIGHTS = Path(__file__).parent / "weights"
HEAD = 64  # numbers in an attention head
Layer = TypeVar("Layer", bound=nn.Module)
Maps = list[Tensor]


@dataclass(frozen=True)
class FlowConfig:
    """Channels at 16 and at 8 px; pairs of blocks at 8 px; width of what modulates them; channels of what
    flows."""

    channels: tuple[int, int] = (128, 192)
    middle: int = 2
    style: int = 256
    latent: int = LATENT


class Residual(nn.Module):
    """Two convolutions behind a norm that the style scales and shifts; at first they add nothing."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = shut(nn.Conv2d(channels, channels, 3, padding=1))
        self.modulation = shut(nn.Linear(style, 2 * channels))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y = modulated(x, self.modulation(style))
        return x + as_rows(self.second(F.silu(self.first(as_maps(y)))))


class Attention(nn.Module):
    """Each place looks at all places, then at the tokens of the context."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.count = channels // HEAD
        self.read = nn.Linear(channels, 3 * channels)
        self.write = shut(nn.Linear(channels, channels))
        self.ask = nn.Linear(channels, channels)
        self.answer = nn.Linear(WIDTH, 2 * channels)
        self.tell = nn.Linear(channels, channels)
        self.modulation = shut(nn.Linear(style, 2 * channels))

    def forward(
        self,
        x: Tensor,
        style: Tensor,
        context: Context,
        maps: Maps | None = None,
        decoupled: Decoupled | None = None,
    ) -> Tensor:
        y = modulated(x, self.modulation(style)).flatten(1, 2)
        query, key, value = (heads(part, self.count) for part in self.read(y).chunk(3, -1))
        found = attend(query, key, value).transpose(1, 2).flatten(2)
        x = x + self.write(found).view_as(x)
        query = heads(self.ask(normed(x).flatten(1, 2)), self.count)
        key, value = (heads(part, self.count) for part in self.answer(context.tokens).chunk(2, -1))
        if maps is not None:
            maps.append(shares(query, key, context.seen).mean(1).unflatten(1, x.shape[1:3]))
        found = attend(query, key, value, context.seen)
        if decoupled is not None:
            found = found + decoupled.find(query)
        return x + self.tell(found.transpose(1, 2).flatten(2)).view_as(x)


class Flow(nn.Module):
    """`forward(latents, time, context)`: velocities (n, 8, 16, 16) at latents and times (n,) from 0 to 1.

    `maps` gets, of each attention to the context, how much of each token every place takes:
    (n, h, w, LENGTH). `decoupled`: what an adapter adds in each of the `attentions`. `control`: what a copy
    of the first half adds where it ends; it may have more rows (m), and `several` (m,) says to which row of
    the first half each of them is added.
    """

    def __init__(self, config: FlowConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FlowConfig()
        (fine, coarse), style = config.channels, config.style
        self.text, self.attributes = TextEncoder(), AttributeEncoder()
        self.nothing = nn.Parameter(0.3 * torch.randn(WIDTH))
        self.clock = nn.Sequential(nn.Linear(style, style), nn.SiLU(), nn.Linear(style, style))
        self.gist = nn.Linear(WIDTH, style)
        self.enter = nn.Conv2d(config.latent, fine, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(SIDE, SIDE, fine))
        self.down = nn.ModuleList([Residual(fine, style), Attention(fine, style)])
        self.shrink = nn.Conv2d(fine, coarse, 2, stride=2)
        middle: list[nn.Module] = []
        for _ in range(config.middle):
            middle += [Residual(coarse, style), Attention(coarse, style)]
        self.middle = nn.ModuleList([*middle, Residual(coarse, style)])
        self.grow = nn.Linear(coarse, 4 * fine)
        self.merge = nn.Linear(2 * fine, fine)
        self.up = nn.ModuleList([Residual(fine, style), Attention(fine, style), Residual(fine, style)])
        self.finish = shut(nn.Linear(style, 2 * fine))
        self.leave = shut(nn.Conv2d(fine, config.latent, 3, padding=1))

    def forward(
        self,
        latents: Tensor,
        time: Tensor,
        context: Context,
        maps: Maps | None = None,
        decoupled: Sequence[Decoupled] = (),
        control: Control | None = None,
        several: Tensor | None = None,
    ) -> Tensor:
        others = iter(decoupled) if decoupled else repeat(None)
        style = self.style(time, context)
        x = as_rows(self.enter(latents))
        x = x + self.place.to(x)
        x = through(self.down, x, style, context, maps, others)
        y = as_rows(self.shrink(as_maps(x)))
        y = through(self.middle, y, style, context, maps, others)
        if several is not None:
            x, y, style, context = x[several], y[several], style[several], context.rows(several)
        if control is not None:
            x, y = control.added(x, y)
        y = as_rows(F.pixel_shuffle(as_maps(self.grow(y)), 2))
        x = self.merge(torch.cat([x, y], dim=-1))
        x = through(self.up, x, style, context, maps, others)
        x = modulated(x, self.finish(style))
        with torch.autocast(x.device.type, enabled=False):
            velocity: Tensor = self.leave(F.silu(as_maps(x).float()))
        return velocity

    @property
    def attentions(self) -> list[Attention]:
        """In the order in which `forward` passes through them."""
        blocks = (*self.down, *self.middle, *self.up)
        return [block for block in blocks if isinstance(block, Attention)]

    def drop(self, context: Context, nothing: Tensor) -> Context:
        """The context, with one token that says nothing for those rows (n,) that are to have no condition."""
        first = torch.zeros_like(context.seen)
        first[:, 0] = True
        tokens = torch.where(nothing[:, None, None], self.nothing.to(context.tokens), context.tokens)
        return Context(tokens, torch.where(nothing[:, None], first, context.seen))

    def empty(self, like: Context) -> Context:
        """A context that says nothing to any row."""
        return self.drop(like, torch.ones_like(like.seen[:, 0]))

    def by_words(self, numbers: Tensor) -> Context:
        """The context of captions' token numbers (n, LENGTH); captions without words say nothing."""
        return self.drop(self.text(numbers), numbers[:, 1] == PADDING)

    def style(self, time: Tensor, context: Context) -> Tensor:
        """What modulates the blocks (n, style): the time, and the gist of the context."""
        return F.silu(self.clock(ticks(time, self.config.style)) + self.gist(context.mean()))


def ticks(time: Tensor, width: int) -> Tensor:
    """Times (n,) as sines and cosines of many rates (n, width)."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=time.device) * (-math.log(1000) / half))
    angles = 100 * time.float()[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


def shut(layer: Layer) -> Layer:
    """The layer with all weights 0."""
    for weights in layer.parameters():
        nn.init.zeros_(weights)
    return layer


def modulated(x: Tensor, scale_and_shift: Tensor) -> Tensor:
    """Rows (n, h, w, c) normed, then scaled and shifted by (n, 2c)."""
    scale, shift = scale_and_shift.to(x)[:, None, None].chunk(2, dim=-1)
    return torch.addcmul(shift, normed(x), 1 + scale)


def normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:])


def as_rows(maps: Tensor) -> Tensor:
    """Maps (n, c, h, w) as (n, h, w, c), which needs no copy in the channels-last layout."""
    return maps.permute(0, 2, 3, 1).contiguous()


def as_maps(rows: Tensor) -> Tensor:
    """And back."""
    return rows.permute(0, 3, 1, 2)


def through(
    blocks: nn.ModuleList,
    x: Tensor,
    style: Tensor,
    context: Context,
    maps: Maps | None = None,
    others: Iterator[Decoupled | None] | None = None,
) -> Tensor:
    others = others or repeat(None)
    for block in blocks:
        attends = isinstance(block, Attention)
        x = block(x, style, context, maps, next(others)) if attends else block(x, style)
    return x


def base_hash(flow: Flow) -> str:
    """The sha256 of a flow net's weights without its text encoder: that may learn better words, and what was
    trained on the rest stays valid."""
    found = hashlib.sha256()
    for name, weights in sorted(flow.state_dict().items()):
        if not name.startswith("text."):
            found.update(name.encode())
            found.update(weights.detach().cpu().half().contiguous().numpy().tobytes())
    return found.hexdigest()


class LatentDiffusion(nn.Module):
    """Autoencoder and flow net, as they are stored."""

    def __init__(self, config: FlowConfig | None = None) -> None:
        super().__init__()
        self.autoencoder = Autoencoder()
        self.flow = Flow(config)


@cache
def card() -> Card:
    """The shipped model's card. Raises WeightsError."""
    return read_card(WEIGHTS)


@cache
def load_diffusion(device: torch.device | None = None, folder: Path = WEIGHTS) -> LatentDiffusion:
    """The trained model, in inference mode. Raises WeightsError."""
    sizes = read_card(folder).config
    config = FlowConfig(tuple(sizes["channels"]), sizes["middle"], sizes["style"])
    return to_channels_last(loaded(LatentDiffusion(config), folder, device))

"""The three nets.

The writer is the transformer of `demos.models.text` (Vaswani et al. 2017) with a table of musical tokens.

The editor, an AR-CNN as AWS DeepComposer had it, is a U-Net (Ronneberger et al. 2015) that reads a piano roll
and scores each cell as the next one to change; it sees the same place of other bars directly. The accompanist
is the generator of a GAN (Goodfellow et al. 2014) with the melody as its condition, after MuseGAN (Dong et
al. 2018), which writes several piano rolls at once; its beginnings are binary also in training, by
straight-through estimates (Dong and Yang 2018). Both are convolutions along time; pitches are channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.tunes.tune import BAR, PITCHES
from demos.kit.weights import loaded
from demos.models.melody.rolls import BAR_TOKENS, CHROMA, EIGHTH, PART_PITCHES, TOKENS
from demos.models.text.model import TextConfig, TextNet

WEIGHTS = Path(__file__).parent / "weights"
WRITER = TextConfig("transformer", TOKENS, embedding=96, hidden=96, layers=3, heads=3, reach=8 * BAR_TOKENS)


@dataclass(frozen=True)
class UNetConfig:
    """Channels of its four levels, of which each is halved in time, the last but one to a whole bar."""

    widths: tuple[int, int, int, int] = (64, 80, 92, 92)


@dataclass(frozen=True)
class NoiseConfig:
    """Random numbers of an accompaniment: for the whole, and for each bar."""

    whole: int = 24
    bar: int = 8


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv1d(width, width, 3, padding=1), nn.Conv1d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class UNet(nn.Module):
    """(n, channels, steps) to (n, outputs, steps), for whole bars of `bar` steps. It knows each step's place
    in its bar. `added` more channels come in at the lowest level, where each step is a bar."""

    def __init__(self, channels: int, outputs: int, bar: int, config: UNetConfig, added: int = 0) -> None:
        super().__init__()
        a, b, c, d = config.widths
        self.bar = bar
        self.place = nn.Parameter(torch.zeros(a, bar))
        self.read: nn.Module = nn.Conv1d(channels, a, 5, padding=2)
        strides = (2, 2, bar // 4)
        pairs = ((a, b), (b, c), (c, d))
        self.down = nn.ModuleList(
            nn.Conv1d(x, y, stride, stride) for (x, y), stride in zip(pairs, strides, strict=True)
        )
        self.blocks = nn.ModuleList(Block(width) for width in config.widths)
        self.mix = nn.Conv1d(d + added, d, 3, padding=1)
        self.wide = nn.Sequential(nn.Conv1d(d, d, 5, padding=2), nn.SiLU(), nn.Conv1d(d, d, 5, padding=2))
        self.up = nn.ModuleList(nn.Conv1d(x + y, x, 3, padding=1) for x, y in pairs)
        self.out = nn.Conv1d(a, outputs, 5, padding=2)

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        x = self.read(x) + self.place.repeat(1, x.shape[2] // self.bar)
        levels = []
        for block, down in zip(self.blocks, self.down, strict=False):
            x = block(x)
            levels.append(x)
            x = down(x)
        x = self.mix(x if added is None else torch.cat([x, added], 1))
        x = self.blocks[-1](x)
        x = x + self.wide(x)
        for level, up in zip(reversed(levels), reversed(self.up), strict=True):
            x = F.interpolate(x, size=level.shape[2])
            x = level + F.silu(up(torch.cat([level, x], 1)))
        scores: Tensor = self.out(F.silu(x))
        return scores


class SamePlace(nn.Module):
    """Adds to each step what stands at the same place of up to four bars before and behind: tunes repeat
    themselves, and at the U-Net's lowest level, where bars meet, one step is a whole bar."""

    def __init__(self, width: int, bar: int) -> None:
        super().__init__()
        self.bars = nn.Conv1d(width, width, 9, padding=4 * bar, dilation=bar)
        self.out = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.out(F.silu(self.bars(F.silu(x))))


class Editor(UNet):
    """Piano rolls (n, 36, steps) of whole bars to a score for each cell to be the next one changed."""

    def __init__(self, config: UNetConfig | None = None) -> None:
        config = config or UNetConfig()
        super().__init__(PITCHES, PITCHES, BAR, config)
        width = config.widths[0]
        self.read = nn.Sequential(self.read, SamePlace(width, BAR), SamePlace(width, BAR))


class Generator(nn.Module):
    """Melodies as chroma (n, 13, eighths) of whole bars, and noise (n, 24) and (n, 8, bars), to logits
    (n, 36, eighths) of accompaniments: above 0, a note begins."""

    def __init__(self, config: UNetConfig | None = None, noise: NoiseConfig | None = None) -> None:
        super().__init__()
        noise = noise or NoiseConfig()
        added = noise.whole + noise.bar
        self.net = UNet(CHROMA + noise.whole, PART_PITCHES, BAR // EIGHTH, config or UNetConfig(), added)

    def forward(self, chroma: Tensor, whole: Tensor, bars: Tensor) -> Tensor:
        everywhere = whole[:, :, None]
        x = torch.cat([chroma, everywhere.expand(-1, -1, chroma.shape[2])], 1)
        scores: Tensor = self.net(x, torch.cat([everywhere.expand(-1, -1, bars.shape[2]), bars], 1))
        return scores


class Critic(nn.Module):
    """Melodies as chroma (n, 13, eighths) and accompaniments (n, 36, eighths) to scores (n, bars + 1), of
    each bar with its neighbors and of the whole: higher for what looks real. Used in training only."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.read = nn.Sequential(
            nn.Conv1d(CHROMA + PART_PITCHES, width, 3, padding=1), nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.bars = nn.Conv1d(width, 1, 3, padding=1)
        self.whole = nn.Sequential(nn.Linear(2 * width, width), nn.LeakyReLU(0.2), nn.Linear(width, 1))

    def forward(self, chroma: Tensor, parts: Tensor) -> Tensor:
        seen = self.read(torch.cat([chroma, parts], 1))
        whole = self.whole(torch.cat([seen.mean(2), seen.std(2)], 1))
        return torch.cat([self.bars(seen)[:, 0], whole], 1)


def binary(logits: Tensor) -> Tensor:
    """1 where a logit is above 0, else 0; backward as if it were the logistic function."""
    smooth = logits.sigmoid()
    return (logits > 0).to(smooth) + smooth - smooth.detach()


@cache
def load_writer(device: torch.device | None = None, folder: Path = WEIGHTS) -> TextNet:
    """The trained transformer. Raises WeightsError."""
    return loaded(TextNet(WRITER), folder, device, "transformer")


@cache
def load_editor(device: torch.device | None = None, folder: Path = WEIGHTS) -> Editor:
    """The trained AR-CNN. Raises WeightsError."""
    return loaded(Editor(), folder, device, "ar-cnn")


@cache
def load_generator(device: torch.device | None = None, folder: Path = WEIGHTS) -> Generator:
    """The trained generator. Raises WeightsError."""
    return loaded(Generator(), folder, device, "gan")

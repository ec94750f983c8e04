"""Style transfer in one pass: a net that gives a portrait's features the statistics of a texture's (adaptive
instance normalization, Huang and Belongie 2017), with noise to make texture of where a portrait is flat
(Ulyanov et al. 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.functions import function
from demos.kit.random import normal
from demos.kit.weights import loaded

PICTURE = ("n", 3, 64, 64)
WEIGHTS = Path(__file__).with_name("weights")
MOST_RATIO = 40.0  # style weight by content weight, as far as the net is trained


@dataclass(frozen=True)
class StyleConfig:
    channels: tuple[int, int, int] = (16, 32, 64)  # at 64, 32 and 16 px
    blocks: int = 3  # at 16 px
    style: int = 64  # numbers that a style's statistics are summed up in

    @property
    def statistics(self) -> int:
        """Numbers that describe a style: mean and deviation of each channel."""
        return 2 * sum(self.channels)


class Encoder(nn.Module):
    """Pictures (n, 3, 64, 64) to features at 64, 32 and 16 px."""

    def __init__(self, config: StyleConfig) -> None:
        super().__init__()
        fine, middle, coarse = config.channels
        self.fine = nn.Conv2d(3, fine, 5, padding=2, padding_mode="reflect")
        self.middle = nn.Conv2d(fine, middle, 4, stride=2, padding=1)
        self.coarse = nn.Conv2d(middle, coarse, 4, stride=2, padding=1)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        fine = F.leaky_relu(self.fine(pictures), 0.2)
        middle = F.leaky_relu(self.middle(fine), 0.2)
        return [fine, middle, F.leaky_relu(self.coarse(middle), 0.2)]


class AdaptiveNorm(nn.Module):
    """Each channel to mean 0 and deviation 1, then to those that the style asks for, with noise added."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.ask = nn.Linear(style, 3 * channels)
        nn.init.normal_(self.ask.weight, std=0.05)
        nn.init.zeros_(self.ask.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift, noise = self.ask(style)[:, :, None, None].chunk(3, 1)
        return (1 + scale) * F.instance_norm(x) + shift + noise * still_noise(*x.shape[1:]).to(x)


class Block(nn.Module):
    """A residual block at 16 px."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.second = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norms = nn.ModuleList(AdaptiveNorm(channels, style) for _ in range(2))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        inner = F.leaky_relu(self.norms[0](self.first(x), style), 0.2)
        return x + self.norms[1](self.second(inner), style)


class StyleNet(nn.Module):
    """A portrait in the style of a texture."""

    def __init__(self, config: StyleConfig | None = None) -> None:
        super().__init__()
        config = config or StyleConfig()
        fine, middle, coarse = config.channels
        style = config.style
        self.encoder = Encoder(config)
        self.sum_up = nn.Sequential(nn.Linear(config.statistics + 1, style), nn.LeakyReLU(0.2))
        self.norms = nn.ModuleList(AdaptiveNorm(channels, style) for channels in config.channels)
        self.blocks = nn.ModuleList(Block(coarse, style) for _ in range(config.blocks))
        self.up_middle = nn.Conv2d(coarse + middle, middle, 3, padding=1, padding_mode="reflect")
        self.up_fine = nn.Conv2d(middle + fine, fine, 3, padding=1, padding_mode="reflect")
        self.norm_middle, self.norm_fine = AdaptiveNorm(middle, style), AdaptiveNorm(fine, style)
        self.paint = nn.Conv2d(fine, 3, 5, padding=2, padding_mode="reflect")

    def forward(self, portraits: Tensor, textures: Tensor, strength: Tensor) -> Tensor:
        """Pictures (n, 3, 64, 64) from portraits and textures of that shape and strengths (n,) from 0, the
        portrait, to 1."""
        levels = self.encoder(portraits)
        share = strength[:, None]
        style = torch.lerp(statistics(levels), statistics(self.encoder(textures)), share)
        style = self.sum_up(torch.cat([style, share], 1))
        fine, middle, x = (norm(level, style) for norm, level in zip(self.norms, levels, strict=True))
        for block in self.blocks:
            x = block(x, style)
        x = F.leaky_relu(self.norm_middle(self.up_middle(torch.cat([doubled(x), middle], 1)), style), 0.2)
        x = F.leaky_relu(self.norm_fine(self.up_fine(torch.cat([doubled(x), fine], 1)), style), 0.2)
        painted: Tensor = self.paint(x)
        return painted


def statistics(levels: list[Tensor]) -> Tensor:
    """Mean and deviation of each channel at each level (n, statistics)."""
    means = [level.mean((2, 3)) for level in levels]
    deviations = [(level.var((2, 3), unbiased=False) + 1e-5).sqrt() for level in levels]
    return torch.cat([*means, *deviations], 1)


def doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


@cache
@torch.inference_mode(False)  # training may take gradients through what an answer asked for first
def still_noise(channels: int, height: int, width: int) -> Tensor:
    """The noise (1, channels, height, width) that every picture gets, so that equal inputs give equal
    pictures."""
    return normal(5, 1, channels, height, width, stream="style noise")


def strength_of(ratio: Tensor) -> Tensor:
    """Strengths (n,) from 0 to 1 for ratios (n,) of style weight to content weight."""
    return (torch.log1p(ratio) / torch.log1p(torch.tensor(MOST_RATIO))).clamp(0, 1)


def ratio_of(strength: Tensor) -> Tensor:
    """The inverse of `strength_of`."""
    return torch.expm1(strength * torch.log1p(torch.tensor(MOST_RATIO)))


@cache
def load_net(device: torch.device | None = None, folder: Path = WEIGHTS) -> StyleNet:
    """The trained net, in inference mode. Raises WeightsError."""
    return loaded(StyleNet(), folder, device)


@function(
    takes={"portrait": PICTURE, "texture": PICTURE, "ratio": ("n",)},
    gives={"picture": PICTURE},
)
def restyle(*, portrait: Tensor, texture: Tensor, ratio: Tensor) -> Tensor:
    """Portraits in the style of textures in one pass, for ratios of style weight to content weight."""
    painted: Tensor = load_net(portrait.device)(portrait, texture, strength_of(ratio))
    return painted

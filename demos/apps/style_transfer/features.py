"""What two pictures have in common in content and in style, measured by random filters.

Correlations of a net's features stand for style, its features themselves for content (Gatys, Ecker and Bethge
2016). The net needs no training: one layer of random filters at several scales describes textures about as
well (Ustyuzhaninov et al. 2016). The filters follow from a seed, so they are the same everywhere.
"""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.kit.random import normal

SCALES, CHANNELS, SIZE = 4, 48, 5  # pictures of 64, 32, 16 and 8 px, filters at each, px of a filter
COLORS = 24  # filters of 1 px, for the colors themselves
SEED = 1
LEAST = 0.3  # of the mean: a scale at which a texture shows next to nothing counts for no more than that


@cache
@torch.inference_mode(False)  # whoever asks first, others may take gradients through them
def filters(seed: int) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Weights (24, 3, 1, 1) and biases (24,) for colors, and weights (48, 3, 5, 5) for each scale.

    A filter of a scale sums to zero in each color and sees structure alone.
    """
    scales = []
    for scale in range(SCALES):
        weights = normal(seed, CHANNELS, 3, SIZE, SIZE, stream=f"scale {scale}")
        weights = weights - weights.mean((2, 3), keepdim=True)
        scales.append(weights / weights.flatten(1).norm(dim=1)[:, None, None, None])
    return normal(seed, COLORS, 3, 1, 1, stream="colors"), normal(seed, COLORS, stream="biases"), scales


def features(pictures: Tensor, seed: int = SEED) -> list[Tensor]:
    """Features (n, channels, s, s) of pictures (n, 3, 64, 64) in [-1, 1]: of colors, then of each scale."""
    weights, biases, scales = filters(seed)
    found = [F.relu(F.conv2d(pictures, weights.to(pictures), biases.to(pictures)))]
    for scale, kernel in enumerate(scales):
        if scale:
            pictures = halved(pictures)
        padded = F.pad(pictures, (SIZE // 2,) * 4, mode="reflect")
        found.append(F.relu(F.conv2d(padded, kernel.to(pictures))))
    return found


def halved(pictures: Tensor) -> Tensor:
    """Pictures (n, 3, s, s) at half the size, smoothed first."""
    line = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    kernel = (line[:, None] * line).to(pictures).expand(3, 1, 4, 4)
    return F.conv2d(F.pad(pictures, (1, 1, 1, 1), mode="reflect"), kernel, stride=2, groups=3)


def gram(found: Tensor) -> Tensor:
    """Correlations (n, channels, channels) of features (n, channels, s, s), averaged over the picture."""
    flat = found.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[-1]


@cache
@torch.inference_mode(False)
def gray(seed: int) -> list[Tensor]:
    """Correlations of a plain gray picture."""
    return [gram(found) for found in features(torch.zeros(1, 3, 64, 64), seed)]


class Style:
    """The style of textures (n, 3, 64, 64), to compare others with."""

    def __init__(self, textures: Tensor, seed: int = SEED) -> None:
        self.grams = [gram(found) for found in features(textures, seed)]
        apart = [
            (g - plain.to(g)).square().sum((1, 2)) for g, plain in zip(self.grams, gray(seed), strict=True)
        ]
        least = LEAST * torch.stack(apart[1:]).mean(0)
        self.units = [apart[0], *(torch.maximum(unit, least) for unit in apart[1:])]

    def loss(self, found: list[Tensor]) -> Tensor:
        """How far features are from the style (n,): 0 is the texture, and plain gray is at most 1."""
        levels = zip(found, self.grams, self.units, strict=True)
        return torch.stack([(gram(x) - g).square().sum((1, 2)) / unit for x, g, unit in levels]).mean(0)


class Content:
    """The content of pictures (n, 3, 64, 64), to compare others with."""

    def __init__(self, pictures: Tensor, seed: int = SEED) -> None:
        self.found = features(pictures, seed)[1:]
        self.units = [variation(found) for found in self.found]

    def loss(self, found: list[Tensor]) -> Tensor:
        """How far features are from the content (n,): 0 is the picture, 1 a picture without any structure."""
        levels = zip(found[1:], self.found, self.units, strict=True)
        return torch.stack([(x - f).square().mean((1, 2, 3)) / unit for x, f, unit in levels]).mean(0)


def variation(found: Tensor) -> Tensor:
    """How much features (n, channels, s, s) vary over the picture (n,)."""
    return (found - found.mean((2, 3), keepdim=True)).square().mean((1, 2, 3))

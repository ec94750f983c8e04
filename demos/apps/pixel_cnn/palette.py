"""Portraits as the model sees them: 16 × 16 pixels, each one of 32 colors.

The colors are the centers that k-means finds (Lloyd 1982, started as k-means++ does, Arthur and Vassilvitskii
2007) among the pixels of training portraits, in red, green and blue as stored (sRGB): so the mean squared
error of the portraits drawn in them is about as small as 32 colors allow.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.pixel_cnn.model import COLORS, SIDE
from demos.kit.random import uniform

STARTS, ROUNDS = 6, 40  # of k-means; the best of its ends counts
CHUNK = 65536  # pixels whose colors are looked for at once
LUMINANCE = torch.tensor([0.299, 0.587, 0.114])  # of red, green and blue (ITU-R BT.601)


def reduced(images: Tensor) -> Tensor:
    """Pictures (n, 3, 64, 64) as bytes to (n, 16, 16, 3) from 0 to 255: each pixel is the mean of 4 × 4."""
    small = [F.avg_pool2d(chunk.float(), 64 // SIDE) for chunk in images.split(1000)]
    return torch.cat(small).permute(0, 2, 3, 1).contiguous()


def nearest(pixels: Tensor, palette: Tensor) -> Tensor:
    """The numbers (…) of the colors (32, 3) that are nearest to pixels (…, 3), both from 0 to 255."""
    chunks = pixels.reshape(-1, 3).split(CHUNK)
    found = [torch.cdist(chunk, palette.float()).argmin(1) for chunk in chunks]
    return torch.cat(found).reshape(pixels.shape[:-1])


def palette_of(pixels: Tensor, seed: int) -> Tensor:
    """The 32 colors (32, 3), as bytes from dark to light, for pixels (n, 3) from 0 to 255."""
    ends = [k_means(pixels, starting_colors(pixels, seed + start)) for start in range(STARTS)]
    best, _ = min(ends, key=lambda end: end[1])
    ordered: Tensor = best[(best @ LUMINANCE).argsort(stable=True)]
    return ordered.round().to(torch.uint8)


def k_means(pixels: Tensor, colors: Tensor) -> tuple[Tensor, float]:
    """Where Lloyd's algorithm gets from these colors (k, 3), and the mean squared error before its last
    round."""
    error = 0.0
    for _ in range(ROUNDS):
        number = nearest(pixels, colors)
        error = (pixels - colors[number]).square().sum(1).mean().item()
        count = torch.bincount(number, minlength=len(colors))[:, None]
        sums = torch.zeros_like(colors).index_add_(0, number, pixels)
        colors = torch.where(count > 0, sums / count.clamp_min(1), colors)
    return colors, error


def starting_colors(pixels: Tensor, seed: int) -> Tensor:
    """32 of the pixels, each drawn with a probability proportional to its squared distance from those drawn
    before it."""
    chances = uniform(seed, COLORS, stream="palette").tolist()
    colors = pixels[int(chances[0] * len(pixels))][None]
    distance = (pixels - colors).square().sum(1)
    for chance in chances[1:]:
        total = distance.double().cumsum(0)
        one = pixels[torch.searchsorted(total, chance * total[-1]).clamp_max(len(pixels) - 1)][None]
        colors = torch.cat([colors, one])
        distance = torch.minimum(distance, (pixels - one).square().sum(1))
    return colors


def painted(colors: Tensor, palette: Tensor) -> Tensor:
    """Numbers of colors (n, 16, 16) as pictures (n, 3, 16, 16) in [-1, 1]."""
    return palette[colors].permute(0, 3, 1, 2).float() / 127.5 - 1

"""A hardly visible watermark in a portrait of 64 px: 48 bits, each carried by a pattern of its own.

Spread spectrum (Cox et al. 1997): a bit is read as the sign of the product of its pattern with the picture's
fine detail. Embedding is informed (Miller, Doërr and Cox 2004): it knows what the picture itself contributes,
and pushes only the products that aren't far enough on their side, all by as much as a residual of given
strength allows. The patterns are learned with a layer of attacks between embedding and reading, as in HiDDeN
(Zhu et al. 2018).
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit import random
from demos.kit.weights import loaded

WEIGHTS = Path(__file__).parent / "weights"
SIZE = 64  # px of a portrait
BITS = 48
WAVES = 32  # frequencies of a pattern in each direction, from 0 to 31 half waves across the picture
STRENGTH = 0.014  # root mean square of the residual, where pictures go from -1 to 1: 43 dB
COARSE = 2.0  # px: what a blur of this standard deviation leaves is no detail, and isn't read
MOST = 0.06  # detail counts up to this; drawn edges have a hundred times the energy of the watermark
ROUNDS = 3  # of embedding: patterns overlap, and detail that counts no further can't be pushed


class Watermark(nn.Module):
    """The patterns, as cosine coefficients, and where the products of unmarked portraits lie."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        down, across = torch.arange(WAVES)[:, None], torch.arange(WAVES)
        radius = (down.square() + across.square()).float().sqrt()
        band = torch.exp(-0.5 * ((radius - 16) / 6).square())  # middle frequencies, to begin with
        self.waves = nn.Parameter(random.normal(seed, BITS, 3, WAVES, WAVES) * band)
        self.middle = nn.Parameter(torch.zeros(BITS))
        self.gain = nn.Parameter(torch.tensor(3.0))  # from products to logits, while training

    def patterns(self) -> Tensor:
        """The patterns (48, 3 · 64 · 64), each of length 1 and without a mean."""
        waves = cosines(SIZE)[:WAVES]
        drawn = waves.T @ self.waves @ waves
        drawn = drawn - drawn.mean((2, 3), keepdim=True)
        return F.normalize(drawn.flatten(1), dim=1)

    def products(self, pictures: Tensor, patterns: Tensor | None = None) -> Tensor:
        """What is read from pictures (n, 3, 64, 64) in [-1, 1]: (n, 48), above zero for 1."""
        patterns = self.patterns() if patterns is None else patterns
        return fine(pictures).flatten(1) @ patterns.T - self.middle

    def residual(self, pictures: Tensor, bits: Tensor, strength: float = STRENGTH) -> Tensor:
        """What to add to pictures (n, 3, 64, 64) in [-1, 1] so that they carry bits (n, 48) of 0 and 1.

        Only the products that aren't far enough on their side are pushed there: by a margin for all that is
        as large as the strength allows.
        """
        patterns, signs = self.patterns(), bits * 2 - 1
        yields = (1 - (fine(pictures) / MOST).square()).flatten(1).detach()  # how much pushing moves detail
        share = yields.mean(1, keepdim=True)
        length = strength * patterns.shape[1] ** 0.5
        wanted = margin(signs * self.products(pictures, patterns), length * share.sqrt())
        residual = torch.zeros_like(yields)
        for _ in range(ROUNDS):
            marked = pictures + residual.view_as(pictures)
            lacking = (wanted - signs * self.products(marked, patterns)).clamp(min=0)
            residual = residual + (signs * lacking) @ patterns * yields / share
        return (F.normalize(residual, dim=1) * length).view_as(pictures)


def fine(pictures: Tensor) -> Tensor:
    """The detail of pictures (n, 3, s, s), from -MOST to MOST."""
    down, across = (smoothing(side).to(pictures) for side in pictures.shape[2:])
    return MOST * torch.tanh((pictures - down @ pictures.contiguous() @ across.T) / MOST)


def margin(products: Tensor, length: float) -> Tensor:
    """The margin t (n, 1) for which what the products (n, 48) lack of it has a given length."""
    low = products.sort(1).values
    count = torch.arange(1, products.shape[1] + 1)
    # If only the k lowest are raised to t: k t² - 2 t sum + sum of squares = length².
    total, squares = low.cumsum(1), low.square().cumsum(1)
    room = total.square() - count * (squares - length**2)
    t = (total + room.clamp(min=0).sqrt()) / count
    following = torch.cat([low[:, 1:], low.new_full((len(low), 1), torch.inf)], 1)
    first = ((room >= 0) & (t <= following)).float().argmax(1, keepdim=True)
    return t.gather(1, first)


# What is kept is made outside of inference mode, or training could not use what an answer has made.


@cache
@torch.inference_mode(False)
def smoothing(size: int) -> Tensor:
    """A Gaussian blur of so many numbers, as a matrix; beyond the ends the last ones are repeated."""
    places, reach = torch.arange(size), round(3 * COARSE)
    blur = torch.zeros(size, size)
    for step in range(-reach, reach + 1):
        blur[places, (places + step).clamp(0, size - 1)] += math.exp(-0.5 * (step / COARSE) ** 2)
    return blur / blur.sum(1, keepdim=True)


@cache
@torch.inference_mode(False)
def cosines(size: int) -> Tensor:
    """The orthonormal cosine transform of so many numbers, as a matrix."""
    k, i = torch.arange(float(size))[:, None], torch.arange(float(size))
    waves = torch.cos((2 * i + 1) * k * torch.pi / (2 * size)) * (2 / size) ** 0.5
    waves[0] /= 2**0.5
    return waves


@cache
def load_watermark(device: torch.device | None = None, folder: Path = WEIGHTS) -> Watermark:
    """The trained watermark. Raises WeightsError."""
    return loaded(Watermark(), folder, device)

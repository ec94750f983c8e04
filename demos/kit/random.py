"""Random numbers that are the same everywhere: on every device, in every release of torch, in a browser.

Number i of a stream depends on the seed, the stream's name and i alone (SplitMix64 as a counter, Steele et
al. 2014): row 5 needs no row before it, and a longer draw begins as a shorter one does. What a reader can see
comes from here; training has its own streams (`training.generator`).
"""

import math
import zlib

import torch
from torch import Tensor

GOLDEN = 0x9E3779B97F4A7C15


def uniform(seed: int, *shape: int, stream: str = "", start: int = 0) -> Tensor:
    """Numbers in 0..1, float64, of a shape (n, …). Row i is row `start + i` of the stream."""
    n, rest = shape[0], math.prod(shape[1:])
    counters = torch.arange(start * rest, (start + n) * rest)
    return uniform_at(seed, zlib.crc32(stream.encode()) if stream else 0, counters).reshape(shape)


def normal(seed: int, *shape: int, stream: str = "", start: int = 0) -> Tensor:
    """Standard normal numbers, float32, of a shape (n, …), by Box and Muller (1958)."""
    u = uniform(seed, *shape, 2, stream=stream, start=start)
    radius = (-2 * torch.log1p(-u[..., 0])).sqrt()
    return (radius * torch.cos(2 * math.pi * u[..., 1])).float()


def integers(seed: int, low: int, high: int, *shape: int, stream: str = "", start: int = 0) -> Tensor:
    """Integers from low up to but not including high, int64, of a shape (n, …)."""
    return low + (uniform(seed, *shape, stream=stream, start=start) * (high - low)).long()


def permutation(seed: int, n: int, stream: str = "") -> list[int]:
    """The numbers 0 to n - 1 in random order."""
    order: list[int] = uniform(seed, n, stream=stream).argsort(stable=True).tolist()
    return order


def uniform_at(seed: int, stream: int, counters: Tensor) -> Tensor:
    """The uniform numbers, float64 (n,), at given places (n,) of a stream that a number names."""
    key = mixed(mixed(torch.tensor([signed(seed % (1 << 64))])) + stream)
    bits = mixed(key + (counters + 1) * signed(GOLDEN))
    return (shifted(bits, 11) & ((1 << 53) - 1)).double() / (1 << 53)


def mixed(z: Tensor) -> Tensor:
    """SplitMix64's finalizer: every bit of the result depends on every bit of z (int64, read as unsigned)."""
    z = (z ^ shifted(z, 30)) * signed(0xBF58476D1CE4E5B9)
    z = (z ^ shifted(z, 27)) * signed(0x94D049BB133111EB)
    return z ^ shifted(z, 31)


def shifted(z: Tensor, bits: int) -> Tensor:
    """Logical right shift: torch's is arithmetic."""
    return (z >> bits) & ((1 << (64 - bits)) - 1)


def signed(value: int) -> int:
    """The int64 with the bits of an unsigned 64-bit number."""
    return value - (1 << 64) if value >= 1 << 63 else value

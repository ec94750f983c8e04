"""What a portrait shall show, as tokens that the flow net attends to: words of a caption, or attributes.

Both give a context: tokens (n, 56, 128) and which of them count. Who is told nothing gets one token that says
so (`Flow.told`), and guidance leads away from what that gives.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS
from demos.data.captions.tokens import LENGTH, PADDING, vocabulary

WIDTH = 128
ATTRIBUTES = (*CATEGORICAL, *CONTINUOUS)
WAVES = 4  # sines and cosines that a value is given as


class Context(NamedTuple):
    """Tokens (n, LENGTH, WIDTH) and `seen` (n, LENGTH) bool: which of them count."""

    tokens: Tensor
    seen: Tensor

    def join(self, other: "Context") -> "Context":
        """Both batches, one after the other."""
        return Context(torch.cat([self.tokens, other.tokens]), torch.cat([self.seen, other.seen]))


def attend(query: Tensor, key: Tensor, value: Tensor, seen: Tensor | None = None) -> Tensor:
    """Attention of queries (n, h, l, d) to keys and values (n, h, s, d), of which only those `seen` (n, s)
    count.

    On a CPU, plain products in bfloat16 are twice as fast as torch's own attention.
    """
    mask = None if seen is None else torch.where(seen, 0.0, -1e4)[:, None, None].to(query)
    if query.device.type != "cpu":
        return F.scaled_dot_product_attention(query, key, value, mask)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    return (scores if mask is None else scores + mask).softmax(-1, dtype=scores.dtype) @ value


def heads(x: Tensor, count: int) -> Tensor:
    """Rows (n, l, h·d) as (n, h, l, d)."""
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


class Layer(nn.Module):
    """A transformer layer (Vaswani et al. 2017), norms first."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.read = nn.Linear(width, 3 * width)
        self.write = nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 3 * width), nn.SiLU(), nn.Linear(3 * width, width))

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        query, key, value = (heads(part, self.count) for part in self.read(self.before(x)).chunk(3, -1))
        found = attend(query, key, value, seen).transpose(1, 2).flatten(2)
        x = x + self.write(found)
        return x + self.think(self.between(x))


class TextEncoder(nn.Module):
    """Token numbers (n, LENGTH) of captions in any of the languages to a context."""

    def __init__(self, layers: int = 3, count: int = 4) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(vocabulary()), WIDTH)
        self.place = nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        nn.init.normal_(self.embed.weight, std=0.3)
        self.layers = nn.ModuleList(Layer(WIDTH, count) for _ in range(layers))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, numbers: Tensor) -> Context:
        seen = numbers != PADDING
        x = self.embed(numbers) + self.place
        for layer in self.layers:
            x = layer(x, seen)
        return Context(self.norm(x), seen)


class AttributeEncoder(nn.Module):
    """Class numbers (n, 12) and values (n, 28) in -1..1 to a context with one token for each attribute.

    `chosen` (n, 40) says which attributes count, in the order of `ATTRIBUTES`.
    """

    def __init__(self) -> None:
        super().__init__()
        sizes = [len(BY_NAME[name].classes) for name in CATEGORICAL]
        self.register_buffer("first", torch.tensor([0, *sizes[:-1]]).cumsum(0), persistent=False)
        self.first: Tensor
        self.start = nn.Parameter(0.3 * torch.randn(WIDTH))
        self.classes = nn.Embedding(sum(sizes), WIDTH)
        nn.init.normal_(self.classes.weight, std=0.3)
        features = 2 + 2 * WAVES
        self.values = nn.Parameter(0.3 * torch.randn(len(CONTINUOUS), features, WIDTH) / features**0.5)
        self.think = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.SiLU(), nn.Linear(2 * WIDTH, WIDTH))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, categorical: Tensor, continuous: Tensor, chosen: Tensor) -> Context:
        n = len(categorical)
        named = self.classes(categorical + self.first)
        valued = torch.einsum("nfw,fwd->nfd", waves(continuous), self.values)
        x = torch.cat([self.start.expand(n, 1, -1), named, valued], dim=1)
        x = F.pad(self.norm(x + self.think(x)), (0, 0, 0, LENGTH - x.shape[1]))
        seen = torch.cat([chosen.new_ones(n, 1), chosen], dim=1)
        return Context(x, F.pad(seen, (0, LENGTH - seen.shape[1])))


def waves(values: Tensor) -> Tensor:
    """1, the value itself, and its sines and cosines: (…, 2 + 2 × WAVES)."""
    angles = values[..., None] * math.pi / 2 * 2.0 ** torch.arange(WAVES, device=values.device)
    return torch.cat([torch.ones_like(values)[..., None], values[..., None], angles.sin(), angles.cos()], -1)

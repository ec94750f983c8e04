"""What a portrait shall show, as tokens that the flow net attends to: words of a caption, or attributes.

Both give a context: tokens (n, 56, 128) and which of them count. Who is told nothing gets one token that says
so (`Flow.drop`), and guidance leads away from what that gives.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS
from demos.data.captions.tokens import LENGTH, PADDING, vocabulary

WIDTH = 128
ATTRIBUTES = (*CATEGORICAL, *CONTINUOUS)
SLOPES = (1.0, 0.5, 0.25, 0.0)  # by how much the heads of a layer at first favor near words
WAVES = 4  # sines and cosines that a value is given as


class Context(NamedTuple):
    """Tokens (n, LENGTH, WIDTH) and `seen` (n, LENGTH) bool: which of them count."""

    tokens: Tensor
    seen: Tensor

    def mean(self) -> Tensor:
        """Of the tokens that count (n, WIDTH)."""
        seen = self.seen[..., None].to(self.tokens)
        return (self.tokens * seen).sum(1) / seen.sum(1)

    def rows(self, which: slice | Tensor) -> "Context":
        """Some of the rows."""
        return Context(self.tokens[which], self.seen[which])

    def join(self, other: "Context") -> "Context":
        """Both batches, one after the other."""
        return Context(torch.cat([self.tokens, other.tokens]), torch.cat([self.seen, other.seen]))


class Decoupled(NamedTuple):
    """What an adapter gives one attention to look at beside the context: keys and values (n, h, s, d), and a
    scale (n,) for what is found there before it is added. At 0 the result is the same to the bit as without.

    Decoupled cross-attention (Ye et al. 2023, arXiv:2308.06721).
    """

    key: Tensor
    value: Tensor
    scale: Tensor

    def find(self, query: Tensor) -> Tensor:
        """What queries (n, h, l, d) find, scaled."""
        found = attend(query, self.key, self.value)
        return self.scale[:, None, None, None].to(found) * found

    def and_none(self, more: int) -> "Decoupled":
        """For some more rows, at most as many again, which get nothing."""
        key, value = (torch.cat([part, part[:more]]) for part in (self.key, self.value))
        return Decoupled(key, value, F.pad(self.scale, (0, more)))


class Control(NamedTuple):
    """What a trained copy of the flow net's first half adds where that half ends: to the rows at 16 px
    (n, 16, 16, c) and at 8 px (n, 8, 8, d), times a scale (n,). At 0 the result is the same to the bit as
    without.

    ControlNet (Zhang et al. 2023, arXiv:2302.05543).
    """

    fine: Tensor
    coarse: Tensor
    scale: Tensor

    def added(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        scale = self.scale[:, None, None, None].to(x)
        return x + scale * self.fine.to(x), y + scale * self.coarse.to(y)

    def and_none(self, more: int) -> "Control":
        """For some more rows, at most as many again, which get nothing."""
        return Control(*(torch.cat([part, torch.zeros_like(part[:more])]) for part in self))


def asked(wishes: Mapping[str, str | float], n: int = 1) -> dict[str, Tensor]:
    """What `AttributeEncoder` takes, n times, for some attributes: names of classes, and values in -1..1.

    Raises KeyError for an unknown attribute and ValueError for an unknown class.
    """
    table = {"categorical": torch.zeros(n, len(CATEGORICAL), dtype=torch.long)}
    table |= {"continuous": torch.zeros(n, len(CONTINUOUS))}
    table |= {"chosen": torch.zeros(n, len(ATTRIBUTES), dtype=torch.bool)}
    for name, value in wishes.items():
        factor = BY_NAME[name]
        if isinstance(value, str):
            table["categorical"][:, CATEGORICAL.index(name)] = factor.classes.index(value)
        else:
            table["continuous"][:, CONTINUOUS.index(name)] = value
        table["chosen"][:, ATTRIBUTES.index(name)] = True
    return table


def attend(
    query: Tensor, key: Tensor, value: Tensor, seen: Tensor | None = None, bias: Tensor | None = None
) -> Tensor:
    """Attention of queries (n, h, l, d) to keys and values (n, h, s, d), of which only those `seen` (n, s)
    count. `bias` (h, l, s) is added to the scores.

    On a CPU, plain products in bfloat16 are twice as fast as torch's own attention.
    """
    if query.device.type != "cpu":
        return F.scaled_dot_product_attention(query, key, value, masked(seen, query, bias))
    return shares(query, key, seen, bias) @ value


def shares(query: Tensor, key: Tensor, seen: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
    """How much of each of the keys (n, h, l, s) the queries take: 1 in all."""
    mask = masked(seen, query, bias)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    return (scores if mask is None else scores + mask).softmax(-1, dtype=scores.dtype)


def masked(seen: Tensor | None, like: Tensor, bias: Tensor | None = None) -> Tensor | None:
    """What is added to scores: the bias, and what keeps keys that are not seen from getting anything."""
    if seen is None:
        return None if bias is None else bias.to(like)
    hidden = torch.where(seen, 0.0, -1e4)[:, None, None]
    return (hidden if bias is None else hidden + bias).to(like)


def heads(x: Tensor, count: int) -> Tensor:
    """Rows (n, l, h·d) as (n, h, l, d)."""
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


class Layer(nn.Module):
    """A transformer layer (Vaswani et al. 2017), norms first. At first it adds nothing: with random weights
    its sum grew a thousandfold in training, until all captions looked alike.

    What a head adds to a score for the distance of two words is learned (Shaw et al. 2018, arXiv:1803.02155),
    and begins as a slope (Press et al. 2022, arXiv:2108.12409). Without it, the encoder knew which colors a
    caption names, but not of what.
    """

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        distance = torch.arange(1 - LENGTH, LENGTH).abs()
        self.near = nn.Parameter(-torch.tensor(SLOPES)[:count, None] * distance)
        self.read = nn.Linear(width, 3 * width)
        self.write = nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 3 * width), nn.SiLU(), nn.Linear(3 * width, width))
        for weights in (*self.write.parameters(), *self.think[-1].parameters()):
            nn.init.zeros_(weights)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        query, key, value = (heads(part, self.count) for part in self.read(self.before(x)).chunk(3, -1))
        place = torch.arange(x.shape[1], device=x.device)
        bias = self.near[:, place[None, :] - place[:, None] + LENGTH - 1]
        found = attend(query, key, value, seen, bias).transpose(1, 2).flatten(2)
        x = x + self.write(found)
        return x + self.think(self.between(x))


class TextEncoder(nn.Module):
    """Token numbers (n, LENGTH or fewer) of captions in any of the languages to a context."""

    def __init__(self, layers: int = 3, count: int = 4) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(vocabulary()), WIDTH)
        self.place = nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        nn.init.normal_(self.embed.weight, std=0.3)
        self.layers = nn.ModuleList(Layer(WIDTH, count) for _ in range(layers))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, numbers: Tensor) -> Context:
        seen = numbers != PADDING
        x = self.embed(numbers) + self.place[: numbers.shape[1]]
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

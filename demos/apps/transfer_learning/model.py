"""A small net for portraits, and four ways to teach it five new people.

The net's weights are plain tensors by name, so that training can be a function of them. What a method trains
is one vector: the new output layer, and for three of the methods the net's own weights or what is added to
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import prod
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS
from demos.kit import random
from demos.kit.functions import function
from demos.kit.training import adam
from demos.kit.weights import load_weights
from demos.models.attributes import CLASSES

WEIGHTS = Path(__file__).parent / "weights"
SIZE = 32  # px of a portrait
PEOPLE = 5  # to tell apart
FEATURES = 96
METHODS = ("tuned", "adapter", "frozen", "scratch")
BATCH = 16
RATES = {"adapter": 3e-3, "scratch": 1e-3}  # of Adam; a reader sets the one for fine-tuning
HEAD_RATE = 1e-2  # of the new output layer, in all methods
BETAS = 0.9, 0.999  # of Adam

Weights = Mapping[str, Tensor]
Shapes = dict[str, tuple[int, ...]]

# Every attribute that can be seen at this size.
TASKS = tuple(name for name in (*CATEGORICAL, *CONTINUOUS) if BY_NAME[name].min_size <= SIZE)
OUTPUTS = {name: CLASSES.get(name, 1) for name in TASKS}

NET: Shapes = {
    "conv1.weight": (16, 3, 3, 3), "conv1.bias": (16,),
    "conv2.weight": (32, 16, 3, 3), "conv2.bias": (32,),
    "conv3.weight": (64, 32, 3, 3), "conv3.bias": (64,),
    "conv4.weight": (96, 64, 3, 3), "conv4.bias": (96,),
    "dense.weight": (FEATURES, 96 * 4), "dense.bias": (FEATURES,),
}  # fmt: skip
OLD_HEAD: Shapes = {
    "old.weight": (sum(OUTPUTS.values()), FEATURES), "old.bias": (sum(OUTPUTS.values()),)
}  # fmt: skip
HEAD: Shapes = {"head.weight": (PEOPLE, FEATURES), "head.bias": (PEOPLE,)}


# The net


def features(weights: Weights, pictures: Tensor) -> Tensor:
    """Features (n, 96) of pictures (n, 3, 32, 32) in [-1, 1]."""
    x = active(F.conv2d(pictures, weights["conv1.weight"], weights["conv1.bias"], stride=2, padding=1))
    for name in ("conv2", "conv3", "conv4"):
        x = active(F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1))
        x = F.avg_pool2d(x, 2)  # in the end (n, 96, 2, 2)
    return active(F.linear(x.flatten(1), weights["dense.weight"], weights["dense.bias"]))


def active(x: Tensor) -> Tensor:
    """Leaky, because of plain rectified units half the features were zero for good after pretraining."""
    return F.leaky_relu(x, 0.1)


def attributes(weights: Weights, pictures: Tensor) -> dict[str, Tensor]:
    """What the pretrained output layer reads: {attribute: logits (n, classes), or values (n, 1)}."""
    read = F.linear(features(weights, pictures), weights["old.weight"], weights["old.bias"])
    return dict(zip(OUTPUTS, read.split(list(OUTPUTS.values()), dim=1), strict=True))


def random_weights(shapes: Shapes, seed: int) -> dict[str, Tensor]:
    """He's initialization (2015): normal weights of variance 2 / inputs, biases of zero."""
    return {
        name: torch.zeros(shape)
        if name.endswith("bias")
        else random.normal(seed, *shape, stream=name) * (2 / prod(shape[1:])) ** 0.5
        for name, shape in shapes.items()
    }


@cache
def pretrained(folder: Path = WEIGHTS) -> Weights:
    """The net and its output layer, as trained on attributes. Raises WeightsError."""
    return load_weights(folder)


# A low-rank adapter (Hu et al. 2021, arXiv:2106.09685)


def adapter_shapes(rank: int) -> Shapes:
    """For each layer's weights, read as a matrix (out, in), two thin ones: (out, rank) and (rank, in)."""
    shapes: Shapes = {}
    for name, shape in NET.items():
        if name.endswith("weight"):
            shapes[f"{name}.up"] = (shape[0], rank)
            shapes[f"{name}.down"] = (rank, prod(shape[1:]))
    return shapes


def adapted(weights: Weights, adapter: Weights) -> dict[str, Tensor]:
    """The weights with the adapter on: W + up · down. Neither `weights` nor anything in it changes."""
    return {
        name: tensor + (adapter[f"{name}.up"] @ adapter[f"{name}.down"]).view_as(tensor)
        if f"{name}.up" in adapter
        else tensor
        for name, tensor in weights.items()
    }


# The four methods


def trained(method: str, rank: int) -> Shapes:
    """What a method trains, by name."""
    own: Shapes = {"frozen": {}, "adapter": adapter_shapes(rank)}.get(method, NET)
    return HEAD | own


def count(method: str, rank: int) -> int:
    """How many numbers a method trains."""
    return sum(prod(shape) for shape in trained(method, rank).values())


def begin(method: str, rank: int, seed: int) -> Tensor:
    """What a method trains, before its first step, as a vector (p,).

    The new output layer starts at zero, and so does an adapter's `up`: its product is zero at first.
    """
    shapes = trained(method, rank)
    start = random_weights(shapes, seed) | {name: torch.zeros(shape) for name, shape in HEAD.items()}
    if method == "tuned":
        start |= {name: pretrained()[name] for name in NET}
    for name, shape in shapes.items():
        if name.endswith(".up"):
            start[name] = torch.zeros(shape)
        elif name.endswith(".down"):
            start[name] = random.normal(seed, *shape, stream=name) / shape[1] ** 0.5
    return torch.cat([start[name].flatten() for name in shapes])


def named(vector: Tensor, shapes: Shapes) -> dict[str, Tensor]:
    """The parts of a vector, by name."""
    parts = vector.split([prod(shape) for shape in shapes.values()])
    return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def in_use(method: str, vector: Tensor, rank: int) -> dict[str, Tensor]:
    """All weights that a method computes with: the net's, the old output layer's and the new one's."""
    parts = named(vector, trained(method, rank))
    before = {name: tensor.to(vector.device) for name, tensor in pretrained().items()}
    return adapted(before, parts) | parts if method == "adapter" else before | parts


def loss(method: str, vector: Tensor, rank: int, pictures: Tensor, people: Tensor) -> Tensor:
    """Cross-entropy of the people (n,) in pictures."""
    weights = in_use(method, vector, rank)
    return F.cross_entropy(
        F.linear(features(weights, pictures), weights["head.weight"], weights["head.bias"]), people
    )


@function(
    takes={
        "vector": ("n", "p"), "mean": ("n", "p"), "square": ("n", "p"), "step": ("n",), "rate": ("n",),
        "pictures": ("n", "m", 3, SIZE, SIZE), "people": ("n", "m"), "order": ("n", "steps", "batch"),
    },
    gives={"vector": ("n", "p"), "mean": ("n", "p"), "square": ("n", "p")},
)  # fmt: skip
def learn(
    vector: Tensor, mean: Tensor, square: Tensor, step: Tensor, rate: Tensor, pictures: Tensor,
    people: Tensor, order: Tensor, *, method: str, rank: int,
) -> dict[str, Tensor]:  # fmt: skip
    """Some steps of training, each on the pictures that `order` names: n races at once, one after another.

    `vector` is what the method trains, `mean` and `square` Adam's averages, `step` how many steps there were
    before, `rate` the learning rate of everything but the new output layer.
    """
    with torch.inference_mode(False), torch.enable_grad():
        rows = [
            taught(*(x.clone() for x in row), method=method, rank=rank)
            for row in zip(vector, mean, square, step, rate, pictures, people, order, strict=True)
        ]
    return {
        name: torch.stack(column)
        for name, column in zip(("vector", "mean", "square"), zip(*rows, strict=True), strict=True)
    }


def taught(
    vector: Tensor, mean: Tensor, square: Tensor, step: Tensor, rate: Tensor, pictures: Tensor,
    people: Tensor, order: Tensor, *, method: str, rank: int,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """`learn` for one race."""
    head = sum(prod(shape) for shape in HEAD.values())
    rates = torch.cat([rate.new_full((head,), HEAD_RATE), rate.expand(len(vector) - head)])
    for chosen in order:
        step = step + 1
        vector.requires_grad_(True)
        (gradient,) = torch.autograd.grad(
            loss(method, vector, rank, pictures[chosen], people[chosen]), vector
        )
        mean, square, back = adam(mean, square, gradient, step, BETAS)
        vector = vector.detach() - rates * back
    return vector, mean, square


@function(
    takes={"vector": ("n", "p"), "pictures": ("n", "m", 3, SIZE, SIZE)}, gives={"people": ("n", "m", PEOPLE)}
)
def recognize(vector: Tensor, pictures: Tensor, *, method: str, rank: int) -> Tensor:
    """The chance of each person in each picture, by what a method has trained."""

    def one(vector: Tensor, pictures: Tensor) -> Tensor:
        weights = in_use(method, vector, rank)
        return F.linear(features(weights, pictures), weights["head.weight"], weights["head.bias"]).softmax(1)

    return torch.stack([one(*row) for row in zip(vector, pictures, strict=True)])


@function(
    takes={"vector": ("n", "p"), "pictures": ("n", "m", 3, SIZE, SIZE)},
    gives={name: ("n", "m", size) for name, size in OUTPUTS.items()},
)
def read(vector: Tensor, pictures: Tensor, *, method: str, rank: int) -> dict[str, Tensor]:
    """What the old output layer reads, on top of the net as a method has changed it; see `attributes`."""
    rows = [attributes(in_use(method, one, rank), some) for one, some in zip(vector, pictures, strict=True)]
    return {name: torch.stack([row[name] for row in rows]) for name in OUTPUTS}

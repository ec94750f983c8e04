"""A multilayer perceptron whose gradients are written out, and its optimizers.

For nets of a few thousand numbers torch's automatic differentiation takes several times as long as the
arithmetic itself, and whoever watches a training waits for it. A test compares every gradient with torch's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from demos.kit import random

BETAS, EPSILON = (0.5, 0.9), 1e-8  # of Adam, as usual for GANs: little momentum


class Net:
    """From `widths[0]` numbers to `widths[-1]`, with ReLU between layers.

    All weights lie in one vector, `values`, and their gradients in another, `slopes`; `weights` (in, out) and
    `biases` (out,) of each layer are views into the first, `weight_slopes` and `bias_slopes` into the second.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        self.widths = tuple(widths)
        size = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(widths))
        self.values, self.slopes = torch.zeros(size), torch.zeros(size)
        self.weights, self.biases = self.views(self.values)
        self.weight_slopes, self.bias_slopes = self.views(self.slopes)

    def views(self, vector: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        weights, biases, start = [], [], 0
        for fan_in, fan_out in pairwise(self.widths):
            end = start + fan_in * fan_out
            weights.append(vector[start:end].view(fan_in, fan_out))
            biases.append(vector[end : end + fan_out])
            start = end + fan_out
        return weights, biases

    def __call__(self, x: Tensor) -> Tensor:
        """Outputs (n, widths[-1]) for inputs (n, widths[0])."""
        return self.forward(x)[-1]

    def forward(self, x: Tensor) -> list[Tensor]:
        """What each layer gets, and at the end what the last one gives."""
        layers = [x]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            layers.append(torch.addmm(bias, layers[-1], weight).relu_())
        layers.append(torch.addmm(self.biases[-1], layers[-1], self.weights[-1]))
        return layers

    def learn(self, layers: list[Tensor], slope: Tensor) -> None:
        """Write the gradient with respect to the weights into `slopes`, from that with respect to the outputs
        (n, widths[-1])."""
        for i in reversed(range(len(self.weights))):
            torch.mm(layers[i].t(), slope, out=self.weight_slopes[i])
            torch.sum(slope, 0, out=self.bias_slopes[i])
            if i > 0:
                slope = passed_back(slope @ self.weights[i].t(), layers[i])

    def pass_back(self, layers: list[Tensor], slope: Tensor) -> Tensor:
        """The gradient with respect to the inputs (n, widths[0]), from that with respect to the outputs."""
        for i in reversed(range(1, len(self.weights))):
            slope = passed_back(slope @ self.weights[i].t(), layers[i])
        return slope @ self.weights[0].t()

    def penalize_slope(self, x: Tensor, strength: float) -> float:
        """Add to `slopes` the gradient of the gradient penalty at x (n, widths[0]), and return the penalty.

        The net's only output has a gradient with respect to x whose length should be 1 (Gulrajani et al.
        2017). Where no neuron changes sides, that gradient is a product of weights and masks, which this goes
        through once in one direction and once in the other.
        """
        layers = self.forward(x)
        masks = [(layer > 0).float() for layer in layers[1:-1]]
        passed = [torch.ones(len(x), 1)]  # from the output back to the input
        for weight, mask in zip(reversed(self.weights[1:]), reversed(masks), strict=True):
            passed.append((passed[-1] @ weight.t()).mul_(mask))
        gradient = passed[-1] @ self.weights[0].t()
        length = gradient.norm(dim=1, keepdim=True).clamp_min_(1e-12)
        slope = gradient * (2 * strength / len(x) * (length - 1) / length)
        for i, before in enumerate(reversed(passed)):
            self.weight_slopes[i].addmm_(slope.t(), before)
            if i < len(masks):
                slope = (slope @ self.weights[i]).mul_(masks[i])
        return float(strength * (length - 1).square().mean())


def passed_back(slope: Tensor, layer: Tensor) -> Tensor:
    """A gradient before ReLU, from that behind it and what ReLU gave."""
    before: Tensor = torch.ops.aten.threshold_backward(slope, layer, 0)
    return before


def initial(widths: Sequence[int], seed: int, stream: str) -> Net:
    """A net with He et al.'s initial weights (2015)."""
    net = Net(widths)
    last = len(net.weights) - 1
    for i, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        scale = ((1 if i == last else 2) / len(weight)) ** 0.5
        weight.copy_(scale * random.normal(seed, *weight.shape, stream=f"{stream} {i}"))
        bias.copy_(0.1 * random.normal(seed, len(bias), stream=f"{stream} bias {i}"))
    return net


def resized(old: Net, widths: Sequence[int], seed: int, stream: str) -> Net:
    """A net with other layers that goes on from where the old one is (Chen et al. 2016, “Net2Net”).

    Where it grows, it computes the same as before: new neurons listen, but nobody listens to them yet, and a
    new layer passes on what it gets. Where it shrinks, the neurons and layers added last are gone.
    """
    new, fresh = Net(widths), initial(widths, seed, stream)
    last, old_last = len(new.weights) - 1, len(old.weights) - 1
    new.values.copy_(fresh.values)
    for i in range(last + 1):
        weight, bias = new.weights[i], new.biases[i]
        source = old_last if i == last else i if i < old_last else None
        if source is None:
            weight.zero_().fill_diagonal_(1)
            bias.zero_()
            continue
        known, kept = old.weights[source], old.biases[source]
        rows, columns = min(len(weight), len(known)), min(len(bias), len(kept))
        weight[:, :columns] = 0
        weight[:rows, :columns] = known[:rows, :columns]
        bias[:columns] = kept[:columns]
    return new


@dataclass
class Optimizer(ABC):
    """Moves a net's values down their slopes; `rate` may change at any time."""

    net: Net
    rate: float

    @abstractmethod
    def update(self) -> None:
        """Take one step."""


@dataclass
class Adam(Optimizer):
    """Kingma and Ba 2015."""

    def __post_init__(self) -> None:
        self.updates = 0
        self.mean, self.square = torch.zeros_like(self.net.values), torch.zeros_like(self.net.values)

    def update(self) -> None:
        self.updates += 1
        first, second = BETAS
        slopes = self.net.slopes
        self.mean.lerp_(slopes, 1 - first)
        self.square.mul_(second).addcmul_(slopes, slopes, value=1 - second)
        size = (self.square / (1 - second**self.updates)).sqrt_().add_(EPSILON)
        self.net.values.addcdiv_(self.mean, size, value=-self.rate / (1 - first**self.updates))


class SGD(Optimizer):
    """Stochastic gradient descent, as plain as it gets."""

    def update(self) -> None:
        self.net.values.sub_(self.net.slopes, alpha=self.rate)


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "sgd": SGD}

"""A discriminative and a generative model of labeled points in the plane, both fitted while one waits.

Points are float64 (n, 2), labels integers (n,) from 0 to k - 1. Random numbers are counted: equal points give
equal models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.kit import random

Array = NDArray[np.float64]

RIDGE = 0.02  # weight decay: classes that a line separates would else have infinite weights
STEPS, RATE, DECAY = 300, 0.06, 0.001  # of Adam (Kingma and Ba 2015), for a network
SCALE = 3.0  # what coordinates are divided by before the network
OWN, WIDTH = 1.0, 0.5  # each Gaussian's covariance is pulled toward WIDTH² as if by OWN more points
ROUNDS = 60  # of expectation-maximization at most


# Discriminative: p(y | x)


@dataclass(frozen=True)
class Network:
    """p(y | x) as softmax of weights times inputs, or times the outputs of one layer of tanh neurons."""

    layers: tuple[tuple[Array, Array], ...]  # weights (in, out) and biases (out,)

    def posterior(self, points: Array) -> Array:
        """p(y | x) (n, k) at points (n, 2)."""
        *hidden, (weights, bias) = self.layers
        x = points / SCALE
        for before, shift in hidden:
            x = np.tanh(x @ before + shift)
        return softmax(x @ weights + bias)


def softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def fit_network(points: Array, labels: NDArray[np.int64], classes: int, neurons: int) -> Network:
    """A network by maximum likelihood with weight decay; without neurons, logistic regression."""
    if not neurons:
        return fit_logistic(points, labels, classes)
    x, truth = points / SCALE, np.eye(classes)[labels]
    first = random.normal(3, 3, neurons, stream="hidden").double().numpy() * [[3.0], [3.0], [1.5]]
    last = random.normal(3, neurons + 1, classes, stream="output").double().numpy() * 0.3
    values = np.concatenate([first.ravel(), last.ravel()])
    slopes, mean, square = (np.zeros_like(values) for _ in range(3))
    w, b, v, c = split(values, neurons, classes)
    dw, db, dv, dc = split(slopes, neurons, classes)
    for step in range(1, STEPS + 1):
        hidden = np.tanh(x @ w + b)
        error = (softmax(hidden @ v + c) - truth) / len(x)
        back = error @ v.T * (1 - hidden**2)
        dw[:], db[:], dv[:], dc[:] = x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)
        slopes += DECAY * values
        mean += 0.1 * (slopes - mean)
        square += 0.001 * (slopes**2 - square)
        rate = RATE * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        values -= rate * mean / (np.sqrt(square) + 1e-8)
    return Network(((w, b), (v, c)))


def split(values: Array, neurons: int, classes: int) -> tuple[Array, Array, Array, Array]:
    """Views of the weights and biases of both layers in one list of numbers."""
    hidden, output = np.split(values, [3 * neurons])
    hidden, output = hidden.reshape(3, neurons), output.reshape(neurons + 1, classes)
    return hidden[:2], hidden[2], output[:-1], output[-1]


def fit_logistic(points: Array, labels: NDArray[np.int64], classes: int) -> Network:
    """Multinomial logistic regression by Newton's method: minimizes the summed cross-entropy plus RIDGE / 2
    times the squared weights and biases."""
    x = np.column_stack([points / SCALE, np.ones(len(points))])
    truth, theta = np.eye(classes)[labels], np.zeros((3, classes))
    for _ in range(30):
        p = softmax(x @ theta)
        slope = x.T @ (p - truth) + RIDGE * theta
        if np.abs(slope).max() < 1e-9:
            break
        curve = np.einsum("na,nb,nij->aibj", x, x, p[:, :, None] * (np.eye(classes) - p[:, None, :]))
        curve = curve.reshape(3 * classes, 3 * classes) + RIDGE * np.eye(3 * classes)
        theta = theta - np.linalg.solve(curve, slope.ravel()).reshape(theta.shape)
    return Network(((theta[:2], theta[2]),))


# Generative: p(x, y)


@dataclass(frozen=True)
class Mixture:
    """p(x, y): Gaussians, each of one class. `owner` (g,) says of which."""

    weights: Array  # (g,), their sum is 1
    means: Array  # (g, 2)
    covariances: Array  # (g, 2, 2)
    owner: NDArray[np.int64]
    classes: int

    def log_parts(self, points: Array) -> Array:
        """Logarithm of weight times density (n, g) of each Gaussian at points (n, 2)."""
        away = points[:, None] - self.means
        precision = np.linalg.inv(self.covariances)
        distance = np.einsum("ngi,gij,ngj->ng", away, precision, away)
        volume = np.log(2 * math.pi) + np.log(np.linalg.det(self.covariances)) / 2
        return np.asarray(np.log(self.weights) - volume - distance / 2)

    def log_joint(self, points: Array) -> Array:
        """log p(x, y) (n, k) at points (n, 2)."""
        parts = self.log_parts(points)
        return np.stack([log_sum(parts[:, self.owner == label]) for label in range(self.classes)], 1)

    @property
    def prior(self) -> Array:
        """p(y) (k,)."""
        return np.bincount(self.owner, self.weights, self.classes).astype(np.float64)

    def posterior(self, points: Array) -> Array:
        """p(y | x) (n, k) by Bayes' theorem."""
        return softmax(self.log_joint(points))

    def sample(self, seed: int, n: int) -> tuple[Array, NDArray[np.int64]]:
        """Points (n, 2) and their labels (n,), drawn from p(x, y)."""
        picks = random.uniform(seed, n, stream="gaussian").numpy()
        which = np.minimum(np.searchsorted(self.weights.cumsum(), picks), len(self.weights) - 1)
        noise = random.normal(seed, n, 2, stream="place").double().numpy()
        roots = np.linalg.cholesky(self.covariances)[which]
        return self.means[which] + np.einsum("nij,nj->ni", roots, noise), self.owner[which]


def log_sum(logs: Array) -> Array:
    """The logarithm of the sum of what has these logarithms, over the last axis."""
    most = logs.max(-1, keepdims=True)
    return np.asarray(most[..., 0] + np.log(np.exp(logs - most).sum(-1)))


def fit_mixture(points: Array, labels: NDArray[np.int64], classes: int, parts: int) -> Mixture:
    """A mixture of `parts` Gaussians for each class, by expectation-maximization (Dempster et al. 1977).

    A label of -1 means that none is known: such a point belongs to all classes, as far as the model believes.
    """
    owner = np.repeat(np.arange(classes), parts)
    allowed = (labels[:, None] == owner) | (labels[:, None] < 0)
    share = first_shares(points, labels, classes, parts)
    before = -math.inf
    for _ in range(ROUNDS):
        mixture = maximized(points, share, owner, classes)
        logs = np.where(allowed, mixture.log_parts(points), -math.inf)
        total = log_sum(logs)
        share = np.exp(logs - total[:, None])
        if total.sum() - before < 1e-6 * len(points):
            break
        before = float(total.sum())
    return maximized(points, share, owner, classes)


def first_shares(points: Array, labels: NDArray[np.int64], classes: int, parts: int) -> Array:
    """Which Gaussian has which point (n, g), to begin with: each class is cut across its longest direction
    into equal parts; points without a label count for none."""
    share = np.zeros((len(points), classes * parts))
    for label in range(classes):
        mine = np.flatnonzero(labels == label)
        away = points[mine] - points[mine].mean(0)
        direction = np.linalg.eigh(away.T @ away)[1][:, -1]
        order = np.argsort(away @ direction, kind="stable")
        for rank, i in enumerate(mine[order]):
            share[i, label * parts + rank * parts // len(mine)] = 1
    return share + 1e-6 * (share.sum(1, keepdims=True) > 0)


def maximized(points: Array, share: Array, owner: NDArray[np.int64], classes: int) -> Mixture:
    """The Gaussians that explain points best of which they have these shares (n, g)."""
    count = share.sum(0) + 1e-9
    means = share.T @ points / count[:, None]
    away = points[:, None] - means
    scatter = np.einsum("ng,ngi,ngj->gij", share, away, away)
    covariances = (scatter + OWN * WIDTH**2 * np.eye(2)) / (count + OWN)[:, None, None]
    return Mixture(count / count.sum(), means, covariances, owner, classes)

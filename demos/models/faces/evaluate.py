"""How well the nets know people whom none of them was trained on."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import HELD_OUT_SEED, from_bytes
from demos.data.avatars.factors import CONTINUOUS, FACTORS, Factors
from demos.kit.metrics import auc
from demos.kit.weights import Metric
from demos.models.faces.model import (
    WEIGHTS,
    Head,
    in_batches,
    load_landmarks,
    load_recognizer,
    load_verifier,
)
from demos.models.faces.people import drawn, five_points, others, people_at

OTHER_PICTURES = 31  # the seed of people's second pictures
BARS = {"auc.recognizer": 0.98, "auc.verifier": 0.98, "landmark_error": 1.0}
ALIKE = [factor.name for factor in FACTORS if factor.group == "identity"]


def evaluate(samples: int = 500, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` people in two pictures each. Raises WeightsError."""
    cpu = torch.device("cpu")
    nets = load_recognizer(cpu, folder), load_verifier(cpu, folder), load_landmarks(cpu, folder)
    return measure(*nets, samples)


def measure(recognizer: Head, verifier: Head, reader: Head, samples: int) -> dict[str, Metric]:
    """AUC of telling pairs of the same person from pairs of different ones and from pairs of lookalikes, for
    both nets; the mean distance of read landmarks from true ones, in px."""
    people = people_at(HELD_OUT_SEED, 0, samples)
    second = others(people, OTHER_PICTURES)
    pictures, more = (from_bytes(drawn(some)) for some in (people, second))
    found = {}
    for name, net in {"recognizer": recognizer, "verifier": verifier}.items():
        a, b = in_batches(net, pictures), in_batches(net, more)
        found[f"auc.{name}"] = verification(a, b)
        found[f"auc_alike.{name}"] = auc(same(a, b), (a * b[lookalikes(people)]).sum(1))
    distance = (in_batches(reader, pictures) - five_points(people)).norm(dim=2)
    metrics = {name: Metric(round(value, 4), BARS.get(name), "higher") for name, value in found.items()}
    error = Metric(round(float(distance.mean()), 3), BARS["landmark_error"], "lower")
    return metrics | {"landmark_error": error}


def levels(verifier: Head, samples: int) -> dict[str, float]:
    """Mean cosines of pictures of the same person and of different ones, and the threshold above which one in
    a hundred pairs of different people lies."""
    people = people_at(HELD_OUT_SEED, samples, samples)
    pictures, more = (from_bytes(drawn(some)) for some in (people, others(people, OTHER_PICTURES)))
    a, b = in_batches(verifier, pictures), in_batches(verifier, more)
    right, wrong = same(a, b), different(a, b)
    found = {"same": right.mean(), "different": wrong.mean(), "threshold": wrong.quantile(0.99)}
    return {name: round(float(value), 3) for name, value in found.items()}


def verification(a: Tensor, b: Tensor) -> float:
    """AUC of cosines of the same rows of embeddings (n, d) against those of all different rows."""
    return auc(same(a, b), different(a, b))


def same(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(1)


def different(a: Tensor, b: Tensor) -> Tensor:
    """Cosines of every row with all others (n² - n,)."""
    return (a @ b.T)[~torch.eye(len(a), dtype=torch.bool)]


def lookalikes(people: Factors) -> Tensor:
    """Of each person the one among the others who has the most of the same identity (n,): classes that are
    equal and values that are near."""
    names = [name for name in CONTINUOUS if name in ALIKE]
    values = torch.stack([people[name] for name in names], 1).double()
    distance = torch.cdist(values, values).square()
    for name in set(ALIKE) - set(names):
        distance += 1.5 * (people[name][:, None] != people[name])
    return distance.fill_diagonal_(torch.inf).argmin(1)

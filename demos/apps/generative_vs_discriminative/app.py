"""The same points, seen by a discriminative and by a generative model, and Bayes' theorem at one place."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from demos.apps.generative_vs_discriminative.models import (
    Array,
    Mixture,
    Network,
    fit_mixture,
    fit_network,
)
from demos.kit.charts import COLORS, Drawing, Pair, Plane, Thing
from demos.kit.controls import Action, Choice, Hidden, Place, Points, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Point, Text

EDGE = 5  # the plane goes from -EDGE to EDGE
GRID = 48  # places in a row at which both models are asked
CLASSES = ("a", "b", "c")
UNLABELED = len(CLASSES)  # what points without a label have in its place
LEVELS = (0.1, 0.3, 0.6, 0.9)  # contours of a density, as shares of its highest value
DRAWN = 60  # samples
JUDGED = 1000  # samples that say how unusual a place is
STRONGEST = 110  # opacity of a map of colors, of 255

START = (
    "a3343a2942a4043a4532a3334a2638a3443a3757a3927a3435a2850a3124"
    "b6861b5750b5958b6160b8365b5856b7662b8160b5656b5954b6668b6660"
)
PLANE = Plane(-EDGE, EDGE)
POINTS = Points("points", -EDGE, EDGE, classes=4, most=80)
POINTS = Points("points", -EDGE, EDGE, classes=4, most=80, default=POINTS.clean(START))


# What clicks and buttons do


def place(point: Point, state: State) -> dict[str, Any]:
    """A click moves the place that is asked about, or adds a point."""
    x, y = PLANE.at(point)
    if state["click"] == "ask":
        return {"x": round(x, 1), "y": round(y, 1)}
    label = UNLABELED if state["click"] == "unlabeled" else CLASSES.index(state["click"])
    return {"points": POINTS.added(state["points"], x, y, label)}


def undo(state: State) -> dict[str, Any]:
    return {"points": state["points"][:-1]}


def clear(_: State) -> dict[str, Any]:
    return {"points": (), "samples": 0}


def sample(state: State) -> dict[str, Any]:
    """Another draw from the generative model, by chance."""
    return {"samples": random.choice([n for n in range(1, 1000) if n != state["samples"]])}


# The models


@remembered(64)
def discriminative(_: Runner, points: tuple[Place, ...], neurons: int) -> tuple[Network, Array]:
    """The network, and p(y | x) on the grid. It can do nothing with points without a label."""
    x, labels, classes = arrays(tuple(point for point in points if point[2] != UNLABELED))
    network = fit_network(x, labels, len(classes), neurons)
    return network, network.posterior(PLANE.grid(GRID))


@remembered(64)
def generative(_: Runner, points: tuple[Place, ...], parts: int) -> tuple[Mixture, Array, Array]:
    """The mixture, log p(x, y) on the grid, and the sorted log p(x) of points that it draws itself."""
    x, labels, classes = arrays(points)
    mixture = fit_mixture(x, labels, len(classes), parts)
    usual = log_evidence(mixture.log_joint(mixture.sample(1, JUDGED)[0]))
    return mixture, mixture.log_joint(PLANE.grid(GRID)), np.sort(usual)


def arrays(points: tuple[Place, ...]) -> tuple[Array, Any, list[int]]:
    """Places (n, 2), labels (n,) counted over the classes that occur, -1 for none, and these classes."""
    classes = present(points)
    labels = [classes.index(label) if label in classes else -1 for _, _, label in points]
    return np.array([point[:2] for point in points]).reshape(-1, 2), np.array(labels), classes


def present(points: tuple[Place, ...]) -> list[int]:
    """The classes of which there are points."""
    return sorted({label for _, _, label in points if label != UNLABELED})


def log_evidence(joint: Array) -> Array:
    """log p(x) (n,) of log p(x, y) (n, k)."""
    return np.asarray(np.logaddexp.reduce(joint, axis=1))


# The answer


def answer(
    run: Runner, words: Labels, *, points: tuple[Place, ...], samples: int, click: str, x: float, y: float,
    neurons: int, gaussians: int,
) -> dict[str, Any]:  # fmt: skip
    """Both models' planes, and what both say of the place (x, y)."""
    headings = words["discriminative"], words["generative"]
    classes = present(points)
    if not classes:
        empty = drawn(words, [], points, x, y)
        return {"models": Pair(dict.fromkeys(headings, empty)), "bayes": words["no_points"]}
    network, posterior = discriminative(run, points, neurons)
    mixture, joint, usual = generative(run, points, gaussians)
    left = drawn(words, boundary(posterior, classes), points, x, y)
    right = drawn(words, densities(joint, classes, mixture, samples), points, x, y)
    asked = np.array([[x, y]])
    rows = bayes(words, classes, mixture, asked, network.posterior(asked)[0])
    said = verdict(words, classes, network, mixture, usual, asked)
    return {
        "models": Pair(dict(zip(headings, (left, right), strict=True))),
        "bayes": f"{rows}\n\n{said}\n\n{hint(words, click)}",
    }


def hint(words: Labels, click: str) -> str:
    """What the next click on a map does."""
    return words["asks"] if click == "ask" else words("adds", what=words[f"click_{click}"])


def drawn(words: Labels, things: list[Thing], points: tuple[Place, ...], x: float, y: float) -> Drawing:
    signs = [PLANE.sign(*point, hollow=point[2] == UNLABELED) for point in points]
    marks = [*things, *signs, PLANE.ring(x, y)]
    return PLANE.drawing(marks, words.plain, x=words["axis_x"], y=words["axis_y"])


def boundary(posterior: Array, classes: list[int]) -> list[Thing]:
    """p(y | x) as a map of colors, and the lines where the likeliest class changes."""
    maps = posterior.reshape(GRID, GRID, -1)
    lead = [maps[..., i] - np.delete(maps, i, 2).max(2, initial=0) for i in range(len(classes))]
    # With two classes both lines are the same one.
    lines = lead[:1] if len(classes) == 2 else lead if len(classes) > 2 else []
    return [tinted(maps, classes), *(PLANE.contour(values, 0, width=2.5) for values in lines)]


def densities(joint: Array, classes: list[int], mixture: Mixture, samples: int) -> list[Thing]:
    """p(x, y) as maps of colors and as contours of each class, and samples if there are any."""
    maps = np.exp(joint).reshape(GRID, GRID, -1)
    things: list[Thing] = [tinted(maps / maps.max(), classes)]
    for i, label in enumerate(classes):
        things += [PLANE.contour(maps[..., i], level * maps[..., i].max(), label) for level in LEVELS]
    if samples:
        for (x, y), label in zip(*mixture.sample(samples, DRAWN), strict=True):
            if max(abs(x), abs(y)) <= EDGE:
                things.append(PLANE.sign(x, y, classes[label], hollow=True))
    return things


def tinted(shares: Array, classes: list[int]) -> Thing:
    """Shares (h, w, k) of classes, their sum at most 1, as a map of their colors."""
    total = shares.sum(2, keepdims=True)
    colors = np.array([COLORS[label] for label in classes])
    mixed = (shares / np.maximum(total, 1e-12)) @ colors
    return PLANE.field(np.concatenate([mixed, total.clip(0, 1) * STRONGEST], 2).round().astype(np.uint8))


# In numbers


def bayes(words: Labels, classes: list[int], mixture: Mixture, at: Array, sure: Array) -> str:
    """A table: for each class what Bayes' theorem takes and gives, and what the discriminative model says."""
    joint, prior = mixture.log_joint(at)[0], np.log(mixture.prior)
    posterior = mixture.posterior(at)[0]
    lines = [words["table"], "| --- | --- | --- | --- | --- | --- |"]
    for i, label in enumerate(classes):
        cells = [
            CLASSES[label].upper(),
            words.number(mixture.prior[i], 2),
            density(words, joint[i] - prior[i]),
            density(words, joint[i]),
            words.chance(posterior[i]),
            words.chance(sure[i]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    evidence, total = log_evidence(joint[None])[0], words["sum"]
    lines.append(f"| {total} | {words.number(1, 2)} | | **{density(words, evidence)}** | | |")
    return "\n".join(lines)


def density(words: Labels, log: float) -> str:
    """The number that has this natural logarithm, as one would write it."""
    power = log / math.log(10)
    return words.number(math.exp(log), 4) if power >= -3 else words.power_of_ten(power)


def verdict(
    words: Labels, classes: list[int], network: Network, mixture: Mixture, usual: Array, at: Array
) -> str:
    """How sure the one is, and whether the other has seen the like."""
    sure = network.posterior(at)[0]
    rarer = float(np.searchsorted(usual, log_evidence(mixture.log_joint(at))[0])) / len(usual)
    name = CLASSES[classes[int(sure.argmax())]].upper()
    first = words("sure", chance=words.chance(sure.max()), name=name)
    if rarer < 0.01:
        return words.sentences([first, words("never_seen", share=words.percent(0.01))])
    return words.sentences([first, words("seen", share=words.percent(rarer))])


CONTROLS = (
    POINTS,
    Hidden("samples"),
    Choice("click", (*CLASSES, "unlabeled", "ask"), "a"),
    Action("undo", undo),
    Action("sample", sample, primary=True),
    Slider("neurons", 0, 12, 0, step=1),
    Slider("gaussians", 1, 4, 1, step=1),
    Slider("x", -EDGE, EDGE, 0.5, step=0.1),
    Slider("y", -EDGE, EDGE, 0.0, step=0.1),
    Action("clear", clear),
)
SHOWS = (Chart("models", click=place), Text("bayes"))
STILL = ("models",)

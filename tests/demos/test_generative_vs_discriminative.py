"""Two models of the same points, held against references made by hand; and what each preset shows."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from demos.apps.generative_vs_discriminative import app, models
from demos.kit.functions import direct
from demos.kit.state import parse
from tests.demos import kit
from tests.demos.kit import answer, words

NAME = "generative_vs_discriminative"


def preset(name: str, **changed: Any) -> dict[str, Any]:
    return dict(parse(kit.app(NAME), {"preset": name}).state) | changed


def fitted(state: dict[str, Any]) -> tuple[models.Network, models.Mixture]:
    network, _ = app.discriminative(direct, state["points"], state["neurons"])
    return network, app.generative(direct, state["points"], state["gaussians"])[0]


def asked(state: dict[str, Any]) -> tuple[Any, Any, Any]:
    """p(y | x) of the discriminative model, of the generative one, and its log p(x, y), at the place."""
    network, mixture = fitted(state)
    at = np.array([[state["x"], state["y"]]])
    return network.posterior(at)[0], mixture.posterior(at)[0], mixture.log_joint(at)[0]


def right(state: dict[str, Any], neurons: int) -> float:
    """The share of the points that the network puts into their class."""
    x, labels, _ = app.arrays(state["points"])
    network, _ = app.discriminative(direct, state["points"], neurons)
    return float((network.posterior(x).argmax(1) == labels).mean())


# The models


def test_logistic_regression_is_at_its_optimum() -> None:
    """There the slope is zero: what the model expects of each class is what the points have."""
    x, labels, classes = app.arrays(preset("three_classes")["points"])
    network = models.fit_logistic(x, labels, len(classes))
    ((weights, bias),) = network.layers
    error = network.posterior(x) - np.eye(3)[labels]
    assert x.T / models.SCALE @ error == pytest.approx(-models.RIDGE * weights, abs=1e-8)
    assert error.sum(0) == pytest.approx(-models.RIDGE * bias, abs=1e-8)


def test_two_points_are_separated_in_their_middle() -> None:
    network = models.fit_logistic(np.array([[-1.0, 0.0], [3.0, 0.0]]), np.array([0, 1]), 2)
    # Biases are kept small too, which moves the line a little from x = 1.
    assert network.posterior(np.array([[1.0, 5.0]]))[0] == pytest.approx([0.5, 0.5], abs=0.1)
    assert network.posterior(np.array([[3.0, 0.0]]))[0, 1] > 0.9


def test_one_gaussian_per_class_has_the_mean_and_the_covariance_of_its_points() -> None:
    x = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0], [9.0, 9.0]])
    mixture = models.fit_mixture(x, np.array([0, 0, 0, 0, 1]), 2, 1)
    assert mixture.prior == pytest.approx([0.8, 0.2], abs=1e-6)
    assert mixture.means == pytest.approx(np.array([[1, 1], [9, 9]]), abs=1e-5)
    # Four points with squared distances 1 in each direction, and one more of WIDTH².
    assert mixture.covariances[0] == pytest.approx((4 + 0.25) / 5 * np.eye(2), abs=1e-5)
    assert mixture.covariances[1] == pytest.approx(0.25 / 2 * np.eye(2), abs=1e-5)


def test_a_density_is_the_gaussians_formula_and_its_integral_is_1() -> None:
    mixture = models.Mixture(
        np.array([0.25, 0.75]), np.array([[0.0, 0.0], [1.0, -1.0]]),
        np.array([[[1.0, 0.0], [0.0, 4.0]], [[2.0, 0.5], [0.5, 1.0]]]), np.array([0, 1]), 2,
    )  # fmt: skip
    at = np.array([[1.0, 2.0]])
    assert np.exp(mixture.log_joint(at))[0, 0] == pytest.approx(0.25 * math.exp(-1) / (4 * math.pi))
    line = np.linspace(-20, 20, 401)
    grid = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    assert np.exp(mixture.log_joint(grid)).sum(0) * 0.01 == pytest.approx([0.25, 0.75], abs=1e-6)


def test_more_gaussians_explain_the_points_better() -> None:
    x, labels, _ = app.arrays(preset("two_arcs")["points"])
    best = [
        models.fit_mixture(x, labels, 2, parts).log_joint(x)[np.arange(len(x)), labels].sum()
        for parts in (1, 2, 4)
    ]
    assert best == sorted(best)


def test_samples_have_the_distribution_that_they_are_drawn_from() -> None:
    _, mixture = fitted(preset("rare_class"))
    x, labels = mixture.sample(3, 4000)
    assert np.bincount(labels) / 4000 == pytest.approx(mixture.prior, abs=0.03)
    assert x[labels == 0].mean(0) == pytest.approx(mixture.means[0], abs=0.1)
    assert np.cov(x[labels == 0].T) == pytest.approx(mixture.covariances[0], abs=0.1)


# Bayes' theorem


def numbers(cell: str) -> float:
    """A number of the table, in English."""
    found = re.fullmatch(r"\**([\d.]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\**", cell.strip())
    assert found, cell
    power = (found[2] or "⁰").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(found[1]) * 10.0 ** int(power)


def test_the_numbers_of_the_table_add_up() -> None:
    state = preset("rare_class")
    lines = answer(NAME, lang="en", **state)["bayes"].splitlines()
    a, b, total = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:5])
    evidence = numbers(total[3])
    assert numbers(a[3]) + numbers(b[3]) == pytest.approx(evidence, abs=2e-4)
    for row in (a, b):
        prior, likelihood, joint = (numbers(cell) for cell in row[1:4])
        assert prior * likelihood == pytest.approx(joint, rel=0.03)
        posterior = float(row[4].rstrip("%")) / 100
        assert posterior * evidence == pytest.approx(joint, abs=0.006 * evidence + 1e-4)
        assert row[0] in ("A", "B")


def test_posterior_times_evidence_is_the_joint_distribution() -> None:
    _, mixture = fitted(preset("three_classes", gaussians=2))
    at = np.array([[0.3, -0.2], [4.0, 4.0]])
    joint = np.exp(mixture.log_joint(at))
    assert mixture.posterior(at) * joint.sum(1, keepdims=True) == pytest.approx(joint, rel=1e-9)


@pytest.mark.parametrize(
    ("log", "nb", "en"),
    [(math.log(0.0567), "0,0567", "0.0567"), (math.log(4.5e-16), "4,5 · 10⁻¹⁶", "4.5 × 10⁻¹⁶")],
)
def test_densities_are_written_as_the_language_writes_them(log: float, nb: str, en: str) -> None:
    assert [app.density(words(NAME, lang), log) for lang in ("nb", "en")] == [nb, en]


# What a reader does


def test_clicks_add_points_of_the_chosen_kind_or_ask() -> None:
    state: dict[str, Any] = preset("straight_line", points=())
    at = app.PLANE.place(1.02, -2.04)
    for kind, label in (("a", 0), ("c", 2), ("unlabeled", app.UNLABELED)):
        assert app.place(at, state | {"click": kind}) == {"points": ((1.05, -2.05, label),)}
    assert app.place(at, state | {"click": "ask"}) == {"x": 1.0, "y": -2.0}


def test_a_button_takes_points_back() -> None:
    state = preset("straight_line")
    assert app.undo(state)["points"] == state["points"][:-1]
    assert app.clear(state)["points"] == ()
    assert app.sample(state | {"samples": 4})["samples"] not in (0, 4)


@pytest.mark.parametrize("points", [(), ((0.05, 0.05, app.UNLABELED),)], ids=["none", "no label"])
def test_without_labels_it_says_what_is_missing(points: Any) -> None:
    assert answer(NAME, points=points, lang="en")["bayes"] == words(NAME, "en")["no_points"]


@pytest.mark.parametrize("points", ["a5050", "a5050b5050", "a1010" * 5 + "c9090", "b5050" * 80])
@pytest.mark.parametrize("gaussians", [1, 4])
def test_few_points_or_equal_ones_do_no_harm(points: str, gaussians: int) -> None:
    state = preset("straight_line", points=app.POINTS.clean(points), gaussians=gaussians, neurons=3)
    for given in asked(state)[:2]:
        assert given.sum() == pytest.approx(1)
    assert not re.search(r"\bnan\b", answer(NAME, **state)["models"].svg("alt"))


# Presets show what they say


def test_logistic_regression_is_sure_far_from_all_points() -> None:
    sure, _, joint = asked(preset("straight_line"))
    assert sure.max() > 0.99
    assert joint.max() < math.log(1e-10)
    assert app.discriminative(direct, preset("straight_line")["points"], 0)[0].layers[0][0].shape == (2, 2)


def test_neurons_bend_the_boundary_between_two_arcs() -> None:
    state = preset("two_arcs")
    assert right(state, state["neurons"]) == 1
    assert 0.5 < right(state, 0) < 0.95


def test_a_rare_class_loses_where_it_is_the_more_typical_one() -> None:
    state = preset("rare_class")
    _, posterior, joint = asked(state)
    likelihood = joint - np.log(fitted(state)[1].prior)
    counts = np.bincount([label for _, _, label in state["points"]])
    assert counts[0] == 5 * counts[1]
    assert likelihood[1] > likelihood[0]
    assert posterior[0] > posterior[1]


def test_on_the_boundary_both_classes_are_about_as_likely() -> None:
    state = preset("on_the_boundary")
    for given in asked(state)[:2]:
        assert given[0] == pytest.approx(0.5, abs=0.05)
    assert asked(state | {"x": state["x"] + 1})[1][0] < 0.1
    assert asked(state | {"x": state["x"] - 1})[1][0] > 0.9


def test_three_classes_share_one_joint_distribution() -> None:
    _, posterior, joint = asked(preset("three_classes"))
    assert len(joint) == 3
    assert np.exp(joint) / np.exp(joint).sum() == pytest.approx(posterior)


def test_drawn_points_are_on_the_right_alone() -> None:
    """Hollow signs, as many as are inside the plane, and more of them where the density is high."""
    left, right_ = answer(NAME, **preset("drawn"))["models"].parts.values()
    hollow = [[thing for thing in part.things if getattr(thing, "hollow", False)] for part in (left, right_)]
    assert len(hollow[0]) == 0
    assert app.DRAWN * 0.9 <= len(hollow[1]) <= app.DRAWN


def test_no_line_separates_opposite_corners_but_a_network_does() -> None:
    state = preset("network")
    assert right(state, state["neurons"]) == 1
    assert right(state, 0) < 0.65


def test_an_outlier_is_certain_to_the_one_and_unheard_of_to_the_other() -> None:
    state = preset("outlier")
    sure, _, _ = asked(state)
    assert sure.max() > 0.95
    said = words(NAME, "en")("never_seen", share="1%")
    assert said in answer(NAME, lang="en", **state)["bayes"]
    assert said not in answer(NAME, lang="en", **state | {"x": 1.5, "y": 1.0})["bayes"]


def test_points_without_a_label_teach_the_generative_model_alone() -> None:
    state = preset("missing_labels")
    labeled = tuple(point for point in state["points"] if point[2] != app.UNLABELED)
    assert len(labeled) == 2
    network, mixture = fitted(state)
    at = np.array([[-1.9, 3.0], [1.9, -3.0]])
    only_labeled, _ = fitted(state | {"points": labeled})
    assert network.posterior(at) == pytest.approx(only_labeled.posterior(at))
    assert mixture.posterior(at).argmax(1).tolist() == [0, 1]
    assert mixture.posterior(at).max(1).min() > 0.99
    assert network.posterior(at).argmax(1).tolist() != [0, 1] or network.posterior(at).max() < 0.9
    assert mixture.means[:, 0] == pytest.approx([-1.9, 1.9], abs=0.3)

"""Nets that recognize drawn people: what makes a person, margins, and that measuring is another's task."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from demos.data.avatars import LANDMARKS, render, replace
from demos.data.avatars.dataset import HELD_OUT_SEED, from_bytes
from demos.data.avatars.factors import FACTORS
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.faces import evaluate
from demos.models.faces import train as training
from demos.models.faces.functions import recognize, verify
from demos.models.faces.model import (
    KINDS,
    WEIGHTS,
    head,
    in_batches,
    load_landmarks,
    load_recognizer,
    load_verifier,
)
from demos.models.faces.people import POINTS, again, drawn, five_points, others, people_at
from demos.models.judge import model as judge
from tests.demos.kit import check_resuming

CPU = torch.device("cpu")
PEOPLE = people_at(HELD_OUT_SEED, 40, 24)


@pytest.fixture(scope="module")
def pictures() -> tuple[Tensor, Tensor]:
    """Everybody twice."""
    return from_bytes(drawn(PEOPLE)), from_bytes(drawn(others(PEOPLE, 5)))


# Who somebody is


def test_what_stays_is_the_identity_and_all_else_changes() -> None:
    second = others(PEOPLE, 5)
    for factor in FACTORS:
        same = torch.equal(PEOPLE[factor.name], second[factor.name])
        assert same == (factor.group == "identity"), factor.name


def test_pictures_of_people_are_drawn_once(tmp_path: Path) -> None:
    some = PEOPLE.select(slice(0, 3))
    first = again(some, 9, tmp_path)
    written = [path.stat().st_mtime_ns for path in tmp_path.iterdir()]
    assert torch.equal(again(some, 9, tmp_path), first)
    assert [path.stat().st_mtime_ns for path in tmp_path.iterdir()] == written
    assert not torch.equal(again(some, 10, tmp_path), first)


def test_the_five_landmarks_are_the_renderers() -> None:
    frontal = replace(PEOPLE, yaw=0.0, pitch=0.0, roll=0.0, gaze_x=0.0, gaze_y=0.0)
    exact, five = render(frontal).landmarks, five_points(frontal)
    assert five.shape == (24, len(POINTS), 2)
    for k, name in ((2, "nose_tip"), (3, "mouth_left"), (4, "mouth_right")):
        assert torch.allclose(five[:, k], exact[:, LANDMARKS.index(name)])
    irises = exact[:, [LANDMARKS.index(f"{side}_iris") for side in ("left", "right")]]
    assert (five[:, :2] - irises).norm(dim=2).max() < 1, "eyes that look ahead have their iris in the middle"


def test_where_somebody_looks_does_not_move_the_landmarks() -> None:
    left, right = (five_points(replace(PEOPLE, gaze_x=gaze)) for gaze in (-1.0, 1.0))
    assert torch.equal(left, right)


# Nets


def test_people_are_told_apart_by_both_nets(pictures: tuple[Tensor, Tensor]) -> None:
    for net in (load_recognizer(CPU), load_verifier(CPU)):
        first, second = (in_batches(net, some) for some in pictures)
        assert torch.allclose(first.norm(dim=1), torch.ones(24), atol=1e-5)
        assert evaluate.verification(first, second) > 0.95
        assert evaluate.verification(first, second.roll(1, 0)) < 0.6


def test_landmarks_are_read_to_the_pixel(pictures: tuple[Tensor, Tensor]) -> None:
    error = (in_batches(load_landmarks(CPU), pictures[0]) - five_points(PEOPLE)).norm(dim=2)
    assert error.mean() < 1


def test_the_functions_ask_the_nets(pictures: tuple[Tensor, Tensor]) -> None:
    few = pictures[0][:3]
    assert torch.allclose(direct(recognize, picture=few), in_batches(load_recognizer(CPU), few), atol=1e-5)
    found = direct(verify, picture=few)
    assert torch.allclose(found["person"], in_batches(load_verifier(CPU), few), atol=1e-5)
    assert torch.allclose(found["points"], in_batches(load_landmarks(CPU), few), atol=1e-3)


def test_who_measures_sees_with_another_net_and_was_trained_on_other_people(
    monkeypatch: pytest.MonkeyPatch, pictures: tuple[Tensor, Tensor]
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the judge was asked")

    monkeypatch.setattr(judge.Judge, "embedding", refuse)
    direct(recognize, picture=pictures[0][:2])
    with pytest.raises(AssertionError, match="the judge was asked"):
        direct(verify, picture=pictures[0][:2])
    first, second = (range(start, start + training.RECIPE.people) for start in training.FIRST.values())
    assert not set(first) & set(second)


# Training


def test_margins_make_the_right_answer_harder() -> None:
    cosine = torch.tensor([0.9, 0.0, -0.5])
    assert torch.allclose(training.margined(cosine, 0.0, 0.25), cosine - 0.25)
    angles = training.margined(cosine, 0.3, 0.0).acos() - cosine.acos()
    assert torch.allclose(angles, torch.full((3,), 0.3), atol=1e-5)


def test_the_loss_is_that_of_finding_the_other_picture() -> None:
    """Two people at right angles: everybody finds themselves, at a cosine of 1 against three of 0."""
    both = torch.eye(2)
    loss = training.unmatched(both, both, 2.0)
    assert loss.item() == pytest.approx(-math.log(math.e**2 / (math.e**2 + 2)), rel=5e-3)
    assert training.unmatched(both, both.flip(0), 2.0) > loss
    assert training.unmatched(both, both, 2.0, 0.0, 0.2) > loss


def run_of(name: str) -> training.RecognitionRun | training.LandmarkRun:
    recipe = dataclasses.replace(training.SMOKE, people=24)
    if name == "landmarks":
        seen = training.looked_at(KINDS[name](), drawn(PEOPLE), CPU)
        return training.LandmarkRun(recipe, seen, five_points(PEOPLE), Budget(2), CPU, 0)
    net = training.HEADS[name]()
    seen = torch.stack([training.looked_at(net, drawn(others(PEOPLE, seed)), CPU) for seed in (1, 2)])
    return training.RecognitionRun(name, recipe, PEOPLE, seen, Budget(2), CPU, 0)


def test_attributes_that_make_a_person_are_asked_for_and_no_others() -> None:
    run = run_of("verifier")
    assert isinstance(run, training.RecognitionRun)
    vectors = torch.randn(24, 128, generator=torch.Generator().manual_seed(0))
    before = run.model.unread(vectors, PEOPLE)
    assert torch.equal(run.model.unread(vectors, others(PEOPLE, 3)), before)
    changed = replace(PEOPLE, beard="full", skin_tone=0.0)
    assert not torch.equal(run.model.unread(vectors, changed), before)


@pytest.mark.parametrize("name", KINDS)
def test_a_resumed_run_takes_the_same_steps(name: str) -> None:
    check_resuming(lambda: run_of(name))


# Measuring


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert evaluate.auc(torch.tensor([0.9, 0.4]), torch.tensor([0.1, 0.5])) == 0.75
    assert evaluate.auc(torch.ones(3), torch.ones(4)) == 0.5


def test_lookalikes_have_more_in_common_than_others() -> None:
    found = evaluate.lookalikes(PEOPLE)
    assert (found != torch.arange(24)).all()
    twin = PEOPLE.select(torch.tensor([0, 1, 2, 0, 4]))
    assert evaluate.lookalikes(twin)[[0, 3]].tolist() == [3, 0]


def test_the_card_describes_the_shipped_files() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(p.numel() for name in KINDS for p in head(name, CPU, WEIGHTS).parameters())
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*.safetensors")) < 900_000
    assert -1 < card.details["different"] < card.details["threshold"] < card.details["same"] < 1
    assert card.met


@pytest.mark.slow
def test_measuring_again_gives_about_what_the_card_says() -> None:
    again_measured, card = evaluate.evaluate(samples=300), read_card(WEIGHTS).metrics
    for name, metric in again_measured.items():
        assert metric.value == pytest.approx(card[name].value, abs=0.05), name

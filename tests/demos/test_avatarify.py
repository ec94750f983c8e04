"""The reenactment model: exact keypoints, pairs, its nets, how it is trained, and the weights shipped."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
import torch

from demos.data.avatars import LANDMARKS, render, replace, sample
from demos.data.avatars.anatomy import MAX_ROLL, ZOOM
from demos.data.avatars.factors import FACTORS
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.avatarify import evaluate, pairs, train_keypoints
from demos.models.avatarify import train as training
from demos.models.avatarify.cases import CASES, examples
from demos.models.avatarify.detector import Detector
from demos.models.avatarify.functions import find, move, retarget
from demos.models.avatarify.generator import FIELD, KINDS, Generator, heatmaps, sampled, sparse
from demos.models.avatarify.keypoints import (
    COUNT,
    EYES,
    KEYPOINTS,
    MOUTH,
    Keypoints,
    exact,
    lattice,
    named,
    soft_windows,
)
from demos.models.avatarify.model import WEIGHTS, Avatarify, load_avatarify
from demos.models.avatarify.pairs import MOTION, NEUTRAL, POSES, SHARD, People, in_poses, motions
from demos.models.avatarify.retargeter import Retargeter, relative
from tests.demos.kit import check_resuming

CPU = torch.device("cpu")
TINY = training.AvatarifyTraining(
    steps=2,
    batch=2,
    people=6,
    held_out=6,
    detector=train_keypoints.DetectorTraining(steps=2, batch=2),
    retargeter=train_keypoints.RetargeterTraining(steps=2, batch=2),
)


@pytest.fixture(scope="module")
def few() -> People:
    """Six people in their poses, drawn now: a test waits for no cache."""
    factors = in_poses(6, 3)
    drawn, found = render(factors), exact(factors)
    parts = (evaluate.to_bytes(drawn.images), found.points, found.jacobians, drawn.visible)
    return People(*(x.unflatten(0, (6, POSES)) for x in parts))


# Keypoints


def test_keypoints_are_the_renderers_landmarks_and_the_skull() -> None:
    factors = sample(5, 11)
    assert (*LANDMARKS, "skull") == KEYPOINTS
    found = exact(factors)
    assert torch.allclose((found.points[:, :-1] + 1) * 32, render(factors).landmarks, atol=1e-4)
    assert found.jacobians.shape == (5, COUNT, 2, 2)


def test_a_jacobian_says_how_a_patch_lies() -> None:
    """Seen from the front, skin lies flat; a roll turns all of it; a turn of the head narrows what is in
    front, by the cosine of the angle."""
    rest = replace(sample(1, 4), **NEUTRAL)
    front = exact(rest).jacobians
    nose = named("nose_tip")
    assert torch.allclose(front[:, nose][0, 0], ZOOM * torch.eye(2), atol=1e-5)
    rolled = exact(replace(rest, roll=1.0)).jacobians @ torch.linalg.inv(front)
    sin, cos = math.sin(MAX_ROLL), math.cos(MAX_ROLL)
    assert torch.allclose(rolled, torch.tensor([[cos, -sin], [sin, cos]]), atol=1e-4)
    turned = exact(replace(rest, yaw=1.0)).jacobians
    assert turned[0, nose[0], 0, 0] == pytest.approx(ZOOM * math.cos(math.radians(35)), abs=1e-4)
    assert torch.allclose(turned[0, -1], front[0, -1]), "the skull's outline stays what it is"


def test_jacobians_follow_the_points_of_a_patch() -> None:
    """Where the points of an eye are, moved by its Jacobian, is where they are in another pose."""
    rest = replace(sample(20, 6), **NEUTRAL)
    before, after = exact(rest), exact(replace(rest, yaw=0.7, pitch=-0.5, roll=0.6))
    outer, inner = named("left_eye_outer", "left_eye_inner")
    turn = after.jacobians[:, outer] @ torch.linalg.inv(before.jacobians[:, outer])
    step = (before.points[:, inner] - before.points[:, outer])[..., None]
    assert torch.allclose((turn @ step)[..., 0], after.points[:, inner] - after.points[:, outer], atol=1e-5)


def test_windows_lie_on_eyes_and_mouth() -> None:
    points = exact(sample(8, 2)).points
    share = soft_windows(points, 64)
    assert share.min() == 0
    for some in (*EYES, MOUTH):
        middle = points[:, some].mean(1)
        assert (sampled(share, middle[:, None, None]) > 0.9).all()
    assert share.mean() < 0.25


# Pairs


def test_only_pose_and_expression_differ_between_the_pictures_of_a_person() -> None:
    factors = in_poses(4, 9)
    for factor in FACTORS:
        values = factors[factor.name].unflatten(0, (4, POSES))
        assert bool((values == values[:, :1]).all()) == (factor.name not in MOTION)
    later = in_poses(2, 9, start=2)
    assert torch.equal(later.continuous, factors.continuous[2 * POSES :])


def test_blinks_and_open_mouths_come_more_often() -> None:
    often, usual = motions(2000, 5), sample(2000, 5)
    for name in ("blink", "mouth_open"):
        assert (often[name] > 0.5).float().mean() > (usual[name] > 0.5).float().mean() + 0.08
    assert torch.equal(often["yaw"], usual["yaw"])


def test_people_are_drawn_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "CACHE", tmp_path)
    monkeypatch.setattr(pairs, "SHARD", 2)
    first = pairs.people(3, seed=9)
    assert len(list(tmp_path.rglob("*.safetensors"))) == 2
    truth = in_poses(3, 9)
    assert torch.allclose(first.points.flatten(0, 1), exact(truth).points)
    drawn = evaluate.drawn(truth.select(slice(POSES, POSES + 1)))
    assert torch.equal(first.pictures(torch.tensor([1]), torch.tensor([0])), drawn)
    monkeypatch.setattr(pairs, "draw_shard", None)
    assert torch.equal(pairs.people(3, seed=9).images, first.images)
    assert SHARD > 2


def test_no_person_is_in_two_sets() -> None:
    trained = {pairs.TRAIN_SEED, pairs.TRAIN_SEED + pairs.POSE_SEED, train_keypoints.FACES_SEED}
    trained.add(train_keypoints.FACES_SEED + 1)
    held_out = {pairs.HELD_OUT_SEED, evaluate.DRIVERS_SEED, evaluate.MOTION_SEED, evaluate.CASES_SEED}
    assert len(held_out) == 4
    assert not trained & (held_out | {seed + 1 for seed in held_out})


def test_a_trial_moves_a_person_as_another_moves() -> None:
    data = evaluate.trials(4)
    assert torch.equal(data.truth, evaluate.drawn(data.end))
    assert torch.equal(data.source, evaluate.drawn(data.start))
    for factor in FACTORS:
        same = torch.equal(data.start[factor.name], data.end[factor.name])
        assert same == (factor.name not in MOTION)
    assert not torch.equal(data.driver, data.truth)


@pytest.mark.parametrize("name", CASES)
def test_a_hard_case_is_what_it_is_called(name: str) -> None:
    source, end, driver = examples(name, 5, 3)
    case = CASES[name]
    for some, certain in ((source, case.source), (end, case.end), (driver, case.end)):
        wanted = replace(some, **certain)
        assert torch.equal(some.continuous, wanted.continuous)
        if some is not driver:
            assert torch.equal(some.categorical, replace(some, **case.source).categorical)
    for factor in MOTION:
        assert torch.equal(driver[factor], end[factor])
    one, _, _ = examples(name, 1, 3, start=4)
    assert torch.equal(one.continuous, source.continuous[4:])


# Motion


def test_sparse_motions_take_keypoints_back_where_they_were() -> None:
    start, end = exact(sample(3, 1)), exact(sample(3, 2))
    maps = sparse(lattice(FIELD), start, end)
    assert torch.equal(maps[:, 0], lattice(FIELD).expand(3, -1, -1, -1)), "the first one is the identity"
    for k in (0, 12, COUNT - 1):
        field = maps[:, k + 1].permute(0, 3, 1, 2)
        there = sampled(field, end.points[:, k][:, None, None])[:, :, 0, 0]
        inside = (end.points[:, k].abs() < 0.95).all(1)
        assert torch.allclose(there[inside], start.points[:, k][inside], atol=1e-4)


def test_motion_to_where_it_is_already_is_none() -> None:
    still = exact(sample(2, 5))
    maps = sparse(lattice(FIELD), still, still)
    assert torch.allclose(maps, lattice(FIELD).expand_as(maps), atol=1e-5)


def test_heatmaps_are_highest_at_their_points() -> None:
    points = torch.tensor([[[0.5, -0.25]]])
    heat = heatmaps(points, lattice(64), 0.05)[0, 0]
    row, column = divmod(int(heat.argmax()), 64)
    assert (column + 0.5) / 32 - 1 == pytest.approx(0.5, abs=0.02)
    assert (row + 0.5) / 32 - 1 == pytest.approx(-0.25, abs=0.02)
    assert heat.max() > 0.9


def test_relative_motion_moves_the_source_as_the_driver_moved() -> None:
    person, other = (replace(some, **NEUTRAL) for some in (sample(2, 1), sample(2, 8)))
    source, rest = exact(person), exact(other)
    assert torch.allclose(relative(source, rest, rest).points, source.points)
    rolled = [exact(replace(some, roll=0.8)) for some in (person, other)]
    said = relative(source, rest, rolled[1])
    assert torch.allclose(said.jacobians, rolled[0].jacobians, atol=1e-4)
    assert torch.allclose(said.points - source.points, rolled[1].points - rest.points, atol=1e-5)


def test_a_fresh_retargeter_moves_as_the_paper_does() -> None:
    source, rest, driver = (exact(sample(2, seed)).points for seed in (1, 2, 3))
    assert torch.allclose(Retargeter()(source, rest, driver).points, source + driver - rest)


def test_the_nets_fit_together() -> None:
    torch.manual_seed(0)
    pictures = evaluate.drawn(sample(2, 3))
    start = Detector().eval()(pictures)
    assert start.points.abs().max() <= 1
    moved = Generator().eval()(pictures, start, exact(sample(2, 4)))
    assert moved.picture.shape == pictures.shape
    assert moved.picture.abs().max() <= 1
    assert torch.allclose(moved.motion.masks.sum(1), torch.ones(2, FIELD, FIELD), atol=1e-5)
    assert 0 <= moved.painted.min() <= moved.painted.max() <= 1
    assert len(KINDS) < COUNT, "left and right share a map"


def test_painting_is_preferred_in_eyes_and_mouth_from_the_beginning() -> None:
    torch.manual_seed(0)
    pictures, keypoints = evaluate.drawn(sample(2, 3)), exact(sample(2, 3))
    painted = Generator().eval()(pictures, keypoints, keypoints).painted
    inside = soft_windows(keypoints.points, 64)
    assert painted[inside > 0.9].mean() > 0.8
    assert painted[inside == 0].mean() < 0.4


# Training, and what is shipped


def test_training_leaves_weights_that_load(
    tmp_path: Path, few: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "people", lambda *_: few)
    out = tmp_path / "avatarify" / "weights"
    steps = list(training.train(TINY, out=out, work=tmp_path / "work", device=CPU))
    assert [progress.step for progress in steps] == [1, 2, 1, 2, 1, 2, 2]
    card = read_card(out)
    assert {*evaluate.BARS, "psnr.copied", "psnr.case_hair", "drawn.blink"} <= card.metrics.keys()
    nets = ("detector", "retargeter", "generator")
    assert sum(card.details["parameters"][name] for name in nets) == card.parameters
    load_avatarify(CPU, out)


def test_published_weights_are_trained_on(
    tmp_path: Path, few: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "people", lambda *_: few)
    out = tmp_path / "avatarify" / "weights"
    list(
        training.train(dataclasses.replace(TINY, published=True), out=out, work=tmp_path / "work", device=CPU)
    )
    before, card = read_card(WEIGHTS), read_card(out)
    assert card.steps == before.steps + TINY.steps
    assert card.details["earlier"][-1]["commit"] == before.commit
    for old, new in zip(load_avatarify(CPU).parameters(), load_avatarify(CPU, out).parameters(), strict=True):
        assert (old - new).abs().max() < 0.02, "a step of Adam is no longer than its rate"


def test_resuming_takes_the_same_steps(few: People) -> None:
    def detector() -> train_keypoints.DetectorRun:
        return train_keypoints.DetectorRun(TINY.detector, few, Budget(4), CPU, seed=5)

    def retargeter() -> train_keypoints.RetargeterRun:
        return train_keypoints.RetargeterRun(TINY.retargeter, Budget(4), CPU, seed=5)

    torch.manual_seed(1)
    nets = Detector().eval().requires_grad_(False), Retargeter().eval().requires_grad_(False)

    def generator() -> training.GeneratorRun:
        return training.GeneratorRun(TINY, few, *nets, Budget(4), CPU, seed=5)

    for begin in (detector, retargeter, generator):
        check_resuming(begin)


def test_eyes_and_mouth_count_more() -> None:
    target = evaluate.drawn(sample(1, 3))
    truth = exact(sample(1, 3))
    run = training.GeneratorRun.__new__(training.GeneratorRun)
    run.recipe = TINY
    where = soft_windows(truth.points, 64)
    errors = []
    for share in (where, 1 - (where > 0).float()):
        spot = share / share.sum() * 50
        made = training.Moved(target + spot, target, where, None)  # type: ignore[arg-type]
        errors.append(run.losses(made, target, truth)["picture"].item())
    assert errors[0] > 3 * errors[1]


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(x.numel() for x in Avatarify().parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 2_500_000
    for name, bar in evaluate.BARS.items():
        assert card.metrics[name].bar == bar


def test_measuring_again_gives_about_what_the_card_says() -> None:
    card = read_card(WEIGHTS)
    measured = evaluate.evaluate(24)
    for name in ("psnr.moved", "psnr.copied", "psnr.mouth"):
        assert measured[name].value == pytest.approx(card.metrics[name].value, abs=1.5)


def test_a_moved_portrait_is_nearer_to_the_truth_than_the_still_one() -> None:
    """And nearer with what the retargeter says than by the paper's formula, in most cases."""
    data = evaluate.trials(12)
    start, rest, driver = (
        Keypoints(**direct(find, picture=x)) for x in (data.source, data.rest, data.driver)
    )
    points = {"source": start.points, "rest": rest.points, "driver": driver.points}
    errors = []
    for end in (Keypoints(**direct(retarget, **points)), relative(start, rest, driver)):
        made = direct(move, picture=data.source, start=start.points, start_turn=start.jacobians,
                      end=end.points, end_turn=end.jacobians)  # fmt: skip
        errors.append((made["picture"] - data.truth).square().flatten(1).mean(1))
    still = (data.source - data.truth).square().flatten(1).mean(1)
    assert (errors[0] < still).sum() >= 10
    assert (errors[0] < errors[1]).sum() >= 8
    assert errors[0].mean() < 0.4 * still.mean()

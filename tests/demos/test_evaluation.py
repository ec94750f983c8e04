"""What the demo of evaluation answers, and that its stored features are what the judge sees."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from demos.apps.evaluation import app, evaluate, features, sets, train
from demos.kit.functions import direct
from demos.kit.metrics import among, frechet_distance, gaussian, precision_recall
from demos.kit.state import parse
from demos.kit.weights import WeightsError, read_card
from demos.models.gan.pretrained import WEIGHTS as GAN
from demos.models.judge.functions import describe
from demos.models.judge.model import features as judged
from demos.models.judge.model import load_judge
from tests.demos.kit import answer, differ, words
from tests.demos.kit import app as declared_app

LABELS = words("evaluation", "en")


def state_of(preset: str) -> dict[str, Any]:
    return dict(parse(declared_app("evaluation"), {"preset": preset}).state)


def measures(kind: str, strength: int) -> app.Measures:
    return app.measured(direct, kind, strength)


def apart() -> float:
    """How much further from drawn portraits the GAN's are than other drawn ones, by its card."""
    of_gan = read_card(GAN)
    return float(of_gan.metrics["avatar_fid"].value - of_gan.details["real_against_real"]["avatar_fid"])


def shown_in(preset: str) -> tuple[app.Measures, app.Measures]:
    """What a preset of the first tab measures without the fault and with it."""
    state = state_of(preset)
    return measures(state["kind"], 0), measures(state["kind"], state["strength"])


# The sets


@pytest.mark.parametrize("name", sets.SETS)
def test_any_row_of_a_set_can_be_drawn_by_itself(name: str) -> None:
    together, alone = sets.pictures(direct, name, 3, 2), sets.pictures(direct, name, 4, 1)
    assert torch.allclose(together[1:], alone, atol=1e-3)


@pytest.mark.parametrize("name", sets.SETS)
def test_the_stored_features_are_what_the_judge_sees(name: str) -> None:
    stored = features.stored()[name]
    assert stored.shape == (sets.SETS[name], 192)
    last = sets.SETS[name] - 2
    seen = direct(describe, picture=sets.pictures(direct, name, last, 2))
    assert (seen - stored[last:]).abs().max() < features.STEP


def test_the_model_function_is_the_judge() -> None:
    images = sets.pictures(direct, "real", 0, 2)
    assert torch.allclose(direct(describe, picture=images), judged(load_judge(), images), atol=1e-4)


def test_shuffling_moves_squares_and_keeps_what_is_in_them() -> None:
    images = sets.pictures(direct, "other", 0, 1)
    moved = sets.shuffled(images, 0)

    def squares(x: torch.Tensor) -> torch.Tensor:
        return x.unfold(2, sets.PATCH, sets.PATCH).unfold(3, sets.PATCH, sets.PATCH).sum((1, 4, 5)).flatten()

    assert not torch.equal(images, moved)
    assert torch.allclose(squares(images).sort().values, squares(moved).sort().values, atol=1e-4)


@pytest.mark.parametrize("kind", sets.AMOUNTS)
@pytest.mark.parametrize("strength", range(5))
def test_the_pictures_shown_are_those_that_are_measured(kind: str, strength: int) -> None:
    shown = sets.degraded(direct, kind, strength, 5, 4)
    seen = direct(describe, picture=shown)
    assert (seen - features.degraded_features(kind, strength)[5:9]).abs().max() < features.STEP


def test_features_too_large_for_their_file_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit into 8 bits"):
        features.small(torch.tensor([[20.0]]))
    row = torch.tensor([[-0.3, 0.0, 3.21]])
    assert (features.restored(features.small(row)) - row).abs().max() <= features.STEP / 2


def test_features_of_another_judge_are_refused(tmp_path: Path) -> None:
    for file in features.WEIGHTS.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    card = json.loads((tmp_path / "card.json").read_text())
    card["config"]["judge"] = "0" * 64
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(WeightsError, match="another judge or generator"):
        features.stored(tmp_path)


def test_looking_again_can_be_interrupted_and_meets_its_bar(tmp_path: Path) -> None:
    options: dict[str, Any] = {"out": tmp_path / "weights", "work": tmp_path, "device": torch.device("cpu")}
    run = train.train(train.SMOKE, **options)
    for _ in range(5):
        next(run)
    run.close()
    began = torch.load(tmp_path / "state.pt", weights_only=True)
    assert 4 <= len(began) < len(sets.SETS)
    list(train.train(train.SMOKE, resume=True, **options))
    again = features.stored(tmp_path / "weights")
    assert again.keys() == sets.SETS.keys()
    for name, rows in again.items():
        assert (rows - features.stored()[name][:8]).abs().max() <= features.STEP
    assert evaluate.evaluate(2, tmp_path / "weights")["difference"].met


# Degrading


@pytest.mark.parametrize("kind", sets.AMOUNTS)
@pytest.mark.parametrize("strength", [0, 2, 4])
def test_its_numbers_are_those_of_the_metrics_module(kind: str, strength: int) -> None:
    real, fake = features.stored()["real"][:500], features.degraded_features(kind, strength)
    found = measures(kind, strength)
    assert found.fid == frechet_distance(real, fake)
    assert (found.precision, found.recall) == precision_recall(real, fake)
    table = answer("evaluation", "degrade", "en", kind=kind, strength=strength)["facts"]
    rows = {name: now for name, _, now in re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.M)}
    assert rows["Avatar-FID"] == LABELS.number(found.fid)
    assert (rows["Precision"], rows["Recall"]) == (
        LABELS.number(found.precision, 2),
        LABELS.number(found.recall, 2),
    )


def test_without_a_fault_two_real_sets_are_compared() -> None:
    found = measures("blur", 0)
    assert found.fid == measures("missing", 0).fid
    assert 10 < found.fid < 30, "two real sets are some way apart when they are small"
    assert found.precision > 0.8
    assert found.recall > 0.8


@pytest.mark.parametrize("kind", ["blur", "noise", "broken", "missing"])
def test_a_stronger_fault_is_a_larger_distance(kind: str) -> None:
    fids = [measures(kind, strength).fid for strength in range(5)]
    assert fids == sorted(fids)
    assert fids[-1] > 4 * fids[0]


def test_blur_is_seen_by_recall_and_not_by_precision() -> None:
    before, now = shown_in("blurred")
    assert now.precision >= before.precision - 0.02
    assert now.recall < 0.1
    assert now.fid > 4 * before.fid
    blurred, sharp = (features.degraded_features("blur", strength) for strength in (4, 0))
    assert gaussian(blurred).covariance.trace() < 0.75 * gaussian(sharp).covariance.trace()
    near = [torch.cdist(x, app.real()).min(1).values.median() for x in (blurred, sharp)]
    assert near[0] <= near[1], "they lie inside the cloud of real ones"


def test_much_noise_is_seen_by_all_and_little_by_none() -> None:
    before, little, much = (measures("noise", strength) for strength in (0, 1, 4))
    assert abs(little.precision - before.precision) < 0.05
    assert abs(little.recall - before.recall) < 0.06
    assert much.precision < 0.4
    assert much.recall < 0.1


def test_missing_modes_are_seen_by_recall_and_not_by_precision() -> None:
    before, now = shown_in("missing_modes")
    assert now.precision >= before.precision - 0.02
    assert now.recall < 0.25


def test_broken_pictures_are_seen_by_precision_and_not_by_recall() -> None:
    before, now = shown_in("broken_pictures")
    assert now.precision < before.precision / 2
    assert now.recall > before.recall - 0.05


def test_copies_get_better_marks_than_the_generator_and_only_their_neighbors_tell() -> None:
    (before, now), fresh = shown_in("copies"), measures("blur", 0)
    assert before.fid - now.fid == pytest.approx(apart(), abs=4)
    assert now.recall > before.recall + 0.2
    assert now.fid == pytest.approx(fresh.fid, abs=2)
    assert now.precision == pytest.approx(fresh.precision, abs=0.03)
    assert now.recall == pytest.approx(fresh.recall, abs=0.03)
    usual = app.usual_distance(direct)
    assert now.nearest.max() < 1e-3
    assert before.nearest.min() > app.SUSPICIOUS * usual
    assert (
        "| Share of copies | 0% | 100% |"
        in answer("evaluation", "degrade", "en", **state_of("copies"))["facts"]
    )


@pytest.mark.parametrize("kind", sets.AMOUNTS)
def test_every_control_changes_what_is_seen(kind: str) -> None:
    plain = answer("evaluation", "degrade", kind=kind, strength=0)
    strong = answer("evaluation", "degrade", kind=kind, strength=4)
    others = answer("evaluation", "degrade", kind=kind, strength=0, seed=2)
    assert differ(plain["set"], strong["set"]) > 1
    assert differ(plain["set"], others["set"]) > 10
    assert plain["measures"] != strong["measures"], "the ring moves"
    assert plain["facts"] == others["facts"]


def test_copies_are_framed_beside_their_originals() -> None:
    made = answer("evaluation", "degrade", kind="copies", strength=4)["nearest"]
    frames = [thing for _, _, thing in made.things if getattr(thing, "color", None) == app.pictures.RED]
    assert len(frames) == 12
    plain = answer("evaluation", "degrade", kind="copies", strength=0)["nearest"]
    assert not [thing for _, _, thing in plain.things if getattr(thing, "color", None)]


# Two clouds


def test_the_two_terms_are_those_of_the_formula() -> None:
    a, b = gaussian(app.real()), gaussian(features.degraded_features("noise", 3))
    moved = (a.mean - b.mean).square().sum().item()
    drawn = answer("evaluation", "clouds", "en", kind="noise", strength=3)["parts"].svg("")
    fid = measures("noise", 3).fid
    for value in (moved, fid - moved, fid):
        assert f">{LABELS.number(value)}<" in drawn
    assert 0 < moved < fid


def test_the_ellipse_is_where_the_gaussian_is_two_deviations_wide() -> None:
    found = gaussian(app.plane_of(direct).project(app.real()))
    points = app.ellipse(found) - found.mean
    distances = (points @ torch.linalg.inv(found.covariance) * points).sum(1).sqrt()
    assert torch.allclose(distances, torch.full((65,), 2.0, dtype=torch.float64))


def test_missing_modes_make_one_cloud_narrow_and_move_it() -> None:
    state = state_of("two_clouds")
    plane = app.plane_of(direct)
    a = gaussian(plane.project(app.real()))
    b = gaussian(plane.project(features.degraded_features(state["kind"], state["strength"])))
    assert torch.linalg.eigvalsh(b.covariance)[0] < 0.5 * torch.linalg.eigvalsh(a.covariance)[0]
    assert (a.mean - b.mean).norm() > 3
    assert (
        LABELS.number(measures(state["kind"], state["strength"]).fid)
        in answer("evaluation", "clouds", "en", **state)["clouds_say"]
    )


# How many pictures


def test_the_distance_falls_with_the_number_of_pictures() -> None:
    whole = features.stored()
    for name, points in app.fids_by_count(direct).items():
        fids = dict(points)
        assert fids[300] == frechet_distance(whole["real"][:300], whole[name][:300])
        assert list(fids.values()) == sorted(fids.values(), reverse=True)
        assert fids[50] > 6 * fids[1000]


def test_drawn_out_to_infinity_two_real_sets_are_not_apart_and_the_generated_one_is() -> None:
    curves = app.fids_by_count(direct)
    assert abs(app.at_infinity(curves["other"])) < 2
    assert app.at_infinity(curves["generated"]) == pytest.approx(apart(), abs=4)
    assert app.at_infinity([(n, 7 + 3 / n) for n in (100, 500, 1000)]) == pytest.approx(7)


def test_with_too_few_real_pictures_the_generator_wins() -> None:
    assert LABELS["fooled"] in answer("evaluation", "count", "en", **state_of("too_few"))["count_says"]
    for n in app.COUNTS:
        fair = answer("evaluation", "count", "en", real=n, generated=n)["count_says"]
        assert n < 100 or LABELS["not_fooled"] in fair


# The reader's eye


def test_rounds_hold_ten_portraits_and_differ() -> None:
    rounds = [app.round_of(direct, n) for n in range(1, 9)]
    assert all(4 <= sum(dealt.real) <= 6 for dealt in rounds)
    assert len({dealt.real for dealt in rounds}) > 4, "the order would give it away"


def test_ratings_are_counted_beside_the_judges() -> None:
    dealt = app.round_of(direct, 3)
    all_generated = answer("evaluation", "rate", "en", round=3, revealed=3, guesses=app.GUESSING.numbers)
    none = answer("evaluation", "rate", "en", round=3, revealed=3)
    among_real = app.judged_real(direct, dealt)
    its = sum(inside for inside, real in zip(among_real, dealt.real, strict=True) if not real)
    made = dealt.real.count(False)
    assert f"Of the {made} generated ones, you took 0 for real" in all_generated["result"]
    assert f"Of the {made} generated ones, you took {made} for real" in none["result"]
    assert f"By the judge's numbers, {its} lie among" in none["result"]
    for n, real, inside in zip(app.GUESSING.numbers, dealt.real, among_real, strict=True):
        kind, place = "real" if real else "generated", "among real ones" if inside else "outside"
        assert f"| {n} | {kind} | real | {place} |" in none["result"]


def test_who_lies_among_the_real_is_what_precision_counts() -> None:
    real, fake = features.stored()["real"][:500], features.stored()["generated"][:500]
    assert among(real, fake).double().mean().item() == precision_recall(real, fake)[0]


def test_nothing_is_given_away_before_the_answers_are_asked_for() -> None:
    plain = answer("evaluation", "rate", "en", round=2)
    ticked = answer("evaluation", "rate", "en", round=2, guesses=("4",))
    assert plain["result"] == ticked["result"] == LABELS["hidden"]
    assert differ(plain["gallery"], ticked["gallery"]) > 0.1

"""What the demo of data preprocessing answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from demos.apps.data_preprocessing import app
from demos.kit.functions import direct
from demos.kit.state import parse
from tests.demos.kit import answer, differ
from tests.demos.kit import app as declared_app


def state_of(preset: str) -> dict[str, Any]:
    return dict(parse(declared_app("data_preprocessing"), {"preset": preset}).state)


# One portrait


def test_each_scale_gives_the_numbers_that_it_promises() -> None:
    image = app.original(direct, 21)
    unit, standard = (app.normalized(image, scale) for scale in ("unit", "standard"))
    assert unit.min() >= -1
    assert unit.max() <= 1
    assert (unit * 127.5 + 127.5 - image).abs().max() < 1e-3
    assert standard.mean().item() == pytest.approx(0, abs=1e-4)
    assert standard.std(correction=0).item() == pytest.approx(1, abs=1e-4)
    assert app.normalized(torch.full((3, 4, 4), 7.0), "standard").abs().max() == 0


def test_crop_takes_the_middle_and_scaling_averages() -> None:
    image = torch.arange(16.0).reshape(1, 4, 4).expand(3, 4, 4)
    assert app.cropped(image, 0.5)[0].tolist() == [[5, 6], [9, 10]]
    assert app.cropped(image, 1).equal(image)
    assert app.resized(image, 2).mean().item() == pytest.approx(7.5, abs=0.01)


def test_augmenting_changes_the_picture_but_not_its_kind() -> None:
    image = app.original(direct, 21)
    assert app.augmented(image, ("flip",), 1).flip(2).equal(image)
    assert app.augmented(image, (), 1).equal(image)
    brighter, noisy = (app.augmented(image, (change,), 1) for change in ("brighter", "noise"))
    assert brighter.mean() > 1.1 * image.mean()
    assert 8 < (noisy - image).std() < 12.5
    assert noisy.equal(app.augmented(image, ("noise",), 1))


def test_a_histogram_counts_every_number_once() -> None:
    plain = answer("data_preprocessing", "prepare", "en", crop=1, size="64", augment=(), scale="bytes")
    assert plain["before"] == plain["after"]
    assert "12,288 numbers have become 12,288" in plain["facts"]
    other = answer("data_preprocessing", "prepare", "en", crop=1, size="16", augment=(), scale="standard")
    assert "768." in other["facts"]
    assert "mean is 0.00 and their standard deviation 1.00" in other["facts"]
    assert differ(plain["steps"], other["steps"]) > 1


# Skewed data


def shares(share: float, count: int, seed: int) -> tuple[float, float]:
    data = app.training_set(direct, share, count, seed)
    made = app.generated(data, app.MADE, seed)
    return tuple(app.has_beanie(direct, x).double().mean().item() for x in (data, made))  # type: ignore[return-value]


def test_the_reader_is_right_about_everybody() -> None:
    bare, capped = app.pool(direct)
    assert not app.has_beanie(direct, bare).any()
    assert app.has_beanie(direct, capped).all()


@pytest.mark.parametrize("seed", [3, 4, 5, 6])
def test_the_model_repeats_the_shares_of_its_data_and_exaggerates_small_ones(seed: int) -> None:
    for share in (0.25, 0.5, 0.75):
        in_data, made = shares(share, 48, seed)
        assert in_data == pytest.approx(share)
        assert made == pytest.approx(share, abs=0.12)
    state = state_of("skewed")
    in_data, made = shares(state["share"], state["count"], seed)
    assert 0.03 < in_data < 0.05
    assert made < in_data / 3


def test_few_examples_give_nothing_but_mixtures_of_them() -> None:
    state = state_of("few")
    data = app.training_set(direct, state["share"], state["count"], state["seed"]).flatten(1)
    made = app.generated(data.reshape(-1, 3, 32, 32), 50, 1).flatten(1)
    basis = torch.linalg.qr((data - data.mean(0)).T[:, :3]).Q
    centered = made - data.mean(0)
    outside = centered - centered @ basis @ basis.T
    assert state["count"] == 4
    assert outside.norm() < 1e-3 * centered.norm()


def test_the_mean_of_what_is_generated_is_that_of_the_data() -> None:
    data = app.training_set(direct, 0.5, 48, 3)
    made = app.generated(data, 4000, 1)
    assert (made.mean(0) - data.mean(0)).abs().mean() < 0.02

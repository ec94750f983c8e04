"""The generator demo's handlers, called as a click calls them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from demos.apps.generator import app
from demos.kit.labels import Labels
from demos.kit.registry import load_demos
from demos.models.gan.pretrained import checkpoints
from tests.ordlab import LANGUAGES

LAST = len(checkpoints()) - 1


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(load_demos(LANGUAGES)["generator"], LANGUAGES["nb"])


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), dtype=float)


def differ(a: Image.Image, b: Image.Image) -> float:
    """Mean difference of two pictures, in grey levels."""
    return float(np.abs(pixels(a) - pixels(b)).mean())


def test_the_same_seed_gives_the_same_portraits(labels: Labels) -> None:
    first, second = (app.answer(labels, 5, 2, 1.0, LAST) for _ in range(2))
    assert all(differ(a, b) == 0 for a, b in zip(first[:3], second[:3], strict=True))
    assert first[3] == second[3]


@pytest.mark.parametrize(
    "other", [(6, 2, 1.0, LAST), (5, 3, 1.0, LAST), (5, 2, 0.3, LAST), (5, 2, 1.0, 1)],
    ids=["seed", "number", "truncation", "training"],
)  # fmt: skip
def test_every_control_changes_the_portrait(labels: Labels, other: tuple[int, int, float, int]) -> None:
    before, after = (app.answer(labels, *controls)[0] for controls in ((5, 2, 1.0, LAST), other))
    portrait = (before.width - 256, 0, before.width, 256)
    assert differ(before.crop(portrait), after.crop(portrait)) > 2


def test_truncation_0_gives_everyone_the_same_face(labels: Labels) -> None:
    sheet = app.answer(labels, 5, 1, 0.0, LAST)[1]
    tiles = [sheet.crop((x, 136, x + 128, 264)) for x in range(0, sheet.width, 136)]  # the row without frame
    assert max(differ(tiles[0], tile) for tile in tiles) < 0.5
    varied = app.answer(labels, 5, 1, 1.0, LAST)[1]
    tiles = [varied.crop((x, 136, x + 128, 264)) for x in range(0, varied.width, 136)]
    assert min(differ(tiles[0], tile) for tile in tiles[1:]) > 2


def test_the_noise_stays_while_the_generator_learns(labels: Labels) -> None:
    early, late = (app.answer(labels, 5, 1, 1.0, index) for index in (0, LAST))
    noise = (0, 0, 256, 256)
    assert differ(early[0].crop(noise), late[0].crop(noise)) == 0


def test_the_facts_are_those_of_the_card(labels: Labels) -> None:
    for checkpoint in checkpoints():
        facts = app.facts(labels, checkpoint.index)
        assert labels.number(checkpoint.metrics["avatar_fid"]) in facts
        assert labels.number(checkpoint.minutes) in facts or not checkpoint.steps
        assert "." not in facts.replace(". ", "").rstrip("."), "decimal comma"


def test_a_click_chooses_the_portrait_under_it(labels: Labels) -> None:
    number, *shown = app.choose(labels, (3 * 136 + 10, 136 + 10), 5, 1, 1.0, LAST)
    assert number == 10
    assert differ(shown[0], app.answer(labels, 5, 10, 1.0, LAST)[0]) == 0


def test_new_noise_is_another_seed(labels: Labels) -> None:
    seeds = {app.new_noise(labels, 1, 1.0, LAST)[0] for _ in range(3)}
    assert len(seeds) > 1


@pytest.mark.parametrize(("seed", "number"), [(None, None), (-5, 0), (10**12, 99), (3.7, 2.2)])
def test_whatever_is_typed_gives_portraits(labels: Labels, seed: float | None, number: float | None) -> None:
    assert isinstance(app.answer(labels, seed, number, 1.0, LAST)[0], Image.Image)


@pytest.mark.parametrize("truncation", [0, 1, 2])
def test_sliders_at_whole_numbers_send_integers(labels: Labels, truncation: int) -> None:
    """JSON has no way to say 1.0."""
    whole, exact = (
        app.answer(labels, 5, 1, truncation, LAST),
        app.answer(labels, 5, 1, float(truncation), LAST),
    )
    assert differ(whole[0], exact[0]) == 0

"""The discriminator demo's handlers, called as a click calls them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from demos.apps.discriminator import app
from demos.data.avatars import render
from demos.data.avatars import sample as draw
from demos.kit.labels import Labels
from demos.kit.registry import load_demos
from demos.models.gan.pretrained import verdict
from tests.ordlab import LANGUAGES


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(load_demos(LANGUAGES)["discriminator"], LANGUAGES["en"])


def differ(a: Image.Image, b: Image.Image) -> float:
    """Mean difference of two pictures, in grey levels."""
    return float(np.abs(np.asarray(a.convert("RGB"), float) - np.asarray(b.convert("RGB"), float)).mean())


def test_a_round_is_the_same_each_time_it_is_dealt() -> None:
    first = app.round_of(3)
    app.round_of.cache_clear()
    second = app.round_of(3)
    assert first.real == second.real
    assert torch.equal(first.images, second.images)


def test_rounds_differ_and_mix_real_and_generated() -> None:
    rounds = [app.round_of(n) for n in range(1, 9)]
    assert all(3 <= sum(dealt.real) <= 5 for dealt in rounds)
    assert len({dealt.real for dealt in rounds}) > 4, "the order would give it away"
    assert not torch.equal(rounds[0].images, rounds[1].images)


def test_the_real_ones_are_drawn_and_the_others_are_not() -> None:
    dealt = app.round_of(2)
    drawn = render(draw(app.COUNT, seed=app.REAL_SEED, start=2 * app.COUNT), 64).images
    same = [any(torch.allclose(image, one, atol=1e-4) for one in drawn) for image in dealt.images]
    assert tuple(same) == dealt.real


def test_guesses_are_framed_and_nothing_is_told(labels: Labels) -> None:
    plain = app.show(labels, 1, [])
    for n in app.NUMBERS:
        assert differ(plain, app.show(labels, 1, [n])) > 0.1
    guesses, shown, said = app.deal(labels, 1)
    assert (guesses, said) == ([], labels["hidden"])
    assert differ(plain, shown) == 0


def test_a_click_ticks_and_a_second_one_unticks(labels: Labels) -> None:
    ticked, shown = app.toggle(labels, (2 * 136 + 5, 136 + 5), 1, ["1"])
    assert ticked == ["1", "7"]
    assert differ(shown, app.show(labels, 1, ticked)) == 0
    assert app.toggle(labels, (2 * 136 + 5, 136 + 5), 1, ticked)[0] == ["1"]


def test_the_answers_count_what_was_right(labels: Labels) -> None:
    dealt = app.round_of(1)
    right = [n for n, real in zip(app.NUMBERS, dealt.real, strict=True) if not real]
    wrong = [n for n in app.NUMBERS if n not in right]
    its = sum((chance > 0.5) == real for chance, real in zip(dealt.chance, dealt.real, strict=True))
    assert labels("score", yours=8, its=its, all=8) in app.reveal(labels, 1, right)[1]
    assert labels("score", yours=0, its=its, all=8) in app.reveal(labels, 1, wrong)[1]
    table = app.reveal(labels, 1, [])[1]
    for n, real, chance in zip(app.NUMBERS, dealt.real, dealt.chance, strict=True):
        assert f"| {n} | {'real' if real else 'generated'} | real | {labels.chance(chance)} |" in table


def test_the_next_round_follows_and_starts_afresh(labels: Labels) -> None:
    number, guesses, *_ = app.next_round(labels, 4)
    assert (number, guesses) == (5, [])
    assert app.next_round(labels, None)[0] == 1
    assert app.next_round(labels, 10**9)[0] == 1


@pytest.mark.parametrize(
    "spoilt", [(3, 0, 0), (0, 0.5, 0), (0, 0, 120)], ids=["blur", "noise", "colours"]
)  # fmt: skip
def test_every_slider_changes_the_picture_and_the_verdict(
    labels: Labels, spoilt: tuple[float, float, float]
) -> None:
    clean, _ = app.judge(labels, "real", 3, 0, 0, 0)
    image, _ = app.judge(labels, "real", 3, *spoilt)
    assert differ(clean, image) > 2
    portrait = app.one_portrait("real", 3)
    scores = verdict(torch.cat([portrait, app.spoil(portrait, *spoilt)])).score
    assert scores[0] != scores[1]


def test_the_verdict_names_both_chances(labels: Labels) -> None:
    portrait = app.one_portrait("generated", 9)
    now, before = verdict(torch.cat([app.spoil(portrait, 2, 0, 0), portrait])).probability.tolist()
    said = app.judge(labels, "generated", 9, 2, 0, 0)[1]
    assert said == labels("says", now=labels.chance(now), before=labels.chance(before))


def test_without_spoiling_nothing_is_spoilt() -> None:
    portrait = app.one_portrait("real", 1)
    assert torch.allclose(app.spoil(portrait, 0, 0, 0), portrait, atol=1e-5)


def test_blur_keeps_flat_colour_and_takes_away_detail() -> None:
    flat = torch.full((1, 3, 64, 64), 0.3)
    assert torch.allclose(app.blurred(flat, 2.5), flat, atol=1e-5)
    grain = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    assert app.blurred(grain, 2).std() < 0.2 * grain.std()


def test_colour_shift_is_a_rotation_that_leaves_grey_alone() -> None:
    grey = torch.full((1, 3, 4, 4), 0.4)
    assert torch.allclose(app.shifted(grey, 77), grey, atol=1e-6)
    red = torch.tensor([0.6, 0.0, 0.0])[None, :, None, None]
    assert torch.allclose(app.shifted(red, 120)[0, :, 0, 0], torch.tensor([0.0, 0.6, 0.0]), atol=1e-6)
    assert torch.allclose(app.shifted(red, 360), red, atol=1e-6)


def test_sliders_at_whole_numbers_send_integers(labels: Labels) -> None:
    """JSON has no way to say 1.0."""
    assert app.judge(labels, "real", 3, 2, 1, 90)[1] == app.judge(labels, "real", 3, 2.0, 1.0, 90.0)[1]

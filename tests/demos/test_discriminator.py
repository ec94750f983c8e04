"""What the discriminator demo answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from demos.apps.discriminator import app
from demos.data.avatars.ahead import READERS, portraits_at
from demos.data.avatars.dataset import READERS_SEED
from demos.kit import random
from demos.kit.filters import blurred
from demos.kit.functions import direct
from demos.kit.guessing import ROUNDS, next_round, reveal
from demos.models.gan.functions import criticize
from tests.demos.kit import answer, differ, words

LABELS = words("discriminator", "en")


def guess(**changed: Any) -> dict[str, Any]:
    return answer("discriminator", "guess", "en", **changed)


def spoil(**changed: Any) -> dict[str, Any]:
    return answer("discriminator", "spoil", "en", **changed)


def test_rounds_differ_and_mix_real_and_generated() -> None:
    rounds = [app.round_of(direct, n) for n in range(1, 9)]
    assert all(3 <= sum(dealt.real) <= 5 for dealt in rounds)
    assert len({dealt.real for dealt in rounds}) > 4, "the order would give it away"
    assert not torch.equal(rounds[0].images, rounds[1].images)


def test_the_real_ones_are_drawn_and_the_others_are_not() -> None:
    dealt = app.round_of(direct, 2)
    drawn = portraits_at(READERS_SEED, range(READERS))
    same = [any(torch.allclose(image, one, atol=1e-4) for one in drawn) for image in dealt.images]
    assert tuple(same) == dealt.real


def test_guesses_are_framed_and_nothing_is_given_away() -> None:
    plain = guess()
    for n in app.GUESSING.numbers:
        shown = guess(guesses=(n,))
        assert differ(plain["gallery"], shown["gallery"]) > 0.1
        assert shown["result"] == plain["result"] == LABELS["hidden"]


def test_a_click_ticks_and_a_second_one_unticks() -> None:
    place = (2 * 136 + 5, 136 + 5)
    assert app.GUESSING.toggle(place, {"guesses": ("1",)}) == {"guesses": ("1", "7")}
    assert app.GUESSING.toggle(place, {"guesses": ("1", "7")}) == {"guesses": ("1",)}


def test_the_answers_count_what_was_right() -> None:
    dealt = app.round_of(direct, 1)
    right = tuple(n for n, real in zip(app.GUESSING.numbers, dealt.real, strict=True) if not real)
    wrong = tuple(n for n in app.GUESSING.numbers if n not in right)
    chances = app.chances(direct, dealt)
    its = sum((chance > 0.5) == real for chance, real in zip(chances, dealt.real, strict=True))
    assert LABELS("score", yours=8, its=its, all=8) in guess(guesses=right, revealed=1)["result"]
    assert LABELS("score", yours=0, its=its, all=8) in guess(guesses=wrong, revealed=1)["result"]
    table = guess(revealed=1)["result"]
    for n, real, chance in zip(app.GUESSING.numbers, dealt.real, chances, strict=True):
        assert f"| {n} | {'real' if real else 'generated'} | real | {LABELS.chance(chance)} |" in table


def test_the_answers_of_one_round_are_not_those_of_the_next() -> None:
    state = {"round": 4, "guesses": ("1",), "revealed": 0}
    state |= reveal(state)
    assert guess(**state)["result"] != LABELS["hidden"]
    assert guess(**state | {"round": 5})["result"] == LABELS["hidden"]
    assert next_round(state) == {"round": 5, "guesses": (), "revealed": 0}
    assert next_round({"round": ROUNDS})["round"] == 1


@pytest.mark.parametrize("spoiled", [{"blur": 3}, {"noise": 0.5}, {"colors": 120}], ids=str)
def test_every_slider_changes_the_picture_and_the_verdict(spoiled: dict[str, float]) -> None:
    assert differ(spoil()["verdict"], spoil(**spoiled)["verdict"]) > 2
    none = {"blur": 0, "noise": 0, "colors": 0}
    before, after = (app.judged(direct, "real", 3, *(none | how).values())[1] for how in ({}, spoiled))
    assert before != after


def test_the_verdict_names_both_chances() -> None:
    portrait = app.one_portrait(direct, "generated", 9)
    both = torch.cat([app.spoiled(portrait, 2, 0, 0), portrait])
    now, before = direct(criticize, picture=both)["probability"].tolist()
    said = spoil(source="generated", seed=9, blur=2)["says"]
    assert said == LABELS("says", now=LABELS.chance(now), before=LABELS.chance(before))


def test_without_spoiling_nothing_is_spoilt() -> None:
    portrait = app.one_portrait(direct, "real", 1)
    assert torch.allclose(app.spoiled(portrait, 0, 0, 0), portrait, atol=1e-5)


def test_blur_keeps_flat_color_and_takes_away_detail() -> None:
    flat = torch.full((1, 3, 64, 64), 0.3)
    assert torch.allclose(blurred(flat, 2.5), flat, atol=1e-5)
    grain = random.normal(1, 1, 3, 64, 64)
    assert blurred(grain, 2).std() < 0.2 * grain.std()


def test_color_shift_is_a_rotation_that_leaves_gray_alone() -> None:
    gray = torch.full((1, 3, 4, 4), 0.4)
    assert torch.allclose(app.shifted(gray, 77), gray, atol=1e-6)
    red = torch.tensor([0.6, 0.0, 0.0])[None, :, None, None]
    assert torch.allclose(app.shifted(red, 120)[0, :, 0, 0], torch.tensor([0.0, 0.6, 0.0]), atol=1e-6)
    assert torch.allclose(app.shifted(red, 360), red, atol=1e-6)

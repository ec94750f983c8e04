"""What the deepfake demo answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from demos.apps.deepfake import app
from demos.apps.deepfake import pictures as made
from demos.apps.deepfake.pictures import KINDS, STRANGERS, Take, drawn_and_fake
from demos.data.avatars.dataset import from_bytes, to_bytes
from demos.kit.controls import Upload, Words
from demos.kit.functions import direct
from demos.kit.guessing import next_round
from demos.kit.state import parse
from demos.models.face_swap.people import NAMES, SEEN, drawn
from demos.models.fake_detector.disturb import LEVELS, Disturbance, disturbed
from demos.models.fake_detector.fakes import SEEN as TRAINED
from demos.models.fake_detector.functions import suspect
from tests.demos.kit import answer, demos, differ, words
from tests.demos.kit import app as declared

LABELS = words("deepfake", "en")
TAKE = Take(3, 0.6, 0.5, 0.1, 0.0, False)


def exchange(**changed: Any) -> dict[str, Any]:
    return answer("deepfake", "swap", "en", **changed)


def guess(**changed: Any) -> dict[str, Any]:
    return answer("deepfake", "guess", "en", **changed)


def disturb(**changed: Any) -> dict[str, Any]:
    return answer("deepfake", "disturb", "en", **changed)


# Nobody's face


def test_nothing_can_be_uploaded() -> None:
    """Only drawn people: there is no way for a picture, or a word about one, to come in."""
    controls = [control for tab in declared("deepfake").tabs for control in tab.all_controls]
    assert not [control for control in controls if isinstance(control, Upload | Words)]
    for lang, word in (("nb", "laste opp"), ("en", "uploaded"), ("zh", "上传")):
        assert word in demos()["deepfake"].see[lang]


# Swap


def test_the_new_face_is_put_on_the_old_picture() -> None:
    swap = made.swap(direct, "face", "e", "d", TAKE)
    result = swap.result(1.2, True)
    assert torch.equal(swap.base, swap.driver)
    assert (result - swap.base)[..., :8, :].abs().max() == 0
    inside = swap.mask[0, 0] > 0.5
    assert (result - swap.base)[0, :, 8:56, 8:56][:, inside].abs().mean() > 0.1


def test_an_expression_is_moved_onto_a_calm_picture_of_the_same_person() -> None:
    swap = made.swap(direct, "expression", "f", "c", TAKE)
    assert not torch.equal(swap.base, swap.driver)
    calm = drawn(made.replace(made.as_person(TAKE.of(2), torch.tensor([5])), **made.CALM))[0]
    assert torch.equal(swap.base, from_bytes(calm))
    assert (swap.truth - swap.base).abs().mean() > 0.005


@pytest.mark.parametrize(
    "other",
    [{"moved": "expression"}, {"face": "a"}, {"body": "b"}, {"picture": 8}, {"smile": -1}, {"mouth_open": 0},
     {"blink": 1}, {"yaw": 0.5}, {"feather": 4}, {"match": False}, {"glasses": True}],
    ids=str,
)  # fmt: skip
def test_every_control_changes_the_picture(other: dict[str, Any]) -> None:
    assert differ(exchange()["swap"], exchange(**other)["swap"]) > 0.2


def test_how_it_is_pasted_changes_nothing_before_it() -> None:
    assert differ(exchange()["inside"], exchange(feather=0, match=False)["inside"]) == 0


def test_the_texts_name_both_people() -> None:
    for moved in ("face", "expression"):
        said = exchange(moved=moved, face="a", body="f")["says"]
        assert LABELS["person_a"] in said
        assert LABELS["person_f"] in said


@pytest.mark.parametrize("name", NAMES)
def test_everybody_can_be_swapped_with_themselves(name: str) -> None:
    swap = made.swap(direct, "face", name, name, TAKE)
    error = (swap.result(1.2, False) - swap.base).abs().mean()
    assert error < (made.swap(direct, "face", "abcdef"[NAMES.index(name) - 3], name, TAKE).result(1.2, False)
                    - swap.base).abs().mean()  # fmt: skip


# Guess


@pytest.mark.parametrize("kind", KINDS)
def test_rounds_mix_drawn_and_fake_pictures_of_bytes(kind: str) -> None:
    dealt = app.round_of(direct, kind, 2)
    assert 4 <= sum(dealt.real) <= 6
    assert torch.equal(from_bytes(to_bytes(dealt.images)), dealt.images), "fractions would give fakes away"
    real, fake = drawn_and_fake(direct, kind, 2, sum(dealt.real), 10 - sum(dealt.real))
    assert torch.equal(dealt.images[torch.tensor(dealt.real)], real)
    assert torch.equal(dealt.images[~torch.tensor(dealt.real)], fake)
    assert len({dealt_again.real for dealt_again in (app.round_of(direct, kind, n) for n in (1, 2, 3))}) > 1


def test_people_in_rounds_are_strangers_to_the_detectors() -> None:
    assert not set(STRANGERS) & set(SEEN)
    assert set(made.KNOWN) <= set(TRAINED)
    assert not (set(KINDS) - set(made.KNOWN)) & set(TRAINED)


def test_nothing_is_given_away_before_the_answers() -> None:
    plain = guess()
    for n in app.GUESSING.numbers:
        shown = guess(guesses=(n,))
        assert differ(plain["gallery"], shown["gallery"]) > 0.1
        assert shown["result"] == plain["result"] == LABELS["hidden"]
        assert differ(plain["looks"], shown["looks"]) == 0


def test_the_answers_count_what_was_right_and_say_where_it_looked() -> None:
    dealt = app.round_of(direct, "swap", 1)
    fakes = tuple(n for n, real in zip(app.GUESSING.numbers, dealt.real, strict=True) if not real)
    state = {"made_by": "swap", "round": 1, "guesses": fakes}
    shown = guess(**state, **app.reveal(state))
    assert shown["result"].startswith("**You got 10 of 10 right")
    chance = direct(suspect, picture=dealt.images)["chance"]
    its = sum((p <= 0.5) == real for p, real in zip(chance.tolist(), dealt.real, strict=True))
    assert f"the detector {its}.**" in shown["result"]
    assert LABELS["known"] in shown["result"]
    assert shown["result"].count("\n| ") == 11
    assert differ(shown["looks"], guess(**state)["looks"]) > 1


def test_answers_are_those_of_one_kind_of_fakes() -> None:
    """Whoever switches the kind after the answers gets new pictures, and no answers."""
    revealed = app.reveal({"made_by": "swap", "round": 1})
    assert guess(made_by="gan", **revealed)["result"] == LABELS["hidden"]
    marks = {app.mark_of(kind, n) for kind in KINDS for n in range(1, 100)}
    assert len(marks) == 99 * len(KINDS)
    assert 0 not in marks
    assert next_round({"round": 1})["revealed"] == 0


def test_a_click_ticks_until_the_answers_are_shown() -> None:
    place, hidden = (2 * 136 + 5, 136 + 5), {"made_by": "swap", "round": 1, "guesses": ("1",), "revealed": 0}
    assert app.toggle(place, hidden) == {"guesses": ("1", "8")}
    assert app.toggle(place, hidden | app.reveal(hidden)) == {}


# Disturb


@pytest.mark.parametrize("name", LEVELS)
def test_a_disturbance_changes_pictures_and_verdict_and_the_ring(name: str) -> None:
    before, after = (disturb(disturbance=name, strength=strength) for strength in (0, app.STRONGEST))
    assert differ(before["pair"], after["pair"]) > 0.5
    assert before["verdict"] != after["verdict"]
    assert before["curve"] != after["curve"]
    assert f"{LABELS[f'disturbance_{name}']}: {LABELS.plain(LEVELS[name][-1])}." in after["verdict"]


def test_the_curve_is_that_of_the_card() -> None:
    drawing = disturb(disturbance="blur")["curve"]
    assert drawing != disturb(disturbance="noise")["curve"]
    assert drawing != disturb(disturbance="blur", made_by="gan")["curve"]
    assert LABELS.number(1.0, 0) in drawing.svg("")
    assert all(len(levels) == app.STRONGEST + 1 for levels in LEVELS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_disturbed(kind: str) -> None:
    assert disturb(made_by=kind)["verdict"] != ""


# Presets show what their sentences say


def state_of(name: str, tab: str) -> dict[str, Any]:
    parsed = parse(declared("deepfake"), {"preset": name})
    assert parsed.tab.name == tab
    return dict(parsed.state)


def swap_of(name: str) -> made.Swap:
    state = state_of(name, "swap")
    take = Take(*(state[key] for key in ("picture", "smile", "mouth_open", "blink", "yaw", "glasses")))
    return made.swap(direct, state["moved"], state["face"], state["body"], take)


def chance_of(picture: torch.Tensor) -> list[float]:
    chances: list[float] = direct(suspect, picture=picture)["chance"].tolist()
    return chances


def test_there_is_a_test_for_every_preset() -> None:
    assert set(demos()["deepfake"].presets) == {
        "expression", "scissors", "glasses", "from_nothing", "passed_on", "blurred"
    }  # fmt: skip


def test_the_expression_is_taken_from_somebody_else() -> None:
    """The result is nearer to the right picture than the calm one was, and the mouth opens."""
    swap = swap_of("expression")
    result = swap.result(1.2, True)
    lips = (..., slice(36, 54), slice(20, 44))
    before, after = ((picture - swap.truth)[lips].abs().mean() for picture in (swap.base, result))
    assert after < 0.8 * before
    around = swap.mask.new_ones(64, 64, dtype=torch.bool)
    around[8:56, 8:56] = False
    assert torch.equal(result[..., around], swap.base[..., around])


def test_scissors_leave_an_edge_that_a_soft_one_hides() -> None:
    state, swap = state_of("scissors", "swap"), swap_of("scissors")
    cut, soft = (swap.result(*how) for how in ((state["feather"], state["match"]), (1.2, True)))
    inside = torch.nn.functional.pad((swap.mask > 0.5).float(), (8, 8, 8, 8))
    edge = (torch.nn.functional.max_pool2d(inside, 3, 1, 1) > inside)[0, 0]  # just outside the mask
    steps = [(picture - picture.roll(1, 3))[..., edge].abs().mean() for picture in (cut, soft)]
    assert steps[0] > 1.3 * steps[1]


def test_glasses_are_painted_over() -> None:
    swap = swap_of("glasses")
    bare = made.swap(direct, "face", "e", "d", TAKE)
    rims = (swap.base - bare.base).abs().amax(1)[0] > 0.5
    covered = torch.nn.functional.pad(swap.mask, (8, 8, 8, 8))[0, 0] > 0.5
    result = swap.result(1.2, True)
    assert (rims & covered).sum() > 40
    assert (result - swap.base)[0, :, rims & covered].abs().mean() > 0.3


def test_from_nothing_is_a_kind_that_the_detector_has_not_seen_and_fails_on() -> None:
    state = state_of("from_nothing", "guess")
    assert state["made_by"] not in TRAINED
    right = app.card().metrics
    assert right["right.gan"].value < right["right.swap"].value - 0.2


@pytest.mark.parametrize("name", ["passed_on", "blurred"])
def test_after_such_a_disturbance_it_hardly_tells_drawn_from_fake(name: str) -> None:
    """By the card, and on ten pictures of each that were not measured on."""
    state = state_of(name, "disturb")
    curve = app.card().details["curves"][state["made_by"]][state["disturbance"]]
    assert curve[0] > 0.9
    assert curve[state["strength"]] < 0.65
    what = Disturbance(**{state["disturbance"]: LEVELS[state["disturbance"]][state["strength"]]})
    sides = drawn_and_fake(direct, state["made_by"], 77, 10, 10)
    right = {
        when: sum((p > 0.5) == fake for fake, some in enumerate(pictures) for p in chance_of(some))
        for when, pictures in (("before", sides), ("after", [disturbed(side, what) for side in sides]))
    }
    assert right["before"] >= 16
    assert right["after"] <= 14

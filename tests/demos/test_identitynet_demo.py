"""What the demo of IdentityNet answers: landmarks that move, conditions that can be off, and no uploads."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.identitynet import app as shown
from demos.data.avatars.ahead import portrait
from demos.kit.functions import direct
from demos.models.diffusion.functions import decode
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.sampling import euler, noise
from demos.models.faces import model as faces
from demos.models.faces.functions import verify
from demos.models.faces.people import POINTS
from demos.models.identitynet.evaluate import silent
from tests.demos.kit import app, demos, differ, words

LANGUAGES = ("nb", "en", "zh")
MIDDLE = shown.LARGE + shown.GAP  # px, where the middle picture begins


def last(tab: str, lang: str = "en", **changed: Any) -> dict[str, Any]:
    """What is on screen at the end."""
    part = app("identitynet").tab(tab)
    assert changed.keys() <= part.defaults.keys()
    seen: dict[str, Any] = {}
    for piece in part.answer(direct, words("identitynet", lang), **part.defaults | changed):
        seen |= dict(piece)
    return seen


def preset(name: str) -> dict[str, Any]:
    """The state of a preset's tab."""
    state = demos()["identitynet"].presets[name].state_in("en")
    tab = app("identitynet").tab(state.get("tab", "pose"))
    controls = {control.name: control for control in tab.settings}
    return tab.defaults | {key: controls[key].parse(text) for key, text in state.items() if key != "tab"}


def pictured(state: dict[str, Any]) -> Tensor:
    """The finished portrait (3, 64, 64) of a state of the first tab."""
    aim = shown.aimed(state["pose"], state["moved"])
    points = tuple((float(x), float(y)) for x, y in aim)
    settings = (state["strength"], state["seed"], state["steps"], state["guidance"])
    *_, (end,) = shown.drawn(direct, state["portrait"], points, (shown.GIVEN[state["given"]],), *settings)
    return end


def judged(state: dict[str, Any]) -> tuple[float, float]:
    """Similarity to the person, and distance of the landmarks in px."""
    pair = torch.stack([portrait(state["portrait"])[0], pictured(state)])
    found = direct(verify, picture=pair)
    aim = shown.aimed(state["pose"], state["moved"])
    alike = float(found["person"][0] @ found["person"][1])
    return alike, float((found["points"][1] - aim).norm(dim=1).mean())


# Landmarks


def test_a_click_moves_the_nearest_landmark_there() -> None:
    state = app("identitynet").tab("pose").defaults
    before = shown.aimed(state["pose"], ())
    x, y = (before[2] + torch.tensor([1.5, -1.0])).tolist()
    scale = shown.LARGE / 64
    moved = shown.move((MIDDLE + x * scale, y * scale), state)["moved"]
    after = shown.aimed(state["pose"], moved)
    assert len(moved) == 1
    assert (after[2] - torch.tensor([x, y])).abs().max() < 0.4
    assert torch.equal(after[[0, 1, 3, 4]], before[[0, 1, 3, 4]])
    again = shown.move((MIDDLE + (x + 2) * scale, y * scale), state | {"moved": moved})["moved"]
    assert len(again) == 1, "the same landmark moved on"
    assert shown.aimed(state["pose"], again)[2, 0] == pytest.approx(x + 2, abs=0.4)


def test_a_click_beside_the_landmarks_picture_moves_nothing() -> None:
    state = app("identitynet").tab("pose").defaults
    assert shown.move((20.0, 100.0), state) == {}
    assert shown.move((MIDDLE + shown.LARGE + 30.0, 100.0), state) == {}


def test_moves_stay_with_another_pose_and_the_own_pose_undoes_them() -> None:
    moved = ((4.16, 0.32, 0),)
    for pose in (30, 31):
        way = shown.aimed(pose, moved) - shown.aimed(pose, ())
        assert torch.allclose(way[0], torch.tensor([4.16, 0.32]), atol=1e-4)
        assert way[1:].abs().max() == 0
    (own,) = app("identitynet").tab("pose").actions
    assert own.change({"portrait": 5, "pose": 30, "moved": moved}) == {"pose": 5, "moved": ()}


def test_all_five_landmarks_can_be_moved() -> None:
    state = app("identitynet").tab("pose").defaults
    for k in range(len(POINTS)):
        x, y = shown.aimed(state["pose"], state["moved"])[k].tolist()
        scale = shown.LARGE / 64
        state = state | dict(shown.move((MIDDLE + x * scale + 2, y * scale), state))
    assert sorted(spot[2] for spot in state["moved"]) == list(range(len(POINTS)))
    text = shown.MOVED.text(state["moved"])
    assert shown.MOVED.parse(text) == state["moved"], "it can stand in an address"


# Conditions


def test_with_both_off_or_no_strength_it_is_the_base() -> None:
    state = app("identitynet").tab("pose").defaults
    flow = load_diffusion(torch.device("cpu")).flow
    base = euler(
        flow, noise(1, state["seed"]), silent(flow, 1), steps=state["steps"], guidance=state["guidance"]
    )
    plain = direct(decode, latent=base)[0]
    off = pictured(state | {"given": "neither"})
    assert (off - plain).abs().mean() < 0.02
    assert torch.equal(off, pictured(state | {"strength": 0}))
    for lang in LANGUAGES:
        says = last("pose", lang, given="neither")["facts"]
        assert words("identitynet", lang)["all_off"] in says


def test_each_condition_does_its_part() -> None:
    state = app("identitynet").tab("pose").defaults
    both, person, place = (judged(state | {"given": given}) for given in ("both", "person", "place"))
    threshold = faces.card().details["threshold"]
    assert both[0] > threshold
    assert place[0] < both[0] - 0.2
    assert max(both[1], place[1]) < 2.5
    assert person[1] > both[1]


def test_the_facts_say_what_is_off() -> None:
    for lang in LANGUAGES:
        label = words("identitynet", lang)
        assert label["who_off"] in last("pose", lang, given="place", steps=4)["facts"]
        assert label["where_off"] in last("pose", lang, given="person", steps=4)["facts"]


def test_all_four_from_one_noise_stand_side_by_side() -> None:
    seen = last("apart", steps=4)
    rows = [line for line in seen["compared"].splitlines() if line.startswith("|")]
    assert len(rows) == 6
    assert [row.split("|")[1].strip() for row in rows[2:]] == [
        "nothing",
        "the landmarks",
        "the person",
        "both",
    ]


def test_another_person_gives_another_picture() -> None:
    first, second = (last("pose", portrait=number, steps=4)["pictures"] for number in (12, 13))
    assert differ(first, second) > 5


# Presets


@pytest.mark.parametrize(
    ("name", "same"), [("only_landmarks", False), ("only_person", True), ("moved_landmarks", True)]
)
def test_presets_show_what_they_say(name: str, same: bool) -> None:
    alike, off = judged(preset(name))
    assert (alike >= faces.card().details["threshold"]) == same
    assert (off > 3) == (name == "only_person")

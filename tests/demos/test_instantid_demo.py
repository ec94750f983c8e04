"""What the demo of InstantID answers: the person and the prompt together, its presets, and no uploads."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.instantid import app as shown
from demos.data.avatars.ahead import portrait
from demos.data.captions.attributes import Seen, asked, fits, judged
from demos.data.captions.tokens import numbers
from demos.kit.functions import direct
from demos.kit.pictures import Digits
from demos.models.diffusion.functions import decode, step_by_caption, walk
from demos.models.diffusion.sampling import noise
from demos.models.faces import model as faces
from demos.models.faces.functions import verify
from demos.models.faces.portraits import landmarks
from demos.models.instantid.evaluate import DEFAULT
from demos.models.instantid.model import card
from demos.models.judge.functions import read
from tests.demos.kit import app, demos, differ, words

LANGUAGES = ("nb", "en", "zh")
THRESHOLD = faces.card().details["threshold"]


def last(tab: str, lang: str = "en", **changed: Any) -> dict[str, Any]:
    """What is on screen at the end."""
    part = app("instantid").tab(tab)
    assert changed.keys() <= part.defaults.keys()
    seen: dict[str, Any] = {}
    for piece in part.answer(direct, words("instantid", lang), **part.defaults | changed):
        seen |= dict(piece)
    return seen


def preset(name: str, lang: str = "en") -> dict[str, Any]:
    """The state of a preset of the first tab."""
    state = demos()["instantid"].presets[name].state_in(lang)
    tab = app("instantid").tab("ask")
    controls = {control.name: control for control in tab.settings}
    return tab.defaults | {key: controls[key].parse(text) for key, text in state.items()}


def text_of(state: dict[str, Any], lang: str) -> str:
    prompt: str = state["prompt"] or words("instantid", lang)["prompt_example"]
    return prompt


def pictured(state: dict[str, Any], lang: str = "en") -> Tensor:
    """The finished portrait (3, 64, 64) of a state of the first tab."""
    other = state["second"] if state["split"] else state["portrait"]
    place = {"own": state["portrait"], "other": state["pose"], "free": None}[state["placing"]]
    settings = (state["seed"], state["steps"], state["guidance"])
    strengths = ((state["net"], state["adapter"]),)
    *_, (end,) = shown.drawn(
        direct, state["portrait"], other, place, text_of(state, lang), strengths, *settings
    )
    return end


def alike(picture: Tensor, number: int) -> float:
    """The verifier's similarity of a picture and one of the portraits."""
    person = direct(verify, picture=torch.stack([portrait(number)[0], picture]))["person"]
    return float(person[0] @ person[1])


def off(picture: Tensor, pose: int) -> float:
    """Distance of the landmarks from those of one of the portraits, in px."""
    return float((direct(verify, picture=picture[None])["points"][0] - landmarks(pose)).norm(dim=1).mean())


def looked_at(picture: Tensor) -> Seen:
    return judged(direct(read, picture=picture[None]))


# One picture


@pytest.mark.parametrize("lang", LANGUAGES)
def test_as_it_opens_it_is_the_person_and_the_prompt_is_followed(lang: str) -> None:
    state = app("instantid").tab("ask").defaults
    picture = pictured(state, lang)
    wishes, result = asked(text_of(state, lang)), looked_at(picture)
    assert len(wishes) >= 3
    assert all(fits(wish, result[name]) for name, wish in wishes.items())
    assert alike(picture, state["portrait"]) > THRESHOLD
    assert off(picture, state["pose"]) < 2.5
    facts = last("ask", lang)["facts"]
    assert facts.count(f"| {words('instantid', lang)['yes']} |") == len(wishes)
    assert words("instantid", lang)["same_person"].partition("**")[0] in facts


def test_with_both_strengths_0_it_is_what_the_model_draws_without_anybody() -> None:
    state = app("instantid").tab("ask").defaults | {"net": 0, "adapter": 0}
    captions = {"wanted": numbers([text_of(state, "en")]), "avoided": numbers([""])}
    *_, end = walk(direct, step_by_caption, noise(1, state["seed"]), steps=state["steps"],
                   guidance=state["guidance"], **captions)  # fmt: skip
    assert torch.equal(pictured(state), direct(decode, latent=end["latent"])[0])
    for lang in LANGUAGES:
        assert words("instantid", lang)["all_off"] in last("ask", lang, net=0, adapter=0, steps=4)["facts"]


def test_parts_come_as_they_are_drawn() -> None:
    part, label = app("instantid").tab("ask"), words("instantid", "en")
    parts = list(part.answer(direct, label, **part.defaults | {"seed": 77, "steps": 4}))
    assert [list(one) for one in parts] == [["pictures"]] * 8 + [["facts"]]
    assert len({one["pictures"].address for one in parts[:-1]}) >= 5


def test_the_pose_is_the_persons_own_another_portraits_or_free() -> None:
    state = app("instantid").tab("ask").defaults
    own, other, free = (pictured(state | {"placing": placing}) for placing in ("own", "other", "free"))
    assert off(own, state["portrait"]) < 2.5
    assert off(other, state["pose"]) < 2.5
    assert not torch.equal(own, free)
    rows = [last("ask", placing=placing, steps=4)["pictures"] for placing in ("own", "other", "free")]
    assert [row.width for row in rows] == [rows[0].width, rows[0].width, rows[2].width]
    assert rows[2].width > rows[0].width, "without landmarks, the person is shown larger"


def test_what_a_prompt_does_not_say_or_nobody_knows_is_said() -> None:
    assert "“crown”" in last("ask", prompt="a person with a crown", steps=4)["facts"]
    assert words("instantid", "en")["nothing_asked"] in last("ask", prompt="a person", steps=4)["facts"]


def test_the_page_gives_the_sizes() -> None:
    facts = last("ask", steps=4)["facts"]
    for count in (card().parameters, card().details["net"], card().details["unet"]):
        assert f"{count:,}" in facts


def test_another_person_gives_another_picture() -> None:
    first, second = (last("ask", portrait=number, steps=4)["pictures"] for number in (12, 13))
    assert differ(first, second) > 5


# Both strengths


def test_the_grid_has_every_pair_of_strengths_and_how_alike_each_is() -> None:
    state = app("instantid").tab("strengths").defaults
    grid = last("strengths")["grid"]
    texts = [thing.text for _, _, thing in grid.things if isinstance(thing, Digits)]
    assert sorted(texts[:6]) == sorted(2 * ["0", "0.8", "1.5"])
    likeness = [float(text.replace("−", "-")) for text in texts[6:]]
    assert len(likeness) == 9
    assert likeness[4] > THRESHOLD > likeness[0]
    single = app("instantid").tab("ask").defaults | {
        name: state[name] for name in ("seed", "steps", "guidance")
    }
    assert likeness[4] == pytest.approx(alike(pictured(single), state["portrait"]), abs=0.02)


def test_the_curves_are_those_of_the_card() -> None:
    seen = last("strengths", steps=4)
    assert len(seen["curves"].parts) == 2
    assert f"{card().metrics['auc'].value:.3f}" in seen["facts"]
    assert DEFAULT in shown.TRIED


# What the presets say


def test_each_part_alone_does_less_than_both() -> None:
    both, net, adapter = (
        app("instantid").tab("ask").defaults, preset("only_net"), preset("only_adapter")
    )  # fmt: skip
    pictures = [pictured(state) for state in (both, net, adapter)]
    likeness = [alike(picture, both["portrait"]) for picture in pictures]
    assert likeness[0] > max(likeness[1:])
    assert min(likeness[1:]) > 0.25
    assert off(pictures[1], both["pose"]) < 2.5 < off(pictures[2], both["pose"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_asked_for_what_the_person_does_not_have_it_is_less_alike(lang: str) -> None:
    state = preset("against_the_person", lang)
    wishes, given = asked(text_of(state, lang)), looked_at(portrait(state["portrait"])[0])
    assert len(wishes) >= 2
    assert not any(fits(wish, given.get(name)) for name, wish in wishes.items())
    picture, default = pictured(state, lang), app("instantid").tab("ask").defaults
    result = looked_at(picture)
    assert any(fits(wish, result.get(name)) for name, wish in wishes.items())
    assert alike(picture, state["portrait"]) < alike(pictured(default, lang), state["portrait"]) - 0.1


def test_too_strong_coarsens_what_is_drawn() -> None:
    """Shadows and outlines spread."""
    states = preset("too_strong"), app("instantid").tab("ask").defaults
    strong, default = (pictured(state) for state in states)
    dark = [float((picture.amax(0) < -0.4).double().mean()) for picture in (strong, default)]
    assert dark[0] > 1.5 * dark[1]


def test_two_people_become_one_who_is_neither() -> None:
    state = preset("two_people")
    picture = pictured(state)
    likeness = [alike(picture, state[name]) for name in ("portrait", "second")]
    alone = pictured(app("instantid").tab("ask").defaults)
    assert max(likeness) < alike(alone, state["portrait"]) - 0.1
    for lang in LANGUAGES:
        facts = last("ask", lang, split=True)["facts"]
        assert words("instantid", lang)["two_people"].partition("{")[0] in facts

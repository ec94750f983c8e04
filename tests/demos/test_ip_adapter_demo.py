"""What the demo of the IP-Adapter answers: what is from the picture and what from the text, its presets."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.ip_adapter import app as shown
from demos.data.avatars import sample
from demos.data.avatars.ahead import portrait
from demos.data.avatars.factors import replace
from demos.data.captions import attributes
from demos.data.captions.facts import rows
from demos.data.captions.reading import named
from demos.data.captions.tokens import numbers
from demos.kit.controls import Upload
from demos.kit.functions import direct
from demos.kit.pictures import Digits
from demos.models.diffusion.functions import decode, step_by_caption, walk
from demos.models.diffusion.sampling import noise
from demos.models.ip_adapter.evaluate import SCALES
from demos.models.ip_adapter.model import card
from demos.models.judge.functions import read
from tests.demos.kit import app, demos, words

LANGUAGES = ("nb", "en", "zh")


def last(tab: str, lang: str = "en", **changed: Any) -> dict[str, Any]:
    """What is on screen at the end."""
    part = app("ip_adapter").tab(tab)
    assert changed.keys() <= part.defaults.keys()
    seen: dict[str, Any] = {}
    for piece in part.answer(direct, words("ip_adapter", lang), **part.defaults | changed):
        seen |= piece
    return seen


def preset(name: str, lang: str) -> dict[str, Any]:
    """The state of a preset's tab on a page in a language."""
    state = demos()["ip_adapter"].presets[name].state_in(lang)
    tab = app("ip_adapter").tab(state.get("tab", "ask"))
    controls = {control.name: control for control in tab.settings}
    return tab.defaults | {key: controls[key].parse(text) for key, text in state.items() if key != "tab"}


def pictured(state: dict[str, Any], lang: str = "en", scale: float | None = None) -> Tensor:
    """The finished portrait (3, 64, 64) of a state of the first tab."""
    text = (state["prompt"] or words("ip_adapter", lang)["prompt_example"]) if state["words"] else ""
    settings = (state["seed"], state["steps"], state["guidance"])
    scales = (state["scale"] if scale is None else scale,)
    *_, (end,) = shown.drawn(direct, state["portrait"], text, scales, *settings)
    return end


def looked_at(picture: Tensor) -> attributes.Seen:
    return attributes.judged(direct(read, picture=picture[None]))


def table_of(facts: str) -> dict[str, list[str]]:
    """The table's rows by their attribute."""
    lines = [line.strip("| ").split(" | ") for line in facts.splitlines() if line.startswith("|")]
    return {cells[0]: cells[1:] for cells in lines[2:]}


# Where an attribute is from


@pytest.mark.parametrize(
    ("reference", "wish", "alone", "result", "origin"),
    [
        ("round", "sunglasses", "sunglasses", "sunglasses", "text"),
        ("sunglasses", "sunglasses", "none", "sunglasses", "both"),
        ("round", "any", "none", "square", "both"),
        ("none", "any", "none", "square", "text"),
        ("round", None, "none", "round", "picture"),
        ("round", "sunglasses", "sunglasses", "round", "picture"),
        ("none", None, "none", "none", "chance"),
        ("round", None, "none", "square", "neither"),
        (None, None, "none", "none", "neither"),
        ("bob", "long", "long", None, "hidden"),
    ],
)
def test_where_an_attribute_is_from(
    reference: str | None, wish: str | None, alone: str | None, result: str | None, origin: str
) -> None:
    assert attributes.source(reference, wish, alone, result) == origin
    assert origin in attributes.SOURCES


def test_what_cannot_be_seen_has_no_value() -> None:
    factors = replace(sample(1, 1), glasses="none", hat="beanie", hat_color="red", hair="buzz", smile=-0.9)
    (row,) = rows(factors)
    seen = attributes.seen(row)
    assert {"glasses_color", "hair", "hair_color"}.isdisjoint(seen)
    assert (seen["glasses"], seen["hat"], seen["hat_color"], seen["smile"]) == (
        "none",
        "beanie",
        "red",
        "sad",
    )


@pytest.mark.parametrize(
    ("prompt", "wishes"),
    [
        ("en glad dame med røde briller og skaut",
         {"smile": "smile", "glasses": "any", "glasses_color": "red", "hat": "headscarf"}),
        ("a man with short brown hair on a striped teal background", {"background": "teal"}),
        ("戴墨镜、留着金色长发的女人", {"glasses": "sunglasses", "hair": "long", "hair_color": "blond"}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_prompt_asks_for(prompt: str, wishes: dict[str, str]) -> None:
    found = attributes.asked(prompt)
    assert {name: found.get(name) for name in wishes} == wishes
    assert prompt or not found


def test_every_source_and_attribute_has_words() -> None:
    wanted = {f"attribute_{name}" for name in attributes.ATTRIBUTES}
    wanted |= {f"from_{origin}" for origin in attributes.SOURCES}
    assert wanted <= demos()["ip_adapter"].labels.keys()


# The first tab


def test_at_scale_0_the_demo_draws_what_the_model_draws_without_an_adapter() -> None:
    state = preset("switched_off", "en")
    text = words("ip_adapter", "en")["prompt_example"]
    captions = {"wanted": numbers([text]), "avoided": numbers([""])}
    *_, end = walk(direct, step_by_caption, noise(1, state["seed"]), steps=state["steps"],
                   guidance=state["guidance"], **captions)  # fmt: skip
    assert torch.equal(pictured(state), direct(decode, latent=end["latent"])[0])
    facts = last("ask", **state)["facts"]
    assert "adapter is off" in facts
    assert "**0** come from the picture" in facts


def test_the_table_says_what_is_where() -> None:
    state = app("ip_adapter").tab("ask").defaults
    rows_ = table_of(last("ask")["facts"])
    result, given = looked_at(pictured(state)), looked_at(portrait(state["portrait"])[0])
    label = words("ip_adapter", "en")
    for name, value in result.items():
        assert rows_[label[f"attribute_{name}"]][2] == named("en", name, value)
    for name, value in given.items():
        assert rows_[label[f"attribute_{name}"]][0] == named("en", name, value)
    assert rows_[label["attribute_glasses"]][1] == "sunglasses"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_as_it_opens_something_is_from_each(lang: str) -> None:
    label, facts = words("ip_adapter", lang), last("ask", lang)["facts"]
    origins = [cells[-1] for cells in table_of(facts).values()]
    assert origins.count(label["from_picture"]) >= 3
    assert table_of(facts)[label["attribute_glasses"]][-1] == label["from_text"]
    assert looked_at(pictured(app("ip_adapter").tab("ask").defaults, lang))["glasses"] == "sunglasses"


def test_unknown_words_are_named() -> None:
    assert "“crown”" in last("ask", prompt="a person with a crown", steps=4)["facts"]


def test_parts_come_as_they_are_drawn_and_the_scale_draws_only_one_portrait_anew() -> None:
    calls: list[str] = []

    def counted(function: Any, /, **inputs: Any) -> Any:
        calls.append(function.name)
        return direct(function, **inputs)

    part, label = app("ip_adapter").tab("ask"), words("ip_adapter", "en")
    parts = list(part.answer(counted, label, **part.defaults | {"seed": 77, "steps": 4}))
    assert [list(one) for one in parts] == [["pictures"]] * 8 + [["facts"]]
    assert len({one["pictures"].address for one in parts[:-1]}) >= 5
    before = len([name for name in calls if "step" in name])
    list(part.answer(counted, label, **part.defaults | {"seed": 77, "steps": 4, "scale": 0.3}))
    assert len([name for name in calls if "step" in name]) - before == 4


def test_the_page_gives_the_adapters_size_beside_the_papers() -> None:
    facts = last("ask", steps=4)["facts"]
    assert f"{card().parameters:,}" in facts
    assert f"{card().details['unet']:,}" in facts
    assert "22 million" in facts
    assert "860 million" in facts


# All scales


def test_each_portrait_stands_below_its_scale() -> None:
    things = last("scales", steps=4)["row"].things
    assert [thing.text for _, _, thing in things if isinstance(thing, Digits)] == [
        "0",
        "0.25",
        "0.5",
        "0.75",
        "1",
    ]


def test_the_curves_are_those_of_the_card_and_of_this_portrait() -> None:
    both = last("scales", steps=4)["curves"]
    assert len(both.parts) == 2
    assert len(last("scales", steps=4, words=False)["curves"].parts) == 1


def test_what_is_kept_and_obeyed_of_one_portrait() -> None:
    reference = {"glasses": "round", "hat": "none", "background": "teal"}
    wishes = {"glasses": "any", "hat": "cap"}
    assert shown.kept_hits(reference, wishes, {"background": "teal", "glasses": "none"}) == [True]
    assert shown.obeyed_hits(reference, wishes, {"hat": "cap"}) == [True], "any glasses are there already"
    assert shown.share([]) is None
    assert shown.share([True, False]) == 0.5


# What the presets say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_alone_gives_variations_with_its_clothes_and_background(lang: str) -> None:
    state = preset("picture_alone", lang)
    given = looked_at(portrait(state["portrait"])[0])
    made = [pictured(state | {"seed": seed}) for seed in (state["seed"], 1, 2)]
    for picture in made:
        seen = looked_at(picture)
        for name in ("background", "clothing_color"):
            assert seen[name] == given[name]
    assert not torch.allclose(made[0], made[1], atol=0.3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_at_scale_1_the_picture_overrules_the_text_and_lower_down_the_text_gets_its_way(lang: str) -> None:
    state = preset("overruled", lang)
    (wish,) = attributes.asked(state["prompt"]).items()
    given = looked_at(portrait(state["portrait"])[0])
    assert wish == ("background", "rose")
    assert given["background"] != "rose"
    assert looked_at(pictured(state))["background"] == given["background"]
    lower = [looked_at(pictured(state, scale=scale))["background"] for scale in (0.1, 0.2, 0.3)]
    assert "rose" in lower


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_prompts_share_the_hair(lang: str) -> None:
    state = preset("shared", lang)
    assert attributes.asked(state["prompt"]) == {"hair": "long"}
    given, result = looked_at(portrait(state["portrait"])[0]), looked_at(pictured(state))
    assert given["hair"] != "long"
    assert (result["hair"], result["hair_color"]) == ("long", given["hair_color"]) == ("long", "grey")
    assert looked_at(pictured(state, scale=0))["hair_color"] != "grey", "it is not gray by chance"
    blond = {"nb": "en person med langt blondt hår", "en": "a person with long blond hair"}
    blond |= {"zh": "一个留着金色长发的人"}
    assert looked_at(pictured(state | {"prompt": blond[lang]}))["hair_color"] == "blond"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_from_left_to_right_the_picture_has_more_say(lang: str) -> None:
    state = preset("all_scales", lang)
    text = state["line"] or words("ip_adapter", lang)["line_example"]
    settings = (state["seed"], state["steps"], state["guidance"])
    *_, made = shown.drawn(direct, state["portrait"], text, SCALES, *settings)
    given = looked_at(portrait(state["portrait"])[0])
    wishes = attributes.asked(text)
    results = [looked_at(one) for one in made]
    kept = [shown.share(shown.kept_hits(given, wishes, one)) or 0.0 for one in results]
    obeyed = [shown.share(shown.obeyed_hits(given, wishes, one)) or 0.0 for one in results]
    assert kept[-1] > kept[0] + 0.3
    assert obeyed[0] >= obeyed[-1]


# Nobody's face


def test_nobody_can_upload_a_picture_and_the_page_says_why() -> None:
    for tab in app("ip_adapter").tabs:
        assert not any(isinstance(control, Upload) for control in tab.settings)
    see = demos()["ip_adapter"].see
    for lang, sentence in {"nb": "ikke laste opp", "en": "cannot upload", "zh": "不能上传"}.items():
        assert sentence in see[lang]
        assert "[[consent|" in see[lang]

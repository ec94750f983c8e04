"""What the text-to-image demo answers: three languages, maps of words, parts drawn anew, its presets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from demos.apps.text_to_image import app as shown
from demos.data.avatars.ahead import portrait as drawn_portrait
from demos.data.avatars.factors import BY_NAME
from demos.kit.charts import Bar, Drawing, Line
from demos.kit.charts import Words as Written
from demos.kit.functions import direct
from demos.kit.weights import read_card
from demos.models.diffusion.model import WEIGHTS
from demos.models.judge.functions import read as judged
from tests.demos.kit import app, demos, words

LANGUAGES = ("nb", "en", "zh")


def last(tab: str, lang: str = "nb", **changed: Any) -> dict[str, Any]:
    """What is on screen at the end."""
    part = app("text_to_image").tab(tab)
    assert changed.keys() <= part.defaults.keys()
    seen: dict[str, Any] = {}
    for piece in part.answer(direct, words("text_to_image", lang), **part.defaults | changed):
        seen |= piece
    return seen


def preset(name: str, lang: str) -> dict[str, Any]:
    """The controls of a preset on a page in a language."""
    state = demos()["text_to_image"].presets[name].state_in(lang)
    tab = app("text_to_image").tab(state.get("tab", "draw"))
    controls = {control.name: control for control in tab.settings}
    return {key: controls[key].parse(text) for key, text in state.items() if key != "tab"}


def pictured(prompt: str, avoided: str = "", seed: int = 7, steps: int = 12, guidance: float = 4.0) -> Tensor:
    """The finished portrait (3, 64, 64)."""
    *_, end = shown.drawn(direct, prompt, avoided, seed, steps, guidance)
    return end.picture


def drawn_by(state: dict[str, Any], lang: str = "nb") -> Tensor:
    given = app("text_to_image").tab("draw").defaults | state
    prompt = given["prompt"] or words("text_to_image", lang)["prompt_example"]
    return pictured(prompt, given["avoided"], given["seed"], given["steps"], given["guidance"])


def classes(picture: Tensor) -> dict[str, str]:
    """What the judge, which took no part in training, sees in a portrait."""
    found = direct(judged, picture=picture[None])
    return {
        name: BY_NAME[name].classes[int(value[0])]
        for name, value in found.items()
        if getattr(BY_NAME[name], "classes", ())
    }


def texts(chart: Drawing) -> list[str]:
    return [thing.text for thing in chart.things if isinstance(thing, Written)]


# What is typed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_example_is_drawn_in_every_language(lang: str) -> None:
    example = words("text_to_image", lang)["prompt_example"]
    seen = [classes(pictured(example, seed=seed)) for seed in range(6)]
    assert sum(one["glasses"] == "sunglasses" for one in seen) >= 5, seen
    assert sum(one["hat"] == "beanie" for one in seen) >= 4, seen


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_portrait_shows_what_its_prompt_names(lang: str) -> None:
    seen = classes(drawn_by({}, lang))
    assert (seen["glasses"], seen["hat"]) == ("sunglasses", "beanie")


def test_the_pages_language_says_nothing_of_the_prompts() -> None:
    typed = {lang: last("draw", lang, prompt="戴红色眼镜的女人", steps=4) for lang in LANGUAGES}
    assert len({answer["drawing"].address for answer in typed.values()}) == 1
    assert texts(typed["nb"]["words"]) == ["戴", "红色", "眼镜", "的", "女人"]


def test_unknown_words_are_marked_and_named_and_close_ones_proposed() -> None:
    answer = last("draw", "en", prompt="a lady with a sombrero and red glases", avoided="zebra", steps=4)
    chart = answer["words"]
    assert [text for text in texts(chart) if text.endswith("?")] == ["sombrero?", "glases?"]
    assert {thing.color for thing in chart.things if isinstance(thing, Written)} == {-1, 1}
    assert "“sombrero”, “glases”, “zebra”" in answer["facts"]
    assert "Did you mean “glasses”?" in answer["facts"]
    assert "knows all" not in answer["facts"]
    assert "knows all" in last("draw", "en", steps=4)["facts"]


def test_a_word_in_another_form_is_said_to_be_read_so() -> None:
    assert "blekt → blek" in last("draw", prompt="et blekt ansikt", steps=4)["facts"]


def test_a_prompt_without_words_and_one_that_is_too_long_are_said_to_be() -> None:
    empty = last("draw", "en", prompt="...", steps=4)
    assert "no words" in empty["facts"]
    assert texts(empty["words"]) == []
    long = last("draw", "en", prompt="a red hat " * 20, word=60 - 5, steps=4)
    assert "first 55 tokens" in long["facts"]
    assert len(texts(long["words"])) == 60
    assert sum(isinstance(thing, Bar) for thing in long["words"].things) == 55


# Maps of words


def test_a_click_takes_the_word_of_that_place() -> None:
    chart = last("draw", prompt="en dame med røde briller og lue", steps=4, word=6)["words"]
    for i, thing in enumerate(thing for thing in chart.things if isinstance(thing, Written)):
        assert shown.word_at((thing.x, thing.y), {}) == {"word": i + 1}
    (frame,) = [thing for thing in chart.things if isinstance(thing, Line)]
    middle = np.mean(frame.points[:4], axis=0)
    assert shown.word_at(tuple(middle), {}) == {"word": 6}
    assert shown.word_at((399.9, 5000.0), {}) == {"word": 55}


def test_another_word_draws_nothing_anew() -> None:
    calls: list[str] = []

    def counted(function: Any, /, **inputs: Any) -> Any:
        calls.append(function.name)
        return direct(function, **inputs)

    part = app("text_to_image").tab("draw")
    label = words("text_to_image", "nb")
    (*_, first), (second,) = (
        list(part.answer(counted, label, **part.defaults | {"seed": 99, "word": word})) for word in (4, 6)
    )
    assert len(calls) == 2 * part.defaults["steps"]
    assert first["process"] == second["process"]
    assert first["drawing"].address != second["drawing"].address
    assert "**solbriller**" in first["facts"]
    assert "**lue**" in second["facts"]


def map_of(prompt: str, word: str, seeds: range = range(4)) -> Tensor:
    """Where a word was used more (positive) and less than elsewhere (16, 16), over some seeds."""
    (one,) = [found for found in shown.words(prompt) if found.text == word]
    ends = [list(shown.drawn(direct, prompt, "", seed, 12, 4.0))[-1] for seed in seeds]
    return torch.stack([shown.relative(shown.share(end.maps, one)) for end in ends]).mean(0)


@pytest.mark.parametrize(
    ("prompt", "glasses", "hat"),
    [
        ("en dame med solbriller og lue", "solbriller", "lue"),
        ("a woman with sunglasses and a beanie", "sunglasses", "beanie"),
        ("一位女士，戴着墨镜、毛线帽", "墨镜", "毛线帽"),
    ],
)
def test_a_word_is_used_where_its_thing_is(prompt: str, glasses: str, hat: str) -> None:
    on_glasses, on_hat = map_of(prompt, glasses), map_of(prompt, hat)
    head, eyes = (slice(0, 5), slice(4, 12)), (slice(6, 10), slice(3, 13))
    assert on_glasses[eyes].mean() > on_glasses[head].mean()
    assert on_hat[head].mean() > on_hat[eyes].mean()
    assert on_glasses[eyes].mean() > on_hat[eyes].mean()


# Guidance


def test_without_guidance_the_prompt_counts_for_nothing() -> None:
    one, other = (pictured(prompt, guidance=0) for prompt in ("en mann med skjegg", "en dame med lue"))
    assert torch.equal(one, other)
    one, other = (pictured(prompt, guidance=1) for prompt in ("en mann med skjegg", "en dame med lue"))
    assert not torch.allclose(one, other, atol=0.1)


# Drawing a part anew


def test_a_click_paints_a_spot_and_a_click_into_its_middle_removes_it() -> None:
    empty = {"region": (), "brush": 8}
    (spot,) = shown.paint((128, 64), empty)["region"]
    assert spot == (pytest.approx(0.5, abs=0.01), pytest.approx(0.25, abs=0.01), 0)
    there = {"region": (spot,), "brush": 8}
    right = shown.paint((shown.LARGE + shown.GAP + 128, 66), there)
    assert right == {"region": ()}, "both pictures are clicked alike"
    assert len(shown.paint((200, 64), there)["region"]) == 2
    assert shown.paint((shown.LARGE + 8, 64), there) == {}, "between them there is nothing"
    for brush in (4, 12):
        area = shown.masked(((0.5, 0.5, 0),), brush).sum().item()
        assert area == pytest.approx(np.pi * brush**2, rel=0.05)


def test_what_lies_outside_the_region_stays_as_it_was() -> None:
    inside = shown.masked(shown.REGION.default, 11)
    before = drawn_portrait(12)[0]
    *_, after = painted("en person med rød lue", rounds=2)
    near = torch.nn.functional.max_pool2d(inside[None], shown.SOFT, 1, shown.SOFT // 2)[0] > 0
    assert torch.equal(after[:, ~near], before[:, ~near])
    assert not torch.allclose(after[:, inside > 0], before[:, inside > 0], atol=0.2)


def painted(prompt: str, rounds: int) -> list[Tensor]:
    """The steps of a drawing into the region that the tab opens with."""
    return list(shown.painted(direct, prompt, 12, shown.REGION.default, 11, 7, 4, 4.0, rounds))


def test_without_a_region_the_portrait_stays_and_no_model_draws() -> None:
    part = app("text_to_image").tab("paint")
    (only,) = part.answer(direct, words("text_to_image", "en"), **part.defaults | {"region": ()})
    assert "Nothing is selected" in only["said"]


def test_more_rounds_change_what_is_drawn() -> None:
    once, twice = (painted("en person med rød lue", rounds)[-1] for rounds in (1, 2))
    assert not torch.allclose(once, twice, atol=0.05)


# What the presets say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_words_settle_what_they_name(lang: str) -> None:
    state = preset("other_words", lang)
    assert words_at(state) in ("hettegenser", "hoodie", "连帽衫")
    seen = classes(drawn_by(state, lang))
    assert (seen["hat"], seen["clothing"]) == ("cap", "hoodie")


def words_at(state: dict[str, Any]) -> str:
    """The word whose map a preset shows."""
    return shown.words(state["prompt"])[state["word"] - 1].text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_glasses_turn_red_more_often_than_the_beanie_yellow(lang: str) -> None:
    state = preset("colors", lang)
    assert words_at(state) in ("lue", "beanie", "毛线帽")
    seen = [classes(drawn_by(state | {"seed": seed})) for seed in range(12)]
    glasses = [one for one in seen if one["glasses"] != "none"]
    hats = [one for one in seen if one["hat"] == "beanie"]
    red, yellow = (
        sum(one["glasses_color"] == "red" for one in glasses),
        sum(one["hat_color"] == "yellow" for one in hats),
    )
    assert len(glasses) >= 11
    assert red >= 10
    assert yellow < red


def test_the_page_says_in_the_card_s_numbers_how_much_is_obeyed() -> None:
    card = read_card(WEIGHTS)
    facts = last("draw", "en", steps=4)["facts"]
    for lang in LANGUAGES:
        assert f"{card.metrics[f'caption_accuracy.{lang}'].value * 100:.0f}%" in facts


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_is_a_word_it_never_learned(lang: str) -> None:
    state = preset("without", lang)
    assert words_at(state) in ("briller", "glasses", "眼镜")
    assert [word.text for word in shown.words(state["prompt"]) if not word.known] in (
        ["uten"], ["without"], ["别"],
    )  # fmt: skip
    assert classes(drawn_by(state))["glasses"] != "none"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_negative_prompt_leads_away(lang: str) -> None:
    state = preset("led_away", lang)
    assert classes(drawn_by(state))["glasses"] == "none"
    assert classes(drawn_by(state | {"avoided": ""}))["glasses"] != "none"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_contradiction_is_settled_one_way_or_the_other(lang: str) -> None:
    state = preset("contradiction", lang)
    assert all(word.known for word in shown.words(state["prompt"]))
    assert "knows" in last("draw", "en", **state)["facts"], "it does not point that out"
    assert classes(drawn_by(state))["hat"] in ("beanie", "cap")


def garish(picture: Tensor) -> float:
    """The share of color values at the end of their range."""
    return (picture.abs() > 0.99).float().mean().item()


def edges(picture: Tensor) -> float:
    """How much neighboring pixels differ, in the mean."""
    return ((picture.diff(dim=1).abs().mean() + picture.diff(dim=2).abs().mean()) / 2).item()


def test_guidance_that_is_far_too_strong_is_garish_and_hard_edged() -> None:
    state = preset("too_strong", "nb")
    assert state["guidance"] == 5 * app("text_to_image").tab("draw").defaults["guidance"]
    strong, usual = drawn_by(state), drawn_by({"seed": state["seed"]})
    assert garish(strong) > 2 * garish(usual)
    assert edges(strong) > 1.3 * edges(usual)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_it_never_saw_is_red(lang: str) -> None:
    state = preset("never_seen", lang)
    chart = last("draw", lang, **state)["words"]
    red = [thing.text for thing in chart.things if isinstance(thing, Written) and thing.color == 1]
    assert red in (["krone?"], ["crown?"], ["皇?", "冠?"])
    assert f"{words_at(state)}?" in red


@pytest.mark.parametrize("lang", LANGUAGES)
def test_new_sunglasses_fit_into_the_region(lang: str) -> None:
    state = app("text_to_image").tab("paint").defaults | preset("sunglasses", lang)
    names = ("whole", "portrait", "region", "brush", "seed", "steps", "guidance", "rounds")
    *_, after = shown.painted(direct, *(state[name] for name in names))
    before, then = classes(drawn_portrait(state["portrait"])[0]), classes(after)
    assert before["glasses"] != "sunglasses"
    assert then["glasses"] == "sunglasses"
    assert then["clothing"] == before["clothing"]

"""The overfitting demo: what is marked was copied, clicks go on with a bar's character, presets are true."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from demos.apps.overfitting import app as demo
from demos.data.texts import characters
from demos.data.texts.characters import END
from demos.data.texts.corpus import LANGUAGES
from demos.kit.changes import spoken_in
from demos.kit.charts import BAR, Drawing, Words
from demos.kit.functions import direct
from demos.kit.state import parse
from demos.models.ngrams import trained
from tests.demos.kit import app, demos, words


def shown(tab: str, lang: str = "en", **changed: Any) -> dict[str, Any]:
    """All that a tab shows in the end."""
    part = app("overfitting").tab(tab)
    answer = part.answer(direct, words("overfitting", lang), **part.defaults | changed)
    parts: list[dict[str, Any]] = [answer] if isinstance(answer, dict) else list(answer)  # type: ignore[arg-type]
    return {name: value for one in parts for name, value in one.items()}


def preset(name: str, lang: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The state of a preset, and what it shows."""
    query = {"preset": name, **demos()["overfitting"].presets[name].state_in(lang)}
    parsed = parse(app("overfitting"), query)
    return dict(parsed.state), shown(parsed.tab.name, lang, **parsed.state)


def read(markdown: str) -> str:
    return unescape(re.sub("</?mark>", "", markdown.replace("<br>", "\n")))


def share_copied(says: str) -> int:
    return int(re.search(r"(\d+)\s*%", says).group(1)) if "%" in says else 0  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("order", [0, 3, 8])
def test_what_is_marked_stands_in_the_training_text_and_nothing_else_does(lang: str, order: int) -> None:
    answer = shown("write", lang, order=order)
    text = trained(lang, 20_000).text
    marked = [read(part) for part in re.findall("<mark>(.*?)</mark>", answer["written"])]
    assert all(part in text for part in marked)
    for part in re.split("<mark>.*?</mark>", answer["written"]):
        assert len(read(part)) < 20 or read(part) not in text
    assert marked or order < 8
    assert not marked or order > 0
    whole = read(answer["written"])
    assert len(whole) >= demo.LENGTH
    assert set(whole) <= characters.alphabet(lang)


def test_another_seed_writes_another_text_and_the_same_seed_the_same() -> None:
    first, second = (shown("write", seed=seed)["written"] for seed in (1, 2))
    assert first != second
    demo.written.cache_clear()
    assert shown("write", seed=1)["written"] == first


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_preset_of_overfitting_says_what_is_seen(lang: str) -> None:
    state, answer = preset("too_much", lang)
    training, unseen = demo.losses(lang, 20_000, state["discount"])
    assert training[8] < 0.15
    assert unseen[8] > unseen[3]
    assert share_copied(answer["facts"]) > 50


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_other_presets_say_what_is_seen(lang: str) -> None:
    _, answer = preset("babble", lang)
    assert "<mark>" not in answer["written"]
    state, _ = preset("smoothed", lang)
    _, unseen = demo.losses(lang, 20_000, state["discount"])
    assert unseen[8] <= min(unseen) + 0.01
    whole, part = (demo.losses(lang, amount, 0.25)[1][8] for amount in (demo.WHOLE, 20_000))
    assert whole < 0.75 * part


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_gap_closes_with_more_text(lang: str) -> None:
    for order in (0, 3, 8):
        amounts, pairs = zip(*demo.by_amount(lang, 0.25), strict=True)
        gaps = [unseen[order] - training[order] for training, unseen in pairs]
        assert gaps[-1] < gaps[0]
        assert list(amounts) == sorted(set(amounts))
    assert isinstance(shown("more_text", lang)["by_amount"], Drawing)


# Character by character


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_click_goes_on_with_the_character_of_the_bar(lang: str) -> None:
    chosen, answer = preset("one_back", lang)
    state = spoken_in(app("overfitting").tab("step"), chosen, words("overfitting", lang))
    chart = answer["next"]
    for drawing in (chart, chart.narrow):
        names = [thing.text for thing in drawing.things if isinstance(thing, Words) and thing.anchor == "end"]
        assert len(names) == demo.LIKELY
        for i, name in enumerate(names):
            text = demo.choose((300.0, BAR * (i + 0.5)), state)["text"]
            if name == words("overfitting", lang)["end"]:
                assert text == ""
            else:
                assert text == state["text"] + name.replace("␣", " ").replace("↵", "\n")


def test_bars_are_the_models_probabilities_highest_first() -> None:
    likely = demo.likely_after("Th", "en", "whole", 2, 0.25)
    shares = [share for _, share in likely]
    assert shares == sorted(shares, reverse=True)
    assert characters.text_of([likely[0][0]]) == "e"
    assert sum(demo.probabilities("Th", "en", "whole", 2, 0.25)) == pytest.approx(1)


def test_buttons_go_on_with_the_first_or_with_any() -> None:
    tab = app("overfitting").tab("step")
    state = tab.defaults | {"text": "The ow", "of": "en", "order": 5, "amount": "whole"}
    assert demo.take_first(state)["text"] == "The owl"
    drawn = {demo.take_by_chance(state | {"order": 0})["text"] for _ in range(40)}
    assert len(drawn) > 5
    assert all(text == "" or text.startswith("The ow") for text in drawn)


def test_a_text_ends_and_stays_short_enough() -> None:
    assert demo.longer("abc", END) == {"text": ""}
    full = "x" * demo.LONGEST
    assert len(demo.longer(full, characters.numbers("y")[0])["text"]) == demo.LONGEST


def test_an_unknown_context_is_shortened_and_said_so() -> None:
    says = shown("step", text="qx🙂 zq", order=5)["says"]
    assert "never seen" in says
    assert "the beginning of a text" in shown("step", text="", order=5)["says"]
    assert "does not look back" in shown("step", text="abc", order=0)["says"]
    assert "never seen the last character" in shown("step", text="مرحبا", order=2)["says"]


@pytest.mark.parametrize("text", ["<b>|*_`&amp;\\", "\n\n\n", "a\u0301 ١٢", "# 1\n- x", "[a](b)"])
def test_no_sign_of_a_readers_text_means_anything(text: str) -> None:
    answer = shown("step", text=text)
    assert not re.search(r"<b>|[*_`|#\[\]]", re.sub(r"&#\d+;|\*\*", "", answer["so_far"] + answer["says"]))

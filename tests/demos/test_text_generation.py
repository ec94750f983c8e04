"""The demo that writes on: what it shows is what the nets do, clicks choose characters, presets are true."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
import torch

from demos.apps.text_generation import app as demo
from demos.data.texts import characters
from demos.data.texts.characters import START
from demos.data.texts.corpus import LANGUAGES
from demos.kit.changes import spoken_in
from demos.kit.charts import BAR, CELL, FINE, Bar, Drawing, Field, Words
from demos.kit.functions import direct
from demos.kit.state import parse
from demos.models.text import KINDS
from demos.models.text.evaluate import share_valid
from tests.demos.kit import app, demos, words

every_language = pytest.mark.parametrize("lang", LANGUAGES)


def answered(tab: str, lang: str = "en", **changed: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The parts of an answer, and what is on screen in the end."""
    part = app("text_generation").tab(tab)
    answer = part.answer(direct, words("text_generation", lang), **part.defaults | changed)
    parts: list[dict[str, Any]] = [answer] if isinstance(answer, dict) else list(answer)  # type: ignore[arg-type]
    return parts, {name: value for some in parts for name, value in some.items()}


def preset(name: str, lang: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The state of a preset, and what it shows."""
    query = {"preset": name, **demos()["text_generation"].presets[name].state_in(lang)}
    parsed = parse(app("text_generation"), query)
    return dict(parsed.state), answered(parsed.tab.name, lang, **parsed.state)[1]


def read(markdown: str) -> str:
    return unescape(re.sub("</?mark>", "", markdown.replace("<br>", "\n")))


def new_text(markdown: str) -> str:
    """What the net wrote, behind the reader's text."""
    return read(markdown.partition("</mark>")[2])


# Write


@every_language
def test_a_text_goes_on_a_few_characters_at_a_time_from_the_readers_own(lang: str) -> None:
    demo.continued.cache_clear()  # type: ignore[attr-defined]
    parts, shown = answered("write", lang, seed=11)
    texts = [read(part["written"]) for part in parts if "written" in part]
    assert len(texts) == demo.LENGTH / demo.CHUNK
    assert all(later.startswith(sooner) and later != sooner for sooner, later in pairwise(texts))
    assert texts[0].startswith(words("text_generation", lang)["text_example"])
    assert set(texts[-1]) <= characters.alphabet(lang)
    assert isinstance(shown["moving"], Drawing)
    assert len(answered("write", lang, seed=11)[0]) == 2, "nothing is written twice"
    assert read(answered("write", lang, seed=12)[1]["written"]) != texts[-1]


def test_characters_that_a_net_lacks_are_named() -> None:
    _, shown = answered("write", "en", text="The 狐 and the ÿ")
    assert "狐 ÿ" in shown["facts"]
    _, shown = answered("write", "en", text="A fox")
    assert words("text_generation", "en")["unknown"].partition("{")[0] not in shown["facts"]


def test_no_sign_of_a_readers_text_means_anything() -> None:
    _, shown = answered("write", "en", text="<b>*x*</b>")
    assert "<b>" not in shown["written"]
    assert read(shown["written"]).startswith("<b>*x*</b>")


def test_a_loop_is_found_where_there_is_one() -> None:
    assert demo.looped([9, 8, 1, 2, 3, 1, 2, 3, 1, 2, 3]) == 3
    assert demo.looped([5, 5, 5]) == 1
    assert demo.looped([1, 2, 3, 1, 2, 3]) == 0
    assert demo.looped([]) == 0


# Character by character


@every_language
def test_bars_are_the_shares_before_and_after_the_temperature(lang: str) -> None:
    state, shown = preset("softmax", lang)
    logits = demo.logits_after(direct, state["text"], lang, state["kind"])
    top = demo.likely(logits)
    heights = {}
    for name, heat in (("before", 1.0), ("next", state["temperature"])):
        bars = [thing.width for thing in shown[name].things if isinstance(thing, Bar)]
        shares = (logits.double() / heat).softmax(0)[top]
        heights[name] = torch.tensor(bars) / shares
    both = torch.cat(list(heights.values()))
    assert torch.allclose(both, both[:1].expand_as(both), rtol=1e-3), "one scale for both charts"
    rows = re.findall(r"^\| (.+?) \|", shown["says"], re.MULTILINE)[1:]
    assert len([row for row in rows if row.strip("-: |")]) >= demo.ROWS


@every_language
def test_a_click_goes_on_with_the_character_of_the_bar(lang: str) -> None:
    chosen, shown = preset("next", lang)
    state = spoken_in(app("text_generation").tab("step"), chosen, words("text_generation", lang))
    for drawing in (shown["next"], shown["next"].narrow):
        names = [thing.text for thing in drawing.things if isinstance(thing, Words) and thing.anchor == "end"]
        assert len(names) == demo.LIKELY
        for i, name in enumerate(names):
            text = demo.choose((300.0, BAR * (i + 0.5)), state)["text"]
            if name == words("text_generation", lang)["end"]:
                assert text == ""
            else:
                assert text == state["text"] + name.replace("␣", " ").replace("↵", "\n")


def test_buttons_draw_one_and_twenty_characters() -> None:
    tab = app("text_generation").tab("step")
    state = {**tab.defaults, "of": "en", "text": "The cat ", "temperature": 0}
    one, many = demo.draw_next(state)["text"], demo.draw_many(state)["text"]
    assert one[:-1] == state["text"]
    assert many.startswith(one)
    assert len(many) == len(one) + demo.MANY - 1
    assert demo.longer("x" * demo.LONGEST, [START])["text"] == ""


# Inside


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_has_a_column_for_each_character(kind: str) -> None:
    count = {"rnn": 1, "lstm": 3, "gru": 2, "transformer": 1}[kind]
    for which, maps in (("state", 1), ("gates", count)):
        _, shown = answered("inside", "nb", kind=kind, which=which, place=7)
        fields = [thing for thing in shown["map"].things if isinstance(thing, Field)]
        assert len(fields) == maps
        for field in fields:
            assert field.pixels.shape[1] == 7 * FINE
            assert field.width == 7 * CELL
        letters = [t.text for t in shown["map"].things if isinstance(t, Words) and t.anchor == "middle"]
        assert "".join(letters) == "Reven␣m"
        assert shown["tells"]


# Presets


def written(name: str, lang: str) -> str:
    return new_text(preset(name, lang)[1]["written"])


@every_language
def test_high_temperature_breaks_words_that_the_default_writes(lang: str) -> None:
    _, default = answered("write", lang)
    hot = share_valid([written("temperature", lang)], lang)
    assert hot < 0.85 < 0.93 < share_valid([new_text(default["written"])], lang)


@every_language
def test_the_greedy_text_runs_into_a_loop_the_same_for_every_seed(lang: str) -> None:
    state, shown = preset("greedy_loop", lang)
    assert demo.looped(list(new_text(shown["written"]))) > 0
    _, other = answered("write", lang, **state | {"seed": 99})
    assert other["written"] == shown["written"]


@every_language
def test_what_is_made_up_is_fluent(lang: str) -> None:
    state, shown = preset("made_up", lang)
    assert read(shown["written"]).startswith(state["text"])
    assert share_valid([new_text(shown["written"])], lang) > 0.93


@every_language
@pytest.mark.parametrize(("name", "kind"), [("rnn", "rnn"), ("transformer", "transformer"), ("gru", "gru")])
def test_presets_show_the_net_they_name(name: str, kind: str, lang: str) -> None:
    state, _ = preset(name, lang)
    assert state["kind"] == kind

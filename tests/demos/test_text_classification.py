"""The text classification demo: left-out words are read anew, weights add up, and its presets are true."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch

from demos.apps.text_classification import app as demo
from demos.apps.text_classification.drawing import HEAD, PITCH, Row, probabilities
from demos.data.sentiment.grammar import LABELS
from demos.data.sentiment.tokens import LONGEST, START, tokens
from demos.kit.charts import Bar, Words
from demos.kit.functions import direct
from demos.kit.state import parse
from demos.kit.vocabulary import UNKNOWN
from demos.models.sentiment import load_nets
from tests.demos.kit import answer, app, demos, words
from tests.ordlab import LANGUAGES

every_language = pytest.mark.parametrize("lang", LANGUAGES)


def numbers(text: str) -> tuple[int, ...]:
    return (START, *(token.number for token in tokens(text)))


def label(logits: torch.Tensor) -> str:
    return LABELS[int(logits.argmax())]


def read(text: str) -> demo.Read:
    return demo.reading(direct, numbers(text))


def preset(name: str, lang: str) -> str:
    """The text that a preset puts into the field."""
    parsed = parse(app("text_classification"), demos()["text_classification"].presets[name].state_in(lang))
    return str(parsed.state["text"])


def last_part(lang: str = "en", **changed: Any) -> dict[str, Any]:
    part = app("text_classification").tab("read")
    shown: dict[str, Any] = {}
    for some in part.answer(direct, words("text_classification", lang), **part.defaults | changed):
        shown |= some
    return shown


def test_a_left_out_word_is_as_if_it_had_never_been_typed() -> None:
    found = numbers("The soup was not good, but cheap")
    changed = demo.without_each(direct, found)
    net = load_nets(torch.device("cpu")).gru
    assert len(changed) == len(found) - 1
    for i, row in enumerate(changed, start=1):
        by_hand = net(torch.tensor([[*found[:i], *found[i + 1 :]]]))[0][0, -1]
        assert torch.allclose(row, by_hand, atol=1e-5)
    assert demo.without_each(direct, (START,)).shape == (0, 3)


def test_weights_of_the_bag_of_words_add_up_to_its_logits() -> None:
    said = read("I don’t think the film is very good, but the music was lovely!")
    assert torch.allclose(said.bag[0] + said.weights.sum(0), said.bag[-1], atol=1e-4)
    assert torch.allclose(said.bag[0], load_nets(torch.device("cpu")).bag.bias, atol=1e-6)


def test_leaving_a_word_out_of_the_bag_takes_away_its_weight() -> None:
    whole, less = read("the soup was bad"), read("the soup was")
    assert torch.allclose(whole.bag[-1] - less.bag[-1], whole.weights[-1], atol=1e-4)


@every_language
def test_order_turns_the_answer_of_the_gru_alone(lang: str) -> None:
    before, after = words("text_classification", lang)["text_example"], preset("turned", lang)
    assert sorted(numbers(before)) == sorted(numbers(after))
    assert label(read(before).gru[-1]) == "negative"
    assert label(read(after).gru[-1]) == "positive"
    assert torch.allclose(read(before).bag[-1], read(after).bag[-1], atol=1e-4)


@every_language
def test_presets_show_what_they_say(lang: str) -> None:
    assert label(read(preset("denial", lang)).gru[-1]) == "positive"
    irony = read(preset("irony", lang))
    assert label(irony.gru[-1]) == label(irony.bag[-1]) == "positive"
    assert UNKNOWN in numbers(preset("unseen", lang))
    assert numbers(preset("foreign", lang)).count(UNKNOWN) >= 3
    similar = words("text_classification", lang).demo.labels["same_turn"]
    assert {label(read(text).gru[-1]) for text in similar.values()} == {"negative"}


def test_the_chart_grows_by_a_word_at_a_time() -> None:
    part = app("text_classification").tab("read")
    parts = list(part.answer(direct, words("text_classification", "en"), **part.defaults))
    drawn = [some["reading"] for some in parts if "reading" in some]
    assert len(drawn) == len(tokens(words("text_classification", "en")["text_example"]))
    counts = [sum(isinstance(thing, Bar) for thing in one.things) for one in drawn]
    assert counts == [6 * (i + 1) for i in range(len(drawn))]
    assert all(a.height == b.height for a, b in pairwise(drawn)), "nothing below it jumps"


def test_a_click_leaves_a_word_out_and_another_puts_it_back() -> None:
    state = {"without": 0, "text": ""}
    clicked = demo.leave_out((200, HEAD + 3.5 * PITCH), state)
    assert clicked == {"without": 4}
    assert demo.leave_out((50, HEAD + 3.5 * PITCH), state | clicked) == {"without": 0}
    shown = last_part(text="The food was not bad", without=4)
    texts = [thing.text for thing in shown["reasons"].things if isinstance(thing, Words)]
    assert "(not)" in texts
    assert label(read("The food was bad").gru[-1]) in shown["facts"]
    beyond = last_part(text="The food was not bad", without=LONGEST)
    assert beyond["facts"] == last_part(text="The food was not bad")["facts"]


def test_unknown_words_are_named_and_mean_nothing_as_markdown() -> None:
    shown = last_part(text="The <b>grokl</b> was not *bad*")
    assert "grokl" in shown["facts"]
    assert "<b>" not in shown["facts"]
    assert "…" not in last_part(text="x" * 5)["facts"]


@every_language
def test_neighbors_are_the_texts_with_the_most_similar_vectors(lang: str) -> None:
    known = demo.held_out()
    text = known.texts[7]
    shown = answer("text_classification", "map", lang, text=text, neighbors=3)
    rows = [line for line in shown["near"].splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 3
    assert rows[0].split(" | ")[0].removeprefix("| ") == demo.plain(text), "a text is its own neighbor"
    own = demo.vectors_of(direct, [text])[0]
    assert demo.cosines(own, known.vectors).max() == pytest.approx(1)


def test_principal_components_hold_most_of_the_variance_of_any_two_axes() -> None:
    known = demo.held_out()
    assert known.axes.T @ known.axes == pytest.approx(torch.eye(2).numpy(), abs=1e-6)
    held = known.places(known.vectors).var(0).sum() / known.vectors.var(0).sum()
    assert held == pytest.approx(known.share)
    assert held >= known.vectors.var(0)[:2].sum() / known.vectors.var(0).sum()


def test_only_a_text_with_more_words_than_are_read_is_cut() -> None:
    cut = words("text_classification", "en")("cut", longest=LONGEST)
    assert cut not in last_part(text="so " * LONGEST)["facts"]
    assert cut in last_part(text="so " * (LONGEST + 1))["facts"]


def test_long_words_end_before_the_bars() -> None:
    row = Row("Donaudampfschifffahrtsgesellschaft", (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    drawn = probabilities([row], ["a", "b"], ["p", "n", "o"], str)
    assert any(thing.text.endswith("…") for thing in drawn.things if isinstance(thing, Words))

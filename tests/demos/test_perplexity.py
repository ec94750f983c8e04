"""The perplexity demo: its numbers equal cross-entropy by hand, and its presets are true."""

from __future__ import annotations

import math
from typing import Any

import pytest

from demos.apps.perplexity import app as demo
from demos.data.texts import characters
from demos.data.texts.characters import START
from demos.data.texts.corpus import LANGUAGES
from demos.kit.charts import NARROW, WIDTH, Bar
from demos.kit.state import parse
from demos.models.ngrams import trained
from tests.demos.kit import answer, app, demos, words


def preset(name: str, lang: str) -> tuple[demo.Rated, demo.Rated]:
    """What the two models of a preset make of its text."""
    query = {"preset": name, **demos()["perplexity"].presets[name].state_in(lang)}
    state: dict[str, Any] = dict(parse(app("perplexity"), query).state)
    text = state["text"] or words("perplexity", lang)["text_example"]
    a, b = (
        demo.rated(
            text,
            words("perplexity", lang).spoken(LANGUAGES, state[f"language_{one}"]),
            demo.AMOUNTS[state[f"amount_{one}"]],
            state[f"order_{one}"],
            state["discount"],
        )
        for one in "ab"
    )
    return a, b


@pytest.mark.parametrize("order", [0, 2, 8])
def test_bits_and_perplexity_equal_the_models_probabilities_one_by_one(order: int) -> None:
    text = "A clever fox 🙂"
    model = trained("en", 1000).model
    numbers = [START, *characters.numbers(text)]
    surprises = [
        -math.log(model.following(model.context(numbers[:i]), order, 0.5)[numbers[i]])
        for i in range(1, len(numbers))
    ]
    one = demo.rated(text, "en", 1000, order, 0.5)
    assert one.bits == pytest.approx([nats / math.log(2) for nats in surprises])
    assert one.total == pytest.approx(sum(surprises) / math.log(2))
    assert one.perplexity == pytest.approx(math.exp(sum(surprises) / len(surprises)))


def test_perplexity_is_the_number_of_equally_probable_characters() -> None:
    assert demo.Rated((1.0, 1.0)).perplexity == 2
    assert demo.Rated((0.0, 4.0)).perplexity == 4
    assert demo.Rated((0.0,)).perplexity == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_presets_say_what_is_seen(lang: str) -> None:
    a, b = preset("foreign", lang)
    assert sum(foreign > own for own, foreign in zip(a.bits, b.bits, strict=True)) > 0.7 * len(a.bits)
    assert b.perplexity > 3 * a.perplexity
    a, b = preset("overfitted", lang)
    assert b.perplexity > a.perplexity
    a, _ = preset("odd", lang)
    if lang != "zh":
        state = demos()["perplexity"].presets["odd"].state_in(lang)
        assert state["text"][a.bits.index(max(a.bits))] in "qzx"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_longer_memory_expects_the_example_more(lang: str) -> None:
    example = words("perplexity", lang)["text_example"]
    few, many = (demo.rated(example, lang, 100_000, order, 0.5).perplexity for order in (1, 4))
    assert many < few


def test_every_character_has_a_bar_of_each_model_within_the_chart() -> None:
    text = "x" * demo.LONGEST
    chart = demo.drawn(text, [0.0] * len(text), [99.0] * len(text))
    for drawing, width in ((chart, WIDTH), (chart.narrow, NARROW)):
        assert drawing is not None
        found = [thing for thing in drawing.things if isinstance(thing, Bar)]
        assert len(found) == 2 * len(text)
        assert all(bar.x >= 0 and bar.x + bar.width <= width for bar in found)
        assert all(bar.y >= 0 and bar.y + bar.height <= drawing.height for bar in found)


@pytest.mark.parametrize("text", ["🙂", "\n", " ", "<b>&|*", "a" * demo.LONGEST])
def test_any_text_is_rated(text: str) -> None:
    shown = answer("perplexity", lang="en", text=text)
    assert ("outside the table" in shown["facts"]) == (text not in ("\n", " ", "a" * demo.LONGEST))
    assert "<b>" not in shown["surprise"].svg("x")

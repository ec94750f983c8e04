"""How surprised two models are at each character of a reader's text, in bits, and what that comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Event
from typing import Any

import numpy as np

from demos.data.texts import characters
from demos.data.texts.characters import START, UNKNOWN
from demos.data.texts.corpus import LANGUAGES
from demos.kit.app import Tab
from demos.kit.charts import LETTERS, NARROW, WIDTH, Bar, Drawing, Thing
from demos.kit.charts import Words as Label
from demos.kit.controls import Choice, LanguageChoice, Slider, Words
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.shows import Chart, Text
from demos.models.ngrams import HIGHEST, trained

LONGEST = 160  # characters of a reader's text
WHOLE = 1_000_000  # characters: more than any corpus has
AMOUNTS = {"1000": 1000, "20000": 20_000, "100000": 100_000, "whole": WHOLE}
CELL, TALLEST, GAP = 20, 46, 14  # px: across a character, of a bar, and between two lines
MOST = 12.0  # bits at which a bar is as tall as it gets
CALM, STARTLED = np.array([204, 232, 227]), np.array([192, 52, 26])  # colors of 0 bits and of `MOST`


@dataclass(frozen=True)
class Rated:
    """What one model makes of a text: the surprise at each character, in bits."""

    bits: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.bits)

    @property
    def mean(self) -> float:
        """Cross-entropy, in bits per character."""
        return self.total / len(self.bits)

    @property
    def perplexity(self) -> float:
        """Among how many equally probable characters one would be as unsure (Jelinek et al. 1977)."""
        return float(2**self.mean)


@lru_cache(maxsize=64)
def rated(text: str, language: str, amount: int, order: int, discount: float) -> Rated:
    """A text of at least one character, as the beginning of a document."""
    numbers = np.array([START, *characters.numbers(text)])
    p = trained(language, amount).model.probabilities(numbers, discount)[order]
    return Rated(tuple((-np.log2(p)).tolist()))


def answer(
    run: Runner,
    words: Labels,
    *,
    text: str,
    order_a: int,
    language_a: str,
    order_b: int,
    language_b: str,
    amount_a: str,
    amount_b: str,
    discount: float,
) -> dict[str, Any]:
    text = characters.tidied(text) or words["text_example"]
    a, b = (
        rated(text, words.spoken(LANGUAGES, language), AMOUNTS[amount], order, discount)
        for language, amount, order in ((language_a, amount_a, order_a), (language_b, amount_b, order_b))
    )
    return {
        "surprise": drawn(text, a.bits, b.bits),
        "facts": "\n\n".join([table(words, a, b), words.sentences(remarks(words, text, a, b))]),
    }


def table(words: Labels, a: Rated, b: Rated) -> str:
    """Both models' numbers beside each other."""
    head = " | ".join(words[key] for key in ("model", "total", "per_character", "perplexity"))
    rows = [
        f"| {words[name]} | {words.number(one.total)} | {words.number(one.mean, 2)} "
        f"| **{words.number(one.perplexity)}** |"
        for name, one in (("model_a", a), ("model_b", b))
    ]
    return "\n".join([f"| {head} |\n|---|--:|--:|--:|", *rows])


def remarks(words: Labels, text: str, a: Rated, b: Rated) -> list[str]:
    """The model that expected the text more, the most surprising character, and what is unknown."""
    said = []
    if abs(a.total - b.total) >= 0.05:
        better, worse = (a, b) if a.total < b.total else (b, a)
        said.append(
            words(
                "better",
                model=words["model_a" if better is a else "model_b"],
                times=words.number(worse.perplexity / better.perplexity),
            )
        )
    place = max(range(len(text)), key=a.bits.__getitem__)
    said.append(
        words("most", place=place + 1, bits=words.number(a.bits[place]), share=chance(words, a.bits[place]))
    )
    if UNKNOWN in characters.numbers(text):
        said.append(words["unknown"])
    return said


def chance(words: Labels, bits: float) -> str:
    return words.thousands(round(2**bits))


# The chart


def drawn(text: str, a: Sequence[float], b: Sequence[float]) -> Drawing:
    """Each character, the first model's surprise as a bar above it, the second one's below."""
    return laid_out(text, a, b, WIDTH, laid_out(text, a, b, NARROW))


def laid_out(
    text: str, a: Sequence[float], b: Sequence[float], width: int, narrow: Drawing | None = None
) -> Drawing:
    """Line by line, as many characters as fit; a mark before each line says whose bars are whose."""
    each = (width - CELL) // CELL
    pitch = 2 * TALLEST + LETTERS + GAP
    things: list[Thing] = []
    for i, character in enumerate(text):
        line, column = divmod(i, each)
        left, top = CELL * (column + 1), line * pitch
        if not column:
            things += [
                Label(0, top + TALLEST - 8, "A", "start"),
                Label(0, top + TALLEST + LETTERS + 12, "B", "start"),
            ]
        above, below = height(a[i]), height(b[i])
        things += [
            Bar(left + 1, top + TALLEST - above, CELL - 2, above, stands_for=color(a[i])),
            Label(left + CELL / 2, top + TALLEST + LETTERS / 2 + 2, visible(character), "middle"),
            Bar(left + 1, top + TALLEST + LETTERS + 4, CELL - 2, below, stands_for=color(b[i])),
        ]
    lines = -(-len(text) // each)
    return Drawing(tuple(things), width, lines * pitch, narrow)


def height(bits: float) -> float:
    """Px; a sure guess can still be seen."""
    return max(1.5, min(bits / MOST, 1.0) * TALLEST)


def color(bits: float) -> tuple[int, int, int]:
    """From calm to startled."""
    red, green, blue = (CALM + (STARTLED - CALM) * min(bits / MOST, 1.0)).round().astype(int).tolist()
    return red, green, blue


def visible(character: str) -> str:
    return {" ": "·", "\n": "↵"}.get(character, character)


def ready(stop: Event) -> None:
    """What the page opens with, so that the first reader needn't wait for the corpora."""
    for language in LANGUAGES:
        if stop.is_set():
            return
        trained(language, AMOUNTS["100000"])


LANGUAGE = ("page", *LANGUAGES)
TABS = (
    Tab(
        "",
        (
            Words("text", longest=LONGEST),
            Slider("order_a", 0, HIGHEST, 4, step=1),
            LanguageChoice("language_a", LANGUAGE, "page"),
            Slider("order_b", 0, HIGHEST, 1, step=1),
            LanguageChoice("language_b", LANGUAGE, "page"),
        ),
        (Chart("surprise"), Text("facts")),
        answer,
        more=(
            (
                Choice("amount_a", tuple(AMOUNTS), "100000", words="amount"),
                Choice("amount_b", tuple(AMOUNTS), "100000", words="amount"),
                Slider("discount", 0.05, 0.95, 0.5, step=0.05),
            ),
        ),
        above=1,
    ),
)
AHEAD = (ready,)

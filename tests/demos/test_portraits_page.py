"""The page about the portraits says in every language what the GAN's card says."""

from __future__ import annotations

import re

import pytest

from demos.kit.weights import Card, read_card
from demos.models.gan.pretrained import WEIGHTS
from glossary.cards import Numbers, with_cards
from glossary.load import load
from tests.ordlab import TERMBASE
from tests.serving import ROOT

DOCS, DEMOS = ROOT / "docs", ROOT / "demos"
MEASURES = (
    *("avatar_fid", "precision", "recall"),
    *("random_feature_distance", "eye_window_distance", "critics_auc"),
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def page(lang: str) -> str:
    """The page's Markdown with the numbers that it takes from cards."""
    text = (DOCS / f"portraits.{lang}.md").read_text(encoding="utf-8")
    return Numbers.of(with_cards(load(TERMBASE), DEMOS)).fill_markdown(text, lang)


def table(lang: str) -> list[list[str]]:
    """The cells of the page's table, without heads and labels."""
    lines = page(lang).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row[1:] for row in rows[2:]]


def matches(written: str, value: float | None, lang: str) -> bool:
    """Whether a cell gives a value, rounded to as many digits as it shows."""
    found = NUMBER.search(written)
    if value is None or found is None:
        return value is None and found is None
    assert ("," in found[0]) == (lang == "nb" and not found[0].isdecimal()), f"{lang}: {written}"
    digits = found[0].replace(",", ".")
    return digits == f"{value:.{len(digits.partition('.')[2])}f}"


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_the_table_says_what_the_card_says(lang: str) -> None:
    card: Card = read_card(WEIGHTS)
    rows = table(lang)
    assert len(rows) == len(MEASURES)
    for name, (measured, goal, real) in zip(MEASURES, rows, strict=True):
        metric = card.metrics[name]
        assert matches(measured, metric.value, lang), f"{name}: {measured} is {metric.value} on the card"
        assert matches(goal, metric.bar, lang), f"{name}: {goal} is {metric.bar} on the card"
        assert matches(real, card.details["real_against_real"].get(name), lang), f"{name}: {real}"


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_the_time_of_training_is_the_cards(lang: str) -> None:
    text = page(lang)
    minutes = {"nb": "minutter", "en": "minutes", "zh": "分钟"}[lang]
    said = re.search(rf"(\d+) ?{minutes}", text)
    assert said, "the page does not say how long training took"
    assert int(said[1]) == round(read_card(WEIGHTS).minutes)

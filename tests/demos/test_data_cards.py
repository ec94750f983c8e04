"""What demos say of the data that their models learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from demos.data.sentences.card import card as of_sentences
from demos.data.sentences.card import counts
from demos.data.sentiment.card import card as of_sentiment
from demos.data.texts.cards import card as of_texts
from demos.data.tunes.card import card as of_tunes
from demos.kit.data_card import DataCard, about
from demos.kit.labels import Labels
from tests.demos.kit import demos, words
from tests.ordlab import LANGUAGES

CARDS: dict[str, Callable[[], DataCard]] = {
    "sentences": lambda: of_sentences(counts(400)),
    "sentiment": lambda: of_sentiment("nb"),
    "texts": lambda: of_texts("zh"),
    "tunes": of_tunes,
}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_in_every_language_and_in_english_for_others(name: str) -> None:
    card, english = CARDS[name](), words("tokens", "en")
    for lang in LANGUAGES:
        origin, lacks, license = about(words("tokens", lang), card)
        assert "{" not in origin
        assert card.lacks[lang] in lacks
        assert card.license[lang] in license
    of_other_site = Labels(demos()["tokens"], replace(english.language, code="de"))
    assert about(of_other_site, card) == about(english, card)
    headings = [text.partition("</strong>")[0] for text in about(english, card)[1:]]
    assert headings == ["<strong>What it lacks:", "<strong>License:"]

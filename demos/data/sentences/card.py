"""The card of the sentences: origin, size, license and what they lack, for readers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from demos.data.sentences.corpus import DRAWN, SPLITS, corpus
from demos.data.sentences.lexicon import lexicon
from demos.data.sentences.meaning import KINDS
from demos.data.sentences.pieces import SPECIAL, table
from demos.kit.data_card import DataCard, read_data_card

CARD = Path(__file__).with_name("card.yml")


def card(counts: Mapping[str, int]) -> DataCard:
    """The card with what was counted, by `counts`, when a net was trained: that takes seconds."""
    return read_data_card(CARD, counts)


def counts(drawn: int = DRAWN) -> dict[str, int]:
    """How much there is of what."""
    return {split: len(corpus(split, drawn)) for split in SPLITS} | {
        "words": sum(not entry.is_unknown for entry in lexicon().values()),
        "kinds": len(KINDS),
        "pieces": len(table()) - len(SPECIAL),
    }

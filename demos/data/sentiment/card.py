"""The card of a corpus: origin, size, license and what it lacks, for readers."""

from __future__ import annotations

from demos.data.sentiment.corpus import SIZE, by_hand
from demos.data.sentiment.grammar import HERE, opinions
from demos.kit.data_card import DataCard, read_data_card


def card(language: str) -> DataCard:
    """The card of a language's corpus. Raises KeyError for one that has none."""
    return read_data_card(HERE / "card.yml", counts(language))


def counts(language: str) -> dict[str, int]:
    """How much there is of what."""
    groups = opinions(language).groups
    qualities = {word.base for group in groups for some in group.qualities.values() for word in some}
    return {
        "train": SIZE["train"],
        "test": SIZE["test"],
        "things": len({thing.base for group in groups for thing in group.things}),
        "qualities": len(qualities),
        "by_hand": len(by_hand(language)),
    }

"""The card of the corpus: origin, size, license and what it lacks, for readers."""

from __future__ import annotations

from functools import cache

from demos.data.tunes.corpus import COUNTS, HERE, folk, splits
from demos.data.tunes.tune import BARS
from demos.kit.data_card import DataCard, read_data_card


@cache
def card() -> DataCard:
    """The card of all splits together."""
    return read_data_card(HERE / "card.yml", counts())


def counts() -> dict[str, int]:
    """How much there is of what."""
    generated = sum(COUNTS.values())
    held_out = [name for name, split in splits().items() if split != "train"]
    return {
        "folk": len(folk()),
        "generated": generated,
        "bars": sum(tune.bars for tune in folk().values()) + BARS * generated,
        "held_out": generated - COUNTS["train"] + len(held_out),
    }

"""The card of the corpus: origin, size, license and what it lacks, for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from demos.data.tunes.corpus import COUNTS, HERE, folk, splits
from demos.data.tunes.tune import BARS

Texts = Mapping[str, str]  # language of the reader → text


@dataclass(frozen=True)
class Card:
    """What the corpus is. `origin` and `size` have fields, to be filled in with `counts`."""

    origin: Texts
    size: Texts
    lacks: Texts
    license: Texts
    counts: Mapping[str, int]


@cache
def card() -> Card:
    """The card of all splits together."""
    raw: dict[str, Texts] = yaml.safe_load((HERE / "card.yml").read_text(encoding="utf-8"))
    return Card(**raw, counts=counts())


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

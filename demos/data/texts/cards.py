"""The cards of the corpora: origin, size, license and what each of them lacks, for readers."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from demos.data.texts.corpus import corpus, generated, prose
from demos.data.texts.grammar import HERE, SPLITS
from demos.kit.data_card import DataCard


@cache
def card(language: str) -> DataCard:
    """The card of a language's corpus, all splits together. Raises KeyError for one that has none."""
    raw: dict[str, Any] = yaml.safe_load((HERE / "cards.yml").read_text(encoding="utf-8"))
    texts = {name: raw[name] for name in ("origin", "size", "license")}
    return DataCard(**texts, **raw[language], counts=counts(language))


def counts(language: str) -> dict[str, int]:
    """How much there is of what."""
    texts = [document for split in SPLITS for document in corpus(language, split)]
    characters = "".join(texts)
    return {
        "prose": sum(len(prose(language, split)) for split in SPLITS),
        "generated": sum(len(generated(language, split)) for split in SPLITS),
        "characters": len(characters),
        "kilobytes": round(len(characters.encode()) / 1000),
        "different": len(set(characters)),
    }

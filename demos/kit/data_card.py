"""Cards of data sets, for readers: origin, size, what the data lack, and their license."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from demos.kit.labels import Labels
from demos.kit.words import FALLBACK

Texts = Mapping[str, str]  # language of the reader → text


@dataclass(frozen=True)
class DataCard:
    """What a data set is. `origin` and `size` have fields, to be filled in with `counts`."""

    origin: Texts
    size: Texts
    lacks: Texts
    license: Texts
    counts: Mapping[str, int]
    name: Texts = field(default_factory=dict)


def read_data_card(path: Path, counts: Mapping[str, int]) -> DataCard:
    """The card whose texts a YAML file holds."""
    return DataCard(**yaml.safe_load(path.read_text(encoding="utf-8")), counts=counts)


def about(words: Labels, card: DataCard) -> list[str]:
    """A card as paragraphs: origin and size, what the data lack, and their license."""
    counts = {name: words.thousands(count) for name, count in card.counts.items()}
    origin, size = (in_language(words, texts).format(**counts) for texts in (card.origin, card.size))
    return [
        words.sentences([origin, size]),
        words.headed(words.shared("lacks"), in_language(words, card.lacks)),
        words.headed(words.shared("license"), in_language(words, card.license)),
    ]


def in_language(words: Labels, texts: Texts) -> str:
    """The text in the language of the page; in English where there is none."""
    return texts.get(words.lang, texts[FALLBACK])

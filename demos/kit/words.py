"""What every demo and the server say: `words.yml`, and a project's own words for its own languages.

Ours are in Norwegian, English and Chinese. A project adds its languages in a `words.yml` of the same
form in its folder of demos; what it leaves out is said in English, and marked as English.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

OURS = Path(__file__).with_name("words.yml")
FALLBACK = "en"

log = logging.getLogger("ordlab")
Shared = Mapping[str, Mapping[str, str]]  # key → language → text


@dataclass(frozen=True)
class Word:
    """A text, and its language if that is not the one asked for."""

    text: str
    lang: str = ""


@cache
def ours() -> Shared:
    return _load(OURS)


def read(folder: Path) -> Shared:
    """The words of a project whose demos are in `folder`: its own before ours."""
    path = folder / "words.yml"
    try:
        own = _load(path) if path.is_file() else {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        log.error("%s cannot be read, so its words are said in English: %s", path, error)
        own = {}
    for key in own.keys() - ours().keys():
        log.warning("%s: no demo says “%s”; the words are %s", path, key, ", ".join(ours()))
    return MappingProxyType({key: {**texts, **_mapping(own.get(key))} for key, texts in ours().items()})


def of(shared: Shared, lang: str) -> Mapping[str, Word]:
    """Every word in one language, or in English. A plain dictionary: other processes get it, too."""
    return {key: _word(texts, lang) for key, texts in shared.items()}


def _word(texts: Mapping[str, str], lang: str) -> Word:
    """In the language itself, else in the one without its script or region (zh for zh-Hans), else English."""
    while lang and lang not in texts:
        lang = lang.rpartition("-")[0]
    return Word(texts[lang]) if lang else Word(texts[FALLBACK], FALLBACK)


def _load(path: Path) -> Shared:
    return _mapping(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))


def _mapping(data: Any) -> Mapping[str, Any]:
    """The data if it is a mapping; what else a file may hold is reported when the site is built."""
    return data if isinstance(data, dict) else {}

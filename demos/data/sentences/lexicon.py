"""The words of the sentences, read from `lexicon.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demos.data.texts.agreement import AGREEMENTS, Word

LEXICON = Path(__file__).with_name("lexicon.yml")
LANGUAGES = ("nb", "en", "zh")
UNKNOWN = "□"  # stands for a word that nobody knows
# Sections whose entries are read as words of that kind; all others stand as they are, or list a verb's forms.
KINDS = ("nouns", "adjectives", "people", "towns")
VERBS = ("verbs", "states", "activities")


@dataclass(frozen=True)
class Entry:
    """A word in each language. `key` is its section, group and name: `nouns/animals/cat`."""

    key: str
    words: Mapping[str, Word]
    more: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called, whatever group it stands in: a big house and a big dog are both big."""
        return self.key.rpartition("/")[2]

    @property
    def is_unknown(self) -> bool:
        return self.name == UNKNOWN


@cache
def lexicon() -> dict[str, Entry]:
    """All words by their keys. Raises ValueError, with the word, for an entry that lacks a form."""
    raw: dict[str, Any] = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    found: dict[str, Entry] = {}
    for section, content in raw.items():
        grouped = content if section in ("nouns", "adjectives") else {"": content}
        for group, words in grouped.items():
            for name, texts in words.items():
                key = "/".join(part for part in (section, group, name) if part)
                found[key] = entry(key, section, texts)
    return found


def entry(key: str, section: str, texts: Mapping[str, Any]) -> Entry:
    """A word from its line."""
    words = {}
    for language in LANGUAGES:
        try:
            words[language] = word(language, section, texts[language])
        except (KeyError, ValueError) as error:
            raise ValueError(f"{LEXICON.name}, {key}, {language}: {error}: add what is missing") from None
    return Entry(key, words, {name: value for name, value in texts.items() if name not in LANGUAGES})


def word(language: str, section: str, text: str) -> Word:
    if section in VERBS and language != "zh":
        forms = tuple(form.replace("_", " ") for form in text.split())
        if len(forms) != {"nb": 3, "en": 4}[language]:
            raise ValueError(f"{text!r} lacks a form of a verb")
        return Word("verb", forms)
    if section == "towns" and language != "nb":
        return Word("towns", (text,))
    return AGREEMENTS[language].word(section if section in KINDS else "plain", text)


@cache
def group(path: str, *, unknown: bool = False) -> tuple[str, ...]:
    """The keys of a section or a group (`nouns/animals`), those of unknown words only if asked for. Raises
    KeyError for one that there isn't."""
    keys = tuple(
        key
        for key, entry in lexicon().items()
        if key.startswith(f"{path}/") and (unknown or not entry.is_unknown)
    )
    if not keys:
        raise KeyError(f"{LEXICON.name} has no {path}")
    return keys


@cache
def noun(name: str) -> tuple[str, ...]:
    """The keys of a group of nouns, or of the noun with a name. Raises KeyError."""
    if any(key.startswith(f"nouns/{name}/") for key in lexicon()):
        return group(f"nouns/{name}", unknown=True)
    found = tuple(key for key in group("nouns") if lexicon()[key].name == name)
    if len(found) != 1:
        raise KeyError(f"{LEXICON.name} has no noun {name}")
    return found

"""How a language is written, where a rule or a page depends on it: as `languages.yml` says, else as is usual.

What is usual is in `known_languages.yml`, from which `python -m glossary init` begins too, and in Unicode's
CLDR (babel). So a project names in its `languages.yml` only what differs; no other module lists languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from babel import Locale
from babel.core import get_global

from .model import Language
from .numbers import locale_of

KNOWN = Path(__file__).with_name("known_languages.yml")


@cache
def known() -> Mapping[str, Mapping[str, str]]:
    """What is usual in each language, by code and key."""
    data: dict[str, dict[str, str]] = yaml.load(KNOWN.read_bytes(), yaml.CBaseLoader)
    return data


def quotes(language: Language) -> str:
    """The opening and the closing quotation mark; empty where any will do."""
    return language.quotes or _usual(language, "quotes")


def units(language: Language) -> tuple[str, ...]:
    """Words of the language that, like signs of units, follow only numbers: percent, million."""
    return tuple((language.units or _usual(language, "units")).split())


def has_gender(language: Language) -> bool:
    """Whether preferred terms that are nouns are given with their gender."""
    return (language.gendered or _usual(language, "gendered")) in ("true", "yes")


def has_pinyin(language: Language) -> bool:
    """Whether preferred terms are given with how they are read: they are, where they are sorted by that."""
    return (language.reading or (language.order if language.order == "pinyin" else "")) == "pinyin"


def has_full_width_signs(language: Language) -> bool:
    """Whether punctuation beside Han is as wide as Han: in Chinese, in either script."""
    return script(language.html) in ("Hans", "Hant")


def has_word_dictionary(language: Language) -> bool:
    """Whether the dictionary that parts Chinese words knows them: it is one of simplified characters."""
    return script(language.html) == "Hans"


def script(tag: str) -> str:
    """The script of a BCP 47 tag: its own, else CLDR's likely one (Hans for zh); empty if that is unknown."""
    own = next((part for part in tag.split("-")[1:] if len(part) == 4 and part.isalpha()), "")
    likely = get_global("likely_subtags").get(tag.split("-")[0], "")
    return own or next((part for part in likely.split("_")[1:] if len(part) == 4), "")


def decimal_sign(language: Language) -> str:
    return str(_symbols(language)["decimal"])


def group_sign(language: Language) -> str:
    """What stands between groups of three digits."""
    return str(_symbols(language)["group"])


def _symbols(language: Language) -> Mapping[str, str]:
    locale = Locale.parse(locale_of(language))
    symbols: Mapping[str, str] = locale.number_symbols[locale.default_numbering_system]
    return symbols


def _usual(language: Language, key: str) -> str:
    """By the whole code, else by its first part."""
    codes = (language.code, language.html, language.html.split("-")[0])
    return next((known()[code][key] for code in codes if key in known().get(code, {})), "")

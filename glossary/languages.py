"""How a language is written, where a rule or a page depends on it: as `languages.yml` says, else as is usual.

What is usual is in `known_languages.yml`, and in Unicode's CLDR (babel). A variant (`nb-NO`, `zh-TW`) is
written as its nearest relative there is. So a project names in its `languages.yml` only what differs: a
language is one line, `sv:`. No other module lists languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from .model import Language
from .numbers import locale_of

# Scripts in use that run from right to left (Unicode: bidirectional class R or AL of their letters).
_RIGHT_TO_LEFT = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})

# Keys of `languages.yml` that say how a language is handled, and not only how it is written.
USUAL_KEYS = ("html", "order", "alphabet", "stemmer", "segment")

# Tags that stand for several languages, with the one that is nearly always meant (ISO 639 macrolanguages).
_ALIASES: Mapping[str, tuple[str, ...]] = {"no": ("nb",), "cmn": ("zh",)}

KNOWN = Path(__file__).with_name("known_languages.yml")
WORDS = Path(__file__).parent / "text"  # of the interface, a file per language that the engine speaks


@cache
def known() -> Mapping[str, Mapping[str, str]]:
    """What is usual in each language, by code and key."""
    data: dict[str, dict[str, str]] = yaml.load(KNOWN.read_bytes(), yaml.CBaseLoader)
    return data


@cache
def engine_words(code: str) -> Mapping[str, Any]:
    """The interface words that the engine has in a language; the English ones are the complete list."""
    path = WORDS / f"{code}.yml"
    return yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}


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
    """Whether preferred terms are given with how they are read: mostly where they are sorted by that."""
    by_order = language.order if language.order == "pinyin" else ""
    return (language.reading or _usual(language, "reading") or by_order) == "pinyin"


def has_full_width_signs(language: Language) -> bool:
    """Whether punctuation beside Han is as wide as Han: in Chinese, in either script."""
    return script(language.html) in ("Hans", "Hant")


def has_word_dictionary(language: Language) -> bool:
    """Whether the dictionary that parts Chinese words knows them: it is one of simplified characters."""
    return script(language.html) == "Hans"


@cache
def script(tag: str) -> str:
    """The script of a BCP 47 tag: its own, else CLDR's likely one (Hans for zh, Hant for zh-TW), if any."""
    parts = tag.split("-")
    likely = get_global("likely_subtags")
    of_region = (likely.get(f"{parts[0]}_{part}", "") for part in parts[1:])
    guesses = (*parts[1:], *"_".join((*of_region, likely.get(parts[0], ""))).split("_"))
    return next((part for part in guesses if len(part) == 4 and part.isalpha()), "")


@cache
def relatives(code: str) -> tuple[str, ...]:
    """Codes of languages that are written like this one, the nearest first: zh-TW, zh-Hant; nb-NO, nb.

    A language in another script than usual is not written like its base: for sr-Latn there is no sr.
    """
    parts = code.split("-")
    base, own = parts[0], script(code)
    found = [code, f"{base}-{own}"] if own else [code]
    if own == script(base):
        found += [base, *_ALIASES.get(base, ())]
    return tuple(dict.fromkeys(found))


def usual(code: str) -> Mapping[str, str]:
    """What is usual in a language, by key of `languages.yml`: as its nearest relatives have it."""
    found: dict[str, str] = {}
    for relative in reversed(relatives(code)):
        found |= known().get(relative, {})
    found |= {"name": name_of(code), "html": known().get(code, {}).get("html", code)}
    return {key: value for key, value in found.items() if value}


def name_of(code: str) -> str:
    """What a language is called in itself; a variant by region as CLDR has it; empty if nobody knows."""
    names = [(relative, known().get(relative, {}).get("name", "")) for relative in relatives(code)]
    exact = next((name for relative, name in names if name and relative == code), "")
    if exact:
        return exact
    with suppress(ValueError, UnknownLocaleError):
        return str(Locale.parse(code, sep="-").get_display_name() or "")
    return next((name for _, name in names if name), "")


def direction(language: Language) -> str:
    """Which way its lines run, as HTML's `dir` says it."""
    return "rtl" if script(language.html) in _RIGHT_TO_LEFT else "ltr"


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
    """By the code, else by the tag."""
    return usual(language.code).get(key) or usual(language.html).get(key, "")

"""Numbers as each language writes them, by the Unicode CLDR's data (babel): `−1,5`, `310 000` and `83 %` in
Norwegian, `−1.5`, `310,000` and `83%` in English and Chinese. The minus is a real one in all of them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal, cast

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from .model import Language

FALLBACK = "en"


def locale_of(language: Language) -> str:
    """CLDR's locale of a language: the one named in `languages.yml`, else that of its tag."""
    return language.locale or locale_of_tag(language.html)


@cache
def locale_of_tag(tag: str) -> str:
    """CLDR's locale for a BCP 47 tag: `zh_Hans` for zh-Hans; English for a language that CLDR lacks."""
    subtags = tag.split("-")
    for end in range(len(subtags), 0, -1):
        if is_known("_".join(subtags[:end])):
            return "_".join(subtags[:end])
    return FALLBACK


def is_known(locale: str) -> bool:
    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def number(value: float, locale: str, digits: int = 1) -> str:
    """With exactly so many decimals."""
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return _minus(format_decimal(value if round(value, digits) else 0.0, pattern, locale))  # never “−0.0”


def integer(value: int, locale: str) -> str:
    """In groups of three."""
    return _minus(format_decimal(value, locale=locale))


def plain(value: float, locale: str) -> str:
    """With the decimals that it has."""
    return _minus(format_decimal(value, locale=locale, decimal_quantization=False))


def percent(share: float, locale: str, digits: int = 0) -> str:
    """A share from 0 to 1 in percent."""
    pattern = Locale.parse(locale).percent_formats[None].pattern
    pattern = pattern.replace("0", f"0.{'0' * digits}" if digits else "0", 1)
    return _minus(format_percent(share if round(share, digits + 2) else 0.0, pattern, locale))


def compact(value: float, locale: str, length: str, digits: int = 0) -> str:
    """In thousands, millions and so on, with at most so many decimals: 1.2M, or 1.2 million."""
    kind = cast(Literal["short", "long"], length)
    return _minus(format_compact_decimal(value, format_type=kind, locale=locale, fraction_digits=digits))


def day(iso: str, locale: str) -> str:
    """A day in words: 30. november 2026, November 30, 2026, 2026年11月30日."""
    return format_date(date.fromisoformat(iso), "long", locale=locale)


def name_of_language(tag: str, locale: str) -> str:
    """What a language is called: engelsk, kinesisk, nynorsk; its tag, where CLDR has no name."""
    names = Locale.parse(locale).languages
    subtags = tag.replace("_", "-").split("-")
    tags = ("_".join(subtags[:end]) for end in range(len(subtags), 0, -1))
    return str(next((names[tag] for tag in tags if tag in names), tag))


def _minus(text: str) -> str:
    return text.replace("-", "−")

"""T3xx: rules about signs. They look at prose only: not at code, formulas, addresses or raw HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from ..languages import decimal_sign, group_sign, has_full_width_signs, quotes, units
from ..links.text import IDEOGRAPHS as HAN
from ..links.text import NO_PROSE
from ..markdown import BARRIER
from ..model import Language
from .rule import Change, Facts, Finding, in_text, rule
from .texts import Text

_HAN = rf"[{HAN}]"
_AFTER_HAN = rf"(?<=[{HAN}”’》」』）])"
_BEFORE_HAN = rf"\s*(?:[{HAN}“‘《「『（]|{BARRIER}|\n|\Z)"
# GB/T 15834–2011: signs beside Han are as wide as Han.
_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", ".": "。", "(": "（", ")": "）"}
_NARROW_SIGN = re.compile(rf"{_AFTER_HAN}(?:[,;:?!](?!//)|\.(?={_BEFORE_HAN}))[^\S\n]*")
_NARROW_BRACKETS = re.compile(
    rf"(?<={_HAN})[^\S\n]?\([^()\n{BARRIER}]*\)"
    rf"|(?<![\w)\]])\((?=[^()\n{BARRIER}]*{_HAN})[^()\n{BARRIER}]*\)"
)
_FORMULA = re.compile(r"(?<=[a-zA-Z0-9_\])])\([^()\n]*\)")  # p(图片, 类别)
_STRAIGHT_AROUND_HAN = re.compile(rf"\"(?=[^\"\n{BARRIER}]*{_HAN})([^\"\n{BARRIER}]{{1,200}})\"")

_QUOTES = '"“”„«»'
_UNITS = (
    "%",
    "‰",
    "ms",
    "km",
    "cm",
    "mm",
    "nm",
    "kg",
    "mg",
    "GB",
    "MB",
    "kB",
    "TB",
    "GHz",
    "MHz",
    "kWh",
    "°C",
)


@rule("T301")
def narrow_punctuation(facts: Facts) -> Iterator[Finding]:
    """A half-width , ; : ? ! . or bracket beside Han."""
    for text in _texts(facts, has_full_width_signs):
        for start, end, signs in _narrow(text.prose):
            found = text.prose[start:end].strip()
            message = f"“{found}” is half as wide as the Han beside it"
            better = "".join(change.text for change in signs) if len(signs) == 1 else "（…）"
            yield in_text("T301", message, f"write “{better}”", text, start, end, signs)


def _narrow(prose: str) -> Iterator[tuple[int, int, tuple[Change, ...]]]:
    skipped = [found.span() for pattern in (NO_PROSE, _FORMULA) for found in pattern.finditer(prose)]
    for sign in _NARROW_SIGN.finditer(prose):
        start, end = sign.span()
        if not any(first <= start < last for first, last in skipped):
            yield start, end, (Change(start, end, _FULL_WIDTH[sign[0][0]]),)
    for pair in _NARROW_BRACKETS.finditer(prose):
        start, end = prose.index("(", pair.start()), pair.end()
        opens = Change(pair.start(), start + 1, "（")
        yield start, end, (opens, Change(end - 1, end, "）"))


@rule("T302")
def foreign_quotation_marks(facts: Facts) -> Iterator[Finding]:
    """Quotation marks of another language: in Norwegian they are « », in Chinese “ ”."""
    for text in _texts(facts, quotes):
        language = facts.termbase.languages[text.lang]
        marks = quotes(language)
        is_han = language.segment == "han"
        for quoted in (_STRAIGHT_AROUND_HAN if is_han else _foreign_quotes(marks)).finditer(text.prose):
            start, end = quoted.span()
            if re.search(r"\n\s*\n", quoted[0]):
                continue
            changes = (Change(start, start + 1, marks[0]), Change(end - 1, end, marks[1]))
            message = f"{quoted[0][0]}…{quoted[0][-1]} are not the quotation marks of this language"
            fix = f"write {marks[0]}{quoted[1]}{marks[1]}"
            yield in_text("T302", message, fix, text, start, end, changes)


@cache
def _foreign_quotes(marks: str) -> re.Pattern[str]:
    """Text between marks that are not the language's own; after a digit, " is the sign for inches."""
    foreign = "".join(mark for mark in _QUOTES if mark not in marks)
    return re.compile(rf"(?<![\d\w])[{foreign}](?=\S)([^{_QUOTES}\n]{{1,300}}?)(?<=\S)[{foreign}](?!\w)")


@rule("T303")
def decimal_point(facts: Facts) -> Iterator[Finding]:
    """A decimal point in a language that separates the decimals by a comma, as Norwegian does."""
    for text in _texts(facts, lambda language: decimal_sign(language) == ","):
        language = facts.termbase.languages[text.lang]
        for number in _decimal_point(group_sign(language), units(language)).finditer(text.prose):
            start, end = number.span()
            better = number[0].replace(".", ",")
            message = f"“{number[0]}” has a decimal point"
            changes = (Change(start, end, better),)
            yield in_text("T303", message, f"write “{better}”", text, start, end, changes)


@cache
def _decimal_point(group: str, words: tuple[str, ...]) -> re.Pattern[str]:
    """A point in a number; before a unit only, as versions and clauses have points, too.

    Where a point parts groups of digits, three digits after it are such a group.
    """
    followed = "|".join(map(re.escape, (*_UNITS, *words)))
    decimals = r"(?!\d{3}(?!\d))\d+" if group == "." else r"\d+"
    return re.compile(rf"(?<![\w.,/:-])\d+\.{decimals}(?=[^\S\n]?(?:{followed})(?!\w))")


def _texts(facts: Facts, concerned: Callable[[Language], object]) -> Iterator[Text]:
    """The texts in the languages that a rule is about."""
    codes = {code for code, language in facts.termbase.languages.items() if concerned(language)}
    yield from (text for text in facts.texts if text.lang in codes)

"""T3xx: rules about signs. They look at prose only: not at code, formulas, addresses or raw HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..links.text import IDEOGRAPHS as HAN
from ..links.text import NO_PROSE
from ..markdown import BARRIER
from .rule import Change, Facts, Finding, in_text, rule
from .texts import Text

_NORWEGIAN = ("nb", "nn", "no")
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

# The sign for inches and seconds after a digit is no quotation mark.
_FOREIGN_QUOTES = re.compile(r"(?<![\d\w])[\"“”„](?=\S)([^\"“”„«»\n]{1,300}?)(?<=\S)[\"”“](?!\w)")

# A point in a number is a decimal point for certain only before a unit: versions and clauses have them, too.
_UNITS = (
    "%|‰|prosent(?:poeng)?|promille|milli(?:on|ard)(?:er)?|tusen|sekund(?:er)?|minutter|timer|ganger|kroner|"
    "piksler|megapiksler|punkt(?:er)?|ms|km|cm|mm|nm|kg|mg|GB|MB|kB|TB|GHz|MHz|kWh|°C|grader"
)
_DECIMAL_POINT = re.compile(rf"(?<![\w.,/:-])\d+\.\d+(?=[^\S\n]?(?:{_UNITS})(?!\w))")


@rule("T301")
def narrow_punctuation(facts: Facts) -> Iterator[Finding]:
    """A half-width , ; : ? ! . or bracket beside Han."""
    for text in _texts(facts, "zh"):
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
    for languages, pattern, marks in (
        (_NORWEGIAN, _FOREIGN_QUOTES, "«»"),
        (("zh",), _STRAIGHT_AROUND_HAN, "“”"),
    ):
        for text in _texts(facts, *languages):
            for quoted in pattern.finditer(text.prose):
                start, end = quoted.span()
                if re.search(r"\n\s*\n", quoted[0]):
                    continue
                changes = (Change(start, start + 1, marks[0]), Change(end - 1, end, marks[1]))
                message = f"{quoted[0][0]}…{quoted[0][-1]} are not the quotation marks of this language"
                fix = f"write {marks[0]}{quoted[1]}{marks[1]}"
                yield in_text("T302", message, fix, text, start, end, changes)


@rule("T303")
def decimal_point(facts: Facts) -> Iterator[Finding]:
    """A decimal point in Norwegian, where a comma separates the decimals."""
    for text in _texts(facts, *_NORWEGIAN):
        for number in _DECIMAL_POINT.finditer(text.prose):
            start, end = number.span()
            better = number[0].replace(".", ",")
            message = f"“{number[0]}” has a decimal point"
            changes = (Change(start, end, better),)
            yield in_text("T303", message, f"write “{better}”", text, start, end, changes)


def _texts(facts: Facts, *languages: str) -> Iterator[Text]:
    """The texts in these languages, given by the first part of their BCP 47 codes."""
    for text in facts.texts:
        if text.lang.split("-")[0] in languages:
            yield text

"""How long short texts should be, in words; in characters where a script has no spaces between words."""

from __future__ import annotations

import re
import unicodedata

from .model import Language

SUMMARY = {"words": (40, 60), "han": (60, 110)}
"""Shorter answers leave out why it matters; longer ones are not read."""
DEFINITION = {"words": 25, "han": 40}
"""More than that is no phrase that could stand in a sentence."""
_WORD = re.compile(r"\w+(?:[-'’./,]\w+)*")
# Thai and Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def unit(language: Language, text: str = "") -> str:
    """What a text is counted in, a key of the lengths above. One that was left in a language with spaces
    between words, until it is translated, is counted in words."""
    return "words" if text and not _UNSPACED.search(text) else language.segment


def length(text: str, unit: str) -> int:
    """Words, one with hyphens being one; else characters, without white space. Marks on letters, and signs
    that are not seen, count for nothing and part no words: हिन्दी, می‌خواهم."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf"))
    return sum(1 for _ in _WORD.finditer(seen)) if unit == "words" else len("".join(seen.split()))


def said(number: int | str, unit: str) -> str:
    """The number with what is counted."""
    return f"{number} {'word' if unit == 'words' else 'character'}{'' if number == 1 else 's'}"


def summary_range(unit: str) -> str:
    """How long a summary should be, as messages say it: “40–60 words”."""
    return said("–".join(map(str, SUMMARY[unit])), unit)

"""How long short texts should be, in words; in characters where a script has no spaces between words."""

from __future__ import annotations

import re

from .model import Language

SUMMARY = {"words": (40, 60), "han": (60, 110)}
"""Shorter answers leave out why it matters; longer ones are not read."""
DEFINITION = {"words": 25, "han": 40}
"""More than that is no phrase that could stand in a sentence."""
_WORD = re.compile(r"\w+(?:[-'’./,]\w+)*")


def length(text: str, language: Language) -> int:
    """Words, one with hyphens being one; else characters, without white space."""
    return sum(1 for _ in _WORD.finditer(text)) if is_in_words(language) else len("".join(text.split()))


def is_in_words(language: Language) -> bool:
    return language.segment != "han"


def said(number: int | str, language: Language) -> str:
    """The number with what is counted."""
    return f"{number} {'words' if is_in_words(language) else 'characters'}"


def summary_range(language: Language) -> str:
    """How long a summary should be, as messages say it: “40–60 words”."""
    return said("–".join(map(str, SUMMARY[language.segment])), language)

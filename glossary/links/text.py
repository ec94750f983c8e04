"""What the linker and the rules for texts know about signs and words, whatever the language."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*|\u00ad[^\W_]+)*")  # a soft hyphen separates nothing
# Addresses, file names and identifiers are not prose.
NO_PROSE = re.compile(
    r"(?:https?://|www\.)[^\s<>]++"
    r"|(?<![^\s<>@])[^\s<>@]++@[^\s<>@]++"
    r"|(?<![\w/])(?:[~.]{0,2}/[\w.-]++){2,}/?"
    r"|\b\w++(?:\.[^\W\d]\w*+)+(?:\(\))?"
    r"|\b\w++\(\)"
    r"|\b[^\W_]*+_\w*+(?:\(\))?"
)
HYPHENS = "\u2010\u2011-"
APOSTROPHES = "'’ʼ"
_SENTENCE_END = re.compile(r"(?:^|[.!?:…•|\ufffc]|\n\s*\n)[\s\"'«»“”‘’„(\[]*$")
# Between two paragraphs, in Markdown and in what its parsed tree is read as.
PARAGRAPH = re.compile(r"\ufffc\s*\n\s*\ufffc|\n[^\S\n]*\n")
# Characters of scripts that are written without spaces.
IDEOGRAPHS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"


@dataclass(frozen=True, slots=True)
class Match:
    """A term in a text: its place, and the id of its concept."""

    start: int
    end: int
    id: str
    in_context: bool = False  # it counts only where other terms say so: see `Linker`


def begins_sentence(text: str, position: int) -> bool:
    return bool(_SENTENCE_END.search(text[max(0, position - 12) : position])) or not text[:position].strip()

"""Lines of text that have room, whichever sans-serif face the reader has.

`text_widths.json` has each character's width where it is widest: measured in DejaVu Sans, Liberation Sans,
Noto Sans and Noto Sans CJK (`python -m tests.faces` writes it). What has room by these widths has room in any
of them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).with_name("text_widths.json")
WIDEST = 1.0  # ems: of Han, and of characters that nobody measured
STEPS = 32  # of widths that are tried for lines as even as possible

Measure = Callable[[str], float]  # the width of a line


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The greatest width of a line in any common face, in the unit of `size`, the height of the type."""
    known = _widths()["bold" if bold else "regular"]
    return size * sum(known[one] if one in known else _of_others(one) for one in text)


def wrap(pieces: Sequence[str], width: float, measure: Measure) -> list[str]:
    """Pieces put into as few lines as the width allows: broken between words if possible, and even."""
    lines = _evenly(pieces, width, measure)
    words = _evenly(_unhyphenated(pieces), width, measure)
    return words if len(words) <= len(lines) and max(map(measure, words)) <= width else lines


def _unhyphenated(pieces: Sequence[str]) -> list[str]:
    """The pieces with those put together again that a hyphen or a stroke joins."""
    words = [""]
    for piece in pieces:
        words[-1] += piece
        if not piece.endswith(("-", "/")):
            words.append("")
    return list(filter(None, words))


def _evenly(pieces: Sequence[str], width: float, measure: Measure) -> list[str]:
    lines = _fill(pieces, width, measure)
    for step in range(1, STEPS if len(lines) > 1 else 0):
        narrower = width * (1 - step / STEPS)
        tighter = _fill(pieces, narrower, measure)
        if len(tighter) > len(lines) or max(map(measure, tighter)) > narrower:
            break
        lines = tighter
    return lines


def unbreakable(text: str) -> list[str]:
    """Text in what no line breaks: words, and Han characters with the punctuation that clings to them."""
    pieces = [""]
    for one, next in pairwise(text + " "):
        pieces[-1] += one
        may_break = one == " " or (one in "-/" and next.isalpha()) or _is_full(one) or _is_full(next)
        if may_break and next not in " ，。：；？！”》、）" and one not in "“《（":
            pieces.append("")
    return [piece for piece in pieces if piece]


def _fill(pieces: Sequence[str], width: float, measure: Measure) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _is_full(character: str) -> bool:
    """Whether it takes a whole square, as Han, kana and their punctuation do."""
    return unicodedata.east_asian_width(character) in "WF"


def _of_others(character: str) -> float:
    return 0.0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else WIDEST


@cache
def _widths() -> dict[str, dict[str, float]]:
    """By weight, then by character, in ems."""
    return {
        weight: {one: int(hundredths) / 100 for hundredths, ones in groups.items() for one in ones}
        for weight, groups in json.loads(FILE.read_text(encoding="utf-8")).items()
    }

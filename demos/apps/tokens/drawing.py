"""Pieces of a text as a chart: each underlined, with its number below, as many to a line as fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demos.kit.charts import NARROW, WIDTH, Bar, Drawing, Thing, Words, across

LINES = {WIDTH: 6, NARROW: 9}  # of one cut at most; what comes after is counted
HEAD, LETTERS, UNDERLINE, PITCH, NUMBER = 26, 17, 5, 34, 16  # px
GAP, LEAST = 5, 14  # px between two pieces, and across the smallest
LIGHT, DARK = 0, 2  # colors in turn, so that neighbors differ
SHOWN = {" ": "_", "\n": "↵", "\t": "→", "\r": "←"}  # for what can't be seen


@dataclass(frozen=True)
class Part:
    """A piece as it is shown; `number`: what a model reads instead of it, if it is to be shown."""

    text: str
    number: str = ""

    @property
    def shown(self) -> str:
        return "".join(SHOWN.get(character, character) for character in self.text)

    @property
    def width(self) -> float:
        """Px, about: faces differ, and this one has to do for the widest."""
        return max(LEAST, across(self.shown), 0.94 * across(self.number)) + 2


def drawn(cuts: Mapping[str, Sequence[Part]]) -> Drawing:
    """Each named cut of a text under its name, one below the other."""
    return laid_out(cuts, WIDTH, laid_out(cuts, NARROW))


def laid_out(cuts: Mapping[str, Sequence[Part]], width: int, narrow: Drawing | None = None) -> Drawing:
    things: list[Thing] = []
    top = 0.0
    for name, parts in cuts.items():
        things.append(Words(0, top + LETTERS / 2, name, "start"))
        top += HEAD
        added, top = lines(parts, width, top)
        things += added
        top += 10
    return Drawing(tuple(things), width, max(top, HEAD), narrow)


def lines(parts: Sequence[Part], width: int, top: float) -> tuple[list[Thing], float]:
    """The parts line by line from a height on, and the height below them."""
    things: list[Thing] = []
    pitch = PITCH + (NUMBER if any(part.number for part in parts) else 0)
    left, line = 0.0, 0
    for i, part in enumerate(parts):
        last = line == LINES[width] - 1
        room = width - (60 if last and i < len(parts) - 1 else 0)
        if left and left + part.width > room:
            if last:
                things.append(Words(left + 4, top + LETTERS / 2, f"… +{len(parts) - i}", "start"))
                break
            left, line, top = 0.0, line + 1, top + pitch
        things += signs(part, left, top, DARK if i % 2 else LIGHT)
        left += part.width + GAP
    return things, top + pitch


def signs(part: Part, left: float, top: float, color: int) -> list[Thing]:
    """A part, its underline and its number."""
    middle = left + part.width / 2
    things: list[Thing] = [
        Words(middle, top + LETTERS / 2, part.shown, "middle"),
        Bar(left, top + LETTERS + 2, part.width, UNDERLINE, color),
    ]
    if part.number:
        things.append(Words(middle, top + LETTERS + UNDERLINE + 4 + NUMBER / 2, part.number, "middle", color))
    return things

"""Layout of a concept map: the concept in the middle, what is above it above, the rest below.

Drawn 360 units wide, the width of a phone, so that its text is never scaled down. Two columns of boxes leave
a gutter between them; each kind of relation has its own lane in the gutter, so no line crosses a box.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .model import Concept, Termbase

ABOVE = ("broader", "part_of")
BELOW = ("narrower", "parts", "related")
MOST_NEIGHBOURS = 12

WIDTH = 360
BOX_WIDTH = 160
LANES = {"broader": 0.0, "part_of": 10.0, "narrower": -10.0, "parts": 0.0, "related": 10.0}
LINE_HEIGHT = 17
PADDING = 8
ROW_GAP = 10
CAPTION_HEIGHT = 24
FONT_SIZE, SELF_FONT_SIZE = 13, 15


@dataclass(slots=True)
class Box:
    """A concept's box: `x`, `y` is its top left corner; `lines` is its wrapped label."""

    id: str
    label: str
    relation: str
    lines: list[str]
    x: float = 0.0
    y: float = 0.0
    width: float = BOX_WIDTH

    @property
    def height(self) -> float:
        return len(self.lines) * LINE_HEIGHT + 2 * PADDING

    @property
    def centre(self) -> float:
        return self.x + self.width / 2

    def baselines(self) -> list[tuple[float, str]]:
        """Each line of text with the y of its baseline."""
        top = self.y + PADDING + LINE_HEIGHT - 4
        return [(top + i * LINE_HEIGHT, line) for i, line in enumerate(self.lines)]


@dataclass(slots=True)
class ConceptMap:
    """A finished layout, ready for a template to draw."""

    centre: Box
    boxes: list[Box] = field(default_factory=list)
    captions: list[tuple[float, float, str]] = field(default_factory=list)  # x, y, relation
    edges: list[tuple[str, str]] = field(default_factory=list)  # relation, SVG path
    height: float = 0.0
    left_out: int = 0
    width: int = WIDTH


def neighbours(termbase: Termbase, concept: Concept) -> dict[str, tuple[str, ...]]:
    """Ids of the concepts next to this one, by relation; relations without any are left out."""
    found = {
        "broader": concept.broader,
        "narrower": termbase.narrower[concept.id],
        "part_of": concept.part_of,
        "parts": termbase.parts[concept.id],
        "related": termbase.related[concept.id],
    }
    return {relation: ids for relation, ids in found.items() if ids}


def lay_out(concept: Concept, groups: Mapping[str, Sequence[str]], label: Callable[[str], str]) -> ConceptMap:
    """Place a concept and its neighbours; `label` names a concept in the page's language."""
    shown = _shorten(groups)
    name = label(concept.id)
    centre = Box(concept.id, name, "self", wrap(name, 24), width=220, x=(WIDTH - 220) / 2)
    result = ConceptMap(centre, left_out=sum(map(len, groups.values())) - sum(map(len, shown.values())))
    y = _place_side(result, [r for r in ABOVE if r in shown], shown, label, top=0.0, upwards=True)
    centre.y = y
    y = _place_side(
        result, [r for r in BELOW if r in shown], shown, label, top=y + centre.height, upwards=False
    )
    result.height = y + 2
    result.edges = list(_edges(result))
    return result


def _shorten(groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """At most twelve neighbours: the longest group gives way first, so no relation disappears."""
    shown = {relation: list(ids) for relation, ids in groups.items() if ids}
    while sum(map(len, shown.values())) > MOST_NEIGHBOURS:
        max(shown.values(), key=len).pop()
    return shown


def _place_side(
    result: ConceptMap,
    relations: Sequence[str],
    shown: Mapping[str, Sequence[str]],
    label: Callable[[str], str],
    top: float,
    upwards: bool,
) -> float:
    """Place the groups of one side from `top` downwards; returns where the next thing may start."""
    y = top
    for relation in relations:
        boxes = [Box(id, label(id), relation, wrap(label(id))) for id in shown[relation]]
        # A box in the gutter would hide other relations' lanes: only the outermost may stand there.
        outermost = relation == (relations[0] if upwards else relations[-1])
        y += 4 if y == 0 else (CAPTION_HEIGHT if not upwards else 4)
        result.captions.append((2.0, y + (12 if upwards else -6), relation))
        y += CAPTION_HEIGHT - 6 if upwards else 0
        y = _place_rows(boxes, y, centre_odd=outermost, odd_first=upwards)
        result.boxes += boxes
        y += ROW_GAP if upwards else 0
    return y + (8 if upwards and relations else 0)


def _place_rows(boxes: Sequence[Box], y: float, centre_odd: bool, odd_first: bool) -> float:
    for row in _rows(boxes, odd_first):
        for box, x in zip(row, (0.0, WIDTH - BOX_WIDTH), strict=False):
            box.x, box.y = x, y
        if len(row) == 1 and centre_odd:
            row[0].x = (WIDTH - BOX_WIDTH) / 2
        y += max(box.height for box in row) + ROW_GAP
    return y - ROW_GAP


def _rows(boxes: Sequence[Box], odd_first: bool) -> Iterator[Sequence[Box]]:
    start = 0
    if odd_first and len(boxes) % 2:
        yield boxes[:1]
        start = 1
    for i in range(start, len(boxes), 2):
        yield boxes[i : i + 2]


def _edges(result: ConceptMap) -> Iterator[tuple[str, str]]:
    centre = result.centre
    for box in result.boxes:
        lane = WIDTH / 2 + LANES[box.relation]
        start = centre.y if box.relation in ABOVE else centre.y + centre.height
        if box.x < lane < box.x + box.width:  # in the middle: straight to its near side
            end = box.y + box.height if box.relation in ABOVE else box.y
            yield box.relation, f"M{lane:g} {start:g}V{end:g}"
            continue
        middle = box.y + box.height / 2
        side = box.x + box.width if box.x == 0 else box.x
        bend = 5 if start > middle else -5  # rounded corner between lane and branch
        yield box.relation, f"M{lane:g} {start:g}V{middle + bend:g}Q{lane:g} {middle:g} {side:g} {middle:g}"


def wrap(text: str, most: int = 20) -> list[str]:
    """Break a label into at most three lines of `most` Latin letters each; a Han character counts as two."""
    lines = [""]
    for piece in _pieces(text, most):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > most:
            lines.append("")
        lines[-1] += piece
    lines = [line.strip() for line in lines]
    return lines if len(lines) <= 3 else [*lines[:2], lines[2][: most - 1] + "…"]


def _pieces(text: str, most: int) -> Iterator[str]:
    """Text in unbreakable pieces: words with their space, parts before a hyphen, single Han characters."""
    piece = ""
    for char in text:
        if _width(piece + char) > most:  # a compound wider than the box
            yield piece + "-"
            piece = ""
        piece += char
        if char in " -/" or _width(char) == 2:
            yield piece
            piece = ""
    if piece:
        yield piece


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)

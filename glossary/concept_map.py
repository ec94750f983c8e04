"""Layout of a concept map: the concept in the middle, what is above it above, the rest below.

Drawn 360 units wide, the width of a phone, so that its text is never scaled down. Two columns of boxes leave
a gutter between them; each kind of relation has its own lane in the gutter, so no line crosses a box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from . import text_layout
from .model import Concept, Termbase
from .text_layout import Measure, text_width, unbreakable

ABOVE = ("broader", "part_of")
BELOW = ("narrower", "parts", "related")
MAX_NEIGHBORS = 12

WIDTH = 360
BOX_WIDTH = 160
LANES = {"broader": 0.0, "part_of": 10.0, "narrower": -10.0, "parts": 0.0, "related": 10.0}
LINE_HEIGHT = 17
PADDING = 8
SIDE_PADDING = 6
ROW_GAP = 10
CAPTION_HEIGHT = 24
FONT_SIZE, SELF_FONT_SIZE = 13, 15
SELF_WIDTH = 220
MOST_LINES = 3


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
    def center(self) -> float:
        return self.x + self.width / 2

    def baselines(self) -> list[tuple[float, str]]:
        """Each line of text with the y of its baseline."""
        top = self.y + PADDING + LINE_HEIGHT - 4
        return [(top + i * LINE_HEIGHT, line) for i, line in enumerate(self.lines)]


@dataclass(slots=True)
class ConceptMap:
    """A finished layout, ready for a template to draw."""

    center: Box
    boxes: list[Box] = field(default_factory=list)
    captions: list[tuple[float, float, str]] = field(default_factory=list)  # x, y, relation
    edges: list[tuple[str, str]] = field(default_factory=list)  # relation, SVG path
    height: float = 0.0
    left_out: int = 0
    width: int = WIDTH


def neighbors(termbase: Termbase, concept: Concept) -> dict[str, tuple[str, ...]]:
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
    """Place a concept and its neighbors; `label` names a concept in the page's language."""
    shown = _shorten(groups)
    name = label(concept.id)
    center = Box(
        concept.id,
        name,
        "self",
        wrap(name, SELF_WIDTH, SELF_FONT_SIZE, bold=True),
        width=SELF_WIDTH,
        x=(WIDTH - SELF_WIDTH) / 2,
    )
    result = ConceptMap(center, left_out=sum(map(len, groups.values())) - sum(map(len, shown.values())))
    y = _place_side(result, [r for r in ABOVE if r in shown], shown, label, top=0.0, upwards=True)
    center.y = y
    y = _place_side(
        result, [r for r in BELOW if r in shown], shown, label, top=y + center.height, upwards=False
    )
    result.height = y + 2
    result.edges = list(_edges(result))
    return result


def _shorten(groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """At most twelve neighbors: the longest group gives way first, so no relation disappears."""
    shown = {relation: list(ids) for relation, ids in groups.items() if ids}
    while sum(map(len, shown.values())) > MAX_NEIGHBORS:
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
        y = _place_rows(boxes, y, center_odd=outermost, odd_first=upwards)
        result.boxes += boxes
        y += ROW_GAP if upwards else 0
    return y + (8 if upwards and relations else 0)


def _place_rows(boxes: Sequence[Box], y: float, center_odd: bool, odd_first: bool) -> float:
    for row in _rows(boxes, odd_first):
        for box, x in zip(row, (0.0, WIDTH - BOX_WIDTH), strict=False):
            box.x, box.y = x, y
        if len(row) == 1 and center_odd:
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
    center = result.center
    for box in result.boxes:
        lane = WIDTH / 2 + LANES[box.relation]
        start = center.y if box.relation in ABOVE else center.y + center.height
        if box.x < lane < box.x + box.width:  # in the middle: straight to its near side
            end = box.y + box.height if box.relation in ABOVE else box.y
            yield box.relation, f"M{lane:g} {start:g}V{end:g}"
            continue
        middle = box.y + box.height / 2
        side = box.x + box.width if box.x == 0 else box.x
        bend = 5 if start > middle else -5  # rounded corner between lane and branch
        yield box.relation, f"M{lane:g} {start:g}V{middle + bend:g}Q{lane:g} {middle:g} {side:g} {middle:g}"


def wrap(text: str, width: float = BOX_WIDTH, size: float = FONT_SIZE, *, bold: bool = False) -> list[str]:
    """A label's lines in a box of this width: broken inside a compound if it is wider, cut if too many."""
    room = width - 2 * SIDE_PADDING

    def measure(line: str) -> float:
        return text_width(line, size, bold=bold)

    pieces = [part for piece in unbreakable(text) for part in _broken(piece, room, measure)]
    lines = text_layout.wrap(pieces, room, measure)
    if len(lines) <= MOST_LINES:
        return lines
    last = lines[MOST_LINES - 1]
    while measure(f"{last}…") > room:
        last = last[:-1]
    return [*lines[: MOST_LINES - 1], f"{last}…"]


def _broken(word: str, room: float, measure: Measure) -> Iterator[str]:
    """A word in parts that each have room; no part is shorter than three letters."""
    while measure(word.rstrip()) > room:
        end = 1  # from the front: a word may be very long, and a line holds few letters
        while end < len(word) - 3 and measure(word[: end + 1] + "-") <= room:
            end += 1
        yield word[:end] + "-"
        word = word[end:]
    yield word

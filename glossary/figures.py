"""Figures: drawings from YAML, in one style and in every language of the site.

A page asks for the figure of `figures/<id>.yml` with `<div class="figure" data-figure="<id>"></div>` on a
line of its own. The file holds the drawing as plain data on a grid of squares, 38 of them wide: each shape
with its place, its look, and its label in every language. It becomes SVG in the page, with real text and the
site's colours. A label that has no room is a fault of the file, found before anything is built.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, isfinite
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .model import Problem
from .yamlfile import Reader, did_you_mean, join, read_folder

CODES = {
    "F001": "A text of a figure lacks one of the site's languages.",
    "F002": "A figure or one of its shapes lacks something it needs, or has what it cannot have.",
    "F003": "A label has no room in its shape.",
    "F004": "A shape leaves the drawing.",
}

Texts = Mapping[str, str]  # language → text

COLUMNS = 38
UNIT = 10.0  # of the SVG, to a square of the grid
FONT = {"plain": 13.5, "strong": 13.5, "note": 12.0}  # heights of text, by look
BOLD = 1.07  # how much wider than ordinary text
LEADING = 1.32
PADDING = 4.0  # between a box and its label
HEAD = (9.0, 4.0)  # an arrowhead's length, and half its width
CORNER = 6.0

LOOKS = ("plain", "main", "accent", "quiet", "dashed")
SHAPES = {  # what follows a shape's name: how many numbers, and how it may look
    "box": ("x, y, width, height", LOOKS),
    "circle": ("x, y, radius", LOOKS),
    "text": ("x, y, width", tuple(FONT)),
    "arrow": ("x, y, x, y, …", LOOKS),
    "line": ("x, y, x, y, …", LOOKS),
    "curve": ("x, y, x, y, …", LOOKS),
    "dots": ("x, y, …", LOOKS),
    "pixels": ("x, y, width", LOOKS),
}
LEAST = {"arrow": 4, "line": 4, "curve": 4, "dots": 2}  # numbers of shapes that may have any number of points
ALIGN = {"start": 0.0, "middle": 0.5, "end": 1.0}
OPTIONS = ("look", "label", "note", "align", "rows")


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing in a drawing; `numbers` are squares of the grid, in the order that `SHAPES` says."""

    kind: str
    numbers: tuple[float, ...]
    look: str = "plain"
    label: Texts | None = None
    note: Texts | None = None  # below the label, smaller
    align: str = "middle"
    rows: tuple[str, ...] = ()  # of pixels: digits, from 0 (nothing) to 9 (ink)

    @property
    def points(self) -> list[tuple[float, float]]:
        """The numbers two by two, in units of the SVG."""
        scaled = [number * UNIT for number in self.numbers]
        return list(zip(scaled[::2], scaled[1::2], strict=False))


@dataclass(frozen=True, slots=True)
class Figure:
    """One file; its name is the id. `alt` says all that the drawing shows, to those who do not see it."""

    id: str
    caption: Texts
    alt: Texts
    height: float  # in squares of the grid
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of the finished SVG: `path` is its outline, `lines` its text with a place for each line."""

    kind: str
    look: str
    path: str = ""
    lines: tuple[tuple[str, float, float], ...] = ()
    align: str = "middle"
    shade: float = 1.0


# From the file


def read(folder: Path, languages: tuple[str, ...]) -> tuple[dict[str, Figure], list[Problem]]:
    """The figures of a folder, which may be missing, and everything that is wrong with them."""
    return read_folder(folder, lambda reader, root: _FigureReader(reader, languages).figure(root))


class _FigureReader:
    """One file to a figure, with every fault in it."""

    def __init__(self, reader: Reader, languages: tuple[str, ...]) -> None:
        self.reader = reader
        self.languages = languages
        self.height = 0.0

    def figure(self, root: MappingNode) -> Figure | None:
        needed = ("caption", "alt", "height", "draw")
        values = self.reader.parts(root, needed, "F002")
        if len(values) < len(needed):
            return None
        self.height = self.number(values["height"], "height")
        caption, alt = (self.texts(values[name], name) for name in ("caption", "alt"))
        shapes = [self.shape(node, f"draw[{n}]") for n, node in enumerate(self.items(values["draw"], "draw"))]
        return Figure(self.reader.id, caption, alt, self.height, tuple(filter(None, shapes)))

    def shape(self, node: Node, key: str) -> Shape | None:
        values = {name: v for name, (_, v) in self.reader.mapping(node, (*SHAPES, *OPTIONS), key).items()}
        kinds = [name for name in values if name in SHAPES]
        if len(kinds) != 1:
            if isinstance(node, MappingNode):
                message = f"{len(kinds)} shapes in one item"
                self.fault(node, message, f"begin each item with one of: {', '.join(SHAPES)}", key)
            return None
        kind = kinds[0]
        numbers = self.numbers(values[kind], kind, join(key, kind))
        look = self.choice(values, "look", SHAPES[kind][1], key)
        align = self.choice(values, "align", tuple(ALIGN), key) if "align" in values else "middle"
        label, note = (
            self.label(values[name], join(key, name)) if name in values else None
            for name in ("label", "note")
        )
        rows = self.pixel_rows(values, node, key) if kind == "pixels" else ()
        if label is None and (kind == "text" or note is not None):
            self.fault(node, "`label` is missing", "add `label:`", join(key, "label"))
        if not numbers:
            return None
        shape = Shape(kind, numbers, look, label, note, align, rows)
        self.check_room(shape, values[kind], key)
        return shape

    def numbers(self, node: Node, kind: str, key: str) -> tuple[float, ...]:
        found = tuple(self.number(item, key) for item in self.items(node, key))
        wanted = SHAPES[kind][0]
        if kind in LEAST:
            is_right = len(found) >= LEAST[kind] and len(found) % 2 == 0
        else:
            is_right = len(found) == wanted.count(",") + 1 and min(found[2:]) > 0
        if found and not is_right:
            self.fault(node, f"these numbers make no {kind}", f"write [{wanted}], sizes above 0", key)
        return found if is_right else ()

    def number(self, node: Node, key: str) -> float:
        text = self.reader.text(node, key)
        try:
            if isfinite(number := float(text)):
                return number
        except ValueError:
            pass
        self.fault(node, f"“{text}” is not a number", "count in squares of the grid: 12, or 12.5", key)
        return 0.0

    def choice(self, values: Mapping[str, Node], name: str, known: tuple[str, ...], key: str) -> str:
        if name not in values:
            return known[0]
        chosen = self.reader.text(values[name], join(key, name))
        if chosen in known:
            return chosen
        self.fault(values[name], f"unknown {name} “{chosen}”", did_you_mean(chosen, known), join(key, name))
        return known[0]

    def pixel_rows(self, values: Mapping[str, Node], node: Node, key: str) -> tuple[str, ...]:
        rows = self.reader.texts(values["rows"], join(key, "rows")) if "rows" in values else ()
        if rows and {len(row) for row in rows} == {len(rows)} and all(row.isdecimal() for row in rows):
            return rows
        message = "the rows of pixels are no square of digits"
        self.fault(values.get("rows", node), message, "write as many rows as columns", join(key, "rows"))
        return ()

    def items(self, node: Node, key: str) -> list[Node]:
        if not isinstance(node, SequenceNode) or not node.value:
            self.fault(node, "expected a list", "write [ … ], or lines with `- …`", key)
            return []
        return list(node.value)

    def label(self, node: Node, key: str) -> Texts:
        """A text per language; a single one is a sign or a name that is the same in all of them."""
        if isinstance(node, ScalarNode) and (text := self.reader.text(node, key)):
            return dict.fromkeys(self.languages, text)
        return self.texts(node, key)

    def texts(self, node: Node, key: str) -> Texts:
        """A text in every language of the site."""
        return self.reader.localised(node, self.languages, "F001", key)

    def check_room(self, shape: Shape, node: Node, key: str) -> None:
        """Note labels that are larger than their shape, and whatever leaves the drawing."""
        left, top, right, bottom = extent(shape)
        if min(left, top) < 0 or right > COLUMNS * UNIT or bottom > self.height * UNIT:
            size = f"{COLUMNS} by {self.height:g} squares"
            self.reader.at(node, "F004", f"the shape leaves the drawing of {size}", "move it", key=key)
        for lang in self.languages:
            label = (shape.label or {}).get(lang, "")
            if label and (want := _room_wanted(shape, lang)):
                fix = "write less, break the line with “\\n”, or enlarge the shape"
                message = f"“{label}” {want}"
                self.reader.at_language(lang, node, "F003", message, fix, key=join(key, "label"))

    def fault(self, node: Node, message: str, fix: str, key: str) -> None:
        self.reader.at(node, "F002", message, fix, key=key)


# To marks


def draw(figure: Figure, lang: str) -> list[Mark]:
    """Everything in the figure, in the order in which it is painted."""
    return [mark for shape in figure.shapes for mark in _marks(shape, lang)]


def extent(shape: Shape) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a shape without its label, in units of the SVG."""
    first, second, *rest = (number * UNIT for number in shape.numbers)
    match shape.kind:
        case "box":
            return first, second, first + rest[0], second + rest[1]
        case "circle":
            return first - rest[0], second - rest[0], first + rest[0], second + rest[0]
        case "pixels":
            return first, second, first + rest[0], second + rest[0]
        case "text":
            left = first - ALIGN[shape.align] * rest[0]
            return left, second, left + rest[0], second
    xs, ys = zip(*shape.points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _marks(shape: Shape, lang: str) -> Iterator[Mark]:
    match shape.kind:
        case "box":
            yield Mark("area", shape.look, _box(*extent(shape)))
        case "circle":
            yield Mark("area", shape.look, _disc(*shape.points[0], shape.numbers[2] * UNIT))
        case "arrow":
            yield Mark("line", shape.look, _rounded(_shortened(shape.points)))
            yield Mark("solid", shape.look, _head(*shape.points[-2:]))
        case "line":
            yield Mark("line", shape.look, _rounded(shape.points))
        case "curve":
            yield Mark("line", shape.look, _smooth(shape.points))
        case "dots":
            yield Mark("solid", shape.look, "".join(_disc(x, y, 3) for x, y in shape.points))
        case "pixels":
            yield from _pixels(shape)
    if shape.label is not None:
        yield from _label(shape, lang)


def _pixels(shape: Shape) -> Iterator[Mark]:
    """Equally dark pixels together, then a frame around all."""
    left, top, right, bottom = extent(shape)
    side = (right - left) / max(1, len(shape.rows))
    for shade in "123456789":
        squares = [
            f"M{left + column * side:.4g} {top + row * side:.4g}h{side:.4g}v{side:.4g}h{-side:.4g}z"
            for row, line in enumerate(shape.rows)
            for column, digit in enumerate(line)
            if digit == shade
        ]
        if squares:
            yield Mark("pixels", shape.look, "".join(squares), shade=int(shade) / 9)
    yield Mark("frame", shape.look, _box(left, top, right, bottom, 2))


def _label(shape: Shape, lang: str) -> Iterator[Mark]:
    """The label and the note below it, as one block around the middle of the shape."""
    left, top, right, bottom = extent(shape)
    x = left + ALIGN[shape.align] * (right - left)
    if shape.kind == "box" and shape.align != "middle":
        x += 2 * PADDING if shape.align == "start" else -2 * PADDING
    blocks = _blocks(shape, lang)
    y = (top + bottom - sum(len(lines) * FONT[look] * LEADING for look, lines in blocks)) / 2
    for look, lines in blocks:
        step = FONT[look] * LEADING
        placed = tuple((line, x, y + n * step + step * 0.75) for n, line in enumerate(lines))
        yield Mark("text" if shape.kind == "text" else "label", look, lines=placed, align=shape.align)
        y += len(lines) * step


def _blocks(shape: Shape, lang: str) -> list[tuple[str, list[str]]]:
    """Look and lines: of the label, then of the note."""
    width = _width_inside(shape)
    look = shape.look if shape.kind == "text" else "strong" if shape.note else "plain"
    parts = [(look, shape.label), ("note", shape.note)]
    return [(look, wrap(texts[lang], width, look)) for look, texts in parts if texts and lang in texts]


def _width_inside(shape: Shape) -> float:
    left, _, right, _ = extent(shape)
    if shape.kind == "text":
        return right - left
    return (right - left) * (0.86 if shape.kind == "circle" else 1) - 2 * PADDING


def _room_wanted(shape: Shape, lang: str) -> str:
    """What a label needs beyond what there is, in words; empty if it fits."""
    _, top, _, bottom = extent(shape)
    blocks = _blocks(shape, lang)
    wide = max(measure(line, look) for look, lines in blocks for line in lines)
    high = sum(len(lines) * FONT[look] * LEADING for look, lines in blocks)
    if wide > _width_inside(shape) + 0.5:
        return f"is {wide / UNIT:.1f} squares wide, where {_width_inside(shape) / UNIT:.1f} are free"
    if shape.kind in ("box", "circle") and high > bottom - top - PADDING:
        return f"is {high / UNIT:.1f} squares high, where {(bottom - top - PADDING) / UNIT:.1f} are free"
    return ""


# Text


def measure(text: str, look: str) -> float:
    """About how wide a text is in the reader's sans-serif: those in use differ by a few per cent."""
    return sum(map(_advance, text)) * FONT[look] * (BOLD if look == "strong" else 1)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _advance(char: str) -> float:
    """Width of a character in ems, rounded up from common faces."""
    if unicodedata.combining(char):
        return 0.0
    if _is_wide(char):
        return 1.0
    if char in " iljtfrI.,:;'|!()[]-/·":
        return 0.36
    if char in "mwMW—…→":
        return 0.9
    return 0.7 if char.isupper() else 0.57


def wrap(text: str, width: float, look: str) -> list[str]:
    """The text in as few lines as the width allows, and these as even as possible; “\\n” breaks always."""
    return [line for part in text.split("\n") for line in _wrap(_pieces(part), width, look)]


def _wrap(pieces: Sequence[str], width: float, look: str) -> list[str]:
    lines = _fill(pieces, width, look)
    narrower = width
    while len(lines) > 1:
        narrower -= FONT[look] / 2
        tighter = _fill(pieces, narrower, look)
        if len(tighter) > len(lines) or max(measure(line, look) for line in tighter) > narrower:
            break
        lines = tighter
    return lines


def _fill(pieces: Sequence[str], width: float, look: str) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure((lines[-1] + piece).rstrip(), look) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _pieces(text: str) -> list[str]:
    """Text in what no line breaks: words, and Han characters with the punctuation that clings to them."""
    pieces = [""]
    for one, next in pairwise(text + " "):
        pieces[-1] += one
        may_break = one == " " or (one == "-" and next.isalpha()) or _is_wide(one) or _is_wide(next)
        if may_break and next not in " ，。：；？！”》、）" and one not in "“《（":
            pieces.append("")
    return [piece for piece in pieces if piece]


# Outlines


def _box(left: float, top: float, right: float, bottom: float, r: float = CORNER) -> str:
    r = min(r, (right - left) / 4, (bottom - top) / 4)
    across, down = right - left - 2 * r, bottom - top - 2 * r
    sides = (f"h{across:g}", r, r), (f"v{down:g}", -r, r), (f"h{-across:g}", -r, -r), (f"v{-down:g}", r, -r)
    return f"M{left + r:g} {top:g}" + "".join(f"{side}a{r:g} {r:g} 0 0 1 {x:g} {y:g}" for side, x, y in sides)


def _disc(x: float, y: float, r: float) -> str:
    return f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z"


def _toward(start: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    """The point on the way from one point to another, `by` units along, but half the way at most."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    share = min(by / length, 0.5)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _shortened(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same way, ending inside the arrowhead and not at its tip."""
    return [*points[:-1], _toward(points[-1], points[-2], HEAD[0] - 1)]


def _rounded(points: list[tuple[float, float]]) -> str:
    path = "M{:g} {:g}".format(*points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path += "L{:.4g} {:.4g}".format(*_toward(corner, before, CORNER))
        path += "Q{:g} {:g} {:.4g} {:.4g}".format(*corner, *_toward(corner, after, CORNER))
    return path + "L{:.4g} {:.4g}".format(*points[-1])


def _smooth(points: list[tuple[float, float]]) -> str:
    """A curve through all points (Catmull and Rom's spline, as Bézier curves)."""
    path = "M{:g} {:g}".format(*points[0])
    padded = [points[0], *points, points[-1]]
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        padded, padded[1:], padded[2:], padded[3:], strict=False
    ):
        path += f"C{bx + (cx - ax) / 6:.4g} {by + (cy - ay) / 6:.4g} "
        path += f"{cx - (dx - bx) / 6:.4g} {cy - (dy - by) / 6:.4g} {cx:.4g} {cy:.4g}"
    return path


def _head(start: tuple[float, float], tip: tuple[float, float]) -> str:
    length = hypot(tip[0] - start[0], tip[1] - start[1]) or 1.0
    ux, uy = (tip[0] - start[0]) / length, (tip[1] - start[1]) / length
    x, y = tip[0] - ux * HEAD[0], tip[1] - uy * HEAD[0]
    wx, wy = -uy * HEAD[1], ux * HEAD[1]
    return f"M{tip[0]:.4g} {tip[1]:.4g}L{x + wx:.4g} {y + wy:.4g}L{x - wx:.4g} {y - wy:.4g}z"

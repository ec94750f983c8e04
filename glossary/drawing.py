"""From the data of a figure to the marks of an SVG: outlines, and text in lines that have room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import dist

from . import text_layout
from .text_layout import text_width, unbreakable

Texts = Mapping[str, str]  # language → text

COLUMNS = 38
UNIT = 10.0  # of the SVG, to a square of the grid
FONT = {"plain": 13.5, "strong": 13.5, "note": 12.0}  # heights of text, by look
LEADING = 1.32
PADDING = 4.0  # between a box and its label
HEAD = (9.0, 4.0)  # an arrowhead's length, and half its width
CORNER = 6.0
ALIGN = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing in a drawing; `numbers` are squares of the grid, in the order that `figures.SHAPES` says."""

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


def room_wanted(shape: Shape, lang: str) -> str:
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
    """How wide a line may become, in units of the SVG."""
    return text_width(text, FONT[look], bold=look == "strong")


def wrap(text: str, width: float, look: str) -> list[str]:
    """The text in as few lines as the width allows, and these as even as possible; “\\n” breaks always."""

    def measured(line: str) -> float:
        return measure(line, look)

    return [
        line for part in text.split("\n") for line in text_layout.wrap(unbreakable(part), width, measured)
    ]


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
    length = dist(start, end) or 1.0
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
    length = dist(start, tip) or 1.0
    ux, uy = (tip[0] - start[0]) / length, (tip[1] - start[1]) / length
    x, y = tip[0] - ux * HEAD[0], tip[1] - uy * HEAD[0]
    wx, wy = -uy * HEAD[1], ux * HEAD[1]
    return f"M{tip[0]:.4g} {tip[1]:.4g}L{x + wx:.4g} {y + wy:.4g}L{x - wx:.4g} {y - wy:.4g}z"

"""From numbers to places in a chart: two axes, or a square plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.kit.charts.drawing import (
    HEIGHT,
    NARROW,
    SIDE,
    WIDTH,
    Drawing,
    Field,
    Line,
    Ring,
    Sign,
    Strokes,
    Thing,
    Words,
    across,
    contour,
)

LEFT, RIGHT, TOP, BOTTOM = 56, 120, 12, 44  # margins in px: numbers, names of lines, room, name of the axis
CLEAR = 20  # px right of a chart that has no names there: half of the last number
LETTERS = 17  # px from a line of words to the next
EDGE, HEAD = 36, 18  # px of a plane: room for numbers left and below, for a name above
Points = Sequence[tuple[float, float]]
Range = tuple[float, float]
Format = Callable[[float], str]  # a number as the reader's language writes it


@dataclass(frozen=True)
class Axes:
    """How far two axes go, their names, and how their numbers are written."""

    across: Range
    up: Range
    x: str
    y: str
    form: Format

    @classmethod
    def around(
        cls,
        groups: Mapping[str, Points],
        across: Range | None,
        up: Range | None,
        x: str,
        y: str,
        form: Format,
    ) -> Axes:
        """As far as the points go where no range is given."""
        points = [point for some in groups.values() for point in some]
        return cls(across or reach([x for x, _ in points]), up or reach([y for _, y in points]), x, y, form)


@dataclass(frozen=True)
class Plot:
    """From numbers to places in a chart with two axes: the places between which the axes go, in px."""

    axes: Axes
    width: float = WIDTH
    right: float = WIDTH - RIGHT
    top: float = TOP
    height: float = HEIGHT

    @classmethod
    def wide(cls, axes: Axes, names: bool) -> Plot:
        """With room for names on the right, if there are any, and above for that of the vertical axis."""
        return cls(axes, right=WIDTH - (RIGHT if names else CLEAR), top=TOP + bool(axes.y) * (LETTERS + 4))

    @classmethod
    def narrow(cls, axes: Axes, names: int) -> Plot:
        """For a phone, with room above for each name and that of the vertical axis, on lines of their own."""
        above = LETTERS * (names + bool(axes.y)) + TOP + 4
        return cls(axes, NARROW, NARROW - 16, above, above + 220 + BOTTOM)

    def legend(self, i: int) -> float:
        """The height of the i-th name above the plot."""
        return LETTERS * (i + 0.5)

    @property
    def low(self) -> float:
        return self.height - BOTTOM

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        x = LEFT + share(point[0], self.axes.across) * (self.right - LEFT)
        return x, self.low - share(point[1], self.axes.up) * (self.low - self.top)

    def drawing(self, things: Sequence[Thing], narrow: Drawing | None = None) -> Drawing:
        """The axes, lines at round numbers, what is what, and things in front of them."""
        low, right, form = self.low, self.right, self.axes.form
        ringed = any(isinstance(thing, Ring) for thing in things)  # maybe on an axis, beside a number
        left, under = (LEFT - 14, low + 19) if ringed else (LEFT - 8, low + 16)
        frame: list[Thing] = []
        for value in rounds(self.axes.up):
            at = self.place((self.axes.across[0], value))[1]
            frame += [Line(((LEFT, at), (right, at))), Words(left, at, form(value), "end")]
        for value in rounds(self.axes.across, 5 if self.width == WIDTH else 4):
            at = self.place((value, self.axes.up[0]))[0]
            inside = min(at, self.width - across(form(value)) / 2)
            frame += [Line(((at, low), (at, low + 5))), Words(inside, under, form(value), "middle")]
        frame.append(Line(((LEFT, self.top), (LEFT, low), (right, low))))
        frame.append(Words((LEFT + right) / 2, self.height - 8, self.axes.x, "middle"))
        frame.append(Words(0, self.top - LETTERS / 2 - 8, self.axes.y, "start"))
        return Drawing((*frame, *things), self.width, self.height, narrow)


@dataclass(frozen=True)
class Plane:
    """A square in which x and y go from `low` to `high` alike: ground for points, and for clicks on it."""

    low: float = -1.0
    high: float = 1.0

    @property
    def side(self) -> float:
        """Px of its sides."""
        return SIDE - EDGE - HEAD

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where in the chart a point of the plane is, in px."""
        across, up = (share(value, (self.low, self.high)) for value in (x, y))
        return EDGE + across * self.side, HEAD + (1 - up) * self.side

    def at(self, place: tuple[float, float]) -> tuple[float, float]:
        """The point of the plane at a place of the chart, in px; beside the plane, the nearest one."""
        across, down = (place[0] - EDGE) / self.side, (place[1] - HEAD) / self.side
        across, up = (min(max(value, 0.0), 1.0) for value in (across, 1 - down))
        return self.low + across * (self.high - self.low), self.low + up * (self.high - self.low)

    def field(self, pixels: NDArray[np.uint8]) -> Field:
        """A map of colors (h, w, 4) over the whole plane, its first row on top."""
        return Field(EDGE, HEAD, self.side, self.side, pixels)

    def sign(self, x: float, y: float, label: int = 0, hollow: bool = False) -> Sign:
        return Sign(*self.place(x, y), label, hollow)

    def names(self, names: Sequence[str]) -> list[Sign | Words]:
        """What the sign of each class stands for, in the upper left corner."""
        heights = [HEAD + 16 + 20 * i for i in range(len(names))]
        signs = [Sign(EDGE + 14, height, i) for i, height in enumerate(heights)]
        return [
            *signs,
            *(Words(EDGE + 26, height, names[i], "start", i) for i, height in enumerate(heights)),
        ]

    def ring(self, x: float, y: float) -> Ring:
        return Ring(*self.place(x, y))

    def grid(self, count: int) -> NDArray[np.float64]:
        """The middles of count × count squares of the plane, (count², 2), row by row from the top."""
        line = (np.arange(count) + 0.5) / count * (self.high - self.low) + self.low
        x, y = np.meshgrid(line, line[::-1])
        return np.column_stack([x.ravel(), y.ravel()])

    def contour(
        self, values: NDArray[np.float64], level: float, color: int = -1, width: float = 1.5
    ) -> Strokes:
        """Where values (count, count) at the places of `grid` pass a level."""
        return Strokes((contour(values, level) + 0.5) / len(values) * self.side + [EDGE, HEAD], color, width)

    def drawing(self, things: Sequence[Thing], form: Format, *, x: str, y: str) -> Drawing:
        """The plane with things on it, numbers at its edges, and the axes' names."""
        left, low, right = EDGE, HEAD + self.side, EDGE + self.side
        edges: list[Thing] = [Line(((left, HEAD), (right, HEAD), (right, low), (left, low), (left, HEAD)))]
        for value in rounds((self.low, self.high)):
            across, up = self.place(value, value)
            edges += [Words(across, low + 15, form(value), "middle"), Words(left - 6, up, form(value), "end")]
        return Drawing(
            (*things, *edges, Words(right, low + 30, x, "end"), Words(left, HEAD - 10, y, "start")),
            SIDE,
            SIDE + 2,
        )


def share(value: float, within: Range) -> float:
    low, high = within
    return (value - low) / (high - low) if high > low else 0.5


def reach(values: Sequence[float]) -> Range:
    return (min(values), max(values)) if values else (0.0, 1.0)


def apart(places: Sequence[float], room: Range, gap: float = LETTERS) -> list[float]:
    """The places, moved into the room and as far as it takes for none to be closer to the next than a gap."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved, least, most = list(places), room[0], room[1]
    for i in order:
        moved[i] = max(moved[i], least)
        least = moved[i] + gap
    for i in reversed(order):
        moved[i] = min(moved[i], most)
        most = moved[i] - gap
    return moved


def rounds(within: Range, about: int = 5) -> list[float]:
    """Some round numbers within a range: steps of 1, 2 or 5 and zeros."""
    low, high = within
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough)
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]

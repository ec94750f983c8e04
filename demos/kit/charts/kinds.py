"""Charts of numbers that have names: lines, clouds of points, bars, links, heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from demos.kit.charts.axes import BOTTOM, LEFT, LETTERS, Axes, Format, Plot, Points, Range, apart
from demos.kit.charts.drawing import (
    COLORS,
    HEIGHT,
    NARROW,
    WIDTH,
    Bar,
    Dot,
    Drawing,
    Field,
    Line,
    Ring,
    Strokes,
    Thing,
    Words,
    across,
)

BAR, NAMES, NUMBERS = 34, 180, 70  # of bars: px from one to the next, room for names and for numbers
LINK, FAINTEST = 26, 0.03  # of links: px from one word to the next, and the smallest share with a line
HEAT, CELL = 192, 18  # of a heat map: px of its height, and across of a column
FINE = 6  # pixels of a heat map for each of its cells: browsers smooth what they enlarge


def lines(
    series: Mapping[str, Points], form: Format, *, x: str, y: str, across: Range | None = None,
    up: Range | None = None, at: Sequence[float] = (), small: bool = False,
) -> Drawing:  # fmt: skip
    """Points (x, y) of each named series, joined. `x` and `y` name the axes; `across` and `up` are their
    ranges, by default as far as the points go (given, a chart that grows does not jump). `at`: of each
    series, the x of a point that gets a ring. `small`: only the layout for a phone, to stand beside
    another chart."""
    axes = Axes.around(series, across, up, x, y, form)

    def drawn(plot: Plot) -> dict[str, Line]:
        return {
            name: Line(tuple(plot.place(point) for point in some), i)
            for i, (name, some) in enumerate(series.items())
        }

    def rings(plot: Plot) -> list[Thing]:
        return [
            Ring(*plot.place(point))
            for some, here in zip(series.values(), at, strict=False)
            for point in some
            if point[0] == here
        ]

    titles = [(i, name) for i, name in enumerate(series) if name]
    wide, narrow = Plot.wide(axes, bool(titles)), Plot.narrow(axes, len(titles))
    on_wide = drawn(wide)
    named = {name: line for name, line in on_wide.items() if line.points}
    heights = apart([line.points[-1][1] for line in named.values()], (wide.top + 6, HEIGHT - BOTTOM))
    names = [
        Words(wide.right + (16 if at else 8), height, name, "start", line.color)
        for height, (name, line) in zip(heights, named.items(), strict=True)
    ]
    legend = [
        thing
        for row, (i, name) in enumerate(titles)
        for height in [narrow.legend(row)]
        for thing in (Line(((0, height), (LEFT - 16, height)), i), Words(LEFT - 8, height, name, "start", i))
    ]
    on_phone = narrow.drawing([*drawn(narrow).values(), *rings(narrow), *legend])
    if small:
        return on_phone
    return wide.drawing([*on_wide.values(), *rings(wide), *names], on_phone)


def cloud(
    groups: Mapping[str, Points], form: Format, *, x: str, y: str, across: Range | None = None,
    up: Range | None = None,
) -> Drawing:  # fmt: skip
    """Points (x, y) of each named group."""
    axes = Axes.around(groups, across, up, x, y, form)

    def dots(plot: Plot) -> list[Thing]:
        return [Dot(*plot.place(point), i) for i, some in enumerate(groups.values()) for point in some]

    wide, narrow = Plot.wide(axes, bool(groups)), Plot.narrow(axes, len(groups))
    names = [Words(wide.right + 8, wide.top + 6 + 22 * i, name, "start", i) for i, name in enumerate(groups)]
    legend = [Words(LEFT, narrow.legend(i), name, "start", i) for i, name in enumerate(groups)]
    return wide.drawing([*dots(wide), *names], narrow.drawing([*dots(narrow), *legend]))


def bars(values: Mapping[str, float], form: Format, *, most: float | None = None) -> Drawing:
    """A bar from zero for each named value, the longest `most`, with its number at its end.

    On a phone a name stands above its bar, unless all are short. Short ones take little room anywhere.
    """
    most = most or max([0.0, *values.values()]) or 1.0

    def drawn(left: float, room: float, pitch: float, middle: float) -> list[Thing]:
        things: list[Thing] = []
        for i, value in enumerate(values.values()):
            length = max(0.0, min(value / most, 1.0)) * (room - left - NUMBERS)
            things.append(Bar(left, i * pitch + middle - 11, length, 22))
            things.append(Words(left + length + 8, i * pitch + middle, form(value), "start"))
        return things

    def beside(left: float, room: float) -> tuple[Thing, ...]:
        """The names, each left of its bar, and these."""
        names = [Words(left - 8, i * BAR + BAR / 2, name, "end") for i, name in enumerate(values)]
        return (*names, *drawn(left, room, BAR, BAR / 2))

    short = max(map(across, values), default=0) <= LEFT - 8
    if short:
        narrow = Drawing(beside(LEFT, NARROW), NARROW, BAR * len(values))
    else:
        pitch = BAR + LETTERS
        above = [Words(0, i * pitch + LETTERS / 2, name, "start") for i, name in enumerate(values)]
        under = drawn(0, NARROW, pitch, LETTERS + BAR / 2 - 3)
        narrow = Drawing((*above, *under), NARROW, pitch * len(values))
    return Drawing(beside(LEFT if short else NAMES, WIDTH), height=BAR * len(values), narrow=narrow)


def links(
    left: Sequence[str],
    right: Sequence[str],
    shares: NDArray[np.float64],
    *,
    chosen: int | None = None,
    small: bool = False,
) -> Drawing:
    """What each of the words on the right takes from those on the left: a line as thick as its share (right,
    left), from 0 to 1. `chosen`: one on the right whose lines stand out. `small`: only the layout for a
    phone, to stand beside another chart."""

    def drawn(width: float, narrow: Drawing | None = None) -> Drawing:
        height = LINK * max(len(left), len(right))
        start, end = 0.36 * width, 0.64 * width
        from_top, to_top = (height - LINK * len(left)) / 2, (height - LINK * len(right)) / 2
        things: list[Thing] = []
        for i in sorted(range(len(right)), key=lambda i: i == chosen):
            for j, share in enumerate(shares[i].tolist()):
                ends = ((start, from_top + LINK * (j + 0.5)), (end, to_top + LINK * (i + 0.5)))
                if share >= FAINTEST and chosen in (None, i):
                    things.append(Strokes(np.array([ends]), i % len(COLORS), 9 * share))
                elif share >= 0.1:
                    things.append(Line(ends))
        things += [Words(start - 8, from_top + LINK * (j + 0.5), word, "end") for j, word in enumerate(left)]
        things += [
            Words(end + 8, to_top + LINK * (i + 0.5), word, "start", i % len(COLORS) if i == chosen else -1)
            for i, word in enumerate(right)
        ]
        return Drawing(tuple(things), width, height, narrow)

    phone = drawn(NARROW)
    return phone if small else drawn(WIDTH, phone)


def heat_map(
    maps: Mapping[str, NDArray[np.float64]], columns: Sequence[str], at: int | None = None
) -> Drawing:
    """Named maps one below the other, each of numbers (rows, columns) from -1 to 1, and what stands below
    their columns. As many of the columns as fit: the last ones, or those from `at` on if it comes before."""

    def drawn(width: float, narrow: Drawing | None = None) -> Drawing:
        fit = int(width // CELL)
        first = max(0, len(columns) - fit)
        first = first if at is None else min(first, at)
        some = columns[first : first + fit]
        things: list[Thing] = []
        top, height = 0.0, HEAT / len(maps)
        for name, values in maps.items():
            pixels = signed(values[:, first : first + fit])
            things.append(Words(0, top + LETTERS / 2, name, "start"))
            things.append(Field(0, top + LETTERS + 4, len(some) * CELL, height, pixels))
            top += LETTERS + 4 + height + 6
        things += [Words((i + 0.5) * CELL, top + LETTERS / 2, c, "middle") for i, c in enumerate(some)]
        return Drawing(tuple(things), width, top + LETTERS + 4, narrow)

    return drawn(WIDTH, drawn(NARROW))


def signed(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Numbers (rows, columns) from -1 to 1 as pixels: red below 0, teal above, and the nearer to 0, the more
    of the ground shows through, whether it is light or dark."""
    colors = np.where(values[..., None] < 0, COLORS[1], COLORS[0])
    opacity = np.round(255 * np.abs(values).clip(0, 1))[..., None]
    pixels = np.concatenate([colors, opacity], 2).astype(np.uint8)
    return pixels.repeat(FINE, 0).repeat(FINE, 1)

"""Charts as SVG inside the page: they take the page's colors, light or dark, and its font, and are light
enough to be sent ten times a second. Colors are `--chart-1` … of `theme.CSS`; lines differ in dashes too, and
each is named at its end. As an image, for a still, they are drawn in the light colors and without words, for
it serves every language.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 12, 44  # margins in px: numbers, names of lines, room, name of the axis
BAR, NAMES, NUMBERS = 34, 180, 70  # of bars: px from one to the next, room for names and for numbers
DASHES = ("", "8 4", "2 4", "10 4 2 4")
COLORS = ((0, 121, 111), (192, 52, 26), (91, 77, 178), (138, 97, 0))  # --chart-1 … on light ground
FAINT = (168, 182, 177)
Points = Sequence[tuple[float, float]]
Range = tuple[float, float]
Format = Callable[[float], str]  # a number as the reader's language writes it


@dataclass(frozen=True)
class Line:
    """Joined points; `color` counts from 0, or is -1 for what only helps the eye."""

    points: tuple[tuple[float, float], ...]
    color: int = -1

    def svg(self) -> str:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)
        if self.color < 0:
            return f'<polyline class="line" points="{points}"/>'
        look = f'style="stroke: {var(self.color)}" stroke-dasharray="{DASHES[self.color % 4]}"'
        return f'<polyline class="data" points="{points}" {look}/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        points = [(x * scale, y * scale) for x, y in self.points]
        color, width = (FAINT, 1) if self.color < 0 else (COLORS[self.color % 4], 3)
        if len(points) > 1:
            draw.line(points, color, round(width * scale), joint="curve")


@dataclass(frozen=True)
class Dot:
    """A point of a cloud."""

    x: float
    y: float
    color: int = 0

    def svg(self) -> str:
        return f'<circle cx="{self.x:.1f}" cy="{self.y:.1f}" r="4" style="fill: {var(self.color)}"/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        box = [place * scale for place in (self.x - 4, self.y - 4, self.x + 4, self.y + 4)]
        draw.ellipse(box, COLORS[self.color % 4])


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    color: int = 0

    def svg(self) -> str:
        size = f'width="{self.width:.1f}" height="{self.height:.1f}"'
        return f'<rect x="{self.x:.1f}" y="{self.y:.1f}" {size} rx="3" style="fill: {var(self.color)}"/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        box = (self.x, self.y, self.x + self.width, self.y + self.height)
        draw.rounded_rectangle([place * scale for place in box], 3 * scale, COLORS[self.color % 4])


@dataclass(frozen=True)
class Words:
    """Text at a place; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str
    color: int = -1

    def svg(self) -> str:
        look = f'style="fill: {var(self.color)}"' if self.color >= 0 else ""
        place = f'x="{self.x:.1f}" y="{self.y:.1f}" text-anchor="{self.anchor}" dominant-baseline="central"'
        return f"<text {place} {look}>{escape(self.text)}</text>"

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        """Nothing: words are of one language."""


@dataclass(frozen=True)
class Drawing:
    """A chart."""

    things: tuple[Line | Dot | Bar | Words, ...]
    width: float = WIDTH
    height: float = HEIGHT

    def svg(self, alt: str) -> str:
        """The element for a page, with what it shows for those who do not see it."""
        body = "".join(thing.svg() for thing in self.things)
        box = f'viewBox="0 0 {self.width:g} {self.height:g}"'
        return f'<svg class="chart" {box} role="img" aria-label="{escape(alt, quote=True)}">{body}</svg>'

    def image(self, scale: float = 2) -> Image.Image:
        fine = 2 * scale
        canvas = Image.new("RGB", (round(self.width * fine), round(self.height * fine)), "white")
        for thing in self.things:
            thing.paint(ImageDraw.Draw(canvas), fine)
        return canvas.resize((round(self.width * scale), round(self.height * scale)), Image.Resampling.BOX)


def lines(
    series: Mapping[str, Points], form: Format, *, x: str, y: str, across: Range | None = None,
    up: Range | None = None,
) -> Drawing:  # fmt: skip
    """Points (x, y) of each named series, joined. `x` and `y` name the axes; `across` and `up` are their
    ranges, by default as far as the points go (given, a chart that grows does not jump)."""
    plot = Plot.around([point for some in series.values() for point in some], across, up)
    drawn: list[Line | Words] = []
    for i, (name, some) in enumerate(series.items()):
        places = tuple(plot.place(point) for point in some)
        drawn.append(Line(places, i))
        if places:
            drawn.append(Words(WIDTH - RIGHT + 8, places[-1][1], name, "start", i))
    return Drawing((*plot.frame(form, x, y), *drawn))


def cloud(
    groups: Mapping[str, Points], form: Format, *, x: str, y: str, across: Range | None = None,
    up: Range | None = None,
) -> Drawing:  # fmt: skip
    """Points (x, y) of each named group."""
    plot = Plot.around([point for some in groups.values() for point in some], across, up)
    dots = [Dot(*plot.place(point), i) for i, some in enumerate(groups.values()) for point in some]
    names = [Words(WIDTH - RIGHT + 8, TOP + 40 + 22 * i, name, "start", i) for i, name in enumerate(groups)]
    return Drawing((*plot.frame(form, x, y), *dots, *names))


def bars(values: Mapping[str, float], form: Format, *, most: float | None = None) -> Drawing:
    """A bar from zero for each named value, the longest `most`, with its number at its end."""
    most = most or max([0.0, *values.values()]) or 1.0
    things: list[Bar | Words] = []
    for i, (name, value) in enumerate(values.items()):
        middle = i * BAR + BAR / 2
        length = max(0.0, min(value / most, 1.0)) * (WIDTH - NAMES - NUMBERS)
        things.append(Words(NAMES - 10, middle, name, "end"))
        things.append(Bar(NAMES, middle - 11, length, 22))
        things.append(Words(NAMES + length + 8, middle, form(value), "start"))
    return Drawing(tuple(things), height=BAR * len(values))


@dataclass(frozen=True)
class Plot:
    """From numbers to places in a chart with two axes."""

    across: Range
    up: Range

    @classmethod
    def around(cls, points: Points, across: Range | None, up: Range | None) -> Plot:
        return cls(across or reach([x for x, _ in points]), up or reach([y for _, y in points]))

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        x = LEFT + share(point[0], self.across) * (WIDTH - LEFT - RIGHT)
        return x, HEIGHT - BOTTOM - share(point[1], self.up) * (HEIGHT - TOP - BOTTOM)

    def frame(self, form: Format, x: str, y: str) -> list[Line | Words]:
        """Lines at round numbers, and what is what."""
        low, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        things: list[Line | Words] = []
        for value in rounds(self.up):
            at = self.place((self.across[0], value))[1]
            things += [Line(((LEFT, at), (right, at))), Words(LEFT - 8, at, form(value), "end")]
        for value in rounds(self.across):
            at = self.place((value, self.up[0]))[0]
            things += [Line(((at, low), (at, low + 5))), Words(at, low + 16, form(value), "middle")]
        things.append(Line(((LEFT, TOP), (LEFT, low), (right, low))))
        return [
            *things,
            Words((LEFT + right) / 2, HEIGHT - 10, x, "middle"),
            Words(right + 8, TOP + 6, y, "start"),
        ]


def var(color: int) -> str:
    return f"var(--chart-{color % 4 + 1})"


def share(value: float, within: Range) -> float:
    low, high = within
    return (value - low) / (high - low) if high > low else 0.5


def reach(values: Sequence[float]) -> Range:
    return (min(values), max(values)) if values else (0.0, 1.0)


def rounds(within: Range, about: int = 5) -> list[float]:
    """Some round numbers within a range: steps of 1, 2 or 5 and zeros."""
    low, high = within
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough)
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]

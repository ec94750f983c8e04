"""Charts as SVG inside the page: they take the page's colors, light or dark, and its font, and are light
enough to be sent ten times a second. Colors are `--chart-1` … of `theme.CSS`; lines differ in dashes too, and
each is named at its end. As an image, for a still, they are drawn in the light colors and without words, for
it serves every language.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 300
NARROW = 340  # px across of the layout for a phone, whose words stand above what they name
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 12, 44  # margins in px: numbers, names of lines, room, name of the axis
LETTERS = 17  # px from a line of words to the next
BAR, NAMES, NUMBERS = 34, 180, 70  # of bars: px from one to the next, room for names and for numbers
SHORT = 5  # characters of a name that has room beside a bar on a phone
SIDE, EDGE, HEAD = 400, 36, 18  # of a plane: px across, room for numbers left and below, for a name above
LINK, FAINTEST = 26, 0.03  # of links: px from one word to the next, and the smallest share with a line
HEAT, CELL = 192, 18  # of a heat map: px of its height, and across of a column
FINE = 6  # pixels of a heat map for each of its cells: browsers smooth what they enlarge
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
    radius: float = 4

    def svg(self) -> str:
        place = f'cx="{self.x:.1f}" cy="{self.y:.1f}" r="{self.radius:g}"'
        return f'<circle {place} style="fill: {var(self.color)}"/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        edge = self.radius
        box = [place * scale for place in (self.x - edge, self.y - edge, self.x + edge, self.y + edge)]
        draw.ellipse(box, COLORS[self.color % 4])


# Around (0, 0), about as large as each other: classes are told apart without color.
SIGNS = (
    tuple((5.0 * math.cos(math.pi * i / 8), 5.0 * math.sin(math.pi * i / 8)) for i in range(16)),
    ((0.0, -6.0), (5.5, 4.5), (-5.5, 4.5)),
    ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
    ((0.0, -6.5), (6.5, 0.0), (0.0, 6.5), (-6.5, 0.0)),
)


@dataclass(frozen=True)
class Sign:
    """The sign of a class, counted from 0: disc, triangle, square, lozenge; `hollow`: only its outline."""

    x: float
    y: float
    label: int = 0
    hollow: bool = False

    @property
    def corners(self) -> list[tuple[float, float]]:
        return [(self.x + x, self.y + y) for x, y in SIGNS[self.label % 4]]

    def svg(self) -> str:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in self.corners)
        kind, part = ("hollow", "stroke") if self.hollow else ("sign", "fill")
        return f'<polygon class="{kind}" points="{points}" style="{part}: {var(self.label)}"/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        corners = [(x * scale, y * scale) for x, y in self.corners]
        color = COLORS[self.label % 4]
        fill, outline = ("white", color) if self.hollow else (color, "white")
        draw.polygon(corners, fill, outline, width=round(1.5 * scale))


@dataclass(frozen=True)
class Field:
    """A map of colors: bytes (h, w, 4) for red, green, blue and opacity, stretched and smoothed."""

    x: float
    y: float
    width: float
    height: float
    pixels: NDArray[np.uint8]

    def svg(self) -> str:
        data = io.BytesIO()
        Image.fromarray(self.pixels).save(data, "PNG", compress_level=1)
        place = f'x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{self.height:g}"'
        source = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
        return f'<image {place} preserveAspectRatio="none" href="{source}"/>'

    def paste(self, canvas: Image.Image, scale: float) -> None:
        size = round(self.width * scale), round(self.height * scale)
        image = Image.fromarray(self.pixels).resize(size, Image.Resampling.BILINEAR)
        canvas.paste(image, (round(self.x * scale), round(self.y * scale)), image)


@dataclass(frozen=True)
class Bar:
    """A bar; `stands_for`: the color, as bytes, that it stands for, outlined to be seen on any ground;
    `tone`: the frequency in Hz that is heard when it is clicked."""

    x: float
    y: float
    width: float
    height: float
    color: int = 0
    stands_for: tuple[int, int, int] | None = None
    tone: float = 0.0

    def svg(self) -> str:
        size = f'width="{self.width:.1f}" height="{self.height:.1f}"'
        place = f'x="{self.x:.1f}" y="{self.y:.1f}" {size}'
        place += f' data-tone="{self.tone:.2f}"' if self.tone else ""
        if self.stands_for:
            return f'<rect class="swatch" {place} style="fill: rgb{self.stands_for}"/>'
        return f'<rect {place} rx="3" style="fill: {var(self.color)}"/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        box = (self.x, self.y, self.x + self.width, self.y + self.height)
        places = [place * scale for place in box]
        if self.stands_for:
            draw.rectangle(places, self.stands_for, FAINT, round(scale))
        else:
            draw.rounded_rectangle(places, 3 * scale, COLORS[self.color % 4])


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
class Ring:
    """A ring around a place that is to be found again."""

    x: float
    y: float
    radius: float = 9

    def svg(self) -> str:
        place = f'cx="{self.x:.1f}" cy="{self.y:.1f}" r="{self.radius:g}"'
        return f'<circle class="halo" {place}/><circle class="ring" {place}/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        for color, width in (("white", 5), ("black", 2.5)):
            edge = self.radius + width / 2
            box = (self.x - edge, self.y - edge, self.x + edge, self.y + edge)
            draw.ellipse([place * scale for place in box], outline=color, width=round(width * scale))


@dataclass(frozen=True)
class Strokes:
    """Lines from point to point that need not hang together, such as contours: (n, 2, 2) in px."""

    ends: NDArray[np.float64]
    color: int = -1
    width: float = 1.5

    def svg(self) -> str:
        path = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for (a, b), (c, d) in self.ends.tolist())
        color = var(self.color) if self.color >= 0 else "var(--body-text-color)"
        return f'<path d="{path}" stroke-width="{self.width:g}" style="stroke: {color}"/>'

    def paint(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        color = COLORS[self.color % 4] if self.color >= 0 else (0, 0, 0)
        for start, end in (self.ends * scale).tolist():
            draw.line([*start, *end], color, round(self.width * scale))


def contour(values: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Where values (h, w) on a grid pass a level: strokes (n, 2, 2) as (column, row), by marching triangles.

    Each square of the grid is cut into two triangles, which leaves no ambiguous case.
    """
    h, w = values.shape
    rows, columns = np.mgrid[: h - 1, : w - 1]
    squares = np.stack([columns, rows], -1).reshape(-1, 1, 2)
    halves = np.array([[[0, 0], [1, 0], [0, 1]], [[1, 1], [0, 1], [1, 0]]])
    corners = np.concatenate([squares + half for half in halves])  # (t, 3, 2)
    heights = values[corners[..., 1], corners[..., 0]] - level
    above = heights > 0
    mixed = above.any(1) & ~above.all(1)
    places, heights, above = corners[mixed].astype(float), heights[mixed], above[mixed]
    # The corner that is alone on its side of the level.
    alone = np.where(above.sum(1) == 1, above.argmax(1), (~above).argmax(1))
    each = np.arange(len(places))
    ends = []
    for step in (1, 2):
        other = (alone + step) % 3
        p, q = heights[each, alone], heights[each, other]
        share = (p / (p - q))[:, None]
        ends.append(places[each, alone] * (1 - share) + places[each, other] * share)
    return np.stack(ends, 1)


Thing = Line | Dot | Sign | Ring | Field | Strokes | Bar | Words


@dataclass(frozen=True)
class Drawing:
    """A chart; `narrow` is the same chart laid out for a phone, where that differs. `top`: the height at
    which it begins; where both layouts can be clicked, it says which of them was."""

    things: tuple[Thing, ...]
    width: float = WIDTH
    height: float = HEIGHT
    narrow: Drawing | None = None
    top: float = 0.0

    def svg(self, alt: str, name: str = "") -> str:
        """The element for a page, with what it shows for those who do not see it, and the name under which
        clicks on it are sent. Of two layouts the page shows the one that fits."""
        if self.narrow:
            return f'<div class="layouts">{self.element(alt, name)}{self.narrow.element(alt, name)}</div>'
        return self.element(alt, name)

    def element(self, alt: str, name: str) -> str:
        """This layout alone."""
        body = "".join(thing.svg() for thing in self.things)
        box = f'viewBox="0 {self.top:g} {self.width:g} {self.height:g}"'
        kind = 'class="chart"' if self.width > SIDE else 'class="chart small"'
        kind += f' data-name="{name}" tabindex="0"' if name else ""
        return f'<svg {kind} {box} role="img" aria-label="{escape(alt, quote=True)}">{body}</svg>'

    def image(self, scale: float = 2) -> Image.Image:
        fine = 2 * scale
        canvas = Image.new("RGB", (round(self.width * fine), round(self.height * fine)), "white")
        for thing in self.things:
            if isinstance(thing, Field):
                thing.paste(canvas, fine)
            else:
                thing.paint(ImageDraw.Draw(canvas), fine)
        return canvas.resize((round(self.width * scale), round(self.height * scale)), Image.Resampling.BOX)


@dataclass(frozen=True)
class Pair:
    """Small charts beside each other, or below each other where there is no room; each has a heading."""

    parts: Mapping[str, Drawing]

    def svg(self, alt: str, name: str = "") -> str:
        figures = ""
        for heading, part in self.parts.items():
            caption = f"<figcaption>{escape(heading)}</figcaption>"
            figures += f"<figure>{caption}{part.svg(f'{heading}: {alt}', name)}</figure>"
        return f'<div class="charts">{figures}</div>'

    def image(self, scale: float = 2) -> Image.Image:
        images = [part.image(scale) for part in self.parts.values()]
        canvas = Image.new("RGB", (sum(image.width for image in images), images[0].height), "white")
        for i, image in enumerate(images):
            canvas.paste(image, (sum(before.width for before in images[:i]), 0))
        return canvas


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
    wide, narrow = Plot(axes), Plot.narrow(axes, len(titles))
    on_wide = drawn(wide)
    named = {name: line for name, line in on_wide.items() if line.points}
    heights = apart([line.points[-1][1] for line in named.values()], (TOP + 6 + LETTERS, HEIGHT - BOTTOM))
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

    wide, narrow = Plot(axes), Plot.narrow(axes, len(groups))
    names = [Words(wide.right + 8, TOP + 40 + 22 * i, name, "start", i) for i, name in enumerate(groups)]
    legend = [Words(LEFT, narrow.legend(i), name, "start", i) for i, name in enumerate(groups)]
    return wide.drawing([*dots(wide), *names], narrow.drawing([*dots(narrow), *legend]))


def bars(values: Mapping[str, float], form: Format, *, most: float | None = None) -> Drawing:
    """A bar from zero for each named value, the longest `most`, with its number at its end.

    On a phone a name stands above its bar, unless all are short.
    """
    most = most or max([0.0, *values.values()]) or 1.0

    def drawn(left: float, room: float, pitch: float, middle: float) -> list[Thing]:
        things: list[Thing] = []
        for i, value in enumerate(values.values()):
            length = max(0.0, min(value / most, 1.0)) * (room - left - NUMBERS)
            things.append(Bar(left, i * pitch + middle - 11, length, 22))
            things.append(Words(left + length + 8, i * pitch + middle, form(value), "start"))
        return things

    beside = [Words(NAMES - 10, i * BAR + BAR / 2, name, "end") for i, name in enumerate(values)]
    if max(map(len, values), default=0) <= SHORT:
        pitch, left, middle = BAR, LEFT, BAR / 2
        named = [Words(left - 8, i * pitch + middle, name, "end") for i, name in enumerate(values)]
    else:
        pitch, left, middle = BAR + LETTERS, 0, LETTERS + BAR / 2 - 3
        named = [Words(0, i * pitch + LETTERS / 2, name, "start") for i, name in enumerate(values)]
    narrow = Drawing((*named, *drawn(left, NARROW, pitch, middle)), NARROW, pitch * len(values))
    wide = (*beside, *drawn(NAMES, WIDTH, BAR, BAR / 2))
    return Drawing(wide, height=BAR * len(values), narrow=narrow)


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
        frame: list[Thing] = []
        for value in rounds(self.axes.up):
            at = self.place((self.axes.across[0], value))[1]
            frame += [Line(((LEFT, at), (right, at))), Words(LEFT - 8, at, form(value), "end")]
        for value in rounds(self.axes.across, 5 if self.width == WIDTH else 4):
            at = self.place((value, self.axes.up[0]))[0]
            frame += [Line(((at, low), (at, low + 5))), Words(at, low + 16, form(value), "middle")]
        frame.append(Line(((LEFT, self.top), (LEFT, low), (right, low))))
        beside = self.width - right > RIGHT / 2
        side, height = (right + 8, self.top + 6) if beside else (0, self.top - LETTERS / 2 - 8)
        frame.append(Words((LEFT + right) / 2, self.height - 10, self.axes.x, "middle"))
        frame.append(Words(side, height, self.axes.y, "start"))
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
            edges += [Words(across, low + 14, form(value), "middle"), Words(left - 6, up, form(value), "end")]
        return Drawing(
            (*things, *edges, Words(right, low + 28, x, "end"), Words(left, HEAD - 10, y, "start")),
            SIDE,
            SIDE + 2,
        )


def across(text: str) -> float:
    """Px that a text takes in 14 px letters."""
    return sum(letter(character) for character in text)


def fitting(text: str, room: float) -> str:
    """The text, or as much of it as there is room for."""
    if across(text) <= room:
        return text
    while text and across(text) + 15 > room:
        text = text[:-1]
    return text + "…"


def letter(character: str) -> float:
    if ord(character) >= 0x1100:
        return 15.0
    if character in "iljtfrI.,:;!|'’()[]·-":
        return 6.0
    return 13.5 if character in "mwMW@%—…" else 9.2


def var(color: int) -> str:
    return f"var(--chart-{color % 4 + 1})"


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

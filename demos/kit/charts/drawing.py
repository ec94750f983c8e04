"""What charts are drawn with, and the drawing: as SVG, or as an image."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 300
NARROW = 340  # px across of the layout for a phone, whose words stand above what they name
SIDE = 400  # px across of a plane
DASHES = ("", "8 4", "2 4", "10 4 2 4")
COLORS = ((0, 121, 111), (192, 52, 26), (91, 77, 178), (138, 97, 0))  # --chart-1 … on light ground
FAINT = (168, 182, 177)


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

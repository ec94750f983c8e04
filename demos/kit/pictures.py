"""From tensors to what a reader sees: portraits side by side, noise, heat, marks. Gaps are transparent.

A `Scene` is a picture made of rasters and shapes. A browser gets it as SVG: portraits as JPEG inside (2 ms
for a sheet that takes 22 as WebP), frames, digits and signs as shapes, sharp on every screen. Stills and
tests get it as an image. Marks are shapes and digits, never words: a picture serves every language.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import ceil, floor
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

TILE = 128  # px of a 64 px portrait as shown: screens enlarge it further, and smoothly from here
GAP = 8
FINE = 4  # shapes are drawn this much larger in an image and then reduced: Pillow does not smooth their edges
QUALITY = 88  # of JPEG: what is enlarged from 64 px looks no better with more

# Visible on light and on dark ground; told apart without seeing color because each has its own mark.
TEAL = (0, 137, 123)
RED = (214, 69, 36)
GRAY = (126, 143, 138)
PAPER = (250, 252, 251)
INK = (19, 33, 31)

Color = tuple[int, int, int]
Bounds = tuple[float, float, float, float]  # left, top, right and bottom, from the place of a thing


# What a scene is made of


@dataclass(frozen=True)
class Raster:
    """A JPEG picture of a size in px."""

    data: bytes
    width: float
    height: float

    def svg(self) -> str:
        return f"<image width='{self.width:g}' height='{self.height:g}' href='{self.address}'/>"

    @cached_property
    def address(self) -> str:
        return f"data:image/jpeg;base64,{base64.b64encode(self.data).decode()}"

    def paint(self, canvas: Image.Image, at: tuple[float, float], scale: float) -> None:
        size = round(self.width * scale), round(self.height * scale)
        image = Image.open(io.BytesIO(self.data)).resize(size, Image.Resampling.LANCZOS)
        canvas.paste(image, (round(at[0] * scale), round(at[1] * scale)))


@dataclass(frozen=True)
class Box:
    """A rectangle; `line`: px of its outline, inside it, or 0 for a filled one."""

    width: float
    height: float
    color: Color
    line: float = 0
    radius: float = 0

    @property
    def bounds(self) -> Bounds:
        return 0, 0, self.width, self.height

    def svg(self) -> str:
        inset = self.line / 2
        size = f"width='{self.width - self.line:g}' height='{self.height - self.line:g}' rx='{self.radius:g}'"
        # Squares that touch would show the ground between them if their edges were smoothed.
        edges = "" if self.radius else "shape-rendering='crispEdges' "
        return f"<rect x='{inset:g}' y='{inset:g}' {size} {edges}{drawn(self.color, self.line)}/>"

    def paint(self, canvas: Image.Image, at: tuple[float, float], scale: float) -> None:
        left, top = (place * scale for place in at)
        right, bottom = left + self.width * scale - 1, top + self.height * scale - 1
        box = (left, top, max(left, right), max(top, bottom))
        draw, radius = ImageDraw.Draw(canvas), self.radius * scale
        if self.line:
            draw.rounded_rectangle(box, radius, outline=self.color, width=max(1, round(self.line * scale)))
        else:
            draw.rounded_rectangle(box, radius, fill=self.color)


@dataclass(frozen=True)
class Disc:
    """A disc around its place; `line`: px of its outline, around the radius, or 0 for a filled one."""

    radius: float
    color: Color
    line: float = 0

    @property
    def bounds(self) -> Bounds:
        edge = self.radius + self.line / 2
        return -edge, -edge, edge, edge

    def svg(self) -> str:
        return f"<circle r='{self.radius:g}' {drawn(self.color, self.line)}/>"

    def paint(self, canvas: Image.Image, at: tuple[float, float], scale: float) -> None:
        x, y = (place * scale for place in at)
        edge = (self.radius + self.line / 2) * scale
        box = (x - edge, y - edge, x + edge, y + edge)
        if self.line:
            ImageDraw.Draw(canvas).ellipse(box, outline=self.color, width=max(1, round(self.line * scale)))
        else:
            ImageDraw.Draw(canvas).ellipse(box, fill=self.color)


@dataclass(frozen=True)
class Polygon:
    """A filled polygon; points in px from its place."""

    points: tuple[tuple[float, float], ...]
    color: Color

    @property
    def bounds(self) -> Bounds:
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def svg(self) -> str:
        points = " ".join(f"{x:g},{y:g}" for x, y in self.points)
        return f"<polygon points='{points}' {drawn(self.color, 0)}/>"

    def paint(self, canvas: Image.Image, at: tuple[float, float], scale: float) -> None:
        corners = [((at[0] + x) * scale, (at[1] + y) * scale) for x, y in self.points]
        ImageDraw.Draw(canvas).polygon(corners, fill=self.color)


@dataclass(frozen=True)
class Digits:
    """A number, in the middle of its place."""

    text: str
    size: float
    color: Color = INK

    @property
    def bounds(self) -> Bounds:
        return -self.size, -self.size, self.size, self.size

    def svg(self) -> str:
        face = f"font-family='system-ui,sans-serif' font-weight='600' font-size='{self.size:g}'"
        # A third of the size below the middle, digits stand in it in every face.
        return f"<text y='.36em' text-anchor='middle' {face} {drawn(self.color, 0)}>{self.text}</text>"

    def paint(self, canvas: Image.Image, at: tuple[float, float], scale: float) -> None:
        font = ImageFont.load_default(self.size * scale)
        middle = (at[0] * scale, at[1] * scale)
        ImageDraw.Draw(canvas).text(middle, self.text, fill=self.color, anchor="mm", font=font)


@dataclass(frozen=True)
class Strokes:
    """Lines of one color, each through some points in px from their place; one through a single point is a
    dot, a disc or a square. Hundreds of them are one short path."""

    lines: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    color: Color
    square: bool = False  # ends and dots

    @property
    def bounds(self) -> Bounds:
        points = [point for line in self.lines for point in line] or [(0.0, 0.0)]
        xs, ys = zip(*points, strict=True)
        edge = self.width
        return min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge

    def svg(self) -> str:
        path = "".join(
            f"M{'L'.join(f'{x:.0f} {y:.0f}' for x, y in line)}{'h0' if len(line) == 1 else ''}"
            for line in self.lines
        )
        ends = "stroke-linejoin='round' stroke-linecap='" + ("square'" if self.square else "round'")
        return f"<path d='{path}' {ends} {drawn(self.color, self.width)}/>"

    def paint(self, canvas: Image.Image, at: tuple[float, float], scale: float) -> None:
        draw, half = ImageDraw.Draw(canvas), self.width / 2 * scale
        dot = draw.rectangle if self.square else draw.ellipse
        for line in self.lines:
            places = [((at[0] + x) * scale, (at[1] + y) * scale) for x, y in line]
            draw.line(places, self.color, max(1, round(2 * half)), joint="curve")
            for x, y in (places[0], places[-1]):
                dot((x - half, y - half, x + half, y + half), self.color)


Thing = Raster | Box | Disc | Polygon | Digits | Strokes


@dataclass(frozen=True)
class Scene:
    """Things at their places (x, y) on transparent ground, the later above the earlier. Sizes are in px."""

    width: float
    height: float
    things: tuple[tuple[float, float, Thing], ...] = ()

    def with_things(self, *things: tuple[float, float, Thing]) -> Scene:
        return Scene(self.width, self.height, (*self.things, *things))

    def moved(self, x: float, y: float) -> tuple[tuple[float, float, Thing], ...]:
        """The things, moved by (x, y)."""
        return tuple((left + x, top + y, thing) for left, top, thing in self.things)

    @cached_property
    def svg(self) -> str:
        size = f"width='{self.width:g}' height='{self.height:g}' viewBox='0 0 {self.width:g} {self.height:g}'"
        body = "".join(
            f"<g transform='translate({x:g} {y:g})'>{thing.svg()}</g>" for x, y, thing in self.things
        )
        return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{body}</svg>"

    @cached_property
    def address(self) -> str:
        """The scene as an address that holds the whole picture."""
        escaped = self.svg
        for sign, code in (("%", "%25"), ("#", "%23"), ("<", "%3C"), (">", "%3E")):
            escaped = escaped.replace(sign, code)
        return f"data:image/svg+xml,{escaped}"

    def image(self, scale: float = 1) -> Image.Image:
        """The scene as an image with transparency."""
        canvas = Image.new("RGBA", (round(self.width * scale), round(self.height * scale)))
        for x, y, thing in self.things:
            if isinstance(thing, Raster):
                thing.paint(canvas, (x, y), scale)
                continue
            left, top, right, bottom = thing.bounds
            corner = max(0, floor((x + left) * scale)), max(0, floor((y + top) * scale))
            size = ceil((x + right) * scale) - corner[0] + 1, ceil((y + bottom) * scale) - corner[1] + 1
            fine = Image.new("RGBA", (size[0] * FINE, size[1] * FINE))
            thing.paint(fine, (x - corner[0] / scale, y - corner[1] / scale), scale * FINE)
            canvas.alpha_composite(fine.resize(size, Image.Resampling.BOX), corner)
        return canvas


def drawn(color: Color, line: float) -> str:
    value = f"rgb{color}".replace(" ", "")
    return f"fill='none' stroke='{value}' stroke-width='{line:g}'" if line else f"fill='{value}'"


# Portraits


def tiles(pictures: Tensor, size: int = TILE) -> list[Scene]:
    """Pictures (n, 3, s, s) in [-1, 1], each as a scene of `size` px."""
    return [raster(Image.fromarray(pixels)) for pixels in bytes_of(enlarged(pictures, size))]


def tile(picture: Tensor, size: int = TILE) -> Scene:
    """A picture (3, s, s) in [-1, 1] as a scene of `size` px."""
    return tiles(picture[None], size)[0]


def raster(image: Image.Image, width: float = 0) -> Scene:
    """An image without transparency as a scene, `width` px wide, by default as wide as it is."""
    data = io.BytesIO()
    image.save(data, "JPEG", quality=QUALITY, subsampling=0)
    scale = width / image.width if width else 1
    size = image.width * scale, image.height * scale
    return Scene(*size, ((0, 0, Raster(data.getvalue(), *size)),))


def bytes_of(pictures: Tensor) -> list[Any]:
    """Pictures (n, 3, h, w) in [-1, 1] as arrays of bytes (h, w, 3)."""
    scaled = pictures.add(1).mul_(127.5).round_().clamp_(0, 255).byte()
    return list(scaled.permute(0, 2, 3, 1).contiguous().numpy())


def enlarged(pictures: Tensor, size: int) -> Tensor:
    """Pictures (n, 3, s, s) at `size` px by Lanczos' filter, as Pillow does it, all of them at once."""
    before = pictures.shape[-1]
    if before == size:
        return pictures
    weights = lanczos(before, size)
    return weights @ pictures.float() @ weights.T


@cache
def lanczos(before: int, after: int, reach: int = 3) -> Tensor:
    """Weights (after, before) of each old pixel in each new one (Lanczos' windowed sinc)."""
    scale = max(1.0, before / after)  # reducing, the filter spans more pixels
    middles = (torch.arange(after) + 0.5) * before / after - 0.5
    x = (torch.arange(before) - middles[:, None]) / scale
    weights = torch.where(x.abs() < reach, torch.sinc(x) * torch.sinc(x / reach), torch.zeros(()))
    return weights / weights.sum(1, keepdim=True)


# Arrangements


def grid(parts: Sequence[Scene], columns: int, gap: float = GAP) -> Scene:
    """Scenes of one size in rows."""
    width, height = parts[0].width + gap, parts[0].height + gap
    things = [
        thing
        for i, part in enumerate(parts)
        for thing in part.moved(i % columns * width, i // columns * height)
    ]
    return Scene(columns * width - gap, ceil(len(parts) / columns) * height - gap, tuple(things))


def cell_at(
    point: tuple[float, float], columns: int, size: float = TILE, gap: float = GAP
) -> tuple[int, int]:
    """Column and row of the tile of a grid under a point, in pixels of the grid."""
    x, y = point
    return min(int(x // (size + gap)), columns - 1), int(y // (size + gap))


def in_a_row(parts: Sequence[Scene], gap: float = 2 * GAP) -> Scene:
    """Scenes of any size side by side, centered on one line."""
    height = max(part.height for part in parts)
    things: list[tuple[float, float, Thing]] = []
    left = 0.0
    for part in parts:
        things += part.moved(left, (height - part.height) / 2)
        left += part.width + gap
    return Scene(left - gap, height, tuple(things))


def stacked(parts: Sequence[Scene], gap: float = GAP) -> Scene:
    """Scenes below each other, each in the middle."""
    width = max(part.width for part in parts)
    things: list[tuple[float, float, Thing]] = []
    top = 0.0
    for part in parts:
        things += part.moved((width - part.width) / 2, top)
        top += part.height + gap
    return Scene(width, top - gap, tuple(things))


# Marks


def framed(part: Scene, color: Color = RED, width: float = 6) -> Scene:
    """With a frame, and a paper-colored line inside it that sets it off from any picture."""
    inner = Box(part.width - 2 * width, part.height - 2 * width, PAPER, line=2)
    return part.with_things((0, 0, Box(part.width, part.height, color, line=width)), (width, width, inner))


def numbered(part: Scene, number: int) -> Scene:
    """With a number in its upper left corner."""
    return part.with_things((6, 6, Box(28, 28, PAPER, radius=6)), (20, 20, Digits(str(number), 18)))


def marked(part: Scene, real: bool) -> Scene:
    """Framed and marked: a teal disc for real, a red triangle for generated."""
    color = TEAL if real else RED
    x, y = part.width - 24, 24
    sign = shape("disc" if real else "triangle", 28, color)
    return framed(part, color).with_things((x, y, Disc(18, PAPER)), *sign.moved(x - 14, y - 14))


def ringed(part: Scene, x: float, y: float, radius: float = 14) -> Scene:
    """With a ring around a point."""
    return part.with_things((x, y, Disc(radius, PAPER, line=8)), (x, y, Disc(radius, RED, line=4)))


SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    # polygons in a square from 0 to 1
    "triangle": [[(0.2, 0.08), (0.95, 0.5), (0.2, 0.92)]],
    "arrow": [[(0, 0.44), (0.62, 0.44), (0.62, 0.26), (1, 0.5), (0.62, 0.74), (0.62, 0.56), (0, 0.56)]],
    "minus": [[(0.1, 0.43), (0.9, 0.43), (0.9, 0.57), (0.1, 0.57)]],
    "plus": [
        [(0.1, 0.43), (0.9, 0.43), (0.9, 0.57), (0.1, 0.57)],
        [(0.43, 0.1), (0.57, 0.1), (0.57, 0.9), (0.43, 0.9)],
    ],
    "equals": [
        [(0.1, 0.28), (0.9, 0.28), (0.9, 0.42), (0.1, 0.42)],
        [(0.1, 0.58), (0.9, 0.58), (0.9, 0.72), (0.1, 0.72)],
    ],
}


def shape(name: str, size: float, color: Color = GRAY) -> Scene:
    """A sign on transparent ground: disc, triangle, arrow, minus, plus or equals."""
    if name == "disc":
        return Scene(size, size, ((size / 2, size / 2, Disc(0.4 * size, color)),))
    polygons = [Polygon(tuple((x * size, y * size) for x, y in outline), color) for outline in SHAPES[name]]
    return Scene(size, size, tuple((0.0, 0.0, polygon) for polygon in polygons))


def bar(share: float, width: float, height: float = 14) -> Scene:
    """A share from 0 to 1 as a bar: teal up to it, red after it, a notch in the middle."""
    boxes = (0, 0, Box(width, height, RED)), (0, 0, Box(share * width, height, TEAL))
    return Scene(width, height, (*boxes, (width / 2 - 1, 0, Box(2, height, PAPER))))


# Numbers as colors


def numbers(values: Tensor, size: float, limit: float = 2.5) -> Scene:
    """A list of numbers as colored squares, row by row: red below zero, white at it, teal above."""
    side = ceil(len(values) ** 0.5)
    edge = size / side
    colors = diverging(values, limit).tolist()
    squares = [
        (i % side * edge, i // side * edge, Box(edge, edge, tuple(color))) for i, color in enumerate(colors)
    ]
    return Scene(size, size, tuple(squares))


def diverging(values: Tensor, limit: float) -> Tensor:
    """Colors (…, 3) as bytes of values (…): red at -limit, paper at 0, teal at +limit."""
    share = (values / limit).clamp(-1, 1)[..., None]
    paper, ends = torch.tensor(PAPER), torch.where(share < 0, torch.tensor(RED), torch.tensor(TEAL))
    return (paper + share.abs() * (ends - paper)).round().to(torch.uint8)


def with_heat(picture: Tensor, heat: Tensor, limit: float, size: int = TILE) -> Scene:
    """The picture (3, s, s) in gray under a map (s, s): teal where it speaks for, red where against."""
    gray = picture.mean(0, keepdim=True).expand(3, -1, -1) * 0.6 + 0.25
    base = Image.fromarray(bytes_of(enlarged(gray[None], size))[0])
    map_ = Image.fromarray(diverging(heat, limit).numpy()).resize((size, size), Image.Resampling.BICUBIC)
    strength = ((heat / limit).abs().clamp(0, 1) * 190).round().to(torch.uint8)
    mask = Image.fromarray(strength.numpy()).resize((size, size), Image.Resampling.BICUBIC)
    base.paste(map_, mask=mask)
    return raster(base)


# Images of a demo's own


def encoded(image: Image.Image) -> str:
    """An image as an address that holds it: JPEG, or WebP where it is transparent."""
    data = io.BytesIO()
    if image.mode in ("RGBA", "LA", "P"):
        image.save(data, "WEBP", quality=QUALITY, method=0)
    else:
        image.convert("RGB").save(data, "JPEG", quality=QUALITY, subsampling=0)
    kind = "webp" if data.getvalue()[:4] == b"RIFF" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data.getvalue()).decode()}"

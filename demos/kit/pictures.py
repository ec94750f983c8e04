"""From tensors to what a reader sees: portraits side by side, noise, heat, marks. Gaps are transparent.

Marks are shapes and digits, never words: a picture serves every language.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from demos.kit.sheet import sheet

TILE = 128  # px of a 64 px portrait as shown: screens enlarge it further, and smoothly from here
GAP = 8
FINE = 4  # shapes are drawn this much larger and then reduced: Pillow does not smooth their edges

# Visible on light and on dark ground; told apart without seeing colour because each has its own mark.
TEAL = (0, 137, 123)
RED = (214, 69, 36)
GREY = (126, 143, 138)
PAPER = (250, 252, 251)

Colour = tuple[int, int, int]


def portrait(picture: Tensor, size: int = TILE) -> Image.Image:
    """A picture (3, s, s) in [-1, 1] as an image of `size` px."""
    return sheet(picture[None]).resize((size, size), Image.Resampling.LANCZOS)


def portraits(pictures: Tensor, size: int = TILE) -> list[Image.Image]:
    return [portrait(picture, size) for picture in pictures]


def grid(tiles: Sequence[Image.Image], columns: int, gap: int = GAP) -> Image.Image:
    """Tiles of one size in rows."""
    width, height = tiles[0].size
    rows = ceil(len(tiles) / columns)
    canvas = Image.new("RGBA", (columns * (width + gap) - gap, rows * (height + gap) - gap))
    for i, tile in enumerate(tiles):
        canvas.paste(tile, (i % columns * (width + gap), i // columns * (height + gap)))
    return canvas


def cell_at(point: tuple[float, float], columns: int, tile: int = TILE, gap: int = GAP) -> tuple[int, int]:
    """Column and row of the tile of a grid under a point, in pixels of the grid."""
    x, y = point
    return min(int(x // (tile + gap)), columns - 1), int(y // (tile + gap))


def in_a_row(parts: Sequence[Image.Image], gap: int = 2 * GAP) -> Image.Image:
    """Pictures of any size side by side, centred on one line."""
    height = max(part.height for part in parts)
    canvas = Image.new("RGBA", (sum(part.width + gap for part in parts) - gap, height))
    left = 0
    for part in parts:
        canvas.paste(part, (left, (height - part.height) // 2))
        left += part.width + gap
    return canvas


def stacked(parts: Sequence[Image.Image], gap: int = GAP) -> Image.Image:
    """Pictures under each other, each in the middle."""
    width = max(part.width for part in parts)
    canvas = Image.new("RGBA", (width, sum(part.height + gap for part in parts) - gap))
    top = 0
    for part in parts:
        canvas.paste(part, ((width - part.width) // 2, top))
        top += part.height + gap
    return canvas


def framed(tile: Image.Image, colour: Colour = RED, width: int = 6) -> Image.Image:
    """A copy with a frame, and a paper-coloured line inside it that sets it off from any picture."""
    tile = tile.copy()
    draw = ImageDraw.Draw(tile)
    draw.rectangle((0, 0, tile.width - 1, tile.height - 1), outline=colour, width=width)
    draw.rectangle((width, width, tile.width - 1 - width, tile.height - 1 - width), outline=PAPER, width=2)
    return tile


def numbered(tile: Image.Image, number: int) -> Image.Image:
    """A copy with a number in its upper left corner."""
    tile = tile.copy()
    draw = ImageDraw.Draw(tile)
    draw.rounded_rectangle((6, 6, 34, 34), 6, fill=PAPER)
    draw.text((20, 20), str(number), fill=(19, 33, 31), anchor="mm", font=ImageFont.load_default(22))
    return tile


def marked(tile: Image.Image, real: bool) -> Image.Image:
    """A copy framed and marked: a teal disc for real, a red triangle for generated."""
    tile = framed(tile, TEAL if real else RED)
    badge = shape("disc" if real else "triangle", 28, TEAL if real else RED)
    at = (tile.width - badge.width - 10, 10)
    ImageDraw.Draw(tile).ellipse((at[0] - 4, at[1] - 4, at[0] + 31, at[1] + 31), fill=PAPER)
    tile.paste(badge, at, badge)
    return tile


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


def shape(name: str, size: int, colour: Colour = GREY) -> Image.Image:
    """A sign on transparent ground: disc, triangle, arrow, minus, plus or equals."""
    large = Image.new("RGBA", (size * FINE, size * FINE))
    draw = ImageDraw.Draw(large)
    if name == "disc":
        draw.ellipse(
            (0.1 * large.width, 0.1 * large.width, 0.9 * large.width, 0.9 * large.width), fill=colour
        )
    for polygon in SHAPES.get(name, []):
        draw.polygon([(x * large.width, y * large.height) for x, y in polygon], fill=colour)
    return large.resize((size, size), Image.Resampling.LANCZOS)


def numbers(values: Tensor, size: int, limit: float = 2.5) -> Image.Image:
    """A list of numbers as coloured squares, row by row: red below zero, white at it, teal above."""
    side = ceil(len(values) ** 0.5)
    padded = torch.zeros(side * side)
    padded[: len(values)] = values
    tile = Image.fromarray(diverging(padded.reshape(side, side), limit).numpy())
    return tile.resize((size, size), Image.Resampling.NEAREST)


def diverging(values: Tensor, limit: float) -> Tensor:
    """Colours (h, w, 3) as bytes of values (h, w): red at -limit, paper at 0, teal at +limit."""
    share = (values / limit).clamp(-1, 1)[..., None]
    paper, ends = torch.tensor(PAPER), torch.where(share < 0, torch.tensor(RED), torch.tensor(TEAL))
    return (paper + share.abs() * (ends - paper)).round().to(torch.uint8)


def with_heat(picture: Tensor, heat: Tensor, limit: float, size: int = TILE) -> Image.Image:
    """The picture (3, s, s) in grey under a map (s, s): teal where it speaks for, red where against."""
    grey = picture.mean(0, keepdim=True).expand(3, -1, -1) * 0.6 + 0.25
    base = portrait(grey, size).convert("RGB")
    map_ = Image.fromarray(diverging(heat, limit).numpy()).resize((size, size), Image.Resampling.BICUBIC)
    strength = ((heat / limit).abs().clamp(0, 1) * 190).round().to(torch.uint8)
    mask = Image.fromarray(strength.numpy()).resize((size, size), Image.Resampling.BICUBIC)
    base.paste(map_, mask=mask)
    return base


def bar(share: float, width: int, height: int = 14) -> Image.Image:
    """A share from 0 to 1 as a bar: teal up to it, red after it, a notch in the middle."""
    canvas = Image.new("RGB", (width, height), RED)
    canvas.paste(TEAL, (0, 0, round(share * width), height))
    canvas.paste(PAPER, (width // 2 - 1, 0, width // 2 + 1, height))
    return canvas


def save_still(image: Image.Image, folder: Path) -> Path:
    """Write a demo's still, as small as it can be while it looks the same."""
    path = folder / "still.webp"
    image.save(path, quality=82, method=6)
    return path

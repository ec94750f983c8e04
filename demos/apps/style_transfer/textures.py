"""Procedural textures with exact settings: a kind, a size, an angle, colors and a seed. Equal settings draw
an equal picture everywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import to_bytes
from demos.kit.random import uniform, uniform_at

FINE = 3  # drawn this much larger and then reduced, so that edges are smooth
SMALLEST, LARGEST = 5, 20  # px from one stripe, dot or brick to the next
LAYERS = 4  # of paint

# Ground, main color, second color, third color
PALETTES: dict[str, tuple[str, str, str, str]] = {
    "sea": ("f5d547", "14213d", "2a6f97", "e9f5db"),
    "fire": ("fff1d0", "d62828", "f77f00", "5f0f40"),
    "forest": ("dde5b6", "31572c", "90a955", "6c584c"),
    "candy": ("ffe5ec", "c9184a", "7b2cbf", "48bfe3"),
    "brick": ("e8e0d5", "9c4a2f", "bc6c25", "6b3a2a"),
    "ink": ("f8f9fa", "212529", "6c757d", "adb5bd"),
}


@dataclass(frozen=True)
class Texture:
    """One texture: `size` in px of a 64 px picture, `angle` in degrees."""

    kind: str = "waves"
    size: float = 10
    angle: float = 30
    palette: str = "sea"
    seed: int = 0


@dataclass(frozen=True)
class Ground:
    """Where the pixels are, along and across the texture's direction, each (h, w) in units of its size."""

    u: Tensor
    v: Tensor
    seed: int

    def chance(self, column: Tensor, row: Tensor, stream: int) -> Tensor:
        """A number in 0..1 for the cell of each pixel."""
        cell = (column.long() + 512) * 1024 + row.long() + 512
        return uniform_at(self.seed, stream, cell.flatten()).reshape(cell.shape).float()


def draw(texture: Texture, side: int = 64) -> Tensor:
    """The texture as a picture (3, side, side) in [-1, 1]. Raises KeyError for a kind or palette unknown."""
    fine = side * FINE
    line = (torch.arange(fine) + 0.5) / FINE - side / 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    turn = math.radians(texture.angle)
    across, down = uniform(texture.seed, 2, stream="place").tolist()
    u = (x * math.cos(turn) + y * math.sin(turn)) / texture.size + across
    v = (y * math.cos(turn) - x * math.sin(turn)) / texture.size + down
    index = KINDS[texture.kind](Ground(u, v, texture.seed))
    picture = colors(texture.palette)[index].permute(2, 0, 1)
    return F.avg_pool2d(picture, FINE)


def colors(palette: str) -> Tensor:
    """The four colors (4, 3) of a palette in [-1, 1]."""
    rows = [[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in PALETTES[palette]]
    return torch.tensor(rows) / 127.5 - 1


# Each kind: from the ground to the number of a color (h, w), int64


def stripes(ground: Ground) -> Tensor:
    place = ground.u.remainder(1)
    return torch.where(place < 0.5, 1, torch.where((place > 0.7) & (place < 0.8), 2, 0))


def waves(ground: Ground) -> Tensor:
    swing = 0.45 * torch.sin(2 * math.pi * ground.v / 2.6)
    place = (ground.u + swing).remainder(1)
    return torch.where(place < 0.5, 1, torch.where(place < 0.62, 2, 0))


def dots(ground: Ground) -> Tensor:
    row = (ground.v / 0.87).floor()
    across = ground.u - 0.5 * row.remainder(2)
    column = across.floor()
    distance = torch.hypot(across - column - 0.5, ground.v - (row + 0.5) * 0.87)
    color = 1 + (ground.chance(column, row, 1) > 0.6).long()
    return torch.where(distance < 0.33, color, 0)


def bricks(ground: Ground) -> Tensor:
    row = (ground.v / 0.6).floor()
    across = ground.u / 1.2 - 0.5 * row.remainder(2)
    column = across.floor()
    mortar = ((across - column) * 1.2 < 0.14) | (ground.v - row * 0.6 < 0.14)
    color = 1 + (ground.chance(column, row, 1) * 3).long().clamp(max=2)
    return torch.where(mortar, 0, color)


def mosaic(ground: Ground) -> Tensor:
    """Pieces around jittered points (Worley 1996), with joints between."""
    column, row = ground.u.floor(), ground.v.floor()
    nearest, second = torch.full_like(ground.u, 9.0), torch.full_like(ground.u, 9.0)
    color = torch.zeros_like(column, dtype=torch.long)
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            i, j = column + across, row + down
            distance = torch.hypot(
                i + ground.chance(i, j, 1) - ground.u, j + ground.chance(i, j, 2) - ground.v
            )
            closer = distance < nearest
            second = torch.where(closer, nearest, torch.minimum(second, distance))
            nearest = torch.minimum(nearest, distance)
            color = torch.where(closer, (ground.chance(i, j, 3) * 3).long().clamp(max=2), color)
    piece = torch.tensor([0, 2, 3])[color]
    return torch.where(second - nearest < 0.12, 1, piece)


def strokes(ground: Ground) -> Tensor:
    """Layers of short brush strokes, all in about one direction."""
    painted = torch.zeros_like(ground.u, dtype=torch.long)
    for layer in range(LAYERS):
        u, v = ground.u / 1.6 + 0.37 * layer, ground.v / 0.6 + 0.61 * layer
        column, row = u.floor(), v.floor()
        for across in (-1, 0, 1):
            for down in (-1, 0, 1):
                i, j = column + across, row + down
                stream = 4 * layer
                lean = (ground.chance(i, j, stream) - 0.5) * 0.9
                along = (u - i - ground.chance(i, j, stream + 1)) * 1.6
                beside = (v - j - ground.chance(i, j, stream + 2)) * 0.6 - lean * along
                inside = (along.abs() / 0.95).pow(4) + (beside.abs() / 0.24).pow(2) < 1
                color = (ground.chance(i, j, stream + 3) * 4).long().clamp(max=3)
                painted = torch.where(inside, color, painted)
    return painted


KINDS: dict[str, Callable[[Ground], Tensor]] = {
    "stripes": stripes,
    "waves": waves,
    "dots": dots,
    "bricks": bricks,
    "mosaic": mosaic,
    "strokes": strokes,
}


def settings(n: int, seed: int) -> list[Texture]:
    """Settings of random textures: any kind, size, angle, palette and seed."""
    chances = uniform(seed, n, 5, stream="textures").tolist()
    kinds, palettes = list(KINDS), list(PALETTES)
    return [
        Texture(
            kinds[int(kind * len(kinds))],
            SMALLEST + size * (LARGEST - SMALLEST),
            angle * 180,
            palettes[int(palette * len(palettes))],
            int(chance * 1_000_000),
        )
        for kind, size, angle, palette, chance in chances
    ]


def textures(n: int, seed: int) -> Tensor:
    """Random textures (n, 3, 64, 64) as bytes."""
    return torch.cat([to_bytes(draw(texture)[None]) for texture in settings(n, seed)])

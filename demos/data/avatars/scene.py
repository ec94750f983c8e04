"""A batch of avatars on a grid of pixels: coordinates, colours and the fields that several painters share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import torch
from torch import Tensor

from demos.data.avatars import palette
from demos.data.avatars.anatomy import ZOOM, Anatomy
from demos.data.avatars.factors import BY_NAME, Factors
from demos.data.avatars.shapes import Ellipse, cover, cover_field, ellipse_field, smoothstep

Box = tuple[slice, slice]  # rows, columns
Rgb = tuple[float, float, float]

WHITE: Rgb = (1.0, 1.0, 1.0)


@dataclass
class Layer:
    """Paint of one part: how much of each pixel in `box` it covers, and its colour there."""

    part: str
    alpha: Tensor  # (n, h, w)
    color: Tensor  # (n, 3) in 0..1
    box: Box
    shade: Tensor | None = None  # (n, h, w) factor on the colour


def mix(a: Tensor, b: Tensor | Rgb, t: Tensor | float) -> Tensor:
    """From colour a (n, 3) to colour b; t is a number or one per avatar."""
    other = a.new_tensor(b) if isinstance(b, tuple) else b
    return a + (other - a) * (t.reshape(-1, 1) if isinstance(t, Tensor) else t)


class Scene(Anatomy):
    """`x`, `y` are the face coordinates of the pixels, (n, h, w); `frame_x`, `frame_y` those of the frame."""

    def __init__(self, factors: Factors, size: int) -> None:
        super().__init__(factors)
        self.size = size
        self.frame_pixel = 2 / size
        self.pixel = self.frame_pixel / ZOOM  # in face coordinates
        axis = (torch.arange(size, device=self.device) + 0.5) * self.frame_pixel - 1
        self.frame_x, self.frame_y = axis.view(1, 1, -1), axis.view(1, -1, 1)
        self.x, self.y = self.to_face(self.frame_x, self.frame_y)
        self.whole: Box = (slice(0, size), slice(0, size))
        self.style = self._shapes("HAIR_STYLES", "hair")
        self.lens = self._shapes("GLASSES_SHAPES", "glasses")
        self._mix_skin()
        self.hair = self._colors("HAIR", "hair_color")
        # Brows must stand out from any skin: fair hair gets darker brows, on dark skin even more so.
        self.brow = self.hair * 0.62 * (1 - 0.25 * self.values["skin_tone"].view(-1, 1))
        self.iris = self._colors("IRIS", "iris")
        self.cloth = self._colors("CLOTH", "clothing_color")
        self.hat = self._colors("CLOTH", "hat_color")
        self.rim = self._colors("GLASSES", "glasses_color")
        self.backdrop = self._colors("BACKGROUND", "background")

    # looks --------------------------------------------------------------------------------------

    def _shapes(self, table: str, factor: str) -> dict[str, Tensor]:
        names, rows = _shape_table(table, self.device)
        chosen = rows[self.classes[factor]]
        return {name: chosen[:, i, None, None] for i, name in enumerate(names)}

    def _colors(self, table: str, factor: str) -> Tensor:
        return _color_table(table, self.device)[self.classes[factor]]

    def _mix_skin(self) -> None:
        ramp = _color_table("SKIN", self.device)
        position = self.values["skin_tone"].flatten() * (len(ramp) - 1)
        low = position.floor().long().clamp_max(len(ramp) - 2)
        skin = torch.lerp(ramp[low], ramp[low + 1], (position - low)[:, None])
        warmth = self.values["undertone"].flatten()[:, None] * skin.new_tensor([0.020, 0.008, -0.065])
        self.skin = (skin + warmth * (0.45 + 0.55 * skin)).clamp(0, 1)
        self.skin_dark = self.skin * self.skin.new_tensor([0.76, 0.62, 0.60])

    def paint(self, red: float, green: float, blue: float) -> Tensor:
        """The same colour for every avatar, (n, 3)."""
        return self.skin.new_tensor([red, green, blue]).expand(self.n, 3)

    def wears(self, factor: str, *names: str) -> Tensor:
        """1 where the factor has one of the named classes, else 0; (n, 1, 1)."""
        wanted = [BY_NAME[factor].classes.index(name) for name in names]
        chosen = self.classes[factor]
        return sum((chosen == w for w in wanted), torch.zeros_like(chosen))[:, None, None].float()

    # boxes of pixels ----------------------------------------------------------------------------

    def box(self, x: Tensor, y: Tensor, rx: Tensor | float, ry: Tensor | float) -> Box:
        """Pixels that hold an upright rectangle of face coordinates, for every avatar of the batch."""
        cx, cy = self.to_frame(x, y)
        wide = ZOOM * (self.roll_cos * rx + self.roll_sin.abs() * ry)
        high = ZOOM * (self.roll_cos * ry + self.roll_sin.abs() * rx)
        ends = torch.stack([(cx - wide).amin(), (cx + wide).amax(), (cy - high).amin(), (cy + high).amax()])
        low_x, high_x, low_y, high_y = ((end + 1) / self.frame_pixel for end in ends.tolist())
        return self._span(low_y, high_y), self._span(low_x, high_x)

    def _span(self, low: float, high: float) -> slice:
        start = min(max(math.floor(low) - 1, 0), self.size - 1)
        return slice(start, min(max(math.ceil(high) + 1, start + 1), self.size))

    def box_of(self, e: Ellipse, grow: float = 0.0) -> Box:
        return self.box(e.x, e.y, e.reach_x + grow, e.reach_y + grow)

    def at(self, box: Box) -> tuple[Tensor, Tensor]:
        """Face coordinates of the pixels in a box."""
        return self.x[:, *box], self.y[:, *box]

    # shared fields ------------------------------------------------------------------------------

    @cached_property
    def head(self) -> Tensor:
        """Distance to the outline of the head."""
        return self.head_field(self.x, self.y)

    @cached_property
    def on_head(self) -> Tensor:
        return cover(self.head, self.pixel)

    @cached_property
    def shade(self) -> Tensor:
        """Lambert shading of the head as one big ball."""
        nx, ny = (self.x - self.jaw.x) / 0.62, (self.y + 0.02) / 0.74
        nz = (1 - nx * nx - ny * ny).clamp_min(0).sqrt()
        angle = self.values["light"] * 1.05
        lx, lz = angle.sin() * 0.87, angle.cos() * 0.80
        return 0.72 + 0.36 * (nx * lx - 0.42 * ny + nz * lz).clamp(0, 1.1)

    def inflated(self, puff: Tensor | float, y: float = -0.10) -> Ellipse:
        """Outline of the skull with something of thickness `puff` on it."""
        rx, ry, rz = self.skull_radii
        return self.ellipsoid((0.0, y, -0.02), (rx + puff, ry + puff, rz + puff))

    @cached_property
    def shell(self) -> Ellipse:
        """The skull with hair on it."""
        return self.inflated(self.style["puff"])

    @cached_property
    def ball(self) -> tuple[Tensor, Tensor, Tensor]:
        """Where each pixel hits the hair shell, as a point of the unit sphere turned with the head:
        hairlines and hat edges drawn there turn in depth by themselves."""
        radii = [r + self.style["puff"] for r in self.skull_radii]
        x, y = self.x - self.shell.x, self.y - self.shell.y
        ax, ay, az = ([self.turn[i][k] / radii[k] for k in range(3)] for i in range(3))
        zz = _dot(az, az)
        half = _dot(az, ax) * x + _dot(az, ay) * y
        rest = _dot(ax, ax) * x * x + 2 * _dot(ax, ay) * x * y + _dot(ay, ay) * y * y - 1
        z = ((half * half - zz * rest).clamp_min(0).sqrt() - half) / zz
        a, b, c = (ax[k] * x + ay[k] * y + az[k] * z for k in range(3))
        return a, b, c

    @cached_property
    def hair_outline(self) -> Tensor:
        """Share of each pixel inside the outline of the hair on the skull."""
        return cover_field(ellipse_field(self.shell, self.x, self.y) - self._scallop(), self.pixel)

    def _scallop(self) -> Tensor:
        """Bumps on the outline: rounded outwards when positive, pointed when negative."""
        bump = self.style["bump"]
        angle = torch.atan2(self.x - self.shell.x, self.shell.y - self.y)
        wave = (angle * self.style["bumps"] / 2).sin().abs()
        crown = smoothstep(0.35, -0.15, self.y - self.shell.y)
        return bump.abs() * torch.where(bump < 0, (1 - wave) * crown, wave)

    @cached_property
    def hair_line(self) -> Tensor:
        """Negative where hair grows, on the unit sphere of the shell."""
        t = self.style
        sx, sy, sz = self.ball
        front = t["front"] + t["curtain"] * (sx - t["part"]).abs()
        front = front + t["notch"] * torch.asin((sx * t["notches"]).sin().clamp(-0.999, 0.999)) * 0.64
        azimuth = sz / (1 - sy * sy).clamp_min(0.02).sqrt()
        aside = smoothstep(t["reach"] + 0.22, t["reach"] - 0.06, azimuth)
        height = front + (t["side"] - front) * aside
        behind = smoothstep(0.05, -0.25, azimuth)
        height = height + (0.62 - height).clamp_min(0) * behind
        return torch.maximum(torch.maximum(sy - height, self.bald_crown), sx.abs() - t["strip"])

    @cached_property
    def bald_crown(self) -> Tensor:
        """Positive where a balding head has no hair on top."""
        crown = self.style["crown"]
        return torch.where(crown < 1.9, -(self.ball[1] + crown), -9.0)

    @cached_property
    def hat_line(self) -> Tensor:
        """Negative above the lower edge of the hat: a brim dips in front, others sit lower at the back."""
        _, sy, sz = self.ball
        brim = self.wears("hat", "brim")
        return sy + 0.28 + 0.25 * brim + sz * (0.22 - 0.54 * brim)

    @cached_property
    def bare(self) -> Tensor:
        """Share of the hair that no hat has pushed away."""
        capped = self.wears("hat", "beanie", "cap", "brim")
        under = cover(self.hat_line * 0.5, self.pixel)
        return (1 - capped * under) * (1 - self.wears("hat", "headscarf"))


def _dot(a: list[Tensor], b: list[Tensor]) -> Tensor:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@lru_cache(maxsize=16)
def _color_table(name: str, device: torch.device) -> Tensor:
    """A palette as (k, 3) in 0..1."""
    table = getattr(palette, name)
    codes = table.values() if isinstance(table, dict) else table
    rows = [[int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)] for code in codes]
    return torch.tensor(rows, device=device)


@lru_cache(maxsize=16)
def _shape_table(name: str, device: torch.device) -> tuple[list[str], Tensor]:
    """A table of shapes as column names and (classes, columns); `lock` with two numbers: lock0, lock1."""
    flat = [_flatten(shape) for shape in getattr(palette, name).values()]
    return list(flat[0]), torch.tensor([list(row.values()) for row in flat], device=device)


def _flatten(shape: Any) -> dict[str, float]:
    columns: dict[str, float] = {}
    for name, value in shape._asdict().items():
        if isinstance(value, tuple):
            columns |= {f"{name}{i}": float(v) for i, v in enumerate(value)}
        else:
            columns[name] = float(value)
    return columns

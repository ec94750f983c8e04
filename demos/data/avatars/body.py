"""Painters: the background, the neck and the clothes. They work in frame coordinates, which no pose turns."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from demos.data.avatars.scene import WHITE, Box, Layer, Scene, mix
from demos.data.avatars.shapes import box_field, capsule_field, cover, cover_field, smoothstep


def background(s: Scene) -> Iterator[Layer]:
    size = (s.n, s.size, s.size)
    light, dark = mix(s.backdrop, WHITE, 0.38), s.backdrop * 0.86
    yield Layer("background", torch.ones(size, device=s.device), s.backdrop, s.whole)
    slope = (0.5 - 0.5 * s.frame_y).expand(size)
    yield Layer("background", slope * s.wears("pattern", "gradient"), light, s.whole)
    disc = cover(torch.hypot(s.frame_x, s.frame_y + 0.02) - 0.86, s.frame_pixel)
    yield Layer("background", disc * s.wears("pattern", "disc"), light, s.whole)
    stripes = _bars(s.frame_x + s.frame_y, 0.5) / math.sqrt(2)
    yield Layer("background", cover(stripes, s.frame_pixel) * s.wears("pattern", "stripes"), dark, s.whole)


def _bars(position: Tensor, period: float) -> Tensor:
    """Distance to the nearest edge of evenly spaced bars."""
    turns = 2 * math.pi / period
    return torch.sin(position * turns) / turns


def hood(s: Scene) -> Iterator[Layer]:
    """The hood of a hoodie, behind the neck."""
    alpha = cover(_oval(s.frame_x, s.frame_y, 0.70, 0.46, 0.20), s.frame_pixel)
    yield Layer("clothing", alpha * s.wears("clothing", "hoodie"), s.cloth * 0.74, s.whole)


def neck(s: Scene) -> Iterator[Layer]:
    x, y, _ = s.turned(0.0, 0.30, -0.10)
    top = s.to_frame(x, y)
    end = (torch.zeros_like(top[0]), torch.full_like(top[0], 0.80))
    throat = capsule_field(s.frame_x, s.frame_y, top, end, 0.21, 0.225)
    chest = box_field(s.frame_x, s.frame_y - 0.86, 0.42, 0.2, 0.16)
    alpha = torch.maximum(cover(throat, s.frame_pixel), cover(chest, s.frame_pixel))
    side = 1 + 0.16 * s.values["light"] * (s.frame_x / 0.3).clamp(-1, 1)
    yield Layer("neck", alpha, s.skin * 0.97, s.whole, side.expand_as(alpha))
    under_chin = smoothstep(0.05, -0.05, s.head_field(s.x, s.y - 0.10))
    yield Layer("neck", alpha * under_chin * 0.85, s.skin_dark, s.whole)


def clothing(s: Scene) -> Iterator[Layer]:
    rows = slice(int(s.size * 0.70), s.size)
    box: Box = (rows, slice(0, s.size))
    x, y = s.frame_x, s.frame_y[:, rows]
    shoulders = ((x / 0.86).abs() ** 2.6 + ((y - 1.28) / 0.62).abs() ** 2.6 - 1) * 0.3
    opening = _neckline(s, x, y)
    alpha = cover_field(shoulders, s.frame_pixel) * (1 - cover(opening, s.frame_pixel))
    side = 1.02 + 0.14 * s.values["light"] * x.clamp(-1, 1) - 0.10 * (y - 0.7)
    yield Layer("clothing", alpha, s.cloth, box, side.expand_as(alpha))
    yield from _tops(s, box, alpha, opening)
    yield from _hoodie(s, box, alpha, opening)
    yield from _shirt(s, box, alpha, opening)
    yield from _turtleneck(s, box)


def _neckline(s: Scene, x: Tensor, y: Tensor) -> Tensor:
    """Distance to the opening for the neck; negative inside it."""
    round_, pointed = _oval(x, y, 0.66, 0.27, 0.165), (x.abs() * 1.25 + (y - 0.98)) * 0.62
    return (
        s.wears("clothing", "tee", "stripes") * round_
        + s.wears("clothing", "v_neck", "shirt") * pointed
        + s.wears("clothing", "hoodie") * _oval(x, y, 0.66, 0.24, 0.20)
        + s.wears("clothing", "turtleneck") * 1.0
    )


def _oval(x: Tensor, y: Tensor, cy: float, rx: float, ry: float) -> Tensor:
    """Distance to an upright ellipse on the middle line, good near its edge."""
    dx, dy = x / rx, (y - cy) / ry
    return (dx * dx + dy * dy - 1) / (2 * torch.hypot(dx / rx, dy / ry)).clamp_min(1e-4)


def _contrast(s: Scene) -> Tensor:
    """For trimmings: lighter than the cloth, or darker than a white one."""
    pale = s.cloth.mean(1, keepdim=True) > 0.75
    return torch.where(pale, s.cloth * 0.62, mix(s.cloth, WHITE, 0.55))


def _tops(s: Scene, box: Box, alpha: Tensor, opening: Tensor) -> Iterator[Layer]:
    bands = cover(_bars(s.frame_y[:, box[0]] - 0.60, 0.17), s.frame_pixel)
    yield Layer("clothing", alpha * bands * s.wears("clothing", "stripes"), _contrast(s), box)
    hem = cover((opening - 0.028).abs() - 0.028, s.frame_pixel)
    yield Layer("clothing", alpha * hem * s.wears("clothing", "tee", "v_neck"), s.cloth * 0.72, box)


def _hoodie(s: Scene, box: Box, alpha: Tensor, opening: Tensor) -> Iterator[Layer]:
    shown = s.wears("clothing", "hoodie")
    edge = cover((opening - 0.05).abs() - 0.05, s.frame_pixel)
    yield Layer("clothing", alpha * edge * shown, s.cloth * 0.84, box)
    cords = torch.maximum((s.frame_x.abs() - 0.13).abs() - 0.02, 0.82 - s.frame_y[:, box[0]])
    yield Layer("clothing", cover(cords, s.frame_pixel) * shown, _contrast(s), box)


def _shirt(s: Scene, box: Box, alpha: Tensor, opening: Tensor) -> Iterator[Layer]:
    shown = s.wears("clothing", "shirt")
    collar = cover(torch.maximum((opening - 0.06).abs() - 0.06, s.frame_x.abs() - 0.34), s.frame_pixel)
    yield Layer("clothing", collar * shown * (1 - cover(opening, s.frame_pixel)), _contrast(s), box)
    placket = torch.maximum(s.frame_x.abs() - 0.016, 0.98 - s.frame_y[:, box[0]])
    yield Layer("clothing", alpha * cover(placket, s.frame_pixel) * shown, s.cloth * 0.72, box)


def _turtleneck(s: Scene, box: Box) -> Iterator[Layer]:
    x, y = s.frame_x, s.frame_y[:, box[0]]
    shown = s.wears("clothing", "turtleneck")
    roll = cover(box_field(x, y - 0.70, 0.245, 0.13, 0.08), s.frame_pixel)
    yield Layer("clothing", roll * shown, mix(s.cloth, WHITE, 0.12), box)
    fold = cover((y - 0.775 + 0.12 * x * x).abs() - 0.014, s.frame_pixel) * roll
    yield Layer("clothing", fold * shown, s.cloth * 0.72, box)

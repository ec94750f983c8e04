"""Painters: hair, behind, on and in front of the head. `palette.HAIR_STYLES` tells the styles apart."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from demos.data.avatars.anatomy import SIDES, ZOOM
from demos.data.avatars.scene import Layer, Scene, mix
from demos.data.avatars.shapes import box_field, capsule_field, cover, cover_field, ellipse_field, smoothstep


def _strands(s: Scene, alpha: Tensor, tone: float) -> Layer:
    """Hair that a hat has not pushed away; darker the further behind."""
    return Layer("hair", alpha * s.bare, s.hair * tone, s.whole, s.shade)


def back_hair(s: Scene) -> Iterator[Layer]:
    """Long hair and afros, behind everything."""
    extra, top, bottom, corner = (s.style[f"back{i}"] for i in range(4))
    x, y, _ = s.turned(0.0, (top + bottom) / 2, -0.08)
    dx, dy, bump = s.x - x, s.y - y, s.style["back_bump"]
    # In the corners of the pose an afro is squeezed a little, so that it stays in the picture.
    room = (0.94 - s.to_frame(x, y)[0].abs()) / ZOOM - bump
    half = s.skull_radii[0] + extra
    half = torch.where(bump > 0, torch.minimum(half, room), half)
    field = box_field(dx, dy, half + _flow(s), (bottom - top) / 2, corner)
    field = field - bump * (torch.atan2(dx, -dy) * 9).sin().abs()
    yield _strands(s, cover(field, s.pixel) * (extra > 0), 0.72)
    yield from _far_temple(s)


def _far_temple(s: Scene) -> Iterator[Layer]:
    """The hair seen past the far temple of a turned head."""
    sx, sy, _ = s.ball
    low = (sy - s.style["side"].clamp_max(0.5)) * 0.5
    kept = torch.maximum(torch.maximum(low, s.bald_crown.clamp_min(-1)), sx.abs() - s.style["strip"])
    yield _strands(s, torch.minimum(s.hair_outline, cover(kept, s.pixel)) * s.style["opacity"], 0.84)


def _flow(s: Scene) -> Tensor:
    """How far long hair swings out at each height."""
    fall = smoothstep(-0.1, 0.7, s.y) * 0.06 * (s.style["lock0"] > 0)
    return fall + s.style["wave"] * torch.sin(s.y * 11.0)


def tails(s: Scene) -> Iterator[Layer]:
    """Buns, pony tails, braids: strokes with a round start and end."""
    x0, y0, x1, y1, z, r0, r1 = (s.style[f"tail{k}"] for k in range(7))
    plaits = s.style["tail_bump"] * ((s.y * 17).sin().abs() - 0.5)
    for i, side in enumerate(SIDES):
        start, end = s.turned(side * x0, y0, z)[:2], s.turned(side * x1, y1, z)[:2]
        field = capsule_field(s.x, s.y, start, end, r0, r1) - plaits
        yield _strands(s, cover(field, s.pixel) * s.style[f"tails{i}"], 0.86)


def locks(s: Scene) -> Iterator[Layer]:
    """Long strands beside the face, in front of the shoulders."""
    for side in SIDES:
        yield _strands(s, _lock(s, side, s.style["lock0"], -0.25), 0.90)


def near_locks(s: Scene) -> Iterator[Layer]:
    """The strand that a turned head shows, in front of the cheek; narrow at the temple, wider at the jaw."""
    inner = 0.06 * smoothstep(-0.05, 0.45, s.y) - 0.04
    for side in SIDES:
        shown = smoothstep(0.0, 0.14, s.turned(side * s.skull_radii[0], 0.0, -0.06)[2])
        yield _strands(s, _lock(s, side, s.style["lock0"] + inner, -0.10) * shown, 1.0)


def _lock(s: Scene, side: float, half: Tensor, top: float) -> Tensor:
    bottom = s.style["lock1"]
    outer = s.skull_radii[0] + s.style["back0"]
    x, y, _ = s.turned(side * (outer - half), (bottom + top) / 2, 0.0)
    field = box_field(s.x - x - side * _flow(s), s.y - y, half, (bottom - top) / 2, half * 0.9)
    return cover(field, s.pixel) * (bottom > 0)


def hair_shadow(s: Scene) -> Iterator[Layer]:
    """The fringe and the hat darken the forehead below them."""
    fringe = smoothstep(0.16, -0.02, s.hair_line) * smoothstep(0.5, 0.2, s.ball[1])
    fringe = fringe * (s.style["opacity"] > 0.9)
    capped = s.wears("hat", "beanie", "cap", "brim")
    soft = torch.maximum(fringe * (1 - capped), capped * smoothstep(0.22, 0.0, s.hat_line))
    alpha = soft * s.on_head * 0.55 * (1 - s.wears("hat", "headscarf"))
    yield Layer("face", alpha, s.skin_dark, s.whole)


def front_hair(s: Scene) -> Iterator[Layer]:
    """Hair on the skull, its volume on top, and the gleam on both."""
    # No hair under the chin, where the sphere of the shell ends.
    growing = cover_field(s.hair_line * 0.5, s.pixel) * cover((s.ball[1] - 0.74) * 0.55, s.pixel)
    cap = torch.minimum(s.hair_outline, growing) * s.style["opacity"]
    yield _strands(s, cap, 1.0)
    volume = _volume(s, growing)
    yield _strands(s, volume, 1.0)
    sx, sy, _ = s.ball
    gleam = (1 - ((sy + 0.72 + 0.12 * sx * sx) / 0.13) ** 2).clamp_min(0) * smoothstep(0.95, 0.2, sx.abs())
    alpha = torch.maximum(cap, volume) * gleam * 0.75 * s.bare
    yield Layer("hair", alpha, mix(s.hair, (1.0, 0.97, 0.92), 0.32), s.whole, s.shade)


def _volume(s: Scene, growing: Tensor) -> Tensor:
    """A quiff, a crest: inside the shell it keeps to the hairline; beyond it, it stands free."""
    x, y, z, rx, ry, rz = (s.style[f"top{i}"] for i in range(6))
    volume = s.ellipsoid((x, y, z), (rx + 1e-3, ry + 1e-3, rz + 1e-3))
    angle = torch.atan2(s.x - volume.x, volume.y - s.y)
    field = ellipse_field(volume, s.x, s.y) - s.style["top_bump"] * (angle * 7).cos()
    free = 1 - cover(ellipse_field(s.shell, s.x, s.y), s.pixel)
    return cover(field, s.pixel) * torch.maximum(growing, free) * (rx > 0)

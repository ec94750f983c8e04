"""The parts of a portrait. Each painter looks at a Scene and yields layers, the lowest first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from demos.avatars import palette
from demos.avatars.anatomy import EYE_Y, SIDES, ZOOM, Anatomy, Brow, Eye, bulge
from demos.avatars.factors import BY_NAME
from demos.avatars.shapes import (
    Ellipse,
    Frame,
    box_field,
    capsule_field,
    cover,
    cover_field,
    ellipse,
    ellipse_field,
    smoothstep,
)

Box = tuple[slice, slice]


@dataclass
class Layer:
    """Paint of one part: how much of each pixel in `box` it covers, and its colour there."""

    part: str
    alpha: Tensor  # (n, h, w)
    color: Tensor  # (n, 3)
    box: Box
    shade: Tensor | None = None  # (n, h, w) factor on the colour


@lru_cache(maxsize=8)
def _colors(table: str, device: torch.device) -> Tensor:
    """A palette as (k, 3) in 0..1."""
    values = getattr(palette, table)
    codes = values.values() if isinstance(values, dict) else values
    rows = [[int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)] for code in codes]
    return torch.tensor(rows, device=device)


@lru_cache(maxsize=8)
def _table(name: str, device: torch.device) -> Tensor:
    """A table of shapes as (classes, columns), tuples flattened."""
    rows = []
    for style in getattr(palette, name).values():
        rows.append([float(x) for v in style for x in (v if isinstance(v, tuple) else (v,))])
    return torch.tensor(rows, device=device)


def _column_names(example: object) -> list[str]:
    names = []
    for key, value in example._asdict().items():  # type: ignore[attr-defined]
        names += [f"{key}{i}" for i in range(len(value))] if isinstance(value, tuple) else [key]
    return names


def mix(a: Tensor, b: Tensor | tuple[float, float, float], t: Tensor | float) -> Tensor:
    """From colour a to colour b; t is a number or (n,)."""
    if isinstance(b, tuple):
        b = a.new_tensor(b)
    if isinstance(t, Tensor):
        t = t.reshape(-1, 1)
    return a + (b - a) * t


class Scene(Anatomy):
    """A batch of avatars on a grid of pixels, with what several painters share."""

    def __init__(self, factors, size: int) -> None:  # type: ignore[no-untyped-def]
        super().__init__(factors)
        self.size = size
        self.frame_pixel = 2 / size
        self.pixel = self.frame_pixel / ZOOM  # in face coordinates
        axis = (torch.arange(size, device=self.device) + 0.5) * self.frame_pixel - 1
        self.frame_x, self.frame_y = axis.view(1, 1, -1), axis.view(1, -1, 1)
        self.x, self.y = self.to_face(self.frame_x, self.frame_y)
        self.whole: Box = (slice(0, size), slice(0, size))
        self._set_colors()
        style = palette.HAIR_STYLES["bald"]
        row = _table("HAIR_STYLES", self.device)[self.classes["hair"]]
        self.style = {name: row[:, i, None, None] for i, name in enumerate(_column_names(style))}

    # colours ------------------------------------------------------------------------------------

    def _set_colors(self) -> None:
        ramp = _colors("SKIN", self.device)
        position = self.values["skin_tone"].flatten() * (len(ramp) - 1)
        low = position.floor().long().clamp_max(len(ramp) - 2)
        skin = torch.lerp(ramp[low], ramp[low + 1], (position - low)[:, None])
        warmth = self.values["undertone"].flatten()[:, None] * skin.new_tensor([0.020, 0.008, -0.065])
        self.skin = (skin + warmth * (0.45 + 0.55 * skin)).clamp(0, 1)
        self.skin_dark = self.skin * self.skin.new_tensor([0.76, 0.62, 0.60])
        self.hair = _colors("HAIR", self.device)[self.classes["hair_color"]]
        # Brows must stand out from any skin: fair hair gets darker brows, on dark skin even more so.
        self.brow = self.hair * 0.62 * (1 - 0.25 * self.values["skin_tone"].view(-1, 1))
        self.iris = _colors("IRIS", self.device)[self.classes["iris"]]
        self.cloth = _colors("CLOTH", self.device)[self.classes["clothing_color"]]
        self.hat = _colors("CLOTH", self.device)[self.classes["hat_color"]]
        self.rim = _colors("GLASSES", self.device)[self.classes["glasses_color"]]
        self.backdrop = _colors("BACKGROUND", self.device)[self.classes["background"]]

    def wears(self, factor: str, *names: str) -> Tensor:
        """1 where the factor has one of the named classes, else 0; (n, 1, 1)."""
        wanted = [BY_NAME[factor].classes.index(name) for name in names]
        chosen = self.classes[factor]
        return sum((chosen == w for w in wanted), torch.zeros_like(chosen))[:, None, None].float()

    # grids --------------------------------------------------------------------------------------

    def box(self, x: Tensor, y: Tensor, rx: Tensor, ry: Tensor) -> Box:
        """Pixels that hold an upright rectangle of face coordinates, for every avatar of the batch."""
        corners = [self.to_frame(x + i * rx, y + j * ry) for i in (-1, 1) for j in (-1, 1)]
        xs, ys = (torch.stack([c[k].expand(self.n, 1, 1) for c in corners]) for k in (0, 1))
        ends = torch.stack([xs.amin(), xs.amax(), ys.amin(), ys.amax()]).tolist()
        low_x, high_x, low_y, high_y = ((e + 1) / self.frame_pixel for e in ends)
        return self._span(low_y, high_y), self._span(low_x, high_x)

    def _span(self, low: float, high: float) -> slice:
        start = min(max(math.floor(low) - 1, 0), self.size - 1)
        return slice(start, min(max(math.ceil(high) + 1, start + 1), self.size))

    def box_of(self, e: Ellipse, grow: float = 0.0) -> Box:
        return self.box(e.x, e.y, e.reach_x + grow, e.reach_y + grow)

    def at(self, box: Box) -> tuple[Tensor, Tensor]:
        """Face coordinates of the pixels in a box."""
        rows, columns = box
        return self.x[:, rows, columns], self.y[:, rows, columns]

    # shared fields ------------------------------------------------------------------------------

    @cached_property
    def head(self) -> Tensor:
        return self.head_field(self.x, self.y)

    @cached_property
    def shade(self) -> Tensor:
        """Lambert shading of the head as one big ball."""
        nx, ny = (self.x - self.jaw.x) / 0.62, (self.y + 0.02) / 0.74
        nz = (1 - nx * nx - ny * ny).clamp_min(0).sqrt()
        angle = self.values["light"] * 1.05
        lx, lz = angle.sin() * 0.87, angle.cos() * 0.80
        return 0.72 + 0.36 * (nx * lx - 0.42 * ny + nz * lz).clamp(0, 1.1)

    @cached_property
    def shell(self) -> Ellipse:
        """The skull with hair on it."""
        return self.ellipsoid((0.0, -0.10, -0.02), self._shell_radii(self.style["puff"]))

    def _shell_radii(self, puff: Tensor | float) -> tuple:
        return tuple(r + puff for r in self.skull_radii)

    @cached_property
    def hair_outline(self) -> Tensor:
        return cover_field(ellipse_field(self.shell, self.x, self.y) - _scallop(self), self.pixel)

    @cached_property
    def on_head(self) -> Tensor:
        return cover(self.head, self.pixel)

    @cached_property
    def ball(self) -> tuple[Tensor, Tensor, Tensor]:
        """Where each pixel hits the hair shell, as a point of the unit sphere turned with the head:
        hairlines and hat edges drawn there turn in depth by themselves."""
        radii = self._shell_radii(self.style["puff"])
        x, y = self.x - self.shell.x, self.y - self.shell.y
        ax, ay, az = ([self.turn[i][k] / radii[k] for k in range(3)] for i in range(3))
        zz = sum(a * a for a in az)
        zx, zy = sum(a * b for a, b in zip(az, ax, strict=True)), sum(a * b for a, b in zip(az, ay, strict=True))
        half = zx * x + zy * y
        rest = (
            sum(a * a for a in ax) * x * x
            + 2 * sum(a * b for a, b in zip(ax, ay, strict=True)) * x * y
            + sum(a * a for a in ay) * y * y
            - 1
        )
        z = ((half * half - zz * rest).clamp_min(0).sqrt() - half) / zz
        a, b, c = (ax[k] * x + ay[k] * y + az[k] * z for k in range(3))
        return a, b, c

    @cached_property
    def hat_line(self) -> Tensor:
        """Negative above the lower edge of the hat."""
        _, sy, sz = self.ball
        brim = self.wears("hat", "brim")
        # A brim dips in front, other hats sit lower at the back.
        return sy + 0.28 + 0.25 * brim + sz * (0.22 - 0.54 * brim)

    @cached_property
    def bare(self) -> Tensor:
        """Share of the hair that no hat has pushed away."""
        capped = self.wears("hat", "beanie", "cap", "brim")
        under = cover(self.hat_line * 0.5, self.pixel)
        return (1 - capped * under) * (1 - self.wears("hat", "headscarf"))

    def visible_hair(self, alpha: Tensor, box: Box) -> Tensor:
        rows, columns = box
        return alpha * self.bare[:, rows, columns]


# behind the head --------------------------------------------------------------------------------


def background(s: Scene) -> Iterator[Layer]:
    n, size = s.n, s.size
    light, dark = mix(s.backdrop, (1.0, 1.0, 1.0), 0.38), s.backdrop * 0.86
    full = torch.ones(n, size, size, device=s.device)
    yield Layer("background", full, s.backdrop, s.whole)
    slope = (0.5 - 0.5 * s.frame_y).expand(n, size, size)
    yield Layer("background", slope * s.wears("pattern", "gradient"), light, s.whole)
    ring = cover(torch.hypot(s.frame_x, s.frame_y + 0.02) - 0.86, s.frame_pixel)
    yield Layer("background", ring * s.wears("pattern", "disc"), light, s.whole)
    bars = torch.sin((s.frame_x + s.frame_y) * 2 * math.pi / 0.5) / (2 * math.pi * 1.414 / 0.5)
    yield Layer("background", cover(bars, s.frame_pixel) * s.wears("pattern", "stripes"), dark, s.whole)


def back_hair(s: Scene) -> Iterator[Layer]:
    t = s.style
    extra, top, bottom, corner = (t[f"back{i}"] for i in range(4))
    x, y, _ = s.turned(0.0, (top + bottom) / 2, -0.08)
    dx, dy = s.x - x, s.y - y
    half_w = s.skull_radii[0] + extra
    field = box_field(dx, dy, half_w + _flow(s), (bottom - top) / 2, corner)
    field = field - t["back_bump"] * (torch.atan2(dx, -dy) * 9).sin().abs()
    alpha = s.visible_hair(cover(field, s.pixel) * (extra > 0), s.whole)
    yield Layer("hair", alpha, s.hair * 0.72, s.whole, s.shade)
    yield from _back_of_head(s)
    hood = ellipse_like(s.frame_x, s.frame_y, 0.70, 0.46, 0.20)
    hood = cover(hood, s.frame_pixel) * s.wears("clothing", "hoodie")
    yield Layer("clothing", hood, s.cloth * 0.74, s.whole)


def _back_of_head(s: Scene) -> Iterator[Layer]:
    """The hair seen past the far temple of a turned head."""
    sx, sy, _ = s.ball
    low = (sy - s.style["side"].clamp_max(0.5)) * 0.5
    bare_top = torch.where(s.style["crown"] < 1.9, -(sy + s.style["crown"]), -1.0)
    kept = torch.maximum(torch.maximum(low, bare_top), sx.abs() - s.style["strip"])
    alpha = torch.minimum(s.hair_outline, cover(kept, s.pixel)) * s.style["opacity"]
    yield Layer("hair", s.visible_hair(alpha, s.whole), s.hair * 0.84, s.whole, s.shade)


def _flow(s: Scene) -> Tensor:
    """How far long hair swings out at each height."""
    fall = smoothstep(-0.1, 0.7, s.y) * 0.06 * (s.style["lock0"] > 0)
    return fall + s.style["wave"] * torch.sin(s.y * 11.0)


def neck(s: Scene) -> Iterator[Layer]:
    x, y, _ = s.turned(0.0, 0.30, -0.10)
    top = s.to_frame(x, y)
    end = (torch.zeros_like(top[0]), torch.full_like(top[0], 0.80))
    field = capsule_field(s.frame_x, s.frame_y, top, end, 0.21, 0.225)
    chest = box_field(s.frame_x, s.frame_y - 0.86, s.x.new_tensor(0.42), s.x.new_tensor(0.2), s.x.new_tensor(0.16))
    alpha = torch.maximum(cover(field, s.frame_pixel), cover(chest, s.frame_pixel))
    side = 1 + 0.16 * s.values["light"] * (s.frame_x / 0.3).clamp(-1, 1)
    yield Layer("neck", alpha, s.skin * 0.97, s.whole, side.expand_as(alpha))
    shadow = cover_soft(s.head_field(s.x, s.y - 0.10), 0.05)
    yield Layer("neck", alpha * shadow * 0.85, s.skin_dark, s.whole)


def cover_soft(field: Tensor, width: float) -> Tensor:
    """A blurred edge."""
    return smoothstep(width, -width, field)


def clothing(s: Scene) -> Iterator[Layer]:
    rows = slice(int(s.size * 0.70), s.size)
    box: Box = (rows, slice(0, s.size))
    x, y = s.frame_x, s.frame_y[:, rows]
    body = ((x / 0.86).abs() ** 2.6 + ((y - 1.28) / 0.62).abs() ** 2.6 - 1) * 0.3
    body = cover_field(body, s.frame_pixel)
    open_tee = ellipse_like(x, y, 0.66, 0.27, 0.165)
    open_v = (x.abs() * 1.25 + (y - 0.98)) * 0.62
    tee = s.wears("clothing", "tee", "stripes")
    neckline = tee * open_tee + s.wears("clothing", "v_neck", "shirt") * open_v
    neckline = neckline + s.wears("clothing", "hoodie") * ellipse_like(x, y, 0.66, 0.24, 0.20)
    neckline = neckline + s.wears("clothing", "turtleneck") * 1.0
    alpha = body * (1 - cover(neckline, s.frame_pixel))
    side = 1.02 + 0.14 * s.values["light"] * x.clamp(-1, 1) - 0.10 * (y - 0.7)
    side = side.expand_as(alpha)
    dark, light = s.cloth * 0.72, mix(s.cloth, (1.0, 1.0, 1.0), 0.55)
    yield Layer("clothing", alpha, s.cloth, box, side)
    yield from _clothing_details(s, box, x, y, alpha, neckline, dark, light)


def ellipse_like(x: Tensor, y: Tensor, cy: float, rx: float, ry: float) -> Tensor:
    """Distance to an upright ellipse on the middle line, good near its edge."""
    dx, dy = x / rx, (y - cy) / ry
    return (dx * dx + dy * dy - 1) / (2 * torch.hypot(dx / rx, dy / ry)).clamp_min(1e-4)


def _clothing_details(
    s: Scene, box: Box, x: Tensor, y: Tensor, alpha: Tensor, neckline: Tensor, dark: Tensor, light: Tensor
) -> Iterator[Layer]:
    contrast = torch.where(s.cloth.mean(1, keepdim=True) > 0.75, s.cloth * 0.62, light)
    bands = torch.sin((y - 0.60) * 2 * math.pi / 0.17) * (0.17 / (2 * math.pi))
    yield Layer("clothing", alpha * cover(bands, s.frame_pixel) * s.wears("clothing", "stripes"), contrast, box)
    hem = alpha * cover((neckline - 0.028).abs() - 0.028, s.frame_pixel)
    yield Layer("clothing", hem * s.wears("clothing", "tee", "v_neck"), dark, box)
    hood = alpha * cover((neckline - 0.05).abs() - 0.05, s.frame_pixel)
    yield Layer("clothing", hood * s.wears("clothing", "hoodie"), s.cloth * 0.84, box)
    cords = cover(torch.maximum((x.abs() - 0.13).abs() - 0.02, 0.82 - y), s.frame_pixel)
    yield Layer("clothing", cords * s.wears("clothing", "hoodie"), contrast, box)
    collar = cover(torch.maximum((neckline - 0.06).abs() - 0.06, (x.abs() - 0.34)), s.frame_pixel)
    shirt = s.wears("clothing", "shirt")
    yield Layer("clothing", collar * shirt * (1 - cover(neckline, s.frame_pixel)), contrast, box)
    yield Layer("clothing", alpha * cover(torch.maximum(x.abs() - 0.016, 0.98 - y), s.frame_pixel) * shirt, dark, box)
    roll = cover(box_field(x, y - 0.70, x.new_tensor(0.245), x.new_tensor(0.13), x.new_tensor(0.08)), s.frame_pixel)
    turtle = s.wears("clothing", "turtleneck")
    yield Layer("clothing", roll * turtle, mix(s.cloth, (1.0, 1.0, 1.0), 0.12), box)
    fold = cover((y - 0.775 + 0.12 * x * x).abs() - 0.014, s.frame_pixel) * roll
    yield Layer("clothing", fold * turtle, dark, box)


def tails(s: Scene) -> Iterator[Layer]:
    """Buns, pony tails, braids: strokes with a round start and end."""
    x0, y0, x1, y1, z, r0, r1 = (s.style[f"tail{k}"] for k in range(7))
    for i, side in enumerate(SIDES):
        shown = s.style[f"tails{i}"]
        start, end = s.turned(side * x0, y0, z)[:2], s.turned(side * x1, y1, z)[:2]
        field = capsule_field(s.x, s.y, start, end, r0, r1)
        field = field - s.style["tail_bump"] * ((s.y * 17).sin().abs() - 0.5)
        alpha = s.visible_hair(cover(field, s.pixel) * shown, s.whole)
        yield Layer("hair", alpha, s.hair * 0.86, s.whole, s.shade)


def locks(s: Scene) -> Iterator[Layer]:
    """Long strands beside the face, in front of the shoulders."""
    for side in SIDES:
        alpha = s.visible_hair(_lock(s, side, s.style["lock0"], -0.25), s.whole)
        yield Layer("hair", alpha, s.hair * 0.90, s.whole, s.shade)


def near_locks(s: Scene) -> Iterator[Layer]:
    """The strand that a turned head shows, in front of the cheek; narrow at the temple, wider at the jaw."""
    inner = 0.06 * smoothstep(-0.05, 0.45, s.y) - 0.04
    for side in SIDES:
        shown = smoothstep(0.0, 0.14, s.turned(side * s.skull_radii[0], 0.0, -0.06)[2])
        alpha = s.visible_hair(_lock(s, side, s.style["lock0"] + inner, -0.10) * shown, s.whole)
        yield Layer("hair", alpha, s.hair, s.whole, s.shade)


def _lock(s: Scene, side: float, half: Tensor, top: float) -> Tensor:
    bottom = s.style["lock1"]
    outer = s.skull_radii[0] + s.style["back0"]
    x, y, _ = s.turned(side * (outer - half), (bottom + top) / 2, 0.0)
    dx = s.x - x - side * _flow(s)
    field = box_field(dx, s.y - y, half, (bottom - top) / 2, half * 0.9)
    return cover(field, s.pixel) * (bottom > 0)


# the head ---------------------------------------------------------------------------------------


def ears(s: Scene) -> Iterator[Layer]:
    """Both ears, seen past the edge of the head."""
    for side in SIDES:
        yield from _ear(s, side, 1 - s.wears("hat", "headscarf"))


def near_ear(s: Scene) -> Iterator[Layer]:
    """The ear that a turned head shows, in front of the head and of short hair."""
    free = (1 - s.wears("hat", "headscarf")) * (s.style["side"] < 0.5)
    for side in SIDES:
        depth = s.turned(side * s.skull_radii[0], 0.03, -0.02)[2]
        yield from _ear(s, side, free * smoothstep(0.03, 0.12, depth))


def _ear(s: Scene, side: float, shown: Tensor) -> Iterator[Layer]:
    outer, inner = s.ear(side), s.ear(side, -0.036)
    box = s.box_of(outer)
    x, y = s.at(box)
    shade = s.shade[:, box[0], box[1]]
    alpha = cover(ellipse_field(outer, x, y), s.pixel) * shown
    yield Layer("ear", alpha, s.skin * 0.94, box, shade)
    yield Layer("ear", alpha * cover(ellipse_field(inner, x, y), s.pixel) * 0.8, s.skin_dark, box, shade)


def face(s: Scene) -> Iterator[Layer]:
    alpha = s.on_head
    yield Layer("face", alpha, s.skin, s.whole, s.shade)
    yield from _blush(s, alpha)
    yield from _freckles(s, alpha)


def _blush(s: Scene, head: Tensor) -> Iterator[Layer]:
    amount = s.values["blush"]
    color = mix(s.skin * 0.85, (0.93, 0.25, 0.27), 0.72)
    for side in SIDES:
        e = s.patch(side * 0.275, 0.165).disc(0.0, 0.0, 0.15, 0.115)
        box = s.box_of(e)
        x, y = s.at(box)
        dx, dy = x - e.x, y - e.y
        f2 = e.a * dx * dx + 2 * e.b * dx * dy + e.c * dy * dy
        soft = smoothstep(1.0, 0.0, f2) * 0.72
        yield Layer("face", soft * amount * head[:, box[0], box[1]], color, box)


_SPOTS = ((0.0, -0.01), (0.075, 0.03), (-0.07, 0.035), (0.03, 0.085), (-0.035, -0.06), (0.105, -0.035), (-0.095, -0.03))


def _freckles(s: Scene, head: Tensor) -> Iterator[Layer]:
    amount = s.values["freckles"]
    color = s.skin * s.skin.new_tensor([0.62, 0.44, 0.36])
    for side in SIDES:
        frame = s.patch(side * 0.235, 0.125)
        box = s.box(frame.x, frame.y, s.x.new_tensor(0.15), s.x.new_tensor(0.13))
        x, y = s.at(box)
        nearest = torch.full_like(x, 1.0)
        for u, v in _SPOTS:
            cx, cy = frame.place(side * u, v)
            nearest = torch.minimum(nearest, (x - cx) ** 2 + (y - cy) ** 2)
        dots = cover(nearest.sqrt() - 0.0185, s.pixel)
        yield Layer("face", dots * (0.15 + 0.80 * amount) * (amount > 0) * head[:, box[0], box[1]], color, box)


def hair_shadow(s: Scene) -> Iterator[Layer]:
    """The fringe and the hat darken the forehead below them."""
    soft = smoothstep(0.16, -0.02, s.hair_line) * smoothstep(0.5, 0.2, s.ball[1]) * (s.style["opacity"] > 0.9)
    capped = s.wears("hat", "beanie", "cap", "brim")
    soft = torch.maximum(soft * (1 - capped), capped * smoothstep(0.22, 0.0, s.hat_line))
    alpha = soft * s.on_head * 0.55 * (1 - s.wears("hat", "headscarf"))
    yield Layer("face", alpha, s.skin_dark, s.whole)


def beard(s: Scene) -> Iterator[Layer]:
    color = s.hair * 0.86
    shadow = s.hair * 0.5
    m = s.mouth
    full, stubble = s.wears("beard", "full"), s.wears("beard", "stubble")
    hole = s.patch(0.0, 0.0).disc(0.0, 0.02, 0.335, 0.235)
    hollow = s.patch(0.0, 0.0).disc(0.0, -0.10, 0.40, 0.33)
    cheek = torch.minimum(ellipse_field(hole, s.x, s.y), ellipse_field(hollow, s.x, s.y))
    grown = ellipse_field(s.jaw, s.x, s.y) - 0.045 * full
    field = torch.maximum(torch.maximum(grown, -cheek), 0.0 - s.y)
    alpha = cover(field, s.pixel)
    yield Layer("beard", alpha * full, color, s.whole, s.shade)
    yield Layer("beard", alpha * stubble * s.on_head * 0.42, shadow, s.whole, s.shade)
    goatee = m.frame.disc(0.0, 0.165, 0.135, 0.105)
    box = s.box_of(goatee)
    x, y = s.at(box)
    shade = s.shade[:, box[0], box[1]]
    alpha = cover(ellipse_field(goatee, x, y), s.pixel)
    yield Layer("beard", alpha * s.wears("beard", "goatee"), color, box, shade)


def moustache(s: Scene) -> Iterator[Layer]:
    m = s.mouth
    width = m.half_width * 1.12
    box = s.box(m.frame.x, m.frame.y, width * 1.1 + 0.05, s.x.new_tensor(0.22))
    u, v = m.frame.local(*s.at(box))
    t = (u / width).abs().clamp_max(1.2)
    centre = m.middle(t) - m.gap_up - m.lip_up - 0.030 + 0.045 * t * t
    thick = 0.050 * (1 - t * t).clamp_min(-0.3) ** 1 * (0.75 + 0.5 * t)
    field = torch.maximum((v - centre).abs() - thick, u.abs() - width)
    alpha = cover_field(field, s.pixel)
    shown = s.wears("beard", "moustache", "goatee", "full")
    yield Layer("beard", alpha * shown, s.hair * 0.80, box, s.shade[:, box[0], box[1]])


def mouth(s: Scene) -> Iterator[Layer]:
    m = s.mouth
    box = s.box(m.frame.x, m.frame.y, m.half_width + 0.06, s.x.new_tensor(0.24))
    u, v = m.frame.local(*s.at(box))
    t = u / m.half_width
    round_ = (1 - t * t).clamp_min(-0.5)
    middle = m.middle(t)
    roof, floor = middle - m.gap_up * round_, middle + m.gap_down * round_
    bow = 1 - 0.35 * torch.exp(-30 * t * t)
    beside = u.abs() - m.half_width
    lips = torch.maximum(roof - m.lip_up * bow * round_ - v, v - floor - m.lip_down * round_)
    lips = torch.maximum(lips, beside)
    red = s.skin.new_tensor([0.84, 0.10, 0.22])
    natural = mix(s.skin * s.skin.new_tensor([0.80, 0.56, 0.55]), (0.72, 0.42, 0.38), 0.3)
    color = mix(natural, red.expand_as(natural), s.values["lip_color"].flatten())
    shape = cover_field(lips, s.pixel)
    yield Layer("mouth", shape, color, box)
    inside = torch.maximum(roof - v, v - floor)
    hole = cover_field(torch.maximum(inside - 0.013 * (1 - 0.6 * t * t), beside), s.pixel)
    inside = torch.maximum(inside, beside)
    yield Layer("mouth", hole, s.skin.new_tensor([0.36, 0.07, 0.10]).expand(s.n, 3), box)
    tongue = m.frame.disc(0.0, m.middle(0.0) + m.gap_down, m.half_width * 0.55, m.gap_down * 0.45 + 1e-3)
    alpha = cover(ellipse_field(tongue, *s.at(box)), s.pixel) * cover_field(inside, s.pixel)
    yield Layer("mouth", alpha * (m.gap_down > 0.01), s.skin.new_tensor([0.90, 0.42, 0.43]).expand(s.n, 3), box)
    teeth = torch.maximum(inside + 0.004, v - roof - 0.048 * round_)
    shown = cover_field(teeth, s.pixel) * smoothstep(0.02, 0.05, m.gap_down)
    yield Layer("mouth", shown, s.skin.new_tensor([0.98, 0.97, 0.94]).expand(s.n, 3), box)


def nose(s: Scene) -> Iterator[Layer]:
    tip, w = s.nose.tip, s.nose.half_width
    start, end = s.nose.bridge.place(0.0, 0.0), tip.place(0.0, -0.01)
    middle_y, reach = (start[1] + end[1]) / 2, (end[1] - start[1]).abs() / 2
    box = s.box((start[0] + end[0]) / 2, middle_y, (end[0] - start[0]).abs() / 2 + 0.18, reach + 0.14)
    x, y = s.at(box)
    lit = s.values["light"]
    shift = -0.036 * torch.where(lit < 0, -1.0, 1.0) * (0.5 + 0.5 * lit.abs())
    side = capsule_field(x, y, (start[0] + shift, start[1]), (end[0] + shift, end[1]), 0.020, w * 0.62)
    below = ellipse_field(tip.disc(0.0, 0.034, w * 1.12, 0.066), x, y)
    yield Layer("nose", cover(torch.minimum(side, below), s.pixel) * 0.80, s.skin_dark, box)
    ball = ellipse_field(tip.disc(0.0, 0.0, w, 0.060), x, y)
    bright = torch.minimum(capsule_field(x, y, start, end, 0.024, w * 0.60), ball)
    shade = s.shade[:, box[0], box[1]]
    yield Layer("nose", cover(bright, s.pixel), mix(s.skin, (1.0, 0.60, 0.50), 0.38), box, shade)
    for sign in SIDES:
        hole = tip.disc(sign * w * 0.56, 0.044, 0.028, 0.021)
        yield Layer("nose", cover(ellipse_field(hole, x, y), s.pixel), s.skin_dark * 0.42, box)


# eyes -------------------------------------------------------------------------------------------


def eyes(s: Scene) -> Iterator[Layer]:
    for eye in s.eyes:
        yield from _eye(s, eye)


def _eye(s: Scene, eye: Eye) -> Iterator[Layer]:
    w = eye.half_width
    box = s.box(eye.frame.x, eye.frame.y, w + 0.06, s.x.new_tensor(0.24))
    x, y = s.at(box)
    u, v = eye.frame.local(x, y)
    v = v - eye.slant * u
    t = u / w
    c = bulge(t.clamp(-1.08, 1.08))
    upper, lower = eye.upper * c, eye.lower * c
    shade = s.shade[:, box[0], box[1]]
    beside = t.abs() * w - w
    lid = torch.maximum(torch.maximum(eye.open_upper * 1.22 * c - v, v - upper), beside)
    yield Layer("lid", cover_field(lid, s.pixel), mix(s.skin, s.skin_dark, 0.62), box, shade)
    opening = cover_field(torch.maximum(torch.maximum(upper - v, v - lower), beside), s.pixel)
    yield Layer("eye_white", opening, s.skin.new_tensor([0.99, 0.985, 0.97]).expand(s.n, 3), box)
    under = cover_soft(v - upper - 0.035, 0.02) * opening
    yield Layer("eye_white", under * 0.30, s.skin.new_tensor([0.45, 0.42, 0.52]).expand(s.n, 3), box)
    yield from _iris(s, eye, box, opening)
    outer = smoothstep(-1.0, 1.0, t * eye.side)
    stroke = torch.maximum((v - upper).abs() - (0.018 + 0.014 * outer), beside - w * 0.04)
    dark = mix(s.hair * 0.25, (0.10, 0.06, 0.07), 0.7)
    yield Layer("lid", cover_field(stroke, s.pixel) * s.on_head[:, box[0], box[1]], dark, box)
    below = torch.maximum((v - lower).abs() - 0.008, beside + w * 0.2)
    yield Layer("lid", cover_field(below, s.pixel) * 0.55, s.skin_dark * 0.8, box)


def _iris(s: Scene, eye: Eye, box: Box, opening: Tensor) -> Iterator[Layer]:
    x, y = s.at(box)
    r, u, v = eye.iris, eye.gaze_u, eye.gaze_v

    def disc(du: Tensor | float, dv: Tensor | float, radius: Tensor) -> Tensor:
        return cover(ellipse_field(eye.frame.disc(u + du, v + dv, radius, radius), x, y), s.pixel) * opening

    yield Layer("iris", disc(0.0, 0.0, r), s.iris * 0.55, box)
    yield Layer("iris", disc(0.0, 0.0, r * 0.84), s.iris, box)
    glow = mix(s.iris, (1.0, 1.0, 0.9), 0.35)
    yield Layer("iris", disc(0.0, r * 0.36, r * 0.44), glow, box)
    yield Layer("pupil", disc(0.0, 0.0, r * 0.47), s.iris.new_tensor([0.06, 0.05, 0.08]).expand(s.n, 3), box)
    white = s.iris.new_tensor([1.0, 1.0, 1.0]).expand(s.n, 3)
    yield Layer("iris", disc(-r * 0.36, -r * 0.40, r * 0.30), white, box)


def brows(s: Scene) -> Iterator[Layer]:
    free = 1 - 0.0 * s.wears("hat", "headscarf")
    for brow in s.brows:
        box = s.box(brow.frame.x, brow.frame.y, brow.half_width + 0.04, s.x.new_tensor(0.16))
        yield Layer("brow", _brow(s, brow, box) * free, s.brow, box)


def _brow(s: Scene, brow: Brow, box: Box) -> Tensor:
    w = brow.half_width
    u, v = brow.frame.local(*s.at(box))
    t = u / w
    centre = brow.arch * (t * t - 0.6) + brow.slant * u
    ends = (1 - t.abs().clamp_max(1) ** 6).sqrt()
    thick = brow.half_height * (1.12 - 0.50 * smoothstep(-0.3, 1.1, t * brow.side)) * ends
    field = torch.maximum((v - centre).abs() - thick, u.abs() - w)
    return cover_field(field, s.pixel)


# hair on the head -------------------------------------------------------------------------------


def front_hair(s: Scene) -> Iterator[Layer]:
    t = s.style
    growing = cover_field(s.hair_line * 0.5, s.pixel) * cover((s.ball[1] - 0.74) * 0.55, s.pixel)
    alpha = s.visible_hair(torch.minimum(s.hair_outline, growing) * t["opacity"], s.whole)
    yield Layer("hair", alpha, s.hair, s.whole, s.shade)
    x, y, z, rx, ry, rz = (t[f"top{i}"] for i in range(6))
    volume = s.ellipsoid((x, y, z), (rx + 1e-3, ry + 1e-3, rz + 1e-3))
    angle = torch.atan2(s.x - volume.x, volume.y - s.y)
    field = ellipse_field(volume, s.x, s.y) - t["top_bump"] * (angle * 7).cos()
    # Inside the shell the volume keeps to the hairline; beyond it, it stands free.
    growing = torch.maximum(growing, 1 - cover(ellipse_field(s.shell, s.x, s.y), s.pixel))
    extra = s.visible_hair(cover(field, s.pixel) * growing * (rx > 0), s.whole)
    yield Layer("hair", extra, s.hair, s.whole, s.shade)
    sx, sy, sz = s.ball
    sheen = (1 - ((sy + 0.72 + 0.12 * sx * sx) / 0.13) ** 2).clamp_min(0) * smoothstep(0.95, 0.2, sx.abs())
    glow = mix(s.hair, (1.0, 0.97, 0.92), 0.32)
    yield Layer("hair", torch.maximum(alpha, extra) * sheen * 0.75, glow, s.whole, s.shade)


def _scallop(s: Scene) -> Tensor:
    """Bumps on the outline: rounded outwards when positive, pointed when negative."""
    t = s.style
    angle = torch.atan2(s.x - s.shell.x, s.shell.y - s.y)
    wave = (angle * t["bumps"] / 2).sin().abs()
    crown = smoothstep(0.35, -0.15, s.y - s.shell.y)
    pointed = t["bump"] < 0
    return t["bump"].abs() * torch.where(pointed, (1 - wave) * crown, wave)


# worn things ------------------------------------------------------------------------------------


def _lenses(s: Scene) -> dict[str, Tensor]:
    table = _table("GLASSES_SHAPES", s.device)[s.classes["glasses"]]
    names = _column_names(palette.GLASSES_SHAPES["none"])
    return {name: table[:, i, None, None] for i, name in enumerate(names)}


def _lens_frame(s: Scene, side: float) -> Frame:
    """Glasses stand 0.05 off the skin, in front of where the eyes of an average face are."""
    return s.patch(side * 0.213, EYE_Y + 0.012, 0.05)


def temples(s: Scene) -> Iterator[Layer]:
    """The arms of the glasses, from a lens to the ear; under the hair and never past the head."""
    lens = _lenses(s)
    for side in SIDES:
        start = _lens_frame(s, side).place(side * (lens["width"] - 0.01), -0.04 - lens["lift"] * lens["width"] * 0.8)
        ear = s.turned(side * (s.skull_radii[0] + 0.01), -0.06, -0.02)[:2]
        seen = smoothstep(0.0, 0.03, (ear[0] - start[0]) * side)
        on_head = cover(torch.minimum(s.head, ellipse_field(s.ear(side), s.x, s.y)), s.pixel)
        field = capsule_field(s.x, s.y, start, ear, 0.018, 0.018)
        yield Layer("glasses", cover(field, s.pixel) * on_head * seen * lens["shown"], s.rim, s.whole)


def glasses(s: Scene) -> Iterator[Layer]:
    lens = _lenses(s)
    for side in SIDES:
        yield from _lens(s, lens, _lens_frame(s, side), side)
    (ax, ay), (bx, by) = (_lens_frame(s, k).place(-k * (lens["width"] - 0.01), -0.02) for k in SIDES)
    box = s.box((ax + bx) / 2, (ay + by) / 2, (bx - ax).abs() / 2 + 0.05, s.x.new_tensor(0.08))
    bridge = capsule_field(*s.at(box), (ax, ay), (bx, by), 0.02, 0.02)
    yield Layer("glasses", cover(bridge, s.pixel) * lens["shown"], s.rim, box)


def _lens(s: Scene, lens: dict[str, Tensor], frame: Frame, side: float) -> Iterator[Layer]:
    width, height = lens["width"], lens["height"]
    box = s.box(frame.x, frame.y, width + 0.06, height + 0.12)
    u, v = frame.local(*s.at(box))
    v = v + lens["lift"] * side * u * smoothstep(-0.1, 0.15, side * u)
    field = box_field(u, v, width, height, torch.minimum(width, height) * lens["corner"])
    pane = cover_field(field, s.pixel) * lens["shown"]
    dark = lens["tint"] > 0.5
    clear, tinted = s.rim.new_tensor([0.93, 0.97, 1.0]), s.rim.new_tensor([0.07, 0.07, 0.11])
    yield Layer("glasses", pane * lens["tint"], torch.where(dark.view(-1, 1), tinted, clear), box)
    gleam = cover((u * 0.8 + v + 0.02).abs() * 0.78 - 0.022, s.pixel) * pane
    yield Layer("glasses", gleam * torch.where(dark, 0.35, 0.28), torch.ones_like(s.rim), box)
    yield Layer("glasses", cover_field(field.abs() - lens["rim"], s.pixel) * lens["shown"], s.rim, box)


def hat(s: Scene) -> Iterator[Layer]:
    yield from _brim_back(s)
    yield from _crown(s)
    yield from _brim_front(s)
    yield from _visor(s)
    yield from _headband(s)
    yield from _headscarf(s)


def _hat_shell(s: Scene) -> Ellipse:
    puff = s.style["puff"].clamp(0.03, 0.09) + 0.03
    return s.ellipsoid((0.0, -0.11, -0.02), s._shell_radii(puff))


def _crown(s: Scene) -> Iterator[Layer]:
    """Beanie, cap and bucket crown, all on the hair shell."""
    soft, peaked, brim = (s.wears("hat", name) for name in ("beanie", "cap", "brim"))
    shell = cover(ellipse_field(_hat_shell(s), s.x, s.y), s.pixel)
    line = s.hat_line
    alpha = shell * cover(line * 0.5, s.pixel) * (soft + peaked + brim)
    ridges = 1 - 0.10 * soft * (torch.atan2(s.ball[0], s.ball[2]) * 16).cos().clamp_min(0) ** 2
    yield Layer("hat", alpha, s.hat, s.whole, s.shade * ridges)
    cuff = alpha * cover((line + 0.16).abs() * 0.5 - 0.085, s.pixel)
    yield Layer("hat", cuff * soft, mix(s.hat, (1.0, 1.0, 1.0), 0.28), s.whole, s.shade * ridges)
    band = alpha * cover((line + 0.11).abs() * 0.5 - 0.055, s.pixel)
    yield Layer("hat", band * brim, s.hat * 0.62, s.whole, s.shade)
    badge = s.patch(0.0, -0.56, 0.10).disc(0.0, 0.0, 0.075, 0.065)
    yield Layer("hat", cover(ellipse_field(badge, s.x, s.y), s.pixel) * peaked, mix(s.hat, (1.0, 1.0, 1.0), 0.7), s.whole)


def _disc_frame(s: Scene, centre: tuple[float, float, float], depth: tuple[float, float, float]) -> Frame:
    """A flat disc round the head: u runs to the right, v along `depth`."""
    x, y, _ = s.turned(*centre)
    ux, uy, _ = s.turned(1.0, 0.0, 0.0)
    vx, vy, _ = s.turned(*depth)
    return Frame(x, y, ux, uy, vx, vy)


def _brim_frame(s: Scene) -> Frame:
    return _disc_frame(s, (0.0, -0.41, 0.0), (0.0, 0.36, 0.93))


def _brim_back(s: Scene) -> Iterator[Layer]:
    alpha = cover(ellipse_field(_thick(_brim_frame(s), 0.65, 0.46), s.x, s.y), s.pixel)
    yield Layer("hat", alpha * s.wears("hat", "brim"), s.hat * 0.74, s.whole, s.shade)


def _brim_front(s: Scene) -> Iterator[Layer]:
    """The front of the brim lies before the crown, which stands in its middle."""
    frame = _brim_frame(s)
    disc = ellipse_field(_thick(frame, 0.65, 0.46), s.x, s.y)
    middle = ellipse_field(_thick(frame, 0.545, 0.33), s.x, s.y)
    front = -frame.local(s.x, s.y)[1] * 0.3
    alpha = cover(torch.maximum(torch.maximum(disc, -middle), front), s.pixel)
    yield Layer("hat", alpha * s.wears("hat", "brim"), s.hat * 0.80, s.whole, s.shade)


def _visor(s: Scene) -> Iterator[Layer]:
    frame = _disc_frame(s, (0.0, -0.40, 0.44), (0.0, 0.42, 0.91))
    e = _thick(frame, 0.45, 0.29)
    box = s.box_of(e)
    x, y = s.at(box)
    front = -frame.local(x, y)[1] * 0.4
    alpha = cover(torch.maximum(ellipse_field(e, x, y), front), s.pixel)
    yield Layer("hat", alpha * s.wears("hat", "cap"), s.hat * 0.74, box, s.shade[:, box[0], box[1]])


def _thick(frame: Frame, ru: float, rv: float) -> Ellipse:
    """A disc with some thickness, so that it never vanishes when seen edge-on."""
    ax, ay, bx, by = frame.ux * ru, frame.uy * ru, frame.vx * rv, frame.vy * rv
    return ellipse(frame.x, frame.y, ax * ax + bx * bx + 9e-4, ax * ay + bx * by, ay * ay + by * by + 9e-4)


def _headband(s: Scene) -> Iterator[Layer]:
    band_shell = s.ellipsoid((0.0, -0.10, -0.02), s._shell_radii(s.style["puff"] + 0.012))
    shell = cover(ellipse_field(band_shell, s.x, s.y), s.pixel)
    band = cover((s.ball[1] + 0.56 - 0.25 * (1 - s.ball[2])).abs() * 0.5 - 0.062, s.pixel)
    yield Layer("hat", shell * band * s.wears("hat", "headband"), s.hat, s.whole, s.shade)


def scarf_back(s: Scene) -> Iterator[Layer]:
    """The part of a headscarf round the neck and on the shoulders."""
    x, y, _ = s.turned(0.0, 0.52, 0.02)
    field = torch.minimum(
        box_field(s.x - x, s.y - y, s.x.new_tensor(0.47), s.x.new_tensor(0.30), s.x.new_tensor(0.26)),
        ellipse_field(s.ellipsoid((0.0, -0.08, -0.04), s._shell_radii(0.08)), s.x, s.y),
    )
    yield Layer("hat", cover(field, s.pixel) * s.wears("hat", "headscarf"), s.hat * 0.82, s.whole, s.shade)


def _headscarf(s: Scene) -> Iterator[Layer]:
    outer = torch.minimum(
        ellipse_field(s.ellipsoid((0.0, -0.09, -0.02), s._shell_radii(0.075)), s.x, s.y),
        ellipse_field(s.ellipsoid(s.jaw_centre, tuple(r + 0.09 for r in s.jaw_radii)), s.x, s.y),
    )
    hole = s.patch(0.0, 0.06, 0.02).disc(0.0, 0.0, 0.395, 0.48)
    # The cloth keeps a rim round the face on the far side of a turned head.
    opening = torch.maximum(ellipse_field(hole, s.x, s.y), s.head + 0.035)
    alpha = cover(torch.maximum(outer, -opening), s.pixel)
    yield Layer("hat", alpha * s.wears("hat", "headscarf"), s.hat, s.whole, s.shade)


def _hair_line(s: Scene) -> Tensor:
    """Negative where hair grows, on the unit sphere of the shell."""
    t = s.style
    sx, sy, sz = s.ball
    front = t["front"] + t["curtain"] * (sx - t["part"]).abs()
    front = front + t["notch"] * torch.asin((sx * t["notches"]).sin().clamp(-0.999, 0.999)) * 0.64
    azimuth = sz / (1 - sy * sy).clamp_min(0.02).sqrt()
    aside = smoothstep(t["reach"] + 0.22, t["reach"] - 0.06, azimuth)
    behind = smoothstep(0.05, -0.25, azimuth)
    height = front + (t["side"] - front) * aside
    height = height + (0.62 - height).clamp_min(0) * behind
    field = sy - height
    field = torch.maximum(field, -(sy + t["crown"]) * (t["crown"] < 1.9) - 9 * (t["crown"] > 1.9))
    return torch.maximum(field, sx.abs() - t["strip"])


Scene.hair_line = cached_property(_hair_line)  # type: ignore[attr-defined]
Scene.hair_line.__set_name__(Scene, "hair_line")  # type: ignore[attr-defined]

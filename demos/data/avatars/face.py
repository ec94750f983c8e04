"""Painters: the head and everything on its skin."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from demos.data.avatars.anatomy import SIDES, Brow, Eye, bulge
from demos.data.avatars.scene import WHITE, Box, Layer, Scene, mix
from demos.data.avatars.shapes import capsule_field, cover, cover_field, ellipse_field, smoothstep


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
    alpha = cover(ellipse_field(outer, x, y), s.pixel) * shown
    yield Layer("ear", alpha, s.skin * 0.94, box, s.shade[:, *box])
    hollow = cover(ellipse_field(inner, x, y), s.pixel)
    yield Layer("ear", alpha * hollow * 0.8, s.skin_dark, box, s.shade[:, *box])


def head(s: Scene) -> Iterator[Layer]:
    yield Layer("face", s.on_head, s.skin, s.whole, s.shade)
    yield from _blush(s)
    yield from _freckles(s)


def _blush(s: Scene) -> Iterator[Layer]:
    color = mix(s.skin * 0.85, (0.93, 0.25, 0.27), 0.72)
    for side in SIDES:
        cheek = s.patch(side * 0.275, 0.165).disc(0.0, 0.0, 0.15, 0.115)
        box = s.box_of(cheek)
        x, y = s.at(box)
        dx, dy = x - cheek.x, y - cheek.y
        square = cheek.a * dx * dx + 2 * cheek.b * dx * dy + cheek.c * dy * dy
        soft = smoothstep(1.0, 0.0, square) * 0.72 * s.values["blush"]
        yield Layer("face", soft * s.on_head[:, *box], color, box)


_SPOTS = (
    (0.0, -0.01), (0.075, 0.03), (-0.07, 0.035), (0.03, 0.085),
    (-0.035, -0.06), (0.105, -0.035), (-0.095, -0.03),
)  # fmt: skip


def _freckles(s: Scene) -> Iterator[Layer]:
    amount = s.values["freckles"]
    strength = (0.15 + 0.80 * amount) * (amount > 0)
    color = s.skin * s.skin.new_tensor([0.62, 0.44, 0.36])
    for side in SIDES:
        frame = s.patch(side * 0.235, 0.125)
        box = s.box(frame.x, frame.y, 0.15, 0.13)
        x, y = s.at(box)
        nearest = torch.full_like(x, 1.0)
        for u, v in _SPOTS:
            cx, cy = frame.place(side * u, v)
            nearest = torch.minimum(nearest, (x - cx) ** 2 + (y - cy) ** 2)
        dots = cover(nearest.sqrt() - 0.0185, s.pixel)
        yield Layer("face", dots * strength * s.on_head[:, *box], color, box)


def beard(s: Scene) -> Iterator[Layer]:
    """Full beard, stubble and goatee; the mouth is painted on top."""
    full, stubble = s.wears("beard", "full"), s.wears("beard", "stubble")
    middle = s.patch(0.0, 0.0)
    round_mouth, cheeks = middle.disc(0.0, 0.02, 0.335, 0.235), middle.disc(0.0, -0.10, 0.40, 0.33)
    shaven = torch.minimum(ellipse_field(round_mouth, s.x, s.y), ellipse_field(cheeks, s.x, s.y))
    jaw = ellipse_field(s.jaw, s.x, s.y) - 0.045 * full
    alpha = cover(torch.maximum(torch.maximum(jaw, -shaven), -s.y), s.pixel)
    yield Layer("beard", alpha * full, s.hair * 0.86, s.whole, s.shade)
    yield Layer("beard", alpha * stubble * s.on_head * 0.42, s.hair * 0.5, s.whole, s.shade)
    goatee = s.mouth.frame.disc(0.0, 0.165, 0.135, 0.105)
    box = s.box_of(goatee)
    alpha = cover(ellipse_field(goatee, *s.at(box)), s.pixel) * s.wears("beard", "goatee")
    yield Layer("beard", alpha, s.hair * 0.86, box, s.shade[:, *box])


def mouth(s: Scene) -> Iterator[Layer]:
    m = s.mouth
    box = s.box(m.frame.x, m.frame.y, m.half_width + 0.06, 0.24)
    u, v = m.frame.local(*s.at(box))
    t = u / m.half_width
    arch = (1 - t * t).clamp_min(-0.5)
    roof, floor = m.middle(t) - m.gap_up * arch, m.middle(t) + m.gap_down * arch
    beside = u.abs() - m.half_width
    bow = 1 - 0.35 * torch.exp(-30 * t * t)
    lips = torch.maximum(roof - m.lip_up * bow * arch - v, v - floor - m.lip_down * arch)
    yield Layer("mouth", cover_field(torch.maximum(lips, beside), s.pixel), _lip_color(s), box)
    inside = torch.maximum(roof - v, v - floor)
    # A shut mouth keeps a dark line between the lips.
    line = torch.maximum(inside - 0.013 * (1 - 0.6 * t * t), beside)
    yield Layer("mouth", cover_field(line, s.pixel), s.paint(0.36, 0.07, 0.10), box)
    inside = torch.maximum(inside, beside)
    tongue = m.frame.disc(0.0, m.middle(0.0) + m.gap_down, m.half_width * 0.55, m.gap_down * 0.45 + 1e-3)
    alpha = cover(ellipse_field(tongue, *s.at(box)), s.pixel) * cover_field(inside, s.pixel)
    yield Layer("mouth", alpha * (m.gap_down > 0.01), s.paint(0.90, 0.42, 0.43), box)
    teeth = cover_field(torch.maximum(inside + 0.004, v - roof - 0.048 * arch), s.pixel)
    yield Layer("mouth", teeth * smoothstep(0.02, 0.05, m.gap_down), s.paint(0.98, 0.97, 0.94), box)


def _lip_color(s: Scene) -> Tensor:
    natural = mix(s.skin * s.skin.new_tensor([0.80, 0.56, 0.55]), (0.72, 0.42, 0.38), 0.3)
    return mix(natural, (0.84, 0.10, 0.22), s.values["lip_color"])


def moustache(s: Scene) -> Iterator[Layer]:
    m = s.mouth
    width = m.half_width * 1.12
    box = s.box(m.frame.x, m.frame.y, width * 1.1 + 0.05, 0.22)
    u, v = m.frame.local(*s.at(box))
    t = (u / width).abs().clamp_max(1.2)
    centre = m.middle(t) - m.gap_up - m.lip_up - 0.030 + 0.045 * t * t
    thick = 0.050 * (1 - t * t).clamp_min(-0.3) * (0.75 + 0.5 * t)
    alpha = cover_field(torch.maximum((v - centre).abs() - thick, u.abs() - width), s.pixel)
    shown = s.wears("beard", "moustache", "goatee", "full")
    yield Layer("beard", alpha * shown, s.hair * 0.80, box, s.shade[:, *box])


def nose(s: Scene) -> Iterator[Layer]:
    tip, w = s.nose.tip, s.nose.half_width
    (ax, ay), (bx, by) = s.nose.bridge.place(0.0, 0.0), tip.place(0.0, -0.01)
    box = s.box((ax + bx) / 2, (ay + by) / 2, (bx - ax).abs() / 2 + 0.18, (by - ay).abs() / 2 + 0.14)
    x, y = s.at(box)
    light = s.values["light"]
    away = -0.036 * torch.where(light < 0, -1.0, 1.0) * (0.5 + 0.5 * light.abs())
    shadow = torch.minimum(
        capsule_field(x, y, (ax + away, ay), (bx + away, by), 0.020, w * 0.62),
        ellipse_field(tip.disc(0.0, 0.034, w * 1.12, 0.066), x, y),
    )
    yield Layer("nose", cover(shadow, s.pixel) * 0.80, s.skin_dark, box)
    body = torch.minimum(
        capsule_field(x, y, (ax, ay), (bx, by), 0.024, w * 0.60),
        ellipse_field(tip.disc(0.0, 0.0, w, 0.060), x, y),
    )
    yield Layer("nose", cover(body, s.pixel), _nose_color(s), box, s.shade[:, *box])
    for side in SIDES:
        nostril = ellipse_field(tip.disc(side * w * 0.56, 0.044, 0.028, 0.021), x, y)
        yield Layer("nose", cover(nostril, s.pixel), s.skin_dark * 0.42, box)


def _nose_color(s: Scene) -> Tensor:
    """Darker and redder than fair skin, lighter than dark skin: it must stand out from both."""
    redder = s.skin * s.skin.new_tensor([0.95, 0.76, 0.71])
    return mix(redder, mix(s.skin, (1.0, 0.60, 0.50), 0.38), smoothstep(0.5, 0.85, s.values["skin_tone"]))


def eyes(s: Scene) -> Iterator[Layer]:
    for eye in s.eyes:
        yield from _eye(s, eye)


def _eye(s: Scene, eye: Eye) -> Iterator[Layer]:
    w = eye.half_width
    box = s.box(eye.frame.x, eye.frame.y, w + 0.06, 0.24)
    u, v = eye.frame.local(*s.at(box))
    v = v - eye.slant * u
    t = u / w
    profile = bulge(t.clamp(-1.08, 1.08))
    upper, lower = eye.upper * profile, eye.lower * profile
    beside = u.abs() - w
    lid = torch.maximum(torch.maximum(eye.open_upper * 1.22 * profile - v, v - upper), beside)
    yield Layer("lid", cover_field(lid, s.pixel), mix(s.skin, s.skin_dark, 0.62), box, s.shade[:, *box])
    opening = cover_field(torch.maximum(torch.maximum(upper - v, v - lower), beside), s.pixel)
    yield Layer("eye_white", opening, s.paint(0.99, 0.985, 0.97), box)
    lid_shadow = smoothstep(0.055, 0.015, v - upper) * opening * 0.30
    yield Layer("eye_white", lid_shadow, s.paint(0.45, 0.42, 0.52), box)
    yield from _iris(s, eye, box, opening)
    yield from _lashes(s, eye, box, (v - upper, v - lower, t))


def _iris(s: Scene, eye: Eye, box: Box, opening: Tensor) -> Iterator[Layer]:
    x, y = s.at(box)
    r, u, v = eye.iris, eye.gaze_u, eye.gaze_v

    def disc(right: Tensor | float, down: Tensor | float, radius: Tensor) -> Tensor:
        spot = eye.frame.disc(u + right, v + down, radius, radius)
        return cover(ellipse_field(spot, x, y), s.pixel) * opening

    yield Layer("iris", disc(0.0, 0.0, r), s.iris * 0.55, box)
    yield Layer("iris", disc(0.0, 0.0, r * 0.84), s.iris, box)
    yield Layer("iris", disc(0.0, r * 0.36, r * 0.44), mix(s.iris, (1.0, 1.0, 0.9), 0.35), box)
    yield Layer("pupil", disc(0.0, 0.0, r * 0.47), s.paint(0.06, 0.05, 0.08), box)
    yield Layer("iris", disc(-r * 0.36, -r * 0.40, r * 0.30), s.paint(*WHITE), box)


def _lashes(s: Scene, eye: Eye, box: Box, edges: tuple[Tensor, Tensor, Tensor]) -> Iterator[Layer]:
    from_upper, from_lower, t = edges
    w = eye.half_width
    outward = smoothstep(-1.0, 1.0, t * eye.side)
    stroke = torch.maximum(from_upper.abs() - (0.018 + 0.014 * outward), (t.abs() - 1.04) * w)
    dark = mix(s.hair * 0.25, (0.10, 0.06, 0.07), 0.7)
    yield Layer("lid", cover_field(stroke, s.pixel) * s.on_head[:, *box], dark, box)
    below = torch.maximum(from_lower.abs() - 0.008, (t.abs() - 0.8) * w)
    yield Layer("lid", cover_field(below, s.pixel) * 0.55, s.skin_dark * 0.8, box)


def brows(s: Scene) -> Iterator[Layer]:
    for brow in s.brows:
        box = s.box(brow.frame.x, brow.frame.y, brow.half_width + 0.04, 0.16)
        yield Layer("brow", _brow(s, brow, box), s.brow, box)


def _brow(s: Scene, brow: Brow, box: Box) -> Tensor:
    """A stroke that is thicker towards the nose and rounded at its ends."""
    u, v = brow.frame.local(*s.at(box))
    t = u / brow.half_width
    ends = (1 - t.abs().clamp_max(1) ** 6).sqrt()
    thick = brow.half_height * (1.12 - 0.50 * smoothstep(-0.3, 1.1, t * brow.side)) * ends
    field = torch.maximum((v - brow.middle(u)).abs() - thick, u.abs() - brow.half_width)
    return cover_field(field, s.pixel)

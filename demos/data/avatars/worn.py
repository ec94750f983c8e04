"""Painters: glasses and hats."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from demos.data.avatars.anatomy import EYE_Y, SIDES
from demos.data.avatars.scene import WHITE, Layer, Scene, mix
from demos.data.avatars.shapes import (
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


def _lens_frame(s: Scene, side: float) -> Frame:
    """Glasses stand 0.05 off the skin, in front of where the eyes of an average face are."""
    return s.patch(side * 0.213, EYE_Y + 0.012, 0.05)


def temples(s: Scene) -> Iterator[Layer]:
    """The arms of the glasses, from a lens to the ear; under the hair and never past the head."""
    width, lift = s.lens["width"], s.lens["lift"]
    for side in SIDES:
        start = _lens_frame(s, side).place(side * (width - 0.01), -0.04 - lift * width * 0.8)
        ear = s.turned(side * (s.skull_radii[0] + 0.01), -0.06, -0.02)[:2]
        near = smoothstep(0.0, 0.03, (ear[0] - start[0]) * side)  # the far arm is behind the face
        on_head = cover(torch.minimum(s.head, ellipse_field(s.ear(side), s.x, s.y)), s.pixel)
        alpha = cover(capsule_field(s.x, s.y, start, ear, 0.018, 0.018), s.pixel) * on_head
        yield Layer("glasses", alpha * near * s.lens["shown"], s.rim, s.whole)


def glasses(s: Scene) -> Iterator[Layer]:
    for side in SIDES:
        yield from _lens(s, side)
    (ax, ay), (bx, by) = (_lens_frame(s, k).place(-k * (s.lens["width"] - 0.01), -0.02) for k in SIDES)
    box = s.box((ax + bx) / 2, (ay + by) / 2, (bx - ax).abs() / 2 + 0.05, 0.08)
    bridge = cover(capsule_field(*s.at(box), (ax, ay), (bx, by), 0.02, 0.02), s.pixel)
    yield Layer("glasses", bridge * s.lens["shown"], s.rim, box)


def _lens(s: Scene, side: float) -> Iterator[Layer]:
    width, height, shown = s.lens["width"], s.lens["height"], s.lens["shown"]
    frame = _lens_frame(s, side)
    box = s.box(frame.x, frame.y, width + 0.06, height + 0.12)
    u, v = frame.local(*s.at(box))
    v = v + s.lens["lift"] * side * u * smoothstep(-0.1, 0.15, side * u)
    field = box_field(u, v, width, height, torch.minimum(width, height) * s.lens["corner"])
    pane = cover_field(field, s.pixel) * shown
    dark = s.lens["tint"] > 0.5
    glass = torch.where(dark.view(-1, 1), s.paint(0.07, 0.07, 0.11), s.paint(0.93, 0.97, 1.0))
    yield Layer("glasses", pane * s.lens["tint"], glass, box)
    gleam = cover((u * 0.8 + v + 0.02).abs() * 0.78 - 0.022, s.pixel) * pane
    yield Layer("glasses", gleam * torch.where(dark, 0.35, 0.28), s.paint(*WHITE), box)
    yield Layer("glasses", cover_field(field.abs() - s.lens["rim"], s.pixel) * shown, s.rim, box)


def hat(s: Scene) -> Iterator[Layer]:
    yield from _brim_back(s)
    yield from _crown(s)
    yield from _brim_front(s)
    yield from _visor(s)
    yield from _headband(s)
    yield from _headscarf(s)


def _crown(s: Scene) -> Iterator[Layer]:
    """Beanie, crown of the cap and of the brimmed hat, all on the hair shell."""
    beanie, cap, brim = (s.wears("hat", name) for name in ("beanie", "cap", "brim"))
    shell = s.inflated(s.style["puff"].clamp(0.03, 0.09) + 0.03, -0.11)
    box = s.box_of(shell)
    line = s.hat_line[:, *box]
    alpha = cover(ellipse_field(shell, *s.at(box)), s.pixel) * cover(line * 0.5, s.pixel)
    alpha = alpha * (beanie + cap + brim)
    azimuth = torch.atan2(s.ball[0][:, *box], s.ball[2][:, *box])
    ribbed = s.shade[:, *box] * (1 - 0.10 * beanie * (azimuth * 16).cos().clamp_min(0) ** 2)
    yield Layer("hat", alpha, s.hat, box, ribbed)
    cuff = cover((line + 0.16).abs() * 0.5 - 0.085, s.pixel)
    yield Layer("hat", alpha * cuff * beanie, mix(s.hat, WHITE, 0.28), box, ribbed)
    ribbon = cover((line + 0.11).abs() * 0.5 - 0.055, s.pixel)
    yield Layer("hat", alpha * ribbon * brim, s.hat * 0.62, box, s.shade[:, *box])
    badge = s.patch(0.0, -0.56, 0.10).disc(0.0, 0.0, 0.075, 0.065)
    box = s.box_of(badge)
    alpha = cover(ellipse_field(badge, *s.at(box)), s.pixel) * cap
    yield Layer("hat", alpha, mix(s.hat, WHITE, 0.7), box)


def _brim_frame(s: Scene) -> Frame:
    return _disc_frame(s, (0.0, -0.41, 0.0), (0.0, 0.36, 0.93))


def _brim_back(s: Scene) -> Iterator[Layer]:
    disc = _thick(_brim_frame(s), 0.65, 0.46)
    box = s.box_of(disc)
    alpha = cover(ellipse_field(disc, *s.at(box)), s.pixel) * s.wears("hat", "brim")
    yield Layer("hat", alpha, s.hat * 0.74, box, s.shade[:, *box])


def _brim_front(s: Scene) -> Iterator[Layer]:
    """The front of the brim lies before the crown, which stands in its middle."""
    frame = _brim_frame(s)
    disc, middle = _thick(frame, 0.65, 0.46), _thick(frame, 0.545, 0.33)
    box = s.box_of(disc)
    x, y = s.at(box)
    ring = torch.maximum(ellipse_field(disc, x, y), -ellipse_field(middle, x, y))
    behind = -0.3 * frame.local(x, y)[1]
    alpha = cover(torch.maximum(ring, behind), s.pixel) * s.wears("hat", "brim")
    yield Layer("hat", alpha, s.hat * 0.80, box, s.shade[:, *box])


def _visor(s: Scene) -> Iterator[Layer]:
    frame = _disc_frame(s, (0.0, -0.40, 0.44), (0.0, 0.42, 0.91))
    disc = _thick(frame, 0.45, 0.29)
    box = s.box_of(disc)
    x, y = s.at(box)
    behind = -0.4 * frame.local(x, y)[1]
    alpha = cover(torch.maximum(ellipse_field(disc, x, y), behind), s.pixel) * s.wears("hat", "cap")
    yield Layer("hat", alpha, s.hat * 0.74, box, s.shade[:, *box])


def _disc_frame(s: Scene, centre: tuple[float, float, float], depth: tuple[float, float, float]) -> Frame:
    """A flat disc round the head: u runs to the right, v along `depth`."""
    x, y, _ = s.turned(*centre)
    ux, uy, _ = s.turned(1.0, 0.0, 0.0)
    vx, vy, _ = s.turned(*depth)
    return Frame(x, y, ux, uy, vx, vy)


def _thick(frame: Frame, ru: float, rv: float) -> Ellipse:
    """A disc with some thickness, so that it never vanishes when seen edge-on."""
    ax, ay, bx, by = frame.ux * ru, frame.uy * ru, frame.vx * rv, frame.vy * rv
    return ellipse(frame.x, frame.y, ax * ax + bx * bx + 9e-4, ax * ay + bx * by, ay * ay + by * by + 9e-4)


def _headband(s: Scene) -> Iterator[Layer]:
    shell = s.inflated(s.style["puff"] + 0.012)
    box = s.box_of(shell)
    _, sy, sz = (axis[:, *box] for axis in s.ball)
    band = cover((sy + 0.56 - 0.25 * (1 - sz)).abs() * 0.5 - 0.062, s.pixel)
    alpha = cover(ellipse_field(shell, *s.at(box)), s.pixel) * band * s.wears("hat", "headband")
    yield Layer("hat", alpha, s.hat, box, s.shade[:, *box])


def scarf_back(s: Scene) -> Iterator[Layer]:
    """The part of a headscarf round the neck and on the shoulders."""
    x, y, _ = s.turned(0.0, 0.52, 0.02)
    throat = box_field(s.x - x, s.y - y, 0.47, 0.30, 0.26)
    field = torch.minimum(throat, ellipse_field(_scarf_shell(s), s.x, s.y))
    yield Layer("hat", cover(field, s.pixel) * s.wears("hat", "headscarf"), s.hat * 0.82, s.whole, s.shade)


def _scarf_shell(s: Scene) -> Ellipse:
    return s.inflated(0.075, -0.09)


def _headscarf(s: Scene) -> Iterator[Layer]:
    rx, ry, rz = s.jaw_radii
    jaw = s.ellipsoid(s.jaw_centre, (rx + 0.09, ry + 0.09, rz + 0.09))
    outer = torch.minimum(ellipse_field(_scarf_shell(s), s.x, s.y), ellipse_field(jaw, s.x, s.y))
    hole = ellipse_field(s.patch(0.0, 0.06, 0.02).disc(0.0, 0.0, 0.395, 0.48), s.x, s.y)
    # The cloth keeps a rim round the face on the far side of a turned head.
    face = torch.maximum(hole, s.head + 0.035)
    alpha = cover(torch.maximum(outer, -face), s.pixel) * s.wears("hat", "headscarf")
    yield Layer("hat", alpha, s.hat, s.whole, s.shade)

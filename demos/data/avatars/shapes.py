"""Implicit shapes: a field is negative inside, and its own gradient gives the anti-aliased edge.

Fields are (n, h, w); parameters are (n, 1, 1). Lengths are in frame units: the picture is 2 wide and 2 high.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

Point = tuple[Tensor, Tensor]


class Ellipse(NamedTuple):
    """The ellipse a·dx² + 2b·dx·dy + c·dy² = 1 around (x, y), and how far it reaches."""

    x: Tensor
    y: Tensor
    a: Tensor
    b: Tensor
    c: Tensor
    reach_x: Tensor
    reach_y: Tensor


def ellipse(x: Tensor, y: Tensor, xx: Tensor, xy: Tensor, yy: Tensor) -> Ellipse:
    """From the matrix of an ellipse, that is M·Mᵀ when M maps the unit disc (or ball) onto it."""
    inverse = 1 / (xx * yy - xy * xy)
    return Ellipse(x, y, yy * inverse, -xy * inverse, xx * inverse, xx.sqrt(), yy.sqrt())


class Frame(NamedTuple):
    """A small patch of the face as seen in the picture: an affine map from (u, v) on the skin."""

    x: Tensor
    y: Tensor
    ux: Tensor
    uy: Tensor
    vx: Tensor
    vy: Tensor

    def place(self, u: Tensor | float, v: Tensor | float) -> Point:
        """Where the skin point (u, v) appears."""
        return self.x + self.ux * u + self.vx * v, self.y + self.uy * u + self.vy * v

    def local(self, x: Tensor, y: Tensor) -> Point:
        """Skin coordinates of picture points."""
        inverse = 1 / (self.ux * self.vy - self.uy * self.vx)
        dx, dy = x - self.x, y - self.y
        u = dx * (self.vy * inverse) - dy * (self.vx * inverse)
        v = dy * (self.ux * inverse) - dx * (self.uy * inverse)
        return u, v

    def disc(self, u: Tensor | float, v: Tensor | float, ru: Tensor | float, rv: Tensor | float) -> Ellipse:
        """An ellipse with radii (ru, rv) lying on the skin at (u, v)."""
        x, y = self.place(u, v)
        ax, ay, bx, by = self.ux * ru, self.uy * ru, self.vx * rv, self.vy * rv
        return ellipse(x, y, ax * ax + bx * bx, ax * ay + bx * by, ay * ay + by * by)


def ellipse_field(e: Ellipse, x: Tensor, y: Tensor) -> Tensor:
    """Distance to an ellipse, exact to first order at its edge."""
    dx, dy = x - e.x, y - e.y
    gx, gy = e.a * dx + e.b * dy, e.b * dx + e.c * dy
    return (gx * dx + gy * dy - 1) / (2 * torch.sqrt(gx * gx + gy * gy)).clamp_min(1e-4)


def capsule_field(
    x: Tensor, y: Tensor, start: Point, end: Point, r0: Tensor | float, r1: Tensor | float
) -> Tensor:
    """Distance to a stroke from `start` to `end` whose half width goes from r0 to r1."""
    ex, ey = end[0] - start[0], end[1] - start[1]
    dx, dy = x - start[0], y - start[1]
    t = ((dx * ex + dy * ey) / (ex * ex + ey * ey).clamp_min(1e-6)).clamp(0, 1)
    return torch.hypot(dx - ex * t, dy - ey * t) - (r0 + (r1 - r0) * t)


def box_field(
    x: Tensor, y: Tensor, half_w: Tensor | float, half_h: Tensor | float, corner: Tensor | float
) -> Tensor:
    """Distance to a rectangle around the origin with rounded corners."""
    qx, qy = x.abs() - (half_w - corner), y.abs() - (half_h - corner)
    outside = torch.hypot(qx.clamp_min(0), qy.clamp_min(0))
    return outside + torch.maximum(qx, qy).clamp_max(0) - corner


def smooth_union(a: Tensor, b: Tensor, k: float) -> Tensor:
    """Union of two fields with a fillet of size k (polynomial smooth minimum)."""
    h = (k - (a - b).abs()).clamp_min(0)
    return torch.minimum(a, b) - h * h * (0.25 / k)


def cover(distance: Tensor, pixel: float) -> Tensor:
    """Share of each pixel inside, for a field that is a distance."""
    return (0.5 - distance / pixel).clamp(0, 1)


def cover_field(field: Tensor, pixel: float) -> Tensor:
    """Share of each pixel inside, for any field: its change from pixel to pixel sets the edge width.

    A thin stroke has no gradient on its middle line; half a pixel of its own units stands in there.
    """
    slope = torch.hypot(_slope(field, 2), _slope(field, 1)).clamp_min(0.5 * pixel)
    return (0.5 - field / slope).clamp(0, 1)


def _slope(field: Tensor, dim: int) -> Tensor:
    """Central differences, one-sided at the border."""
    n = field.shape[dim]
    if n < 3:
        return torch.zeros_like(field)
    inner = (field.narrow(dim, 2, n - 2) - field.narrow(dim, 0, n - 2)) / 2
    first = field.narrow(dim, 1, 1) - field.narrow(dim, 0, 1)
    last = field.narrow(dim, n - 1, 1) - field.narrow(dim, n - 2, 1)
    return torch.cat([first, inner, last], dim)


def smoothstep(low: Tensor | float, high: Tensor | float, x: Tensor) -> Tensor:
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)

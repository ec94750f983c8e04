"""The head as a solid: where everything sits, in which pose, for a batch of factors.

Three kinds of coordinates, all with x to the right, y down:
- head: on the unturned head, z towards the viewer, origin in the middle of the head;
- face: the head turned by yaw and pitch, seen from the front (still upright);
- frame: the picture, -1..1, after the roll.
Left and right are the viewer's.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from demos.data.avatars.factors import CATEGORICAL, CONTINUOUS, Factors
from demos.data.avatars.shapes import Ellipse, Frame, Point, ellipse, ellipse_field, smooth_union

Solid = tuple[Tensor | float, Tensor | float, Tensor | float]  # a point or three radii, in head coordinates

MAX_YAW = math.radians(35)
MAX_PITCH = math.radians(16)
MAX_ROLL = math.radians(12)
ZOOM = 1.09  # frame units per head unit
CENTRE_Y = -0.035  # the head's origin in the frame, before the zoom about the pivot
PIVOT_Y = 0.45  # the head rolls about this point of the neck
JAW_FILLET = 0.12

EYE_Y = -0.05
MOUTH_Y = 0.315
SIDES = (-1.0, 1.0)

LANDMARKS: tuple[str, ...] = (
    *(
        f"{side}_{point}"
        for side in ("left", "right")
        for point in (
            "eye_outer", "eye_inner", "eyelid_upper", "eyelid_lower", "iris",
            "brow_outer", "brow_middle", "brow_inner",
        )
    ),
    "nose_bridge", "nose_tip", "nose_left", "nose_right",
    "mouth_left", "mouth_right", "mouth_top", "mouth_bottom", "lip_upper", "lip_lower",
    "jaw_left", "jaw_right", "cheek_left", "cheek_right", "chin",
    "ear_left", "ear_right",
)  # fmt: skip
JAW_RAYS = (150.0, 30.0, 185.0, -5.0, 90.0)  # degrees, clockwise from the right: jaws, cheeks, chin


class Eye(NamedTuple):
    """One eye on its patch of skin."""

    side: float
    frame: Frame
    half_width: Tensor
    upper: Tensor  # height of the upper lid in the middle (negative: above)
    lower: Tensor
    open_upper: Tensor  # the same for the open eye
    slant: Tensor  # rise of the outer corner per unit of u
    gaze_u: Tensor
    gaze_v: Tensor
    iris: Tensor  # radius


class Brow(NamedTuple):
    side: float
    frame: Frame
    half_width: Tensor
    half_height: Tensor
    arch: Tensor
    slant: Tensor

    def middle(self, u: Tensor) -> Tensor:
        """Height of the brow's middle line; the arch leaves its mean height as it is."""
        t = u / self.half_width
        return self.arch * (t * t - 0.6) + self.slant * u


class Mouth(NamedTuple):
    frame: Frame
    half_width: Tensor
    curl: Tensor  # how high the corners are lifted
    gap_up: Tensor
    gap_down: Tensor
    lip_up: Tensor
    lip_down: Tensor

    def middle(self, t: Tensor | float) -> Tensor:
        """Height of the line between the lips at t = u / half_width."""
        return -self.curl * (t * t - 0.35)


class Nose(NamedTuple):
    tip: Frame
    bridge: Frame
    half_width: Tensor


def bulge(t: Tensor) -> Tensor:
    """Profile of lids: 1 in the middle, 0 at the corners, fuller than a parabola."""
    s = t * t
    return (1 - s) * (1 + 0.45 * s)


class Anatomy:
    """Geometry of a batch. Every parameter is (n, 1, 1), ready to meet a grid of pixels."""

    def __init__(self, factors: Factors) -> None:
        self.n = len(factors)
        self.device = factors.device
        self.values = {name: factors.continuous[:, i, None, None] for i, name in enumerate(CONTINUOUS)}
        self.classes = {name: factors.categorical[:, i] for i, name in enumerate(CATEGORICAL)}
        self._set_pose()
        self._set_skull()
        self.eyes = [self._eye(side) for side in SIDES]
        self.brows = [self._brow(side) for side in SIDES]
        self.nose = self._nose()
        self.mouth = self._mouth()

    # pose ---------------------------------------------------------------------------------------

    def _set_pose(self) -> None:
        yaw, pitch = self.values["yaw"] * MAX_YAW, self.values["pitch"] * MAX_PITCH
        sy, cy, sp, cp = yaw.sin(), yaw.cos(), pitch.sin(), pitch.cos()
        zero = torch.zeros_like(sy)
        self.turn = ((cy, sp * sy, cp * sy), (zero, cp, -sp), (-sy, sp * cy, cp * cy))
        roll = self.values["roll"] * MAX_ROLL
        self.roll_sin, self.roll_cos = roll.sin(), roll.cos()

    def turned(
        self, x: Tensor | float, y: Tensor | float, z: Tensor | float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Head coordinates to face coordinates, with the depth."""
        a, b, c = ((row[0] * x + row[1] * y + row[2] * z) for row in self.turn)
        return a, b, c

    def to_frame(self, x: Tensor, y: Tensor) -> Point:
        """Face coordinates to frame coordinates."""
        y = y - PIVOT_Y
        return (
            ZOOM * (self.roll_cos * x - self.roll_sin * y),
            CENTRE_Y + PIVOT_Y + ZOOM * (self.roll_sin * x + self.roll_cos * y),
        )

    def to_face(self, x: Tensor, y: Tensor) -> Point:
        """Frame coordinates to face coordinates."""
        x, y = x / ZOOM, (y - (CENTRE_Y + PIVOT_Y)) / ZOOM
        return self.roll_cos * x + self.roll_sin * y, PIVOT_Y + self.roll_cos * y - self.roll_sin * x

    # solids -------------------------------------------------------------------------------------

    def ellipsoid(self, centre: Solid, radii: Solid) -> Ellipse:
        """Outline of a solid ellipsoid in face coordinates."""
        x, y, _ = self.turned(*centre)
        rows = [[self.turn[i][k] * radii[k] for k in range(3)] for i in range(2)]
        (ax, ay, az), (bx, by, bz) = rows
        xx, yy = ax * ax + ay * ay + az * az, bx * bx + by * by + bz * bz
        return ellipse(x, y, xx, ax * bx + ay * by + az * bz, yy)

    def patch(self, x: Tensor | float, y: Tensor | float, lift: Tensor | float = 0.0) -> Frame:
        """The patch of face skin around (x, y), `lift` above the skin. The face is a shallow bowl, flatter
        than the skull, so that the far eye stays readable in a turned head."""
        x, y = torch.as_tensor(x, device=self.device), torch.as_tensor(y, device=self.device)
        z = 0.37 - 0.72 * x * x - 0.12 * y * y + lift
        px, py, _ = self.turned(x, y, z)
        ux, uy, _ = self.turned(1.0, 0.0, -1.44 * x)
        vx, vy, _ = self.turned(0.0, 1.0, -0.24 * y)
        return Frame(px, py, ux, uy, vx, vy)

    def _set_skull(self) -> None:
        v = self.values
        drop = 0.035 * v["mouth_open"]
        self.skull_radii = (0.478 + 0.045 * v["face_width"], 0.50, 0.48)
        self.jaw_radii = (0.395 + 0.055 * v["jaw_width"] + 0.02 * v["face_width"], 0.36, 0.40)
        self.jaw_centre = (0.0, 0.205 + 0.035 * v["chin_length"] + drop, 0.05)
        self.skull = self.ellipsoid((0.0, -0.10, 0.0), self.skull_radii)
        self.jaw = self.ellipsoid(self.jaw_centre, self.jaw_radii)

    def head_field(self, x: Tensor, y: Tensor) -> Tensor:
        """Distance to the outline of the head."""
        return smooth_union(ellipse_field(self.skull, x, y), ellipse_field(self.jaw, x, y), JAW_FILLET)

    def ear(self, side: float, grow: float = 0.0) -> Ellipse:
        return self.ellipsoid(
            (side * (self.skull_radii[0] - 0.015), 0.03, -0.02), (0.085 + grow, 0.125 + grow, 0.07 + grow)
        )

    # features -----------------------------------------------------------------------------------

    def _eye_x(self) -> Tensor:
        return 0.213 + 0.034 * self.values["eye_spacing"]

    def _eye(self, side: float) -> Eye:
        v = self.values
        size = 1 + 0.22 * v["eye_size"]
        up = 0.132 * size
        low = 0.105 * size * (1 - 0.30 * v["smile"].clamp_min(0))
        shut = 0.45 * low
        return Eye(
            side=side,
            frame=self.patch(side * self._eye_x(), EYE_Y),
            half_width=0.150 * size,
            upper=shut * v["blink"] - up * (1 - v["blink"]),
            lower=low + (shut - low) * v["blink"],
            open_upper=-up,
            slant=-side * 0.32 * v["eye_tilt"],
            gaze_u=0.058 * size * v["gaze_x"],
            gaze_v=0.046 * size * v["gaze_y"] - 0.008,
            iris=0.094 * size,
        )

    def _brow(self, side: float) -> Brow:
        v = self.values
        height = EYE_Y - 0.222 - 0.070 * v["brow_raise"]
        return Brow(
            side=side,
            frame=self.patch(side * (self._eye_x() + 0.005), height, 0.02),
            half_width=torch.full_like(height, 0.156),
            half_height=0.034 + 0.019 * v["brow_thickness"],
            arch=0.048 + 0.048 * v["brow_arch"],
            slant=side * (0.06 - 0.40 * v["brow_tilt"]),
        )

    def _nose(self) -> Nose:
        v = self.values
        return Nose(
            tip=self.patch(0.0, 0.115 + 0.062 * v["nose_length"], 0.10),
            bridge=self.patch(0.0, -0.05, 0.03),
            half_width=0.086 + 0.042 * v["nose_width"],
        )

    def _mouth(self) -> Mouth:
        v = self.values
        full = 0.5 + 0.5 * v["lip_fullness"]
        return Mouth(
            frame=self.patch(0.0, MOUTH_Y + 0.01 * v["chin_length"], 0.03),
            half_width=0.182 + 0.045 * v["mouth_width"] + 0.015 * v["smile"],
            curl=0.025 + 0.145 * v["smile"],
            gap_up=0.030 * v["mouth_open"],
            gap_down=0.130 * v["mouth_open"],
            lip_up=0.014 + 0.044 * full,
            lip_down=0.018 + 0.064 * full,
        )

    # landmarks ----------------------------------------------------------------------------------

    def landmarks(self) -> Tensor:
        """Frame coordinates of LANDMARKS, (n, K, 2)."""
        points = [*self._eye_points(0), *self._eye_points(1), *self._nose_points(), *self._mouth_points()]
        points += [*self._outline_points(), *((ear.x, ear.y) for ear in map(self.ear, SIDES))]
        x, y = (torch.cat(column, 1) for column in zip(*points, strict=True))
        return torch.cat(self.to_frame(x, y), 2)

    def _eye_points(self, i: int) -> list[Point]:
        eye, brow = self.eyes[i], self.brows[i]
        outer, brow_outer = eye.side * eye.half_width, eye.side * brow.half_width
        return [
            eye.frame.place(outer, outer * eye.slant),
            eye.frame.place(-outer, -outer * eye.slant),
            eye.frame.place(0.0, eye.upper),
            eye.frame.place(0.0, eye.lower),
            eye.frame.place(eye.gaze_u, eye.gaze_v),
            *(brow.frame.place(u, brow.middle(u)) for u in (brow_outer, 0 * brow_outer, -brow_outer)),
        ]

    def _nose_points(self) -> list[Point]:
        tip, w = self.nose.tip, self.nose.half_width
        return [self.nose.bridge.place(0.0, 0.0), tip.place(0.0, 0.0), tip.place(-w, 0.0), tip.place(w, 0.0)]

    def _mouth_points(self) -> list[Point]:
        m = self.mouth
        corner, roof, floor = m.middle(1.0), m.middle(0.0) - m.gap_up, m.middle(0.0) + m.gap_down
        corners = [m.frame.place(side * m.half_width, corner) for side in SIDES]
        heights = (roof, floor, roof - 0.65 * m.lip_up, floor + m.lip_down)
        return [*corners, *(m.frame.place(0.0, height) for height in heights)]

    def _outline_points(self) -> list[Point]:
        """Where rays from the middle of the jaw leave the head; bisection, exact to 1e-5."""
        x, y, _ = self.turned(*self.jaw_centre)
        angles = torch.tensor(JAW_RAYS, device=self.device).deg2rad().view(1, -1, 1)
        dx, dy = angles.cos(), angles.sin()
        low = torch.zeros_like(x) * dx
        high = torch.ones_like(low)
        for _ in range(17):
            half = (low + high) / 2
            inside = self.head_field(x + dx * half, y + dy * half) < 0
            low, high = torch.where(inside, half, low), torch.where(inside, high, half)
        xs, ys = (x + dx * low).split(1, 1), (y + dy * low).split(1, 1)
        return list(zip(xs, ys, strict=True))

"""A reader's own face before their camera, put on a drawn driver at rest: landmarks alone, no picture.

What a browser sends is measured in the frame of the eyes: their middle is the origin, the vector from the
left outer corner to the right one is the unit. So it fits a face of any size, wherever it is in the picture.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from demos.apps.avatarify.handles import at_rest
from demos.apps.avatarify.people import person
from demos.data.avatars import Factors, replace
from demos.kit.controls import Camera, Followed, Motion
from demos.models.avatarify.keypoints import Keypoints, exact, named

ASIDE = 0.07  # the skin around a mouth, and not its inside
CAMERA = Camera(
    "camera",
    (
        Followed("left_eye_outer", -0.5, 0),
        Followed("right_eye_outer", 0.5, 0),
        Followed("left_eye_inner", -0.18, 0.02),
        Followed("right_eye_inner", 0.18, 0.02),
        Followed("nose_tip", 0, 0.45),
        Followed("left_brow_middle", -0.36, -0.26),
        Followed("right_brow_middle", 0.36, -0.26),
        Followed("left_eyelid_upper", -0.34, -0.07),
        Followed("right_eyelid_upper", 0.34, -0.07),
        Followed("mouth_left", -0.29, 0.8, (-ASIDE, 0)),
        Followed("mouth_right", 0.29, 0.8, (ASIDE, 0)),
        Followed("lip_upper", 0, 0.72, (0, -ASIDE)),
        Followed("lip_lower", 0, 0.9, (0, ASIDE)),
    ),
    anchors=4,
)
NAMES = tuple(point.name for point in CAMERA.points)
ALONG = {
    "left_brow_middle": ("left_brow_outer", "left_brow_inner"),
    "right_brow_middle": ("right_brow_outer", "right_brow_inner"),
    "lip_upper": ("mouth_top",),
    "lip_lower": ("mouth_bottom",),
}
LIDS = {f"{side}_eyelid_upper": f"{side}_eyelid_lower" for side in ("left", "right")}
# An open eye's height: 10.8 mm, of 89 mm from corner to corner (Farkas, “Anthropometry of the head and face”,
# 1994). A drawn eye is twice as high, and shuts as far as the reader's does.
EYE_HEIGHT = 0.12
OUTER, NOSE = named("left_eye_outer", "right_eye_outer"), named("nose_tip")[0]
TRIED = torch.linspace(-1, 1, 81)  # values of a factor that turns the head


def eyes(points: Tensor) -> tuple[Tensor, Tensor]:
    """The frame of the eyes in faces (n, k, 2): its origin and its unit as complex numbers (n)."""
    left, right = (as_complex(points[:, k]) for k in OUTER)
    return (left + right) / 2, right - left


def as_complex(points: Tensor) -> Tensor:
    return torch.view_as_complex(points.contiguous())


def framed(points: Tensor) -> Tensor:
    """Points (n, k, 2) in the frame of the eyes, as complex numbers (n, k)."""
    origin, unit = eyes(points)
    return (as_complex(points) - origin[:, None]) / unit[:, None]


@lru_cache(256)
def turns(number: int, factor: str, yaw: float = 0.0) -> Tensor:
    """How a driver's head looks turned by each of TRIED: where yaw has the nose, to the right; where pitch
    has it, down; or by how many radians roll turns the eyes. From the head at rest."""
    rest = at_rest(person(number))
    tried = exact(replace(replace(rest.repeat(len(TRIED)), yaw=yaw), **{factor: TRIED})).points
    if factor == "roll":
        return eyes(tried)[1].angle()
    nose = framed(tried)[:, NOSE] - framed(exact(rest).points)[0, NOSE]
    return nose.real if factor == "yaw" else nose.imag


def turned(number: int, motion: Motion) -> Factors:
    """The driver at rest with the head as the reader's is. What is lost turns nothing."""
    nose = 1 + 2 * NAMES.index("nose_tip")
    right, down, tilt = motion[nose], motion[nose + 1], motion[0]
    yaw = 0.0 if right is None else nearest(turns(number, "yaw"), right)
    pitch = 0.0 if down is None else nearest(turns(number, "pitch", yaw), down)
    roll = 0.0 if tilt is None else nearest(turns(number, "roll"), tilt)
    return replace(at_rest(person(number)), yaw=yaw, pitch=pitch, roll=roll)


def nearest(table: Tensor, value: float) -> float:
    """The one of TRIED that looks most like it."""
    return float(TRIED[(table - value).abs().argmin()])


def acting(number: int, motion: Motion) -> Keypoints:
    """The driver's keypoints when it makes the reader's face. A point that is lost goes with the head."""
    rest = exact(at_rest(person(number)))
    if not motion:
        return rest
    now = exact(turned(number, motion))
    home, (origin, unit) = framed(rest.points)[0], eyes(now.points)
    points = now.points.clone()
    for i, name in enumerate(NAMES[CAMERA.anchors + 1 :], CAMERA.anchors + 1):
        right, down = motion[1 + 2 * i], motion[2 + 2 * i]
        if right is None or down is None:
            continue
        k = named(name)[0]
        if name in LIDS:
            height = float((home[named(LIDS[name])[0]] - home[k]).imag)
            right, down = 0.0, min(max(down / EYE_HEIGHT, -0.2), 1.0) * height
        place = (home[k] + complex(right, down)) * unit[0] + origin[0]
        points[0, named(name, *ALONG.get(name, ()))] += torch.view_as_real(place) - now.points[0, k]
    return Keypoints(points, now.jacobians)


def followed(motion: Motion) -> int:
    """How many points are not lost."""
    return sum(value is not None for value in motion[1::2])

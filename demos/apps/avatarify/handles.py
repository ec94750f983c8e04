"""Landmarks that a reader moves: some of the driver's, each with those that go along with it.

A place that was set belongs to the face at rest. The nose turns the head, and all other places turn with it.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from demos.data.avatars import Factors, replace
from demos.kit.controls import Place, Points
from demos.models.avatarify.keypoints import Keypoints, exact, named
from demos.models.avatarify.pairs import NEUTRAL


class Handle(NamedTuple):
    """A landmark to be moved, and the others that move as far."""

    point: str
    along: tuple[str, ...] = ()


def both(point: str, *along: str) -> list[Handle]:
    return [
        Handle(f"{side}_{point}", tuple(f"{side}_{name}" for name in along)) for side in ("left", "right")
    ]


NOSE = 0
HANDLES = (
    Handle("nose_tip"),
    *both("brow_outer"),
    *both("brow_inner"),
    *both("eyelid_upper"),
    *both("iris"),
    Handle("mouth_left"),
    Handle("mouth_right"),
    Handle("lip_upper", ("mouth_top",)),
    Handle("lip_lower", ("mouth_bottom",)),
)
POINTS = named(*(handle.point for handle in HANDLES))
WINK = "c6925e5225f3942k6458j3660m5069"  # on the first driver's face
PLACES = Points("places", classes=len(HANDLES), most=len(HANDLES))
PLACES = Points("places", classes=len(HANDLES), most=len(HANDLES), default=PLACES.clean(WINK))
TURNS = torch.linspace(-1, 1, 81)  # of the head that are tried
OUTLINE = (("cheek_left", "jaw_left", "chin", "jaw_right", "cheek_right"),)
FEATURES = (
    *(
        line
        for side in ("left", "right")
        for line in (
            tuple(f"{side}_brow_{part}" for part in ("outer", "middle", "inner")),
            tuple(
                f"{side}_{part}"
                for part in ("eye_outer", "eyelid_upper", "eye_inner", "eyelid_lower", "eye_outer")
            ),
        )
    ),
    ("nose_bridge", "nose_tip"),
    ("nose_left", "nose_tip", "nose_right"),
    ("mouth_left", "lip_upper", "mouth_right", "lip_lower", "mouth_left"),
    ("mouth_left", "mouth_top", "mouth_right", "mouth_bottom", "mouth_left"),
)
LINES = tuple(tuple(named(*line)) for line in (*OUTLINE, *FEATURES))


def at_rest(person: Factors) -> Factors:
    return replace(person, **NEUTRAL)


def turned(person: Factors, places: tuple[Place, ...]) -> Factors:
    """A driver at rest, with the head turned so that the nose is where it was set."""
    rest = at_rest(person)
    nose = next(((x, y) for x, y, label in places if label == NOSE), None)
    if nose is None:
        return rest
    yaw = _nearest(rest, "yaw", 0, nose[0])
    pitch = _nearest(replace(rest, yaw=yaw), "pitch", 1, nose[1])
    return replace(rest, yaw=yaw, pitch=pitch)


def _nearest(person: Factors, factor: str, axis: int, place: float) -> float:
    """The value of a factor at which the nose's tip is nearest to a place on one axis."""
    tried = replace(person.repeat(len(TURNS)), **{factor: TURNS})
    noses = exact(tried).points[:, POINTS[NOSE], axis]
    return float(TURNS[(noses - place).abs().argmin()])


def shaped(person: Factors, places: tuple[Place, ...]) -> Keypoints:
    """The driver's keypoints as a reader has set them."""
    rest, now = exact(at_rest(person)), exact(turned(person, places))
    points = now.points.clone()
    for x, y, label in places:
        if label != NOSE:
            handle = HANDLES[label]
            moved = named(handle.point, *handle.along)
            points[0, moved] += torch.tensor([x, y]) - rest.points[0, POINTS[label]]
    return Keypoints(points, now.jacobians)


def set_to(person: Factors, places: tuple[Place, ...], x: float, y: float) -> tuple[Place, ...]:
    """The places after a click: the nearest handle goes there."""
    now = shaped(person, places).points[0, POINTS]
    label = int((now - torch.tensor([x, y])).norm(dim=1).argmin())
    if label != NOSE:  # where the face at rest would have it
        turn = exact(turned(person, places)).points[0, POINTS[label]]
        rest = exact(at_rest(person)).points[0, POINTS[label]]
        x, y = (torch.tensor([x, y]) - turn + rest).tolist()
    others = tuple(place for place in places if place[2] != label)
    return PLACES.added(others, x, y, label)

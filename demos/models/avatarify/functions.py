"""The nets as model functions."""

from __future__ import annotations

from torch import Tensor

from demos.kit.device import autocast
from demos.kit.functions import function
from demos.kit.training import channels_last
from demos.models.avatarify.generator import FIELD, SIZE
from demos.models.avatarify.keypoints import COUNT, Keypoints
from demos.models.avatarify.model import detected, load_avatarify

PICTURE = ("n", 3, SIZE, SIZE)
POINTS, JACOBIANS = ("n", COUNT, 2), ("n", COUNT, 2, 2)
MAP = ("n", 1, FIELD, FIELD)


@function(takes={"picture": PICTURE}, gives={"points": POINTS, "jacobians": JACOBIANS})
def find(picture: Tensor) -> dict[str, Tensor]:
    """The keypoints that are found in pictures in [-1, 1]."""
    return detected(load_avatarify(picture.device).detector, picture)._asdict()


@function(
    takes={"source": POINTS, "rest": POINTS, "driver": POINTS},
    gives={"points": POINTS, "jacobians": JACOBIANS},
)
def retarget(source: Tensor, rest: Tensor, driver: Tensor) -> dict[str, Tensor]:
    """The source's keypoints in the driver's pose, from its own, and the driver's at rest and now."""
    found: Keypoints = load_avatarify(source.device).retargeter(source, rest, driver)
    return found._asdict()


@function(
    takes={
        "picture": PICTURE, "start": POINTS, "start_turn": JACOBIANS, "end": POINTS, "end_turn": JACOBIANS,
    },
    gives={
        "picture": PICTURE, "warped": PICTURE, "painted": ("n", 1, SIZE, SIZE),
        "field": ("n", FIELD, FIELD, 2), "masks": ("n", COUNT + 1, FIELD, FIELD), "occlusion": MAP,
    },
)  # fmt: skip
def move(
    picture: Tensor, start: Tensor, start_turn: Tensor, end: Tensor, end_turn: Tensor
) -> dict[str, Tensor]:
    """Pictures in [-1, 1] whose keypoints go from `start` to `end`, and how that came about."""
    with autocast(picture.device):
        moved = load_avatarify(picture.device).generator(
            channels_last(picture), Keypoints(start, start_turn), Keypoints(end, end_turn)
        )
    shown = {"picture": moved.picture, "warped": moved.warped, "painted": moved.painted}
    return {name: x.float().contiguous() for name, x in (shown | moved.motion._asdict()).items()}

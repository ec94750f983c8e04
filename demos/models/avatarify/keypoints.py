"""Keypoints with Jacobians: what a face says of its pose, exact from the renderer's geometry.

The paper's keypoints are found without supervision. Ours are the renderer's landmarks and one more, the
middle of the skull, which carries hair and hats. A keypoint's Jacobian says how its patch of skin lies in the
picture: the derivative of places in the picture by places on the skin.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from demos.data.avatars import LANDMARKS, Factors
from demos.data.avatars.anatomy import ZOOM, Anatomy
from demos.data.avatars.shapes import Frame

KEYPOINTS = (*LANDMARKS, "skull")
COUNT = len(KEYPOINTS)
SKULL = (0.0, -0.10, 0.0)  # in head coordinates


class Keypoints(NamedTuple):
    """Of n faces: `points` (n, COUNT, 2) as (x, y) from -1 to 1, the left or upper edge of the picture to the
    right or lower one; `jacobians` (n, COUNT, 2, 2)."""

    points: Tensor
    jacobians: Tensor

    def __len__(self) -> int:
        return len(self.points)

    def select(self, index: Tensor | slice) -> Keypoints:
        return Keypoints(self.points[index], self.jacobians[index])

    def to(self, device: torch.device | str) -> Keypoints:
        return Keypoints(self.points.to(device), self.jacobians.to(device))


def exact(factors: Factors) -> Keypoints:
    """The keypoints of drawn faces, without drawing them."""
    with torch.inference_mode():
        face = Anatomy(factors)
        x, y, _ = face.turned(*SKULL)
        skull = torch.cat(face.to_frame(x, y), 2)
        points = torch.cat([face.landmarks(), skull], 1)
        jacobians = _rolled(face, _skin(face))
    return Keypoints(points.clone(), jacobians.clone())


def _skin(face: Anatomy) -> Tensor:
    """The Jacobian of each keypoint's patch in the upright face (n, COUNT, 2, 2)."""
    nose = [face.nose.bridge, *(3 * [face.nose.tip])]
    sides = [frame for eye, brow in zip(face.eyes, face.brows, strict=True)
             for frame in (*(5 * [eye.frame]), *(3 * [brow.frame]))]  # fmt: skip
    patches = [_matrix(frame) for frame in (*sides, *nose, *(6 * [face.mouth.frame]))]
    # An outline stays an outline however the head turns; ears turn with it.
    still = torch.eye(2).expand(face.n, 2, 2)
    rows = [torch.stack([face.turn[i][k].flatten() for k in range(2)], 1) for i in range(2)]
    turned = torch.stack(rows, 1)
    return torch.stack([*patches, *(5 * [still]), turned, turned, still], 1)


def _matrix(frame: Frame) -> Tensor:
    parts = (frame.ux, frame.vx, frame.uy, frame.vy)
    return torch.stack([part.flatten() for part in parts], 1).reshape(-1, 2, 2)


def _rolled(face: Anatomy, jacobians: Tensor) -> Tensor:
    sin, cos = face.roll_sin.flatten(), face.roll_cos.flatten()
    roll = torch.stack([cos, -sin, sin, cos], 1).reshape(-1, 1, 2, 2)
    return ZOOM * roll @ jacobians


def named(*names: str) -> list[int]:
    """The numbers of keypoints."""
    return [KEYPOINTS.index(name) for name in names]


EYES = tuple(named(f"{side}_eye_outer", f"{side}_eye_inner") for side in ("left", "right"))
MOUTH = named("mouth_left", "mouth_right", "mouth_top", "mouth_bottom")
EYE_WINDOW, MOUTH_WINDOW = (0.26, 0.29), (0.33, 0.27)  # half width and height, of a picture from -1 to 1


def windows(points: Tensor) -> list[tuple[Tensor, tuple[float, float]]]:
    """The places that a face is recognized by and that move most: eyes with brows, and the mouth, as middle
    (n, 2) and half width and height."""
    eyes = [(points[:, eye].mean(1), EYE_WINDOW) for eye in EYES]
    return [*eyes, (points[:, MOUTH].mean(1), MOUTH_WINDOW)]


def lattice(size: int) -> Tensor:
    """The places (size, size, 2) of pixels, as (x, y) from -1 to 1."""
    axis = (torch.arange(size) + 0.5) * (2 / size) - 1
    return torch.stack(torch.meshgrid(axis, axis, indexing="xy"), 2)


def soft_windows(points: Tensor, size: int) -> Tensor:
    """1 in the eyes' and the mouth's windows, fading to 0 at their edges: (n, 1, size, size)."""
    places = lattice(size).to(points)
    shares = []
    for middle, half in windows(points):
        away = (places - middle[:, None, None]) / points.new_tensor(half)
        shares.append((2 - 2 * away.square().sum(3)).clamp(0, 1))
    return torch.stack(shares).amax(0)[:, None]

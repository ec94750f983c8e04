"""Putting a drawn face into a picture: its mask, the colors of its surroundings, a soft edge."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.kit.filters import blurred
from demos.models.face_swap.people import LEFT, SIZE, TOP, WINDOW, windowed

FEATHER = 1.2  # px, standard deviation of the blur of a mask's edge


def shared_mask(own: Tensor, other: Tensor) -> Tensor:
    """Where both faces (n, 4, 48, 48) are: hair in front of the old face stays in front."""
    return own[:, 3:] * other[:, 3:]


def pasted(
    pictures: Tensor, faces: Tensor, masks: Tensor, feather: Tensor | float = FEATHER, match: bool = True
) -> Tensor:
    """Pictures (n, 3, 64, 64) in [-1, 1] with faces (n, 4, 48, 48) where masks (n, 1, 48, 48) exceed ½.

    `feather`: px by which the edge is softened, one for all; `match`: shift the face's colors until
    their median, which is skin, is that of the colors it replaces.
    """
    cut = (masks > 0.5).float()
    colors = faces[:, :3]
    if match:
        colors = matched(colors, windowed(pictures), cut)
    soft = blurred(cut.expand(-1, 3, -1, -1), float(feather))
    mixed = torch.lerp(windowed(pictures), colors, soft)
    around = (LEFT, SIZE - LEFT - WINDOW, TOP, SIZE - TOP - WINDOW)
    inside = F.pad(torch.ones_like(mixed), around)
    return torch.where(inside > 0, F.pad(mixed, around), pictures).clamp(-1, 1)


def matched(colors: Tensor, wanted: Tensor, where: Tensor) -> Tensor:
    """Colors (n, 3, h, w) with the median that `wanted` has where a mask (n, 1, h, w) is."""

    def median(x: Tensor) -> Tensor:
        inside = torch.where(where > 0, x, torch.nan).flatten(2)
        return inside.nanmedian(2).values.nan_to_num()[..., None, None]

    return colors - median(colors) + median(wanted)

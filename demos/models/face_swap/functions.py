"""The face swap as a model function."""

from __future__ import annotations

from torch import Tensor

from demos.kit.functions import function
from demos.kit.training import channels_last
from demos.models.face_swap.model import load_swap
from demos.models.face_swap.people import SIZE, WINDOW


@function(
    takes={"picture": ("n", 3, SIZE, SIZE), "person": ("n",)},
    gives={"face": ("n", 4, WINDOW, WINDOW)},
)
def redraw(picture: Tensor, person: Tensor) -> Tensor:
    """The face in a picture in [-1, 1], as the decoder of a person draws it: colors in [-1, 1] and mask."""
    face: Tensor = load_swap(picture.device)(channels_last(picture), person.long())
    return face

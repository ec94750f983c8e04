"""The judge as model functions."""

import torch
from torch import Tensor

from demos.data.avatars.factors import CATEGORICAL, CONTINUOUS
from demos.kit.functions import function
from demos.kit.training import channels_last
from demos.models.judge.model import load_judge

PICTURE = ("n", 3, 64, 64)


@function(takes={"picture": PICTURE}, gives={"features": ("n", 192)})
def describe(picture: Tensor) -> Tensor:
    """The features of pictures in [-1, 1] in which distances are measured."""
    judge = load_judge(picture.device)
    return torch.cat([judge.features(channels_last(chunk)) for chunk in picture.split(250)])


@function(takes={"picture": PICTURE}, gives=dict.fromkeys((*CATEGORICAL, *CONTINUOUS), ("n",)))
def read(picture: Tensor) -> dict[str, Tensor]:
    """What it reads off pictures in [-1, 1]: class numbers, and values with their range mapped to -1..1."""
    return load_judge(picture.device).read(channels_last(picture))

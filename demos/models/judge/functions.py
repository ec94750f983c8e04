"""The judge as a model function."""

import torch
from torch import Tensor

from demos.kit.functions import function
from demos.kit.training import channels_last
from demos.models.judge.model import load_judge


@function(takes={"picture": ("n", 3, 64, 64)}, gives={"features": ("n", 192)})
def describe(picture: Tensor) -> Tensor:
    """The features of pictures in [-1, 1] in which distances are measured."""
    judge = load_judge(picture.device)
    return torch.cat([judge.features(channels_last(chunk)) for chunk in picture.split(250)])

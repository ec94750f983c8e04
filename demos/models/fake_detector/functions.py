"""The detector as a model function."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.kit.functions import function
from demos.kit.training import channels_last
from demos.models.fake_detector.model import SIZE, load_detector, verdict


@function(
    takes={"picture": ("n", 3, SIZE, SIZE)},
    gives={"chance": ("n",), "heat": ("n", SIZE, SIZE)},
)
def suspect(picture: Tensor) -> dict[str, Tensor]:
    """The chance that pictures in [-1, 1] are fake, and what each place says of it:
    logits whose mean is that of the chance, above 0 for fake."""
    places = load_detector(picture.device)(channels_last(picture))
    heat = F.interpolate(places[:, None], (SIZE, SIZE), mode="bilinear")[:, 0]
    return {"chance": torch.sigmoid(verdict(places)), "heat": heat}

"""What is done to pictures that are tensors."""

import torch
import torch.nn.functional as F
from torch import Tensor


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Pictures (n, 3, s, s) under a Gaussian blur of `sigma` px; the border repeats its last pixels."""
    if sigma <= 0:
        return images
    reach = min(round(3 * sigma), images.shape[-1] - 1)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma).square())
    line = (line / line.sum()).expand(3, 1, 1, -1)
    padded = F.pad(images, (reach, reach, reach, reach), mode="replicate")
    return F.conv2d(F.conv2d(padded, line, groups=3), line.transpose(2, 3), groups=3)

"""What a picture goes through before a detector sees it: made smaller and large again, blurred, noise, JPEG.

Pictures (n, 3, 64, 64) in [-1, 1]. JPEG is written and read by Pillow, and so every picture ends as bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from demos.data.avatars.dataset import from_bytes, to_bytes
from demos.kit import random
from demos.kit.filters import blurred
from demos.kit.pictures import bytes_of, enlarged
from demos.models.watermark.edits import jpeg, tensor_of

BEST = 100  # JPEG quality that stands for no JPEG


@dataclass(frozen=True)
class Disturbance:
    """What is done, in this order. All at their defaults is nothing."""

    scale: float = 100  # per cent of the size, before it is enlarged again
    blur: float = 0  # px, standard deviation
    noise: float = 0  # standard deviation, of 255
    quality: int = BEST  # of JPEG


LEVELS: Mapping[str, tuple[float, ...]] = {
    "quality": (100, 90, 70, 50, 30, 10),
    "blur": (0, 0.4, 0.8, 1.2, 1.6, 2),
    "scale": (100, 85, 70, 55, 40, 25),
    "noise": (0, 4, 8, 12, 16, 20),
}


def disturbed(pictures: Tensor, what: Disturbance, seed: int = 1) -> Tensor:
    """The pictures as they arrive. Noise depends on the seed and on a picture's place in the batch."""
    size = pictures.shape[-1]
    if what.scale < 100:
        pictures = enlarged(enlarged(pictures, max(1, round(size * what.scale / 100))), size)
    pictures = blurred(pictures, what.blur)
    if what.noise:
        grain = random.normal(seed, *pictures.shape, stream="disturbance")
        pictures = pictures + grain * (what.noise / 127.5)
    pictures = as_bytes(pictures)
    return recompressed(pictures, what.quality) if what.quality < BEST else pictures


def as_bytes(pictures: Tensor) -> Tensor:
    """Rounded to what a file can hold: otherwise a fake would be known by its fractions."""
    return from_bytes(to_bytes(pictures))


def recompressed(pictures: Tensor, quality: int) -> Tensor:
    files = [jpeg(Image.fromarray(pixels), quality) for pixels in bytes_of(pictures)]
    return torch.cat([tensor_of(Image.open(io.BytesIO(file))) for file in files])

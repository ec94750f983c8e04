"""The discriminator's still: real and generated portraits, and where the verdict on each comes from."""

from collections.abc import Iterator
from pathlib import Path

import torch

from demos.apps.discriminator.app import full_heat, one_portrait
from demos.kit import pictures
from demos.models.gan.pretrained import verdict

SIZE = 192


def draw() -> Iterator[Path]:
    images = torch.cat([one_portrait(source, seed) for seed in (3, 4) for source in ("real", "generated")])
    heats = verdict(images).heat
    maps = [
        pictures.with_heat(image, heat, full_heat(), SIZE) for image, heat in zip(images, heats, strict=True)
    ]
    tiles = [*pictures.portraits(images, SIZE), *maps]
    yield pictures.save_still(pictures.grid(tiles, len(images)), Path(__file__).parent)

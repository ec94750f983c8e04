"""The latent space's still: a plane through it, along two directions that it names itself."""

from collections.abc import Iterator
from pathlib import Path

import torch

from demos.apps.latent_space.app import offered, place
from demos.kit import pictures
from demos.models.gan.pretrained import sample

SEED, COLUMNS, ROWS = 11, 7, 3


def draw() -> Iterator[Path]:
    steps = torch.cartesian_prod(torch.linspace(-1.5, 1.5, ROWS), torch.linspace(-2.5, 2.5, COLUMNS)).flip(1)
    across, down = offered()[:2]
    tiles = pictures.portraits(sample(place(SEED, across, down, steps)))
    yield pictures.save_still(pictures.grid(tiles, COLUMNS, gap=0), Path(__file__).parent)

"""The generator's still: noise, an arrow, and what comes of such noise."""

from collections.abc import Iterator
from pathlib import Path

from demos.apps.generator.app import SEED
from demos.kit import pictures
from demos.models.gan.pretrained import latents, sample


def draw() -> Iterator[Path]:
    z = latents(8, SEED)
    made = pictures.grid(pictures.portraits(sample(z)), 4)
    row = [pictures.numbers(z[0], made.height), pictures.shape("arrow", 64), made]
    yield pictures.save_still(pictures.in_a_row(row), Path(__file__).parent)

"""The sheet of samples in the docs: the first 64 of seed 0, not selected."""

from collections.abc import Iterator
from pathlib import Path

from demos.kit.sheet import save_sheet
from demos.models.gan.pretrained import latents, sample

SHEET = Path(__file__).parents[3] / "docs" / "assets" / "img" / "gan-sheet.webp"


def draw(path: Path = SHEET) -> Iterator[Path]:
    save_sheet(sample(latents(64, seed=0)), path, columns=8)
    yield path

"""The contact sheet in the docs: the first 64 of seed 7, not selected."""

from collections.abc import Iterator
from pathlib import Path

from demos.data.avatars import render, sample
from demos.kit.sheet import save_sheet

SHEET = Path(__file__).parents[3] / "docs" / "assets" / "img" / "avatars.webp"


def draw(path: Path = SHEET) -> Iterator[Path]:
    save_sheet(render(sample(64, seed=7), 128).images, path, columns=8)
    yield path

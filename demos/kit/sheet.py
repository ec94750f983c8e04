"""Contact sheets."""

import math
from pathlib import Path

from PIL import Image
from torch import Tensor

from demos.data.avatars.dataset import to_bytes


def sheet(pictures: Tensor, columns: int | None = None) -> Image.Image:
    """Pictures (n, 3, s, s) in [-1, 1] side by side, as square as can be."""
    n, _, height, width = pictures.shape
    columns = columns or math.ceil(n**0.5)
    canvas = Image.new("RGB", (columns * width, math.ceil(n / columns) * height), "white")
    for i, picture in enumerate(to_bytes(pictures.cpu())):
        tile = Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy())
        canvas.paste(tile, (i % columns * width, i // columns * height))
    return canvas


def save_sheet(pictures: Tensor, path: Path, columns: int | None = None) -> None:
    """Write a contact sheet; the name's ending decides the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(pictures, columns).save(path, quality=85, method=6)

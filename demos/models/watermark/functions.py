"""The watermark as model functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.kit.functions import function
from demos.kit.pictures import lanczos
from demos.models.watermark.message import SITE
from demos.models.watermark.model import BITS, SIZE, Watermark, fine, load_watermark

SMALLEST = 40  # px: the size at 64 px of the smallest part that is looked for, three fifths of the width
LARGEST_SIDE = 2 * SIZE  # px of a picture to be read: more shows nothing that is finer than the patterns


@function(
    takes={"picture": ("n", 3, SIZE, SIZE), "bits": ("n", BITS)}, gives={"residual": ("n", 3, SIZE, SIZE)}
)
def mark(picture: Tensor, bits: Tensor) -> Tensor:
    """What to add to pictures in [-1, 1] so that they carry bits of 0 and 1."""
    return load_watermark(picture.device).residual(picture, bits)


@function(
    takes={"picture": ("n", 3, "height", "width")},
    gives={"products": ("n", BITS), "place": ("n", 3)},
)
def read(picture: Tensor) -> dict[str, Tensor]:
    """What pictures in [-1, 1] carry, of any size and shape, also if they are a part of what was marked.

    `products` are above zero for a bit of 1; `place` is the size of the longer side, the left and the top of
    where the picture is found in a portrait of 64 px.
    """
    return look(load_watermark(picture.device), picture)


def look(watermark: Watermark, picture: Tensor) -> dict[str, Tensor]:
    """`read` with any watermark."""
    patterns = watermark.patterns()
    places = search(patterns, picture)
    portraits = torch.cat([placed(one[None], place) for one, place in zip(picture, places, strict=True)])
    found = torch.tensor(places, dtype=torch.float32, device=picture.device)
    return {"products": watermark.products(portraits, patterns), "place": found}


def search(patterns: Tensor, pictures: Tensor) -> list[tuple[int, int, int]]:
    """Where each picture agrees best with the bits that every marked portrait carries: size, left and top.

    The sum of these bits' patterns is slid over the picture's detail at each size; the place counts where
    the product is largest, in units of what it would be by chance. Turned or mirrored pictures aren't looked
    for.
    """
    signs = SITE.to(pictures) * 2 - 1
    template = torch.fft.rfft2((signs @ patterns[: len(SITE)]).view(3, SIZE, SIZE))
    best = pictures.new_full((len(pictures),), -torch.inf)
    places = [(SIZE, 0, 0)] * len(pictures)
    for size in range(SIZE, SMALLEST - 1, -1):
        detail = fine(resized(pictures, size))
        lengths = detail.flatten(1).norm(dim=1, keepdim=True)
        # Of the cyclic correlation, those places at which nothing of the detail is beyond the border.
        waves = template * torch.fft.rfft2(detail, (SIZE, SIZE)).conj()
        sums = torch.fft.irfft2(waves.sum(1), (SIZE, SIZE))
        sums = sums[:, : SIZE - detail.shape[2] + 1, : SIZE - detail.shape[3] + 1]
        most, where = (sums.flatten(1) / (lengths + 1e-6)).max(1)
        for i in (most > best).nonzero()[:, 0].tolist():
            best[i] = most[i]
            places[i] = size, int(where[i]) % sums.shape[2], int(where[i]) // sums.shape[2]
    return places


def resized(pictures: Tensor, size: int) -> Tensor:
    """Pictures (n, 3, h, w), their longer side at a size."""
    h, w = pictures.shape[2:]
    scale = size / max(h, w)
    down, across = (lanczos(side, max(1, round(side * scale))).to(pictures) for side in (h, w))
    return down @ pictures.contiguous() @ across.T


def placed(picture: Tensor, place: tuple[int, int, int]) -> Tensor:
    """A picture (1, 3, h, w) where it belongs in a portrait (1, 3, 64, 64), its border repeated around it."""
    size, left, top = place
    part = resized(picture, size)
    h, w = part.shape[2:]
    return F.pad(part, (left, SIZE - w - left, top, SIZE - h - top), mode="replicate")

"""The noise layer: what may happen to a picture between encoder and decoder, so that gradients pass through.

Pictures (n, 3, 64, 64) in [-1, 1]. Chance comes from the generator of the training step.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.kit.filters import blurred
from demos.models.watermark.model import cosines

Attack = Callable[[Tensor, torch.Generator], Tensor]

# Tables K.1 and K.2 of the JPEG standard (ITU-T T.81), for quality 50.
LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55), (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62), (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip
CHROMINANCE = (
    (17, 18, 24, 47, 99, 99, 99, 99), (18, 21, 26, 66, 99, 99, 99, 99), (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99), *((99,) * 8,) * 4,
)  # fmt: skip
TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def attacked(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """Each attack on its share of the batch."""
    parts = pictures.chunk(len(ATTACKS))
    return torch.cat([attack(part, seeded) for attack, part in zip(ATTACKS, parts, strict=False)])


def nothing(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    return pictures


def compressed(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    return jpeg(pictures, between(seeded, 30, 95, len(pictures)))


def softened(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    return blurred(pictures, float(between(seeded, 0.3, 1.2)))


def scaled(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    size = round(64 * float(between(seeded, 0.45, 1)))
    small = F.interpolate(pictures, (size, size), mode="bilinear", antialias=True)
    return F.interpolate(small, pictures.shape[2:], mode="bicubic")


def cropped(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """What is left of a square part of each picture once the reader has found out where it was, nearly."""
    n, size = len(pictures), pictures.shape[-1]
    kept = between(seeded, 0.5, 1, n)
    left, top = (between(seeded, 0, 1, n) * (1 - kept) for _ in range(2))
    line = (torch.arange(size) + 0.5) / size
    zoom = between(seeded, 0.99, 1.01, n)[:, None]
    grids = []
    for start in (left, top):
        moved = line * zoom + between(seeded, -0.4, 0.4, n)[:, None] / size
        grids.append(torch.minimum(torch.maximum(moved, start[:, None]), (start + kept)[:, None]) * 2 - 1)
    across, down = (grid[:, None].expand(-1, size, -1) for grid in grids)
    grid = torch.stack([across, down.transpose(1, 2)], 3)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)


def noisy(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    sigma = between(seeded, 0, 0.12, len(pictures))[:, None, None, None]
    return pictures + sigma * torch.randn(pictures.shape, generator=seeded)


def relit(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """Brighter or darker, with more or less contrast."""
    contrast, light = (between(seeded, *ends, len(pictures)) for ends in ((0.6, 1.4), (-0.3, 0.3)))
    changed = pictures * contrast[:, None, None, None] + light[:, None, None, None]
    return changed.clamp(-1, 1)


def painted_over(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """A rectangle of each picture replaced by that of another, which has another mark or none."""
    n, size = len(pictures), pictures.shape[-1]
    width, height = (between(seeded, 0.2, 0.6, n) * size for _ in range(2))
    left, top = (between(seeded, 0, 1, n) * (size - side) for side in (width, height))
    line = torch.arange(size)
    across = (line >= left[:, None]) & (line < (left + width)[:, None])
    down = (line >= top[:, None]) & (line < (top + height)[:, None])
    inside = down[:, None, :, None] & across[:, None, None, :]
    return torch.where(inside, pictures.detach().roll(1, 0), pictures)


def several(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    return compressed(cropped(scaled(pictures, seeded), seeded), seeded)


ATTACKS: tuple[Attack, ...] = (
    nothing, compressed, softened, scaled, cropped, noisy, relit, painted_over, cropped, several
)  # fmt: skip


def between(seeded: torch.Generator, low: float, high: float, n: int = 1) -> Tensor:
    return low + (high - low) * torch.rand(n, generator=seeded)


def jpeg(pictures: Tensor, quality: Tensor) -> Tensor:
    """What JPEG leaves of pictures at a quality (n,) from 1 to 100, colors at half the resolution.

    Forward it rounds as JPEG does; the gradient passes as if it did not (straight-through).
    """
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50)[:, None, None, None, None]
    ycc = torch.einsum("cd,ndhw->nchw", torch.tensor(TO_YCC), (pictures + 1) * 127.5)
    light = quantized(ycc[:, :1] - 128, torch.tensor(LUMINANCE), scale) + 128
    color = quantized(F.avg_pool2d(ycc[:, 1:], 2), torch.tensor(CHROMINANCE), scale)
    whole = torch.cat([light, F.interpolate(color, scale_factor=2.0, mode="bilinear")], 1)
    back = torch.linalg.inv(torch.tensor(TO_YCC))
    return (torch.einsum("cd,ndhw->nchw", back, whole) / 127.5 - 1).clamp(-1, 1)


def quantized(planes: Tensor, table: Tensor, scale: Tensor) -> Tensor:
    """Planes (n, c, h, w) with the cosine transform of each 8 × 8 block rounded to the table's steps."""
    n, c, h, w = planes.shape
    steps = (table * scale).round().clamp(1, 255)  # (n, 1, 1, 8, 8)
    blocks = planes.view(n, c, h // 8, 8, w // 8, 8).transpose(3, 4).reshape(n, c, -1, 8, 8)
    shares = cosines(8) @ blocks @ cosines(8).T / steps
    rounded = shares + (shares.round() - shares).detach()
    blocks = cosines(8).T @ (rounded * steps) @ cosines(8)
    return blocks.view(n, c, h // 8, w // 8, 8, 8).transpose(3, 4).reshape(n, c, h, w)

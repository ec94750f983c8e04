"""From factors to pictures, part masks and landmarks."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from demos.avatars import painters
from demos.avatars.factors import Factors
from demos.avatars.painters import Layer, Scene

PARTS: tuple[str, ...] = (
    "background", "clothing", "neck", "face", "ear", "hair", "beard", "brow", "lid", "eye_white", "iris",
    "pupil", "nose", "mouth", "glasses", "hat",
)  # fmt: skip

# Back to front, as a painter works.
PAINTERS = (
    painters.background,
    painters.back_hair,
    painters.neck,
    painters.clothing,
    painters.scarf_back,
    painters.tails,
    painters.ears,
    painters.locks,
    painters.face,
    painters.hair_shadow,
    painters.beard,
    painters.mouth,
    painters.moustache,
    painters.nose,
    painters.eyes,
    painters.temples,
    painters.front_hair,
    painters.near_locks,
    painters.near_ear,
    painters.brows,
    painters.glasses,
    painters.hat,
)

CHUNK_PIXELS = 64 * 1024


class Avatars(NamedTuple):
    images: Tensor
    masks: Tensor
    landmarks: Tensor


@torch.no_grad()
def render(factors: Factors, size: int = 64, supersample: int = 1) -> Avatars:
    n = len(factors)
    fine = size * supersample
    per = max(1, CHUNK_PIXELS // (fine * fine))
    images, masks, marks = [], [], []
    for start in range(0, n, per):
        image, mask, mark = _draw(factors.select(slice(start, start + per)), fine)
        if supersample > 1:
            image = torch.nn.functional.avg_pool2d(image, supersample)
            mask = torch.nn.functional.avg_pool2d(mask, supersample)
        images.append(image)
        masks.append(mask)
        marks.append((mark + 1) * (size / 2))
    return Avatars(torch.cat(images), torch.cat(masks), torch.cat(marks))


def _draw(factors: Factors, size: int) -> tuple[Tensor, Tensor, Tensor]:
    scene = Scene(factors, size)
    layers = [layer for painter in PAINTERS for layer in painter(scene)]
    image, masks = _composite(layers, scene)
    return image, masks, scene.landmarks()


def _composite(layers: list[Layer], scene: Scene) -> tuple[Tensor, Tensor]:
    n, size = scene.n, scene.size
    image = torch.zeros(n, 3, size, size, device=scene.device)
    masks = torch.zeros(n, len(PARTS), size, size, device=scene.device)
    left = torch.ones(n, size, size, device=scene.device)
    for layer in reversed(layers):
        rows, columns = layer.box
        through = left[:, rows, columns]
        weight = through * layer.alpha
        masks[:, PARTS.index(layer.part), rows, columns] += weight
        through -= weight
        if layer.shade is not None:
            weight = weight * layer.shade
        image[:, :, rows, columns] += weight[:, None] * layer.color[:, :, None, None]
    return image.clamp_(0, 1).mul_(2).sub_(1), masks

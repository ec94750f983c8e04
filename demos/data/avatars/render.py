"""From factors to pictures, part masks and landmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars import body, face, hair, worn
from demos.data.avatars.anatomy import LANDMARKS, Anatomy
from demos.data.avatars.factors import Factors
from demos.data.avatars.scene import Layer, Scene

PARTS: tuple[str, ...] = (
    "background", "clothing", "neck", "face", "ear", "hair", "beard", "brow", "lid", "eye_white", "iris",
    "pupil", "nose", "mouth", "glasses", "hat",
)  # fmt: skip

# Back to front, as a painter works.
PAINTERS: tuple[Callable[[Scene], Iterator[Layer]], ...] = (
    body.background,
    hair.back_hair,
    body.hood,
    body.neck,
    body.clothing,
    worn.scarf_back,
    hair.tails,
    face.ears,
    hair.locks,
    face.head,
    hair.hair_shadow,
    face.beard,
    face.mouth,
    face.moustache,
    face.nose,
    face.eyes,
    worn.temples,
    hair.front_hair,
    hair.near_locks,
    face.near_ear,
    face.brows,
    worn.glasses,
    worn.hat,
)

# Pixels drawn at once (batch × height × width): on a CPU the fields of one chunk should stay in its cache.
CHUNK_PIXELS = {"cpu": 64 * 1024}
GPU_CHUNK_PIXELS = 4 * 1024 * 1024


class Avatars(NamedTuple):
    """A drawn batch.

    - `images` (n, 3, size, size) in -1..1, sRGB.
    - `masks` (n, len(PARTS), size, size): the share of each pixel in which a part is seen, after everything
      painted over it; they sum to 1.
    - `landmarks` (n, len(LANDMARKS), 2): (x, y) in pixels from the top left corner, so that pixel i reaches
      from i to i + 1. They come from the geometry, whether or not something hides them.
    - `visible` (n, len(LANDMARKS)) bool: whether nothing does.
    """

    images: Tensor
    masks: Tensor
    landmarks: Tensor
    visible: Tensor


def render(factors: Factors, size: int = 64, supersample: int = 1) -> Avatars:
    """Draw every row of `factors` at `size` × `size` pixels, on the device of the factors.

    Edges are anti-aliased already; `supersample` draws that many times larger and averages. Raises ValueError
    for a size below 16 or a supersample below 1.
    """
    if size < 16 or supersample < 1:
        raise ValueError(f"cannot draw avatars of {size} pixels, supersampled {supersample} times")
    with torch.inference_mode():  # a portrait is a thousand small operations: what each costs besides counts
        drawn = _render(factors, size, supersample)
    return Avatars(*(x.clone() for x in drawn))  # which may be trained on


def _render(factors: Factors, size: int, supersample: int) -> Avatars:
    fine = size * supersample
    limit = CHUNK_PIXELS.get(factors.device.type, GPU_CHUNK_PIXELS)
    n, device = len(factors), factors.device
    images = torch.empty(n, 3, size, size, device=device)
    masks = torch.empty(n, len(PARTS), size, size, device=device)
    per_chunk = max(1, limit // (fine * fine))
    for start in range(0, n, per_chunk):
        rows = slice(start, start + per_chunk)
        drawn = _draw(factors.select(rows), fine)
        images[rows], masks[rows] = (F.avg_pool2d(x, supersample) if supersample > 1 else x for x in drawn)
    landmarks = (Anatomy(factors).landmarks() + 1) * (size / 2)
    return Avatars(images, masks, landmarks, _visible(landmarks, masks))


def _draw(factors: Factors, size: int) -> tuple[Tensor, Tensor]:
    scene = Scene(factors, size)
    layers = [layer for painter in PAINTERS for layer in painter(scene)]
    return _composite(layers, scene)


def _composite(layers: list[Layer], scene: Scene) -> tuple[Tensor, Tensor]:
    """Front to back: each layer gets its share of the light that the layers before it let through. So the
    same weights make the picture and the masks, and the background takes exactly what is left."""
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


_OWN_PARTS = {
    "left_iris": ("iris", "pupil"),
    "right_iris": ("iris", "pupil"),
    "ear_left": ("ear",),
    "ear_right": ("ear",),
}
_COVERS = ("hair", "hat", "glasses")


def _visible(landmarks: Tensor, masks: Tensor) -> Tensor:
    """Irises and ears are visible where they are seen themselves, other points where nothing covers them."""
    size = masks.shape[-1]
    column, row = landmarks.long().clamp(0, size - 1).unbind(2)
    there = masks.flatten(2).gather(2, (row * size + column)[:, None].expand(-1, len(PARTS), -1))
    covered = sum(there[:, PARTS.index(part)] for part in _COVERS)
    visible = torch.as_tensor(covered < 0.5)
    for name, parts in _OWN_PARTS.items():
        k = LANDMARKS.index(name)
        visible[:, k] = sum(there[:, PARTS.index(part), k] for part in parts) > 0.25
    return visible

"""What becomes of a picture on its way through the world: cut, made smaller, blurred, saved as JPEG.

With real files, as Pillow writes them; what the patterns were trained with is in `attacks.py`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import torch
from PIL import Image, ImageEnhance, ImageFilter
from torch import Tensor

from demos.kit import random
from demos.kit.pictures import bytes_of, enlarged

SIDE = 256  # px of a portrait's file
QUALITY = 95  # of a portrait's file
UNTURNED = Image.Resampling.BICUBIC


@dataclass(frozen=True)
class Edit:
    """What is done, in this order. All at their defaults is nothing."""

    kept: float = 100  # per cent of the width and of the height that remain
    painted: float = 0  # per cent of the width and of the height under a gray rectangle
    turned: float = 0  # degrees
    scaled: float = 100  # per cent of the size
    blurred: float = 0  # px, standard deviation
    noise: float = 0  # standard deviation, of 255
    light: float = 1  # times as bright
    quality: int = QUALITY  # of JPEG

    @property
    def changes_pixels(self) -> bool:
        return self != Edit()


def edited(image: Image.Image, edit: Edit) -> Image.Image:
    """The picture after everything but saving."""
    if edit.kept < 100:
        image = image.crop(part_of(image, edit.kept / 100))
    if edit.painted:
        image = image.copy()
        image.paste((128, 128, 128), part_of(image, edit.painted / 100))
    if edit.turned:
        image = image.rotate(edit.turned, UNTURNED, fillcolor=(255, 255, 255))
    if edit.scaled < 100:
        width, height = (max(1, round(side * edit.scaled / 100)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    if edit.blurred:
        image = image.filter(ImageFilter.GaussianBlur(edit.blurred))
    if edit.noise:
        grain = random.normal(1, image.height, image.width, 3, stream="noise")
        pixels = tensor_of(image)[0].permute(1, 2, 0) + grain * (edit.noise / 127.5)
        image = Image.fromarray(bytes_of(pixels.permute(2, 0, 1)[None])[0])
    return ImageEnhance.Brightness(image).enhance(edit.light) if edit.light != 1 else image


def part_of(image: Image.Image, share: float) -> tuple[int, int, int, int]:
    """A part of a picture, more to the right and above than in the middle: left, top, right and bottom."""
    width, height = round(image.width * share), round(image.height * share)
    left, top = round((image.width - width) * 0.7), round((image.height - height) * 0.4)
    return left, top, left + width, top + height


def jpeg(image: Image.Image, quality: int = QUALITY) -> bytes:
    """A JPEG file without metadata; with halved color resolution, as most programs write it."""
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return data.getvalue()


def image_of(portrait: Tensor) -> Image.Image:
    """A portrait (1, 3, 64, 64) in [-1, 1] at the size of its file."""
    return Image.fromarray(bytes_of(enlarged(portrait, SIDE))[0])


def tensor_of(image: Image.Image) -> Tensor:
    """A picture as (1, 3, h, w) in [-1, 1]."""
    rgb = image.convert("RGB")
    pixels = torch.frombuffer(bytearray(rgb.tobytes()), dtype=torch.uint8)
    return pixels.view(1, rgb.height, rgb.width, 3).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_read(image: Image.Image, most: int) -> Tensor:
    """A picture as a reader of watermarks wants it: its longer side at most so many px."""
    if max(image.size) > most:
        image = image.convert("RGB")
        image.thumbnail((most, most), Image.Resampling.BICUBIC)
    return tensor_of(image)

"""How well the watermark is read in files that were changed, and how often it is seen where there is none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED, portraits
from demos.kit import random
from demos.kit.weights import Metric
from demos.models.watermark.edits import Edit, edited, image_of, jpeg, to_read
from demos.models.watermark.functions import LARGEST_SIDE, look
from demos.models.watermark.message import LARGEST_NUMBER, Message, bits_of
from demos.models.watermark.model import WEIGHTS, Watermark, load_watermark

TRAINED, DRAWN_HELD_OUT = 8000, 6000  # portraits of the training seed that were trained on; of the other seed
CHUNK = 100
FALSE_POSITIVES = 1e-4  # the bar
# What is done to a file of 256 px, and the share of bits that must then be right.
EDITS = {
    "none": (Edit(), 0.99), "jpeg_50": (Edit(quality=50), 0.98), "jpeg_10": (Edit(quality=10), None),
    "blur_4": (Edit(blurred=4), 0.95), "scale_25": (Edit(scaled=25), 0.98), "crop_90": (Edit(kept=90), 0.95),
    "crop_70": (Edit(kept=70), None), "noise_20": (Edit(noise=20), 0.98), "light": (Edit(light=1.4), 0.95),
    "painted_40": (Edit(painted=40), 0.98), "several": (Edit(kept=90, scaled=50, quality=50), 0.95),
    "turned_2": (Edit(turned=2), None), "turned_8": (Edit(turned=8), None),
}  # fmt: skip


def evaluate(samples: int = 20_000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics, false positives on `samples` unmarked portraits. Raises WeightsError."""
    return measure(load_watermark(torch.device("cpu"), folder), min(samples, 400), samples)


@torch.inference_mode()
def measure(watermark: Watermark, held_out: int, unmarked: int) -> dict[str, Metric]:
    """PSNR of marked portraits, bits read and marks found after each edit, and false positives."""
    numbers = random.integers(5, 0, LARGEST_NUMBER + 1, held_out).tolist()
    originals = portraits(held_out, HELD_OUT_SEED).pictures(slice(None))
    bits = torch.stack([bits_of(number) for number in numbers])
    marked = (originals + watermark.residual(originals, bits)).clamp(-1, 1)
    errors = (marked - originals).square().mean((1, 2, 3))
    metrics = {"psnr": Metric(round(float((10 * (4 / errors).log10()).mean()), 2), 38.0, "higher")}
    files = [jpeg(image_of(one[None])) for one in marked]
    for name, (edit, bar) in EDITS.items():
        found = list(messages(watermark, files, edit))
        right = [sum(message.right(n)) / bits.shape[1] for message, n in zip(found, numbers, strict=True)]
        share = sum(message.is_found for message in found) / held_out
        metrics[f"bits.{name}"] = Metric(round(sum(right) / held_out, 4), bar, "higher")
        metrics[f"found.{name}"] = Metric(round(share, 4), None, "higher")
    wrong = sum(message.is_found for message in unmarked_messages(watermark, unmarked))
    metrics["false_positives"] = Metric(wrong / unmarked, FALSE_POSITIVES, "lower")
    return metrics


def messages(watermark: Watermark, files: list[bytes], edit: Edit) -> Iterator[Message]:
    """What is read in files that are edited and saved once more."""
    for start in range(0, len(files), CHUNK):
        images = [Image.open(io.BytesIO(file)) for file in files[start : start + CHUNK]]
        saved = [jpeg(edited(image, edit), edit.quality) for image in images]
        pictures = [to_read(Image.open(io.BytesIO(file)), LARGEST_SIDE) for file in saved]
        yield from read_in(watermark, torch.cat(pictures))


def unmarked_messages(watermark: Watermark, count: int) -> Iterator[Message]:
    """What is read in portraits that carry nothing and that weren't trained on."""
    held_out = min(count, DRAWN_HELD_OUT)
    parts = [(HELD_OUT_SEED, 0, held_out), (TRAIN_SEED, TRAINED, count - held_out)]
    for seed, first, some in parts:
        data = portraits(first + some, seed) if some else None
        for start in range(first, first + some, CHUNK):
            assert data is not None
            yield from read_in(watermark, data.pictures(slice(start, min(start + CHUNK, first + some))))


def read_in(watermark: Watermark, pictures: Tensor) -> Iterator[Message]:
    for products in look(watermark, pictures)["products"]:
        yield Message(tuple(products.tolist()))

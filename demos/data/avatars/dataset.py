"""Portraits drawn once and kept in a cache, so that training reads them instead of drawing them again.

The cache consists of shards below ``.cache/avatars`` of the checkout, keyed by what the renderer draws: a
changed renderer gets a new cache. Deleting it costs only the time to draw again. Training and measuring use
different seeds, so nothing is measured on a portrait that a model was trained on.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from demos.data.avatars import Factors, render, sample
from demos.data.avatars.factors import BY_NAME, CONTINUOUS
from demos.kit.kept import digest, kept
from demos.kit.training import channels_last
from glossary import files

CACHE = Path(os.environ.get("ORDLAB_CACHE", Path(__file__).parents[3] / ".cache"))
SHARD = 500
BATCH = 25  # portraits drawn at a time
TRAIN_SEED = 7
HELD_OUT_SEED = 1_000_007
READERS_SEED = 6_000_011  # of portraits that readers try models on: none was trained or measured on
PART_SIZE = 32  # part masks are kept at this size: enough to learn where the parts are
LOW = torch.tensor([BY_NAME[name].low for name in CONTINUOUS])


@dataclass
class Portraits:
    """Labelled pictures, as bytes; `pictures` gives the floats that models read."""

    images: Tensor  # (n, 3, size, size) uint8
    continuous: Tensor  # (n, C) every factor in -1..1
    categorical: Tensor  # (n, K) class numbers
    parts: Tensor | None = None  # (n, parts, 32, 32) uint8 coverage

    def __len__(self) -> int:
        return len(self.images)

    def pictures(self, index: Tensor | slice, device: torch.device | str = "cpu") -> Tensor:
        """Float pictures (n, 3, size, size) in [-1, 1]."""
        return from_bytes(self.images[index].to(device))

    def factors(self, index: Tensor | slice = slice(None)) -> Factors:
        """The labels as the renderer's factors, each in its own range."""
        values = self.continuous[index]
        return Factors(torch.where(LOW == 0, (values + 1) / 2, values), self.categorical[index])


def portraits(
    n: int, seed: int = TRAIN_SEED, size: int = 64, *, parts: bool = False, workers: int = 1
) -> Portraits:
    """The first n portraits of a seed; what the cache lacks is drawn first."""
    paths = [shard_path(seed, size, start) for start in range(0, n, SHARD)]
    missing = [i * SHARD for i, path in enumerate(paths) if not path.exists()]
    draw_shards(missing, seed, size, workers)
    names = ["images", "continuous", "categorical", *(["parts"] if parts else [])]
    columns = zip(*(read_shard(path, names) for path in paths), strict=True)
    return Portraits(*(torch.cat(column)[:n] for column in columns))


def draw_shards(starts: list[int], seed: int, size: int, workers: int) -> None:
    if workers == 1 or len(starts) < 2:
        for start in starts:
            draw_shard(start, seed, size)
        return
    # "spawn": a forked torch process may hang on the parent's thread pool.
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        list(pool.map(draw_shard, starts, repeat(seed), repeat(size)))


def draw_shard(start: int, seed: int, size: int) -> None:
    for _ in shard_in_steps(start, seed, size):
        pass


def shard_in_steps(start: int, seed: int, size: int) -> Iterator[None]:
    """Draw a shard batch by batch, and write it at the end. It may be closed at any yield."""
    factors = sample(SHARD, seed, start=start)
    images, parts = [], []
    for batch in factors.split(BATCH):
        drawn = render(batch, size)
        images.append(to_bytes(drawn.images))
        parts.append(part_bytes(drawn.masks))
        yield
    categorical, continuous = factors.labels()
    shard = {
        "images": torch.cat(images),
        "parts": torch.cat(parts),
        "continuous": torch.where(LOW == 0, continuous * 2 - 1, continuous),
        "categorical": categorical.contiguous(),
    }
    files.write(shard_path(seed, size, start), save(shard))


def read_shard(path: Path, names: list[str]) -> list[Tensor]:
    with safe_open(path, "pt") as shard:
        return [shard.get_tensor(name) for name in names]


def shard_path(seed: int, size: int, start: int) -> Path:
    return CACHE / "avatars" / f"{renderer_key(size)}-seed-{seed}" / f"{start:06d}.safetensors"


@cache
def renderer_key(size: int) -> str:
    """Changes when the renderer draws differently: a few portraits at this size, and many small ones, so that
    every hairstyle, hat and pair of glasses is among them."""
    drawn = [render(sample(8, seed=TRAIN_SEED), size), render(sample(96, seed=TRAIN_SEED), 32)]
    content = b"".join(to_bytes(avatars.images).numpy().tobytes() for avatars in drawn)
    return f"{size}px-{hashlib.sha256(content).hexdigest()[:10]}"


def features(look: Callable[[Tensor], Tensor], net: Path, pictures: Tensor, folder: Path) -> Tensor:
    """What a frozen net sees in pictures (n, 3, size, size) of bytes: (n, …), kept in `folder`.

    `look` takes pictures in [-1, 1]; `net` is the file of its weights.
    """

    def make() -> dict[str, Tensor]:
        with torch.inference_mode():
            return {"seen": torch.cat([look(from_bytes(some)).cpu() for some in pictures.split(250)])}

    return kept(folder / f"seen-{len(pictures)}-{digest([pictures, net])}.safetensors", make)["seen"]


def to_bytes(images: Tensor) -> Tensor:
    """Pictures in [-1, 1] as bytes."""
    return ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def from_bytes(images: Tensor) -> Tensor:
    return channels_last(images.float() / 127.5 - 1)


def part_bytes(masks: Tensor) -> Tensor:
    return (F.adaptive_avg_pool2d(masks.float(), PART_SIZE) * 255).round().to(torch.uint8)

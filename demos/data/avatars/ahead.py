"""Portraits that demos show, drawn ahead of time.

One by one, a portrait takes 32 ms of a core; in batches, 5 ms. So the portraits that demos may show are drawn
in the background when the first of these demos is opened, and kept: in memory, 6 MB for 500, and in the
cache, so that the next start only reads them. What is not there yet is drawn when it is asked for. Pictures
are bytes either way, so nobody sees which it was.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from threading import Event, Lock

import torch
from torch import Tensor

from demos.data.avatars import render
from demos.data.avatars.dataset import (
    READERS_SEED,
    SHARD,
    from_bytes,
    read_shard,
    shard_in_steps,
    shard_path,
    to_bytes,
)
from demos.data.avatars.factors import sample_rows
from demos.kit import random

READERS = 1000  # portraits that readers choose from, by their numbers
SIZE = 64
MOST = 1024  # portraits that are kept beside those drawn ahead: 12 MB


class Kept:
    """Portraits as bytes: those drawn ahead by shard, others one by one, the latest `most` of them."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.shards: dict[tuple[int, int], Tensor] = {}  # by seed and start
        self.single: OrderedDict[tuple[int, int], Tensor] = OrderedDict()  # by seed and row
        self.lock = Lock()

    def get(self, seed: int, row: int) -> Tensor | None:
        shard = self.shards.get((seed, row - row % SHARD))
        if shard is not None:
            return shard[row % SHARD]
        with self.lock:
            if (seed, row) in self.single:
                self.single.move_to_end((seed, row))
            return self.single.get((seed, row))

    def put(self, seed: int, row: int, picture: Tensor) -> None:
        with self.lock:
            self.single[seed, row] = picture
            while len(self.single) > self.most:
                self.single.popitem(last=False)


kept = Kept()


def portraits_at(seed: int, rows: Sequence[int]) -> Tensor:
    """Any of a seed's portraits (n, 3, 64, 64), in [-1, 1]. What is not kept is drawn in one batch."""
    found = {row: picture for row in rows if (picture := kept.get(seed, row)) is not None}
    if missing := sorted(set(rows) - found.keys()):
        drawn = to_bytes(render(sample_rows(seed, torch.tensor(missing)), SIZE).images)
        for row, picture in zip(missing, drawn, strict=True):
            kept.put(seed, row, picture)
            found[row] = picture
    return from_bytes(torch.stack([found[row] for row in rows]))


def portrait(number: int) -> Tensor:
    """A portrait (1, 3, 64, 64) for readers, in [-1, 1]: the same in every demo."""
    return portraits_at(READERS_SEED, [number % READERS])


def some_portraits(seed: int, n: int, stream: str) -> Tensor:
    """n of the portraits for readers (n, 3, 64, 64), all different, chosen by `seed`."""
    return portraits_at(READERS_SEED, random.permutation(seed, READERS, stream=stream)[:n])


def readers_portraits(stopping: Event) -> None:
    """Draw all portraits for readers ahead. Ends early when `stopping` is set."""
    draw_ahead(READERS_SEED, range(0, READERS, SHARD), stopping)


def draw_ahead(seed: int, starts: Sequence[int], stopping: Event) -> None:
    """Keep these shards of a seed's portraits, from the cache or drawn now. Ends early when `stopping` is
    set. Raises OSError if the cache cannot be written."""
    for start in starts:
        path = shard_path(seed, SIZE, start)
        if not path.exists():
            began = time.monotonic()
            for _ in shard_in_steps(start, seed, SIZE):
                if stopping.wait(time.monotonic() - began):  # half of the time is left to answers
                    return
                began = time.monotonic()
        (kept.shards[seed, start],) = read_shard(path, ["images"])

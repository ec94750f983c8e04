"""People in several poses each: what a picture should become when its pose changes is drawn, and so exact.

Only pose and expression differ between the pictures of a person. Light and blush stay: keypoints say nothing
of them. Blinks and open mouths come more often than in other portraits, for they are what is hard to learn.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from demos.data.avatars import Factors, render, replace, sample
from demos.data.avatars.dataset import BATCH, CACHE, from_bytes, renderer_key, to_bytes
from demos.kit import random
from demos.models.avatarify.keypoints import Keypoints, exact
from glossary import files

TRAIN_SEED, HELD_OUT_SEED = 13, 1_000_021
POSE_SEED = 7919  # added to the seed of people for that of their poses
POSES = 5  # pictures of each person
SHARD = 200  # people
SIZE = 64
MOTION = (
    "smile",
    "mouth_open",
    "blink",
    "gaze_x",
    "gaze_y",
    "brow_raise",
    "brow_tilt",
    "yaw",
    "pitch",
    "roll",
)
NEUTRAL = dict.fromkeys(MOTION, 0.0)


@dataclass
class People:
    """Pictures (n, POSES, 3, 64, 64) uint8 of people, with their keypoints and which of them are seen."""

    images: Tensor
    points: Tensor  # (n, POSES, COUNT, 2)
    jacobians: Tensor  # (n, POSES, COUNT, 2, 2)
    visible: Tensor  # (n, POSES, landmarks) bool

    def __len__(self) -> int:
        return len(self.images)

    def pictures(self, person: Tensor, pose: Tensor) -> Tensor:
        """Float pictures (n, 3, 64, 64) in [-1, 1]."""
        return from_bytes(self.images[person, pose])

    def keypoints(self, person: Tensor, pose: Tensor) -> Keypoints:
        return Keypoints(self.points[person, pose], self.jacobians[person, pose])


def with_motion(people: Factors, others: Factors) -> Factors:
    """The same people with the poses and expressions of others."""
    return replace(people, **{name: others[name] for name in MOTION})


def motions(n: int, seed: int, start: int = 0) -> Factors:
    """Poses and expressions, as in any portrait; in half of them the eyes are shut by any amount, and in
    half of them the mouth is open by any amount."""
    some = sample(n, seed, start=start)
    u = random.uniform(seed, n, 4, stream="motions", start=start).float()
    return replace(
        some,
        blink=torch.where(u[:, 0] < 0.5, u[:, 1], some["blink"]),
        mouth_open=torch.where(u[:, 2] < 0.5, u[:, 3], some["mouth_open"]),
    )


def in_poses(n: int, seed: int, start: int = 0) -> Factors:
    """People (n · POSES), the pictures of one side by side."""
    people = sample(n, seed, start=start).repeat(POSES)
    return with_motion(people, motions(n * POSES, seed + POSE_SEED, start * POSES))


def people(n: int, seed: int = TRAIN_SEED, workers: int = 1) -> People:
    """The first n people of a seed; what the cache lacks is drawn first."""
    starts = range(0, n, SHARD)
    missing = [start for start in starts if not shard_path(seed, start).exists()]
    draw_shards(missing, seed, workers)
    shards = [load_file(shard_path(seed, start)) for start in starts]
    columns = ("images", "points", "jacobians", "visible")
    return People(*(torch.cat([shard[name] for shard in shards])[:n] for name in columns))


def draw_shards(starts: list[int], seed: int, workers: int) -> None:
    if workers == 1 or len(starts) < 2:
        for start in starts:
            draw_shard(seed, start)
        return
    spawned = get_context("spawn")
    with ProcessPoolExecutor(workers, spawned, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        list(pool.map(draw_shard, [seed] * len(starts), starts))


def draw_shard(seed: int, start: int) -> None:
    factors = in_poses(SHARD, seed, start)
    images, visible = [], []
    for batch in factors.split(BATCH):
        drawn = render(batch, SIZE)
        images.append(to_bytes(drawn.images))
        visible.append(drawn.visible)
    found = exact(factors)
    shard = {
        "images": torch.cat(images),
        "points": found.points,
        "jacobians": found.jacobians,
        "visible": torch.cat(visible),
    }
    stored = {name: x.unflatten(0, (SHARD, POSES)).contiguous() for name, x in shard.items()}
    files.write(shard_path(seed, start), save(stored))


def shard_path(seed: int, start: int) -> Path:
    return CACHE / "train" / "avatarify" / f"{renderer_key(SIZE)}-seed-{seed}" / f"{start:06d}.safetensors"

"""Recorded clips: how a face moves, frame by frame, whoever's face it is.

A clip begins at rest, because motion is measured from its first frame. Between its key frames every factor
goes on a half cosine from one value to the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from demos.models.avatarify.pairs import MOTION

RATE = 16  # frames a second
FRAMES = 56
Track = tuple[tuple[float, float], ...]  # second and value, in order; before the first one, 0

BLINK: Track = ((0.9, 0), (1.05, 1), (1.25, 0.05), (2.4, 0.05), (2.55, 1), (2.75, 0.05))
CLIPS: Mapping[str, Mapping[str, Track]] = {
    "talk": {
        "mouth_open": (
            (0.25, 0), (0.4, 0.7), (0.55, 0.2), (0.7, 0.9), (0.9, 0.1), (1.1, 0.8), (1.25, 0.3), (1.45, 1),
            (1.7, 0), (2.0, 0), (2.15, 0.6), (2.3, 0.1), (2.5, 0.85), (2.7, 0.25), (2.9, 0.75), (3.15, 0.6),
        ),
        "smile": ((0.3, 0), (0.8, 0.3), (1.6, -0.2), (2.2, 0.5), (3.3, 0.7)),
        "blink": BLINK,
        "yaw": ((0.3, 0), (0.9, -0.35), (1.8, 0.25), (2.6, -0.1), (3.3, 0.2)),
        "pitch": ((0.4, 0), (0.7, 0.3), (1.0, -0.1), (1.45, 0.4), (2.0, 0), (2.5, 0.3), (3.2, 0)),
        "roll": ((0.5, 0), (1.3, 0.3), (2.4, -0.3), (3.2, 0.1)),
        "brow_raise": ((0.3, 0), (0.7, 0.6), (1.2, 0), (1.45, 0.8), (2.0, 0.1), (3.2, 0.5)),
    },
    "turn": {
        "yaw": ((0.2, 0), (1.0, -0.9), (2.3, 0.9), (3.4, 0.6)),
        "pitch": ((1.0, 0), (1.7, -0.7), (2.4, 0.3), (3.3, 0.2)),
        "roll": ((0.2, 0), (1.0, 0.6), (2.3, -0.7), (3.3, -0.4)),
        "gaze_x": ((0.2, 0), (0.7, -0.8), (1.2, -0.5), (2.0, 0.9), (3.3, 0.6)),
        "blink": ((1.5, 0), (1.62, 1), (1.8, 0)),
        "smile": ((2.4, 0), (3.3, 0.8)),
    },
    "faces": {
        "smile": ((0.2, 0), (0.7, 1), (1.2, 1), (1.7, -0.9), (2.3, -0.9), (2.8, 0.8)),
        "mouth_open": ((1.7, 0), (2.0, 0.1), (2.5, 0.1), (2.9, 1), (3.4, 0.8)),
        "blink": ((0.8, 0), (1.0, 1), (1.5, 1), (1.7, 0.1), (2.6, 0.3), (2.9, 0)),
        "brow_raise": ((0.2, 0), (0.7, 0.9), (1.3, 0.2), (1.8, -0.9), (2.4, -0.9), (2.9, 1)),
        "brow_tilt": ((1.2, 0), (1.8, 0.9), (2.4, 0.9), (2.9, -0.4)),
        "gaze_y": ((1.6, 0), (2.0, 0.6), (2.6, -0.4), (3.2, 0)),
    },
}  # fmt: skip


def motion(clip: str) -> dict[str, Tensor]:
    """The factors of a clip's frames, each (FRAMES,)."""
    tracks = CLIPS[clip]
    return {
        name: torch.tensor([value(tracks.get(name, ()), i / RATE) for i in range(FRAMES)]) for name in MOTION
    }


def value(track: Track, second: float) -> float:
    """Where a factor is at a second."""
    before, now = (0.0, 0.0), (0.0, 0.0)
    for now in track:
        if now[0] >= second:
            break
        before = now
    if second >= now[0]:
        return now[1]
    share = (second - before[0]) / (now[0] - before[0])
    return before[1] + (now[1] - before[1]) * (1 - math.cos(math.pi * share)) / 2

"""New people to learn, and portraits on which the old task is measured. Drawn when needed, small and fast.

None of these seeds is one that the pretrained net has seen (`TRAIN_SEED`), whatever seed a reader picks.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.transfer_learning.model import PEOPLE, SIZE
from demos.data.avatars import Factors, render, replace, sample
from demos.data.avatars.dataset import from_bytes, to_bytes
from demos.data.avatars.factors import BEARDS, BY_NAME, HATS, vary
from demos.kit import random

PEOPLE_SEED, TRAINING_SEED, TEST_SEED, OLD_SEED = 2_000_003, 4_000_037, 6_000_101, 8_000_009
GROUPS = 20  # of five people: so many, so that their pictures can be kept (12 MB)
STYLES = ("color", "sketch", "negative")
CHUNK = 25  # portraits drawn at a time
MOST = 100  # pictures of one kind


def portraits_of(group: int, kind: int, n: int, style: str) -> Tensor:
    """Portraits (n, 3, 32, 32) of five people in turn, in ever new expressions, poses, hats and light.

    `group` says which people, `kind` whether these are the pictures for training (TRAINING_SEED) or for
    testing (TEST_SEED); picture i depends on nothing else.
    """
    chunks = [kept(group, kind, start) for start in range(0, n, CHUNK)]
    return styled(from_bytes(torch.cat(chunks)[:n]).contiguous(), style)


@lru_cache(maxsize=2 * GROUPS * MOST // CHUNK)
def kept(group: int, kind: int, start: int) -> Tensor:
    """A chunk of a group's pictures (CHUNK, 3, 32, 32), as bytes."""
    people = sample(PEOPLE, PEOPLE_SEED + group).select(in_turn(MOST))
    varied = vary(people, kind + group).select(slice(start, start + CHUNK))
    return to_bytes(render(varied, SIZE).images)


def in_turn(n: int) -> Tensor:
    """Who is in each of n pictures (n,): 0, 1, 2, 3, 4, 0, 1 …"""
    return torch.arange(n) % PEOPLE


def drawn(factors: Factors) -> Tensor:
    return torch.cat([render(part, SIZE).images for part in factors.split(CHUNK)])


def styled(pictures: Tensor, style: str) -> Tensor:
    """The same pictures in another style: `sketch`, dark lines where brightness changes, or `negative`."""
    if style == "negative":
        return -pictures
    if style == "sketch":
        gray = pictures.mean(1, keepdim=True)
        around = F.avg_pool2d(F.pad(gray, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
        return (1 - 6 * (gray - around).abs()).clamp(-1, 1).expand(-1, 3, -1, -1)
    return pictures


def old_factors(n: int) -> Factors:
    """Other portraits, with every hat and all kinds of glasses equally often: to measure the old task on."""
    factors = sample(n, OLD_SEED)
    hat, glasses = (
        random.integers(OLD_SEED, 0, len(BY_NAME[name].classes), n, stream=f"old {name}")
        for name in ("hat", "glasses")
    )
    scarf = hat == HATS.index("headscarf")  # goes with a shaven face only
    beard = torch.where(scarf, BEARDS.index("none"), factors["beard"])
    return replace(factors, hat=hat, glasses=glasses, beard=beard)

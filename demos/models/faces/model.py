"""Nets that recognize drawn people, and one that reads the five landmarks of a face.

A recognizer turns a portrait into a point of a sphere, so that all pictures of one person lie close together
and those of others at an angle. There are two. The one conditions what is drawn, as an ArcFace net does in
InstantID (Wang et al. 2024, arXiv:2401.07519). The other, the verifier, only measures whether the result is
the same person: a net that was asked to please itself would be no judge. They have nothing in common. The
recognizer sees with the net in whose features the GAN's critics look, the verifier with the judge, which
never trains anything; what to make of it, each has learned on people of its own, with a margin of its own
kind. The reader of landmarks sees with the judge, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.training import channels_last
from demos.kit.weights import Card, loaded, read_card
from demos.models.faces.people import POINTS, SIZE
from demos.models.ip_adapter.model import SEEN, SIDE, look
from demos.models.judge.model import JudgeConfig, load_judge

WEIGHTS = Path(__file__).parent / "weights"
EMBEDDING = 128  # numbers that a person becomes


class Head(nn.Module):
    """What a frozen net sees (n, …) to some numbers (n, gives), through `inner` ones."""

    look: Callable[[Tensor], Tensor]

    def __init__(self, seen: int, inner: int, gives: int) -> None:
        super().__init__()
        self.enter = nn.Linear(seen, inner)
        self.leave = nn.Linear(inner, gives)
        # Mean and spread over portraits of what the frozen net sees.
        self.register_buffer("mean", torch.zeros(seen))
        self.register_buffer("spread", torch.ones(seen))
        self.mean: Tensor
        self.spread: Tensor

    @torch.no_grad()
    def find_statistics(self, seen: Tensor) -> None:
        spread, mean = torch.std_mean(seen.flatten(1).float(), 0)
        self.mean.copy_(mean)
        self.spread.copy_(spread.clamp_min(1e-3))

    def numbers(self, seen: Tensor) -> Tensor:
        x = (seen.flatten(1).float() - self.mean) / self.spread
        found: Tensor = self.leave(F.silu(self.enter(x)))
        return found

    def forward(self, seen: Tensor) -> Tensor:
        """Unit vectors (n, 128)."""
        return F.normalize(self.numbers(seen), dim=1)


def judged(pictures: Tensor) -> Tensor:
    """The judge's summary (n, 192) of pictures (n, 3, 64, 64) in [-1, 1]."""
    return load_judge(pictures.device).embedding(channels_last(pictures))


class Recognizer(Head):
    """On what the critics' net sees in 4 × 4 places; see `ip_adapter.model.look`."""

    look = staticmethod(look)

    def __init__(self) -> None:
        super().__init__(SEEN * SIDE**2, 128, EMBEDDING)


class Verifier(Head):
    """On what the judge sums a portrait up in."""

    look = staticmethod(judged)

    def __init__(self) -> None:
        super().__init__(JudgeConfig().features, 192, EMBEDDING)


class LandmarkReader(Head):
    """On the same; its numbers are the five landmarks (n, 5, 2) as (x, y) in px. A net of the same size that
    read them from the pixels on was twice as far off."""

    look = staticmethod(judged)

    def __init__(self) -> None:
        super().__init__(JudgeConfig().features, 192, 2 * len(POINTS))
        with torch.no_grad():
            self.leave.bias.fill_(SIZE / 2)

    def forward(self, seen: Tensor) -> Tensor:
        return self.numbers(seen).unflatten(1, (len(POINTS), 2))


KINDS: dict[str, type[Recognizer | Verifier | LandmarkReader]] = {
    "model": Recognizer,
    "verifier": Verifier,
    "landmarks": LandmarkReader,
}


@cache
def card() -> Card:
    """The shipped nets' card. Raises WeightsError."""
    return read_card(WEIGHTS)


def head(name: str, device: torch.device | None, folder: Path) -> Head:
    """One of the `KINDS`, trained, in inference mode. Raises WeightsError."""
    return loaded(KINDS[name](), folder, device, name)


@cache
def load_recognizer(device: torch.device | None = None, folder: Path = WEIGHTS) -> Head:
    """The net whose embeddings condition what is drawn. Raises WeightsError."""
    return head("model", device, folder)


@cache
def load_verifier(device: torch.device | None = None, folder: Path = WEIGHTS) -> Head:
    """The net that only measures. Raises WeightsError."""
    return head("verifier", device, folder)


@cache
def load_landmarks(device: torch.device | None = None, folder: Path = WEIGHTS) -> Head:
    """The reader of landmarks, which also only measures. Raises WeightsError."""
    return head("landmarks", device, folder)


@torch.inference_mode()
def in_batches(net: Head, pictures: Tensor) -> Tensor:
    """What a net gives for any number of pictures (n, 3, 64, 64) in [-1, 1], on the CPU."""
    device = net.mean.device
    return torch.cat([shown(net, chunk.to(device)).cpu() for chunk in pictures.split(250)])


def shown(net: Head, pictures: Tensor) -> Tensor:
    """What a net gives for pictures."""
    found: Tensor = net(net.look(pictures))
    return found

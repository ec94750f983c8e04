"""Drawn and fake pictures for readers: nobody's face, and none that a model was trained or measured on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from demos.data.avatars import Factors, replace
from demos.data.avatars.ahead import READERS, some_portraits
from demos.data.avatars.dataset import READERS_SEED as PORTRAITS_SEED
from demos.data.avatars.dataset import from_bytes
from demos.data.avatars.factors import sample_rows
from demos.kit import random
from demos.kit.functions import Runner
from demos.kit.remember import remembered
from demos.models.face_swap.functions import redraw
from demos.models.face_swap.paste import pasted, shared_mask
from demos.models.face_swap.people import (
    COUNT,
    NAMES,
    READERS_SEED,
    SEEN,
    as_person,
    drawn,
    pictured,
)
from demos.models.fake_detector.disturb import as_bytes
from demos.models.fake_detector.fakes import diffused, generated, montages, redrawn, swaps

KNOWN = ("swap", "autoencoder")  # ways to make fakes that the detector was trained on
KINDS = (*KNOWN, "montage", "gan", "diffusion")
STRANGERS = [person for person in range(COUNT) if person not in SEEN]  # to the detector
GENERATED_SEED = 5_100_000  # of no portrait that was measured on
CALM = {"smile": 0.0, "mouth_open": 0.0, "blink": 0.1, "brow_raise": 0.0, "brow_tilt": 0.0}


# A swap


@dataclass(frozen=True)
class Take:
    """Which picture it is, and what a reader sets of it: the number decides about everything else."""

    number: int
    smile: float
    mouth_open: float
    blink: float
    yaw: float
    glasses: bool

    def of(self, person: int) -> Factors:
        """A person in this picture."""
        some = replace(
            pictured(torch.tensor([person]), READERS_SEED + self.number),
            smile=self.smile, mouth_open=self.mouth_open, blink=self.blink, yaw=self.yaw,
        )  # fmt: skip
        return replace(some, glasses="square", glasses_color=0) if self.glasses else some


@dataclass(frozen=True)
class Swap:
    """The picture that is changed and the one whose expression counts (1, 3, 64, 64), the face of each as a
    decoder draws it (1, 4, 48, 48), where it is put (1, 1, 48, 48), and what the renderer draws instead."""

    base: Tensor
    driver: Tensor
    own: Tensor
    other: Tensor
    mask: Tensor
    truth: Tensor

    def result(self, feather: float, match: bool) -> Tensor:
        return as_bytes(pasted(self.base, self.other, self.mask, feather, match))


@remembered(64)
def swap(run: Runner, moved: str, face: str, body: str, take: Take) -> Swap:
    """What is moved is the “face”, that of `face` onto a picture of `body`, or the “expression”, that of
    `body` onto a picture of `face` in the same pose."""
    new, old = NAMES.index(face), NAMES.index(body)
    acting = take.of(old)
    right = as_person(acting, torch.tensor([new]))
    driver, truth, calm = draw(acting, right, replace(right, **CALM)).split(1)
    base, owner = (driver, old) if moved == "face" else (calm, new)
    faces = run(redraw, picture=torch.cat([base, driver]), person=torch.tensor([owner, new]))
    own, other = faces.split(1)
    return Swap(base, driver, own, other, shared_mask(own, other), truth)


def draw(*factors: Factors) -> Tensor:
    """Pictures (n, 3, 64, 64) of several batches, drawn at once."""
    together = Factors(
        torch.cat([some.continuous for some in factors]), torch.cat([some.categorical for some in factors])
    )
    return from_bytes(drawn(together)[0])


# Drawn and fake


@remembered(64)
def drawn_and_fake(run: Runner, kind: str, number: int, real: int, fake: int) -> tuple[Tensor, Tensor]:
    """So many drawn and so many fake pictures (n, 3, 64, 64), of people whom the detector doesn't know."""
    if kind == "swap":
        return swapped(run, number, real, fake)
    if kind == "montage":
        return mounted(number, real, fake)
    if kind == "autoencoder":
        portraits = some_portraits(number, real + fake, "detector")
        return portraits[:real], redrawn(run, portraits[real:])
    make = generated if kind == "gan" else diffused
    return some_portraits(number, real, "detector"), make(run, fake, GENERATED_SEED + number)


def swapped(run: Runner, number: int, real: int, fake: int) -> tuple[Tensor, Tensor]:
    """The three people in pictures, in some with another's face."""
    n = real + fake
    places = random.integers(number, 0, len(STRANGERS), n, stream="who")
    others = (places + random.integers(number, 1, len(STRANGERS), n, stream="other")) % len(STRANGERS)
    who, other = torch.tensor(STRANGERS)[places], torch.tensor(STRANGERS)[others]
    pictures = from_bytes(drawn(pictured(who, READERS_SEED + number))[0])
    return pictures[:real], swaps(run, pictures[real:], who[real:], other[real:], number)


def mounted(number: int, real: int, fake: int) -> tuple[Tensor, Tensor]:
    """Portraits without glasses, some with a face that was cut out elsewhere."""
    rows = torch.tensor(random.permutation(number, READERS, "detector")[: real + 2 * fake])
    factors = replace(sample_rows(PORTRAITS_SEED, rows), glasses="none")
    bare, bases, others = (factors.select(part) for part in torch.arange(len(rows)).split([real, fake, fake]))
    return from_bytes(drawn(bare)[0]), montages(bases, others)[1]

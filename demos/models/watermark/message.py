"""What the 48 bits say: 32 that are the site's own, and the portrait's number in 16.

Whether a picture is marked is decided by the site's bits alone, so their threshold sets how often an unmarked
picture is taken for a marked one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from demos.kit import random

SITE_BITS, NUMBER_BITS = 32, 16
LARGEST_NUMBER = 2**NUMBER_BITS - 1
NEEDED = 0.78  # agreement with the site's bits from which a picture counts as marked
SITE = torch.tensor([float(place < SITE_BITS // 2) for place in random.permutation(20_26, SITE_BITS)])


@dataclass(frozen=True)
class Message:
    """What was read: the product of each bit's pattern (48,), above zero for 1."""

    products: tuple[float, ...]

    @property
    def bits(self) -> list[bool]:
        return [product > 0 for product in self.products]

    @property
    def matches(self) -> int:
        """How many of the site's bits are there."""
        site = (SITE > 0).tolist()
        return sum(read == own for read, own in zip(self.bits, site, strict=False))

    @property
    def agreement(self) -> float:
        """How well what was read agrees with the site's bits, from -1 to 1: the cosine of the two.

        Other than a count, it tells bits that are read equally clearly, as embedding makes them, from the
        strong and the weak products of chance.
        """
        read = self.products[:SITE_BITS]
        length = math.hypot(*read) * SITE_BITS**0.5
        signed = sum(product * sign for product, sign in zip(read, (SITE * 2 - 1).tolist(), strict=True))
        return signed / length if length else 0.0

    @property
    def is_found(self) -> bool:
        return self.agreement >= NEEDED

    @property
    def number(self) -> int:
        """The portrait's number, if the picture is marked."""
        return int("".join("01"[bit] for bit in self.bits[SITE_BITS:]), 2)

    def right(self, number: int) -> list[bool]:
        """Which of the 48 bits are those of a portrait's number."""
        return [read == bool(sent) for read, sent in zip(self.bits, bits_of(number).tolist(), strict=True)]


def bits_of(number: int) -> Tensor:
    """The bits (48,) of 0 and 1 that a portrait carries. Raises ValueError for a number that has no room."""
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError(f"{number} is not from 0 to {LARGEST_NUMBER}")
    own = [float(digit) for digit in f"{number:0{NUMBER_BITS}b}"]
    return torch.cat([SITE, torch.tensor(own)])

"""Characters counted: how often each followed the few before it, and what that says about the next one.

A model of order k looks at the k characters before (a Markov chain of order k, Shannon 1948). What it has
counted is smoothed by interpolated absolute discounting (Ney, Essen and Kneser 1994; eq. 13 in Chen and
Goodman 1999): of each count c > 0 after a context h, seen N times with T different followers, a discount D is
taken away and given to the model that looks one character less far back,

    p(x | h) = max(c - D, 0) / N + D · T / N · p(x | h without its first character).

Below order 0 all characters are equally probable, and a context never seen says what the shorter one says. So
the sum is 1 after any context, and no character is impossible, not even `UNKNOWN`, which stands for all that
the table lacks. One count serves all orders up to the highest. All of it is float64 on the CPU.

A document is START, its characters, END. START is never predicted, and no context reaches beyond it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from demos.data.texts import characters
from demos.data.texts.characters import END, PADDING, START
from demos.kit import random

HIGHEST = 8  # order
Numbers = NDArray[np.int64]
Counts = NDArray[np.int32]
Shares = NDArray[np.float64]
NOWHERE = -1  # the number of a context that was never seen


@cache
def outcomes() -> Shares:
    """What stands below order 0 (size of the table,): the same probability for all that can be predicted."""
    base = np.ones(len(characters.written()))
    base[[PADDING, START]] = 0
    return base / base.sum()


@dataclass(frozen=True)
class Level:
    """What followed the contexts of one length. Contexts are numbered; those of length k + 1 have the place
    of their last k + 1 characters among the keys of length k as their number."""

    keys: Numbers  # context · size of the table + follower, each once, ascending
    counts: Counts  # of each key
    seen: Counts  # N: how often something followed each context
    different: Counts  # T: how many different followers each context has
    begins: Counts  # where the keys of each context begin; one more for the end

    def find(self, contexts: Numbers, followers: Numbers) -> Numbers:
        """The place of each pair among the keys, or NOWHERE."""
        wanted = contexts * len(outcomes()) + followers
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where((contexts != NOWHERE) & (self.keys[places] == wanted), places, NOWHERE)


def count(contexts: Numbers, followers: Numbers, number: int) -> tuple[Level, Numbers]:
    """The level of that many contexts, and the place of each pair among its keys. START counts nothing."""
    size = len(outcomes())
    there = contexts != NOWHERE
    keys, inverse, counts = np.unique(
        contexts[there] * size + followers[there], return_inverse=True, return_counts=True
    )
    counts = np.where(keys % size == START, 0, counts)
    of = keys // size
    seen = np.bincount(of, counts, minlength=number)
    different = np.bincount(of, counts > 0, minlength=number)
    begins = np.searchsorted(of, np.arange(number + 1))
    places = np.full(len(contexts), NOWHERE)
    places[there] = inverse
    few = (column.astype(np.int32) for column in (counts, seen, different, begins))
    return Level(keys, *few), places


def sequence(documents: Sequence[str]) -> Numbers:
    """Documents as one sequence of numbers, START before each and END behind."""
    parts = [[START, *characters.numbers(document), END] for document in documents]
    return np.array([number for part in parts for number in part], dtype=np.int64)


def shifted(places: Numbers, followers: Numbers) -> Numbers:
    """The contexts of the next length: what ended one place before, unless a document begins here."""
    return np.where(followers == START, NOWHERE, np.concatenate([[NOWHERE], places[:-1]]))


class NGrams:
    """Counts of all orders up to `highest` of a sequence as `sequence` makes it, of at least one document."""

    def __init__(self, numbers: Numbers, highest: int = HIGHEST) -> None:
        self.levels: list[Level] = []
        contexts, number = np.zeros(len(numbers), dtype=np.int64), 1
        for _ in range(highest + 1):
            level, places = count(contexts, numbers, number)
            self.levels.append(level)
            contexts, number = shifted(places, numbers), len(level.keys)

    @property
    def highest(self) -> int:
        return len(self.levels) - 1

    def follow(self, numbers: Numbers) -> Iterator[tuple[Level, Numbers, Numbers]]:
        """Level by level: the context before each place of a sequence, and the place among the keys."""
        contexts = np.zeros(len(numbers), dtype=np.int64)
        for level in self.levels:
            places = level.find(contexts, numbers)
            yield level, contexts, places
            contexts = shifted(places, numbers)

    def probabilities(self, numbers: Numbers, discount: float) -> Shares:
        """What each order gives to what came: (orders, n) for a sequence of n numbers and its STARTs."""
        p = outcomes()[numbers]
        rows = []
        for level, contexts, places in self.follow(numbers):
            seen, different = level.seen[contexts], level.different[contexts]
            known = (contexts != NOWHERE) & (seen > 0)
            counted = np.where(places == NOWHERE, 0, level.counts[places])
            rest = np.maximum(counted - discount, 0) + discount * different * p
            p = np.where(known, rest / np.maximum(seen, 1), p)
            rows.append(p)
        return np.stack(rows)[:, numbers != START]

    def bits(self, numbers: Numbers, discount: float) -> list[float]:
        """Cross-entropy in bits per character (END counts as one) of a sequence, for each order."""
        means: list[float] = (-np.log2(self.probabilities(numbers, discount))).mean(1).tolist()
        return means

    def context(self, numbers: Sequence[int]) -> list[int]:
        """The number of the context of each length at the end of a text that may go on."""
        state = [0] + [NOWHERE] * self.highest
        for number in numbers[-self.highest - 1 :]:
            state = self.moved(state, number)
        return state

    def moved(self, state: Sequence[int], number: int) -> list[int]:
        """The contexts one number later. START begins anew."""
        if number == START:
            state = [0] + [NOWHERE] * self.highest
        size = len(outcomes())
        longer = []
        for level, context in zip(self.levels[:-1], state, strict=False):
            wanted = context * size + number
            place = int(level.keys.searchsorted(wanted)) if context != NOWHERE else len(level.keys)
            known = place < len(level.keys) and level.keys[place] == wanted
            longer.append(place if known else NOWHERE)
        return [0, *longer]

    def following(self, state: Sequence[int], order: int, discount: float) -> Shares:
        """The probability of every number of the table (size,) after contexts, by the model of an order."""
        p = outcomes().copy()
        for level, context in zip(self.levels[: order + 1], state, strict=False):
            if context == NOWHERE or not level.seen[context]:
                break
            some = slice(level.begins[context], level.begins[context + 1])
            p *= discount * level.different[context] / level.seen[context]
            left = np.maximum(level.counts[some] - discount, 0) / level.seen[context]
            p[level.keys[some] % len(p)] += left
        return p

    def used(self, state: Sequence[int], order: int) -> int:
        """The longest context, at most so long, that something followed in what was counted."""
        known = [
            k
            for k, (level, context) in enumerate(zip(self.levels, state, strict=True))
            if k <= order and context != NOWHERE and level.seen[context]
        ]
        return known[-1]

    def write(
        self,
        start: Sequence[int],
        order: int,
        discount: float,
        *,
        seed: int,
        temperature: float = 1.0,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Iterator[int]:
        """Numbers that go on after `start`, without end; after END, the next text begins.

        Number i depends on the seed and i as `demos.kit.random` has it: the same on every machine. At
        temperature 0 the most probable one is taken. `allowed` (size,) are those that may be written.
        """
        state = self.context(start)
        for place in range(1 << 30):
            if place % 256 == 0:
                chance = random.uniform(seed, 256, stream="ngrams", start=place).tolist()
            p = self.following(state, order, discount)
            number = draw(p if allowed is None else p * allowed, temperature, chance[place % 256])
            yield number
            state = self.moved(state, START if number == END else number)


def draw(p: Shares, temperature: float, chance: float) -> int:
    """One number: where `chance`, from 0 to 1, falls among weights (n,) raised to 1 / temperature."""
    if temperature == 0:
        return int(p.argmax())
    weights = p if temperature == 1 else (p / p.max()) ** (1 / temperature)
    up_to = weights.cumsum()
    # Not beyond the last one that can be drawn, should rounding lead there.
    return min(int(up_to.searchsorted(chance * up_to[-1], side="right")), int(weights.nonzero()[0][-1]))

"""A bounded line in which readers take turns: each gets one thing done before anyone gets a second one.

What shows nothing yet goes before what goes on, and gets `PREFERRED` times as much time while both wait:
under load a click still answers soon, and a long answer takes longer. Time counts and not turns, because a
step of a training takes ten times as long as the answer to a click.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Generic, TypeVar

Item = TypeVar("Item")

PREFERRED = 4


class Full(Exception):
    """There is no room in the line, or this reader has enough waiting in it."""


def anything(_: object) -> bool:
    return True


class Turns(Generic[Item]):
    """Not safe to use from several threads at once: whoever shares one has a lock around it.

    `most` may wait in all, and of one reader `each` that shows nothing yet. There may be several `places` to
    do things in: what goes on does so where it began, what is first may begin anywhere.
    """

    def __init__(self, most: int, each: int, places: int = 1) -> None:
        self.most = most
        self.each = each
        # By reader; the first one's turn is next.
        self.first: OrderedDict[str, deque[Item]] = OrderedDict()
        self.later: list[OrderedDict[str, deque[Item]]] = [OrderedDict() for _ in range(places)]
        self.length = 0
        self.going_on = [0] * places  # steps of what is later that are being made
        self.earned = [0.0] * places  # seconds that what is later may take from what is first

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Item]:
        """Everything that waits, in no order."""
        return chain.from_iterable(chain.from_iterable(waiting.values() for waiting in self.lines))

    @property
    def lines(self) -> list[OrderedDict[str, deque[Item]]]:
        return [self.first, *self.later]

    def put(
        self, reader: str, item: Item, *, later: bool = False, bounded: bool = True, place: int = 0
    ) -> None:
        """Let an item wait, `later` if its reader already sees something of what it belongs to, which goes on
        at `place`.

        Raises Full; with `bounded=False`, for what has been let in before, never.
        """
        if bounded and (self.length >= self.most or len(self.first.get(reader, ())) >= self.each):
            raise Full
        (self.later[place] if later else self.first).setdefault(reader, deque()).append(item)
        self.length += 1

    def has(self, place: int = 0, fits: Callable[[Item], bool] = anything) -> bool:
        """Whether `pop` would find something."""
        return bool(self.later[place]) or self.first_reader(fits) is not None

    def first_reader(self, fits: Callable[[Item], bool]) -> str | None:
        """Who is next among those who see nothing yet and whose item fits."""
        return next((reader for reader, items in self.first.items() if fits(items[0])), None)

    def pop(self, place: int = 0, fits: Callable[[Item], bool] = anything) -> Item:
        """The next item to be done at a place; its reader's next turn comes after everybody else's.

        Of what is first, only what `fits`. KeyError if nothing waits. Whoever takes it says with `finish` how
        long it took.
        """
        reader, waiting = self.first_reader(fits), self.first
        later_may = self.earned[place] > 0 and not self.going_on[place]
        if self.later[place] and (later_may or reader is None):
            waiting = self.later[place]
            reader = next(iter(waiting))
            self.going_on[place] += 1
        if reader is None:
            raise KeyError("nothing waits")
        items = waiting.pop(reader)
        item = items.popleft()
        if items:
            waiting[reader] = items
        self.length -= 1
        return item

    def finish(self, seconds: float, *, later: bool, place: int = 0) -> None:
        """An item that was taken is done."""
        self.going_on[place] -= later
        if later and self.first:
            self.earned[place] -= seconds
        elif self.later[place] and not later:
            self.earned[place] += seconds / PREFERRED

    def remove(self, fits: Callable[[Item], bool]) -> list[Item]:
        """Take out everything that fits, in the order of turns; what else waits keeps its place."""
        removed: list[Item] = []
        for waiting in self.lines:
            for reader, items in list(waiting.items()):
                kept: deque[Item] = deque()
                for item in items:
                    (removed if fits(item) else kept).append(item)
                waiting[reader] = kept
                if not kept:
                    del waiting[reader]
        self.length -= len(removed)
        return removed

"""A bounded line in which readers take turns: each gets one thing done before anyone gets a second one.

What shows nothing yet goes before what goes on, `PREFERRED` times in a row at most: under load a click still
answers soon, and a long answer takes longer.
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


class Turns(Generic[Item]):
    """Not safe to use from several threads at once: whoever shares one has a lock around it.

    `most` may wait in all, and of one reader `each` that shows nothing yet.
    """

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self.each = each
        # By reader; the first one's turn is next.
        self.first: OrderedDict[str, deque[Item]] = OrderedDict()
        self.later: OrderedDict[str, deque[Item]] = OrderedDict()
        self.length = 0
        self.preferred = 0  # times in a row that what is first was, while something waited behind it

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Item]:
        """Everything that waits, in no order."""
        return chain.from_iterable(chain(self.first.values(), self.later.values()))

    def put(self, reader: str, item: Item, *, later: bool = False, bounded: bool = True) -> None:
        """Let an item wait, `later` if its reader already sees something of what it belongs to.

        Raises Full; with `bounded=False`, for what has been let in before, never.
        """
        if bounded and (self.length >= self.most or len(self.first.get(reader, ())) >= self.each):
            raise Full
        (self.later if later else self.first).setdefault(reader, deque()).append(item)
        self.length += 1

    def pop(self) -> Item:
        """The next item; its reader's next turn comes after everybody else's. KeyError if none waits."""
        waiting = self.first
        if not self.first or (self.later and self.preferred >= PREFERRED):
            waiting = self.later
        self.preferred = self.preferred + 1 if waiting is self.first and self.later else 0
        reader, items = waiting.popitem(last=False)
        item = items.popleft()
        if items:
            waiting[reader] = items
        self.length -= 1
        return item

    def remove(self, fits: Callable[[Item], bool]) -> list[Item]:
        """Take out everything that fits, in the order of turns; what else waits keeps its place."""
        removed: list[Item] = []
        for waiting in (self.first, self.later):
            for reader, items in list(waiting.items()):
                kept: deque[Item] = deque()
                for item in items:
                    (removed if fits(item) else kept).append(item)
                waiting[reader] = kept
                if not kept:
                    del waiting[reader]
        self.length -= len(removed)
        return removed

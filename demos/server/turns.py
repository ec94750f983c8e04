"""A bounded line in which readers take turns: each gets one thing done before anyone gets a second one."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Full(Exception):
    """There is no room in the line, or this reader has enough waiting in it."""


class Turns(Generic[Item]):
    """Not safe to use from several threads at once: whoever shares one has a lock around it.

    `most` may wait in all, and `each` of one reader.
    """

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self.each = each
        self.waiting: OrderedDict[str, deque[Item]] = OrderedDict()  # by reader; the first one's turn is next
        self.length = 0

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Item]:
        """Everything that waits, in no order."""
        return (item for items in self.waiting.values() for item in items)

    def put(self, reader: str, item: Item, *, bounded: bool = True) -> None:
        """Let an item wait. Raises Full; with `bounded=False`, for what has been let in before, never."""
        if bounded and (self.length >= self.most or len(self.waiting.get(reader, ())) >= self.each):
            raise Full
        self.waiting.setdefault(reader, deque()).append(item)
        self.length += 1

    def pop(self) -> Item:
        """The next item; its reader's next turn comes after everybody else's. KeyError if none waits."""
        reader, items = self.waiting.popitem(last=False)
        item = items.popleft()
        if items:
            self.waiting[reader] = items
        self.length -= 1
        return item

    def remove(self, fits: Callable[[Item], bool]) -> list[Item]:
        """Take out everything that fits, in the order of turns; what else waits keeps its place."""
        removed: list[Item] = []
        for reader, items in list(self.waiting.items()):
            kept: deque[Item] = deque()
            for item in items:
                (removed if fits(item) else kept).append(item)
            self.waiting[reader] = kept
            if not kept:
                del self.waiting[reader]
        self.length -= len(removed)
        return removed

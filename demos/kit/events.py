"""The newest event of each reader of a page."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from demos.kit.app import Tab
from demos.kit.controls import State
from demos.kit.screen import turn_of

READERS = 1024  # whose latest event is remembered


@dataclass(frozen=True)
class Event:
    """A reader's newest event: what the controls of a tab had, and the state that it asks an answer for;
    without a file of the reader's own, which is never kept."""

    turn: int
    tab: Tab
    sent: State
    state: State


class Events:
    """Events are numbered in the order in which they come; of each reader, the newest counts."""

    def __init__(self) -> None:
        self.turns = count(1)
        self.newest: OrderedDict[str, Event] = OrderedDict()  # by reader

    def rebased(self, reader: str, tab: Tab, sent: State, on_screen: object) -> dict[str, Any]:
        """What a reader wants who sent these values, perhaps before seeing what their newest event changed.

        Gradio puts off an event that comes while another runs, and an answer takes its time: “Reset” must not
        be undone by what was set before it. So what differs from the values that the unseen event was sent
        with was set after it; everything else stands as that event left it.
        """
        newest = self.newest.get(reader)
        if newest is None or newest.tab is not tab or turn_of(on_screen) >= newest.turn:
            return dict(sent)
        return {
            name: newest.state[name] if name in newest.sent and value == newest.sent[name] else value
            for name, value in sent.items()
        }

    def begin(self, reader: str, tab: Tab, sent: State, state: State) -> int:
        """The number of a reader's new event; whatever an older one is still doing ends by it."""
        event = Event(next(self.turns), tab, *(tab.kept(some) for some in (sent, state)))
        self.newest[reader] = event
        self.newest.move_to_end(reader)
        if len(self.newest) > READERS:
            self.newest.popitem(last=False)
        return event.turn

    def is_newest(self, reader: str, turn: int) -> bool:
        return reader in self.newest and self.newest[reader].turn == turn

    @contextmanager
    def forgotten_if_it_fails(self, reader: str, turn: int) -> Iterator[None]:
        """An event that fails, or is stopped before its answer, has changed nothing."""
        try:
            yield
        except (Exception, asyncio.CancelledError):
            if self.is_newest(reader, turn):
                del self.newest[reader]
            raise

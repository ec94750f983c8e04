"""What demos make ahead: each function once, one at a time, in a thread beside the answers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demos.kit.app import Ahead

log = logging.getLogger("ordlab")


class MadeAhead:
    """Calls functions that were not called before. What goes wrong in one is logged: answers do without."""

    def __init__(self) -> None:
        self.called: set[Ahead] = set()
        self.stopping = Event()
        self.thread = ThreadPoolExecutor(1, "ahead")

    def make(self, functions: Iterable[Ahead]) -> None:
        for function in functions:
            if function not in self.called:
                self.called.add(function)
                self.thread.submit(self.attempt, function)

    def attempt(self, function: Ahead) -> None:
        try:
            function(self.stopping)
        except Exception:
            log.exception("“%s” could not be made ahead; answers do without.", function.__name__)

    def close(self) -> None:
        self.stopping.set()
        self.thread.shutdown(cancel_futures=True)

"""The line in front of the models: one per device, bounded, with fair turns between readers.

Answers run in threads of their own and come here only for their models, one call at a time. Calls of the same
function with the same settings that wait at the same time are computed as one batch. Nobody waits for a batch
to fill: a call that comes to an idle device is computed at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from demos.kit import functions
from demos.kit.functions import ModelFunction, Result
from demos.server.turns import Turns

WAITING = 256  # calls; each waiting answer has at most one
LARGEST_BATCH = 64  # rows: more in one go saves nothing on a CPU, and memory on a GPU is not endless


class Left(Exception):
    """The reader for whom this was to be computed is gone."""


@dataclass(eq=False)
class Call:
    """One reader's call of a model function, waiting for its turn."""

    function: ModelFunction
    tensors: Mapping[str, Tensor]
    settings: Mapping[str, Any]
    is_wanted: Callable[[], bool]
    later: bool = False
    result: Future[Result] = field(default_factory=Future)

    @property
    def rows(self) -> int:
        return next(iter(self.tensors.values())).shape[0] if self.tensors else 1

    @property
    def kind(self) -> Hashable:
        """Equal for calls that may share a batch: all but the number of rows is the same."""
        shapes = tuple((name, tuple(x.shape[1:]), x.dtype) for name, x in sorted(self.tensors.items()))
        return self.function, tuple(sorted(self.settings.items())), shapes


class Line:
    """One device's line, and the thread that works on it.

    `observe(calls)` is called with the number of calls in each batch.
    """

    def __init__(
        self,
        *,
        most: int = WAITING,
        rows: int = LARGEST_BATCH,
        observe: Callable[[int], None] = lambda calls: None,
    ) -> None:
        self.rows = rows
        self.observe = observe
        self.turns: Turns[Call] = Turns(most, each=most)
        self.changed = threading.Condition()
        self.closed = False
        self.thread = threading.Thread(target=self.work, name="models", daemon=True)
        self.thread.start()

    def __len__(self) -> int:
        return len(self.turns)

    def run(
        self,
        reader: str,
        function: ModelFunction,
        inputs: Mapping[str, Any],
        is_wanted: Callable[[], bool],
        *,
        later: bool = False,
    ) -> Result:
        """The result of a call, on the CPU, once its turn has come; blocks until then. `later`: as in Turns.

        Raises Left if it is no longer wanted when its turn comes, Full if the line is, or what the function
        raises.
        """
        tensors, settings = function.split(inputs)
        call = Call(function, tensors, settings, is_wanted, later)
        with self.changed:
            if self.closed:
                raise Left
            self.turns.put(reader, call, later=later)
            self.changed.notify()
        return call.result.result()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify()
        self.thread.join()

    def work(self) -> None:
        while batch := self.next_batch():
            began = time.monotonic()
            wanted = [call for call in batch if call.is_wanted()]
            for call in set(batch) - set(wanted):
                call.result.set_exception(Left())
            if wanted:
                self.observe(len(wanted))
                self.compute(wanted)
            with self.changed:
                self.turns.finish(time.monotonic() - began, later=batch[0].later)

    def next_batch(self) -> list[Call]:
        """The call whose turn it is, and those that fit beside it; nothing when the line was closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed or len(self.turns) > 0)
            if self.closed:
                for call in self.turns.remove(lambda _: True):
                    call.result.set_exception(Left())
                return []
            first = self.turns.pop()
            room = self.rows - first.rows
            kind = first.kind

            def fits(call: Call) -> bool:
                nonlocal room
                if call.kind != kind or call.rows > room:
                    return False
                room -= call.rows
                return True

            return [first, *self.turns.remove(fits)] if first.tensors else [first]

    def compute(self, calls: list[Call]) -> None:
        try:
            results = self.results(calls)
        except Exception as error:
            if len(calls) > 1:  # one reader's fault is not the others'
                for call in calls:
                    self.compute([call])
                return
            calls[0].result.set_exception(error)
        else:
            for call, result in zip(calls, results, strict=True):
                call.result.set_result(result)

    def results(self, calls: list[Call]) -> list[Result]:
        first = calls[0]
        if len(calls) == 1:
            return [functions.call(first.function, first.tensors, first.settings)]
        merged = {name: torch.cat([call.tensors[name] for call in calls]) for name in first.tensors}
        result = functions.call(first.function, merged, first.settings)
        sizes = [call.rows for call in calls]
        if isinstance(result, Tensor):
            return list(result.split(sizes))
        parts = {name: x.split(sizes) for name, x in result.items()}
        return [{name: part[n] for name, part in parts.items()} for n in range(len(calls))]

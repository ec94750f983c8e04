"""Parts of an answer that several answers have in common: computed once, kept for a while.

An answer asks for all it shows at each event; what the changed control has no part in comes from here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

from demos.kit.functions import Runner

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Whoever:
    """A runner that equals every other: which one it is makes no difference to a result."""

    def __init__(self, run: Runner) -> None:
        self.run = run

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Whoever)

    def __hash__(self) -> int:
        return 0


def remembered(
    most: int = 64,
) -> Callable[
    [Callable[Concatenate[Runner, Arguments], Result]], Callable[Concatenate[Runner, Arguments], Result]
]:
    """Keep the `most` latest results of a function `(run, …)` that depends on its other arguments alone."""

    def decorate(
        work: Callable[Concatenate[Runner, Arguments], Result],
    ) -> Callable[Concatenate[Runner, Arguments], Result]:
        @lru_cache(maxsize=most)
        def kept(whoever: Whoever, *arguments: Any, **named: Any) -> Result:
            run, whoever.run = whoever.run, None  # type: ignore[assignment]  # not kept with the result
            return work(run, *arguments, **named)

        @wraps(work)
        def asked(run: Runner, *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
            return kept(Whoever(run), *arguments, **named)  # type: ignore[arg-type]

        asked.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
        return asked

    return decorate


def remembered_end(
    most: int = 64,
) -> Callable[
    [Callable[Concatenate[Runner, Arguments], Iterator[Result]]],
    Callable[Concatenate[Runner, Arguments], Iterator[Result]],
]:
    """Keep the last of what a generator `(run, …)` yields, for the `most` latest arguments.

    Who asks again gets that alone: what a reader has watched becoming is not made once more when another
    control changes.
    """

    def decorate(
        work: Callable[Concatenate[Runner, Arguments], Iterator[Result]],
    ) -> Callable[Concatenate[Runner, Arguments], Iterator[Result]]:
        ends: OrderedDict[Any, Result] = OrderedDict()
        lock = Lock()

        @wraps(work)
        def asked(run: Runner, *arguments: Arguments.args, **named: Arguments.kwargs) -> Iterator[Result]:
            key = arguments, tuple(sorted(named.items()))
            with lock:
                parts = iter([ends[key]]) if key in ends else work(run, *arguments, **named)
            part = None
            for part in parts:
                yield part
            if part is not None:
                with lock:
                    ends[key] = part
                    ends.move_to_end(key)
                    while len(ends) > most:
                        ends.popitem(last=False)

        asked.cache_clear = ends.clear  # type: ignore[attr-defined]
        return asked

    return decorate

"""Answers: a bounded, fair line of readers, those who work it off, and a cache of equal answers.

An answer is made step by step: one step if it is plain, one for each part if it is a stream. After each step
it goes to the end of its reader's line, and behind answers of which nothing is seen yet, so that a long one
never keeps another reader's click waiting. Equal answers that are wanted at the same time are made once; when
nobody wants one any more, its making ends.

Where models run on the processor, processes work it off (`worker.py`), each with a thread here that waits for
it. A demo is at home in one of them, which keeps its models and what its answers have in common; the others
help out while that one is busy. Where there is a GPU, threads work it off, and their models meet in one line
and are computed in batches.

Live runs (`kit/runs.py`) have a thread of their own, in which they take turns frame by frame: all of them
together take one core, and never a click's thread. Before each frame they let waiting clicks go first for a
moment.

Everything but the steps happens on the event loop.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Hashable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from demos.kit.app import App
from demos.kit.controls import State
from demos.kit.functions import Refused
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.kit.page import Answers as PageAnswers
from demos.kit.runs import Frame, Frames, Runs
from demos.server.line import Left, Line
from demos.server.metrics import Metrics
from demos.server.turns import Full, Turns
from demos.server.worker import Question, Worker

WAITING = 160  # answers in the line: at twenty a second the last one takes eight seconds
EACH = 4  # of one reader; a page that behaves has one, and the one that it replaces if that is being made
READERS = 4096  # whose address is remembered
THREADS = (os.cpu_count() or 1) + 2  # some wait for the line while others draw
AHEAD = 2  # parts of a stream that are made before a reader has taken them
LIVE_WAITING = 64  # frames in the line of live runs
COURTESY = 0.1  # seconds at most for which a frame lets clicks go first
DONE = object()  # after the last part
REPLAY_GAP = 0.25  # seconds at most between the parts of a stream that comes from the cache
CACHE_BYTES, CACHE_COUNT = 64_000_000, 4_000

Part = Mapping[str, str]  # what is new: the name of an output, and what the browser gets for it
Run = Callable[..., Any]  # a model function and its inputs to its result
Steps = Callable[[Run], Iterator[Any]]  # the parts of an answer, or the frames of a run, made one by one


@dataclass(eq=False)
class Making:
    """An answer in the making, and later the answer."""

    key: Hashable
    demo: str
    reader: str  # who asked first, and whose turns it takes
    steps: Steps
    only_first: bool
    parts: list[Any] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # when each part was there
    done: bool = False
    error: Exception | None = None
    followers: set[Follower] = field(default_factory=set)
    iterator: Iterator[Part] | None = None
    in_line: bool = False  # waiting for its next step, or in the middle of it
    live: bool = False  # frames of a run: made when the page is ready for the next one, and kept by nobody
    keep: bool = True  # in the cache
    question: Question | None = None  # for a worker; without one, the steps are made here
    place: int = 0  # where it was begun, and goes on

    @property
    def is_wanted(self) -> bool:
        return bool(self.followers)

    @property
    def size(self) -> int:
        return sum(len(text) for part in self.parts for text in part.values())


@dataclass(eq=False)
class Follower:
    """One reader who waits for an answer."""

    reader: str
    making: Making
    taken: int = 0
    left: bool = False
    replaced: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Answers:
    """Makes answers in `workers`; without any, in `threads` threads here, whose models run in one line."""

    def __init__(
        self,
        metrics: Metrics,
        threads: int = THREADS,
        waiting: int = WAITING,
        workers: Sequence[Worker] = (),
    ) -> None:
        self.metrics = metrics
        self.line = Line(observe=metrics.batches.observe)
        self.clients: OrderedDict[str, str] = OrderedDict()  # reader to address, the latest last
        self.cache = Cache(CACHE_BYTES, CACHE_COUNT)
        self.making: dict[Hashable, Making] = {}
        self.following: dict[str, set[Follower]] = {}
        self.workers = workers
        self.busy = [False] * len(workers)
        self.turns: Turns[Making] = Turns(waiting, EACH, max(1, len(workers)))
        self.live_turns: Turns[Making] = Turns(LIVE_WAITING, EACH)
        self.runs = Runs(self.frames, lambda reader: self.clients.get(reader, reader))
        self.changed = threading.Condition()
        self.closed = False
        self.loop = asyncio.get_running_loop()
        places = range(len(workers)) if workers else [0] * threads
        self.start("live runs", self.live_turns)
        for place in places:
            self.start("answers", self.turns, place)

    def start(self, name: str, turns: Turns[Making], place: int = 0) -> None:
        threading.Thread(target=self.work, args=(turns, place), name=name, daemon=True).start()

    def __len__(self) -> int:
        return len(self.turns)

    def show(self, metrics: Metrics) -> None:
        """Let others see how long the lines are, and what the cache holds."""
        metrics.gauge("ordlab_answers_waiting", "Answers whose next step waits for its turn.", self.__len__)
        metrics.gauge("ordlab_calls_waiting", "Calls of models that wait for the device.", self.line.__len__)
        metrics.gauge("ordlab_live_runs", "Runs that are kept for a page.", self.runs.__len__)
        metrics.gauge("ordlab_cached_answers", "Answers in the cache.", self.cache.__len__)
        metrics.gauge("ordlab_cached_bytes", "What they take.", lambda: self.cache.bytes)

    def of(self, app: App, language: Language) -> PageAnswers:
        """What a demo's page asks for answers."""
        labels = Labels(app.demo, language)

        def answers(
            tab: str, state: State, reader: str, *, replaces: bool = True
        ) -> AsyncGenerator[Part, None]:
            declared, values = app.tab(tab), dict(state)
            key: Hashable = app.demo.name, language.code, tab, tuple(values.items())
            # With a file of the reader's own: shared with nobody, and not kept.
            keep = all(c.is_kept or values[c.name] == c.default for c in declared.settings)

            def steps(run: Run) -> Iterator[Part]:
                return declared.payloads(run, labels, values)

            made = key if keep else object()
            return self.ask(
                made,
                app.demo.name,
                reader,
                steps,
                only_first=not declared.streams,
                keep=keep,
                replaces=replaces,
                question=Question(app.demo.name, language.code, tab, values),
            )

        return answers

    async def ask(
        self,
        key: Hashable,
        demo: str,
        reader: str,
        steps: Steps,
        *,
        only_first: bool = False,
        keep: bool = True,
        replaces: bool = True,
        question: Question | None = None,
    ) -> AsyncGenerator[Part, None]:
        """The parts of an answer: from the cache, from a making that goes on already, or made now: by a
        worker, who is asked the question, or else by steps here.

        With `only_first`, its first part: all of it if it is a plain one. Without `keep`, it isn't cached.
        With `replaces`, whatever the reader asked for before ends early.
        Raises Refused if the line is full, CancelledError if the reader leaves, or what went wrong in a step.
        """
        begun = time.perf_counter()
        if made := self.cache.get(key):
            if replaces:
                self.replace_older(reader)
            self.metrics.answered(demo, "cached", time.perf_counter() - begun)
            async for part in replayed(made):
                yield part
            return
        making = self.making.get(key) or Making(
            key, demo, reader, steps, only_first, keep=keep, question=question
        )
        outcome = "shared" if key in self.making else "made"
        async with aclosing(self.followed(reader, making, replaces)) as parts:
            first = True
            async for part in parts:
                if first:
                    self.metrics.answered(demo, outcome, time.perf_counter() - begun)
                first = False
                yield part

    async def frames(self, demo: str, reader: str, made: Frames) -> AsyncGenerator[Frame | None, None]:
        """The frames of a reader's run, each made when the one before it has been taken.

        Raises what `ask` does.
        """
        making = Making(object(), demo, reader, lambda _: made, only_first=False, live=True, keep=False)
        async with aclosing(self.followed(reader, making)) as frames:
            async for frame in frames:
                yield frame

    async def followed(
        self, reader: str, making: Making, replaces: bool = False
    ) -> AsyncGenerator[Any, None]:
        follower = Follower(reader, making)
        making.followers.add(follower)  # before a thread can find that nobody wants it
        if replaces:
            self.replace_older(reader)
        if making.key not in self.making:
            self.begin(making)
        self.following.setdefault(reader, set()).add(follower)
        try:
            async for part in self.follow(follower):
                yield part
        finally:
            self.stop_following(follower)

    def begin(self, making: Making) -> None:
        """Let an answer wait for its first step. Raises Refused if there is no room for it."""
        try:
            self.check_client(making.reader)
            self.let_wait(making, bounded=True)
        except Full:
            self.metrics.refused(making.demo)
            raise Refused("busy") from None
        self.making[making.key] = making

    async def follow(self, follower: Follower) -> AsyncIterator[Part]:
        making = follower.making
        while True:
            if follower.left:
                raise asyncio.CancelledError
            if follower.replaced:
                return
            if follower.taken < len(making.parts):
                part = making.parts[follower.taken]
                follower.taken += 1
                if making.live:
                    making.parts[follower.taken - 1] = None
                else:
                    self.go_on(making)
                yield part
            elif making.error:
                raise making.error
            elif making.done:
                return
            else:
                if making.live:
                    self.let_wait(making)
                follower.news.clear()
                await follower.news.wait()

    def stop_following(self, follower: Follower) -> None:
        making = follower.making
        if follower not in making.followers:
            return
        making.followers.discard(follower)
        self.following[follower.reader].discard(follower)
        if not self.following[follower.reader]:
            del self.following[follower.reader]
        if not making.done:
            self.metrics.left(making.demo)
        if not making.done and not making.is_wanted:
            del self.making[making.key]
            self.forget(making)

    def forget(self, making: Making) -> None:
        """Nobody wants it any more: it leaves the line, so that what replaces it has room there."""
        with self.changed:
            turns = self.turns_of(making)
            if turns.remove(lambda waiting: waiting is making):
                making.in_line = False
        if making.iterator is not None:
            self.let_wait(making)  # one last step, which closes it

    def replace_older(self, reader: str) -> None:
        """What a reader asked for before is no longer wanted. It would take the room of what replaces it."""
        for follower in list(self.following.get(reader, ())):
            if not follower.making.live:
                follower.replaced = True
                follower.news.set()
                self.stop_following(follower)

    def leave(self, reader: str) -> None:
        """A reader is gone: what only this one waited for is not made, and the page's run ends."""
        self.runs.leave(reader)
        for follower in list(self.following.get(reader, ())):
            follower.left = True
            follower.news.set()
            self.stop_following(follower)

    async def close(self) -> None:
        """End the threads, and whatever still waits."""
        for reader in list(self.following):
            self.leave(reader)
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        await asyncio.to_thread(self.line.close)

    # Steps

    def know(self, reader: str, client: str) -> None:
        """From which address a reader asks."""
        self.clients.pop(reader, None)
        self.clients[reader] = client
        if len(self.clients) > READERS:
            self.clients.popitem(last=False)

    def check_client(self, reader: str) -> None:
        """Raise Full if half the line comes from one address: a script there may call itself many readers."""
        client = self.clients.get(reader, reader)
        with self.changed:
            same = sum(self.clients.get(making.reader, making.reader) == client for making in self.turns)
        if same >= self.turns.most // 2:
            raise Full

    def turns_of(self, making: Making) -> Turns[Making]:
        return self.live_turns if making.live else self.turns

    def let_wait(self, making: Making, *, bounded: bool = False) -> None:
        if making.in_line:
            return
        with self.changed:
            turns = self.turns_of(making)
            turns.put(making.reader, making, later=bool(making.parts), bounded=bounded, place=making.place)
            self.changed.notify_all()
        making.in_line = True

    def go_on(self, making: Making) -> None:
        """Let a stream's next step wait for its turn, unless its readers have not yet taken what is there."""
        ahead = len(making.parts) - max((follower.taken for follower in making.followers), default=0)
        if making.is_wanted and not making.done and not making.live and ahead < AHEAD:
            self.let_wait(making)

    def work(self, turns: Turns[Making], place: int) -> None:
        """What each thread does: the step whose turn it is, again and again."""
        worker = self.workers[place] if self.workers and turns is self.turns else None

        def fits(making: Making) -> bool:
            home = self.home(making.demo)
            return worker is None or home == place or self.busy[home]

        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.closed or turns.has(place, fits))
                if turns is self.live_turns:
                    self.changed.wait_for(lambda: self.closed or len(self.turns) == 0, COURTESY)
                if self.closed:
                    return
                if not turns.has(place, fits):  # its reader has left meanwhile
                    continue
                making = turns.pop(place, fits)
                if worker is not None:
                    self.busy[place] = True
                    worker.beside = sum(self.busy) - 1
                self.changed.notify_all()  # live runs wait for an empty line, helpers for a busy home
            began, later = time.monotonic(), bool(making.parts)
            outcome = self.step(making, place, worker)
            with self.changed:
                turns.finish(time.monotonic() - began, later=later, place=place)
                if worker is not None:
                    self.busy[place] = False
            if not self.closed:
                self.loop.call_soon_threadsafe(self.stepped, making, outcome)
            del making, outcome  # while it waits for the next one, it holds none

    def home(self, demo: str) -> int:
        """The worker that keeps a demo's models."""
        return zlib.crc32(demo.encode()) % max(1, len(self.workers))

    def step(self, making: Making, place: int, worker: Worker | None) -> Any:
        """In a thread: the next part of an answer, DONE after the last one, or what went wrong."""
        try:
            if not making.is_wanted:
                close(making.iterator)
                return DONE
            if making.iterator is None:
                making.place = place
                making.iterator = (
                    worker.parts(making.question)
                    if worker and making.question
                    else iter(making.steps(self.runner(making)))
                )
            part = next(making.iterator, DONE)
            if making.only_first:
                close(making.iterator)
            return part
        except Exception as error:
            return error

    def runner(self, making: Making) -> Run:
        """What an answer runs its models with."""

        def run(function: Any, /, **inputs: Any) -> Any:
            later = bool(making.parts)
            return self.line.run(making.reader, function, inputs, lambda: making.is_wanted, later=later)

        return run

    def stepped(self, making: Making, outcome: Any) -> None:
        """On the loop: a step is done."""
        making.in_line = False
        if isinstance(outcome, Exception):
            making.error = outcome
        elif outcome is not DONE and (outcome or making.live):  # an empty part is a place to pause
            making.parts.append(outcome)
            making.times.append(time.monotonic())
        making.done = outcome is DONE or making.error is not None or making.only_first
        if making.done:
            self.finish(making)
        elif making.is_wanted:
            self.go_on(making)
        else:
            self.let_wait(making)  # one last step, which closes it
        for follower in making.followers:
            follower.news.set()

    def finish(self, making: Making) -> None:
        if self.making.get(making.key) is making:
            del self.making[making.key]
        if making.error is None and making.is_wanted and making.keep:
            self.cache.put(making)
        elif making.error is not None and not isinstance(making.error, Left):
            self.metrics.failed(making.demo, making.error)


async def replayed(made: Making) -> AsyncIterator[Part]:
    """The parts of an answer that was made before; those of a stream come as they came then, or faster."""
    before = made.times[0]
    for part, then in zip(made.parts, made.times, strict=True):
        if then > before:
            await asyncio.sleep(min(then - before, REPLAY_GAP))
        before = then
        yield part


def close(iterator: Iterator[Part] | None) -> None:
    if isinstance(iterator, Generator):
        iterator.close()


class Cache:
    """The answers asked for last, bounded in bytes and in number. One that is too large is not kept."""

    def __init__(self, most_bytes: int, most: int) -> None:
        self.most_bytes = most_bytes
        self.most = most
        self.bytes = 0
        self.made: OrderedDict[Hashable, Making] = OrderedDict()  # the one asked for longest ago first

    def __len__(self) -> int:
        return len(self.made)

    def get(self, key: Hashable) -> Making | None:
        if key in self.made:
            self.made.move_to_end(key)
        return self.made.get(key)

    def put(self, making: Making) -> None:
        if making.size > self.most_bytes // 16:
            return
        self.remove(making.key)
        self.made[making.key] = making
        self.bytes += making.size
        making.iterator = None
        while self.bytes > self.most_bytes or len(self.made) > self.most:
            self.remove(next(iter(self.made)))

    def remove(self, key: Hashable) -> None:
        if made := self.made.pop(key, None):
            self.bytes -= made.size

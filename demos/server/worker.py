"""A process that makes answers: Python runs one thread at a time, so one process does not fill two cores.

The server sends what it asks, one thing at a time, and gets one reply to each. Nothing of a reader is kept
but the answers that are in the making.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing import Pipe, get_context, set_forkserver_preload
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from demos.kit.languages import Languages
from demos.kit.secret import adopt, shared
from demos.server.ahead import MadeAhead
from demos.server.memory import give_back, in_use, share_arenas
from demos.server.metrics import Fault

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from demos.kit.app import App
    from demos.kit.controls import State

GIVE_BACK = 10  # seconds from one time that memory is given back to the next
SECONDS_TO_END = 5

log = logging.getLogger("ordlab")

Part = Mapping[str, str]
Reply = tuple[str, Any]  # what came of it, and that: a part, nothing at the end, or a fault


@dataclass(frozen=True)
class Question:
    """All that another process needs in order to make an answer."""

    demo: str
    language: str
    tab: str
    state: State


class Worker:
    """One such process, as the server sees it. One that has ended is started again when it is next asked."""

    def __init__(self, root: Path, languages: Languages) -> None:
        self.begin = partial(kind_of_process(), target=main, daemon=True)
        self.root, self.languages = root, languages
        self.process: BaseProcess | None = None
        self.connection: Connection[Any, Any] | None = None
        self.numbers = count(1)
        self.making: set[int] = set()
        self.renewing = False
        self.beside = 0  # other workers that make something at the same time
        self.lock = threading.Lock()

    def start(self) -> None:
        """Returns at once: the process imports what it needs meanwhile."""
        ours, theirs = Pipe()
        process = self.begin(args=(theirs, self.root, self.languages, shared()))
        process.start()
        theirs.close()
        self.connection, self.process = ours, process

    def parts(self, question: Question) -> Generator[Part, None, None]:
        """The parts of an answer, each made when it is asked for. Raises Fault for whatever goes wrong."""
        number = next(self.numbers)
        self.making.add(number)
        try:
            part = self.ask("begin", number, question)
            del question
            while part is not None:
                try:
                    yield part
                except GeneratorExit:
                    self.ask("close", number)
                    raise
                part = self.ask("next", number)
        finally:
            self.making.discard(number)
            if self.renewing and self.renew():
                log.warning("A worker was renewed that took much memory, now that it makes nothing.")

    def ask(self, *message: Any) -> Part | None:
        with self.lock:
            if self.connection is None:
                self.start()
            assert self.connection is not None
            try:
                self.connection.send((self.beside, *message))
                outcome, value = self.connection.recv()
            except (EOFError, OSError) as error:
                self.end()
                raise Fault("WorkerEnded", "", "The process that made this answer has ended.") from error
        if outcome == "fault":
            raise Fault(*value)
        return value

    def renew(self) -> bool:
        """Let another process take its place, as soon as no answer is in the making: what it has read and
        remembered is freed, and read again when it is needed. False if it goes on for now."""
        with self.lock:
            self.renewing = bool(self.making)
            if self.renewing or self.connection is None:
                return False
            self.end()
            self.start()
        return True

    def memory(self) -> int:
        """Bytes in use."""
        return in_use(psutil.Process(self.process.pid)) if self.process and self.process.is_alive() else 0

    def end(self) -> None:
        """It ends when nobody is there any more to ask it."""
        if self.connection is None or self.process is None:
            return
        self.connection.close()
        self.process.join(SECONDS_TO_END)
        self.process.kill()
        self.process.join()
        self.connection = None


def kind_of_process() -> Callable[..., BaseProcess]:
    """How processes begin. On Linux, they are forked from one that has imported torch and done nothing else:
    that takes a third of the time, and 100 MB less for each. Elsewhere, a forked torch is not safe."""
    if sys.platform != "linux":
        return get_context("spawn").Process
    set_forkserver_preload(["torch"])
    return get_context("forkserver").Process


def main(connection: Connection[Any, Any], root: Path, languages: Languages, secret: bytes) -> None:
    """What the process does until the server has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and that ends this
    adopt(secret)
    share_arenas()
    import torch

    from demos.server.opening import set_up_torch

    set_up_torch()
    most = torch.get_num_threads()
    maker = Maker(root, languages)
    given_back = time.monotonic()
    with suppress(EOFError, OSError):
        while True:
            if connection.poll(GIVE_BACK):
                beside, *asked = connection.recv()
                torch.set_num_threads(share(most, beside))
                connection.send(maker.reply(*asked))
            # Also while there is always something to do: what answers leave behind doubles a process.
            if time.monotonic() - given_back > GIVE_BACK:
                give_back()
                given_back = time.monotonic()
    maker.ahead.close()


def share(threads: int, beside: int) -> int:
    """How many of these threads a worker takes beside so many others: where all cores are busy, each second
    thread makes an answer cost half as much again, and none come earlier."""
    return max(1, threads // (beside + 1))


@dataclass
class Maker:
    """Makes answers, step by step."""

    root: Path
    languages: Languages
    apps: dict[str, App] = field(default_factory=dict)
    making: dict[int, Iterator[Part]] = field(default_factory=dict)
    ahead: MadeAhead = field(default_factory=MadeAhead)

    def reply(self, act: str, number: int, question: Question | None = None) -> Reply:
        """What comes of `begin` with a question, of `next`, or of `close`."""
        try:
            if question is not None:
                self.making[number] = self.parts(question)
            if act == "close":
                self.making.pop(number).close()  # type: ignore[attr-defined]
                return "end", None
            if (part := next(self.making[number], None)) is not None:
                return "part", part
            del self.making[number]
            return "end", None
        except Exception as error:
            self.making.pop(number, None)
            fault = Fault.of(error)
            return "fault", (fault.name, fault.at, fault.text)

    def parts(self, question: Question) -> Iterator[Part]:
        from demos.kit.functions import direct
        from demos.kit.labels import Labels

        app = self.app(question.demo)
        labels = Labels(app.demo, self.languages[question.language])
        return app.tab(question.tab).payloads(direct, labels, question.state)

    def app(self, name: str) -> App:
        if name not in self.apps:
            from demos.kit.app import declared
            from glossary.demos import read_demos

            demos, _ = read_demos(self.root, tuple(self.languages))
            self.apps[name] = declared(demos[name])
            self.ahead.make(self.apps[name].ahead)
        return self.apps[name]

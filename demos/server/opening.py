"""The demos' pages: each, in each language, is opened when first asked for, then kept while memory lasts."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import psutil
from starlette.applications import Starlette

from demos.kit.languages import Language, Languages
from demos.server.ahead import MadeAhead
from demos.server.demo_page import DemoPage, mount, open_page
from demos.server.memory import give_back, in_use
from demos.server.metrics import Metrics, report
from demos.server.worker import Worker
from glossary.demos import Demo, demo_names, read_demos

if TYPE_CHECKING:
    from demos.kit.page import Page
    from demos.server.answers import Answers

State = Literal["closed", "loading", "ready", "failed"]
Result = TypeVar("Result")

# What every demo needs, in an order that lets a server that is stopped meanwhile stop soon.
NEEDED = (
    ("numpy", "torch"),
    ("pandas", "fastapi", "demos.server.gradio_import", "demos.kit.page", "demos.server.queue"),
)
MOST_WORKERS = 2  # if nobody says how many: each takes half a gigabyte
LOOK_EVERY = 60  # seconds: how often memory is measured and given back
IN_USE_FOR = (
    10  # seconds after a request in which a page is not closed: its reader may be about to send another
)
MUCH, SMALL = 0.2, 300_000_000  # of the limit, for one worker; bytes below which it has nothing to free
TRY_AGAIN_AFTER = 60  # seconds: a demo that failed may have been repaired

log = logging.getLogger("ordlab")


class Failed(Exception):
    """A demo cannot be opened; the log says why."""


@dataclass
class Entry:
    """One demo as it stands now."""

    demo: Demo | None  # None if its demo.yml is faulty
    failed_at: float | None = None
    pages: dict[str, DemoPage] = field(default_factory=dict)  # by language
    opening: dict[str, asyncio.Task[DemoPage]] = field(default_factory=dict)

    @property
    def state(self) -> State:
        if self.demo is None:
            return "failed"
        if self.pages:
            return "ready"
        if self.opening:
            return "loading"
        return "closed" if self.failed_at is None else "failed"


class OpenPages:
    """Opens pages, one at a time beside the running server, and closes those used least when memory is short.

    `limit` is in bytes of memory, workers included. There are so many `workers`, by default as many as suit
    the machine; with 0, answers are made in this process.
    """

    def __init__(
        self,
        root: Path,
        languages: Languages,
        metrics: Metrics,
        limit: int,
        workers: int | None = None,
    ) -> None:
        demos, problems = read_demos(root, tuple(languages))
        for problem in sorted(problems):
            log.error("%s", problem)
        self.demos = {name: Entry(demos.get(name)) for name in demo_names(root)}
        self.metrics = metrics
        self.limit = limit
        self.root, self.languages = root, languages
        self.count = workers
        self.workers: list[Worker] = []
        self.answers: Answers | None = None  # once what they need has been imported
        self.device = "cpu"
        self.verified: set[Path] = set()
        self.thread = ThreadPoolExecutor(1, "demos")
        self.ahead = MadeAhead()
        self.prepared = asyncio.Event()  # what all demos need is imported, or cannot be
        self.stopping = asyncio.Event()
        metrics.gauge("ordlab_open_pages", "Pages of demos that are open.", self.open_count)

    def status(self) -> dict[str, dict[str, str]]:
        return {name: {"state": entry.state, "device": self.device} for name, entry in self.demos.items()}

    async def run(self) -> None:
        """Import what all demos need, then look after memory until `stop`."""
        await self.prepare()
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), LOOK_EVERY)
            if not self.stopping.is_set():
                await self.make_room()
        await self.close_all()
        await asyncio.to_thread(self.ahead.close)
        if self.answers is not None:
            await self.answers.close()
        for worker in self.workers:
            await asyncio.to_thread(worker.end)
        self.thread.shutdown()

    def open_count(self) -> int:
        return sum(len(entry.pages) for entry in self.demos.values())

    async def prepare(self) -> None:
        started = time.perf_counter()
        try:
            if not await self.imported(NEEDED[0]):
                return
            self.device = await self.in_thread(set_up_torch)
            self.start_workers()
            if not await self.imported(NEEDED[1]):
                return
            from demos.server.answers import Answers

            self.answers = Answers(self.metrics, workers=self.workers)
            self.answers.show(self.metrics)
        except Exception:
            log.exception("No demo can run: what all of them need cannot be imported.")
        else:
            log.info("Demos can be opened after %.1f s.", time.perf_counter() - started)
        finally:
            self.prepared.set()

    async def imported(self, names: Sequence[str]) -> bool:
        """False if the server is being stopped."""
        for name in names:
            if self.stopping.is_set():
                return False
            await self.in_thread(partial(importlib.import_module, name))
        return True

    def start_workers(self) -> None:
        """Their models run on the processor. A GPU is better used by one process, in batches."""
        suited = 0 if self.device != "cpu" else min(MOST_WORKERS, os.cpu_count() or 1)
        for _ in range(suited if self.count is None else self.count):
            self.workers.append(Worker(self.root, self.languages))
            self.workers[-1].start()

    def stop(self) -> None:
        self.stopping.set()

    def know(self, reader: str, client: str) -> None:
        """From which address a reader asks."""
        if self.answers is not None:
            self.answers.know(reader, client)

    def leave(self, reader: str) -> None:
        """A reader is gone: what only this one waits for is not made."""
        if self.answers is not None:
            self.answers.leave(reader)

    async def page(self, name: str, language: Language, patience: float) -> DemoPage | None:
        """The page, opened if need be; None if that takes more than `patience` seconds, and goes on.

        Raises Failed if it cannot be opened.
        """
        entry = self.demos[name]
        lang = language.code
        if page := entry.pages.get(lang):
            return page
        if entry.demo is None or self.stopping.is_set() or lately(entry.failed_at):
            raise Failed
        if lang not in entry.opening:
            opening = entry.opening[lang] = asyncio.create_task(self.open(entry, language))
            opening.add_done_callback(lambda done: done.cancelled() or done.exception())  # logged by then
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(entry.opening[lang]), patience)
        return None

    async def open(self, entry: Entry, language: Language) -> DemoPage:
        demo, lang = entry.demo, language.code
        assert demo is not None
        started = time.perf_counter()
        try:
            await self.prepared.wait()
            if self.answers is None:
                raise Failed
            page, app = await self.in_thread(partial(self.make, demo, language, self.answers))
            opened = await open_page(demo, language, page, app)
        except Failed:  # the log says already why nothing can be opened
            raise
        except Exception as error:  # whatever is wrong with one demo, the others and the pages go on
            explain_failure(demo, error)
            entry.failed_at = time.monotonic()
            raise Failed from error
        finally:
            del entry.opening[lang]
        entry.failed_at = None
        entry.pages[lang] = opened
        if not self.workers:  # which do this themselves
            self.ahead.make(page.app.ahead)
        log.info("The demo “%s” (%s) opened in %.1f s.", demo.name, lang, time.perf_counter() - started)
        await self.make_room(keep=opened)
        return opened

    def make(self, demo: Demo, language: Language, answers: Answers) -> tuple[Page, Starlette]:
        """In the thread. Raises whatever is wrong with it: WeightsError, or an error in its code."""
        for folder in demo.weight_folders:
            if folder not in self.verified:  # several demos share a model
                verify(folder)
                self.verified.add(folder)
        return mount(demo, language, answers)

    # Memory

    async def make_room(self, keep: DemoPage | None = None) -> None:
        """Give freed memory back; while more than the limit is in use, renew the workers that take much of
        it, then close the page used longest ago, as long as that helps."""
        await self.in_thread(give_back)
        used = await self.in_thread(memory_in_use)
        if used > self.limit:
            used = await self.in_thread(partial(self.renew_workers, used))
            if any(worker.renewing for worker in self.workers):
                return  # that frees more than all pages do, once it has nothing in the making
        while used > self.limit and (found := self.least_used(keep)):
            name, lang = found
            await self.close(name, lang)
            await self.in_thread(collect)
            before, used = used, await self.in_thread(memory_in_use)
            log.warning(
                "The demo “%s” (%s) was closed: %.0f MB in use, limit %.0f MB; %.0f MB freed.",
                *(name, lang, before / 1e6, self.limit / 1e6, (before - used) / 1e6),
            )
            if used >= before:  # the others would have to be opened again, for nothing
                return

    def renew_workers(self, used: int) -> int:
        """In the thread. Returns what is in use then."""
        much = max(MUCH * self.limit, SMALL)
        for worker in self.workers:
            if used > self.limit and worker.memory() > much and worker.renew():
                before, used = used, memory_in_use()
                log.warning(
                    "A worker was renewed: %.0f MB in use, limit %.0f MB; %.0f MB freed.",
                    *(before / 1e6, self.limit / 1e6, (before - used) / 1e6),
                )
        return used

    def least_used(self, keep: DemoPage | None) -> tuple[str, str] | None:
        idle = {
            (name, lang): page.used
            for name, entry in self.demos.items()
            for lang, page in entry.pages.items()
            if page is not keep and not page.answering and time.monotonic() - page.used >= IN_USE_FOR
        }
        return min(idle, key=idle.__getitem__, default=None)

    async def close(self, name: str, lang: str) -> None:
        page = self.demos[name].pages.pop(lang)
        try:
            await page.close()
        except Exception:
            log.exception("The demo “%s” (%s) could not be closed properly.", name, lang)

    async def close_all(self) -> None:
        for entry in self.demos.values():
            for opening in list(entry.opening.values()):
                with suppress(Failed):
                    await opening
        for name, entry in self.demos.items():
            for lang in list(entry.pages):
                await self.close(name, lang)

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)


def lately(failed_at: float | None) -> bool:
    return failed_at is not None and time.monotonic() - failed_at < TRY_AGAIN_AFTER


def memory_in_use() -> int:
    """Bytes of this process and its workers."""
    return in_use(psutil.Process())


def collect() -> None:
    from demos.server.internals import forget_routes

    forget_routes()
    gc.collect()
    give_back()


def set_up_torch() -> str:
    """Returns the device that models will run on."""
    import torch

    from demos.kit.device import best_device

    # As many as torch finds cores, or as OMP_NUM_THREADS says: on two cores, two halve the wait of a reader
    # who is alone. Workers that are busy at the same time share them. Small nets gain little from more than
    # four.
    torch.set_num_threads(min(4, torch.get_num_threads()))
    return best_device().type


def verify(folder: Path) -> None:
    """Read a weights folder as a demo will: WeightsError now is better than at the first click."""
    from demos.kit.weights import load_weights, read_card

    for file in read_card(folder).files or ("model.safetensors",):
        load_weights(folder, Path(file).stem)


def explain_failure(demo: Demo, error: Exception) -> None:
    """One line if the reason is a known one; a traceback, too, if the code is wrong."""
    report("demo cannot run", demo=demo.name, error=type(error).__name__, message=str(error))
    if type(error).__name__ not in ("WeightsError", "AppError"):
        log.error("The demo “%s” cannot run.", demo.name, exc_info=error)

"""Answers made in other processes: the same ones, step by step, whatever becomes of a process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
import weakref
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from demos.kit.app import declared
from demos.kit.functions import direct
from demos.kit.labels import Labels
from demos.kit.registry import load_demos
from demos.kit.secret import secret
from demos.server.answers import Answers
from demos.server.metrics import Fault, Metrics
from demos.server.worker import Maker, Question, Worker, share
from tests.demos.tiny import TINY_YML, write_demos
from tests.loop import run_async
from tests.ordlab import LANGUAGES

WHERE_APP = """\
import os, time
from demos.kit.controls import Integer
from demos.kit.secret import secret
from demos.kit.shows import Text

CONTROLS = (Integer("count", 2, 1, 1000),)
SHOWS = (Text("number"),)

def answer(run, words, *, count):
    if count == 7:
        return {"number": secret("test").hex()}
    time.sleep(0.2)
    return {"number": str(os.getpid())}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workers") / "demos" / "apps"
    write_demos(root)
    (root / "where").mkdir()
    (root / "where" / "app.py").write_text(WHERE_APP)
    (root / "where" / "demo.yml").write_text(TINY_YML.format(weights=""), encoding="utf-8")
    (root / "where" / "still.webp").touch()
    return root


@pytest.fixture(scope="module")
def workers(root: Path) -> Iterator[list[Worker]]:
    workers = [Worker(root, LANGUAGES) for _ in range(2)]
    for worker in workers:
        worker.start()
    yield workers
    for worker in workers:
        worker.end()


@pytest.fixture
def worker(workers: list[Worker]) -> Worker:
    return workers[0]


def counting(count: int) -> Question:
    return Question("counting", "nb", "", {"count": count})


def log(root: Path) -> list[str]:
    return (root / "counting" / "made.txt").read_text().split()


def test_workers_share_the_secret_of_the_server(workers: list[Worker]) -> None:
    told = [dict(*worker.parts(Question("where", "nb", "", {"count": 7})))["number"] for worker in workers]
    assert told == [secret("test").hex()] * 2
    assert secret("test") != secret("another purpose")


def test_a_worker_gives_what_would_be_made_here(root: Path, worker: Worker) -> None:
    app = declared(load_demos(LANGUAGES, root)["tiny"])
    here = list(app.tabs[0].payloads(direct, Labels(app.demo, LANGUAGES["zh"]), {"level": 99}))
    assert list(worker.parts(Question("tiny", "zh", "", {"level": 99}))) == here


def test_a_part_is_made_when_it_is_asked_for(root: Path, worker: Worker) -> None:
    two = worker.parts(counting(91)), worker.parts(counting(92))
    assert [next(parts)["number"] for parts in (*two, two[0])] == ["0", "0", "1"]
    time.sleep(0.2)
    for parts in two:
        parts.close()
    assert log(root)[-5:] == ["91:0", "92:0", "91:1", "91:end", "92:end"]


def test_what_goes_wrong_comes_with_its_place_and_the_next_answer_is_made(worker: Worker) -> None:
    with pytest.raises(Fault) as fault:
        list(worker.parts(Question("tiny", "nb", "", {"level": 13})))
    assert fault.value.name == "RuntimeError"
    assert "tiny/app.py:" in fault.value.at
    assert 'raise RuntimeError("secret: 13")' in fault.value.text
    assert [part["number"] for part in worker.parts(counting(3))] == ["0", "1", "2"]


def test_ctrl_c_is_not_for_workers(worker: Worker) -> None:
    assert worker.process
    assert worker.process.pid
    os.kill(worker.process.pid, signal.SIGINT)
    assert len(list(worker.parts(counting(1)))) == 1


class Noting(Worker):
    """Notes beside how many others each step is made."""

    noted: list[int]

    def ask(self, *message: Any) -> Any:
        self.noted.append(self.beside)
        return super().ask(*message)


def test_workers_that_are_busy_at_the_same_time_share_the_cores(root: Path) -> None:
    demos = load_demos(LANGUAGES, root)
    workers = [Noting(root, LANGUAGES) for _ in range(2)]
    for worker in workers:
        worker.noted = []
        assert list(worker.parts(counting(1)))
        worker.noted = []

    async def where(answers: Answers, *counts: int) -> None:
        ask = answers.of(declared(demos["where"]), LANGUAGES["en"])

        async def one(count: int) -> None:
            assert [part async for part in ask("", {"count": count}, f"r{count}")]

        await asyncio.gather(*map(one, counts))

    async def story() -> tuple[set[int], set[int]]:
        answers = Answers(Metrics(), workers=workers)
        try:
            await where(answers, 501)
            alone = {beside for worker in workers for beside in worker.noted}
            await where(answers, 502, 503)
            return alone, {beside for worker in workers for beside in worker.noted}
        finally:
            await answers.close()

    assert run_async(story()) == ({0}, {0, 1})
    for worker in workers:
        worker.end()
    assert [share(4, beside) for beside in range(5)] == [4, 2, 1, 1, 1]


def test_a_demo_has_a_home_and_others_help_while_that_is_busy(root: Path, workers: list[Worker]) -> None:
    demos = load_demos(LANGUAGES, root)
    for worker in workers:
        assert list(worker.parts(counting(1)))

    async def story() -> tuple[set[int], set[int], list[str]]:
        answers = Answers(Metrics(), workers=workers)
        ask = {name: answers.of(declared(demos[name]), LANGUAGES["en"]) for name in ("where", "counting")}

        async def where(count: int) -> int:
            (part,) = [part async for part in ask["where"]("", {"count": count}, f"r{count}")]
            return int(part["number"])

        async def counted() -> list[str]:
            return [part["number"] async for part in ask["counting"]("", {"count": 20}, "counts")]

        try:
            homes = {await where(count) for count in range(1, 4)}
            stream = asyncio.create_task(counted())
            helped = set(await asyncio.gather(*(where(count) for count in range(11, 17))))
            return homes, helped, await stream
        finally:
            await answers.close()

    homes, helped, numbers = run_async(story())
    assert len(homes) == 1
    assert homes < helped
    assert helped <= {worker.process.pid for worker in workers if worker.process}
    assert numbers == [str(n) for n in range(20)]


def test_a_worker_keeps_nothing_of_a_question_that_is_answered(root: Path) -> None:
    """Not even while it waits for the next one: a reader's file is in it."""

    class State(dict[str, Any]):
        pass

    maker = Maker(root, LANGUAGES)
    question = Question("tiny", "nb", "", State(level=1))
    lives = weakref.ref(question.state)
    ours, theirs = Pipe()
    theirs.send(maker.reply("begin", 1, question))
    assert ours.recv()[0] == "part"
    assert maker.reply("close", 1) == ("end", None)
    del question
    gc.collect()
    assert lives() is None
    maker.ahead.close()


def test_a_worker_is_renewed_once_nothing_is_in_the_making(worker: Worker) -> None:
    parts = worker.parts(counting(3))
    first = next(parts)
    before = worker.process
    assert before is not None
    assert worker.memory() > 10_000_000
    assert not worker.renew(), "a reader would lose the rest of an answer"
    assert len([first, *parts]) == 3
    assert worker.process is not before
    assert not before.is_alive()
    assert worker.renew()
    assert len(list(worker.parts(counting(2)))) == 2


def test_a_worker_that_was_killed_is_replaced(worker: Worker) -> None:
    going_on = worker.parts(counting(5))
    next(going_on)
    assert worker.process
    worker.process.kill()
    with pytest.raises(Fault, match="has ended"):
        next(going_on)
    assert [part["number"] for part in worker.parts(counting(2))] == ["0", "1"]
    with pytest.raises(Fault, match="KeyError"):
        worker.ask("next", 1)


def test_a_worker_ends_when_nobody_can_ask_it_any_more(worker: Worker) -> None:
    assert worker.process
    assert worker.connection
    worker.connection.close()
    worker.process.join(60)
    assert worker.process.exitcode == 0

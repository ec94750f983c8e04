"""Answers: equal ones made once, long ones in turns with short ones, none for readers who left."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from demos.kit.functions import Refused
from demos.server import answers as module
from demos.server.answers import Answers, Cache, Making, Steps
from demos.server.metrics import Metrics
from tests.loop import run_async


def run(test: Callable[[Answers], Awaitable[None]], threads: int = 1, waiting: int = 50) -> Metrics:
    """Run a test on an event loop with answers made by so many threads."""
    metrics = Metrics()

    async def main() -> None:
        answers = Answers(metrics, threads, waiting)
        try:
            await asyncio.wait_for(test(answers), 60)
        finally:
            await answers.close()

    run_async(main())
    return metrics


def plain(text: str, made: list[str], hold: threading.Event | None = None) -> Steps:
    def steps(run: Any) -> Iterator[dict[str, str]]:
        if hold:
            hold.wait(20)
        made.append(text)
        yield {"text": text}

    return steps


async def ask(answers: Answers, key: str, steps: Steps, reader: str = "r", **options: Any) -> list[str]:
    return [part["text"] async for part in answers.ask(key, "tiny", reader, steps, **options)]


def count(metrics: Metrics, outcome: str) -> float:
    value = metrics.registry.get_sample_value("ordlab_answers_total", {"demo": "tiny", "outcome": outcome})
    return value or 0


def test_an_answer_is_wanted_as_soon_as_a_thread_can_take_it() -> None:
    made: list[str] = []

    async def test(answers: Answers) -> None:
        let_wait = answers.let_wait

        def and_pause(*arguments: Any, **options: Any) -> None:
            let_wait(*arguments, **options)
            time.sleep(0.1)  # the thread is faster than the loop

        answers.let_wait = and_pause  # type: ignore[method-assign]
        assert await ask(answers, "a", plain("A", made)) == ["A"]

    run(test)
    assert made == ["A"]


def test_equal_answers_are_made_once() -> None:
    made: list[str] = []

    async def test(answers: Answers) -> None:
        hold = threading.Event()
        both = [asyncio.create_task(ask(answers, "a", plain("A", made, hold), reader)) for reader in "12"]
        await asyncio.sleep(0.1)
        hold.set()
        assert await asyncio.gather(*both) == [["A"], ["A"]]
        assert await ask(answers, "a", plain("A", made)) == ["A"]
        assert await ask(answers, "b", plain("B", made)) == ["B"]

    metrics = run(test)
    assert made == ["A", "B"]
    assert [count(metrics, outcome) for outcome in ("made", "shared", "cached")] == [2, 1, 1]


async def assert_click_goes_ahead(answers: Answers, order: list[str]) -> None:
    """Of a long answer, which writes into `order` at each step."""
    await asyncio.sleep(0.1)
    before = len(order)
    assert await ask(answers, "click", plain("!", order), "clicker") == ["!"]
    assert order.index("!") - before <= 3


def test_a_stream_does_not_hold_up_another_readers_click() -> None:
    order: list[str] = []

    def stream(run: Any) -> Iterator[dict[str, str]]:
        for n in range(30):
            time.sleep(0.02)
            order.append("s")
            yield {"text": str(n)}

    async def test(answers: Answers) -> None:
        watching = asyncio.create_task(ask(answers, "long", stream, "watcher"))
        await assert_click_goes_ahead(answers, order)
        assert await watching == [str(n) for n in range(30)]

    run(test)


def test_an_answer_pauses_where_it_has_nothing_new_and_nobody_is_sent_that() -> None:
    order: list[str] = []

    def pausing(run: Any) -> Iterator[dict[str, str]]:
        yield {"text": "first"}
        for _ in range(30):
            time.sleep(0.02)
            order.append("pause")
            yield {}
        yield {"text": "last"}

    async def test(answers: Answers) -> None:
        watching = asyncio.create_task(ask(answers, "long", pausing, "watcher"))
        await assert_click_goes_ahead(answers, order)
        assert await watching == ["first", "last"]
        leaving = asyncio.create_task(ask(answers, "left", pausing, "leaver"))
        await asyncio.sleep(0.1)
        leaving.cancel()
        await asyncio.sleep(0.1)
        assert not answers.making

    run(test)
    assert order.count("pause") < 45, "who left was worked for to the end"


def test_a_click_goes_before_what_many_streams_go_on_with() -> None:
    order: list[str] = []

    def stream(run: Any) -> Iterator[dict[str, str]]:
        for n in range(40):
            order.append("stream")
            time.sleep(0.002)
            yield {"text": str(n)}

    async def test(answers: Answers) -> None:
        streams = [asyncio.create_task(ask(answers, f"s{n}", stream, f"r{n}")) for n in range(20)]
        while len(order) < 60:
            await asyncio.sleep(0.001)
        order.append("asked")
        await ask(answers, "click", plain("click", order), "new")
        await asyncio.gather(*streams)

    run(test)
    assert order.index("click") - order.index("asked") <= 3, "not one step of each of the twenty"


def test_what_a_reader_no_longer_waits_for_takes_no_room() -> None:
    made: list[str] = []

    async def test(answers: Answers) -> None:
        hold = threading.Event()
        first = asyncio.create_task(ask(answers, "first", plain("first", made, hold), "other"))
        await asyncio.sleep(0.1)
        moves = []
        for n in range(3 * module.EACH):  # a slider that is moved, while the thread is busy
            moves.append(asyncio.create_task(ask(answers, str(n), plain(str(n), made), "mover")))
            await asyncio.sleep(0.01)
        last = asyncio.create_task(ask(answers, "last", plain("last", made), "mover"))
        await asyncio.sleep(0.01)
        hold.set()
        assert await asyncio.gather(first, last) == [["first"], ["last"]]
        assert await asyncio.gather(*moves) == [[]] * len(moves)

    run(test)
    assert made == ["first", "last"]


def test_what_opens_pages_replaces_nothing() -> None:
    made: list[str] = []

    async def test(answers: Answers) -> None:
        hold = threading.Event()
        two = [
            asyncio.create_task(ask(answers, key, plain(key, made, hold), "one address", replaces=False))
            for key in "ab"
        ]
        await asyncio.sleep(0.1)
        hold.set()
        assert await asyncio.gather(*two) == [["a"], ["b"]]

    run(test)


def test_a_stream_comes_from_the_cache_part_by_part() -> None:
    made: list[int] = []

    def stream(run: Any) -> Iterator[dict[str, str]]:
        for n in range(3):
            made.append(n)
            time.sleep(0.05)
            yield {"text": str(n)}

    async def test(answers: Answers) -> None:
        assert await ask(answers, "s", stream) == ["0", "1", "2"]
        begun = time.monotonic()
        assert await ask(answers, "s", stream) == ["0", "1", "2"]
        assert time.monotonic() - begun > 0.08, "at the pace at which it was made"

    run(test)
    assert made == [0, 1, 2]


@pytest.mark.parametrize("how", ["stops", "leaves"])
def test_a_stream_that_nobody_follows_any_more_is_ended(how: str) -> None:
    made: list[int] = []
    ended = threading.Event()

    def stream(run: Any) -> Iterator[dict[str, str]]:
        try:
            for n in range(10_000):
                made.append(n)
                time.sleep(0.01)
                yield {"text": str(n)}
        finally:
            ended.set()

    async def test(answers: Answers) -> None:
        watching = asyncio.create_task(ask(answers, "s", stream, "gone"))
        await asyncio.sleep(0.2)
        if how == "stops":
            watching.cancel()
        else:
            answers.leave("gone")
        with pytest.raises(asyncio.CancelledError):
            await watching
        assert await asyncio.to_thread(ended.wait, 10)
        assert len(answers) == 0
        assert not answers.making
        assert not answers.following

    metrics = run(test)
    assert 0 < len(made) < 1000
    assert count(metrics, "left") == 1


def test_the_answer_of_a_reader_who_left_while_waiting_is_not_made() -> None:
    made: list[str] = []

    async def test(answers: Answers) -> None:
        hold = threading.Event()
        first = asyncio.create_task(ask(answers, "first", plain("1", made, hold), "a"))
        gone = asyncio.create_task(ask(answers, "gone", plain("gone", made), "b"))
        shared = [asyncio.create_task(ask(answers, "shared", plain("2", made), reader)) for reader in "cd"]
        await asyncio.sleep(0.1)
        answers.leave("b")
        answers.leave("c")
        hold.set()
        assert await first == ["1"]
        assert await shared[1] == ["2"], "another one still waits for it"
        for task in (gone, shared[0]):
            with pytest.raises(asyncio.CancelledError):
                await task

    run(test)
    assert made == ["1", "2"]


def test_runs_go_on_when_a_reader_leaves_while_clicks_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COURTESY", 1)
    made: list[str] = []

    async def first_frame(answers: Answers, reader: str) -> Any:
        return await anext(answers.frames("tiny", reader, iter([{"text": reader}])))

    async def test(answers: Answers) -> None:
        hold = threading.Event()
        clicks = [asyncio.create_task(ask(answers, key, plain(key, made, hold), key)) for key in "ab"]
        gone = asyncio.create_task(first_frame(answers, "gone"))
        await asyncio.sleep(0.1)
        answers.leave("gone")
        hold.set()
        assert [await click for click in clicks] == [["a"], ["b"]]
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert await asyncio.wait_for(first_frame(answers, "stays"), 10)

    run(test)


def test_a_stream_waits_for_its_reader() -> None:
    made: list[int] = []

    def stream(run: Any) -> Iterator[dict[str, str]]:
        for n in range(1000):
            made.append(n)
            yield {"text": str(n)}

    async def test(answers: Answers) -> None:
        parts = answers.ask("s", "tiny", "slow", stream)
        await anext(parts)
        await asyncio.sleep(0.3)
        assert len(made) <= 1 + module.AHEAD
        await parts.aclose()  # type: ignore[attr-defined]

    run(test)


def test_beyond_the_line_readers_are_refused() -> None:
    made: list[str] = []

    async def test(answers: Answers) -> None:
        hold = threading.Event()
        first = asyncio.create_task(ask(answers, "first", plain("0", made, hold), "first"))
        await asyncio.sleep(0.1)  # now it is being made, and no longer waits
        waiting = [asyncio.create_task(ask(answers, str(n), plain(str(n), made), str(n))) for n in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Refused, match="busy"):
            await ask(answers, "one too many", plain("x", made))
        hold.set()
        await asyncio.gather(first, *waiting)
        assert await ask(answers, "now", plain("now", made)) == ["now"]

    metrics = run(test, waiting=3)
    assert made == ["0", "0", "1", "2", "now"]
    assert count(metrics, "refused") == 1


def test_what_fails_is_not_kept_and_the_log_has_one_line_without_what_the_reader_chose(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(run: Any) -> Iterator[dict[str, str]]:
        raise RuntimeError("secret")
        yield {}

    async def test(answers: Answers) -> None:
        for _ in range(2):
            with pytest.raises(RuntimeError):
                await ask(answers, "bad", fails)
        assert len(answers.cache) == 0

    metrics = run(test)
    assert count(metrics, "failed") == 2
    line = json.loads(caplog.messages[-1])
    assert line["event"] == "answer failed"
    assert (line["demo"], line["error"]) == ("tiny", "RuntimeError")
    assert "test_answers.py:" in line["at"]
    assert "secret" not in caplog.messages[-1]


def test_only_the_first_part_ends_a_stream_there() -> None:
    ended = threading.Event()

    def stream(run: Any) -> Iterator[dict[str, str]]:
        try:
            for n in range(10):
                yield {"text": str(n)}
        finally:
            ended.set()

    async def test(answers: Answers) -> None:
        assert await ask(answers, "first", stream, only_first=True) == ["0"]
        assert await ask(answers, "first", stream, only_first=True) == ["0"]

    metrics = run(test)
    assert ended.is_set()
    assert count(metrics, "cached") == 1


def made(key: str, size: int) -> Making:
    return Making(key, "tiny", "r", lambda run: iter(()), True, [{"text": "x" * size}], [0.0], done=True)


def test_the_cache_is_bounded_in_bytes_and_in_number() -> None:
    cache = Cache(most_bytes=1600, most=3)
    for key in "abc":
        cache.put(made(key, 10))
    assert cache.get("a")
    cache.put(made("d", 10))
    assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"], "the one not asked for longest went"
    cache.put(made("too large", 101))
    assert cache.get("too large") is None
    cache = Cache(most_bytes=1600, most=100)
    for n in range(40):
        cache.put(made(str(n), 100))
        cache.put(made(str(n), 100))
    assert (cache.bytes, len(cache)) == (1600, 16)

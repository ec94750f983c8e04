"""The server opens demos when they are asked for, and one that is broken takes no other down."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import weakref
from pathlib import Path

import psutil
import pytest

from demos.kit.words import ours
from demos.server import opening
from demos.server.memory import in_use
from demos.server.metrics import Metrics
from demos.server.opening import OpenPages, collect
from demos.server.worker import Worker
from tests.demos.tiny import Running, running, write_demos
from tests.loop import run_async
from tests.ordlab import LANGUAGES

AT_ONCE = "from demos.server import opening; opening.IN_USE_FOR = 0"


def test_a_demo_is_opened_when_its_page_is_first_asked_for(server: Running) -> None:
    states = {name: demo["state"] for name, demo in server.first_status.items()}
    closed = dict.fromkeys(("tiny", "counting", "climb", "damaged"), "closed")
    assert states == {**closed, "broken": "failed"}
    assert server.first.status == 202
    assert '<html lang="zh-Hans">' in server.first.text
    assert ours()["loading"]["zh"] in server.first.text
    assert 'http-equiv="refresh"' in server.first.text
    assert server.ask("/demos/tiny/zh/").status == 200


@pytest.mark.parametrize(("demo", "lang"), [("damaged", "nb"), ("damaged", "zh"), ("broken", "en")])
def test_a_broken_demo_says_so_and_takes_no_other_down(server: Running, demo: str, lang: str) -> None:
    answer = server.ask(f"/demos/{demo}/{lang}/")
    assert answer.status == 503
    assert ours()["failed"][lang] in answer.text
    assert "refresh" not in answer.text
    assert "Traceback" not in answer.text
    states = {name: demo["state"] for name, demo in server.ask("/demos/status.json").json.items()}
    assert (states["tiny"], states[demo]) == ("ready", "failed")


def test_a_click_opens_a_demo_that_is_closed(folder: Path) -> None:
    """A page left open in a browser finds its demo closed after the server was started again."""
    with running(folder, AT_ONCE, memory=1) as server:  # each page that opens closes the one before
        before = server.page("zh")["components"]
        assert server.page("nb")["components"] != before
        assert server.page("zh")["components"] == before, "a click names what was clicked by its number"
        for lang in ("zh", "nb"):
            assert server.click(40, f"left-open-{lang}", lang).status == 200
            assert server.listen(f"left-open-{lang}", lang)["success"]
        assert server.click(40, "x", "en", demo="damaged").json == {"detail": ours()["failed"]["en"]}


def test_memory_above_the_limit_closes_the_page_used_longest_ago(folder: Path) -> None:
    with running(folder, AT_ONCE, memory=1) as server:  # opens "zh", "nb", "en"
        assert server.click(40, "again", "zh").status == 200
        assert server.listen("again", "zh")["success"]
        server.process.send_signal(signal.SIGINT)
        _, log = server.process.communicate(timeout=60)
    closed = re.findall(r"“tiny” \((..)\) was closed: \d+ MB in use, limit 0 MB", log)
    assert closed == ["zh", "nb", "en"]
    assert "Traceback" not in log


def test_a_closed_page_is_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FastAPI remembers how it calls a page's routes, and with them the page."""
    write_demos(tmp_path)
    monkeypatch.setattr(opening, "set_up_torch", lambda: "cpu")  # the other tests' threads stay as they are

    async def opened_and_closed() -> None:
        pages = OpenPages(tmp_path, LANGUAGES, Metrics(), limit=10**12, workers=0)
        await pages.prepare()
        page = await pages.page("tiny", LANGUAGES["nb"], patience=60)
        assert page is not None
        blocks = weakref.ref(page.page.blocks)
        del page
        await pages.close("tiny", "nb")
        await asyncio.sleep(0.1)  # in which tasks that were canceled end
        collect()
        assert blocks() is None
        pages.stop()
        await pages.run()

    run_async(opened_and_closed())


def test_a_worker_that_takes_much_of_the_limit_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_demos(tmp_path)
    worker = Worker(tmp_path, LANGUAGES)
    worker.start()

    async def renewed() -> None:
        pages = OpenPages(tmp_path, LANGUAGES, Metrics(), limit=1, workers=0)
        pages.workers.append(worker)
        before = worker.process
        pages.renew_workers(used=2)
        assert worker.process is before, "there is nothing to free in a small one"
        monkeypatch.setattr(opening, "SMALL", 0)
        pages.renew_workers(used=1)
        assert worker.process is before, "not more in use than may be"
        pages.renew_workers(used=2)
        assert worker.process is not before
        pages.thread.shutdown()

    run_async(renewed())
    worker.end()
    assert re.findall("A worker was renewed: 0 MB in use, limit 0 MB", caplog.text)


def test_memory_is_counted_even_if_a_process_ends_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        ended = psutil.Process(child.pid)
    monkeypatch.setattr(psutil.Process, "children", lambda *_, recursive: [ended])
    assert in_use(psutil.Process()) > 10_000_000

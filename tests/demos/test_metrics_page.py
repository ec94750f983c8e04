"""What Prometheus sees, and who else does."""

from __future__ import annotations

import re

import pytest
from starlette.requests import Request

from demos.server.metrics import Metrics, MetricsPage, is_local
from tests.demos.tiny import Running
from tests.loop import run_async


def test_answers_are_counted(server: Running) -> None:
    server.click(45, "counted")
    server.listen("counted")
    server.click(45, "counted-again")
    server.listen("counted-again")
    answer = server.ask("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    numbers = dict(re.findall(r"^(\w+(?:\{.*?\})?) ([\d.e+]+)$", answer.text, re.MULTILINE))
    for outcome in ("made", "cached"):
        assert float(numbers[f'ordlab_answers_total{{demo="tiny",outcome="{outcome}"}}']) >= 1
    assert float(numbers['ordlab_answer_seconds_count{demo="tiny"}']) >= 2
    assert float(numbers["ordlab_open_pages"]) >= 3
    assert float(numbers["ordlab_answers_waiting"]) >= 0
    assert float(numbers["ordlab_cached_bytes"]) > 0
    assert float(numbers["process_resident_memory_bytes"]) > 50e6
    assert "counted" not in answer.text.replace("counted.", ""), "nothing about readers"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_what_a_proxy_passes_on_is_refused(server: Running, header: str) -> None:
    assert server.ask("/metrics", **{header: "192.0.2.7"}).status == 403
    assert server.ask("/metrics", **{header: "127.0.0.1"}).status == 403


@pytest.mark.parametrize(
    ("client", "headers", "local"),
    [
        (("127.0.0.1", 1), [], True),
        (("::1", 1), [], True),
        (("192.0.2.7", 1), [], False),
        (None, [], False),
        (("127.0.0.1", 1), [(b"x-forwarded-for", b"127.0.0.1")], False),
    ],
)
def test_who_may_see_them(
    client: tuple[str, int] | None, headers: list[tuple[bytes, bytes]], local: bool
) -> None:
    request = Request({"type": "http", "client": client, "headers": headers})
    assert is_local(request) is local
    for is_open in (False, True):
        answer = run_async(MetricsPage(Metrics(), is_open).answer(request))
        assert answer.status_code == (200 if local or is_open else 403)

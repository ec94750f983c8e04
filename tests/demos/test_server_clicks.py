"""Clicks on a demo, also of many readers at once, over real HTTP."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from demos.kit.words import ours
from tests.demos.tiny import JOIN, Running, picture, wait_until


def test_a_click_is_answered_with_a_picture(server: Running) -> None:
    for level, session in (50, "one"), (200, "two"):
        assert server.click(level, session).status == 200
        assert abs(picture(server.listen(session)).getpixel((4, 4))[0] - level) <= 4


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_an_error_is_one_sentence_in_the_language_of_the_page(server: Running, lang: str) -> None:
    server.click(13, f"bad-{lang}", lang)
    output = server.listen(f"bad-{lang}", lang)["output"]
    assert output["error"] == ours()["error"][lang]
    assert output["title"] == ours()["error_title"][lang]
    assert "secret" not in json.dumps(output)


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
@pytest.mark.parametrize("value", [99_999, -1, {"path": "/etc/passwd"}, "much", True, ["deep"]])
def test_a_value_that_makes_no_sense_is_refused_in_the_language_of_the_page(
    server: Running, value: object, lang: str
) -> None:
    session = uuid4().hex
    server.click(value, session, lang)
    done = server.listen(session, lang)
    assert not done["success"]
    limits = ours()["limits"][lang].format(
        label={"nb": "Nivå", "en": "Level", "zh": "亮度"}[lang], low=0, high=255
    )
    assert done["output"]["error"] == limits
    assert done["title"] == ours()["error_title"][lang]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [1], "fn_index": 99, "session_hash": "odd"},
        {"data": [1], "fn_index": -1, "session_hash": "odd"},
        {"data": [1], "fn_index": "0; drop", "session_hash": "odd"},
        {"data": "text", "fn_index": 0, "session_hash": "odd"},
        {"data": [1], "fn_index": 0},
        {},
        [],
        None,
    ],
)
def test_a_click_that_makes_no_sense_is_refused_and_the_next_one_answered(
    server: Running, body: object
) -> None:
    answer = server.send(body)
    assert 400 <= answer.status <= 500
    assert "Traceback" not in answer.text
    assert answer.json["detail"]
    session = uuid4().hex
    assert server.click(200, session).status == 200
    assert server.listen(session)["success"]


def test_a_click_that_is_no_json_is_refused(server: Running) -> None:
    for body in (b"", b"{", b"\xff\xfe", b"[" * 20_000):
        answer = server.ask(JOIN, "POST", body, **{"Content-Type": "application/json"})
        assert answer.status in (400, 422)


def test_the_last_of_many_clicks_is_answered_and_none_refused(server: Running) -> None:
    for level in range(20, 40):  # each takes two seconds
        assert server.click(level, "hasty", "zh").status == 200
    done = [m for m in server.messages("hasty", "zh") if m["msg"] == "process_completed"]
    assert len(done) == 20
    assert all(m["success"] for m in done)
    shown = picture(done[-1])
    assert abs(shown.getpixel((4, 4))[0] - 39) <= 4


def test_readers_who_click_at_the_same_time_each_get_their_own_answer(server: Running) -> None:
    def click(n: int) -> tuple[int, Image.Image]:
        lang = ("nb", "en")[n % 2]
        assert server.click(41 + n * 8, session=f"crowd-{n}", lang=lang).status == 200
        return n, picture(server.listen(f"crowd-{n}", lang))

    with ThreadPoolExecutor(12) as readers:
        answers = dict(readers.map(click, range(24)))
    assert all(abs(seen.getpixel((4, 4))[0] - (41 + n * 8)) <= 4 for n, seen in answers.items())


def test_an_answer_comes_part_by_part(server: Running) -> None:
    server.click(5, "parts", "en", "counting")
    messages = server.messages("parts", "en", "counting")
    shown = [m["output"]["data"][2] for m in messages if m["msg"] == "process_generating"]
    assert shown[0] == "0"
    assert len(shown) == 5
    assert messages[-2]["success"]


@contextmanager
def watching(server: Running, count: int, session: str) -> Iterator[tuple[socket.socket, str]]:
    """A reader who has seen the first parts of a long answer, on a connection of their own; and its event."""
    event = server.click(count, session, "nb", "counting").json["event_id"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        address = f"/demos/counting/nb/gradio_api/queue/data?session_hash={session}"
        connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        seen = b""
        while seen.count(b"process_generating") < 3:
            seen += connection.recv(10_000)
        yield connection, event


def ends_early(folder: Path, count: int) -> bool:
    """Whether the work on an answer of `count` steps ends within seconds, and before its last step."""
    made = folder / "demos" / "apps" / "counting" / "made.txt"
    end = time.monotonic() + 20
    while time.monotonic() < end:
        lines = made.read_text().splitlines()
        if f"{count}:end" in lines:
            return f"{count}:{count - 1}" not in lines
        time.sleep(0.05)
    return False


def test_a_stream_stops_when_its_reader_leaves(server: Running, folder: Path) -> None:
    with watching(server, 901, "leaves"):
        pass
    assert ends_early(folder, 901)


def test_a_stream_stops_when_its_reader_says_so(server: Running, folder: Path) -> None:
    with watching(server, 902, "stops") as (_, event):
        body = {"session_hash": "stops", "fn_index": 0, "event_id": event}
        address = "/demos/counting/nb/gradio_api/cancel"
        server.ask(address, "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"})
        assert ends_early(folder, 902)


def test_a_long_stream_does_not_hold_up_a_click(server: Running) -> None:
    with watching(server, 903, "long"):
        begun = time.monotonic()
        server.click(77, "meanwhile")
        assert server.listen("meanwhile")["success"]
        assert time.monotonic() - begun < 15, "the stream takes 45 s"


def test_a_reader_who_leaves_does_not_hold_up_the_next(server: Running) -> None:
    server.click(21, session="gone")  # takes two seconds
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        address = "/demos/tiny/nb/gradio_api/queue/data?session_hash=gone"
        connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
    server.click(99, session="next")
    assert server.listen("next")["success"]


def test_a_live_run_ends_when_its_page_is_closed(server: Running, folder: Path) -> None:
    """A pause leaves it where it is; without the page's heartbeat it is gone."""
    made = folder / "demos" / "apps" / "climb" / "made.txt"

    def kept() -> float:
        lines = server.ask("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("ordlab_live_runs "))

    wait_until(lambda: server.ask("/demos/climb/en/").status == 200, server.process)
    page = server.ask("/demos/climb/en/").text
    found = re.search(r"window\.gradio_config = (.*?);</script>", page)
    assert found is not None
    config = json.loads(found[1])
    train = next(c["id"] for c in config["components"] if c["props"].get("value") == ours()["train"]["en"])
    click = next(d["id"] for d in config["dependencies"] if [train, "click"] in map(list, d["targets"]))
    body = {"data": ["", 3, 0], "fn_index": click, "session_hash": "live", "trigger_id": train}
    heartbeat, stream = (socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(2))
    beat = "/demos/climb/en/gradio_api/heartbeat/live"
    heartbeat.sendall(f"GET {beat} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert server.send(body, "en", "climb").status == 200
    data = "/demos/climb/en/gradio_api/queue/data?session_hash=live"
    stream.sendall(f"GET {data} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    seen = b""
    while seen.count(b"process_generating") < 5:
        seen += stream.recv(10_000)
    assert kept() == 1
    assert server.send(body, "en", "climb").status == 200  # the same button pauses
    while b'"process_completed"' not in seen:
        seen += stream.recv(10_000)
    before = made.read_text()
    time.sleep(0.3)
    assert made.read_text() == before, "it rests"
    assert kept() == 1
    heartbeat.close()
    end = time.monotonic() + 40
    while kept() and time.monotonic() < end:
        time.sleep(0.2)
    assert kept() == 0
    stream.close()

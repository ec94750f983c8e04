"""Slow clients, half-sent requests and thousands of connections: the site still answers."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from demos.server import connections, listen
from tests.demos.tiny import Running, running

IMPATIENT = (
    "from demos.server import connections\n"
    "connections.REQUEST_WITHIN = connections.TAKEN_WITHIN = 2\n"
    "connections.MOST = 100\n"
)
HALVES = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "half the headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half a body": b"POST /demos/tiny/nb/gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Length: 100\r\n\r\n{",
}


@pytest.fixture(scope="module")
def impatient(folder: Path) -> Iterator[Running]:
    with running(folder, IMPATIENT) as server:
        yield server


@contextmanager
def connected(port: int, data: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(data)
        yield connection


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES.keys())
def test_a_request_that_never_comes_to_its_end_is_given_up(impatient: Running, half: bytes) -> None:
    with connected(impatient.port, half) as connection:
        assert is_closed(connection)


def test_a_request_that_comes_byte_by_byte_is_given_up_all_the_same(impatient: Running) -> None:
    with connected(impatient.port, b"GET / HTTP/1.1\r\nX: ") as connection:
        assert drip(connection, seconds=20) < 20


def drip(connection: socket.socket, seconds: float) -> float:
    """Send a byte now and then until the connection is closed or time is up; returns the seconds it took."""
    begun = time.monotonic()
    connection.settimeout(0.1)
    while (spent := time.monotonic() - begun) < seconds:
        try:
            connection.sendall(b"x")
            if connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return spent


def test_a_slow_request_in_time_is_answered(impatient: Running) -> None:
    with connected(impatient.port) as connection:
        for part in (b"GET /healthz HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", b"\r\n"):
            time.sleep(0.3)
            connection.sendall(part)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_an_answer_that_nobody_takes_is_given_up(impatient: Running, folder: Path) -> None:
    large = folder / "site" / "large.bin"
    large.write_bytes(bytes(20_000_000))
    with connected(impatient.port) as connection:
        connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(4)
        assert len(rest_of(connection)) < 20_000_000


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the connection ends, properly or not."""
    taken = b""
    with suppress(ConnectionError):
        while part := connection.recv(1_000_000):
            taken += part
    return taken


def test_a_stream_without_news_stays_open(impatient: Running) -> None:
    request = b"GET /demos/tiny/nb/gradio_api/heartbeat/s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connected(impatient.port, request) as connection:
        assert b"ALIVE" in connection.recv(10_000) + connection.recv(10_000)
        connection.settimeout(4)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_more_connections_than_there_is_room_for_shut_out_nobody(impatient: Running) -> None:
    with ExitStack() as stack:
        for _ in range(150):  # room for 100
            stack.enter_context(connected(impatient.port, HALVES["half the headers"]))
        for _ in range(3):
            begun = time.monotonic()
            assert impatient.ask("/healthz").status == 200
            assert time.monotonic() - begun < 1.5, "it did not wait until others had been given up"


def test_two_thousand_half_sent_requests_do_not_stop_the_site(server: Running) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3_000:
        pytest.skip("not enough file descriptors for this test")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 3_000), hard))
    try:
        with ExitStack() as stack:
            for _ in range(2_100):
                stack.enter_context(connected(server.port, HALVES["half the headers"]))
            assert server.ask("/").status == 200
            assert server.ask("/demos/tiny/zh/").status == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_room_for_connections_is_what_file_descriptors_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"soft": 256, "hard": 1024}
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limits["soft"], limits["hard"]))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: limits.update(soft=both[0]))
    assert connections.room_for_connections() == 1024 - connections.OTHER_FILES
    assert limits["soft"] == 1024
    limits.update(soft=65_536, hard=65_536)
    assert connections.room_for_connections() == connections.MOST


def test_small_messages_are_sent_at_once() -> None:
    with listen("127.0.0.1", 0) as listening, connected(listening.getsockname()[1]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

"""What strangers and odd requests get: nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import Headers

from demos.kit.languages import match
from demos.kit.words import ours
from demos.server.guard import Pace, TrustedHosts, is_own
from tests.demos.tiny import JOIN, Running
from tests.ordlab import LANGUAGES
from tests.serving import ROOT


def test_every_answer_carries_the_security_headers(server: Running) -> None:
    for path in ("/", "/nothing", "/demos/tiny/nb/", "/demos/status.json", "/demos/_assets/nothing"):
        headers = server.ask(path).headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy
        assert "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_click_sent_by_another_site_is_refused(server: Running, headers: dict[str, str]) -> None:
    answer = server.ask(JOIN, "POST", b"{}", **headers)
    assert (answer.status, answer.text) == (403, "Sent by another site.\n")


def test_our_own_pages_may_click(server: Running) -> None:
    own = {"Origin": f"http://127.0.0.1:{server.port}", "Sec-Fetch-Site": "same-origin"}
    answer = server.ask(JOIN, "POST", b"{}", **own)
    assert answer.status == 422  # let through; Gradio then misses what a click must hold


def test_another_site_may_not_read(server: Running) -> None:
    answer = server.ask("/demos/tiny/nb/config", Origin="http://evil.example")
    assert answer.headers["Access-Control-Allow-Origin"] is None
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert server.ask("/demos/tiny/nb/", "OPTIONS", **preflight).status == 400


@pytest.mark.parametrize("body", [b"x" * 2_000_000, iter([b"x" * 500_000] * 4)], ids=["declared", "chunked"])
def test_a_large_body_is_refused(server: Running, body: bytes | Iterator[bytes]) -> None:
    assert server.ask(JOIN, "POST", body).status == 413


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1"])
def test_another_name_is_refused(server: Running, host: str) -> None:
    assert server.ask("/", Host=host).status == 400


@pytest.mark.parametrize(
    "path", ["upload", "run/shade", "call/shade", "api/shade", "component_server", "vibe-edit"]
)
def test_gradio_offers_only_what_its_page_asks_for(server: Running, path: str) -> None:
    assert server.ask(f"/demos/tiny/nb/gradio_api/{path}", "POST", b"{}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/openapi.json",
        "gradio_api/info",
        "gradio_api/proxy=http://example.org",
        "gradio_api/vibe-code",
        "monitoring/summary",
        "docs",
        "static/../../../../../etc/passwd",
    ],
)
def test_nothing_else_of_gradio_can_be_read(server: Running, path: str) -> None:
    assert server.ask(f"/demos/tiny/nb/{path}").status in (403, 404)


@pytest.mark.parametrize("path", ["/etc/passwd", "http://example.org/", str(ROOT / "pyproject.toml")])
def test_gradio_gives_out_no_file_but_its_own(server: Running, path: str) -> None:
    assert server.ask(f"/demos/tiny/nb/gradio_api/file={path}").status in (403, 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(server: Running, method: str) -> None:
    assert server.ask("/", method, b"").status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/index.html%00.png",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/leads-outside.txt",
        "/%ff",
        "/%zz",
        "//evil.example/",
        "/" + "a" * 5000,
        "/demos/%00/",
        "/demos/tiny/%2e%2e/",
        "/demos/tiny//",
        "/demos/tiny//x",
        "/demos/tiny/%0d%0aSet-Cookie:x=1/nb/",
        "/demos/_assets/%2e%2e/index.html",
        "/docs.php?doc=%00",
    ],
)
def test_an_odd_address_is_not_there_and_leads_nowhere_else(server: Running, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 404
    assert "outside" not in answer.text
    assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    ],
    ids=["negative length", "no length", "two hosts", "no host", "TLS"],
)
def test_what_is_no_http_is_refused(server: Running, request_bytes: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(request_bytes)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert server.ask("/healthz").status == 200


def test_a_browser_may_ask_for_the_head_or_a_part(server: Running) -> None:
    whole, head = server.ask("/"), server.ask("/", "HEAD")
    assert (head.status, head.body) == (200, b"")
    part = server.ask("/", Range="bytes=0-8")
    assert (part.status, part.body) == (206, whole.body[:9])


def test_pace_lets_a_hand_through_and_stops_a_script() -> None:
    now = 0.0
    pace = Pace(rate=2, burst=3, now=lambda: now)
    assert [pace.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert pace.allows("b")
    now = 1.0
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]


def test_pace_forgets_those_who_left() -> None:
    pace = Pace(rate=1, burst=1, now=lambda: 0.0, most=10)
    for n in range(100):
        pace.allows(str(n))
    assert len(pace.buckets) == 10


@pytest.mark.parametrize(
    ("listening", "header", "trusted"),
    [
        ("127.0.0.1", "localhost:8000", True),
        ("127.0.0.1", "[::1]:8000", True),
        ("127.0.0.1", "192.168.0.7", False),
        ("ordlab.example", "ordlab.example", True),
        ("0.0.0.0", "192.168.0.7:8000", True),
        ("0.0.0.0", "evil.example", False),
    ],
)
def test_trusted_hosts(listening: str, header: str, trusted: bool) -> None:
    assert TrustedHosts(nothing, listening).trusts(header) is trusted


async def nothing(*_: Any) -> None: ...


@pytest.mark.parametrize(
    ("named", "header", "trusted"),
    [
        ("docs.example.org", "docs.example.org:8443", True),
        ("docs.example.org", "Docs.Example.Org", True),
        ("docs.example.org", "evil.example", False),
        ("docs.example.org", "docs.example.org.evil.example", False),
        ("docs.example.org", "a.docs.example.org", False),
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "evilexample.org", False),
        ("*", "anything.example", True),
    ],
)
def test_names_trusted_on_request(named: str, header: str, trusted: bool) -> None:
    assert TrustedHosts(nothing, "127.0.0.1", [named]).trusts(header) is trusted


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"origin": "http://a:1", "host": "a:1"}, True),
        ({"origin": "https://a", "host": "a"}, True),
        ({"origin": "http://a:1", "host": "a:2"}, False),
        ({"origin": "http://a.evil", "host": "a"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site", "origin": "http://a", "host": "a"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "null", "host": "a"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://docs.example.org", "host": "inner:1"}, True),
        ({"origin": "null", "host": "a"}, False),
        ({"origin": "http://[", "host": "a"}, False),
        ({"origin": "", "host": ""}, False),
        ({"origin": "https://a", "host": "inner:1", "x-forwarded-host": "a"}, True),
        ({"origin": "https://a", "host": "inner:1", "x-forwarded-host": "a, proxy"}, True),
        ({"origin": "https://evil", "host": "inner:1", "x-forwarded-host": "a"}, False),
        ({"origin": "http://inner:1", "host": "inner:1", "x-forwarded-host": "a"}, False),
        ({"origin": "http://docs.example.org", "host": "inner:1"}, False),
        ({"origin": "http://docs.example.org", "host": "inner:1", "named": "docs.example.org"}, True),
        ({"origin": "http://evil.example", "host": "inner:1", "named": "docs.example.org"}, False),
        ({"origin": "http://evil.example", "host": "inner:1", "named": "*"}, False),
    ],
)
def test_own_requests(headers: dict[str, str], own: bool) -> None:
    named = [headers["named"]] if "named" in headers else []
    assert is_own(Headers({name: headers[name] for name in headers if name != "named"}), named) is own


@pytest.mark.parametrize(
    ("tag", "lang"),
    [("zh-CN;q=0.8", "zh"), (" EN ", "en"), ("no", "nb"), ("nn-NO", "nb"), ("de", ""), ("", "")],
)
def test_language_tags(tag: str, lang: str) -> None:
    found = match(LANGUAGES, tag)
    assert (found.code if found else "") == lang


def test_every_word_of_the_server_exists_in_every_language() -> None:
    for key, texts in ours().items():
        assert list(texts) == list(LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key

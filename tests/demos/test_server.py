"""The server over real HTTP: pages before demos, demos in their language, and nothing for strangers."""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from starlette.datastructures import Headers

from demos.kit.languages import match
from demos.kit.words import ours
from demos.server import memory
from demos.server.files import read_legacy
from demos.server.guard import Pace, TrustedHosts, is_own
from demos.server.outside import Outside, add_options, read_options
from demos.server.page import localised
from tests.ordlab import LANGUAGES, write_languages
from tests.serving import ROOT, free_port

TINY_APP = """\
import time
from PIL import Image
from demos.kit.controls import Slider
from demos.kit.shows import Picture

CONTROLS = (Slider("level", 0, 255, 128, step=1),)
SHOWS = (Picture("square"),)

def answer(run, words, *, level):
    if level == 13:
        raise RuntimeError("secret: 13")
    if level == 14:
        time.sleep(2)
    return {"square": Image.new("RGB", (8, 8), (level,) * 3)}
"""
TINY_YML = """\
terms: {{tiny: }}
weights: [{weights}]
title: {{nb: Liten demo, en: Tiny demo, zh: 小演示}}
summary: {{nb: En flate., en: A square., zh: 方块。}}
try: {{nb: Dra i glidebryteren., en: Drag the slider., zh: 拖动滑块。}}
alt: {{nb: Grått, en: Grey, zh: 灰色}}
labels:
  level: {{nb: Nivå, en: Level, zh: 亮度}}
  square: {{nb: Flate, en: Square, zh: 方块}}
  square_alt: {{nb: En grå flate, en: A grey square, zh: 灰色方块}}
"""

JOIN = "/demos/tiny/nb/gradio_api/queue/join"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Running:
    port: int
    process: subprocess.Popen[str]
    first: Answer  # what the demo's address said before the demo was there
    first_status: dict[str, Any]

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | Iterator[bytes] | None = None,
        **headers: str,
    ) -> Answer:
        return ask(self.port, path, method, body, **headers)

    def click(self, level: int, session: str = "s", lang: str = "nb") -> Answer:
        body = {"data": ["", level], "fn_index": 0, "session_hash": session, "trigger_id": 1}
        return self.send(body, lang)

    def send(self, body: object, lang: str = "nb") -> Answer:
        address = JOIN.replace("/nb/", f"/{lang}/")
        return self.ask(address, "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"})

    def listen(self, session: str, lang: str = "nb") -> dict[str, Any]:
        """The message that ends what was clicked last in a session."""
        stream = self.ask(f"/demos/tiny/{lang}/gradio_api/queue/data?session_hash={session}").text
        messages = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: ")]
        done: dict[str, Any] = next(m for m in messages if m["msg"] == "process_completed")
        return done


def square(done: dict[str, Any]) -> Image.Image:
    """The picture in an answer: after the hidden field and the slider."""
    address = done["output"]["data"][2]["url"]
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")


def ask(
    port: int, path: str, method: str = "GET", body: bytes | Iterator[bytes] | None = None, **headers: str
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers, encode_chunked=not isinstance(body, bytes | None))
    answer = connection.getresponse()
    body_read = answer.read()
    connection.close()
    return Answer(answer.status, answer.headers, body_read)


def write_demos(root: Path) -> None:
    """Three demos: one that works, one whose weights are damaged, one whose `demo.yml` is broken."""
    for name, weights in {"tiny": "", "damaged": "damaged"}.items():
        (root / name).mkdir(parents=True)
        (root / name / "app.py").write_text(TINY_APP)
        (root / name / "demo.yml").write_text(TINY_YML.format(weights=weights), encoding="utf-8")
        (root / name / "still.webp").touch()
    (root / "damaged" / "weights").mkdir()
    (root / "damaged" / "weights" / "card.json").write_text("{}")
    (root / "broken").mkdir()
    (root / "broken" / "demo.yml").write_text("terms: [")


def write_site(site: Path) -> None:
    for path, title in {
        "index.html": "Hjem",
        "404.html": "Fant ikke",
        "en/404.html": "Not found",
        "zh/404.html": "找不到",
        "zh/glossary/x/index.html": "某词" * 600,
    }.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(f"<!doctype html><h1>{title}</h1>", encoding="utf-8")
    (site / "app.0123abcd.min.js").write_text("1")
    (site.parent / "outside.txt").write_text("outside")
    (site / "leads-outside.txt").symlink_to(site.parent / "outside.txt")
    legacy = {"what-is-x": {"nb": "glossary/x/", "en": "en/glossary/x/", "zh": "zh/glossary/x/"}}
    (site / "legacy.json").write_text(json.dumps(legacy))
    write_languages(site)


@contextmanager
def running(folder: Path, port: int | None = None) -> Iterator[Running]:
    """A server of its own process over the demos and the site in a folder, once everything has loaded."""
    port = port or free_port()
    code = (
        "import logging, sys; from pathlib import Path; from demos.server import serve;"
        "logging.basicConfig(level=logging.INFO, format='%(message)s');"
        f"folder = Path({str(folder)!r});"
        f"sys.exit(serve('127.0.0.1', {port}, folder / 'site', folder / 'demos' / 'apps'))"
    )
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: ask(port, "/healthz").status == 200, process)
        first, first_status = ask(port, "/demos/tiny/zh/"), ask(port, "/demos/status.json").json
        states = ("ready", "failed")
        wait_until(
            lambda: all(s["state"] in states for s in ask(port, "/demos/status.json").json.values()), process
        )
        yield Running(port, process, first, first_status)
    finally:
        process.kill()
        process.communicate()


def wait_until(holds: Any, process: subprocess.Popen[str], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()[1]
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError("the server did not get there")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    write_demos(folder / "demos" / "apps")
    write_site(folder / "site")
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Running]:
    with running(folder) as server:
        yield server


# Before the demos are there


def test_pages_are_served_while_demos_load(server: Running) -> None:
    assert server.first_status["tiny"] == {"state": "loading", "device": "cpu"}
    assert server.first.status == 503
    assert '<html lang="zh-Hans">' in server.first.text
    assert ours()["loading"]["zh"] in server.first.text
    assert 'http-equiv="refresh"' in server.first.text


def test_one_failing_demo_takes_no_other_down(server: Running) -> None:
    states = {name: demo["state"] for name, demo in server.ask("/demos/status.json").json.items()}
    assert states == {"tiny": "ready", "damaged": "failed", "broken": "failed"}


def test_a_failed_demo_says_so_in_the_language_of_the_page(server: Running) -> None:
    answer = server.ask("/demos/damaged/nb/")
    assert answer.status == 503
    assert ours()["failed"]["nb"] in answer.text
    assert "refresh" not in answer.text
    assert "Traceback" not in answer.text


# Where addresses lead


def test_health_and_status_are_never_kept(server: Running) -> None:
    assert server.ask("/healthz").json == {"status": "ok"}
    for path in ("/healthz", "/demos/status.json"):
        assert server.ask(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "accepts", "to"),
    [
        ("/demos/tiny", "", "./tiny/"),
        ("/demos/tiny?lang=zh", "", "./tiny/?lang=zh"),
        ("/demos/tiny/nb", "", "./nb/"),
        ("/demos/tiny/?lang=zh&__theme=dark", "", "zh/?lang=zh&__theme=dark"),
        ("/demos/tiny/", "zh-CN,zh;q=0.9", "zh/"),
        ("/demos/tiny/", "de, no;q=0.5, en;q=0.3", "nb/"),
        ("/demos/tiny/?lang=xx", "", "nb/?lang=xx"),
        ("/zh/glossary/x", "", "./x/"),
        ("/zh/glossary/x?h=%E8%AF%8D", "", "./x/?h=%E8%AF%8D"),
    ],
)
def test_an_address_leads_on_by_a_relative_one(server: Running, path: str, accepts: str, to: str) -> None:
    """Only the browser knows what a proxy has put in front of the path."""
    answer = server.ask(path, **{"Accept-Language": accepts})
    assert (answer.status, answer.headers["Location"]) == (307, to)


@pytest.mark.parametrize(
    ("query", "to"),
    [
        ("doc=what-is-x", "./glossary/x/"),
        ("doc=what-is-x&lang=zh", "./zh/glossary/x/"),
        ("lang=en&doc=what-is-x", "./en/glossary/x/"),
        ("doc=what-is-x&lang=no", "./glossary/x/"),
    ],
)
def test_old_addresses_lead_to_the_new_pages(server: Running, query: str, to: str) -> None:
    answer = server.ask(f"/docs.php?{query}")
    assert (answer.status, answer.headers["Location"]) == (301, to)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/nothing", "Fant ikke"),
        ("/en/nothing/", "Not found"),
        ("/zh/glossary/y/", "找不到"),
        ("/docs.php?doc=nothing", "Fant ikke"),
        ("/docs.php?doc=nothing&lang=en", "Not found"),
        ("/docs.php", "Fant ikke"),
        ("/demos/nothing/?lang=zh", "找不到"),
        ("/demos/tiny/de/", "Fant ikke"),
        ("/demos/tiny/en/nothing", "Not found"),
        ("/%2e%2e/%2e%2e/etc/passwd", "Fant ikke"),
    ],
)
def test_what_is_not_there_is_said_in_the_language_of_the_address(
    server: Running, path: str, title: str
) -> None:
    answer = server.ask(path)
    assert (answer.status, title in answer.text) == (404, True), answer.text


# A demo's page


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_a_demo_speaks_the_language_of_its_address(server: Running, lang: str) -> None:
    answer = server.ask(f"/demos/tiny/{lang}/?__theme=dark", **{"Accept-Language": "de"})
    assert answer.status == 200
    assert f'<html\n\tlang="{LANGUAGES[lang].html}"' in answer.text
    head = answer.text[answer.text.index("<head>") :]
    assert head.startswith("<head><script>"), "Gradio reads navigator.language in its first script"
    assert f'"locale": "{"zh-CN" if lang == "zh" else lang}"' in head
    assert ours()["reset"][lang] in head
    config = json.loads(re.search(r"window\.gradio_config = (.*?);</script>", answer.text)[1])  # type: ignore[index]
    labels = {c["props"].get("label") for c in config["components"]}
    assert {"nb": "Nivå", "en": "Level", "zh": "亮度"}[lang] in labels
    assert {"nb": "Dra i", "en": "Drag", "zh": "拖动"}[lang] in answer.text


def test_a_demo_shares_its_scripts_with_all_others_for_ever(server: Running) -> None:
    page = server.ask("/demos/tiny/nb/").text
    assert '"./assets/' not in page
    assert "manifest.json" not in page
    name = re.search(r'src="../../_assets/(index-[\w-]+\.js)"', page)
    assert name is not None
    asset = server.ask(f"/demos/_assets/{name[1]}", **{"Accept-Encoding": "gzip"})
    assert asset.status == 200
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Encoding"] == "gzip"


def test_a_gradio_that_changed_its_page_is_noticed() -> None:
    """Everything the page is changed by must still be there to change."""
    page = '<html lang="en"><head><link rel="manifest" href="/manifest.json" /><script src="./assets/a.js">'
    changed = localised(page, LANGUAGES["zh"], "a < b")
    assert 'lang="zh-Hans"' in changed
    assert '"zh-CN"' in changed
    assert "<title>a &lt; b</title>" in changed
    assert "manifest" not in changed
    assert 'src="../../_assets/a.js"' in changed


# Clicks


def test_a_click_is_answered_with_a_picture(server: Running) -> None:
    assert server.click(40, "one").status == 200
    dark = square(server.listen("one"))
    assert server.click(200, "two").status == 200
    bright = square(server.listen("two"))
    assert dark.getpixel((4, 4)) < bright.getpixel((4, 4))


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_an_error_is_one_sentence_in_the_language_of_the_page(server: Running, lang: str) -> None:
    server.click(13, f"bad-{lang}", lang)
    output = server.listen(f"bad-{lang}", lang)["output"]
    assert output["error"] == ours()["error"][lang]
    assert output["title"] == ours()["error_title"][lang]
    assert "secret" not in json.dumps(output)


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
@pytest.mark.parametrize("value", [99_999, -1, {"path": "/etc/passwd"}, "much", True, ["deep"]])
def test_a_value_that_is_none_is_refused_in_the_language_of_the_page(
    server: Running, value: object, lang: str
) -> None:
    session = uuid4().hex
    server.send({"data": ["", value], "fn_index": 0, "session_hash": session, "trigger_id": 1}, lang)
    done = server.listen(session, lang)
    assert not done["success"]
    label = {"nb": "Nivå", "en": "Level", "zh": "亮度"}[lang]
    assert done["output"]["error"] == ours()["limits"][lang].format(label=label, low=0, high=255)
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


def test_a_full_queue_says_so_in_the_language_of_the_page(server: Running) -> None:
    answers = [server.click(14, f"wait-{n}", "zh") for n in range(20)]
    full = next(answer for answer in answers if answer.status != 200)
    assert (full.status, full.json) == (429, {"detail": ours()["busy"]["zh"]})
    assert full.headers["Retry-After"]


# Strangers


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


@pytest.mark.parametrize("body", [b"x" * 200_000, iter([b"x" * 50_000] * 4)], ids=["declared", "chunked"])
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


# Odd requests


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
        "/demos",
        "/demos/",
        "/demos/%00/",
        "/demos/tiny/%2e%2e/",
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


# Many readers


def test_readers_who_click_at_the_same_time_each_get_their_own_answer(server: Running) -> None:
    def click(n: int) -> tuple[int, tuple[int, ...]]:
        lang = ("nb", "en")[n % 2]
        assert server.click(n * 9, session=f"crowd-{n}", lang=lang).status == 200
        done = server.listen(f"crowd-{n}", lang)
        assert done["success"]
        return n, square(done).getpixel((4, 4))

    with ThreadPoolExecutor(12) as readers:
        shades = dict(readers.map(click, range(24)))
    assert all(abs(shade[0] - n * 9) <= 4 for n, shade in shades.items())


def test_a_reader_who_leaves_does_not_hold_up_the_next(server: Running) -> None:
    server.click(14, session="gone")  # takes two seconds
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        address = "/demos/tiny/nb/gradio_api/queue/data?session_hash=gone"
        connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
    server.click(99, session="next")
    assert server.listen("next")["success"]


# The site's files


def test_a_site_that_is_built_again_is_served_as_it_is_now(server: Running, folder: Path) -> None:
    page = folder / "site" / "en" / "new" / "index.html"
    assert server.ask("/en/new/").status == 404
    page.parent.mkdir()
    page.write_text("<h1>New</h1>")
    assert server.ask("/en/new/").text == "<h1>New</h1>"
    page.unlink()
    page.parent.rmdir()
    assert server.ask("/en/new/").status == 404


@pytest.mark.parametrize("text", ["{", "\ufeff", ""])
def test_a_damaged_list_of_old_addresses_is_one_sentence_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    (tmp_path / "legacy.json").write_text(text, encoding="utf-8")
    assert read_legacy(tmp_path) == {}
    assert "Build the site again" in caplog.text


def test_pages_are_asked_for_each_time_and_hashed_files_never_again(server: Running) -> None:
    page = server.ask("/")
    assert page.headers["Cache-Control"] == "no-cache"
    again = server.ask("/", **{"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert "immutable" in server.ask("/app.0123abcd.min.js").headers["Cache-Control"]


def test_pages_are_compressed_for_those_who_can_read_it(server: Running) -> None:
    path = "/zh/glossary/x/"
    plain, packed = server.ask(path), server.ask(path, **{"Accept-Encoding": "gzip"})
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)


# Parts


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


# Starting and stopping


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_even_while_loading(folder: Path, number: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "demos", "serve", "--port", str(port), "--site", str(folder / "site")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: ask(port, "/healthz").status == 200, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}/" in said


def test_it_leaves_nothing_behind(folder: Path) -> None:
    before = set(folder.glob("ordlab-*"))  # another test's server may be running
    with running(folder) as server:
        (made,) = set(folder.glob("ordlab-*")) - before
        server.process.send_signal(signal.SIGINT)
        _, said = server.process.communicate(timeout=60)
    assert server.process.returncode == 0
    assert "Traceback" not in said
    assert "damaged" in said
    assert "card.json is not a card" in said
    assert not made.exists()


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--trusted-host", "https://docs.example.org"], {}, "“https://docs.example.org” is not a host name"),
        (["--trusted-host", "docs.example.org:8000"], {}, "leave out https:// and the port"),
        ([], {"ORDLAB_TRUSTED_HOSTS": "a.example, b/c"}, "ORDLAB_TRUSTED_HOSTS: “b/c” is not a host name"),
        (["--root-path", "docs"], {}, "“docs” is not a path such as /docs/ordlab"),
        ([], {"ORDLAB_ROOT_PATH": "//evil.example"}, "ORDLAB_ROOT_PATH: “//evil.example” is not a path"),
        (["--forwarded-allow-ips", "127.0.0.1,proxy"], {}, "“proxy” is not an address or network"),
        ([], {"FORWARDED_ALLOW_IPS": "10.0.0.1/8"}, "FORWARDED_ALLOW_IPS: “10.0.0.1/8” is not"),
        (["--frame-ancestor", "huggingface.co"], {}, "“huggingface.co” is not an origin such as https://"),
    ],
)
def test_an_option_that_makes_no_sense_is_explained(
    arguments: list[str], environment: dict[str, str], said: str
) -> None:
    done = serve_briefly(*arguments, **environment)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_options_come_from_the_command_line_else_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDLAB_TRUSTED_HOSTS", "A.example, *.b.example")
    monkeypatch.setenv("ORDLAB_ROOT_PATH", "/docs/")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "172.16.0.0/12")
    monkeypatch.setenv("ORDLAB_FRAME_ANCESTORS", "https://huggingface.co")
    parser = ArgumentParser()
    add_options(parser)
    assert read_options(parser.parse_args([])) == Outside(
        ("a.example", "*.b.example"), "/docs", "172.16.0.0/12", ("https://huggingface.co",)
    )
    given = parser.parse_args(
        ["--trusted-host", "c.example", "--trusted-host", "d.example", "--root-path", "/e"]
    )
    assert read_options(given).trusted_hosts == ("c.example", "d.example")
    assert read_options(given).root_path == "/e"


def serve_briefly(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demos", "serve", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


def test_a_site_that_was_not_built_is_one_sentence(tmp_path: Path) -> None:
    done = serve_briefly("--site", str(tmp_path))
    assert done.returncode == 1
    assert (
        done.stderr
        == f"There is no site in “{tmp_path}”. Build it with “make site”, or name its folder with --site.\n"
    )


def test_a_port_in_use_is_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve_briefly("--site", str(folder / "site"), PORT=port)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}: Address already in use" in done.stderr


def test_a_port_that_is_none_is_one_sentence() -> None:
    done = serve_briefly("--port", "http")
    assert done.returncode == 2
    assert "“http” is not a port" in done.stderr
    assert "Traceback" not in done.stderr


# Memory


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, int]] = []

    class Library:
        def malloc_trim(self, keep: int) -> None:
            called.append(("malloc_trim", keep))

        def mallopt(self, what: int, value: int) -> None:
            called.append((f"mallopt {what}", value))

    monkeypatch.setattr(memory, "glibc", Library)
    memory.share_arenas(3)
    memory.give_back()
    assert called == [("mallopt -8", 3), ("malloc_trim", 0)]


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(memory.ctypes, "CDLL", missing)
    assert memory.glibc() is None
    memory.share_arenas()
    memory.give_back()


def test_freed_memory_goes_back_to_the_system() -> None:
    """Many small blocks, all freed but the last, stay with glibc until it is asked."""
    if memory.glibc() is None:
        pytest.skip("no glibc")
    code = (
        "import os; from demos.server.memory import give_back\n"
        "def used(): return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGESIZE')\n"
        "blocks = [bytearray(4000) for _ in range(20_000)]; last = bytearray(4000)\n"
        "del blocks; before = used(); give_back(); print(before - used())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000

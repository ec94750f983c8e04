"""A real server over three tiny demos and a tiny site, and what tests ask it."""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.ordlab import write_languages
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
    if level == 14 or 20 <= level < 40:
        time.sleep(2)
    return {"square": Image.new("RGB", (8, 8), (int(level),) * 3)}
"""
COUNTING_APP = """\
import time
from pathlib import Path
from demos.kit.controls import Integer
from demos.kit.shows import Text

CONTROLS = (Integer("count", 2, 1, 1000),)
SHOWS = (Text("number"),)
made = Path(__file__).with_name("made.txt")  # what tests see of its work

def answer(run, words, *, count):
    try:
        for number in range(count):
            with made.open("a") as log:
                log.write(f"{count}:{number}\\n")
            time.sleep(0.05)
            yield {"number": str(number)}
    finally:
        with made.open("a") as log:
            log.write(f"{count}:end\\n")
"""
CLIMB_APP = """\
import time
from pathlib import Path
from demos.kit.controls import Action, Hidden, Number
from demos.kit.runs import live_tab
from demos.kit.shows import Text

made = Path(__file__).with_name("made.txt")  # what tests see of its work

START = {"steps": 0}

class Climb:
    moves = ("steps",)

    def __init__(self, state):
        self.pace, self.height, self.steps = state["pace"], 0, 0

    def restore(self, state):
        while self.steps < state["steps"]:
            self.step()
            yield

    def update(self, state):
        self.pace = state["pace"]

    def step(self):
        self.height += self.pace
        self.steps += 1

    def advance(self, once):
        for _ in range(1 if once else 2):
            self.step()
        with made.open("a") as log:
            log.write(f"{self.pace}\\n")
        return 0.01

    @property
    def moved(self):
        return {"steps": min(self.steps, 100)}

    def shown(self, words):
        return {"height": words("height", height=self.height, steps=self.steps)}

TABS = (
    live_tab(
        "",
        (Number("pace", 1, 1, 1000), Action("start_over", lambda _: START), Hidden("steps", 0, 0, 100)),
        (Text("height"),),
        Climb,
    ),
)
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
  count: {{nb: Antall, en: Count, zh: 数量}}
  number: {{nb: Tall, en: Number, zh: 数字}}
  pace: {{nb: Fart, en: Pace, zh: 速度}}
  start_over: {{nb: Forfra, en: Again, zh: 重来}}
  steps: {{nb: Steg, en: Steps, zh: 步数}}
  height: {{nb: "{{height}}", en: "{{height}}", zh: "{{height}}"}}
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
    first_status: dict[str, Any]  # before anything was asked for
    first: Answer  # what the demo's page said when it was first asked for

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | Iterator[bytes] | None = None,
        **headers: str,
    ) -> Answer:
        return ask(self.port, path, method, body, **headers)

    def page(self, lang: str, query: str = "") -> dict[str, Any]:
        """Gradio's configuration in the tiny demo's page, once that is open."""
        address = f"/demos/tiny/{lang}/{query}"
        wait_until(lambda: self.ask(address).status == 200, self.process)
        found = re.search(r"window\.gradio_config = (.*?);</script>", self.ask(address).text)
        assert found is not None
        config: dict[str, Any] = json.loads(found[1])
        return config

    def click(self, value: object, session: str = "s", lang: str = "nb", demo: str = "tiny") -> Answer:
        """Send a demo's only control, as its page does, with nothing on screen."""
        body = {"data": ["", value], "fn_index": 0, "session_hash": session, "trigger_id": None}
        return self.send(body, lang, demo)

    def send(self, body: object, lang: str = "nb", demo: str = "tiny") -> Answer:
        address = JOIN.replace("/tiny/nb/", f"/{demo}/{lang}/")
        return self.ask(address, "POST", json.dumps(body).encode(), **{"Content-Type": "application/json"})

    def listen(self, session: str, lang: str = "nb", demo: str = "tiny") -> dict[str, Any]:
        """The message that ends what was clicked first in a session."""
        return next(m for m in self.messages(session, lang, demo) if m["msg"] == "process_completed")

    def messages(self, session: str, lang: str = "nb", demo: str = "tiny") -> list[dict[str, Any]]:
        """All that is sent to a session until everything clicked in it is done."""
        stream = self.ask(f"/demos/{demo}/{lang}/gradio_api/queue/data?session_hash={session}").text
        return [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: ")]


def ask(
    port: int, path: str, method: str = "GET", body: bytes | Iterator[bytes] | None = None, **headers: str
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers, encode_chunked=not isinstance(body, bytes | None))
    answer = connection.getresponse()
    body_read = answer.read()
    connection.close()
    return Answer(answer.status, answer.headers, body_read)


def picture(done: Mapping[str, Any]) -> Image.Image:
    """The picture in an answer, whose address holds its bytes."""
    parts = [part for part in done["output"]["data"] if isinstance(part, dict) and part.get("url")]
    return decoded(parts[0]["url"])


def decoded(address: str) -> Image.Image:
    kind, _, data = address.partition(";base64,")
    assert kind.startswith("data:image/")
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def write_demos(root: Path) -> None:
    """Five demos: one that works, one that streams, one that is live, one with damaged weights, and a faulty
    `demo.yml`."""
    apps = {"tiny": TINY_APP, "counting": COUNTING_APP, "climb": CLIMB_APP, "damaged": TINY_APP}
    for name, weights in {"tiny": "", "counting": "", "climb": "", "damaged": "damaged"}.items():
        (root / name).mkdir(parents=True)
        (root / name / "app.py").write_text(apps[name])
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
def running(
    folder: Path, set_up: str = "", *, port: int | None = None, **options: object
) -> Iterator[Running]:
    """A server in a process of its own over a folder's demos and site, once the tiny demo is open everywhere.

    `set_up` is code that it runs first; `options` go to `serve`: by default, it has one worker.
    """
    options = {"workers": 1, **options}
    port = port or free_port()
    code = (
        "import logging, sys; from pathlib import Path; from demos.server import serve\n"
        "logging.basicConfig(level=logging.INFO, format='%(message)s')\n"
        f"{set_up}\n"
        f"folder = Path({str(folder)!r})\n"
        f"sys.exit(serve('127.0.0.1', {port}, folder / 'site', folder / 'demos' / 'apps', **{options!r}))"
    )
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: ask(port, "/healthz").status == 200, process)
        first_status, first = ask(port, "/demos/status.json").json, ask(port, "/demos/tiny/zh/")
        for lang in ("zh", "nb", "en"):
            wait_until(lambda: ask(port, f"/demos/tiny/{lang}/").status == 200, process)  # noqa: B023
        yield Running(port, process, first_status, first)
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

"""What one press of a demo's main button costs: the handler alone, through the server, and in the browser.

The button is the demo's first one marked primary; its inputs are the values that the demo opens with.
"""

from __future__ import annotations

import importlib
import json
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from playwright.sync_api import Page, sync_playwright

from demos.kit.registry import Demo, load_demos
from tests.conftest import CHROMIUM_FLAGS, system_chromium
from tests.serving import read, serve

PRESSES, WARM_UP = 40, 3
LANG = "en"


@dataclass(frozen=True)
class Press:
    """One event of a demo as its page describes it: what a click on `button` sends."""

    button: str
    fn_index: int
    inputs: list[Any]


def main_press(config: dict[str, Any]) -> Press:
    components = {part["id"]: part for part in config["components"]}
    for dependency in config["dependencies"]:
        for target, event in dependency["targets"]:
            props = components[target]["props"] if target in components else {}
            if event == "click" and props.get("variant") == "primary":
                inputs = [components[id]["props"].get("value") for id in dependency["inputs"]]
                return Press(str(props["value"]), dependency["id"], inputs)
    raise ValueError("the demo has no primary button")


def times(act: Callable[[], object]) -> list[float]:
    """Milliseconds of each of `PRESSES` runs, after a warm-up."""
    for _ in range(WARM_UP):
        act()
    found = []
    for _ in range(PRESSES):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return found


def direct(demo: Demo) -> list[float]:
    blocks = importlib.import_module(f"demos.{demo.name}.app").build(demo, LANG)
    press = main_press(blocks.get_config_file())
    handler = blocks.fns[press.fn_index].fn
    return times(lambda: handler(*press.inputs))


def through_server(url: str) -> list[float]:
    """The queue protocol that Gradio's own page speaks: join, then read events until the answer."""
    press = main_press(json.loads(read(f"{url}/config")))

    def act() -> None:
        session = uuid4().hex[:11]
        body = {"data": press.inputs, "fn_index": press.fn_index, "session_hash": session}
        headers = {"Content-Type": "application/json"}
        join = urllib.request.Request(f"{url}/gradio_api/queue/join", json.dumps(body).encode(), headers)
        urllib.request.urlopen(join, timeout=30).close()
        for event in events(f"{url}/gradio_api/queue/data?session_hash={session}"):
            if event["msg"] == "process_completed":
                assert event["success"], event
                return

    return times(act)


def events(url: str) -> Iterator[dict[str, Any]]:
    with urllib.request.urlopen(url, timeout=30) as stream:
        for line in stream:
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


def in_browser(page: Page, url: str) -> list[float]:
    """From the click to the moment when a new picture has been decoded."""
    press = main_press(json.loads(read(f"{url}/config")))
    page.goto(f"{url}/")
    page.locator("main img").first.wait_for()
    button = page.get_by_role("button", name=press.button, exact=True)

    def act() -> None:
        page.evaluate(
            """() => { window.changed = new Promise(done => {
                const watch = new MutationObserver(changes => {
                    const images = changes.map(c => c.target).filter(t => t.tagName === "IMG");
                    if (images.length) { watch.disconnect(); images[0].decode().then(done, done); }
                });
                watch.observe(document.body, {subtree: true, attributes: true, attributeFilter: ["src"]});
            }); }"""
        )
        button.click()
        page.evaluate("window.changed.then(() => true)")

    return times(act)


def show(name: str, milliseconds: list[float]) -> None:
    p50 = statistics.median(milliseconds)
    p95 = statistics.quantiles(milliseconds, n=20)[-1]
    print(f"{name:40}{p50:8.0f}{p95:8.0f}")


def main(site: Path) -> None:
    print(f"{'ms':40}{'p50':>8}{'p95':>8}")
    demos = load_demos()
    with serve(site) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(locale="en-GB")
        for demo in demos.values():
            url = f"{server.url}/demos/{demo.name}/{LANG}"
            show(f"{demo.name}: through the server", through_server(url))
            show(f"{demo.name}: in the browser", in_browser(page, url))
        browser.close()
        memory = psutil.Process(server.pid).memory_info().rss / 1e6
        print(f"memory of the server after {len(demos)} demos were used: {memory:.0f} MB")
    for demo in demos.values():
        show(f"{demo.name}: the handler alone", direct(demo))

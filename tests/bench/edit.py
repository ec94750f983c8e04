"""How soon `mkdocs serve` answers with a page after its concept was saved: real server, real requests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.serving import free_port

EDITS = 3
PATIENCE = 3600


def main(folder: Path) -> None:
    """Edit a few definitions, one after the other, and ask for what changes with each: the page at once, then
    the search, and at last a download. Wall time counts here, because waiting is part of it."""
    paths = sorted((folder / "glossary" / "terms").glob("*.yml"))[:EDITS]
    took: dict[str, list[tuple[float, float]]] = {"the page": [], "the search": [], "a download": []}
    with serving(folder / "ours.yml") as (url, process):
        for path in paths:
            page = f"{url}/glossary/{path.stem}/"
            took["the page"].append(cost(process, lambda path=path, page=page: served_after(path, page)))
            took["the search"].append(cost(process, lambda: read(f"{url}/search/names.json")))
        took["a download"].append(cost(process, lambda: read(f"{url}/downloads/glossary.csv")))
        memory = process.memory_info().rss / 1e6
    for what, costs in took.items():
        seconds, used = map(min, zip(*costs, strict=True))
        label = f"after one edit: {what} is served"
        print(f"  {label:36}{seconds:9.2f} s{memory:8.0f} MB  wall time; {used:.2f} s CPU", flush=True)


def cost(process: psutil.Process, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of waiting, and of the server's processor, that something takes."""
    before, started = sum(process.cpu_times()[:2]), time.monotonic()
    work()
    return time.monotonic() - started, sum(process.cpu_times()[:2]) - before


def served_after(path: Path, url: str) -> None:
    """Save a changed definition, and wait for the end of the response that has it."""
    words = f"changed at {time.monotonic_ns()}"
    text = path.read_text("utf-8").replace("definition: ", f"definition: {words} ", 1)
    started = time.monotonic()
    path.write_text(text, "utf-8")
    while words not in read(url):
        if time.monotonic() - started > PATIENCE:
            raise SystemExit(f"{url} was never served anew")
        time.sleep(0.02)


@contextmanager
def serving(config_file: Path) -> Iterator[tuple[str, psutil.Process]]:
    """`mkdocs serve` on a free port, once it answers."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "-f", str(config_file), "-a", address]
    server = subprocess.Popen(command, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    try:
        while not read(f"http://{address}/"):
            if server.poll() is not None:
                raise SystemExit(f"mkdocs serve ended with {server.returncode}")
            time.sleep(0.1)
        yield f"http://{address}", psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def read(url: str) -> str:
    """The page, or nothing while the server does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return str(response.read().decode("utf-8"))
    except (ConnectionError, OSError):
        return ""

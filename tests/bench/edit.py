"""How soon `mkdocs serve` answers with a page after its concept was saved: real server, real requests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

EDITS = 3
PATIENCE = 3600


def main(folder: Path) -> None:
    """Edit a few definitions, one after the other; wall time counts here, because waiting is part of it."""
    paths = sorted((folder / "glossary" / "terms").glob("*.yml"))[:EDITS]
    with serving(folder / "ours.yml") as (url, process):
        seconds, used = [], []
        for path in paths:
            before = process.cpu_times().user + process.cpu_times().system
            seconds.append(served_after(path, f"{url}/glossary/{path.stem}/"))
            used.append(process.cpu_times().user + process.cpu_times().system - before)
        memory = process.memory_info().rss / 1e6
    label = "after one edit: the page is served"
    print(f"  {label:36}{min(seconds):9.2f} s{memory:8.0f} MB  wall time; {min(used):.2f} s CPU", flush=True)


def served_after(path: Path, url: str) -> float:
    """Seconds from saving a changed definition to the end of the response that has it."""
    words = f"changed at {time.monotonic_ns()}"
    text = path.read_text("utf-8").replace("definition: ", f"definition: {words} ", 1)
    started = time.monotonic()
    path.write_text(text, "utf-8")
    while words not in read(url):
        if time.monotonic() - started > PATIENCE:
            raise SystemExit(f"{url} was never served anew")
        time.sleep(0.02)
    return time.monotonic() - started


@contextmanager
def serving(config_file: Path) -> Iterator[tuple[str, psutil.Process]]:
    """`mkdocs serve` on a free port, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
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

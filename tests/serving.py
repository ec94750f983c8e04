"""Start the real server for a test or a benchmark, and stop it cleanly."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    url: str  # without a slash at the end
    pid: int


PORTS = range(10_000, 32_000)  # below those that the system gives to outgoing connections at any moment
given: set[int] = set()


def free_port() -> int:
    """A port on which nothing listens, never the same one twice; not foreseeable, for several workers ask."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        if port not in given and is_free(port):
            given.add(port)
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Poll until `url` answers 200; raises RuntimeError if the process ends first or time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        try:
            read(url)
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"no answer from {url} in {seconds} s")


def open_demo(server: Server, name: str, lang: str, seconds: float = 120) -> None:
    """Let the server open a demo. Until it has, its address answers 202, with a page that says so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"{server.url}/demos/{name}/{lang}/", timeout=10) as got,
        ):
            if got.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the demo {name} did not open in {seconds} s")


def wait_for_demos(url: str, seconds: float = 240) -> dict[str, dict[str, str]]:
    """Poll until no demo is loading any more; returns what /demos/status.json says then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        states: dict[str, dict[str, str]] = json.loads(read(f"{url}/demos/status.json"))
        if states and all(demo["state"] != "loading" for demo in states.values()):
            return states
        time.sleep(0.2)
    raise RuntimeError(f"demos still loading after {seconds} s")


@contextmanager
def serve(
    site: Path,
    *options: str,
    ready: bool = True,
    env: dict[str, str] | None = None,
    folder: Path = ROOT,
) -> Iterator[Server]:
    """`python -m demos serve` in a project's folder; with `ready`, once every demo has loaded."""
    port = free_port()
    command = [sys.executable, "-m", "demos", "serve", "--port", str(port), "--site", str(site), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    process = subprocess.Popen(command, cwd=folder, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/healthz", process)
        if ready:
            wait_for_demos(url)
        yield Server(url, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

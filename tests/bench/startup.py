"""How soon pages answer, how soon demos do, and what memory the server takes."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.serving import read, serve, wait_for_demos


def megabytes(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1e6


def main(site: Path) -> None:
    start = time.perf_counter()
    with serve(site, ready=False) as server:
        read(f"{server.url}/")
        first_page = time.perf_counter() - start
        bare = megabytes(server.pid)
        wait_for_demos(server.url)
        demos = time.perf_counter() - start
        print(f"{'first page answered':34}{first_page:8.2f} s {bare:8.0f} MB")
        print(f"{'every demo ready':34}{demos:8.2f} s {megabytes(server.pid):8.0f} MB")
        print(f"ratio of the two times: {demos / first_page:.1f}")

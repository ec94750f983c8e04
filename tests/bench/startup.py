"""How soon after `serve` starts a page answers and a demo can be used, and the memory it takes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.bench.load import Usage, languages_of, pages_of
from tests.bench.machine import show
from tests.bench.reader import first_use, reader
from tests.serving import read, serve


def main(site: Path) -> None:
    start = time.perf_counter()
    with serve(site, ready=False) as server:
        read(f"{server.url}/")
        show("first page answered", time.perf_counter() - start, "s")
        usage = Usage(server.pid)
        show("memory then", usage.megabytes(), "MB")
        first, *more = pages_of(server.url, languages_of(site))
        asyncio.run(use(first))
        show("first demo's first press answered", time.perf_counter() - start, "s", "<= 8 s")
        show("memory then", usage.megabytes(), "MB")
        asyncio.run(use(*more))
        show("every demo used in every language", time.perf_counter() - start, "s")
        show("memory then", usage.megabytes(), "MB")


async def use(*pages: str) -> None:
    """Open each page as soon as it is there, and press its main button, or else ask for its first answer.

    Raises TimeoutError, ValueError.
    """
    async with reader() as one:
        for page in pages:
            await one.open_when_ready(page)
            press = await one.press(first_use(one.config), watched=0)
            if press.outcome != "answered":
                raise ValueError(f"{page}: the first press was {press.outcome}: {press.why}")

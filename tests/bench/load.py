"""Many readers at once, each from a loopback address of their own, on every demo in every language.

    python -m tests.bench.load [--readers 20 100 200] [--minutes 1] [--site site | --url URL --pid PID]

A reader opens a demo, does something with it, thinks for 2 to 6 s, does something else, and after a while
goes on to another demo. What streams, such as training, is watched for 2 to 6 s, and then left; its first
part counts as the answer. Half of what they do is to press the main button. The readers share the machine
with the server: what they take of it is printed too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from itertools import chain, product
from pathlib import Path

import psutil

from demos.server.memory import in_use
from tests.bench.machine import machine, percentile, show
from tests.bench.reader import Press, Reader, reader
from tests.serving import ROOT, Server, read, serve

READERS = (20, 100, 200)
FIRST_ADDRESS = IPv4Address("127.0.0.2")
THINKING = (2.0, 6.0)  # seconds
PRESSES_PER_PAGE = (4, 12)
REST = 10  # seconds over which the server at rest is watched
BARS = {100: "< 2 s"}  # p95 of so many readers


@dataclass
class Seen:
    """What happened to all the readers of a run."""

    presses: list[tuple[str, Press]] = field(default_factory=list)  # with the demo
    pages: list[float] = field(default_factory=list)  # seconds
    faults: Counter[str] = field(default_factory=Counter)


class Usage:
    """Processor time and memory of a process and its children. Of a child that has ended, what it had used
    when it was last looked at counts."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)
        self.seconds: dict[psutil.Process, float] = {}
        self.restart()

    def restart(self) -> None:
        self.started, self.used = time.monotonic(), self.cpu_seconds()

    def cpu_seconds(self) -> float:
        self.seconds |= {process: sum(process.cpu_times()[:2]) for process in self.family()}
        return sum(self.seconds.values())

    def share(self) -> float:
        """Percent of one core since the last `restart`."""
        return 100 * (self.cpu_seconds() - self.used) / (time.monotonic() - self.started)

    def megabytes(self) -> float:
        return in_use(self.process) / 1e6

    def family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


async def run(pages: Sequence[str], count: int, seconds: float, usage: Usage) -> Seen:
    """`count` readers for so many seconds; what they still wait for at the end is waited for."""
    seen, end = Seen(), time.monotonic() + seconds
    watching = asyncio.create_task(watch(usage, seconds))
    addresses = (str(FIRST_ADDRESS + n) for n in range(count))
    await asyncio.gather(*(read_on(pages, address, n, end, seen) for n, address in enumerate(addresses)))
    watching.cancel()
    return seen


async def read_on(pages: Sequence[str], address: str, seed: int, end: float, seen: Seen) -> None:
    dice = random.Random(seed)
    await asyncio.sleep(dice.uniform(0, max(THINKING)))
    async with reader(address, seed) as one:
        while time.monotonic() < end:
            try:
                seen.pages.append(await one.open(dice.choice(pages)))
            except (OSError, ValueError, TimeoutError) as error:
                seen.faults[f"page: {type(error).__name__}: {error}"] += 1
                await asyncio.sleep(dice.uniform(*THINKING))
            else:
                await use(one, dice, end, seen)


async def use(one: Reader, dice: random.Random, end: float, seen: Seen) -> None:
    """Some presses on one page, with thinking before each."""
    for _ in range(dice.randint(*PRESSES_PER_PAGE)):
        await asyncio.sleep(dice.uniform(*THINKING))
        if time.monotonic() >= end:
            return
        press = await one.press(one.choose(), dice.uniform(*THINKING))
        demo = one.url.split("/demos/")[1].split("/")[0]
        seen.presses.append((demo, press))
        if press.why:
            seen.faults[f"{demo}: {press.outcome}: {press.why}"] += 1
        if one.left:
            return


async def watch(usage: Usage, seconds: float) -> None:
    """In a long run, say once a minute what memory the server takes."""
    for minute in range(1, int(seconds // 60)):
        await asyncio.sleep(60)
        show(f"memory after {minute} min", usage.megabytes(), "MB")


def at_rest(usage: Usage) -> float:
    """Percent of a core that the server takes while nobody asks for anything."""
    usage.restart()
    time.sleep(REST)
    return usage.share()


def measure(pages: Sequence[str], count: int, seconds: float, usage: Usage) -> None:
    print(f"\n{count} readers for {seconds:.0f} s", flush=True)
    own, before = time.process_time(), usage.megabytes()
    usage.restart()
    started = time.monotonic()
    seen = asyncio.run(run(pages, count, seconds, usage))
    took = time.monotonic() - started
    busy, mine = usage.share(), 100 * (time.process_time() - own) / took
    outcomes = Counter(press.outcome for _, press in seen.presses)
    waits: dict[str, list[float]] = {}
    for demo, press in seen.presses:
        if press.outcome == "answered":
            waits.setdefault(demo, []).append(press.seconds)
    show("answers per second", outcomes["answered"] / took, "1/s")
    for percent in (50, 95, 99):
        bar = BARS.get(count, "") if percent == 95 else ""
        show(f"answer after, p{percent}", percentile([*chain(*waits.values())], percent), "s", bar)
    for demo, seconds in sorted(waits.items()):
        show(f"  {demo}, p95 of {len(seconds)}", percentile(seconds, 95), "s")
    show("page with its pictures after, p95", percentile(seen.pages, 95), "s")
    show("answers", outcomes["answered"], "")
    show("polite refusals", outcomes["refused"], "")
    show("failures", seen.faults.total() - outcomes["refused"], "", "0")
    show("memory before", before, "MB")
    show("memory after", usage.megabytes(), "MB")
    show("processor, server", busy, "% of a core")
    show("processor, server, for each answer", 10 * busy * took / max(1, outcomes["answered"]), "ms")
    show("processor, all these readers", mine, "% of a core")
    for fault, times in seen.faults.most_common(5):
        print(f"    {times} × {fault}")


async def open_all(pages: Sequence[str]) -> None:
    """Every demo in every language, before anything is measured: `startup` measures how long this takes."""
    async with reader() as one:
        for page in pages:
            await one.open_when_ready(page)


def pages_of(url: str, languages: Sequence[str]) -> list[str]:
    """The pages of every demo that the server has, in every language."""
    demos = json.loads(read(f"{url}/demos/status.json"))
    return [f"{url}/demos/{demo}/{lang}/" for demo, lang in product(demos, languages)]


def languages_of(site: Path) -> list[str]:
    """The languages of the demos, as the built site says."""
    return [one["code"] for one in json.loads((site / "demos" / "languages.json").read_text("utf-8"))]


def main(
    site: Path, readers: Sequence[int] = READERS, minutes: float = 1, server: Server | None = None
) -> None:
    with ExitStack() as stack:
        running = server or stack.enter_context(serve(site))
        usage = Usage(running.pid)
        pages = pages_of(running.url, languages_of(site))
        asyncio.run(open_all(pages))
        show("processor, server at rest before", at_rest(usage), "% of a core", "< 1")
        for count in readers:
            measure(pages, count, minutes * 60, usage)
        show("processor, server at rest after", at_rest(usage), "% of a core", "< 1")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", nargs="+", type=int, default=READERS)
    parser.add_argument("--minutes", type=float, default=1, help="how long each number of readers stays")
    parser.add_argument("--site", type=Path, default=ROOT / "site", help="the built site")
    parser.add_argument("--url", help="measure a server that runs already, with --pid")
    parser.add_argument("--pid", type=int)
    options = parser.parse_args()
    if bool(options.url) != bool(options.pid):
        parser.error("--url and --pid belong together")
    given = Server(options.url.rstrip("/"), options.pid) if options.url else None
    print(f"machine: {machine()}")
    main(options.site, options.readers, options.minutes, given)

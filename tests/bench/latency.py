"""What one press costs a reader who is alone: through the server, and in the browser until the answer shows.

    python -m tests.bench.latency [DEMO …] [--only server|browser] [--site site]

Two kinds of press on every demo: its main button, and a control set to another value, for which the server
can hardly have kept an answer. In the browser, the first of these that the demo has. Where its first answer
streams: how many parts come in a second, and when the browser shows the first one. The processor time of each
press counts what is made of its stream until the next one, too; unlike the wait, it hardly depends on what
else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Error, Locator, Page, sync_playwright

from tests.bench.load import Usage, languages_of, pages_of
from tests.bench.machine import machine, percentile, show
from tests.bench.reader import (
    Config,
    Event,
    Reader,
    another_value,
    events,
    first_use,
    main_button,
    part_of,
    reader,
)
from tests.conftest import CHROMIUM_FLAGS, system_chromium
from tests.serving import ROOT, serve

PRESSES, WARM_UP = 40, 3
PAUSE = 0.05  # seconds between presses, so that the server does not take us for a stuck script
PATIENCE = 30  # seconds for one press in the browser
BAR = "<= 100 ms"  # of p50, through the server
WATCHED = 5  # seconds of a stream
Waits = Mapping[str, Sequence[float]]  # milliseconds, by what was waited for: "" for the whole answer
RATES = {"avatarify": ">= 15", "gan_training": ">= 10"}  # bars of parts per second

# The click, or a value set, and milliseconds until the page shows the first part of the answer, and until the
# last of: the end of the event stream, a change of the page, a loaded picture; and the number of parts. An
# answer may look like the one before it, so no change of what is on screen is waited for: with each part, the
# page says anew what that is.
PRESS = """(part, [patience, watched, value]) => new Promise((done, failed) => {
  let first = 0, last = 0, parts = 0, answered = false;
  const fields = document.querySelectorAll(".address :is(textarea, input)");
  const said = () => Array.from(fields, (field) => field.value).join();
  let before = said();
  const start = performance.now(), quiet = 200;
  const touch = () => { last = performance.now(); };
  const network = new PerformanceObserver((list) => {
    for (const entry of list.getEntries().filter(({name}) => name.includes("/queue/data"))) {
      answered = true;
      last = Math.max(last, entry.responseEnd);
    }
  });
  const changes = new MutationObserver(touch);
  const timer = setInterval(() => {
    const late = performance.now() - start > patience;
    const loaded = [...document.images].every((image) => image.complete);
    if (loaded && said() !== before) {
      before = said();
      first ||= performance.now();
      parts += 1;
    }
    const settled = answered && loaded && performance.now() - last > quiet;
    const endless = parts > 1 && performance.now() - first > watched;
    if (!late && !settled && !endless) return;
    clearInterval(timer);
    network.disconnect();
    changes.disconnect();
    document.removeEventListener("load", touch, true);
    if (late) failed(`no answer within ${patience} ms`);
    else done([(first || last) - start, settled ? last - start : null, parts]);
  }, 20);
  network.observe({type: "resource"});
  changes.observe(document.querySelector("main"), {
    subtree: true, childList: true, characterData: true, attributeFilter: ["src", "aria-checked", "value"],
  });
  document.addEventListener("load", touch, true);  // pictures
  if (value === null) part.click();
  else {
    part.value = value;
    part.dispatchEvent(new Event("input", {bubbles: true}));
  }
})"""


class Shown(NamedTuple):
    """When the page showed an answer's first part, and all of it if it ends: milliseconds since the press."""

    first: float
    whole: float | None
    parts: int


def main(site: Path, only: Collection[str] = (), ways: Collection[str] = ("server", "browser")) -> None:
    """Measure the demos that are named, or all of them."""
    with serve(site) as server:
        pages = {name_of(url): url for url in pages_of(server.url, languages_of(site)[:1])}
        pages = {name: url for name, url in pages.items() if not only or name in only}
        configs = asyncio.run(configs_of(pages.values()))
        if "server" in ways:
            through_the_server(pages, configs, Usage(server.pid))
        if "browser" in ways:
            in_the_browser(pages, configs, Usage(server.pid))


def through_the_server(pages: Mapping[str, str], configs: Mapping[str, Config], usage: Usage) -> None:
    for name, url in pages.items():
        if main_button(configs[url]):
            report(f"{name}: main button, server", partial(presses_of, url, pick_main), usage, BAR)
        report(f"{name}: another value, server", partial(presses_of, url, pick_move), usage, BAR)
        if rate := asyncio.run(parts_per_second(url)):
            show(f"{name}: parts of a stream, server", rate, "per second", RATES.get(name, ""))


def in_the_browser(pages: Mapping[str, str], configs: Mapping[str, Config], usage: Usage) -> None:
    with sync_playwright() as playwright:  # which has an event loop of its own
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(2 * PATIENCE * 1000)  # that of a press is its own
        for name, url in pages.items():
            button = main_button(configs[url])
            what = "main button" if button else "another value"
            measure = (
                partial(clicks, page, url, button) if button else partial(moves, page, url, configs[url])
            )
            report(f"{name}: {what}, browser", measure, usage)
        browser.close()


def name_of(url: str) -> str:
    return url.split("/demos/")[1].split("/")[0]


def report(name: str, measure: Callable[[], Waits], usage: Usage, bar: str = "") -> None:
    """Print p50 and p95 of what was measured and the server's processor time, or why it was not measured."""
    before = usage.cpu_seconds()
    try:
        waits = measure()
    except (Error, ValueError, OSError, TimeoutError) as error:
        print(f"  {name}: not measured: {str(error).splitlines()[0]}")
        return
    for what, milliseconds in waits.items():
        show(f"{name}{what}, p50", percentile(milliseconds, 50), "ms", bar)
        show(f"{name}{what}, p95", percentile(milliseconds, 95), "ms")
    show(f"{name}, processor", (usage.cpu_seconds() - before) * 1000 / (WARM_UP + PRESSES), "ms")


def presses_of(url: str, pick: Callable[[Reader], Event]) -> Waits:
    """Milliseconds of each press, until every picture of its answer, or of its first part, has arrived."""
    return {"": asyncio.run(presses(url, pick))}


async def presses(url: str, pick: Callable[[Reader], Event]) -> list[float]:
    found = []
    async with reader() as one:
        await one.open_when_ready(url)
        for _ in range(WARM_UP + PRESSES):
            if one.left:
                await one.open(url)
            press = await one.press(pick(one), watched=0)
            if press.outcome != "answered":
                raise ValueError(f"a press was {press.outcome}: {press.why}")
            found.append(press.seconds * 1000)
            await asyncio.sleep(PAUSE)
    return found[WARM_UP:]


async def parts_per_second(url: str) -> float:
    """Of the answer to the main button, or of the first one; 0 where it does not stream."""
    async with reader() as one:
        await one.open_when_ready(url)
        press = await one.press(first_use(one.config), WATCHED)
    return press.parts / press.streamed if press.parts > 1 else 0.0


def pick_main(one: Reader) -> Event:
    return first_use(one.config)


def pick_move(one: Reader) -> Event:
    """Any of the controls, set to another value."""
    return one.move(one.dice.choice([event for event in events(one.config) if not event.button]))


async def configs_of(urls: Iterable[str]) -> dict[str, Config]:
    """What each demo's page says of itself."""
    configs = {}
    async with reader() as one:
        for url in urls:
            await one.open_when_ready(url)
            configs[url] = one.config
    return configs


def clicks(page: Page, url: str, event: Event) -> Waits:
    """Milliseconds from each click on a button until the page shows its answer."""
    open_page(page, url)
    button = page.get_by_role("button", name=event.button, exact=True).first
    for tab in page.get_by_role("tab").all():  # what is in a tab is made when it is opened first
        if button.is_visible():
            break
        tab.click()
        page.locator("main :is(img, svg.chart):visible").first.wait_for()
    return measured(partial(press, button))


def moves(page: Page, url: str, config: Config) -> Waits:
    """Milliseconds from each new value of a control until the page shows its answer: of the first slider or
    field for a number that is in sight. Raises ValueError where there is none."""
    open_page(page, url)
    for event in events(config):
        part = part_of(config, event)
        if role := {"slider": "slider", "number": "spinbutton"}.get(part["type"]):
            field = page.get_by_role(role, name=part["props"]["label"], exact=True).first
            if field.is_visible():
                return measured(partial(move, field, part, random.Random(0)))
    raise ValueError("no slider and no field for a number is in sight")


def move(field: Locator, part: dict[str, Any], dice: random.Random) -> Shown:
    return press(field, another_value(part, dice))


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("main :is(img, svg.chart)").first.wait_for()


def press(part: Locator, value: Any = None) -> Shown:
    return Shown(*part.evaluate(PRESS, [PATIENCE * 1000, WATCHED * 1000, value]))


def measured(act: Callable[[], Shown]) -> Waits:
    """Waits for the whole answer, unless it never ends, and for its first part, if it has more."""
    found = []
    for _ in range(WARM_UP + PRESSES):
        found.append(act())
        time.sleep(PAUSE)
    found = found[WARM_UP:]
    waits = {}
    if any(one.parts > 1 for one in found):
        waits[" first part"] = [one.first for one in found]
    whole = [one.whole for one in found if one.whole is not None]
    return waits | ({"": whole} if len(whole) == len(found) else {})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("demos", nargs="*", metavar="DEMO")
    parser.add_argument("--only", choices=["server", "browser"], help="one way of measuring")
    parser.add_argument("--site", type=Path, default=ROOT / "site", help="the built site")
    options = parser.parse_args()
    print(f"machine: {machine()}")
    main(options.site, options.demos, [options.only] if options.only else ["server", "browser"])

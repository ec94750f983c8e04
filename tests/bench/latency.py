"""What one press costs a reader who is alone: through the server, and in the browser until the answer shows.

Two kinds of press on every demo: its main button, and a control set to another value, for which the server
can hardly have kept an answer. Where the main button's answer streams: how many parts come in a second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.bench.load import languages_of, pages_of
from tests.bench.machine import percentile, show
from tests.bench.reader import Event, Reader, events, main_button, reader
from tests.conftest import CHROMIUM_FLAGS, system_chromium
from tests.serving import serve

PRESSES, WARM_UP = 40, 3
PAUSE = 0.05  # seconds between presses, so that the server does not take us for a stuck script
PATIENCE = 30  # seconds for one press in the browser
BAR = "<= 100 ms"  # of p50, through the server
WATCHED = 5  # seconds of a stream
RATES = {"avatarify": ">= 15", "gan_training": ">= 10"}  # bars of parts per second

# The click, and milliseconds until the last of: the end of the event stream, a change of the page, a loaded
# picture. An answer may look like the one before it, so no change is waited for.
PRESS = """(button, patience) => new Promise((done, failed) => {
  let last = 0, answered = false;
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
    const settled = answered && loaded && performance.now() - last > quiet;
    if (!late && !settled) return;
    clearInterval(timer);
    network.disconnect();
    changes.disconnect();
    document.removeEventListener("load", touch, true);
    if (settled) done(last - start); else failed(`no answer within ${patience} ms`);
  }, 20);
  network.observe({type: "resource"});
  changes.observe(document.querySelector("main"), {
    subtree: true, childList: true, characterData: true, attributeFilter: ["src", "aria-checked", "value"],
  });
  document.addEventListener("load", touch, true);  // pictures
  button.click();
})"""


def main(site: Path) -> None:
    with serve(site) as server:
        pages = {name_of(url): url for url in pages_of(server.url, languages_of(site)[:1])}
        for name, url in pages.items():
            for what, pick in {"main button": pick_main, "another value": pick_move}.items():
                report(f"{name}: {what}, through the server", partial(through_server, url, pick), BAR)
            if rate := asyncio.run(parts_per_second(url)):
                show(
                    f"{name}: parts of a stream, through the server", rate, "per second", RATES.get(name, "")
                )
        buttons = asyncio.run(main_buttons(pages.values()))
        with sync_playwright() as playwright:  # which has an event loop of its own
            browser = playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_FLAGS)
            page = browser.new_page(locale="en-GB")
            page.set_default_timeout(2 * PATIENCE * 1000)  # that of a press is its own
            for name, url in pages.items():
                measure = partial(in_browser, page, url, buttons[url])
                report(f"{name}: main button, in the browser", measure)
            browser.close()


def name_of(url: str) -> str:
    return url.split("/demos/")[1].split("/")[0]


def report(name: str, measure: Callable[[], Sequence[float]], bar: str = "") -> None:
    """Print p50 and p95 of what was measured, or why it was not."""
    try:
        milliseconds = measure()
    except (Error, ValueError, OSError, TimeoutError) as error:
        print(f"  {name}: not measured: {str(error).splitlines()[0]}")
        return
    show(f"{name}, p50", percentile(milliseconds, 50), "ms", bar)
    show(f"{name}, p95", percentile(milliseconds, 95), "ms")


def through_server(url: str, pick: Callable[[Reader], Event]) -> list[float]:
    """Milliseconds of each press, until every picture of its answer, or of its first part, has arrived."""
    return asyncio.run(presses(url, pick))


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
    """Of the main button's answer; 0 where it does not stream."""
    async with reader() as one:
        await one.open_when_ready(url)
        press = await one.press(pick_main(one), WATCHED)
    return press.parts / press.streamed if press.parts > 1 else 0.0


def pick_main(one: Reader) -> Event:
    return main_button(one.config)


def pick_move(one: Reader) -> Event:
    """Any of the controls, set to another value."""
    return one.move(one.dice.choice([event for event in events(one.config) if not event.button]))


async def main_buttons(urls: Iterable[str]) -> dict[str, str]:
    """What is written on each demo's main button."""
    buttons = {}
    async with reader() as one:
        for url in urls:
            await one.open_when_ready(url)
            buttons[url] = main_button(one.config).button
    return buttons


def in_browser(page: Page, url: str, name: str) -> list[float]:
    """Milliseconds from each click on the button of that name until the page shows its answer."""
    page.goto(url)
    page.locator("main :is(img, svg.chart)").first.wait_for()
    button = page.get_by_role("button", name=name, exact=True).first
    for tab in page.get_by_role("tab").all():  # what is in a tab is made when it is opened first
        if button.is_visible():
            break
        tab.click()
        page.locator("main :is(img, svg.chart):visible").first.wait_for()
    return list(clicks(lambda: float(button.evaluate(PRESS, PATIENCE * 1000))))


def clicks(click: Callable[[], float]) -> Iterator[float]:
    for number in range(WARM_UP + PRESSES):
        milliseconds = click()
        if number >= WARM_UP:
            yield milliseconds
        time.sleep(PAUSE)

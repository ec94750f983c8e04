"""A demo's page in a real browser when the server or the network fails it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from demos.kit.words import ours
from tests.demos.tiny import running, write_demos, write_site
from tests.serving import free_port

pytestmark = pytest.mark.browser
Open = Callable[..., BrowserContext]


class Restartable:
    """A server that can be stopped, and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.stack = ExitStack()

    def start(self) -> None:
        self.stack.enter_context(running(self.folder, port=self.port))

    def stop(self) -> None:
        self.stack.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    folder = tmp_path_factory.mktemp("connection")
    write_demos(folder / "demos" / "apps")
    write_site(folder / "site")
    server = Restartable(folder)
    server.start()
    yield server
    server.stop()


def is_provoked(fault: str) -> bool:
    return "net::ERR_" in fault


def open_tiny(context: BrowserContext, url: str, lang: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/demos/tiny/{lang}/")
    expect(page.locator("main img")).to_be_visible(timeout=60_000)
    return page


def choose(page: Page, level: int) -> None:
    page.locator("input[type=number]").fill(str(level))


def picture(page: Page) -> str:
    return page.locator("main img").get_attribute("src") or ""


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_a_network_that_blocks_the_event_stream_is_named(
    open_context: Open, server: Restartable, lang: str
) -> None:
    context = open_context(is_provoked)
    page = open_tiny(context, server.url, lang)
    before = picture(page)
    context.route("**/queue/data*", lambda route: route.abort())
    choose(page, 200)
    note = page.locator(".connection")
    expect(note).to_have_text(ours()["connection_blocked"][lang])
    expect(page.get_by_text("Connection")).to_have_count(0)  # Gradio's own words
    context.unroute("**/queue/data*")
    choose(page, 40)
    expect(page.locator("main img")).not_to_have_attribute("src", before)
    expect(note).to_be_hidden()


def test_what_is_stopped_before_the_server_has_named_it_stops(
    open_context: Open, server: Restartable
) -> None:
    context = open_context()
    page = context.new_page()
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.goto(f"{server.url}/demos/counting/en/")
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1", exact=True).first).to_be_visible()  # the last number of the first count
    context.route("**/queue/join*", hold)
    page.locator("input[type=number]").fill("1000")
    page.wait_for_timeout(500)
    assert waiting
    stop.click()
    with page.expect_response("**/gradio_api/cancel") as stopped:
        for route in waiting:
            route.continue_()
    assert stopped.value.ok
    page.wait_for_timeout(1000)
    before = page.locator("main").inner_text()
    page.wait_for_timeout(500)
    assert page.locator("main").inner_text() == before


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_a_demo_says_that_it_needs_javascript(open_context: Open, server: Restartable, lang: str) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{server.url}/demos/tiny/{lang}/")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text(ours()["needs_javascript"][lang])


def test_a_page_left_open_recovers_when_the_server_was_restarted(
    open_context: Open, server: Restartable
) -> None:
    page = open_tiny(open_context(is_provoked), server.url, "nb")
    note, shown = page.locator(".connection"), page.locator("main img")
    before = picture(page)
    with page.expect_response("**/queue/join*"):
        choose(page, 14)  # takes two seconds
    server.stop()
    expect(note).to_have_text(ours()["connection_lost"]["nb"])
    choose(page, 200)
    expect(note).to_have_text(ours()["connection_waiting"]["nb"])
    assert picture(page) == before
    server.start()
    expect(shown).not_to_have_attribute("src", before, timeout=60_000)
    expect(note).to_be_hidden()
    after = picture(page)
    choose(page, 40)
    expect(shown).not_to_have_attribute("src", after)
    assert page.locator("input[type=number]").input_value() == "40", "the page was not loaded again"

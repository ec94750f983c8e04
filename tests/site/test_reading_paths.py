"""Learning paths in a browser: the bar for whoever comes along one, and what the browser remembers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from glossary.reading_paths import read
from tests.serving import ROOT, Server
from tests.site.axe import assert_clean

pytestmark = pytest.mark.browser

PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
PATHS, _ = read(ROOT / "docs" / "paths", tuple(PREFIX))
PLACE = {"nb": "Stopp 2 av {all}", "en": "Stop 2 of {all}", "zh": "第 2 站，共 {all} 站"}
BLOCK = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("blocked by the test", "SecurityError"); },
});"""


@pytest.mark.parametrize(("lang", "id"), list(zip(PREFIX, PATHS, strict=False)))
def test_a_reader_goes_along_a_path_and_starts_over(page: Page, server: Server, lang: str, id: str) -> None:
    stops, home = PATHS[id].stops, f"{server.url}/{PREFIX[lang]}glossary/paths/{id}/"
    page.goto(home)
    start, again = page.locator(".ol-course__go a"), page.locator(".ol-course__again")
    ticks = page.locator(".ol-course__tick")
    first_words = start.inner_text()
    expect(again).to_be_hidden()
    start.click()
    page.wait_for_url(f"**?path={id}-1*")
    bar = page.locator(".ol-path:visible")
    expect(bar).to_have_count(1)
    expect(page.locator(".ol-path-note:visible")).to_contain_text(stops[0].why[lang])
    bar.locator(".ol-path__next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**?path={id}-2*")
    expect(bar.locator(".ol-path__place")).to_contain_text(PLACE[lang].format(all=len(stops)))
    assert_clean(page)
    page.reload()
    expect(bar.locator(".ol-path__previous")).to_have_attribute("href", stop_pattern(id, 1))
    bar.locator(".ol-path__place a").click()
    page.wait_for_url(home)
    expect(ticks).to_have_count(2)
    assert_clean(page)
    expect(start).not_to_have_text(first_words)  # it leads on from where the reader is
    expect(start).to_have_attribute("href", stop_pattern(id, 3))
    again.click()
    expect(ticks).to_have_count(0)
    expect(start).to_be_focused()
    expect(start).to_have_text(first_words)


def stop_pattern(id: str, number: int) -> re.Pattern[str]:
    return re.compile(rf"\?path={id}-{number}(#|$)")


def test_the_last_stop_leads_to_the_questions(page: Page, server: Server) -> None:
    path = PATHS["text"]
    page.goto(f"{server.url}/en/glossary/hallucination/?path=text-{len(path.stops)}#explanation")
    page.locator(".ol-path:visible .ol-path__next").click()
    page.wait_for_url("**/en/glossary/paths/text/#quiz")
    expect(page.locator("[data-quiz=path-text]")).to_be_visible()


def test_the_language_switch_stays_on_the_path(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/glossary/consent/?path=avatar-app-5")
    page.locator("header a[hreflang=en]").click()
    page.wait_for_url("**/en/glossary/consent/?path=avatar-app-5")
    expect(page.locator(".ol-path:visible")).to_contain_text("Stop 5 of 8")


@pytest.mark.parametrize("lang", PREFIX)
def test_on_a_phone_the_title_is_read_whole(page: Page, server: Server, lang: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/{PREFIX[lang]}glossary/consent/?path=avatar-app-5")
    title = page.locator(".ol-path:visible .ol-path__place a")
    expect(title).to_have_text(PATHS["avatar-app"].title[lang])
    assert title.evaluate("title => title.scrollWidth <= title.clientWidth")
    assert page.locator(".ol-path:visible").evaluate("bar => bar.offsetHeight") < 80, "what the page leaves"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("query", ["", "?path=gans-1", "?path=<b>", "?path="])
def test_whoever_comes_another_way_sees_no_bar(page: Page, server: Server, query: str) -> None:
    page.goto(f"{server.url}/glossary/consent/{query}")
    expect(page.locator(".ol-path[hidden]")).not_to_have_count(0)
    expect(page.locator(".ol-path:visible, .ol-path-note:visible")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('ordlab-paths'))") == []


def test_it_works_where_storage_is_blocked(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    """Material's own script, which remembers the color scheme, complains there."""
    context = open_context(expected=lambda fault: "blocked by the test" in fault)
    context.add_init_script(BLOCK)
    page = context.new_page()
    page.goto(f"{server.url}/en/glossary/paths/gans/")
    expect(page.locator(".ol-course__tick")).to_have_count(0)
    page.locator(".ol-course__go a").click()
    page.wait_for_url("**?path=gans-1*")
    bar = page.locator(".ol-path:visible")
    expect(bar).to_contain_text(f"Stop 1 of {len(PATHS['gans'].stops)}")
    bar.locator(".ol-path__next").click()
    page.wait_for_url("**?path=gans-2*")
    expect(bar).to_contain_text("Stop 2 of")


def test_without_a_script_the_path_is_a_list_of_links(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{server.url}/en/glossary/paths/gans/")
    links = page.locator(".ol-course__stops a")
    expect(links).to_have_count(len(PATHS["gans"].stops))
    links.nth(1).click()
    page.wait_for_url("**/en/glossary/generative-adversarial-network/")
    expect(page.locator(".ol-path:visible, .ol-path-note:visible")).to_have_count(0)

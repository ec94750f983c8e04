"""Cards of linked terms: by pointer, keyboard and finger, magnified, without scripts (WCAG 2.2, 1.4.13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.site.static import serve

pytestmark = pytest.mark.browser

LANGUAGES = ("nb", "en", "zh")
PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
OPEN = "#ol-card-open"
LONG = 1500  # ms: well beyond every delay of the card's own


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    with serve(site) as url:
        yield url


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def visit(context: BrowserContext, url: str, lang: str) -> tuple[Page, Locator]:
    """A page with linked terms, and one of them in the middle of the window."""
    page = context.new_page()
    page.goto(f"{url}/{PREFIX[lang]}help/generative-ai/")
    link = page.locator("article p a.term").nth(1)
    link.evaluate("link => link.scrollIntoView({block: 'center', behavior: 'instant'})")
    return page, link


def test_hover_opens_a_card_that_stays_under_the_pointer(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page, link = visit(open_context(), url, lang)
    card = page.locator(OPEN)
    link.hover()
    expect(card).to_be_visible()
    id = link.get_attribute("data-term")
    source = page.locator(f'.ol-cards [data-term="{id}"]')
    assert (
        card.locator(".ol-card__definition").inner_text()
        == source.locator(".ol-card__definition").text_content()
    )
    others = card.locator(".ol-card__equivalents [lang]").evaluate_all("all => all.map(e => e.lang)")
    assert len(others) == len(LANGUAGES) - 1
    expect(link).to_have_attribute("aria-describedby", card.get_attribute("id") or "")
    box, word = card.bounding_box(), link.bounding_box()
    assert box
    assert word
    # Slowly across the gap, onto the card: it must not close on the way, nor by itself.
    page.mouse.move(word["x"] + 4, word["y"] + word["height"] / 2)
    page.mouse.move(max(box["x"], word["x"]) + 6, box["y"] + box["height"] / 2, steps=12)
    page.wait_for_timeout(LONG)
    expect(card).to_be_visible()
    page.mouse.move(2, 2)
    expect(card).to_have_count(0)


def test_escape_dismisses_without_moving_pointer_or_focus(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page, link = visit(open_context(), url, lang)
    link.hover()
    expect(page.locator(OPEN)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(OPEN)).to_have_count(0)
    page.wait_for_timeout(LONG)
    expect(page.locator(OPEN)).to_have_count(0)


def test_the_keyboard_opens_and_leaves_a_card(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page, link = visit(open_context(), url, lang)
    page.locator("article p a").first.focus()
    for _ in range(40):
        if link.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(page.locator(OPEN)).to_be_visible()
    expect(link).to_have_attribute("aria-describedby", "ol-card-open")
    page.wait_for_timeout(LONG)
    expect(page.locator(OPEN)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(OPEN)).to_have_count(0)
    assert link.evaluate("link => link === document.activeElement")
    assert link.get_attribute("aria-describedby") is None
    address = link.evaluate("link => link.href")
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def test_the_next_tab_stop_is_the_next_link_and_closes_the_card(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page, link = visit(open_context(), url, lang)
    link.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(OPEN)).to_have_count(1)
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.ol-card')")
    if not page.evaluate("document.activeElement.matches('a.term')"):
        expect(page.locator(OPEN)).to_have_count(0)


def test_a_finger_opens_first_and_follows_then(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    context = open_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page, link = visit(context, url, lang)
    address, before = link.evaluate("link => link.href"), page.url
    link.tap()
    expect(page.locator(OPEN)).to_be_visible()
    page.wait_for_timeout(LONG)
    expect(page.locator(OPEN)).to_be_visible()
    assert page.url == before
    page.locator("h1").evaluate(
        "h1 => h1.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true, pointerType: 'touch'}))"
    )
    expect(page.locator(OPEN)).to_have_count(0)
    link.tap()
    expect(page.locator(OPEN)).to_be_visible()
    link.tap()
    page.wait_for_url(address)


def test_the_cards_own_link_can_be_tapped(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    context = open_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page, link = visit(context, url, lang)
    address = link.evaluate("link => link.href")
    link.tap()
    page.locator(f"{OPEN} .ol-card__more a").tap()
    page.wait_for_url(address)


# 400 % of 1280 × 1024 is a window of 320 × 256 CSS pixels (WCAG 2.2, 1.4.10).
@pytest.mark.parametrize("size", [(320, 256), (390, 844)], ids=["400 %", "phone"])
def test_a_card_can_be_read_whole_where_there_is_little_room(
    open_context: Callable[..., BrowserContext], url: str, lang: str, size: tuple[int, int]
) -> None:
    width, height = size
    page, _ = visit(open_context(viewport={"width": width, "height": height}), url, lang)
    links = page.locator("article p a.term")
    for number in range(links.count()):
        link = links.nth(number)
        link.evaluate("link => link.scrollIntoView({block: 'center', behavior: 'instant'})")
        link.evaluate("link => { link.blur(); link.focus({focusVisible: true, preventScroll: true}); }")
        card = page.locator(OPEN)
        expect(card).to_be_visible()
        box, word = card.bounding_box(), link.evaluate("link => link.getClientRects()[0].toJSON()")
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        over = box["y"] < word["bottom"] and word["top"] < box["y"] + box["height"]
        beside = box["x"] >= word["right"] or box["x"] + box["width"] <= word["left"]
        assert beside or not over, "the card hides the word it explains"
        # What does not fit into the window can be scrolled to, and scrolling does not close the card.
        assert box["y"] + page.evaluate("scrollY") >= 0
        if number < 3:
            page.mouse.wheel(0, 120)
            page.wait_for_timeout(350)
            expect(card).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")


def test_without_scripts_a_term_is_a_plain_link(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page, link = visit(open_context(java_script_enabled=False), url, lang)
    expect(page.locator(".ol-cards")).to_be_hidden()
    address = link.get_attribute("href") or ""
    assert address.endswith(f"glossary/{link.get_attribute('data-term')}/")
    link.click()
    page.wait_for_url("**/glossary/**")
    expect(page.locator("h1")).to_be_visible()

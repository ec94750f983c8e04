"""The three demos as a reader meets them: inside their pages, with real clicks, in every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Error, FrameLocator, Locator, Page, expect

from demos.kit.registry import load_demos
from glossary.demos import Demo
from tests.ordlab import LANGUAGES
from tests.serving import Server
from tests.site.axe import assert_clean

pytestmark = pytest.mark.browser

DEMOS = load_demos(LANGUAGES)
PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
# The picture as a reader sees it, made small: equal only when nothing that could be seen has changed.
SEEN = """img => img.decode().then(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 48;
    const context = canvas.getContext("2d");
    context.drawImage(img, 0, 0, 48, 48);
    return Array.from(context.getImageData(0, 0, 48, 48).data).join();
})"""


def open_demo(page: Page, server: Server, demo: Demo, lang: str) -> FrameLocator:
    """The live demo inside the page of its first term."""
    page.goto(f"{server.url}/{PREFIX[lang]}glossary/{next(iter(demo.terms))}/")
    panel = page.locator(f".demo[data-demo={demo.name}]")
    panel.scroll_into_view_if_needed()
    frame = panel.frame_locator("iframe")
    expect(frame.locator("main img").first).to_be_visible(timeout=60_000)
    return frame


def seen(picture: Locator) -> str | None:
    """What the picture shows; None while the next one is on its way and neither can be decoded."""
    try:
        return str(picture.evaluate(SEEN))
    except Error as error:
        if "EncodingError" in error.message:
            return None
        raise


def settled(picture: Locator) -> str:
    """What the picture shows once no earlier action is still changing it."""
    expect(picture).to_be_visible()
    last = None
    for _ in range(100):
        now = seen(picture)
        if now is not None and now == last:
            return now
        last = now
        picture.page.wait_for_timeout(200)
    raise AssertionError("the picture does not come to rest")


@contextmanager
def changes(picture: Locator) -> Iterator[None]:
    """What is done inside must change the picture that a reader sees."""
    before = settled(picture)
    yield
    for _ in range(100):
        if seen(picture) not in (before, None):
            return
        picture.page.wait_for_timeout(100)
    raise AssertionError("the picture did not change")


def word(demo: Demo, key: str, lang: str) -> str:
    return demo.labels[key][lang]


def button(frame: FrameLocator, demo: Demo, key: str, lang: str) -> Locator:
    return frame.get_by_role("button", name=word(demo, key, lang), exact=True)


def pictured(frame: FrameLocator, demo: Demo, key: str, lang: str) -> Locator:
    return frame.get_by_alt_text(word(demo, f"{key}_alt", lang)).locator("visible=true").first


def drag(frame: FrameLocator, demo: Demo, key: str, lang: str, presses: int) -> None:
    """Move a slider with the keyboard: to the left when `presses` is negative."""
    slider = frame.get_by_role("slider", name=word(demo, key, lang)).locator("visible=true").first
    slider.focus()
    for _ in range(abs(presses)):
        slider.press("ArrowRight" if presses > 0 else "ArrowLeft")


@pytest.mark.parametrize("lang", PREFIX)
@pytest.mark.parametrize("name", DEMOS)
def test_opens_with_an_answer_in_the_page_s_language(
    page: Page, server: Server, name: str, lang: str
) -> None:
    demo = DEMOS[name]
    frame = open_demo(page, server, demo, lang)
    expect(frame.get_by_text(demo.try_this[lang])).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", {"zh": "zh-CN"}.get(lang, lang))
    for picture in frame.locator("main img:visible").all():
        assert picture.get_attribute("alt")
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 50


@pytest.mark.parametrize("lang", PREFIX)
def test_generator_paints_what_the_controls_say(page: Page, server: Server, lang: str) -> None:
    demo = DEMOS["generator"]
    frame = open_demo(page, server, demo, lang)
    samples = pictured(frame, demo, "samples", lang)
    with changes(samples):
        button(frame, demo, "new", lang).click()
    with changes(samples):
        drag(frame, demo, "training", lang, -4)
    with changes(samples):
        drag(frame, demo, "truncation", lang, -10)
    with changes(samples):  # back to where the slider began
        frame.locator("button.reset-button").first.click()
    box = samples.bounding_box()
    assert box
    with changes(pictured(frame, demo, "flow", lang)):  # the last portrait; the first one is chosen already
        samples.click(position={"x": box["width"] - 12, "y": box["height"] - 12})


@pytest.mark.parametrize("lang", PREFIX)
def test_discriminator_reveals_and_looks_again(page: Page, server: Server, lang: str) -> None:
    demo = DEMOS["discriminator"]
    frame = open_demo(page, server, demo, lang)
    gallery = pictured(frame, demo, "gallery", lang)
    frame.get_by_role("checkbox").first.check()
    with changes(gallery):
        button(frame, demo, "reveal", lang).click()
    with changes(gallery):
        button(frame, demo, "next_round", lang).click()
    frame.get_by_role("tab", name=word(demo, "spoil_tab", lang)).click()
    spoilt = frame.locator("main img:visible").first
    for key in ("blur", "noise"):
        with changes(spoilt):
            drag(frame, demo, key, lang, 4)


@pytest.mark.parametrize("lang", PREFIX)
def test_latent_space_can_be_walked(page: Page, server: Server, lang: str) -> None:
    demo = DEMOS["latent_space"]
    frame = open_demo(page, server, demo, lang)
    with changes(pictured(frame, demo, "here", lang)):
        drag(frame, demo, "position", lang, 30)
    for tab in ("direction", "sum", "map"):
        frame.get_by_role("tab", name=word(demo, f"{tab}_tab", lang)).click()
        expect(frame.locator("main img:visible").first).to_be_visible()
    with changes(frame.locator("main img:visible").last):
        frame.locator("main img:visible").first.click(position={"x": 12, "y": 12})


@pytest.mark.parametrize("name", DEMOS)
def test_fits_a_phone(open_context: Callable, server: Server, name: str) -> None:  # type: ignore[type-arg]
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    frame = open_demo(page, server, DEMOS[name], "nb")
    assert frame.locator("html").evaluate("root => root.scrollWidth <= root.clientWidth")


@pytest.mark.parametrize(("lang", "scheme"), [("nb", "light"), ("en", "dark"), ("zh", "light")])
@pytest.mark.parametrize("name", DEMOS)
def test_every_tab_is_clean_for_axe(
    open_context: Callable,  # type: ignore[type-arg]
    server: Server,
    name: str,
    lang: str,
    scheme: str,
) -> None:
    page = open_context(viewport={"width": 800, "height": 1200}).new_page()
    page.goto(f"{server.url}/demos/{name}/{lang}/?__theme={scheme}")
    expect(page.locator("main img").first).to_be_visible(timeout=60_000)
    for tab in page.get_by_role("tab").all() or [None]:
        if tab:
            tab.click()
        assert_clean(page)

"""The site as a reader meets it: the real server, a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.serving import Server
from tests.site.axe import assert_clean
from tests.site.static import serve

pytestmark = pytest.mark.browser

PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
HTML_LANG = {"nb": "nb", "en": "en", "zh": "zh-Hans"}
PAGES = [
    "",
    "glossary/",
    "glossary/subjects/",
    "glossary/languages/",
    "glossary/map/",
    "glossary/gallery/",
    "glossary/paths/",
    "glossary/paths/avatar-app/",
    "glossary/mode-collapse/",
    "help/generative-ai/",
    "portraits/",
    "no-such-page/",
]


def goto(page: Page, server: Server, lang: str, path: str) -> None:
    page.goto(f"{server.url}/{PREFIX[lang]}{path}")


def is_expected(fault: str) -> bool:
    return "no-such-page" in fault  # the browser itself reports a page that is not found


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(expected=is_expected).new_page()


@pytest.mark.parametrize("path", ["glossary/latent-space/", "glossary/", "", "help/instantid/"])
def test_language_switch_lands_on_the_same_page(page: Page, server: Server, path: str) -> None:
    goto(page, server, "nb", path)
    for lang in ("en", "zh", "nb"):
        page.locator(f"header a[hreflang={HTML_LANG[lang]}]").click()
        page.wait_for_url(f"{server.url}/{PREFIX[lang]}{path}")
        expect(page.locator("html")).to_have_attribute("lang", HTML_LANG[lang])


@pytest.mark.parametrize(
    ("path", "lang"),
    [
        pytest.param(path, lang, marks=[] if (i - j) % 3 == 0 else pytest.mark.slow)
        for i, path in enumerate(PAGES)
        for j, lang in enumerate(PREFIX)
    ],
)
def test_every_kind_of_page_is_clean_for_axe_in_both_color_schemes(
    page: Page, server: Server, path: str, lang: str
) -> None:
    goto(page, server, lang, path)
    assert_clean(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    assert_clean(page, only_colors=True)


@pytest.mark.parametrize("lang", PREFIX)
def test_pages_fit_a_phone(open_context: Callable[..., BrowserContext], server: Server, lang: str) -> None:
    page = open_context(expected=is_expected, viewport={"width": 390, "height": 844}).new_page()
    for path in [*PAGES, "glossary/latent-space/"]:
        goto(page, server, lang, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url


@pytest.mark.parametrize(
    ("lang", "words"), [("nb", "Siden finnes ikke"), ("en", "Page not found"), ("zh", "找不到页面")]
)
def test_404_speaks_the_language_of_its_address(page: Page, server: Server, lang: str, words: str) -> None:
    goto(page, server, lang, "glossary/no-such-page/")
    expect(page.locator("h1")).to_contain_text(words)
    expect(page.locator("html")).to_have_attribute("lang", HTML_LANG[lang])
    page.locator(".ol-404 a").first.click()
    page.wait_for_url(f"{server.url}/{PREFIX[lang]}**")
    expect(page.locator(".ol-404")).to_have_count(0)


def test_old_addresses_lead_to_the_right_page(page: Page, server: Server) -> None:
    for slug, path in {
        "avatarify-intro": "help/avatarify/",
        "generative-ai-intro": "help/generative-ai/",
        "instantid-intro": "help/instantid/",
        "what-is-identitynet": "glossary/identitynet/",
        "what-is-ip-adapter": "glossary/ip-adapter/",
        "generative-ai-terminology": "glossary/",
    }.items():
        for lang in PREFIX:
            page.goto(f"{server.url}/docs.php?doc={slug}&lang={lang}")
            assert page.url == f"{server.url}/{PREFIX[lang]}{path}"


def test_chosen_color_scheme_reaches_the_demo(page: Page, server: Server) -> None:
    goto(page, server, "nb", "glossary/generator/")
    page.locator(".demo").scroll_into_view_if_needed()
    body = page.frame_locator(".demo iframe").locator("body")
    expect(body).not_to_have_class(re.compile(r"\bdark\b"), timeout=30_000)
    page.evaluate("scrollTo(0, 0)")
    page.locator("header .ol-themebutton").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    expect(body).to_have_class(re.compile(r"\bdark\b"))


def test_six_demos_on_one_page_all_come_alive(page: Page, server: Server) -> None:
    goto(page, server, "en", "portraits/")
    page.evaluate(
        """() => {
            const names = ["generator", "discriminator", "latent_space"];
            for (const name of [...names, ...names]) {
                const frame = document.createElement("iframe");
                frame.className = "one-of-six";
                frame.src = `/demos/${name}/en/?__theme=light`;
                frame.title = name;
                document.body.append(frame);
            }
        }"""
    )
    for number in range(6):
        picture = page.frame_locator(".one-of-six").nth(number).locator("main img").first
        expect(picture).to_be_attached(timeout=60_000)


@pytest.fixture(scope="module")
def static_url(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same site on a plain static server, under a sub-path."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "some").mkdir()
    (folder / "some" / "path").symlink_to(site)
    with serve(folder) as url:
        yield f"{url}/some/path"


@pytest.mark.parametrize("lang", PREFIX)
def test_without_a_server_the_still_and_the_command_remain(page: Page, static_url: str, lang: str) -> None:
    page.goto(f"{static_url}/{PREFIX[lang]}glossary/latent-space/")
    demo = page.locator(".demo")
    demo.scroll_into_view_if_needed()
    still = demo.locator("img")
    expect(still).to_be_visible()
    assert still.get_attribute("alt")
    assert still.evaluate("img => img.decode().then(() => img.naturalWidth)") > 100
    expect(demo).to_contain_text("make serve")
    page.wait_for_load_state("networkidle")
    expect(demo.locator("iframe")).to_have_count(0)


@pytest.mark.parametrize("lang", PREFIX)
def test_search_and_switch_work_on_a_static_host_under_a_sub_path(
    page: Page, static_url: str, lang: str
) -> None:
    page.goto(f"{static_url}/{PREFIX[lang]}glossary/generator/")
    page.keyboard.press("/")
    page.keyboard.type("GAN")
    hit = page.locator(".md-search-result__item a.md-search-result__link").first
    expect(hit).to_be_visible(timeout=15_000)
    assert hit.evaluate("a => a.href").startswith(f"{static_url}/{PREFIX[lang]}")
    page.keyboard.press("Escape")
    page.locator("header a[hreflang=zh-Hans]").click()
    page.wait_for_url(f"{static_url}/zh/glossary/generator/", wait_until="networkidle")
    page.set_viewport_size({"width": 390, "height": 844})
    button = page.locator(".ol-searchbutton")
    button.press("Enter")
    expect(page.locator(".ol-search__input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_pages_are_whole_without_javascript(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    goto(page, server, "nb", "glossary/latent-space/")
    expect(page.locator(".demo img")).to_be_visible()
    expect(page.locator(".demo noscript p")).to_be_visible()
    expect(page.locator(".demo__start")).to_be_hidden()  # a command would start nothing here
    expect(page.locator("a.term").first).to_be_visible()
    goto(page, server, "nb", "glossary/bayes-theorem/")
    expect(page.locator(".demo__says em").first).to_have_text("p")  # what a preset says is Markdown

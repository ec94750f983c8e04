"""The site as a reader meets it: the real server, a real browser."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.serving import Server

pytestmark = pytest.mark.browser

PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
HTML_LANG = {"nb": "nb", "en": "en", "zh": "zh-Hans"}
PAGES = [
    "",
    "glossary/",
    "glossary/subjects/",
    "glossary/languages/",
    "glossary/mode-collapse/",
    "help/generative-ai/",
    "portraits/",
    "no-such-page/",
]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


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


SEARCHES = [
    ("nb", "latent rom", "latent-space"),
    ("nb", "lantent space", "latent-space"),
    ("nb", "diskriminatoren", "discriminator"),
    ("nb", "finjustering", "fine-tuning"),
    ("en", "latent spaces", "latent-space"),
    ("en", "GAN", "generative-adversarial-network"),
    ("en", "image prompt adapter", "ip-adapter"),
    ("zh", "潜在空间", "latent-space"),
    ("zh", "甘斯", "generative-adversarial-network"),
    ("zh", "扩散", "diffusion-model"),
]


@pytest.mark.parametrize(("lang", "query", "term"), SEARCHES)
def test_search_finds_the_term_in_its_own_language(
    page: Page, server: Server, lang: str, query: str, term: str
) -> None:
    goto(page, server, lang, "")
    page.keyboard.press("/")
    page.keyboard.type(query)
    # Asked in one go: Material draws the list anew with every key.
    hits = ".md-search-result__item a.md-search-result__link"
    page.wait_for_function(
        "([hits, path]) => [...document.querySelectorAll(hits)].slice(0, 3).some(a => a.pathname === path)",
        arg=[hits, f"/{PREFIX[lang]}glossary/{term}/"],
        timeout=15_000,
    )
    paths = page.locator(hits).evaluate_all("links => links.map(a => a.pathname)")
    others = tuple(f"/{prefix}" for prefix in PREFIX.values() if prefix and prefix != PREFIX[lang])
    assert not [path for path in paths if path.startswith(others)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", PREFIX)
def test_every_kind_of_page_is_clean_for_axe(
    open_context: Callable[..., BrowserContext], server: Server, lang: str, scheme: str
) -> None:
    page = open_context(expected=is_expected, color_scheme=scheme).new_page()
    for path in PAGES:
        goto(page, server, lang, path)
        found = Axe().run(page, options=WCAG)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


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


def test_chosen_colour_scheme_reaches_the_demo(page: Page, server: Server) -> None:
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
                frame.src = `/demos/${name}/?lang=en&__theme=light`;
                frame.title = name;
                document.body.append(frame);
            }
        }"""
    )
    for number in range(6):
        picture = page.frame_locator(".one-of-six").nth(number).locator("main img").first
        expect(picture).to_be_attached(timeout=60_000)


@pytest.fixture
def static_url(site: Path, tmp_path: Path) -> Iterator[str]:
    """The same site on a plain static server, under a sub-path."""
    shutil.copytree(site, tmp_path / "some" / "path")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    class Patient(ThreadingHTTPServer):
        request_queue_size = 64  # a browser opens several connections at once; the default refuses the sixth

    http = Patient(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}/some/path"
    http.shutdown()
    http.server_close()
    thread.join()


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


def test_pages_are_whole_without_javascript(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    goto(page, server, "nb", "glossary/latent-space/")
    expect(page.locator(".demo img")).to_be_visible()
    expect(page.locator("a.term").first).to_be_visible()

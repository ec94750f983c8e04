"""The page of all demos: drawn from their `demo.yml`, filtered without a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demos.kit.registry import load_demos
from glossary.addresses import Addresses
from glossary.load import load
from glossary.pages import RESERVED_IDS, Site, indexes
from glossary.site_text import load_words
from tests.glossary.test_load import write
from tests.ordlab import LANGUAGES, TERMBASE
from tests.serving import Server
from tests.site.html import Document, parse

DEMOS = load_demos(LANGUAGES)
PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
GALLERY = "glossary/gallery/index.md"


def gallery(site: Path, lang: str) -> Document:
    path = site / PREFIX[lang] / "glossary/gallery/index.html"
    return parse(path.read_text(encoding="utf-8"))


def texts(document: Document, name: str, css: str) -> list[str]:
    found = [e for e in document.all(name) if css in e.attributes.get("class", "").split()]
    return [re.sub(r"[ \t\n]+", " ", element.text).strip(" ") for element in found]  # no-break spaces stay


@pytest.mark.parametrize("lang", PREFIX)
def test_every_demo_stands_there_with_what_its_file_says(site: Path, lang: str) -> None:
    document = gallery(site, lang)
    assert not document.faults
    assert texts(document, "h2", "ol-demo__title") == [demo.title[lang] for demo in DEMOS.values()]
    assert texts(document, "p", "ol-demo__summary") == [demo.summary[lang] for demo in DEMOS.values()]
    concepts = load(TERMBASE).concepts
    terms = [concepts[id].entries[lang].preferred.term for demo in DEMOS.values() for id in demo.terms]
    listed = texts(document, "ul", "ol-demo__terms")
    assert " ".join(listed).replace(" ", "") == "".join(terms).replace(" ", "")
    stills = [e.attributes for e in document.all("img") if "assets/demos/" in e.attributes["src"]]
    assert [still["alt"] for still in stills] == [demo.alt[lang] for demo in DEMOS.values()]
    folder = site / PREFIX[lang] / "glossary/gallery"
    assert all((folder / still["src"]).is_file() for still in stills)


@pytest.mark.parametrize(("lang", "counted"), [("nb", "Alle ({})"), ("en", "All ({})"), ("zh", "全部（{}）")])
def test_counts_are_in_the_brackets_of_the_language(site: Path, lang: str, counted: str) -> None:
    [filters] = texts(gallery(site, lang), "fieldset", "ol-gallery__filter")
    assert counted.format(len(DEMOS)) in filters


@pytest.mark.parametrize("lang", PREFIX)
def test_the_navigation_and_the_front_page_lead_there(site: Path, lang: str) -> None:
    home = parse((site / PREFIX[lang] / "index.html").read_text(encoding="utf-8"))
    leading = [e for e in home.all("a") if e.attributes.get("href") == "glossary/gallery/"]
    assert len(leading) >= 3, "header, footer and text"


def test_only_its_own_item_of_the_navigation_is_marked(site: Path) -> None:
    marked = [e.text.strip() for e in gallery(site, "en").all("a") if "aria-current" in e.attributes]
    assert marked
    assert "Glossary" not in marked


def test_a_site_without_demos_has_no_such_page(tmp_path: Path) -> None:
    termbase = load(write(tmp_path, {}))
    site = Site(termbase, load_words(termbase), Addresses(tuple(termbase.languages), "nb", True), {}, {})
    assert GALLERY not in {page.path for page in indexes(site, "nb")}
    assert "gallery" in RESERVED_IDS


@pytest.mark.browser
@pytest.mark.parametrize("lang", PREFIX)
def test_the_filter_works_by_keyboard(page: Page, server: Server, lang: str) -> None:
    page.goto(f"{server.url}/{PREFIX[lang]}glossary/gallery/")
    cards = page.locator(".ol-demo")
    expect(cards.locator("visible=true")).to_have_count(len(DEMOS))
    page.get_by_role("radio").first.focus()
    seen = set()
    for radio in page.get_by_role("radio").all()[1:]:
        page.keyboard.press("ArrowRight")
        expect(radio).to_be_checked()
        kind = radio.get_attribute("value") or ""
        wanted = [demo.title[lang] for demo in DEMOS.values() if kind in demo.kinds]
        expect(page.locator(".ol-demo:visible h2")).to_have_text(wanted)
        seen.add(kind)
    kinds = {kind for demo in DEMOS.values() for kind in demo.kinds}
    everywhere = {kind for kind in kinds if all(kind in demo.kinds for demo in DEMOS.values())}
    assert seen == kinds - everywhere
    page.locator(".ol-demo:visible h2 a").first.click()
    page.wait_for_url("**#demo")

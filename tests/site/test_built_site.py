"""The real site, built strictly: every page is sound, and every link leads somewhere."""

from __future__ import annotations

import json
import posixpath
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from glossary.load import load
from tests.serving import ROOT
from tests.site.html import Document, parse

HTML_LANG = {"nb": "nb", "en": "en", "zh": "zh-Hans"}
OLD_ADDRESSES = {
    "avatarify-intro": "help/avatarify/",
    "generative-ai-intro": "help/generative-ai/",
    "generative-ai-terminology": "glossary/",
    "instantid-intro": "help/instantid/",
    "what-is-identitynet": "glossary/identitynet/",
    "what-is-ip-adapter": "glossary/ip-adapter/",
}


@cache
def document(path: Path) -> Document:
    return parse(path.read_text("utf-8"))


def pages(site: Path) -> dict[str, Document]:
    """Every page by its address below the site's root; 404 pages are apart, since they have no address."""
    found = (path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html")))
    return {
        path.removesuffix("index.html"): document(site / path)
        for path in found
        if not path.endswith("404.html")
    }


def lang_of(address: str) -> str:
    first = address.split("/")[0]
    return first if first in ("en", "zh") else "nb"


def test_every_page_has_one_headline_its_language_and_its_translations(site: Path) -> None:
    for address, page in pages(site).items():
        assert len(page.all("h1")) == 1, address
        [html] = page.all("html")
        assert html.attributes["lang"] == HTML_LANG[lang_of(address)], address
        bare = address.removeprefix(f"{lang_of(address)}/")
        alternates = {
            link.attributes["hreflang"]: resolve(address, link.attributes["href"])
            for link in page.all("link")
            if link.attributes["rel"].strip() == "alternate"
        }
        assert alternates == {"nb": bare, "en": f"en/{bare}", "zh-Hans": f"zh/{bare}"}, address
        assert page.all("title")[0].text.strip(), address
        assert [m for m in page.all("meta") if m.attributes.get("name") == "description"], address


def test_every_page_is_well_formed(site: Path) -> None:
    for address, page in pages(site).items():
        assert not page.faults, f"{address}: {page.faults[:3]}"
        twice = {id for id in page.ids if page.ids.count(id) > 1}
        assert not twice, f"{address}: {twice}"


def test_every_internal_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    known = pages(site)
    dead = []
    for address, page in known.items():
        for kind, link in links(page):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if kind != "a":
                    dead.append(f"{address}: {kind} fetches {link}")
                continue
            target = resolve(address, link) if parts.path else address
            if target not in known and not (site / target).is_file():
                dead.append(f"{address}: {link}")
            elif parts.fragment and target in known and unquote(parts.fragment) not in known[target].ids:
                dead.append(f"{address}: {link} (no such place)")
    assert not dead, "\n".join(dead[:20])


def links(page: Document) -> list[tuple[str, str]]:
    found = [(e.tag, e.attributes["href"]) for e in page.all("a", "link") if "href" in e.attributes]
    return found + [
        (e.tag, e.attributes["src"]) for e in page.all("img", "script", "iframe") if "src" in e.attributes
    ]


def resolve(address: str, link: str) -> str:
    path = unquote(urlsplit(link).path)
    target = posixpath.normpath(posixpath.join("/", posixpath.dirname(address), path)).lstrip("/")
    return f"{target}/" if target and path.endswith(("/", ".", "..")) else target


@pytest.mark.parametrize("lang", HTML_LANG)
def test_404_page_speaks_its_language_and_links_from_the_root(site: Path, lang: str) -> None:
    page = document(site / ("" if lang == "nb" else lang) / "404.html")
    assert page.all("html")[0].attributes["lang"] == HTML_LANG[lang]
    assert len(page.all("h1")) == 1
    known = pages(site)
    for kind, link in links(page):
        path = urlsplit(link).path
        if path and not urlsplit(link).scheme:
            assert path.startswith("/"), (kind, link)
            assert path.lstrip("/") in known or (site / path.lstrip("/")).is_file(), (kind, link)


def test_every_concept_has_a_page_and_index_entries_in_every_language(site: Path) -> None:
    known = pages(site)
    for id in load(ROOT / "glossary").concepts:
        for prefix in ("", "en/", "zh/"):
            assert f"{prefix}glossary/{id}/" in known
            for index in ("", "subjects/", "languages/"):
                address = f"{prefix}glossary/{index}"
                targets = {resolve(address, link) for _, link in links(known[address])}
                assert f"{prefix}glossary/{id}/" in targets


def test_old_addresses_lead_to_pages_in_every_language(site: Path) -> None:
    legacy = json.loads((site / "legacy.json").read_text("utf-8"))
    for slug, path in OLD_ADDRESSES.items():
        assert legacy[slug] == {"nb": path, "en": f"en/{path}", "zh": f"zh/{path}"}
    known = pages(site)
    assert {path for paths in legacy.values() for path in paths.values()} <= known.keys()


@pytest.mark.parametrize(("lang", "home"), [("nb", ""), ("en", "en/"), ("zh", "zh/")])
def test_search_holds_one_language_and_leads_to_its_pages(site: Path, lang: str, home: str) -> None:
    listed = json.loads((site / home / "search" / "names.json").read_text("utf-8"))
    known = pages(site)
    locations = {location for location, *_ in listed}
    for location in locations:
        assert home + location in known
        assert lang_of(home + location) == lang
    assert {f"glossary/{id}/" for id in load(ROOT / "glossary").concepts} <= locations


def test_nothing_of_the_overrides_is_published(site: Path) -> None:
    assert not (site / "overrides").exists()


def test_the_words_of_every_language_are_complete() -> None:
    texts = {
        path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "glossary/text").glob("*.yml")
    }
    for lang, words in texts.items():
        if lang in ("nb", "en", "zh"):
            assert words.keys() == texts["en"].keys(), lang
        assert words.keys() <= texts["en"].keys(), lang
        for key, word in words.items():
            if key not in ("theme", "search-separator"):
                assert fields(word) == fields(texts["en"][key]), f"{lang}: {key}"


def fields(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}

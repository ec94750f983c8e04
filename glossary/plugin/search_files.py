"""The files that the search box reads, one set for each language."""

from __future__ import annotations

import json
from pathlib import Path

from .. import fallback, order, search
from ..addresses import relative
from ..languages import has_pinyin
from ..pages import Site


def write_search(folder: Path, site: Site, lang: str, docs: search.Docs) -> None:
    """Write one language's files below `folder`, which holds the built site."""
    home = site.addresses.home(lang)
    assets = relative(f"{home}search/", search.WORKER)
    separator = site.words[lang]["search-separator"]
    made = search.files(docs, _names(site, lang), assets, separator, _summarized(site, lang))
    for name, data in made.items():
        write_json(folder / home / "search" / name, data)


def search_language(site: Site, name: str) -> str:
    """The language whose search box asks for a file of the site; none for all other files.

    Not for the file that the theme asks for on every page: it says where the others are, and stays.
    """
    for lang in site.addresses.languages:
        folder = f"{site.addresses.home(lang)}search/"
        if name.startswith(folder) and name != f"{folder}search_index.json":
            return lang
    return ""


def write_json(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _summarized(site: Site, lang: str) -> frozenset[str]:
    """Locations below the language's home page of the concepts whose pages there begin with a summary."""
    home, address, termbase = site.addresses.home(lang), site.addresses.concept, site.termbase
    return frozenset(
        address(lang, id).removeprefix(home)
        for id, concept in termbase.concepts.items()
        if (entry := fallback.shown(termbase, concept, lang).entry).summary and entry.definition
    )


def _names(site: Site, lang: str) -> dict[str, list[str]]:
    """Location below the language's home page → what readers may call the concept described there."""
    home, concept_page = site.addresses.home(lang), site.addresses.concept
    termbase = site.termbase
    read = order.pinyin_by_words if has_pinyin(termbase.languages[lang]) else lambda text: ""
    return {
        concept_page(lang, id).removeprefix(home): search.names(
            fallback.shown(termbase, concept, lang).entry,
            concept.entries.get(termbase.reference_language),
            read,
        )
        for id, concept in termbase.concepts.items()
    }

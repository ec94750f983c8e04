"""One search index per language, made from the site generator's single one.

A merged index gives a Norwegian reader English hits, and cannot split Chinese text. The format is Material's:
`{"config": {lang, separator, pipeline, fields}, "docs": [{location, title, text}]}`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from .addresses import Addresses
from .model import Entry, Language
from .site_text import Words

# Names a reader may type weigh as much as a title; the field is searched, never shown.
NAMES_BOOST = 1e3


def split(docs: Iterable[Mapping[str, Any]], addresses: Addresses) -> dict[str, list[dict[str, Any]]]:
    """Entries by language; each location is relative to its language's home page from now on."""
    homes = {addresses.home(lang): lang for lang in addresses.languages if lang != addresses.root}
    parts: dict[str, list[dict[str, Any]]] = {lang: [] for lang in addresses.languages}
    for doc in docs:
        first, slash, rest = doc["location"].partition("/")
        lang = homes.get(first + slash, addresses.root)
        parts[lang].append({**doc, "location": doc["location"] if lang == addresses.root else rest})
    return parts


def add_names(docs: Iterable[dict[str, Any]], names: Mapping[str, list[str]]) -> None:
    """Give each concept's page the names in `names` (location to names)."""
    for doc in docs:
        if found := names.get(doc["location"]):
            doc["names"] = found


def config(base: Mapping[str, Any], language: Language, words: Words) -> dict[str, Any]:
    """Search settings of one language. No stemmer: the search box matches beginnings of words already."""
    fields = {**base.get("fields", {}), "names": {"boost": NAMES_BOOST}}
    return {
        **base,
        "lang": [language.search],
        "separator": words["search-separator"],
        "pipeline": ["stopWordFilter"],
        "fields": fields,
    }


def names(entry: Entry) -> list[str]:
    """What a reader may type to find the entry besides its headword: every name it has or should not have."""
    words = [form for term in entry.terms for form in (term.term, *term.forms)]
    for term in entry.terms:
        if term.pinyin:
            plain = without_tones(term.pinyin)
            words += [plain, plain.replace(" ", "")]
    return list(dict.fromkeys(words))[1:]


def without_tones(pinyin: str) -> str:
    """Pinyin as it is typed: `qianzai kongjian`."""
    return "".join(c for c in unicodedata.normalize("NFD", pinyin.lower()) if not unicodedata.combining(c))

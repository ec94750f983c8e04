"""One search index per language, made from the site generator's single one.

A merged index gives a Norwegian reader English hits, and cannot split Chinese text. The format is Material's:
`{"config": {lang, separator, pipeline, fields}, "docs": [{location, title, text}]}`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .addresses import Addresses
from .inflection import Grammar, grammar_of
from .model import Entry, Language, Term
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
    """Search settings of one language.

    No stemmer: the search box matches beginnings of words, and stems would not begin alike. Han has a module
    of ours (templates/theme/assets/javascripts/lunr/min/lunr.han.min.js).
    """
    fields = {**base.get("fields", {}), "names": {"boost": NAMES_BOOST}}
    return {
        **base,
        "lang": ["han" if language.segment == "han" else language.search],
        "separator": words["search-separator"],
        "pipeline": ["stopWordFilter"],
        "fields": fields,
    }


def names(entry: Entry, language: Language) -> list[str]:
    """What a reader may type for the headword: its other names, good and bad, and forms of its words."""
    grammar = grammar_of(language.stemmer)
    found = [entry.preferred.term]
    for term in entry.terms:
        found += [term.term, *term.forms]
        if term.pinyin:
            plain = without_tones(term.pinyin)
            found += [plain, plain.replace(" ", "")]
    forms = dict.fromkeys(form for term in entry.terms if term.is_usable for form in inflected(term, grammar))
    return [*dict.fromkeys(found)][1:] + ([" ".join(forms)] if forms else [])


def inflected(term: Term, grammar: Grammar) -> Iterator[str]:
    """Words that the grammar takes back to those of the term: latente, generatorene, generators."""
    if not grammar.suffixes:
        return
    *before, last = term.term.split()
    for word in before:  # latent, generativt: latente, generative
        agreeing = (word + "e", word[:-1] + "e" if word.endswith("t") else "")
        yield from (form for form in agreeing if grammar.modifier(form) == grammar.modifier(word))
    kinds, base = grammar.forms_of(term), set(grammar.filed(last.casefold()))
    for form in _with_endings(last, grammar):
        if any(key in base and kind & kinds for key, kind in grammar.keys(form)):
            yield form


def _with_endings(word: str, grammar: Grammar) -> Iterator[str]:
    """What may be forms of a word: rom-et is rommet, kode-er is koder, parameter-er is parametre."""
    if not word[1:].islower() or not word.isalpha():
        return  # GAN takes its endings after a hyphen, which parts words in the index too
    endings = [e for e in (*grammar.suffixes, "e", "es") if not e.endswith("s") or len(grammar.suffixes) == 1]
    for stem in (word, word + word[-1], word[:-1], word[:-2] + word[-1]):
        yield from (stem + ending for ending in endings if stem + ending != word)


def without_tones(pinyin: str) -> str:
    """Pinyin as it is typed: `qianzai kongjian`."""
    return "".join(c for c in unicodedata.normalize("NFD", pinyin.lower()) if not unicodedata.combining(c))

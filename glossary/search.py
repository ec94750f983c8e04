"""What the search box reads: per language, small files of which a query needs two or three.

The box, its keys and its list are Material's; the engine behind them is ours (templates/theme/assets/
javascripts/search.js), because Material hands every query to a worker and shows what comes back. Material's
own worker fetches all texts of the site with every page, and indexes them there. Measured by
`tests/bench/search.py` (10,000 concepts in one language, a slow phone), until the first hit is on screen:

                      fetched    after    misspelled names
    Material's lunr   5,997 kB    80 s    not found
    Pagefind 1.5        222 kB     4 s    not found
    ours                 40 kB     3 s    found

Names, and not texts, are what readers type here. `names.json` holds every page's title and a concept's other
names, compared as strings: inflected, misspelled and half-typed words, parts of compounds, Chinese without
spaces and pinyin differ from a name by little, and no stemmer or dictionary is needed in any language.
`words-<n>.json` are the texts' inverted index in alphabetical pieces, `text-<n>.json` the texts themselves,
and `pieces.json` says what is in which, which pages are no concepts, which words say nothing, and what the
characters of names are in traditional script. Names answer first, texts add to that; only where the list of
names is long, the first hits come from the texts, of which few kilobytes are needed, while it is on its way.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Any, TypeVar

from markupsafe import Markup
from opencc import OpenCC

from .addresses import Addresses
from .model import Entry

WORKER = "assets/javascripts/search.js"
TEXT_SIZE = 12_000  # characters of a piece of texts
WORDS_SIZE = 24_000  # characters of a piece of the inverted index
MAX_PAGES = 200  # of a word that is on more pages, those where it weighs most
TITLE_WEIGHT = 5  # a word in a title counts as often as this in the text
COMMON = 1 / 3  # a word on more of the pages than this says nothing, unless names of concepts have it

# BM25's usual constants, and one decimal kept (Robertson & Zaragoza 2009, section 3.4).
SATURATION, LENGTH_SHARE, SCALE = 1.2, 0.75, 10

# The same in search.js: scripts written without spaces are indexed by pairs of characters.
_UNSPACED = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_TOKEN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Accents and tones, but not the ring: å is a letter of its own, and pinyin has none.
_ACCENTS = re.compile("[\u0300-\u0309\u030b-\u036f]")
_BLOCK_END = re.compile(r"</(?:p|li|pre|h\d|t[dh]|d[dt]|div)>")

Docs = Iterable[Mapping[str, Any]]
T = TypeVar("T")


@dataclass
class SearchPage:
    """A page with its sections: anchor, title, text; `unseen` is searched and never shown."""

    location: str
    sections: list[tuple[str, str, str]] = field(default_factory=list)
    unseen: str = ""

    @property
    def title(self) -> str:
        return self.sections[0][1] if self.sections else ""


def split(docs: Docs, addresses: Addresses) -> dict[str, list[dict[str, Any]]]:
    """Entries by language; each location is relative to its language's home page from now on."""
    homes = {addresses.home(lang): lang for lang in addresses.languages if lang != addresses.root}
    parts: dict[str, list[dict[str, Any]]] = {lang: [] for lang in addresses.languages}
    for doc in docs:
        first, slash, rest = doc["location"].partition("/")
        lang = homes.get(first + slash, addresses.root)
        parts[lang].append({**doc, "location": doc["location"] if lang == addresses.root else rest})
    return parts


def names(
    entry: Entry, reference: Entry | None = None, read: Callable[[str], str] = lambda text: ""
) -> list[str]:
    """What a reader may type for the headword: all names, good and bad, with their forms and readings.

    Good names in the language of the field, `reference`, are typed in every language; its headword needs no
    mention, as the address has it. `read` gives the reading of a name for which the author has written none.
    """
    found = [
        text
        for term in dict.fromkeys((entry.preferred, *entry.terms))
        for text in (term.term, *term.forms, term.pinyin or read(term.term))
        if text
    ]
    found += [term.term for term in (reference.with_status("admitted") if reference else ())]
    different: dict[str, str] = {}
    for text in found:
        different.setdefault(fold(text), text)
    return list(different.values())[1:]


def files(
    docs: Docs,
    names: Mapping[str, list[str]],
    folder: str,
    separator: str,
    summarized: Container[str] = (),
) -> dict[str, Any]:
    """The files of one language's search, as JSON data by name.

    `names` maps the location of a concept's page to its other names; `folder` is where the files are, seen
    from the worker's script; `summarized` are the locations of concepts with a summary.
    """
    pages = _pages(docs, names, summarized)
    texts = [
        [[[page.location, page.title], *map(list, page.sections)] for page in part] for part in _parts(pages)
    ]
    inverted = _inverted(pages)
    words = list(_pieces(inverted))
    listed = [[page.location, page.title, *names.get(page.location, ())] for page in pages]
    data: dict[str, Any] = {f"text-{n}.json": part for n, part in enumerate(texts)}
    data |= {f"words-{n}.json": piece for n, piece in enumerate(words)}
    data["names.json"] = listed
    data["pieces.json"] = {
        "texts": _starts(texts),
        "words": [next(iter(piece)) for piece in words],
        "count": len(pages),
        "names": sum(len(text) for page in listed for text in page),
        "others": [number for number, page in enumerate(pages) if page.location not in names],
        "common": _common(inverted, len(pages), [row[1:] for row in listed if row[0] in names]),
        "variants": _variants("".join(text for page in listed for text in page[1:])),
    }
    # Material reads this one, on every page: what it needs to mark words on a page, and where the rest is.
    config = {"lang": ["en"], "separator": separator, "folder": folder, "version": _version(data)}
    return data | {"search_index.json": {"config": config, "docs": []}}


def _pages(docs: Docs, concepts: Container[str], summarized: Container[str]) -> list[SearchPage]:
    """The entries put together by page, in the order of addresses: neighbors share files."""
    found: dict[str, SearchPage] = {}
    for doc in docs:
        location, _, anchor = doc["location"].partition("#")
        page = found.setdefault(location, SearchPage(location))
        is_headword = location in concepts and len(page.sections) == 1 and not page.sections[0][2]
        html = doc["text"]
        # A concept's own entry is empty: its text stands under the headword, which has an anchor. Grammar and
        # equivalents come first there, but what a hit should show is the summary and the definition after it.
        if is_headword:
            page.sections.clear()
            paragraphs = html.split("<p>")
            shown = -2 if location in summarized else -1
            page.unseen, html = plain("<p>".join(paragraphs[:shown])), "<p>".join(paragraphs[shown:])
            anchor = ""
        page.sections.append((anchor, plain(doc["title"]), plain(html)))
    return sorted(found.values(), key=lambda page: page.location)


def plain(html: str) -> str:
    """HTML of the site generator's index as text; the browser escapes it again."""
    return Markup(_BLOCK_END.sub(" ", html)).striptags()


def tokens(text: str) -> Iterator[str]:
    """Words as the index holds them: folded; pairs of characters where a script has no spaces."""
    for token in _TOKEN.findall(fold(text)):
        if len(token) > 1 and _IS_UNSPACED.match(token):
            yield from (token[i : i + 2] for i in range(len(token) - 1))
        else:
            yield token


def fold(text: str) -> str:
    """Case, width and accents away: `Qiánzài` and `ＱＩＡＮＺＡＩ` are `qianzai`; å stays."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _inverted(pages: Sequence[SearchPage]) -> dict[str, list[int]]:
    """Word → on how many pages it is, then page and weight, page and weight."""
    counts = [_counted(page) for page in pages]
    average = sum(count.total() for count in counts) / max(1, len(counts)) or 1
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, count in enumerate(counts):
        brevity = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * count.total() / average)
        for word, times in count.items():
            weight = times * (SATURATION + 1) / (times + brevity)
            found[word].append((number, max(1, round(SCALE * weight))))
    return {word: _best(found[word]) for word in sorted(found, key=lambda word: word.encode("utf-16-be"))}


def _common(inverted: Mapping[str, list[int]], count: int, names: Iterable[Iterable[str]]) -> list[str]:
    """Words on so many pages that they say nothing (“what is”); no word of a name, nor a form of it."""
    named = {word for texts in names for text in texts for word in tokens(text)}
    long = tuple(word for word in named if len(word) > 3)

    def is_named(word: str) -> bool:
        return word in named or (
            len(word) > 3 and any(w.startswith(word) or word.startswith(w) for w in long)
        )

    often = (word for word, (pages, *_) in inverted.items() if pages > COMMON * count)
    return [word for word in often if not (_IS_UNSPACED.match(word) or word.isdigit() or is_named(word))]


def _variants(names: str) -> str:
    """Traditional characters that may be typed for the simplified ones in names, pair by pair: 經经網网."""
    written = set(names)
    return "".join(pair for pair in _traditional() if pair[1] in written and pair[0] not in written)


@cache
def _traditional() -> tuple[str, ...]:
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(characters)).split("\n")  # a line each, so none makes words
    return tuple(
        old + new for old, new in zip(characters, simplified, strict=True) if new != old and new <= "\uffff"
    )


def _counted(page: SearchPage) -> Counter[str]:
    count = Counter(tokens(page.unseen))
    for index, (_, title, text) in enumerate(page.sections):
        count.update(tokens(text))
        for word in tokens(title):
            count[word] += TITLE_WEIGHT if index == 0 else 1
    return count


def _best(postings: list[tuple[int, int]]) -> list[int]:
    kept = postings
    if len(postings) > MAX_PAGES:
        kept = sorted(sorted(postings, key=lambda posting: -posting[1])[:MAX_PAGES])
    return [len(postings), *(number for posting in kept for number in posting)]


def _parts(pages: Sequence[SearchPage]) -> list[list[SearchPage]]:
    return _cut(pages, TEXT_SIZE, lambda page: sum(len(text) for _, _, text in page.sections))


def _pieces(inverted: Mapping[str, list[int]]) -> Iterator[dict[str, list[int]]]:
    for words in _cut(list(inverted), WORDS_SIZE, lambda word: len(word) + 5 * len(inverted[word])):
        yield {word: inverted[word] for word in words}


def _cut(items: Sequence[T], most: int, size: Callable[[T], int]) -> list[list[T]]:
    """Items in pieces of at most this size, one item at least in each."""
    parts: list[list[T]] = []
    room = 0
    for item in items:
        room -= size(item)
        if room < 0 or not parts:
            parts.append([])
            room = most - size(item)
        parts[-1].append(item)
    return parts


def _starts(parts: Sequence[Sequence[object]]) -> list[int]:
    """The number of the first page of each part."""
    return [0, *accumulate(map(len, parts))][:-1]


def _version(data: Mapping[str, Any]) -> str:
    """Changes with the contents, so that no browser puts an old file beside a new one."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()[:12]

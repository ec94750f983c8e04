"""What the columns of a table hold, guessed from their headings: a key of ours, in a language or in none.

`headers.yml` and `values.yml` have the words; names of languages come from CLDR, and tags are BCP 47's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import langcodes
import yaml
from babel import Locale, UnknownLocaleError

from ..load import CHOICES
from ..yamlfile import did_you_mean
from . import plain
from .plain import Incoming

HEADERS = Path(__file__).with_name("headers.yml")
VALUES = Path(__file__).with_name("values.yml")
TERM_DETAILS = ("pos", "gender", "pinyin", "note", "status")
_OF_CONCEPT = ("id", "subject", "broader", "related", "language")
KEYS = ("term", "synonyms", "abbreviation", *plain.ENTRY_TEXTS, *TERM_DETAILS, *_OF_CONCEPT, "extra", "skip")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: a key of ours, in a language or in none, or `extra`."""

    heading: str
    key: str
    lang: str = ""

    def __str__(self) -> str:
        name = {"extra": "kept in `extra`", "skip": "left out"}.get(self.key, self.key)
        return f"{name} in {self.lang}" if self.lang else name


def chosen_columns(columns: Sequence[str], headings: Sequence[str], incoming: Incoming) -> dict[int, Column]:
    """What `--columns` says, by the column's place: “Begrep=nb.term”, or a number instead of the heading."""
    wishes: dict[int, Column] = {}
    for wish in columns:
        name, sign, role = wish.rpartition("=")
        name, (lang, _, key) = name.strip(), role.strip().rpartition(".")
        places = [place for place, heading in enumerate(headings) if heading.casefold() == name.casefold()]
        if not places and name.isdecimal() and 0 < int(name) <= len(headings):
            places = [int(name) - 1]
        if not sign or key not in KEYS or not places:
            fix = (
                f"write it as “{headings[0] if headings else 'Term'}=en.term”"
                if not sign
                else did_you_mean(key, KEYS) or f"use one of: {', '.join(KEYS)}"
                if key not in KEYS
                else did_you_mean(name, headings) or "use its number"
            )
            incoming.report("X004", f"--columns: “{wish}” names no column and what it holds", fix, key=name)
            continue
        wishes |= {place: Column(headings[place] or name, key, lang) for place in places}
    return wishes


def column_of(heading: str, wish: Column | None) -> Column:
    if wish:
        return wish
    words = [word for word in re.split(r"[\s_.:/()\[\]\-]+", heading.casefold()) if word]
    phrase = " ".join(words)
    if key := known_headings().get(phrase):
        return Column(heading, key)
    for size in (3, 2, 1):  # a language may be more words than one: zh-Hans, norsk bokmål
        for at in (len(words) - size, 0):
            if at >= 0 and size <= len(words) and (lang := language_of("-".join(words[at : at + size]))):
                rest = [*words[:at], *words[at + size :]]
                rest = [word for word in rest if word not in ("in", "på", "i", "language", "språk", "@")]
                if not rest:
                    return Column(heading, "term", lang)
                if key := known_headings().get(" ".join(rest)):
                    return Column(heading, key, "" if key in _OF_CONCEPT else lang)
                return Column(heading, "extra", lang)
    return Column(heading, "extra")


def is_chance(columns: Sequence[Column]) -> bool:
    """Whether all that is recognized is one short word, which happens to be the code of a language too."""
    known = [column for column in columns if column.key != "extra" or column.lang]
    return len(columns) > 1 and len(known) == 1 and len(known[0].heading) == 2 and bool(known[0].lang)


def once_each(columns: Sequence[Column]) -> list[Column]:
    """A second column for what there is one of is kept under its heading."""
    seen: set[tuple[str, str]] = set()
    found = []
    for column in columns:
        place = (column.key, column.lang)
        repeats = column.key in ("term", "synonyms", "abbreviation", "extra", "skip")
        found.append(column if repeats or place not in seen else Column(column.heading, "extra", column.lang))
        seen.add(place)
    return found


@cache
def known_headings() -> Mapping[str, str]:
    """Word of a heading → our key."""
    known: dict[str, list[str]] = yaml.safe_load(HEADERS.read_text("utf-8"))
    return {word.casefold(): key for key, words in known.items() for word in words} | {k: k for k in known}


@cache
def _names_of_languages() -> Mapping[str, str]:
    """Name of a language → its code: in the language itself, and in English, Norwegian and Chinese."""
    found: dict[str, str] = {}
    codes = [code for code in map(str, Locale("en").languages) if len(code) == 2]
    for locale in ("zh", "nb", "en"):
        names = Locale(locale).languages
        found |= {names[code].casefold(): code for code in codes if code in names}
    for code in codes:
        try:
            own = Locale(code).languages.get(code, "")
        except UnknownLocaleError:
            continue
        found.setdefault(own.casefold(), code)
    found |= {
        "bokmål": "nb",
        "norsk": "nb",
        "norwegian": "nb",
        "nynorsk": "nn",
        "中文": "zh",
        "英文": "en",
        "挪威文": "nb",
    }
    return {name.replace(" ", "-"): code for name, code in found.items() if name}


def language_of(word: str) -> str:
    """The tag that a word of a heading is, or the language that it names; empty if it is neither."""
    word = re.sub(r"[\s_]+", "-", word.casefold())
    if code := _names_of_languages().get(word):
        return code
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?", word):
        return ""
    base = word.split("-")[0]
    is_usual = base in Locale("en").languages and (len(base) == 2 or "-" in word)
    if not is_usual or not langcodes.tag_is_valid(word):
        return ""
    return "nb" if word == "no" else str(langcodes.standardize_tag(word))


def tag_of(language: str) -> str:
    """A language as a cell or a key names it, as a tag; what is no language stays as it is."""
    return language_of(language.strip()) or language.strip()


def value_of(key: str, cell: str) -> str:
    """A cell in the termbase's words: noun for substantiv, admitted for tillatt; empty if it has none."""
    return _known_values().get(key, {}).get(cell.casefold().rstrip("."), "")


@cache
def _known_values() -> Mapping[str, Mapping[str, str]]:
    known: dict[str, dict[str, list[str]]] = yaml.safe_load(VALUES.read_text("utf-8"))
    return {
        key: {value: value for value in CHOICES[key]}
        | {word.casefold(): value for value, words in values.items() for word in words}
        for key, values in known.items()
    }

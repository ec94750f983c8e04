"""What the columns of a table hold, guessed from their headings: a key of ours, in a language or in none.

`headers.yml` and `values.yml` have the words; names of languages come from CLDR, and tags are BCP 47's. A
column that names no language, in a table that has several, gets one from the language of its heading, from
the script of its cells, or else that of the first term.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import langcodes
import yaml
from babel import Locale, UnknownLocaleError

from ..languages import known, script, usual
from ..load import CHOICES
from ..yamlfile import did_you_mean
from . import plain
from .plain import Incoming

HEADERS = Path(__file__).with_name("headers.yml")
VALUES = Path(__file__).with_name("values.yml")
TERM_DETAILS = ("pos", "gender", "pinyin", "note", "status")
_OF_CONCEPT = ("id", "subject", "broader", "related", "language")
TERMS = ("term", "synonyms", "abbreviation", "deprecated")  # keys of columns whose cells are terms
KEYS = (*TERMS, *plain.ENTRY_TEXTS, *TERM_DETAILS, *_OF_CONCEPT, "extra", "skip")


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
    words = _words(heading)
    if key := known_headings().get(" ".join(words)):
        return Column(heading, key)
    words = [part for word in words for part in _parts(word)]
    for size in (3, 2, 1):  # a language may be more words than one: zh-Hans, norsk bokmål
        for at in (len(words) - size, 0):
            if at >= 0 and size <= len(words) and (lang := language_of("-".join(words[at : at + size]))):
                rest = [word for word in (*words[:at], *words[at + size :]) if word not in _EMPTY_WORDS]
                key = known_headings().get(" ".join(rest)) if rest else "term"
                if key:
                    key = "term" if key == "translation" else key
                    return Column(heading, key, "" if key in _OF_CONCEPT else lang)
                if size > 1 or _is_set_apart(words[at], heading):
                    return Column(heading, "extra", lang)
    rest = [word for word in words if word not in _EMPTY_WORDS]
    return Column(heading, known_headings().get(" ".join(rest), "extra"))


_EMPTY_WORDS = ("in", "på", "i", "auf", "en", "language", "språk", "@", "concept")


def _is_set_apart(word: str, heading: str) -> bool:
    """Whether a word of two letters is a code and no word of its own: owner_no, not “refers to”."""
    apart = rf"\b{word.upper()}\b|(?i:(?:^|[^\w\s]|_){word}(?:$|[^\w\s]|_))"
    return len(word) != 2 or bool(re.search(apart, heading))


def _words(heading: str) -> list[str]:
    """A heading's words, alike however they are written: full-width brackets are brackets."""
    alike = unicodedata.normalize("NFKC", heading).casefold()
    return [word for word in re.split(r"[\s_.:/()\[\]{}<>,;|、・–—-]+", alike) if word]


def _parts(word: str) -> tuple[str, ...]:
    """The language and what it is the language of, where there is no space between words: 英文定义."""
    if not _CJK.fullmatch(word) or word in known_headings() or language_of(word):
        return (word,)
    for size in range(len(word) - 1, 1, -1):
        for first, last in ((word[:size], word[size:]), (word[:-size], word[-size:])):
            if language_of(first) or language_of(last):
                return first, last
    return (word,)


_CJK = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


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
        repeats = column.key in (*TERMS, "extra", "skip")
        found.append(column if repeats or place not in seen else Column(column.heading, "extra", column.lang))
        seen.add(place)
    return found


def with_languages(
    columns: Sequence[Column], below: Sequence[Sequence[str]], languages: Sequence[str] = ()
) -> list[Column]:
    """Columns that name no language, with the one that they are probably in.

    `below` are some of the cells, row by row; `languages` those that the reader named. A table whose term
    columns name no language at all, and whose headings may be in any, stays as it is.
    """
    if any(column.key == "language" for column in columns):
        return list(columns)
    found = [_translated(column, languages) for column in columns]
    named = [c.lang for c in found if c.key in TERMS and c.lang]
    for place, column in enumerate(found):
        if column.key == "term" and not column.lang:
            free = [lang for lang in _languages_of(column.heading) if lang not in map(_base, named)]
            if free and (named or "en" not in free) and (not languages or free[0] in map(_base, languages)):
                found[place] = replace(column, lang=free[0])
    found = _without_numbers(found)
    named = list(dict.fromkeys(c.lang for c in found if c.key in TERMS and c.lang))
    if not named or any(c.key == "term" and not c.lang for c in found):
        return found
    for place, column in enumerate(found):
        if column.key in _IN_A_LANGUAGE and not column.lang:
            cells = [row[place] for row in below if place < len(row) and row[place]]
            found[place] = replace(column, lang=_likely(column, cells, named))
    return found


_IN_A_LANGUAGE = (*TERMS[1:], *plain.ENTRY_TEXTS, "pos", "gender", "note")


def _translated(column: Column, languages: Sequence[str]) -> Column:
    """A column of translations: terms in the second of two languages; kept, if nobody says which."""
    if column.key != "translation":
        return column
    two = len(languages) == 2
    return replace(column, key="term" if two else "extra", lang=languages[1] if two else "")


def _without_numbers(columns: Sequence[Column]) -> list[Column]:
    """“No” is a number, and not Norwegian, where another column is in Norwegian."""
    languages = Counter(column.lang for column in columns if column.key == "term")
    is_number = [c.heading.casefold() == "no" and languages["nb"] > 1 for c in columns]
    return [Column(c.heading, "id") if is_no else c for c, is_no in zip(columns, is_number, strict=True)]


def _likely(column: Column, cells: Sequence[str], named: Sequence[str]) -> str:
    """Which of the table's languages the texts of a column are in."""
    scripts = Counter(filter(None, map(_script_of, cells)))
    main = next(iter(scripts.most_common(1)), ("", 0))[0]
    fitting = [lang for lang in named if script(lang) in _SCRIPTS.get(main, ())] or list(named)
    if column.key == "gender":
        fitting = [lang for lang in fitting if usual(lang).get("gendered")] or fitting
    of_heading = [lang for lang in fitting if _base(lang) in _languages_of(column.heading)]
    return (of_heading or fitting)[0]


# The script of a letter, by the first word of its name in Unicode → scripts of languages (ISO 15924).
_SCRIPTS = {
    "LATIN": ("Latn",),
    "CJK": ("Hans", "Hant", "Jpan"),
    "HIRAGANA": ("Jpan",),
    "KATAKANA": ("Jpan",),
    "HANGUL": ("Kore",),
    "CYRILLIC": ("Cyrl",),
    "GREEK": ("Grek",),
    "ARABIC": ("Arab",),
    "HEBREW": ("Hebr",),
}


def _script_of(text: str) -> str:
    """The script of most of a text's letters; kana rather than Han, which Japanese has too."""
    names = Counter(
        unicodedata.name(letter, "").split(" ")[0] for letter in str(text)[:200] if letter.isalpha()
    )
    kana = next((name for name in ("HIRAGANA", "KATAKANA") if name in names), "")
    return kana or next(iter(names.most_common(1)), ("", 0))[0]


def _base(lang: str) -> str:
    return "nb" if lang == "no" else lang.split("-")[0].lower()


@cache
def known_headings() -> Mapping[str, str]:
    """Word of a heading → our key."""
    return {word: key for word, (key, _) in _headings().items()}


def _languages_of(heading: str) -> tuple[str, ...]:
    """The languages that a heading may be written in."""
    return _headings().get(" ".join(_words(heading)), ("", ()))[1]


@cache
def _headings() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Word of a heading → our key, and the languages that have the word."""
    known: dict[str, dict[str, list[str]]] = yaml.safe_load(HEADERS.read_text("utf-8"))
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for key, languages in known.items():
        for lang, words in languages.items():
            for word in words:
                spelled = " ".join(_words(str(word))) or str(word)
                first, others = found.get(spelled, (key, ()))
                found[spelled] = (first, (*others, lang) if first == key else others)
    return found


@cache
def _names_of_languages() -> Mapping[str, str]:
    """Name of a language → its code: in the language itself, and in those that we know anything about."""
    found: dict[str, str] = {}
    english = Locale("en").languages
    codes = [code for code in map(str, english) if len(code.split("_")[0]) == 2]
    for locale in ("en", "nb", "zh", *known()):
        with suppress(UnknownLocaleError, ValueError):
            names = Locale.parse(locale, sep="-").languages
            for code in codes:
                found.setdefault(str(names.get(code, "")).casefold(), code.replace("_", "-"))
    for code in codes:
        with suppress(UnknownLocaleError, ValueError):
            found.setdefault(
                str(Locale.parse(code).languages.get(code, "")).casefold(), code.replace("_", "-")
            )
    found |= {f"{name[:-1]}文": code for name, code in found.items() if len(name) > 1 and name[-1] in "语語"}
    found |= {
        "bokmål": "nb",
        "norsk": "nb",
        "norwegian": "nb",
        "nynorsk": "nn",
        "中文": "zh",
        "汉语": "zh",
        "漢語": "zh",
        "hanzi": "zh",
        "挪威文": "nb",
        "chinese simplified": "zh-Hans",
        "chinese traditional": "zh-Hant",
    }
    return {name.replace(" ", "-"): code for name, code in found.items() if name}


def language_of(word: str) -> str:
    """The tag that a word of a heading is, or the language that it names; empty if it is neither."""
    word = re.sub(r"[\s_]+", "-", word.casefold())
    for form in (word, *_undeclined(word)):
        if code := _names_of_languages().get(form):
            return code
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?", word):
        return ""
    base = word.split("-")[0]
    is_usual = base in Locale("en").languages and (len(base) == 2 or "-" in word)
    if not is_usual or not langcodes.tag_is_valid(word):
        return ""
    return "nb" if word == "no" else str(langcodes.standardize_tag(word))


def _undeclined(word: str) -> list[str]:
    """The name that an adjective is of: englische Benennung, traduction anglaise."""
    return [
        word[: found.end(1)]
        for found in [re.fullmatch(r"(.*(?:isch|deutsch|ais|ois|and))e[rsn]?", word)]
        if found
    ]


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

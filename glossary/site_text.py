"""The engine's own words, per language: headings, labels and messages of generated pages.

`text/en.yml` is the complete list. A language brings its words as `text/<code>.yml` or, without touching
the engine, as `text:` in `languages.yml`. For what neither has, a relative speaks: `nb` for `nb-NO`, `zh` in
the other script for `zh-TW`, and English for all others, which the check reports.
"""

from __future__ import annotations

import importlib.resources
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from babel.core import get_global

from . import chinese
from .languages import direction, engine_words, relatives, script
from .model import Language, Problem, Termbase
from .yamlfile import did_you_mean, locate, shown

_NEVER_MISSED = ("theme", "language-short", "search-separator")
_THEME = importlib.resources.files("material") / "templates" / "partials" / "languages"
_THEME_WORD = re.compile(r'^ *"([\w.]+)": "(.+?)",?$', re.MULTILINE)
_WORDS_OF_THEME = {
    "skip": "action.skip",
    "search": "search.placeholder",
    "language": "select.language",
    "main-menu": "nav",
    "footer-menu": "footer",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Interface words of one language; `theme` replaces single words of the site theme's translation."""

    words: Mapping[str, str]
    theme: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def get(self, key: str, default: str = "") -> str:
        return self.words.get(key, default)


def load_words(termbase: Termbase) -> dict[str, Words]:
    """Words of every language of the termbase, all of them complete."""
    found = {code: _words(language) for code, language in termbase.languages.items()}
    shorts = Counter(words["language-short"] for words in found.values())
    return {code: _with_own_short(code, words, shorts) for code, words in found.items()}


def _with_own_short(code: str, words: Words, shorts: Mapping[str, int]) -> Words:
    """With a short form of the language that no other has: two variants of one language go by their codes."""
    if shorts[words["language-short"]] == 1:
        return words
    return replace(words, words=MappingProxyType({**words.words, "language-short": code}))


def missing_words(termbase: Termbase) -> list[Problem]:
    """Languages that borrow English words, each with their keys; and words that nothing shows."""
    borrowed = [p for language in termbase.languages.values() if (p := _incomplete(termbase, language))]
    return [*borrowed, *_unknown(termbase)]


def english_words(code: str) -> dict[str, str]:
    """The English words that pages in a language show, where nothing but the engine says them."""
    english = engine_words("en")
    return {key: english[key] for key in english if key not in _NEVER_MISSED and key not in _given(code)}


def _words(language: Language) -> Words:
    own = _own(language.code)
    words = {**engine_words("en"), **_given(language.code), **language.text}
    if not own and "language-short" not in language.text:
        words["language-short"] = language.code.split("-")[0].upper()
    theme = {"language": language.html, "direction": direction(language), **own.get("theme", {})}
    words.pop("theme")
    return Words(MappingProxyType(words), MappingProxyType(theme))


@cache
def _own(code: str) -> Mapping[str, Any]:
    """The engine's words in a language, or in the nearest relative that it has words in."""
    found = next((found for name in relatives(code) if (found := engine_words(name))), {})
    if not found and script(code) == "Hant":
        return {**chinese.traditional(engine_words("zh"), code), "language-short": "繁"}
    return found


def _given(code: str) -> Mapping[str, Any]:
    return {**_of_theme(code), **_own(code)}


def _incomplete(termbase: Termbase, language: Language) -> Problem | None:
    missing = sorted(english_words(language.code).keys() - language.text.keys())
    if not missing:
        return None
    return Problem(
        file=shown(termbase.folder / "languages.yml"),
        line=locate(termbase.folder / "languages.yml", language.code),
        code="S003",
        severity="warning",
        lang=language.code,
        key="text",
        message=f"{len(missing)} interface words are shown in English: {', '.join(missing)}",
        fix=f"add them under `{language.code}: {{text: …}}`",
    )


def _unknown(termbase: Termbase) -> Iterator[Problem]:
    """Words under `text:` that nothing shows: misspelt, or of a former version."""
    path, known = termbase.folder / "languages.yml", engine_words("en")
    for language in termbase.languages.values():
        for key in language.text.keys() - known.keys():
            yield Problem(
                file=shown(path),
                line=locate(path, language.code, "text", key),
                code="S003",
                severity="warning",
                lang=language.code,
                key=f"text.{key}",
                message=f"the interface has no word “{key}”",
                fix=did_you_mean(key, known) or "remove it",
            )


@cache
def _of_theme(code: str) -> Mapping[str, str]:
    """Words that Material has in the language, of those that the frame says in its place."""
    if not (name := theme_language(code)):
        return {}
    translations = dict(_THEME_WORD.findall((_THEME / f"{name}.html").read_text("utf-8")))
    return {word: translations[key] for word, key in _WORDS_OF_THEME.items() if translations.get(key)}


def theme_language(code: str) -> str:
    """Which of Material's translations serves a language: its own, or a close relative's; else none."""
    former = (old.replace("_", "-") for old, new in _former_codes().items() if new.replace("_", "-") == code)
    return next((name for name in (*relatives(code), *former) if (_THEME / f"{name}.html").is_file()), "")


def _former_codes() -> Mapping[str, str]:
    """Codes that CLDR has replaced, with what they stand for: sh is sr_Latn."""
    return cast(Mapping[str, str], get_global("language_aliases"))

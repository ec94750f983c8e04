"""The engine's own words, per language: headings, labels and messages of generated pages.

`text/en.yml` is the complete list. A language brings its words as `text/<code>.yml` or, without touching
the engine, as `text:` in `languages.yml`; what neither has is a located problem, never an English word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from .model import Language, Problem, Termbase, TermbaseError
from .yamlfile import locate, shown

FOLDER = Path(__file__).parent / "text"


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
    """Words of every language of the termbase.

    Raises:
        TermbaseError: a language lacks words; the problem lists their keys.
    """
    problems = [p for language in termbase.languages.values() if (p := _incomplete(termbase, language))]
    if problems:
        raise TermbaseError(problems)
    return {code: _words(language) for code, language in termbase.languages.items()}


def _words(language: Language) -> Words:
    words = {**_read(language.code), **language.text}
    theme = {"language": language.html, **words.pop("theme", {})}
    return Words(MappingProxyType(words), MappingProxyType(theme))


def _incomplete(termbase: Termbase, language: Language) -> Problem | None:
    missing = sorted(_read("en").keys() - {"theme"} - _read(language.code).keys() - language.text.keys())
    if not missing:
        return None
    return Problem(
        file=shown(termbase.folder / "languages.yml"),
        line=locate(termbase.folder / "languages.yml", language.code),
        code="S003",
        lang=language.code,
        key="text",
        message=f"{len(missing)} interface words have no {language.name} form: {', '.join(missing)}",
        fix=f"add them under `{language.code}: {{text: …}}`, or as glossary/text/{language.code}.yml",
    )


@cache
def _read(code: str) -> Mapping[str, Any]:
    path = FOLDER / f"{code}.yml"
    return yaml.safe_load(path.read_text("utf-8")) if path.is_file() else {}

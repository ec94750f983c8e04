"""Numbers in texts that come from the cards of models, so that a retraining cannot leave them behind.

    It trained for {{ card.gan.minutes:0 }} minutes and got {{ card.gan.metrics.avatar_fid:1 }}.

A card is the `weights/card.json` of a model or of a demo, known by the name of its folder. The keys of the
card follow; where they lead to a metric, its `value` is meant. Behind a colon stands how it is written: the
number of decimals, `percent`, or `short` or `long` for millions and the like, each of which may have decimals
too. Every number is written as its language writes numbers. In code, nothing is put in.

Texts keep their placeholders in the model: what is hashed for staleness, checked and translated does not
change with a number. `fallback` puts the numbers in where a concept is shown, and `filled` in files that
leave the project; an import knows such a text again (`exchange.merge`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import numbers
from .markdown_code import CODE_SPAN, without_code
from .model import Concept, Entry, Language, Problem, Termbase
from .numbers import locale_of
from .yamlfile import Reader, did_you_mean, locate_text, nearest, shown

PLACEHOLDER = re.compile(r"\{\{\s*card\.([^{}:]*?)\s*(?::([^{}:]*))?\}\}")
FORMATS = ("percent", "short", "long")
TEXTS = ("definition", "summary", "explanation", "example")  # all of them Markdown
INLINE_TEXTS = ("definition", "summary")  # within a line
_FORMAT = re.compile(r"(percent|short|long|)\s*(\d?)")
_IN_MARKDOWN = re.compile(f"{CODE_SPAN.pattern}|{PLACEHOLDER.pattern}")

Fault = Callable[[str, str], None]
"""Takes message and remedy."""


class Unknown(Exception):
    """There is no such number; with the remedy as its second argument."""


def read(demos: Path) -> Mapping[str, Any]:
    """The cards below the folder of demos, which may be missing, by the names of their folders."""
    found: dict[str, Any] = {}
    for path in (
        *sorted(demos.glob("apps/*/weights/card.json")),
        *sorted(demos.glob("models/*/weights/card.json")),
    ):
        with suppress(OSError, ValueError):  # what cannot be read holds no number
            found[path.parents[1].name] = json.loads(path.read_bytes())
    return MappingProxyType(found)


def with_cards(termbase: Termbase, demos: Path) -> Termbase:
    """The termbase, and the numbers that its texts may name."""
    return replace(termbase, cards=read(demos))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Puts numbers into texts. Without cards, it only looks for placeholders, which then are faults."""

    cards: Mapping[str, Any] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)

    @classmethod
    def of(cls, termbase: Termbase) -> Numbers:
        return cls(termbase.cards, termbase.languages)

    def fill(self, text: str, lang: str, fault: Fault = lambda message, fix: None) -> str:
        """The text with its numbers; what is unknown stays, and is reported to `fault`."""
        return PLACEHOLDER.sub(lambda found: self._number(found, lang, fault), text) if "{{" in text else text

    def fill_markdown(
        self, text: str, lang: str, fault: Callable[[int, str, str], None] = lambda line, message, fix: None
    ) -> str:
        """The same where code stays as it is; `fault` gets the line too, from 1."""
        if "{{" not in text:
            return text
        lines = text.split("\n")
        for index, line in enumerate(without_code(lines)):
            if PLACEHOLDER.search(line):

                def at_line(message: str, fix: str, number: int = index + 1) -> None:
                    fault(number, message, fix)

                lines[index] = _IN_MARKDOWN.sub(
                    lambda found, fault=at_line: (  # type: ignore[misc]
                        self.fill(found[0], lang, fault) if found[0].startswith("{{") else found[0]
                    ),
                    lines[index],
                )
        return "\n".join(lines)

    def fill_node(self, reader: Reader, node: Any, text: str, lang: str, key: str) -> str:
        """A text of a data file, whose faults its reader notes."""
        return self.fill(
            text, lang, lambda message, fix: reader.at_language(lang, node, "S010", message, fix, key=key)
        )

    def entry(self, entry: Entry) -> Entry:
        """What a concept says in a language, with numbers."""
        if not any("{{" in getattr(entry, key) for key in TEXTS):
            return entry
        return replace(
            entry,
            definition=self.fill_markdown(entry.definition, entry.lang),
            summary=self.fill_markdown(entry.summary, entry.lang),
            explanation=self.fill_markdown(entry.explanation, entry.lang),
            example=self.fill_markdown(entry.example, entry.lang),
        )

    def _number(self, found: re.Match[str], lang: str, fault: Fault) -> str:
        try:
            value = lookup(self.cards, found[1])
            return written(value, (found[2] or "").strip(), self._locale(lang))
        except Unknown as error:
            fault(*error.args)
            return found[0]

    def _locale(self, lang: str) -> str:
        language = self.languages.get(lang)
        return locale_of(language) if language else numbers.locale_of_tag(lang)


NONE = Numbers()


def lookup(cards: Mapping[str, Any], path: str) -> float:
    """The number that a path such as `gan.metrics.avatar_fid` leads to. Raises Unknown.

    Keys of a card may hold dots themselves: the longest that fits is taken.
    """
    here: Any = cards
    walked, rest = "card", path
    while rest and isinstance(here, Mapping):
        key = max((key for key in here if rest == key or rest.startswith(f"{key}.")), key=len, default="")
        if not key:
            raise Unknown(*_nothing_there(here, walked, rest))
        here, walked, rest = here[key], f"{walked}.{key}", rest[len(key) + 1 :]
    if isinstance(here, Mapping):
        here = here.get("value", here)
    if rest or isinstance(here, bool) or not isinstance(here, int | float):
        is_group = isinstance(here, Mapping)
        fix = f"name one of: {', '.join(here)}" if is_group else "name a key that holds a number"
        raise Unknown(f"“{'.'.join(filter(None, (walked, rest)))}” is no number", fix)
    return here


def _nothing_there(here: Mapping[str, Any], walked: str, rest: str) -> tuple[str, str]:
    name = rest if nearest(rest, here) else rest.partition(".")[0]
    if walked != "card":
        return f"{walked} has no “{name}”", did_you_mean(name, here) or f"name one of: {', '.join(here)}"
    message = f"there is no card “{name}”"
    return message, did_you_mean(
        name, here
    ) or "name the folder of a model that has weights, or write the number"


def written(value: float, format: str, locale: str) -> str:
    """A number in a format of ours, as the language of a locale writes it. Raises Unknown."""
    found = _FORMAT.fullmatch(format)
    if found is None:
        fix = f"write the number of decimals, or one of: {', '.join(FORMATS)}"
        raise Unknown(f"numbers cannot be written as “{format}”", fix)
    name, digits = found[1], int(found[2] or 0)
    if name == "percent":
        return numbers.percent(value, locale, digits)
    if name:
        return numbers.compact(value, locale, name, digits)
    if found[2]:
        return numbers.number(value, locale, digits)
    return numbers.plain(value, locale)


# Whole termbases


def filled(termbase: Termbase) -> Termbase:
    """The termbase with numbers in its texts, for readers who have no cards."""
    fill = Numbers.of(termbase).entry
    concepts = {id: _filled(concept, fill) for id, concept in termbase.concepts.items()}
    return replace(termbase, concepts=MappingProxyType(concepts))


def _filled(concept: Concept, fill: Callable[[Entry], Entry]) -> Concept:
    entries = {lang: fill(entry) for lang, entry in concept.entries.items()}
    if all(entries[lang] is entry for lang, entry in concept.entries.items()):
        return concept
    return replace(concept, entries=MappingProxyType(entries))


def masked(text: str, mask: str) -> str:
    """The text with a sign in place of each character of a placeholder."""
    return PLACEHOLDER.sub(lambda found: mask * len(found[0]), text) if "{{" in text else text


def check(termbase: Termbase) -> Iterator[Problem]:
    """Placeholders in the texts of concepts that no card has a number for."""
    fill = Numbers.of(termbase)
    for concept in termbase.concepts.values():
        for lang, entry in concept.entries.items():
            for key in TEXTS:
                if "{{" not in (text := getattr(entry, key)):
                    continue
                faults: list[tuple[int, str, str]] = []
                fill.fill_markdown(text, lang, lambda *fault, to=faults: to.append(fault))
                for line, message, fix in faults:
                    at = locate_text(concept.path, lang, key) + line - 1
                    yield Problem(
                        shown(concept.path), at, "S010", message, fix, lang=lang, id=concept.id, key=key
                    )

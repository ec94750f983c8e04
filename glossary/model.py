"""The termbase as plain data.

Words follow TBX-Basic (ISO 30042:2019) and SKOS: a *concept* has *terms* in each language, one of them
*preferred*; concepts are joined by *broader*, *part of* and *related*, and
kept apart by *not to be confused with*. Nothing here reads files.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

STATUSES = ("preferred", "admitted", "deprecated", "superseded")
GENDERS = ("m", "f", "m/f", "n")
TYPES = ("full", "abbreviation", "acronym", "proper name", "variant")
POS = ("noun", "verb", "adjective", "adverb", "proper noun", "other")
RELATIONS = ("broader", "part_of", "related", "not_to_be_confused_with")
LEVELS = ("intro", "technical", "paper")  # what a work that is recommended asks of its reader
CONTEXT = "context"
SEGMENTS = ("words", "han")
READINGS = ("pinyin", "none")


@dataclass(frozen=True, slots=True)
class Term:
    """One designation of a concept in one language."""

    term: str
    status: str = "admitted"
    type: str = ""
    pos: str = ""
    gender: str = ""
    pinyin: str = ""
    forms: tuple[str, ...] = ()  # look-up strings for linking only, never shown as synonyms
    sort_key: str = ""  # overrides the computed order, for names read in an unexpected way
    note: str = ""
    source: str = ""
    link: bool | str = True  # CONTEXT: only in a paragraph that says by other terms which sense is meant
    not_: tuple[str, ...] = ()  # `not` in files: longer words that hold the term and do not mean it
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)  # see glossary/exchange/extra.py

    @property
    def is_usable(self) -> bool:
        """Whether running text may use the term: preferred or admitted."""
        return self.status in ("preferred", "admitted")

    @property
    def is_abbreviation(self) -> bool:
        """Whether capitals are part of the spelling: marked so, or written in capitals only (GAN, GPT-2)."""
        return self.type in ("abbreviation", "acronym") or (len(self.term) > 1 and self.term.isupper())

    @property
    def text_key(self) -> str:
        """What two terms have in common when a reader would call them the same."""
        text = unicodedata.normalize("NFC", self.term)
        return text if self.is_abbreviation else text.casefold()


@dataclass(frozen=True, slots=True)
class Entry:
    """All a concept says in one language."""

    lang: str
    terms: tuple[Term, ...]  # none while nobody has found a word for the concept
    definition: str = ""  # empty while nobody has written one
    summary: str = ""  # the short answer in plain language: what it is, and why it matters
    explanation: str = ""
    example: str = ""
    basis: str = ""  # hash of the reference-language text this was last checked against
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def preferred(self) -> Term:
        """The term to use; every entry with terms has one."""
        return next(term for term in self.terms if term.status == "preferred")

    def with_status(self, *statuses: str) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.status in statuses)


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept with all its languages: one YAML file, whose name is the id."""

    id: str
    path: Path
    subject: str  # empty while nobody has chosen one
    entries: Mapping[str, Entry]  # of the languages that there is something in
    broader: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    not_to_be_confused_with: tuple[str, ...] = ()  # concepts whose names are often put for this one's
    legacy: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    further: tuple[str, ...] = ()  # works to read next, of the same bibliography
    figure: str = ""  # the drawing on its page, by the name of its file
    reviewed: str = ""  # the day on which somebody last read all of it, as ISO 8601 has it
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def named_in(self, lang: str) -> Entry | None:
        """What it says in a language, if it has a term there."""
        entry = self.entries.get(lang)
        return entry if entry and entry.terms else None


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the site, with each tool's code for it."""

    code: str  # BCP 47 key used in YAML, file names and addresses
    name: str  # in the language itself
    html: str  # value of the `lang` attribute
    order: str = "latin"  # a key of glossary.order.ORDERS
    alphabet: str = ""  # letters in their order, where those of `latin` have marks of their own: "a á b …"
    stemmer: str = ""  # Snowball algorithm; empty for none
    segment: str = "words"  # one of SEGMENTS; "han" for scripts without spaces
    locale: str = ""  # CLDR's, which says how numbers are written; empty: that of `html`
    also: str = ""  # tags of further languages whose readers get this one: "no nn"
    # How terms and texts are written; where these are empty, `languages` knows what is usual.
    quotes: str = ""  # the opening and the closing quotation mark
    units: str = ""  # words that follow only numbers, beside the signs of units: "percent million"
    gendered: str = ""  # "true" if nouns are given with their gender
    reading: str = ""  # "pinyin" if terms are given with theirs
    reference: bool = False  # translations are made from it, and go stale when it changes
    text: Mapping[str, str] = field(default_factory=dict)  # overrides of the engine's interface words


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject field, with its labels."""

    id: str
    labels: Mapping[str, str]  # by language, without those that are still to be translated


NO_SUBJECT = Subject("without_subject", MappingProxyType({}))
"""What pages show of concepts without a subject; no id in a file has an underscore."""


@dataclass(frozen=True, slots=True)
class Source:
    """One work of the bibliography (`sources.yml`)."""

    id: str
    title: str
    authors: str = ""
    year: str = ""
    published: str = ""  # journal, conference or publisher
    identifier: str = ""  # DOI, arXiv number, ISBN …
    url: str = ""
    lang: str = ""  # language of the title
    level: str = ""  # one of LEVELS; empty for a work that no concept recommends
    readers: str = ""  # languages of the readers it is recommended to; empty: see `further`


@dataclass(frozen=True)
class Termbase:
    """Everything under the termbase folder, in the order of `languages.yml` and of ids."""

    folder: Path
    languages: Mapping[str, Language]
    subjects: Mapping[str, Subject]
    sources: Mapping[str, Source]
    concepts: Mapping[str, Concept]
    extra: Mapping[str, Any] = field(default_factory=dict)  # what other people's files say of them all
    cards: Mapping[str, Any] = field(default_factory=dict)  # of models, whose numbers texts may name

    @property
    def default_language(self) -> str:
        return next(iter(self.languages))

    @property
    def reference_language(self) -> str:
        """The language that the others are translated from: the one marked so, else the first."""
        marked = (code for code, language in self.languages.items() if language.reference)
        return next(marked, self.default_language)

    @cached_property
    def narrower(self) -> Mapping[str, tuple[str, ...]]:
        """Inverse of `broader`: concept id to the ids one level down."""
        return self._inverse("broader")

    @cached_property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """Inverse of `part_of`."""
        return self._inverse("part_of")

    @cached_property
    def related(self) -> Mapping[str, tuple[str, ...]]:
        """`related` both ways: authored in one file, shown on both pages."""
        return self._both_ways("related")

    @cached_property
    def confusable(self) -> Mapping[str, tuple[str, ...]]:
        """`not_to_be_confused_with` both ways."""
        return self._both_ways("not_to_be_confused_with")

    def joined(self, id: str) -> frozenset[str]:
        """The concepts that any relation joins to this one, whichever of the two files says so."""
        concept = self.concepts[id]
        return frozenset(
            (*concept.broader, *concept.part_of, *self.narrower[id], *self.parts[id], *self.related[id])
        )

    def _both_ways(self, relation: str) -> Mapping[str, tuple[str, ...]]:
        pairs: dict[str, dict[str, None]] = {id: {} for id in self.concepts}
        for id, concept in self.concepts.items():
            for other in getattr(concept, relation):
                pairs[id][other] = None
                pairs[other][id] = None
        return MappingProxyType({id: tuple(others) for id, others in pairs.items()})

    def subject_of(self, concept: Concept) -> Subject:
        return self.subjects[concept.subject] if concept.subject else NO_SUBJECT

    def by_subject(self) -> Iterator[tuple[Subject, list[Concept]]]:
        """Subjects in the order of `subjects.yml`, each with its concepts; empty ones are left out.

        Concepts without a subject come last.
        """
        for subject in (*self.subjects.values(), NO_SUBJECT):
            concepts = [c for c in self.concepts.values() if self.subject_of(c) is subject]
            if concepts:
                yield subject, concepts

    def _inverse(self, relation: str) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {id: [] for id in self.concepts}
        for id, concept in self.concepts.items():
            for target in getattr(concept, relation):
                found[target].append(id)
        return MappingProxyType({id: tuple(ids) for id, ids in found.items()})


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A fault in the data: where it is, what is wrong, and how to fix it."""

    file: str
    line: int
    code: str
    message: str
    fix: str = ""
    severity: str = "error"  # or "warning"
    lang: str = ""
    id: str = ""
    key: str = ""
    column: int = 0  # of the first character, from 1; 0 where only the line is known

    def __str__(self) -> str:
        where = ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])
        scope = " ".join(part for part in (self.lang, self.key) if part)
        return f"{where}: {self.severity} {self.code}{f' [{scope}]' if scope else ''}: {self.message}" + (
            f" → {self.fix}" if self.fix else ""
        )


class TermbaseError(Exception):
    """The termbase cannot be used; `problems` says where and why, all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))

"""Which translations were made from a text that has changed since.

An entry's `basis` is the fingerprint of the reference-language text it was last checked against. It covers
what a translator works from and nothing else: new relations, synonyms or sources make no translation stale,
and neither do line breaks.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from . import order
from .languages import has_gender, has_pinyin
from .model import Concept, Entry, Language, Term, Termbase


class State(StrEnum):
    """How an entry stands to the reference language."""

    REFERENCE = "reference"
    CURRENT = "current"
    STALE = "stale"
    UNCHECKED = "unchecked"  # nobody has said yet that it agrees
    MISSING = "missing"


def basis_of(entry: Entry) -> str:
    """The fingerprint of a reference-language text: eight hexadecimal digits (BLAKE2b, RFC 7693).

    Covers preferred term, definition, explanation, example and summary, in Unicode form NFC and with every
    run of white space as one space. A text without a summary has the fingerprint that it had before there
    were any.
    """
    term = entry.preferred.term if entry.terms else ""
    summary = (entry.summary,) if entry.summary else ()
    return _fingerprint(term, entry.definition, entry.explanation, entry.example, *summary)


@lru_cache(maxsize=20_000)  # a build asks once for every language and page
def _fingerprint(*texts: str) -> str:
    plain = "\0".join(" ".join(unicodedata.normalize("NFC", text).split()) for text in texts)
    return blake2b(plain.encode(), digest_size=4).hexdigest()


def state_of(termbase: Termbase, concept: Concept, lang: str) -> State:
    """How the concept's text in a language stands to its text in the reference language."""
    entry, reference = concept.named_in(lang), concept.entries.get(termbase.reference_language)
    if entry is None:
        return State.MISSING
    if lang == termbase.reference_language:
        return State.REFERENCE
    if not entry.basis or reference is None:
        return State.UNCHECKED
    return State.CURRENT if entry.basis == basis_of(reference) else State.STALE


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one language has of the termbase: ids of concepts, in the order of the termbase."""

    language: Language
    is_reference: bool
    concepts: int
    states: dict[State, tuple[str, ...]]
    without_pinyin: tuple[str, ...]
    without_gender: tuple[str, ...]

    @property
    def translated(self) -> int:
        return self.concepts - len(self.of(State.MISSING))

    def of(self, state: State) -> tuple[str, ...]:
        return self.states.get(state, ())


def coverage(termbase: Termbase) -> Iterator[Coverage]:
    """One report per language, in the order of `languages.yml`."""
    for code, language in termbase.languages.items():
        states: dict[State, list[str]] = defaultdict(list)
        for concept in termbase.concepts.values():
            states[state_of(termbase, concept, code)].append(concept.id)
        preferred = {
            id: entry.preferred
            for id, concept in termbase.concepts.items()
            if (entry := concept.named_in(code))
        }
        yield Coverage(
            language,
            code == termbase.reference_language,
            len(termbase.concepts),
            {state: tuple(ids) for state, ids in states.items()},
            tuple(id for id, term in preferred.items() if lacks_pinyin(term, language)),
            tuple(id for id, term in preferred.items() if lacks_gender(term, language)),
        )


def drafts(termbase: Termbase) -> dict[str, tuple[str, ...]]:
    """Concepts that are not finished, with what they lack: a subject; a term, a text or its pinyin."""
    found = {id: tuple(_lacking(termbase, concept)) for id, concept in termbase.concepts.items()}
    return {id: lacking for id, lacking in found.items() if lacking}


def _lacking(termbase: Termbase, concept: Concept) -> Iterator[str]:
    if not concept.subject:
        yield "subject"
    for code, language in termbase.languages.items():
        entry = concept.named_in(code)
        if entry is None:
            yield f"term in {code}"
        else:
            if not entry.definition:
                yield f"definition in {code}"
            if lacks_summary(termbase, concept, code):
                yield f"summary in {code}"
            if lacks_pinyin(entry.preferred, language):
                yield f"pinyin in {code}"


def lacks_summary(termbase: Termbase, concept: Concept, lang: str) -> bool:
    """Whether a language has a term and no summary, although the reference language has one."""
    entry, reference = concept.named_in(lang), concept.entries.get(termbase.reference_language)
    return bool(entry and not entry.summary and reference and reference.summary)


def lacks_pinyin(term: Term, language: Language) -> bool:
    """Whether a Chinese term has no reading."""
    return has_pinyin(language) and not term.pinyin and any(map(order.is_han, term.term))


def lacks_gender(term: Term, language: Language) -> bool:
    """Whether a Norwegian common noun has no gender."""
    is_noun = term.pos in ("", "noun") and term.type in ("", "full", "variant") and not term.is_abbreviation
    return has_gender(language) and is_noun and not term.gender

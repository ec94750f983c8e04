"""The linker of one language."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ..inflection import grammar_of
from ..languages import has_word_dictionary
from ..model import Concept, Term, Termbase
from .han import HanIndex
from .text import PARAGRAPH, Match
from .words import WordIndex


class Linker:
    """Finds the preferred and admitted terms of one language.

    `ambiguous` maps each form that leads to several concepts to their ids; such forms are not linked.
    """

    def __init__(self, termbase: Termbase, lang: str) -> None:
        language = termbase.languages[lang]
        self.termbase = termbase
        self.lang = lang
        self.ambiguous: dict[str, tuple[str, ...]] = {}
        self._index: WordIndex | HanIndex
        if language.segment == "han":
            self._index = HanIndex(self.ambiguous, has_dictionary=has_word_dictionary(language))
        else:
            self._index = WordIndex(grammar_of(language.stemmer), self.ambiguous)
        for concept in termbase.concepts.values():
            entry = concept.entries.get(lang)
            for term in entry.terms if entry else ():
                self._index.add(term, self.name(concept, term))
                for longer in term.not_:
                    self._index.add(Term(longer, pos=term.pos, gender=term.gender), "")

    def name(self, concept: Concept, term: Term) -> str:
        """What a match of the term is called; a term without a name still hides shorter ones inside it."""
        return concept.id if term.is_usable and term.link else ""

    def find(self, text: str) -> list[Match]:
        """The terms in a plain text, from left to right, longest first, without overlap."""
        matches = [match for match in self._index.find(text) if match.id]
        if any(match.in_context for match in matches):
            return list(self._with_context(text, matches))
        return matches

    def _with_context(self, text: str, matches: list[Match]) -> Iterator[Match]:
        """Without those that need a term of the same subject in their paragraph, and have none."""
        ends = [found.end() for found in PARAGRAPH.finditer(text)]
        places = [bisect_right(ends, match.start) for match in matches]
        beside = {
            (place, subject)
            for place, match in zip(places, matches, strict=True)
            if not match.in_context and (subject := self.termbase.concepts[match.id].subject)
        }
        for place, match in zip(places, matches, strict=True):
            if not match.in_context or (place, self.termbase.concepts[match.id].subject) in beside:
                yield match

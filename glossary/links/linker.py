"""The linker of one language."""

from __future__ import annotations

from ..inflection import grammar_of
from ..languages import has_word_dictionary
from ..model import Concept, Term, Termbase
from .han import HanIndex
from .text import Match
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

    def name(self, concept: Concept, term: Term) -> str:
        """What a match of the term is called; a term without a name still hides shorter ones inside it."""
        return concept.id if term.is_usable and term.link else ""

    def find(self, text: str) -> list[Match]:
        """The terms in a plain text, from left to right, longest first, without overlap."""
        return [match for match in self._index.find(text) if match.id]

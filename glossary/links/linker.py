"""The linker of one language."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
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

    A term with `link: context` is found only in a paragraph that also mentions, by another term, a concept of
    the same subject or at most two relations away: what both are about is then the same field. Terms that are
    ambiguous themselves do not count.
    """

    def __init__(self, termbase: Termbase, lang: str) -> None:
        language = termbase.languages[lang]
        self.termbase = termbase
        self.lang = lang
        self.ambiguous: dict[str, tuple[str, ...]] = {}
        self._vouchers: dict[str, frozenset[str]] = {}
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

    def find(self, text: str, about: str = "") -> list[Match]:
        """The terms in a plain text, from left to right, longest first, without overlap.

        What the text is `about`, the id of a concept, counts as mentioned in each of its paragraphs.
        """
        matches = [match for match in self._index.find(text) if match.id]
        if any(match.in_context for match in matches):
            return list(self._with_context(text, matches, about))
        return matches

    def _with_context(self, text: str, matches: list[Match], about: str) -> Iterator[Match]:
        """Without those that have nothing in their paragraph to say that they are meant as terms."""
        ends = [found.end() for found in PARAGRAPH.finditer(text)]
        places = [bisect_right(ends, match.start) for match in matches]
        beside: dict[int, set[str]] = defaultdict(lambda: {about})  # what is certainly meant in a paragraph
        for place, match in zip(places, matches, strict=True):
            if not match.in_context:
                beside[place].add(match.id)
        for place, match in zip(places, matches, strict=True):
            if not match.in_context or not beside[place].isdisjoint(self._vouching(match.id)):
                yield match

    def _vouching(self, id: str) -> frozenset[str]:
        """The concepts beside which an ambiguous term is this one: itself by another term, those of its
        subject, and those near by relations."""
        if id not in self._vouchers:
            concepts = self.termbase.concepts
            subject = concepts[id].subject
            alike = (other for other in concepts if subject and concepts[other].subject == subject)
            near = self.termbase.joined(id)
            further = (other for neighbor in near for other in self.termbase.joined(neighbor))
            self._vouchers[id] = frozenset((id, *alike, *near, *further))
        return self._vouchers[id]

"""Terms of a language that separates its words by spaces."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..inflection.grammar import Form, Grammar, exact, has_inner_capital, modifier
from ..model import CONTEXT, Term
from .candidate import Candidate, Spelling, bounds, class_wanted, gap, is_inside_name, is_mention
from .signs import SignIndex
from .text import NO_PROSE, WORD, Match

_REMEMBERED_WORDS = 200_000
_SHORT_FORM_AFTER = re.compile(
    r"(\w[^()]*\w) \(((?=[^()]*[A-ZÆØÅ])[^\s()]{2,})\)"
)  # k-nearest neighbors (k-NN)


@dataclass(slots=True)
class _Node:
    """A step in the tree of terms: the words that may follow, and the terms that end here."""

    next: dict[str, _Node] = field(default_factory=dict)
    ends: list[Spelling] = field(default_factory=list)


class WordIndex:
    """Terms of a language that separates its words by spaces."""

    def __init__(self, grammar: Grammar, ambiguous: dict[str, tuple[str, ...]]) -> None:
        self.grammar = grammar
        self.ambiguous = ambiguous
        self.root = _Node()
        self.signs = SignIndex(grammar)
        self._beginnings: dict[str, bool] = {}

    def add(self, term: Term, id: str) -> None:
        text = unicodedata.normalize("NFC", term.term)
        bare = re.sub(r"^(?:å|to) (?=\w)", "", text)  # verbs as dictionaries list them: «å koke», “to boil”
        with_short_form = _SHORT_FORM_AFTER.fullmatch(bare)
        for part in with_short_form.groups() if with_short_form else ():
            self._add_spelling(part, term, id, is_form=False)
        self._add_spelling(bare, term, id, is_form=False)
        for form in term.forms:
            self._add_spelling(unicodedata.normalize("NFC", form), term, id, is_form=True)

    def find(self, text: str) -> Iterator[Match]:
        words = list(WORD.finditer(text))
        skipped: list[tuple[int, int]] | None = None
        signs = self.signs.find(text)
        position = 0
        while position < len(words):
            start = words[position].start()
            found = self._longest(text, words, position) if self._may_begin(words[position][0]) else None
            if found and skipped is None:
                skipped = [span.span() for span in NO_PROSE.finditer(text)]
            if found and _overlaps(skipped or [], start):
                found = None
            while signs and signs[0].end <= start:
                signs.pop(0)
            if signs and signs[0].start <= start and (found is None or found[1].end <= signs[0].end):
                found = (position + 1, signs.pop(0))  # the longer of two that begin here
            if found is None:
                position += 1
                continue
            position, match = found
            yield match
            while position < len(words) and words[position].start() < match.end:
                position += 1
            signs = [sign for sign in signs if sign.start >= match.end]

    def _may_begin(self, word: str) -> bool:
        """Whether any term begins with a form of the word: most words are known to begin none."""
        known = self._beginnings.get(word)
        if known is None:
            if len(self._beginnings) >= _REMEMBERED_WORDS:
                self._beginnings.clear()
            known = any(key in self.root.next for key, _ in self.grammar.text_keys(word))
            self._beginnings[word] = known
        return known

    def _add_spelling(self, text: str, term: Term, id: str, is_form: bool) -> None:
        """Put one spelling into the tree."""
        words = list(WORD.finditer(text))
        if self.signs.add(text, words, id, in_context=term.link == CONTEXT):
            return
        if not words or (sum(len(word[0]) for word in words) < 2 and not is_form):
            return  # a single letter would be found everywhere
        forms = Form.SAME if is_form else self.grammar.forms_of(term)
        spelling = Spelling(id, text, forms, is_form=is_form, in_context=term.link == CONTEXT)
        spelling.before, spelling.after = text[: words[0].start()].rstrip(), text[words[-1].end() :].lstrip()
        if len(words) == 1 and words[0][0][:1].isupper():
            spelling.name = words[0][0]
        nodes = [self.root]
        for index, word in enumerate(words):
            sign = gap(text[words[index - 1].end() : word.start()]) if index else ""
            following = words[index + 1][0].casefold() if index + 1 < len(words) else ""
            keys = self._keys_of(word[0], term, following, is_phrase=index > 0, is_form=is_form)
            nodes = [node.next.setdefault(f"{sign}{key}", _Node()) for node in nodes for key in keys]
        for node in nodes:
            node.ends.append(spelling)
            self._note_homonyms(node, spelling)

    def _note_homonyms(self, node: _Node, spelling: Spelling) -> None:
        folded = spelling.text.casefold()
        alike = [
            other for other in node.ends if other.text.casefold() == folded and other.name == spelling.name
        ]
        if len(ids := {other.id for other in alike if other.id}) > 1:
            self.ambiguous[folded] = tuple(sorted(ids))

    def _keys_of(
        self, word: str, term: Term, following: str, is_phrase: bool, is_form: bool
    ) -> tuple[str, ...]:
        """The keys under which a word of a term is indexed."""
        if has_inner_capital(word) or (term.type in ("abbreviation", "acronym") and not is_form):
            return (exact(word),)
        folded, is_last = word.casefold(), not following
        if following and not is_phrase and not is_form and self.grammar.is_verb(term):
            return self.grammar.term_keys(folded)  # stopped down, blendet ned
        if is_last and term.pos == "adjective":
            return (modifier(self.grammar.modifier(folded)),)
        if is_last and is_phrase and not is_form:
            return self.grammar.phrase_keys(folded)
        if is_last or following in self.grammar.prepositions or is_form:
            return self.grammar.term_keys(folded)
        return (modifier(self.grammar.modifier(folded)),)

    def _longest(self, text: str, words: list[re.Match[str]], first: int) -> tuple[int, Match] | None:
        """The longest term that begins at a word: where to go on after it, and the match."""
        ends: dict[int, list[tuple[Spelling, Form]]] = defaultdict(list)
        reached = [self.root]
        for index in range(first, len(words)):
            word = words[index]
            sign = gap(text[words[index - 1].end() : word.start()]) if index > first else ""
            if sign is None:
                break
            following = []
            for key, form in self.grammar.text_keys(word[0]):
                for node in reached:
                    if child := node.next.get(f"{sign}{key}"):
                        following.append(child)
                        ends[index] += [(spelling, form) for spelling in child.ends]
            if not following:
                break
            reached = following
        for last in sorted(ends, reverse=True):
            if match := self._choose(Candidate(text, words, first, last), ends[last]):
                after = last + 1
                while after < len(words) and words[after].start() < match.end:
                    after += 1  # the ending after a hyphen counts as a word of its own
                return after, match
        return None

    def _choose(self, candidate: Candidate, ends: list[tuple[Spelling, Form]]) -> Match | None:
        """The one concept that these words stand for; none when they do not, or when there are several."""
        fitting: dict[bool, dict[str, Match]] = {True: {}, False: {}}
        classes: dict[str, Form] = {}  # of concepts: a verb's, or a noun's
        for spelling, form in ends:
            form &= spelling.forms
            span = bounds(candidate, spelling, form, self.grammar) if form else None
            if span and is_mention(candidate, spelling, form, self.grammar):
                id = "" if is_inside_name(candidate, spelling, self.grammar) else spelling.id
                fitting[candidate.is_written_as(spelling)][id] = Match(*span, id, spelling.in_context)
                classes[spelling.id] = Form.VERB if Form.VERB in spelling.forms else Form.SAME
        # What is written in the termbase goes before what is a form of it; a link goes before no link.
        for matches in (fitting[True], fitting[False]):
            linked = {id: match for id, match in matches.items() if id}
            if len(linked) > 1 and candidate.first == candidate.last:
                wanted = class_wanted(candidate, self.grammar)
                linked = {id: match for id, match in linked.items() if classes[id] == wanted} or linked
            if len(linked) > 1:
                form_in_text = candidate.text[candidate.start : candidate.end].casefold()
                self.ambiguous[form_in_text] = tuple(sorted(linked))
                return Match(candidate.start, candidate.end, "")
            if matches:
                return next(iter((linked or matches).values()))
        return None


def _overlaps(spans: list[tuple[int, int]], position: int) -> bool:
    index = bisect_right(spans, (position, len(spans) and spans[-1][1]))
    return index > 0 and spans[index - 1][0] <= position < spans[index - 1][1]

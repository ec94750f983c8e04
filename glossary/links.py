"""Terms in running text.

    linker = Linker(termbase, "nb")
    linker.find("De latente rommene lærer generatorens bruk.")
    # [Match(start=3, end=18, id="latent-space"), Match(start=25, end=37, id="generator")]

Where spaces part words, each word of the text is looked up among the first words of terms, so the cost grows
with the text and not with the termbase. Chinese, which has no spaces, is searched for all terms at once
(Aho–Corasick). The longest term wins, and a term inside a longer word is none.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

import ahocorasick_rs
import rjieba

from .inflection import Grammar, grammar_of
from .inflection.grammar import (
    SENTENCE_SUBJECT,
    Form,
    exact,
    has_inner_capital,
    modifier,
    without_soft_hyphens,
)
from .model import Concept, Term, Termbase

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*|\u00ad[^\W_]+)*")  # a soft hyphen parts nothing
_GAP = re.compile(r"(?!\Z)[^\S\n]*\n?[^\S\n]*|[-\u00ad\u2010\u2011]")  # one line break at most
# Addresses, file names and identifiers are not prose.
NO_PROSE = re.compile(
    r"(?:https?://|www\.)[^\s<>]++"
    r"|(?<![^\s<>@])[^\s<>@]++@[^\s<>@]++"
    r"|(?<![\w/])(?:[~.]{0,2}/[\w.-]++){2,}/?"
    r"|\b\w++(?:\.[^\W\d]\w*+)+(?:\(\))?"
    r"|\b\w++\(\)"
    r"|\b[^\W_]*+_\w*+(?:\(\))?"
)
_REMEMBERED_WORDS = 200_000
_LONGEST_CLAUSE = 12  # words; of a longer one, only the end is read
_HYPHENS = "\u2010\u2011-"
_APOSTROPHES = "'’ʼ"
_HYPHEN = re.compile(f"[{_HYPHENS}]")
_BEGUN_BEFORE = re.compile(rf"[_@#\\{_HYPHENS}]\Z|\w[{_APOSTROPHES}.]\Z")
_GOES_ON = re.compile(rf"[_@#+\\]|[{_APOSTROPHES}](?!s\b)\w")  # the English genitive does not go on
_SENTENCE_END = re.compile(r"(?:^|[.!?:…•|\ufffc]|\n\s*\n)[\s\"'«»“”‘’„(\[]*$")

# Scripts written without spaces, and the words of other scripts among them.
IDEOGRAPHS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_CJK = f"{IDEOGRAPHS}\u2e80-\u2fdf\u3005\u3041-\u3096\u30a1-\u30fa\u30fc"
_SPACE_IN_CJK = re.compile(rf"(?<=[{_CJK}，。、；：（）])\s+|\s+(?=[{_CJK}，。、；：（）])|(?<=\s)\s+")
_HAN = re.compile(f"[{IDEOGRAPHS}]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
# What a dictionary joins to the word it counts or points at.
_COUNTED = re.compile(r"[第每各这那几两半整某该本一二三四五六七八九十百千零〇\d]+")
# An adjective of one character before a noun makes another noun of the same thing.
_QUALITY = re.compile(r"[低高新旧老好原同]")
# How often a term is taken to occur among jieba's 60 million words: in texts on its subject it is common.
_TERM_FREQUENCY = 6000


@dataclass(frozen=True, slots=True)
class Match:
    """A term in a text: its place, and the id of its concept."""

    start: int
    end: int
    id: str


class Linker:
    """Finds the preferred and admitted terms of one language.

    `ambiguous` maps each form that leads to several concepts to their ids; such forms are not linked.
    """

    def __init__(self, termbase: Termbase, lang: str) -> None:
        language = termbase.languages[lang]
        self.termbase = termbase
        self.lang = lang
        self.ambiguous: dict[str, tuple[str, ...]] = {}
        self._index: _WordIndex | _HanIndex
        if language.segment == "han":
            self._index = _HanIndex(self.ambiguous, has_dictionary=language.order == "pinyin")
        else:
            self._index = _WordIndex(grammar_of(language.stemmer), self.ambiguous)
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


@dataclass(slots=True)
class _Entry:
    """What a sequence of words stands for."""

    id: str  # empty: nothing to link
    text: str
    forms: Form  # of its last word
    case: str = ""  # the only word of a term that is a name, as it is spelt
    before: str = ""  # signs that belong to the term: .NET, C++
    after: str = ""
    is_form: bool = False  # an author's own `forms`: matched as written


@dataclass(slots=True)
class _Node:
    """A step in the tree of terms: the words that may follow, and the terms that end here."""

    next: dict[str, _Node] = field(default_factory=dict)
    ends: list[_Entry] = field(default_factory=list)


class _WordIndex:
    """Terms of a language that parts its words by spaces."""

    def __init__(self, grammar: Grammar, ambiguous: dict[str, tuple[str, ...]]) -> None:
        self.grammar = grammar
        self.ambiguous = ambiguous
        self.root = _Node()
        self._beginnings: dict[str, bool] = {}

    def add(self, term: Term, id: str) -> None:
        text = unicodedata.normalize("NFC", term.term)
        spoken = re.sub(r"^(?:å|to) (?=\w)", "", text)  # verbs in a dictionary's manner: «å koke», “to boil”
        self._file(spoken, term, id, is_form=False)
        for form in term.forms:
            self._file(unicodedata.normalize("NFC", form), term, id, is_form=True)

    def find(self, text: str) -> Iterator[Match]:
        words = list(_WORD.finditer(text))
        skipped: list[tuple[int, int]] | None = None
        position = 0
        while position < len(words):
            found = self._longest(text, words, position) if self._may_begin(words[position][0]) else None
            if found and skipped is None:
                skipped = [span.span() for span in NO_PROSE.finditer(text)]
            if found is None or _overlaps(skipped or [], words[position].start()):
                position += 1
                continue
            position, match = found
            yield match

    def _may_begin(self, word: str) -> bool:
        """Whether any term begins with a form of the word: most words are known to begin none."""
        known = self._beginnings.get(word)
        if known is None:
            if len(self._beginnings) >= _REMEMBERED_WORDS:
                self._beginnings.clear()
            known = any(key in self.root.next for key, _ in self.grammar.keys(word))
            self._beginnings[word] = known
        return known

    def _file(self, text: str, term: Term, id: str, is_form: bool) -> None:
        """Put one spelling into the tree."""
        words = list(_WORD.finditer(text))
        if not words or sum(len(word[0]) for word in words) < 2:
            return  # a single letter would be found everywhere
        entry = _Entry(id, text, Form.SAME if is_form else self.grammar.forms_of(term), is_form=is_form)
        entry.before, entry.after = text[: words[0].start()].rstrip(), text[words[-1].end() :].lstrip()
        if len(words) == 1 and words[0][0][:1].isupper():
            entry.case = words[0][0]
        nodes = [self.root]
        for index, word in enumerate(words):
            gap = _gap(text[words[index - 1].end() : word.start()]) if index else ""
            following = words[index + 1][0].casefold() if index + 1 < len(words) else ""
            keys = self._keys_of(word[0], term, following, is_phrase=index > 0, is_form=is_form)
            nodes = [node.next.setdefault(f"{gap}{key}", _Node()) for node in nodes for key in keys]
        for node in nodes:
            node.ends.append(entry)
            self._note_homonyms(node, entry)

    def _note_homonyms(self, node: _Node, entry: _Entry) -> None:
        spelling = entry.text.casefold()
        alike = [
            other for other in node.ends if other.text.casefold() == spelling and other.case == entry.case
        ]
        if len(ids := {other.id for other in alike if other.id}) > 1:
            self.ambiguous[spelling] = tuple(sorted(ids))

    def _keys_of(
        self, word: str, term: Term, following: str, is_phrase: bool, is_form: bool
    ) -> tuple[str, ...]:
        """The keys under which a word of a term is filed."""
        if has_inner_capital(word) or (term.type in ("abbreviation", "acronym") and not is_form):
            return (exact(word),)
        folded, is_last = word.casefold(), not following
        if following and not is_phrase and not is_form and self.grammar.is_verb(term):
            return self.grammar.filed(folded)  # stopped down, blendet ned
        if is_last and term.pos == "adjective":
            return (modifier(self.grammar.modifier(folded)),)
        if is_last and is_phrase and not is_form:
            return self.grammar.filed_in_phrase(folded)
        if is_last or following in self.grammar.prepositions or is_form:
            return self.grammar.filed(folded)
        return (modifier(self.grammar.modifier(folded)),)

    def _longest(self, text: str, words: list[re.Match[str]], first: int) -> tuple[int, Match] | None:
        """The longest term that begins at a word: where to go on after it, and the match."""
        ends: dict[int, list[tuple[_Entry, Form]]] = defaultdict(list)
        reached = [self.root]
        for index in range(first, len(words)):
            word = words[index]
            gap = _gap(text[words[index - 1].end() : word.start()]) if index > first else ""
            if gap is None:
                break
            following = []
            for key, form in self.grammar.keys(word[0]):
                for node in reached:
                    if child := node.next.get(f"{gap}{key}"):
                        following.append(child)
                        ends[index] += [(entry, form) for entry in child.ends]
            if not following:
                break
            reached = following
        for last in sorted(ends, reverse=True):
            if match := self._chosen(text, words, first, last, ends[last]):
                after = last + 1
                while after < len(words) and words[after].start() < match.end:
                    after += 1  # the ending after a hyphen is a word of its own to us
                return after, match
        return None

    def _chosen(
        self,
        text: str,
        words: list[re.Match[str]],
        first: int,
        last: int,
        ends: list[tuple[_Entry, Form]],
    ) -> Match | None:
        """The one concept that these words stand for; none when they do not, or when there are several."""
        start, end = words[first].start(), words[last].end()
        fitting: dict[bool, dict[str, Match]] = {True: {}, False: {}}
        classes: dict[str, Form] = {}  # of concepts: a verb's, or a noun's
        for entry, form in ends:
            form &= entry.forms
            if not form:
                continue
            span = self._bounded(text, start, end, entry)
            if span and self._is_spelt(text, words, first, last, entry, form):
                as_written = without_soft_hyphens(text[start:end]).casefold() == entry.text.casefold()
                fitting[as_written][entry.id] = Match(*span, entry.id)
                classes[entry.id] = Form.VERB if Form.VERB in entry.forms else Form.SAME
        # What is written in the termbase goes before what is a form of it; a link goes before no link.
        for matches in (fitting[True], fitting[False]):
            linked = {id: match for id, match in matches.items() if id}
            if len(linked) > 1 and first == last:
                linked = self._of_class(text, words, first, linked, classes)
            if len(linked) > 1:
                form_in_text = text[start:end].casefold()
                self.ambiguous[form_in_text] = tuple(sorted(linked))
                return Match(start, end, "")
            if matches:
                return next(iter((linked or matches).values()))
        return None

    def _of_class(
        self,
        text: str,
        words: list[re.Match[str]],
        index: int,
        linked: dict[str, Match],
        classes: dict[str, Form],
    ) -> dict[str, Match]:
        """Of a noun and a verb that are spelt alike (a swarm, to swarm), the one that the neighbours want."""
        before, after = (_beside(text, words, index, step) for step in (-1, 1))
        is_subject = before.istitle() and self.grammar.opens_as_subject(before.casefold())
        wanted = self.grammar.class_after(
            SENTENCE_SUBJECT if is_subject else before.casefold(), after.casefold()
        )
        return {id: match for id, match in linked.items() if classes[id] == wanted} or linked

    def _bounded(self, text: str, start: int, end: int, entry: _Entry) -> tuple[int, int] | None:
        """Where the match begins and ends, or None when it is part of a longer word."""
        if not (text.endswith(entry.before, 0, start) and text.startswith(entry.after, end)):
            return None
        start, end = start - len(entry.before), end + len(entry.after)
        if _BEGUN_BEFORE.search(text, max(0, start - 2), start) or _GOES_ON.match(text, end):
            return None
        return self._with_ending(text, start, end) if _HYPHEN.match(text, end) else (start, end)

    def _with_ending(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """GAN-er and GPT-2-en take their ending after a hyphen; all else after one makes another word."""
        ending = _WORD.match(text, end + 1)
        if ending is None or ending[0] not in self.grammar.suffixes or text[end - 1].islower():
            return None
        goes_on = _GOES_ON.match(text, ending.end()) or _HYPHEN.match(text, ending.end())
        return None if goes_on else (start, ending.end())

    def _is_spelt(
        self, text: str, words: list[re.Match[str]], first: int, last: int, entry: _Entry, form: Form
    ) -> bool:
        """Whether the words are this term, and no verb, name or abbreviation that looks like it."""
        word = words[first][0]
        if entry.case:
            return word[:1].isupper()
        if first != last or has_inner_capital(entry.text):
            return True
        before, after = _beside(text, words, first, -1), _beside(text, words, first, 1)
        between = (before.casefold(), after.casefold())
        if not self._is_of_its_class(word.casefold(), entry, form, between, text, words, first):
            return False
        if len(word) > 1 and word.isupper():
            shouted = any(other.isupper() and len(other) > 1 for other in (before, after))
            return shouted or len(word) > 5
        is_capitalised = word[:1].isupper() and bool(form & Form.SAME) and self.grammar.names_are_capitalised
        return not (is_capitalised and self._is_in_name(text, words, first, before, after))

    def _is_of_its_class(
        self,
        word: str,
        entry: _Entry,
        form: Form,
        between: tuple[str, str],
        text: str,
        words: list[re.Match[str]],
        index: int,
    ) -> bool:
        """Whether the word is a noun between these two when the term is one, or the verb that the term is."""
        grammar, spelt = self.grammar, entry.text.casefold()
        before, after = between
        if Form.VERB in entry.forms:
            is_no_verb = before in grammar.before_no_verb and not grammar.is_participle(spelt, before)
            if word == spelt and (is_no_verb or grammar.is_other_verb(spelt, before)):
                return False
            # “the crops”, «to svermer»
            return not (grammar.may_be_noun(word, spelt) and grammar.class_after(*between) == Form.SAME)
        if index and words[index - 1][0].istitle() and grammar.opens_as_subject(before):
            before = SENTENCE_SUBJECT
        clause = _clause_before(text, words, index - 1) if before else ()
        if grammar.reads_as_verb(spelt, form, before, after, clause):
            return False
        return not grammar.disagrees(spelt, form, entry.forms, before, clause[-1] if clause else "")

    def _is_in_name(self, text: str, words: list[re.Match[str]], index: int, before: str, after: str) -> bool:
        """Whether a capitalised word stands beside another: both are parts of a name (Salt Lake City)."""
        if len(after) > 1 and after.istitle():
            return True
        if len(before) < 2 or not before.istitle():
            return False
        is_first = begins_sentence(text, words[index - 1].start())
        return not (is_first and before.casefold() in self.grammar.before_nouns)


def _gap(between: str) -> str | None:
    """What parts two words, with space and hyphen the same; None when it is too much to be one term."""
    if _GAP.fullmatch(between):
        return ""
    sign = "".join(between.split()).replace("’", "'")
    return f"{sign}\0" if 0 < len(sign) <= 3 and "\ufffc" not in sign and sign not in ".,;:!?()" else None


def _overlaps(spans: list[tuple[int, int]], position: int) -> bool:
    index = bisect_right(spans, (position, len(spans) and spans[-1][1]))
    return index > 0 and spans[index - 1][0] <= position < spans[index - 1][1]


def _beside(text: str, words: list[re.Match[str]], index: int, step: int) -> str:
    """The word before or after another, when nothing but a space or hyphen is between them; else nothing."""
    other = index + step
    if not 0 <= other < len(words):
        return ""
    left, right = words[min(index, other)], words[max(index, other)]
    return words[other][0] if _GAP.fullmatch(text[left.end() : right.start()]) else ""


def _clause_before(text: str, words: list[re.Match[str]], index: int) -> tuple[str, ...]:
    """The words before another, back to the next sign, in their order."""
    found: list[str] = []
    while len(found) < _LONGEST_CLAUSE and (word := _beside(text, words, index, -1)):
        found.append(word.casefold())
        index -= 1
    return tuple(reversed(found))


def begins_sentence(text: str, position: int) -> bool:
    return bool(_SENTENCE_END.search(text[max(0, position - 12) : position])) or not text[:position].strip()


class _HanIndex:
    """Terms of a language that writes without spaces, with words of other scripts among it.

    Chinese is cut into words by jieba, which is told the terms: 微调 is one in 微调模型, not in 稍微调整.
    There is no such dictionary for other languages, where every occurrence counts.
    """

    def __init__(self, ambiguous: dict[str, tuple[str, ...]], has_dictionary: bool) -> None:
        self.ambiguous = ambiguous
        self.has_dictionary = has_dictionary
        self.entries: dict[str, dict[str, None]] = defaultdict(dict)  # spelling → ids
        self.patterns: list[str] = []
        self._automaton: ahocorasick_rs.AhoCorasick | None = None
        self._jieba: rjieba.Jieba | None = None

    def add(self, term: Term, id: str) -> None:
        for text in (term.term, *term.forms):
            plain, _ = _without_spaces(unicodedata.normalize("NFC", text))
            if len(plain) > 1 or _HAN.match(plain):
                self.entries[plain][id] = None
                if term.is_abbreviation and plain.isascii():
                    self.entries[f"{plain}s"][id] = None

    def find(self, text: str) -> Iterator[Match]:
        if self._automaton is None:
            self._automaton = self._build()
        plain, places = _without_spaces(text)
        found = self._automaton.find_matches_as_indexes(plain, overlapping=True)
        # Leftmost first, then longest first.
        candidates = sorted((start, -stop, index) for index, start, stop in found)
        words = _Words(plain, self._segmenter()) if candidates and self.has_dictionary else None
        end = 0
        for start, stop, index in candidates:
            stop = -stop
            if start >= end and _is_apart(plain, start, stop) and (words is None or words.allow(start, stop)):
                end = stop
                yield Match(places[start], places[stop - 1] + 1, self._id(self.patterns[index]))

    def _build(self) -> ahocorasick_rs.AhoCorasick:
        self.patterns = list(self.entries)
        for spelling, ids in self.entries.items():
            if len(linked := sorted(id for id in ids if id)) > 1:
                self.ambiguous[spelling] = tuple(linked)
        return ahocorasick_rs.AhoCorasick(self.patterns)

    def _segmenter(self) -> rjieba.Jieba:
        if self._jieba is None:
            self._jieba = _segmenter(
                tuple(word for word in self.patterns if len(word) > 1 and _HAN.match(word))
            )
        return self._jieba

    def _id(self, spelling: str) -> str:
        linked = [id for id in self.entries[spelling] if id]
        return linked[0] if len(linked) == 1 else ""


class _Words:
    """The words of a Chinese text, and what they allow to be a term."""

    def __init__(self, plain: str, segmenter: rjieba.Jieba) -> None:
        self.plain = plain
        self.segmenter = segmenter
        self.ends = list(accumulate(map(len, segmenter.cut(plain, hmm=False))))

    def allow(self, start: int, stop: int) -> bool:
        """Whether a term may stand here: made of whole words, or half of a compound such as 参数设置."""
        if not (_HAN.match(self.plain[start]) or _HAN.match(self.plain[stop - 1])):
            return True
        first = bisect_right(self.ends, start)
        last = bisect_left(self.ends, stop)
        begins = self.ends[first - 1] if first else 0
        if begins == start and self.ends[last] == stop:
            return True
        if first != last:
            return False
        if self.ends[last] == stop and _COUNTED.fullmatch(self.plain, begins, start):
            return True  # 第三行, 每圈
        if stop - start == 1:
            return False
        if self.ends[last] == stop and _QUALITY.fullmatch(self.plain, begins, start):
            return True  # 低分辨率, 新模型
        rest = self.plain[begins:start] + self.plain[stop : self.ends[last]]
        is_at_edge = begins == start or self.ends[last] == stop
        return is_at_edge and len(rest) > 1 and self.segmenter.has_word(rest)


@lru_cache(maxsize=4)
def _segmenter(terms: tuple[str, ...]) -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for term in terms:
        known = segmenter.suggest_freq(term) if segmenter.has_word(term) else 0
        segmenter.add_word(term, max(known, _TERM_FREQUENCY), None)
    return segmenter


def _without_spaces(text: str) -> tuple[str, list[int]]:
    """The text without the spaces that mean nothing beside Han, and where each of its characters was."""
    plain: list[str] = []
    places: list[int] = []
    position = 0
    for space in [*_SPACE_IN_CJK.finditer(text), None]:
        stop = space.start() if space else len(text)
        plain.append(text[position:stop])
        places.extend(range(position, stop))
        position = space.end() if space else stop
    return re.sub(r"\s", " ", "".join(plain)), places


def _is_apart(plain: str, start: int, stop: int) -> bool:
    """Whether this is not part of a longer word of Latin letters or of katakana."""
    before, after = plain[max(0, start - 2) : start], plain[stop : stop + 2]
    for character, neighbour, further in (
        (plain[start], before[-1:], before[:-1]),
        (plain[stop - 1], after[:1], after[1:]),
    ):
        if _is_letter(character) and neighbour:
            joined = neighbour in f"{_HYPHENS}{_APOSTROPHES}._@#/\\+" and _is_letter(further)
            if _is_letter(neighbour) or neighbour == "_" or joined:
                return False
        if _KATAKANA.match(character) and _KATAKANA.match(neighbour):
            return False
    return True


def _is_letter(character: str) -> bool:
    """A letter or digit of a script that parts words by spaces."""
    return character.isalnum() and not re.match(f"[{_CJK}]", character)

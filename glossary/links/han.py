"""Terms of a language that is written without spaces between words."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

import ahocorasick_rs
import rjieba

from ..inflection.grammar import has_inner_capital
from ..model import CONTEXT, Term
from .text import APOSTROPHES, HYPHENS, IDEOGRAPHS, Match

_CJK = f"{IDEOGRAPHS}\u2e80-\u2fdf\u3005\u3041-\u3096\u30a1-\u30fa\u30fc"
_SPACE_IN_CJK = re.compile(rf"(?<=[{_CJK}，。、；：（）])\s+|\s+(?=[{_CJK}，。、；：（）])|(?<=\s)\s+")
_HAN = re.compile(f"[{IDEOGRAPHS}]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
# What a dictionary joins to the word it counts or points at.
_COUNTED = re.compile(r"[第每各这那几两半整某该本一二三四五六七八九十百千零〇\d]+")
# An adjective of one character before a noun makes another noun of the same thing.
_QUALITY = re.compile(r"[低高新旧老好原同]")
# How many of them there are: the word after the hyphen is still one of its own.
_QUANTITY = re.compile(rf"(?<![\w.,{HYPHENS}])\d[\d,.]*[KMB]?[{HYPHENS}]\Z", re.ASCII | re.IGNORECASE)
_SIGNS = "+#."  # at the edge of a term in Latin letters: C++, C#, .NET
_SMALL = str.maketrans({capital: capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
# How often a term is taken to occur among jieba's 60 million words: in texts on its subject it is common.
_TERM_FREQUENCY = 6000


class HanIndex:
    """Terms of a language that writes without spaces, with words of other scripts among it.

    jieba, given the terms, cuts Chinese into words: 微调 is one in 微调模型, not in 稍微调整.
    There is no such dictionary for other languages: every occurrence counts, but for a single character
    beside another one, which is more often half of another word (橋 in 鉄橋).
    """

    def __init__(self, ambiguous: dict[str, tuple[str, ...]], has_dictionary: bool) -> None:
        self.ambiguous = ambiguous
        self.has_dictionary = has_dictionary
        self.entries: dict[str, dict[str, bool]] = defaultdict(dict)  # spelling → ids, each with `in_context`
        self.patterns: list[str] = []  # the spellings; those in Latin letters are looked for in lower case
        self._automaton: ahocorasick_rs.AhoCorasick | None = None
        self._jieba: rjieba.Jieba | None = None

    def add(self, term: Term, id: str) -> None:
        for text in (term.term, *term.forms):
            plain, _ = _without_spaces(unicodedata.normalize("NFC", text))
            if len(plain) > 1 or _HAN.match(plain):
                in_context = term.link == CONTEXT
                self.entries[plain][id] = in_context
                if term.is_abbreviation and plain.isascii():
                    self.entries[f"{plain}s"][id] = in_context

    def find(self, text: str) -> Iterator[Match]:
        if self._automaton is None:
            self._automaton = self._build()
        plain, places = _without_spaces(text)
        found = self._automaton.find_matches_as_indexes(_lower(plain), overlapping=True)
        # Leftmost first, then longest first.
        candidates = sorted((start, -stop, index) for index, start, stop in found)
        words = _Words(plain, self._segmenter()) if candidates and self.has_dictionary else None
        end = 0
        for start, stop, index in candidates:
            stop, spelling = -stop, self.patterns[index]
            if start < end or not _is_written_as(plain[start:stop], spelling):
                continue
            is_word = words.allow(start, stop) if words else not _is_half(plain, start, stop)
            if _is_apart(plain, start, stop) and is_word:
                end, id = stop, self._id(spelling)
                in_context = self.entries[spelling].get(id, False)
                yield Match(places[start], places[stop - 1] + 1, id, in_context)

    def _build(self) -> ahocorasick_rs.AhoCorasick:
        self.patterns = list(self.entries)
        for spelling, ids in self.entries.items():
            if len(linked := sorted(id for id in ids if id)) > 1:
                self.ambiguous[spelling] = tuple(linked)
        return ahocorasick_rs.AhoCorasick(list(map(_lower, self.patterns)))

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


def _lower(text: str) -> str:
    """Latin letters in lower case; every character stays one."""
    return text.translate(_SMALL)


def _is_written_as(found: str, spelling: str) -> bool:
    """Whether what is alike but for its capitals is the same: SoftMax is softmax, and gan is not GAN."""
    return found == spelling or not any(map(has_inner_capital, re.findall(r"[A-Za-z0-9]+", spelling)))


def _is_half(plain: str, start: int, stop: int) -> bool:
    """Whether a single ideograph stands beside another one."""
    beside = plain[max(0, start - 1) : start] + plain[stop : stop + 1]
    return stop - start == 1 and bool(_HAN.search(beside))


def _is_apart(plain: str, start: int, stop: int) -> bool:
    """Whether this is not part of a longer word of Latin letters or of katakana."""
    before, after = plain[max(0, start - 2) : start], plain[stop : stop + 2]
    if _QUANTITY.search(plain[max(0, start - 12) : start]):
        before = ""  # 128K-token
    for character, neighbor, further in (
        (plain[start], before[-1:], before[:-1]),
        (plain[stop - 1], after[:1], after[1:]),
    ):
        if _is_letter(character) and neighbor:
            joined = neighbor in f"{HYPHENS}{APOSTROPHES}._@#/\\+" and _is_letter(further)
            if _is_letter(neighbor) or neighbor == "_" or joined:
                return False
        if character in _SIGNS and neighbor and (_is_letter(neighbor) or neighbor in "+#"):
            return False  # C++11, ASP.NET
        if _KATAKANA.match(character) and _KATAKANA.match(neighbor):
            return False
    return True


def _is_letter(character: str) -> bool:
    """A letter or digit of a script that separates words by spaces."""
    return character.isalnum() and not re.match(f"[{_CJK}]", character)

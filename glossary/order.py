"""The alphabet of each language: where a term stands in an index, and under which letter.

    terms.sort(key=lambda term: sort_key(term, language))
    letter = index_letter(term, language)

Norwegian ends with æ, ø, å; Chinese is read aloud (pinyin); a language with an `alphabet` goes by that, and
the rest is sorted by its base letters. Korean stands under the first consonant of a syllable, and Japanese
under the kana that a term begins with. No locale database is needed: those of operating systems differ,
and are often missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import rjieba

from .languages import script
from .model import Language, Term

ORDERS = ("latin", "norwegian", "pinyin")

OTHER = "#"  # what begins with a digit or a sign
LATIN_IN_CHINESE = "西文"  # the heading Chinese dictionaries use; its terms come after those read in pinyin

_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_NORWEGIAN = str.maketrans({"ä": "æ", "ö": "ø"})
# Katakana as hiragana, which are the same sounds; a syllable of Hangul decomposes into its letters.
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
# The consonant that a Korean index shows for the first of a syllable; doubled ones stand with the single.
_INITIALS = {
    chr(0x1100 + place): letter for place, letter in enumerate("ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ")
}
_RANK = str.maketrans("æøå", "{|}")  # the three signs after z
_HAN = re.compile(r"[\u2e80-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}

SortKey = tuple[object, ...]


def sort_key(term: Term | str, language: Language) -> SortKey:
    """A key that orders the terms of one language; keys of different languages are not comparable."""
    text = _ordered_as(term)
    if language.order == "pinyin":
        return _pinyin_key(text, _pinyin(term))
    if language.order == "norwegian":
        letters = _norwegian_letters(text)
        return (letters[:1].isalpha(), letters.translate(_RANK), text.casefold(), text)
    if language.alphabet:
        alphabet = _alphabet(language.alphabet)
        ranks = [alphabet.rank(letter) for letter in alphabet.letters(text)]
        return (bool(ranks) and ranks[0][0] > 0, ranks, text.casefold(), text)
    letters = _latin(text)
    is_letter = letters[:1].isalpha()
    return (is_letter, is_letter and _is_foreign(letters[0], language), letters, text.casefold(), text)


def index_letter(term: Term | str, language: Language) -> str:
    """The heading under which an index lists the term: a capital letter, `OTHER`, or `LATIN_IN_CHINESE`."""
    text = _ordered_as(term)
    if language.order == "pinyin":
        if is_han(_first(text)):
            return _readings(text, _pinyin(term))[0][0][0].upper()
        return LATIN_IN_CHINESE if _first(text).isalpha() else OTHER
    if language.order == "norwegian":
        first = _norwegian_letters(text)[:1]
    elif language.alphabet:
        first = next(iter(_alphabet(language.alphabet).letters(text)), "")
    else:
        first = _INITIALS.get(_latin(text)[:1], _latin(text)[:1])
    if not first[:1].isalpha():
        return OTHER
    return "İ" if first == "i" and "ı" in language.alphabet else first[:1].upper() + first[1:]


def _is_foreign(letter: str, language: Language) -> bool:
    """Whether a letter is Latin in a language that is not: those of its own script come first (CLDR)."""
    return script(language.html) != "Latn" and unicodedata.name(letter, "").startswith("LATIN")


def is_han(character: str) -> bool:
    return bool(_HAN.match(character))


def is_spelled(text: str, pinyin: str) -> bool:
    """Whether the characters can be read as `pinyin`; tones may differ, as some change in speech."""
    characters = [c for c in text if is_han(c) or c.isalnum()]
    return as_written(characters, pinyin, with_tones=False) is not None


def pinyin_of(text: str) -> str:
    """The usual reading, one syllable apart from the other: qián zài kōng jiān."""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(text, style=Style.TONE))


@lru_cache(maxsize=65536)
def pinyin_by_words(text: str) -> str:
    """The usual reading as it is written, words apart: qiánzài kōngjiān; nothing where there is none."""
    from pypinyin import Style, lazy_pinyin

    if not any(map(is_han, text)):
        return ""
    words = (word for word in _segmenter().cut(text) if any(map(str.isalnum, word)))
    return " ".join("".join(lazy_pinyin(word, style=Style.TONE)) for word in words)


@cache
def _segmenter() -> rjieba.Jieba:
    return rjieba.Jieba()


def _ordered_as(term: Term | str) -> str:
    text = term if isinstance(term, str) else term.sort_key or term.term
    return unicodedata.normalize("NFC", text)


def _pinyin(term: Term | str) -> str:
    """The author's pinyin, unless a `sort_key` stands in for the term."""
    return term.pinyin if isinstance(term, Term) and not term.sort_key else ""


def _first(text: str) -> str:
    return next((c for c in text if c.isalnum()), "")


def _separate_words(text: str) -> str:
    """Space and hyphen alike part words, and come before every letter; other signs do not count."""
    spaced = re.sub(r"[\s\u2010-\u2015/-]+", " ", text)
    return "".join(c for c in spaced if c.isalnum() or c == " ").strip()


def _latin(text: str) -> str:
    """Base letters only: é stands with e, ä with a."""
    folded = text.casefold().translate(_FOLDED).translate(_HIRAGANA)
    decomposed = unicodedata.normalize("NFD", folded)
    return _separate_words("".join(c for c in decomposed if not unicodedata.combining(c)))


@dataclass(frozen=True)
class Alphabet:
    """The letters of a language in their order; some are written with two signs: dž."""

    order: tuple[str, ...]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The letters, the longest first, and whatever else there is."""
        return re.compile(
            "|".join([*map(re.escape, sorted(self.order, key=len, reverse=True)), "."]), re.DOTALL
        )

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {letter: rank for rank, letter in enumerate(self.order, 1)}

    def letters(self, text: str) -> list[str]:
        """The text in letters of the alphabet where it has them, else in base letters."""
        lower = text.replace("I", "ı").lower() if "ı" in self.order else text.casefold()
        words = _separate_words(unicodedata.normalize("NFC", lower))
        return [
            base
            for letter in self._pattern.findall(words)
            for base in ([letter] if letter in self._ranks or letter == " " else _latin(letter) or letter)
        ]

    def rank(self, letter: str) -> tuple[int, int, str]:
        """Spaces and digits first, then the alphabet, then letters of other scripts."""
        if letter in self._ranks:
            return (1, self._ranks[letter], "")
        return (2 if letter.isalpha() else 0, 0, letter)


@cache
def _alphabet(letters: str) -> Alphabet:
    return Alphabet(tuple(letters.split()))


def _norwegian_letters(text: str) -> str:
    """Letters of the Norwegian alphabet: ä is æ, ö is ø, and aa is å."""
    folded = text.casefold().translate(_NORWEGIAN).replace("aa", "å")
    return _separate_words("".join(c if c in "æøå" else _latin(c) or c for c in folded))


def _pinyin_key(text: str, pinyin: str) -> SortKey:
    """Digits and signs first, then characters by reading and tone, then Latin words."""
    first = _first(text)
    if is_han(first):
        return (1, _readings(text, pinyin), text)
    return (2 if first.isalpha() else 0, _latin(text), text)


@lru_cache(maxsize=65536)
def _readings(text: str, pinyin: str) -> tuple[tuple[str, str], ...]:
    """Each character's syllable with its tone, e.g. (("chang2", "长"), ("duan3", "短"), …).

    The author's own pinyin decides between readings where it fits, else pypinyin's dictionary of phrases.
    """
    from pypinyin import Style, lazy_pinyin

    characters = [c for c in text if is_han(c) or c.isalnum()]
    spoken = as_written(characters, pinyin) if pinyin else None
    if spoken is None:
        keep: Any = lambda run: list(run.lower())  # noqa: E731  # one item per character that is not Han
        spoken = lazy_pinyin("".join(characters), style=Style.TONE3, neutral_tone_with_five=True, errors=keep)
    return tuple(zip(spoken, characters, strict=True))


def as_written(characters: list[str], pinyin: str, with_tones: bool = True) -> list[str] | None:
    """The readings of the characters that spell `pinyin`, or None when none do."""
    from pypinyin import Style
    from pypinyin import pinyin as all_readings

    def letters(text: str) -> str:
        decomposed = unicodedata.normalize("NFD", text.lower()).replace("u\u0308", "v")
        return "".join(c for c in decomposed if c.isalnum() or (with_tones and c in _TONES))

    choices = [all_readings(c, style=Style.TONE, heteronym=True)[0] if is_han(c) else [c] for c in characters]
    found: list[str] = []

    def spell(index: int, rest: str) -> bool:
        if index == len(choices):
            return not rest
        for reading in choices[index]:
            written = letters(reading)
            if rest.startswith(written) and spell(index + 1, rest[len(written) :]):
                found.append(_tone_last(written))
                return True
        return False

    return found[::-1] if len(characters) <= 40 and spell(0, letters(pinyin)) else None


def _tone_last(written: str) -> str:
    """`chang` with its tone mark as `chang2`."""
    tone = next((_TONES[c] for c in written if c in _TONES), "5")
    return "".join(c for c in written if c not in _TONES) + tone

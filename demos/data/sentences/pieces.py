"""From sentences to numbers and back: one vocabulary for all three languages.

A piece is a word or a mark in Norwegian and English, and a character in Chinese, which writes no spaces.
Whole words are few enough here to have a number each, and what a net looks at can be read; a word in a form
that the sentences lack is unknown. In `vocabulary.txt`, the languages that write a piece stand behind a tab.
The first pieces are no words but marks for the net, among them one for each language, which says what to
translate into (Johnson et al. 2017).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from demos.data.sentences.lexicon import LANGUAGES, group, lexicon
from demos.data.sentences.lexicon import UNKNOWN as BOX
from demos.kit.vocabulary import UNKNOWN, Token, numbers_in, tokens_in

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
SPECIAL = ("<padding>", "<unknown>", "<start>", "<end>", *(f"<{language}>" for language in LANGUAGES))
PADDING, START, END = 0, 2, 3
INTO = {language: SPECIAL.index(f"<{language}>") for language in LANGUAGES}
HAN = r"\u3400-\u9fff"
PIECE = re.compile(rf"[{HAN}]|{BOX}|[^\W_{HAN}]+(?:[’'-][^\W_{HAN}]+)*’?|[^\w\s]")
IS_HAN = re.compile(f"[{HAN}]")
MARKS = frozenset(".,?。，？")
WIDE = str.maketrans(".,?!", "。，？。")  # marks as Chinese writes them
NARROW = str.maketrans("。，？！!", ".,?..")
# What the sentences write out.
SHORT = {
    "don’t": "do not", "doesn’t": "does not", "didn’t": "did not", "isn’t": "is not", "aren’t": "are not",
    "won’t": "will not", "can’t": "cannot", "i’m": "I am", "you’re": "you are", "he’s": "he is",
    "she’s": "she is", "it’s": "it is", "we’re": "we are", "they’re": "they are", "what’s": "what is",
    "where’s": "where is", "there’s": "there is",
}  # fmt: skip


def vocabulary() -> dict[str, int]:
    """{piece: number}."""
    return numbers_in(VOCABULARY)


def table() -> tuple[str, ...]:
    """The piece of each number."""
    return tokens_in(VOCABULARY)


@cache
def writers() -> tuple[tuple[str, ...], ...]:
    """The languages that write each piece, in the order of the numbers."""
    lines = VOCABULARY.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.partition("\t")[2].split()) for line in lines)


def cut(text: str) -> list[str]:
    """What a text is cut into."""
    return PIECE.findall(unicodedata.normalize("NFC", text).replace("'", "’"))


def tidied(text: str) -> str:
    """A reader's sentence as the sentences are written: with an end mark, and English short forms in full."""
    text = " ".join(unicodedata.normalize("NFC", text).replace("'", "’").split())
    if not text:
        return ""
    chinese = bool(IS_HAN.search(text))
    text = text.translate(WIDE if chinese else NARROW)
    text = " ".join(SHORT.get(word.lower(), word) for word in text.split(" "))
    return text if text[-1] in MARKS else text + ("。" if chinese else ".")


def language_of(text: str, own: str) -> str:
    """The language of a text: the one that knows most of its pieces; of equal ones, the reader's own."""
    if IS_HAN.search(text):
        return "zh"
    spoken = {language: sum(piece.known for piece in pieces(text, language)) for language in ("nb", "en")}
    best = max(spoken.values())
    return own if spoken.get(own) == best else max(spoken, key=spoken.__getitem__)


def pieces(text: str, language: str) -> list[Token]:
    """The pieces of a text in a language. Chinese characters that are unknown, one after the other, are one
    piece: nobody can say where a word ends in what isn't known."""
    found: list[Token] = []
    for part in cut(text):
        number = number_of(part, language)
        last = found[-1] if found else None
        if last and not last.known and number == UNKNOWN and IS_HAN.match(part) and IS_HAN.match(last.text):
            found[-1] = Token(last.text + part, UNKNOWN)
        else:
            found.append(Token(part, number))
    return found


def number_of(piece: str, language: str) -> int:
    """The number of a piece that a language writes, whether it begins with a capital letter or not, or
    UNKNOWN. “I” is the English pronoun, and in Norwegian a preposition at the start of a sentence."""
    for form in (piece, piece[0].lower() + piece[1:], piece.lower(), piece.capitalize()):
        form = feminine().get(form, form) if language == "nb" else form
        number = vocabulary().get(form, UNKNOWN)
        if language in writers()[number]:
            return number
    return UNKNOWN


@cache
def feminine() -> dict[str, str]:
    """Norwegian feminine nouns inflected like masculine ones, as many write them, in the form that the
    sentences have: boken, boka."""
    found = {}
    for key in group("nouns"):
        article, single, definite = lexicon()[key].words["nb"].forms[:3]
        if article == "ei":
            found[single + ("n" if single.endswith("e") else "en")] = definite
    return found


def numbered(text: str, source: str, target: str) -> list[int]:
    """The numbers of a text that is to be translated from one language into another: the mark of the latter,
    the pieces, END."""
    return [INTO[target], *(piece.number for piece in pieces(text, source)), END]


def written(texts: Sequence[str], language: str) -> str:
    """Pieces as a sentence of a language: with spaces where it has some, and a capital letter."""
    said = ""
    for text in texts:
        close = language == "zh" or text in MARKS or not said
        said += text if close else f" {text}"
    return said[:1].upper() + said[1:]


def text_of(numbers: Iterable[int], language: str) -> str:
    """The sentence that numbers stand for, as far as its END."""
    found = []
    for number in numbers:
        if number == END:
            break
        if number == UNKNOWN:
            found.append(BOX)
        elif number >= len(SPECIAL):
            found.append(table()[number])
    return written(found, language)


@cache
def mask(language: str) -> Tensor:
    """Which numbers (size,) a language writes, with UNKNOWN and END: a net that hesitates mixes none."""
    own = [language in languages for languages in writers()]
    own[UNKNOWN] = own[END] = True
    return torch.tensor(own)


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Numbers (n, length) of rows of different length."""
    length = max(map(len, rows), default=0)
    return torch.tensor([[*row, *[PADDING] * (length - len(row))] for row in rows], dtype=torch.long)

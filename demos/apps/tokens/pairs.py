"""Byte-pair encoding by the library `tokenizers`: learned from our corpora, and applied merge by merge.

Byte pair encoding (Sennrich et al. 2016, arXiv:1508.07909; on bytes, Radford et al. 2019) begins with 256
bytes and joins, again and again, the two neighbors that stand side by side most often. All counting and
joining is the library's. It learns one pair after the other, so what it would have learned with a smaller
vocabulary is the beginning of what it has learned.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from demos.data.texts.corpus import LANGUAGES, corpus

MOST = 2000  # merges that are learned
EVERYTHING = "all"  # a third of each corpus
TRAINED_ON = (*LANGUAGES, EVERYTHING)
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())  # what stands for each byte inside the library
Merge = tuple[str, str]
ready: set[str] = set()  # what was learned in this process


@dataclass(frozen=True)
class Piece:
    """A stretch of a text's bytes that is one token, and its number in the vocabulary."""

    content: bytes
    number: int

    @property
    def text(self) -> str:
        """What it says; where it is only a part of a character, its bytes in hexadecimal."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return self.content.hex(" ").upper().replace(" ", "\N{NO-BREAK SPACE}")  # no space of the text


@dataclass(frozen=True)
class Step:
    """A merge that changed a text: its place in the order of learning, from 1, and what it joined."""

    rank: int
    left: bytes
    right: bytes


@lru_cache(maxsize=len(TRAINED_ON))
def learned(language: str) -> tuple[Merge, ...]:
    """The merges that the library learns from a corpus, in order. Takes about half a second."""
    tokenizer = blank(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=len(BYTES) + MOST, initial_alphabet=BYTES, special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(documents(language), trainer)
    ready.add(language)
    return tuple((left, right) for left, right in json.loads(tokenizer.to_str())["model"]["merges"])


def documents(language: str) -> list[str]:
    """What a tokenizer is trained on: the corpus of a language, or every third document of all of them."""
    if language != EVERYTHING:
        return list(corpus(language, "train"))
    return [document for each in LANGUAGES for document in corpus(each, "train")[::3]]


def is_learned(language: str) -> bool:
    """Whether `learned` answers at once."""
    return language in ready


def blank(model: models.BPE) -> Tokenizer:
    """A tokenizer that splits a text into words as GPT-2 does, and these into bytes."""
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


@cache
def bytes_of() -> dict[str, int]:
    """{what the library writes for a byte: the byte}, asked of the library with one character after the
    other; bytes that are never part of UTF-8 are missing."""
    split = pre_tokenizers.ByteLevel(add_prefix_space=False)
    leading = [*range(0x800), *range(0x800, 0x10000, 0x400), *range(0x10000, 0x110000, 0x10000)]
    characters = [chr(code) for code in leading if not 0xD800 <= code < 0xE000]
    return {
        sign: byte
        for character in characters
        for sign, byte in zip(signs(character, split), character.encode(), strict=True)
    }


def signs(text: str, split: pre_tokenizers.ByteLevel | None = None) -> str:
    """A text as the library writes it: one sign for each byte."""
    split = split or pre_tokenizers.ByteLevel(add_prefix_space=False)
    return "".join(part for part, _ in split.pre_tokenize_str(text))


def content(written: str) -> bytes:
    """The bytes of a token that the library has written."""
    return bytes(bytes_of()[sign] for sign in written)


class Cutter:
    """Cuts one text with any number of the merges that were learned from a corpus."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.merges = learned(language)
        self.numbers = numbering(language)
        written = signs(text)
        # Only these can ever apply: what a merge makes must stand in the text. It keeps the library quick.
        self.usable = [i for i, (left, right) in enumerate(self.merges) if left + right in written]
        self.known: dict[int, list[str]] = {}

    def tokens(self, merges: int) -> list[str]:
        """The library's tokens with so many merges."""
        used = [self.merges[i] for i in self.usable if i < merges]
        if len(used) not in self.known:
            self.known[len(used)] = tokenizer(used).encode(self.text).tokens
        return self.known[len(used)]

    def pieces(self, merges: int) -> list[Piece]:
        """The text in pieces; joined, their contents are the text."""
        return [Piece(content(token), self.numbers[token]) for token in self.tokens(merges)]

    def steps(self, merges: int) -> list[Step]:
        """The merges among the first so many that change the text, in order.

        A merge that comes later is applied later, so each only ever makes pieces fewer; where two numbers of
        merges make equally many, none between them changed anything.
        """
        found: list[Step] = []

        def search(low: int, high: int) -> None:
            if len(self.tokens(low)) == len(self.tokens(high)):
                return
            if high - low == 1:
                left, right = self.merges[low]
                found.append(Step(high, content(left), content(right)))
                return
            middle = (low + high) // 2
            search(low, middle)
            search(middle, high)

        search(0, merges)
        return found


@lru_cache(maxsize=len(TRAINED_ON))
def numbering(language: str) -> dict[str, int]:
    """{token: number}: the bytes first, then what the merges make, in order."""
    made = dict.fromkeys([*BYTES, *(left + right for left, right in learned(language))])
    return {token: number for number, token in enumerate(made)}


def tokenizer(merges: list[Merge]) -> Tokenizer:
    """The library's tokenizer with these merges."""
    made = dict.fromkeys([*BYTES, *(left + right for left, right in merges)])
    # A part that no merge before has made can't come up either, but the library wants it in the vocabulary.
    parts = dict.fromkeys(part for merge in merges for part in merge)
    vocabulary = {token: number for number, token in enumerate(made | parts)}
    return blank(models.BPE(vocabulary, merges))


@lru_cache(maxsize=256)
def cutter(text: str, language: str) -> Cutter:
    return Cutter(text, language)

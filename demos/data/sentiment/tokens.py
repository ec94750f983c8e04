"""From sentences to numbers: words and punctuation marks, one vocabulary for all languages.

The vocabulary is all that the training sentences consist of. A word that it lacks is read as another form of
one that it holds (“films” as “film”), else as unknown. Chinese, which has no spaces, is cut into the longest
words of the vocabulary, from left to right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from demos.data.captions.tokens import HAN, HYPHENS, LETTERS, other_form
from demos.kit.vocabulary import UNKNOWN, Token, numbers_in

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
PADDING, START = 0, 2
SPECIAL = ("<padding>", "<unknown>", "<start>")
LONGEST = 40  # tokens of a text that are read
# Chinese characters in a row, a number, letters, or any other mark.
PIECE = re.compile(rf"[{HAN}]+|\d+|{LETTERS}(?:[{HYPHENS}'’]{LETTERS})*|[^\s]")
MARKS = str.maketrans({"。": ".", "、": ",", "’": "'", "‘": "'"})
NUMBER = "0"  # stands for every number


def vocabulary() -> dict[str, int]:
    """{token: number}."""
    return numbers_in(VOCABULARY)


def tokens(text: str, longest: int = LONGEST) -> list[Token]:
    """The first tokens of a text; those that the vocabulary lacks have the number `UNKNOWN`."""
    found: list[Token] = []
    for piece in PIECE.findall(unicodedata.normalize("NFC", text)):
        words = segmented(piece) if re.match(rf"[{HAN}]", piece) else [piece]
        found += [Token(word, number(word)) for word in words]
    return found[:longest]


def segmented(text: str) -> list[str]:
    """Chinese characters in a row, cut into the longest words that are known, or single characters."""
    words = []
    while text:
        size = next((n for n in range(longest_word(), 1, -1) if text[:n] in vocabulary()), 1)
        words.append(text[:size])
        text = text[size:]
    return words


@cache
def longest_word() -> int:
    """Characters of the longest Chinese word of the vocabulary."""
    return max(len(word) for word in vocabulary() if re.fullmatch(rf"[{HAN}]+", word))


def number(word: str) -> int:
    """The number of a token or of another form of it, or `UNKNOWN`."""
    known, word = vocabulary(), normal(word)
    return known.get(word) or known.get(other_form(word, known), UNKNOWN)


def normal(word: str) -> str:
    """A token as the vocabulary spells it: small letters of the usual width, and one number for all."""
    word = unicodedata.normalize("NFKC", word).casefold().translate(MARKS)
    return NUMBER if word.isdigit() else word


def numbers(text: str) -> list[int]:
    """START and a number for each token of a text."""
    return [START, *(token.number for token in tokens(text))]


def batch(rows: Sequence[Sequence[int]]) -> Tensor:
    """Numbers (n, longest) of texts, padded behind."""
    tensors = [torch.tensor(row) for row in rows]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=PADDING)


def spelled() -> str:
    """What `vocabulary.txt` has to hold: the tokens of all training sentences, in order."""
    from demos.data.sentiment.corpus import LANGUAGES, spaced

    found = {
        normal(piece)
        for language in LANGUAGES
        for sentence in spaced(language, "train")
        for piece in PIECE.findall(sentence.text)
    }
    return "\n".join([*SPECIAL, *sorted(found)]) + "\n"

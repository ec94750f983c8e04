"""From captions to numbers: words in languages with spaces, characters in Chinese, one vocabulary for all.

A word that the vocabulary lacks is read as another form of one that it holds (“blekt” as “blek”), or as its
parts (“red-haired” as “red” and “hair”, “rødhåret” as “rød” and “håret”).
"""

import re
import unicodedata
from collections.abc import Container, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from demos.kit.vocabulary import numbers_in

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
PADDING, UNKNOWN, START = range(3)
SPECIAL = ("<padding>", "<unknown>", "<start>")
LENGTH = 56  # tokens that are read, the start among them

# A Chinese character, a number, or letters with their marks, perhaps with hyphens or apostrophes inside. Full
# width or not, composed or not: what it stands for is settled afterwards.
HYPHENS = r"\-\u2010\u2011\uff0d"
HAN = r"\u3400-\u9fff\uf900-\ufaff"
LETTERS = rf"(?:[^\W\d_{HAN}]|[\u0300-\u036f])+"
WORD = re.compile(rf"[{HAN}]|\d+|{LETTERS}(?:[{HYPHENS}'’]{LETTERS})*")
# Endings that a word may have in turn, behind so many letters or more.
ENDINGS = (
    (3, ("", "s", "d", "ed", "'s")),  # hat, hats; eyes, eyed
    (4, ("", "s", "es", "ed", "ing")),  # glass, glasses; laughs, laughing
    (4, ("e", "es", "ed", "ing")),  # smile, smiles, smiling
    (4, ("", "en", "et", "er", "ene")),  # hatt, hatten; skjegg, skjegget
    (4, ("", "n", "ne")),  # genser, genseren
    (2, ("e", "en", "a", "er", "ene", "et")),  # lue, lua, luen; briller, brillene
    (3, ("", "t")),  # blek, blekt
    (4, ("", "t", "e")),  # solbrun, solbrunt, solbrune
)
SHORTEST = 3  # letters of a part of a word


class Token(NamedTuple):
    """A word as it stands in the text, from `start` up to `end`, and its number."""

    number: int
    start: int
    end: int

    @property
    def known(self) -> bool:
        return self.number != UNKNOWN


def vocabulary() -> dict[str, int]:
    """{token: number}."""
    return numbers_in(VOCABULARY)


def tokens(text: str) -> list[Token]:
    """The words of a text; those that the vocabulary lacks have the number `UNKNOWN`."""
    return [token for match in WORD.finditer(text) for token in read(match[0], match.start())]


def read(word: str, start: int) -> list[Token]:
    """A word of a text as one token, or as several if only its parts are known."""
    whole = Token(number(word), start, start + len(word))
    pieces = list(re.finditer(rf"[^{HYPHENS}]+", word))
    if whole.known:
        return [whole]
    if len(pieces) > 1:
        return [token for piece in pieces for token in read(piece[0], start + piece.start())]
    for cut in range(len(word) - SHORTEST, SHORTEST - 1, -1):
        first = Token(number(word[:cut]), start, start + cut)
        if first.known and (rest := number(word[cut:])) != UNKNOWN:
            return [first, Token(rest, start + cut, whole.end)]
    return [whole]


def number(word: str) -> int:
    """The number of a word or of another form of it, or `UNKNOWN`."""
    known, word = vocabulary(), plain(word)
    return known.get(word) or known.get(other_form(word, known), UNKNOWN)


def plain(word: str) -> str:
    """The word as the vocabulary would spell it: small letters, composed, of the usual width."""
    word = unicodedata.normalize("NFKC", word).casefold()
    return re.sub(f"[{HYPHENS}]", "-", word).replace("’", "'")


def other_form(word: str, known: Container[str]) -> str:
    """A word that is known, of which this one is another form; empty if there is none."""
    for least, endings in ENDINGS:
        for ending in endings:
            stem = word.removesuffix(ending)
            if not word.endswith(ending) or len(stem) < least:
                continue
            for other in endings:
                if stem + other in known:
                    return stem + other
    return ""


def numbers(texts: Sequence[str]) -> Tensor:
    """Token numbers (n, LENGTH) of texts, each after a start and padded; what is too long is cut off."""
    table = torch.full((len(texts), LENGTH), PADDING)
    for row, text in zip(table, texts, strict=True):
        found = [START, *(token.number for token in tokens(text))][:LENGTH]
        row[: len(found)] = torch.tensor(found)
    return table

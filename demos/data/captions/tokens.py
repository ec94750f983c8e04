"""From captions to numbers: words in languages with spaces, characters in Chinese, one vocabulary for all.

`vocabulary.txt` holds one token a line; its line says its number. It is only ever appended to: a trained text
encoder knows the numbers.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
PADDING, UNKNOWN, START = range(3)
SPECIAL = ("<padding>", "<unknown>", "<start>")
LENGTH = 56  # tokens that are read, the start among them

# A Chinese character, or letters with hyphens inside.
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\d_\u4e00-\u9fff]+(?:-[^\W\d_\u4e00-\u9fff]+)*")


class Token(NamedTuple):
    """A word as it stands in the text, from `start` up to `end`, and its number."""

    number: int
    start: int
    end: int

    @property
    def known(self) -> bool:
        return self.number != UNKNOWN


@cache
def vocabulary() -> dict[str, int]:
    """{token: number}."""
    lines = VOCABULARY.read_text(encoding="utf-8").splitlines()
    return {token: number for number, token in enumerate(lines)}


def tokens(text: str) -> list[Token]:
    """The words of a text; those that the vocabulary lacks have the number `UNKNOWN`."""
    known = vocabulary()
    return [
        Token(known.get(match[0].lower(), UNKNOWN), match.start(), match.end())
        for match in WORD.finditer(text)
    ]


def numbers(texts: Sequence[str]) -> Tensor:
    """Token numbers (n, LENGTH) of texts, each after a start and padded; what is too long is cut off."""
    table = torch.full((len(texts), LENGTH), PADDING)
    for row, text in zip(table, texts, strict=True):
        found = [START, *(token.number for token in tokens(text))][:LENGTH]
        row[: len(found)] = torch.tensor(found)
    return table

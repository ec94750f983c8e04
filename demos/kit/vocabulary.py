"""Vocabulary files: one token a line, whose line says its number.

What stands behind a tab is about the token. Vocabularies are only ever appended to: trained nets know the
numbers.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

UNKNOWN = 1  # the number of every word that a vocabulary lacks


class Token(NamedTuple):
    """A word, mark or character as a reader wrote it, and its number."""

    text: str
    number: int

    @property
    def known(self) -> bool:
        return self.number != UNKNOWN


@cache
def tokens_in(path: Path) -> tuple[str, ...]:
    """The tokens of a vocabulary file, in the order of their numbers."""
    return tuple(line.partition("\t")[0] for line in path.read_text(encoding="utf-8").splitlines())


@cache
def numbers_in(path: Path) -> dict[str, int]:
    """{token: number}."""
    return {token: number for number, token in enumerate(tokens_in(path))}

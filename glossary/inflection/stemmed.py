"""Every other language, by its Snowball stemmer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import snowballstemmer

from .grammar import Form, Grammar

# “And”, which Arabic writes onto the article, and the stemmer leaves there.
_JOINED_AND = ("وال", "فال")


@dataclass(frozen=True)
class Stemmed(Grammar):
    """Any language with a Snowball stemmer: equal stems, and endings no longer than inflection makes them."""

    algorithm: str = ""
    longest_ending: int = 4

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        yield word, Form.SAME
        if self.algorithm == "arabic" and word[:3] in _JOINED_AND:
            word = word[1:]
        stem = self._stem(word)
        if len(word) - len(stem) <= self.longest_ending:
            yield f"{stem}…", Form.STEM

    def modifier(self, word: str) -> str:
        return self._stem(word)

    def term_keys(self, word: str) -> tuple[str, ...]:
        return (word, f"{self._stem(word)}…")

    def _stem(self, word: str) -> str:
        return str(_stemmer(self.algorithm).stemWord(word))


@cache
def _stemmer(algorithm: str) -> Any:
    return snowballstemmer.stemmer(algorithm)

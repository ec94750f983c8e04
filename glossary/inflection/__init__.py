"""Which words of running text are forms of which words of a term, with one module per language.

What a language's grammar knows of endings and of a word's neighbors belongs here: `grammar` says what the
linker asks, `norwegian`, `english` and `korean` answer, and `stemmed` answers for every other language that
has a Snowball stemmer. What is to be found in a text, and where, belongs in `links`; a language without
spaces needs no grammar (`links.han`).
"""

from __future__ import annotations

from .english import ENGLISH
from .grammar import Grammar
from .korean import KOREAN
from .norwegian import NORWEGIAN
from .stemmed import Stemmed

__all__ = ["Grammar", "grammar_of"]


def grammar_of(stemmer: str) -> Grammar:
    """The grammar for a language, named by its Snowball algorithm, or `korean` (`Language.stemmer`)."""
    if stemmer == "norwegian":
        return NORWEGIAN
    if stemmer in ("english", "porter"):
        return ENGLISH
    if stemmer == "korean":
        return KOREAN
    return Stemmed(algorithm=stemmer) if stemmer else Grammar()

"""N-grams of the corpora: counted from a chosen amount of one, measured, and searched for what they copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from demos.data.texts.corpus import corpus
from demos.models.ngrams.model import NGrams, Numbers, sequence

KEPT = 16  # models in memory, at most 13 MB each: all that readers can ask for in three languages


@dataclass(frozen=True)
class Trained:
    """A model and what it has counted."""

    model: NGrams
    numbers: Numbers
    text: str  # the documents, an empty line between two

    def losses(self, language: str, discount: float) -> tuple[list[float], list[float]]:
        """Bits per character of each order, on what was counted (its beginning, as long as the validation
        texts) and on the validation texts."""
        unseen = validation(language)
        counted = self.numbers[: len(unseen)]
        return self.model.bits(counted, discount), self.model.bits(unseen, discount)


@lru_cache(maxsize=KEPT)
def trained(language: str, amount: int) -> Trained:
    """The model of the first so many characters of a corpus; the last document ends where they do.

    Raises KeyError for a language without texts.
    """
    documents = beginning(corpus(language, "train"), amount)
    numbers = sequence(documents)
    return Trained(NGrams(numbers), numbers, "\n\n".join(documents))


def characters_of(language: str, amount: int) -> int:
    """How many characters of a corpus there are to count when so many are asked for."""
    return sum(map(len, beginning(corpus(language, "train"), amount)))


def beginning(documents: tuple[str, ...], amount: int) -> list[str]:
    """Documents, at least one character, that have no more characters than `amount` together."""
    taken: list[str] = []
    left = max(amount, 1)
    for document in documents:
        taken.append(document[:left])
        left -= len(document)
        if left <= 0:
            break
    return taken


@cache
def validation(language: str) -> Numbers:
    """The validation texts as a sequence."""
    return sequence(corpus(language, "validation"))


@dataclass(frozen=True)
class Stretch:
    """Characters start to end of a text that stand in another one just so."""

    start: int
    end: int


def copied(written: str, text: str, least: int) -> Iterator[Stretch]:
    """The longest stretches of `written`, of at least so many characters, that stand in `text`.

    Neighbors may overlap; none lies inside another.
    """
    end = 0
    for start in range(len(written) - least + 1):
        if written[start : max(start + least, end + 1)] not in text or end == len(written):
            continue
        end = max(start + least, end + 1)
        while end < len(written) and written[start : end + 1] in text:
            end += 1
        yield Stretch(start, end)

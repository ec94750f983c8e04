"""The sentences in three splits, by the combinations of words in them.

Each pair of content words belongs to a split: of every 25, one to the test and one to validation. A sentence
that has a pair of the test in it is a test sentence, whatever else it says, so a net that is tested has never
seen those words together, in any sentence and any language. Splitting by lines would ask for less: of most
lines there is a near copy.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from itertools import combinations, islice

from demos.data.sentences.lexicon import LANGUAGES, UNKNOWN
from demos.data.sentences.meaning import Meaning, meanings, words_of
from demos.data.sentences.pieces import cut
from demos.data.sentences.speech import SPEECH

SPLITS = ("train", "validation", "test")
DRAWN = 120_000  # meanings, of which some are the same
OF = 25  # pairs of words, one is for the test and one for validation
SEED = 0


def split_of(meaning: Meaning) -> str:
    """The split that a meaning belongs to. What has an unknown word is for training alone, and in no split if
    other words of it must not stand together there."""
    words = words_of(meaning)
    pairs = combinations(sorted(words - {UNKNOWN}), 2)
    places = {zlib.crc32(f"{one}|{other}".encode()) % OF for one, other in pairs}
    split = "test" if 0 in places else "validation" if 1 in places else "train"
    return "" if UNKNOWN in words and split != "train" else split


@cache
def corpus(split: str, drawn: int = DRAWN) -> tuple[Meaning, ...]:
    """The meanings of a split among so many drawn ones, each once. Raises KeyError for another split."""
    return everything(drawn)[split]


@cache
def everything(drawn: int) -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, list[Meaning]] = {split: [] for split in SPLITS}
    for meaning in dict.fromkeys(islice(meanings(SEED), drawn)):
        if split := split_of(meaning):
            found[split].append(meaning)
    return {split: tuple(some) for split, some in found.items()}


def sentences(meaning: Meaning) -> dict[str, str]:
    """A meaning in each language."""
    return {language: SPEECH[language].sentence(meaning) for language in LANGUAGES}


def examples(split: str, seed: int) -> Iterator[Meaning]:
    """Meanings of a split without end, drawn by their own seed."""
    return (meaning for meaning in meanings(seed) if split_of(meaning) == split)


def inventory(drawn: int = DRAWN) -> dict[str, set[str]]:
    """The pieces of all sentences, each with the languages that write it: what `vocabulary.txt` holds."""
    found: dict[str, set[str]] = {}
    for some in everything(drawn).values():
        for meaning in some:
            for language in LANGUAGES:
                for piece in cut(SPEECH[language].uncapitalized(meaning)):
                    found.setdefault(piece, set()).add(language)
    return {piece: languages for piece, languages in found.items() if piece != UNKNOWN}

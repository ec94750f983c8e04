"""The corpora: sentences with a sentiment in three languages, for training, validation and test.

    corpus("nb", "train")       sentences, as many of each label
    opposites("nb", "test")     pairs of the same words, one positive, one negative
    by_hand("nb")               sentences that no grammar made, only to measure on

All of it is the same on every machine.
"""

from __future__ import annotations

from functools import cache
from itertools import islice

from demos.data.sentiment.grammar import HERE, LABELS, Sentence, pairs, plain, sentences
from demos.data.texts.agreement import AGREEMENTS
from demos.data.texts.grammar import SPLITS

LANGUAGES = tuple(AGREEMENTS)
SIZE = {"train": 12_000, "validation": 1200, "test": 1200}  # sentences
PAIRS = 300
MARKS = {"+": LABELS[0], "-": LABELS[1], "0": LABELS[2]}


@cache
def spaced(language: str, split: str, size: int = 0) -> tuple[Sentence, ...]:
    """The sentences of a split, no two the same, with spaces between words in Chinese too.

    Raises KeyError for a language without sentences, ValueError for an unknown split.
    """
    if split not in SPLITS:
        raise ValueError(f"{split!r} is not one of {', '.join(SPLITS)}")
    found: dict[str, Sentence] = {}
    for sentence in sentences(language, split):
        found.setdefault(sentence.text, sentence)
        if len(found) == (size or SIZE[split]):
            return tuple(found.values())
    raise AssertionError("there is no end of sentences")


@cache
def corpus(language: str, split: str, size: int = 0) -> tuple[Sentence, ...]:
    """The sentences of a split as they are written, or its first ones. Raises as `spaced` does."""
    return tuple(plain(sentence, language) for sentence in spaced(language, split, size))


@cache
def opposites(language: str, split: str) -> tuple[tuple[Sentence, Sentence], ...]:
    """Pairs of the same words in another order, of which the first is positive, the second negative."""
    return tuple(
        (plain(good, language), plain(bad, language)) for good, bad in islice(pairs(language, split), PAIRS)
    )


@cache
def by_hand(language: str) -> tuple[Sentence, ...]:
    """What was written by hand. Raises ValueError for a line that is not a mark and a text."""
    path = HERE / "by_hand" / f"{language}.txt"
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        mark, _, text = line.partition(" ")
        if mark not in MARKS or not text:
            raise ValueError(f"{path}, line {number}: begin with {', '.join(MARKS)} and a space")
        found.append(Sentence(text, MARKS[mark], "by hand", ()))
    return tuple(found)

"""What the tagger is compared with: counting, and looking words up.

counted: the tag that training texts have most often with the same characters around, at first four before and
four behind, and fewer where these were never seen (a backoff, as in Katz 1987).

longest: from left to right, always the longest word that the training texts have. It knows no signs, and is
of use for languages with spaces between words only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

from demos.models.tagger.gaps import NOTHING, SPACE, documents

AROUND = ((4, 4), (3, 3), (2, 2), (2, 1), (1, 1), (1, 0))  # characters up to a place, and behind it


@cache
def counts(language: str) -> tuple[dict[str, int], ...]:
    """For each width: {characters around a place: the commonest tag there}."""
    found: list[defaultdict[str, Counter[int]]] = [defaultdict(Counter) for _ in AROUND]
    for characters, tags in documents(language, "train"):
        for place, tag in enumerate(tags):
            for seen, (before, behind) in zip(found, AROUND, strict=True):
                seen[around(characters, place, before, behind)][tag] += 1
    return tuple({key: tags.most_common(1)[0][0] for key, tags in seen.items()} for seen in found)


def around(characters: str, place: int, before: int, behind: int) -> str:
    """The characters up to a place and behind it; blanks outside the text."""
    return f"{characters[max(0, place - before + 1) : place + 1]:>{before}}" + (
        f"{characters[place + 1 : place + 1 + behind]:<{behind}}"
    )


def counted(characters: str, language: str) -> list[int]:
    """A tag for each character of a bare text."""
    tables = counts(language)

    def best(place: int) -> int:
        keys = (around(characters, place, *widths) for widths in AROUND)
        return next((t[k] for t, k in zip(tables, keys, strict=True) if k in t), NOTHING)

    return [best(place) for place in range(len(characters))]


@cache
def words(language: str) -> frozenset[str]:
    """The words of the training texts."""
    found = set()
    for characters, tags in documents(language, "train"):
        start = 0
        for place, tag in enumerate(tags, start=1):
            if tag != NOTHING:
                found.add(characters[start:place])
                start = place
    return frozenset(found)


def longest(characters: str, language: str) -> list[int]:
    """A tag for each character of a bare text: a space behind each word, and behind
    each character at which no word begins."""
    known = words(language)
    most = max(map(len, known))
    tags, start = [NOTHING] * len(characters), 0
    while start < len(characters):
        sizes = range(min(most, len(characters) - start), 0, -1)
        start += next((size for size in sizes if characters[start : start + size] in known), 1)
        tags[start - 1] = SPACE
    return tags

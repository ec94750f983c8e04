"""Texts without what stands between their words, and what stood there.

Of “Nei, takk.”, `bare` makes the characters “neitakk” and a tag for each of them: “nei” is followed by a
comma, “takk” by a full stop, and behind every other letter there is nothing. Capitals would give sentences
away, so they become small. What belongs to spelling stays: the hyphen in “e-post”, the apostrophe in “don’t”,
the comma in “3,5”.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from demos.data.texts.characters import tidied
from demos.data.texts.corpus import corpus

TAGS = ("nothing", "space", "comma", "list_comma", "stop", "question", "exclamation", "colon")
NOTHING, SPACE, COMMA, LIST_COMMA, STOP, QUESTION, EXCLAMATION, COLON = range(len(TAGS))
# What each is written as: where words have spaces between them, and in Chinese.
WRITTEN = (
    ("", " ", ", ", ", ", ". ", "? ", "! ", ": "),
    ("", " ", "，", "、", "。", "？", "！", "："),
)
# Of the signs in a gap, the first that is found here counts; a line that ends without one ends a sentence.
SIGNS = (
    ("?？", QUESTION),
    ("!！", EXCLAMATION),
    (".。…", STOP),
    (":：", COLON),
    (";；,，", COMMA),
    ("、", LIST_COMMA),
    ("—–", COMMA),
    ("\n", STOP),
    (" ", SPACE),
)
INSIDE = re.compile(r"(?<=\d)[.,:](?=\d)|(?<=\w)[-’'](?=\w)|(?<=\d)%")
ENDS = re.compile(r"(?<=[.!?…。！？\n])[”’»]*\s*")  # behind a sentence


def bare(text: str) -> tuple[str, list[int]]:
    """The characters of a text that are no spaces and signs, in small letters, and a tag for each."""
    text = tidied(text)
    kept = {found.start() for found in INSIDE.finditer(text)}
    characters: list[str] = []
    gaps: list[str] = []
    for place, character in enumerate(text):
        if character.isalnum() or place in kept:
            characters.append(small(character))
            gaps.append("")
        elif gaps:
            gaps[-1] += character
    return "".join(characters), [tag(gap) for gap in gaps]


def small(character: str) -> str:
    """Its small letter, if that is one character."""
    return character.lower() if len(character.lower()) == 1 else character


def tag(gap: str) -> int:
    """What stands in a gap."""
    return next((number for signs, number in SIGNS if any(sign in gap for sign in signs)), NOTHING)


def restored(characters: Sequence[str], tags: Sequence[int], language: str) -> str:
    """Characters with what their tags say behind each."""
    signs = WRITTEN[language == "zh"]
    return "".join(a + signs[b] for a, b in zip(characters, tags, strict=True)).strip()


def passages(document: str, longest: int) -> list[str]:
    """From each sentence of a document on, as many whole ones as fit in so many characters; a single sentence
    may be longer."""
    sentences = pieces(document)
    found = []
    for first in range(len(sentences)):
        passage = sentences[first]
        for more in sentences[first + 1 :]:
            if len(passage) + len(more) > longest:
                break
            passage += more
        found.append(passage)
    return found


def pieces(document: str) -> list[str]:
    """The sentences of a document; together they are the document."""
    ends = [0, *(found.end() for found in ENDS.finditer(document)), len(document)]
    return [document[a:b] for a, b in pairwise(ends) if document[a:b].strip()]


@cache
def documents(language: str, split: str) -> tuple[tuple[str, list[int]], ...]:
    """The documents of a split, bare."""
    return tuple(bare(document + "\n") for document in corpus(language, split))

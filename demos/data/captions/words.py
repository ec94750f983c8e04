"""A prompt as the words that a reader sees in it: its tokens, in Chinese as many together as make a word."""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from demos.data.captions.grammar import grammar
from demos.data.captions.tokens import plain, tokens, vocabulary
from demos.kit.labels import Labels


class Word(NamedTuple):
    """A word as it stands in the text, and its tokens, from `first` up to `end`, counted from 0."""

    text: str
    first: int
    end: int
    known: bool


def words(text: str) -> list[Word]:
    """The words of a text. Chinese characters that stand together are one if captions use them as one, as
    many as possible; unknown ones stand alone."""
    found = tokens(text)
    longest = max(map(len, lexicon()))
    made: list[Word] = []
    first = 0
    while first < len(found):
        end = next(
            (
                end
                for end in range(min(first + longest, len(found)), first + 1, -1)
                if text[found[first].start : found[end - 1].end] in lexicon()
            ),
            first + 1,
        )
        part = text[found[first].start : found[end - 1].end]
        made.append(Word(part, first, end, all(token.known for token in found[first:end])))
        first = end
    return made


@cache
def lexicon() -> frozenset[str]:
    """Runs of Chinese characters that captions use: colors, persons, and phrases without their color."""
    said = grammar("zh")
    texts = [phrase.text for phrases in said.phrases.values() for phrase in phrases]
    texts += [frame.text for frame in said.frames]
    texts += [name for palette in said.colors.values() for names in palette.values() for name in names]
    texts += [name for people in said.people.values() for names in people for name in names]
    bare = (re.sub(r"{.*?}|的", " ", text) for text in texts)
    return frozenset(run for text in bare for run in re.findall(r"[\u4e00-\u9fff]{2,}", text))


def on_unknown(labels: Labels, *texts: str) -> list[str]:
    """Sentences on the words that a model of captions does not know; none if it knows them all."""
    unknown = unique(word.text for text in texts for word in words(text) if not word.known)
    if not unknown:
        return []
    said = [labels.shared("unknown_words", words=labels.quoted(unknown)), labels.shared("known_words")]
    near = unique(word for text in unknown for word in alike(text))
    return [*said, labels.shared("words_alike", words=labels.quoted(near))] if near else said


def unique(texts: Iterable[str]) -> list[str]:
    """Each text once, in their order."""
    return list(dict.fromkeys(texts))


def alike(word: str) -> list[str]:
    """The word of the vocabulary that an unknown one is most like, if it is much like it."""
    held = [known for known in vocabulary() if len(known) > 2]
    return difflib.get_close_matches(plain(word), held, 1, 0.85)

"""A reader's sentence for the nets, and what they make of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from demos.data.sentences.lexicon import LANGUAGES
from demos.data.sentences.pieces import (
    END,
    INTO,
    language_of,
    pieces,
    table,
    tidied,
    written,
)
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.random import uniform
from demos.kit.remember import remembered
from demos.kit.vocabulary import UNKNOWN, Token
from demos.models.translation.functions import translate
from demos.models.translation.model import LONGEST

MOST = LONGEST - 2  # pieces of a source, beside the mark of the target and END


@dataclass(frozen=True)
class Sentence:
    """A reader's sentence: its language, the one it is to be translated into, and its pieces."""

    source: str
    target: str
    pieces: tuple[Token, ...]
    left_off: int = 0  # pieces that a net cannot read any more

    @property
    def numbers(self) -> tuple[int, ...]:
        """The mark of the target, the pieces, END."""
        return (INTO[self.target], *(piece.number for piece in self.pieces), END)

    @property
    def unknown(self) -> list[str]:
        """The words that nobody knows, each once."""
        return list(dict.fromkeys(piece.text for piece in self.pieces if not piece.known))

    def shown(self) -> list[str]:
        """What stands for each of the numbers: the arrow for the mark, and nothing to be seen for END."""
        return [f"→ {self.target}", *(piece.text for piece in self.pieces), "■"]


def sentence(text: str, own: str, into: str) -> Sentence:
    """A text on a page in the language `own`. Into another language than `nb`, `en` or `zh`, or into its own:
    from another language into the page's, and from that into English (from English into Norwegian)."""
    text = tidied(text)
    source = language_of(text, own)
    if into not in LANGUAGES or into == source:
        into = own if source != own and own in LANGUAGES else "nb" if source == "en" else "en"
    found = pieces(text, source)
    return Sentence(source, into, tuple(found[:MOST]), max(0, len(found) - MOST))


def on_reading(labels: Labels, asked: Sentence, into: str) -> list[str]:
    """Sentences on words that nobody knows, on pieces too many, and on a text that is in the language already
    that a reader wants; none if all is well."""
    said = []
    if asked.unknown:
        said.append(labels.shared("untranslated", words=labels.quoted(asked.unknown[:8])))
    if asked.left_off:
        said.append(labels.shared("left_off", count=asked.left_off))
    if into == asked.source:
        names = {end: labels.name_of(getattr(asked, end)) for end in ("source", "target")}
        said.append(labels.shared("already_in", **names))
    return said


@dataclass(frozen=True)
class Translation:
    """What a net wrote: numbers without END, the probability that it gave each, at last that of END, and how
    much each looked at each of the source's numbers: (count, length)."""

    target: str
    numbers: tuple[int, ...]
    chances: tuple[float, ...]
    shares: Tensor

    def texts(self, sentence: Sentence) -> list[str]:
        """The pieces. For one that is unknown stands the unknown word that it looked at most: it is copied
        (Luong et al. 2015)."""
        unknown = [i + 1 for i, piece in enumerate(sentence.pieces) if not piece.known]
        found = []
        for number, shares in zip(self.numbers, self.shares, strict=True):
            if number == UNKNOWN and unknown:
                place = max(unknown, key=shares.tolist().__getitem__)
                found.append(sentence.pieces[place - 1].text)
            else:
                found.append("□" if number == UNKNOWN else table()[number])
        return found

    def text(self, sentence: Sentence) -> str:
        return written(self.texts(sentence), self.target)


@remembered(256)
def translation(
    run: Runner, sentence: Sentence, kind: str, temperature: float = 0, seed: int = 0, hidden: int = -1
) -> Translation:
    """A net's translation of a sentence; `hidden`: one of its numbers that attention cannot see."""
    numbers = torch.tensor([sentence.numbers])
    seen = torch.ones_like(numbers, dtype=torch.bool)
    if hidden >= 0:
        seen[0, hidden] = False
    found = run(
        translate,
        numbers=numbers,
        seen=seen,
        chances=uniform(seed, 1, LONGEST, stream="translation"),
        temperature=torch.tensor([float(temperature)]),
        target=sentence.target,
        kind=kind,
    )
    row = [int(number) for number in found["numbers"][0]]
    count = row.index(END) if END in row else LONGEST
    return Translation(
        sentence.target,
        tuple(row[:count]),
        tuple(found["chance"][0, : count + 1].tolist()),
        found["shares"][0, :count],
    )

"""From characters to numbers and back: one table for all scripts.

`characters.txt` holds one character after the other; what comes first is `SPECIAL`. It is only ever appended
to: a trained model knows the numbers. Those of the Latin script come first, so a model that writes Norwegian
or English needs only the first `size("nb")` numbers. Chinese characters follow, the common ones first; those
that the training texts have less than twice are left out, and read as unknown.

Words are numbered elsewhere (`demos.data.captions.tokens`): a captioner needs few words in any form, a model
of text each letter as it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

TABLE = Path(__file__).with_name("characters.txt")
SPECIAL = ("<padding>", "<unknown>", "<start>", "<end>", "\n")
PADDING, UNKNOWN, START, END, LINE = range(len(SPECIAL))
UNREADABLE = "\N{REPLACEMENT CHARACTER}"  # what an unknown character is read back as

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
# What a text may consist of, beside Chinese characters.
ALPHABETS = {
    "nb": f"{LETTERS}{LETTERS.upper()}{DIGITS}æøåÆØÅéèêòóôü .,:;!?…–-()%«»’\n",
    "en": f"{LETTERS}{LETTERS.upper()}{DIGITS}éæøå .,:;!?…—-()%“”‘’\n",
    "zh": f"{LETTERS}{LETTERS.upper()}{DIGITS}å〇 -，。、；：！？…—（）《》“”‘’·\n",
}


@cache
def table() -> dict[str, int]:
    """{character: number}, without the special numbers that stand for no character."""
    held = TABLE.read_text(encoding="utf-8").removesuffix("\n")
    return {"\n": LINE} | {character: len(SPECIAL) + i for i, character in enumerate(held)}


@cache
def written() -> tuple[str, ...]:
    """What each number is read back as."""
    return ("", UNREADABLE, "", "", *table())


def size(language: str = "zh") -> int:
    """How many numbers a language's texts need: all below this."""
    return max(map(table().__getitem__, alphabet(language))) + 1


@cache
def alphabet(language: str) -> frozenset[str]:
    """The characters of the table that texts in a language consist of. Raises KeyError for another one."""
    script = {character for character in table() if is_chinese(character)} if language == "zh" else set()
    return frozenset(script.union(ALPHABETS[language]))


def is_chinese(character: str) -> bool:
    """Whether it is a Chinese character, not punctuation."""
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


def tidied(text: str) -> str:
    """A text as the table would write it: composed letters, plain spaces, one kind of line break."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(" " if character in "\t\N{NO-BREAK SPACE}\u3000" else character for character in text)


def numbers(text: str) -> list[int]:
    """A number for each character of the tidied text, `UNKNOWN` for one that the table lacks."""
    known = table()
    return [known.get(character, UNKNOWN) for character in tidied(text)]


def text_of(sequence: Iterable[int]) -> str:
    """The text that numbers stand for; an unknown character is “�”. Raises IndexError for no number."""
    held = written()
    return "".join(held[number] for number in sequence)


def batch(texts: Sequence[str]) -> Tensor:
    """Numbers (n, longest + 2) of texts, each with a start and an end, padded behind."""
    rows = [torch.tensor([START, *numbers(text), END]) for text in texts]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PADDING)


@cache
def mask(language: str) -> Tensor:
    """Which numbers (size of the table, bool) may be written in a language: its characters, and the end.

    At a high temperature, a model of several languages otherwise mixes their scripts inside a word.
    """
    allowed = torch.zeros(len(written()), dtype=torch.bool)
    allowed[[END, *(table()[character] for character in alphabet(language))]] = True
    return allowed

"""The captions that the captioner learns: what they say, in which words, and the way back to facts.

Phrases and colors are those of `demos/data/captions`; the order of facts and the frames are fixed, so that
from the words before it follows what comes next. The way back knows the phrases of one language and nothing
else: a caption says a fact if and only if one of its phrases stands in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from demos.data.avatars.factors import BY_NAME
from demos.data.captions.facts import COLORS, PALETTES, Fact, Row, facts
from demos.data.captions.grammar import LANGUAGES, Phrase, Writer, grammar, tidied, ways
from demos.data.captions.words import lexicon
from demos.kit.vocabulary import numbers_in, tokens_in

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
ENDING = "<end>"
SPECIAL = ("<padding>", ENDING, *(f"<{language}>" for language in LANGUAGES))
PADDING, END = 0, 1
LENGTH = 52  # words of the longest caption and the end

# What captions name, in this order, where it is to be seen. Nobody names what is not there. Smiles are left
# out: after 2,400 steps with them, the net had still not found the mouth, and named one at random.
NAMED = ("hair", "iris", "beard", "glasses", "hat", "clothing", "background")
KIND = {
    "hair": "having", "iris": "having", "beard": "having", "glasses": "wearing", "hat": "wearing",
    "clothing": "wearing", "background": "scene",
}  # fmt: skip
FRAMES = {
    "en": ("a person[ with {having}][, wearing {wearing}][, {scene}]", ", ", " and "),
    "nb": ("en person[ med {having}][, iført {wearing}][, {scene}]", ", ", " og "),
    "zh": ("一个人[，{having}][，{wearing}][，{scene}]", "，", "，"),
}
USUAL = 0.5  # share of facts that are said in the first phrase of the grammar without a choice
# Of these, each value is kept out of training in one color (`is_new`).
COMBINED = ("hair", "hat", "clothing")
PARTS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]")
Slots = Mapping[str, str]  # attribute → value: of a fact, its value, and its color below another name


def named(row: Row) -> list[Fact]:
    """What a caption of an avatar has to name."""
    found = {fact.name: fact for fact in facts(row) if fact.value != "none"}
    return [found[name] for name in NAMED if name in found]


def is_new(fact: Fact) -> bool:
    """Whether training never sees this value in this color."""
    if fact.name not in COMBINED or not fact.color:
        return False
    values, colors = BY_NAME[fact.name].classes, BY_NAME[COLORS[fact.name]].classes
    return colors.index(fact.color) == 3 * values.index(fact.value) % len(colors)


def slots(found: Iterable[Fact]) -> Slots:
    """Facts as attributes and their values. Of two facts on one attribute, the first."""
    made: dict[str, str] = {}
    for fact in found:
        if fact.value == "any":  # the iris is nothing but a color
            made.setdefault(fact.name, fact.color)
            continue
        made.setdefault(fact.name, fact.value)
        if fact.color:
            made.setdefault(color_of(fact.name), fact.color)
    return made


def color_of(name: str) -> str:
    """The name below which `slots` holds the color of a fact."""
    return f"{name}_color"


# Writing


def written(language: str, told: Sequence[Fact], chance: random.Random) -> str:
    """A caption that says facts, each in one of its phrases."""
    frame, comma, last = FRAMES[language]
    writer = Colored(language, chance)
    parts: dict[str, list[str]] = {}
    for fact in told:
        phrases = phrases_of(language, fact)
        way = phrases[0] if chance.random() < USUAL else chance.choice(phrases)
        parts.setdefault(KIND[fact.name], []).append(writer.spoken(way, fact, brief=False))
    joined = {
        kind: last.join([comma.join(some[:-1]), some[-1]] if len(some) > 1 else some)
        for kind, some in parts.items()
    }

    def part(match: re.Match[str]) -> str:
        (kind,) = re.findall(r"{(\w+)}", match[1])
        return match[1].format(**joined) if kind in joined else ""

    return tidied(re.sub(r"\[([^]]*)\]", part, frame))


def phrase(language: str, fact: Fact) -> str:
    """How captions usually say a fact."""
    writer = Colored(language, random.Random(0))
    return tidied(writer.spoken(phrases_of(language, fact)[0], fact, brief=False))


class Colored(Writer):
    """A writer that calls each color by its first name."""

    def color(self, fact: Fact) -> str:
        return grammar(self.language).colors[PALETTES[fact.name]][fact.color][0]


@cache
def phrases_of(language: str, fact: Fact) -> list[Phrase]:
    """The phrases in which captions say a fact."""
    kind = "scene" if fact.name == "background" else "doing" if language == "zh" else KIND[fact.name]
    found = ways(language, fact.name, fact.value, bool(fact.color), frozenset({kind}), False)
    return [phrase for phrase in found if phrase.kind == kind]


# Words


def words(text: str, language: str) -> list[str]:
    """A caption as words and signs: in Chinese, as many characters together as make a word of the grammar."""
    return (chinese() if language == "zh" else PARTS).findall(text)


@cache
def chinese() -> re.Pattern[str]:
    known = sorted(lexicon(), key=lambda run: (-len(run), run))
    return re.compile("|".join([r"[A-Z][\u4e00-\u9fff]+", *known, r"\S"]))


def text_of(found: Sequence[str], language: str) -> str:
    """Words and signs as a caption."""
    return "".join(found) if language == "zh" else tidied(" ".join(found))


def vocabulary() -> tuple[str, ...]:
    """All words of all captions; a word's number is its place."""
    return tokens_in(VOCABULARY)


def start(language: str) -> int:
    """The number of the token with which captions of a language begin."""
    return numbers_in(VOCABULARY)[f"<{language}>"]


def numbers(text: str, language: str) -> list[int]:
    """The numbers of a caption's words, and the end."""
    return [*(numbers_in(VOCABULARY)[word] for word in words(text, language)), END]


def read(row: Iterable[int]) -> list[str]:
    """The words with these numbers, up to the end."""
    found = []
    for number in row:
        if number in (PADDING, END):
            break
        found.append(vocabulary()[number])
    return found


# Reading


def said(found: Sequence[str], language: str) -> list[Fact]:
    """The facts that the words of a caption say, in their order."""
    return [fact for fact, _, _ in places(found, language)]


def places(found: Sequence[str], language: str) -> list[tuple[Fact, int, int]]:
    """The facts, and from which word up to which each is said: at each word, the longest phrase."""
    known = readings(language)
    longest = max(map(len, known))
    made, first = [], 0
    while first < len(found):
        ends = range(min(first + longest, len(found)), first, -1)
        end = next((end for end in ends if tuple(found[first:end]) in known), 0)
        if end:
            made.append((known[tuple(found[first:end])], first, end))
        first = end or first + 1
    return made


@cache
def readings(language: str) -> dict[tuple[str, ...], Fact]:
    """Every phrase of a language, as words, and the fact that it says."""
    writer = Colored(language, random.Random(0))
    made = {}
    for fact in all_facts():
        for phrase in phrases_of(language, fact):
            made[tuple(words(tidied(writer.spoken(phrase, fact, brief=False)), language))] = fact
    return made


def color_words() -> tuple[list[int], list[int]]:
    """The numbers of the words that name colors, in any form: those that end a name, and those that others
    must follow, such as “sky”."""
    last, others = set[str](), set[str]()
    for language in LANGUAGES:
        for palette in grammar(language).colors.values():
            for names in palette.values():
                for form in names[0].split("/"):  # the first name: `Colored`
                    *before, end = words(form, language)
                    last.add(end)
                    others.update(before)
    known = numbers_in(VOCABULARY)
    return sorted(known[word] for word in last & known.keys()), sorted(
        known[word] for word in others & known.keys()
    )


def all_facts() -> Iterator[Fact]:
    """All that captions can say."""
    for name in NAMED:
        values: Iterable[str] = {
            "iris": ["any"],
            "background": BY_NAME["pattern"].classes,
        }.get(name) or [value for value in BY_NAME[name].classes if value != "none"]
        colors = BY_NAME[COLORS[name]].classes if name in COLORS else ("",)
        for value in values:
            for color in ("",) if value == "bald" else colors:
                yield Fact(name, value, color)


def all_words() -> list[str]:
    """The vocabulary, as the grammars have it now."""
    return [*SPECIAL, *sorted({word for language in LANGUAGES for word in words_of(language)})]


def words_of(language: str) -> set[str]:
    """The words of all captions in a language."""
    frame, comma, last = FRAMES[language]
    frame = re.sub(r"{\w+}|[][]", " ", frame)
    return {
        *words(f"{frame}{comma}{last}", language),
        *(word for phrase in readings(language) for word in phrase),
    }


@cache
def writes(language: str) -> tuple[bool, ...]:
    """Of each number of the vocabulary, whether captions in a language have it, END among them."""
    own = words_of(language) | {ENDING}
    return tuple(word in own for word in vocabulary())

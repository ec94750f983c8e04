"""The way back from a caption to the facts that it says, by the phrases that captions are written with.

It knows what the grammars know, in any of the languages and in no other words: it says what a prompt asks
for, as far as a model that learned from these captions can have understood it.
"""

import re
from collections.abc import Iterator
from functools import cache

from demos.data.captions.facts import COLORS, PALETTES, Fact
from demos.data.captions.grammar import LANGUAGES, Grammar, grammar, tidied
from demos.data.captions.tokens import UNKNOWN, tokens

Numbers = tuple[int, ...]
NOUNS_FIRST = (
    "having",
    "wearing",
    "scene",
    "doing",
    "scene_is",
    "pre",
)  # kinds of phrases, as a name is to be
SLOT = re.compile(r"{\w+!?}")  # where the color stands
# What a phrase begins with that readers put in another way: “with a red background”, 黑色刘海.
LEADING = re.compile(r"(mot|på|foran|on|against|in front of) |(留着|扎着|梳着|剪了|有)")


def said(text: str) -> list[Fact]:
    """The facts in a text, in the order in which they stand there."""
    known, numbers = phrases(), numbers_of(text)
    longest = max(map(len, known))
    found, first = list[Fact](), 0
    while first < len(numbers):
        ends = range(min(first + longest, len(numbers)), first, -1)
        end = next((end for end in ends if numbers[first:end] in known), None)
        if end:
            found.append(known[numbers[first:end]])
        first = end or first + 1
    return found


@cache
def phrases() -> dict[Numbers, Fact]:
    """Every way to say a fact in any language, as token numbers."""
    known: dict[Numbers, Fact] = {}
    for shortened in (False, True):  # whatever is said in full goes before what begins in another way
        for language in LANGUAGES:
            for (name, value), ways in grammar(language).phrases.items():
                for way in ways:
                    for text in spellings(way.text, shortened):
                        for numbers, color in in_colors(grammar(language), name, text):
                            if UNKNOWN not in numbers and (color or not way.needs_color):
                                known.setdefault(numbers, Fact(name, value, color))
    return known


def spellings(text: str, shortened: bool) -> Iterator[str]:
    """A phrase in each of its forms, with and without articles; `shortened`: without how it begins."""
    if shortened:
        text, cut = LEADING.subn("", text, count=1)
        if not cut:
            return
    for form in text.split("/"):
        yield re.sub(r"\((\w+)\)", r"\1", form)
        yield re.sub(r"\(\w+\)", "", form)


def in_colors(language: Grammar, name: str, text: str) -> Iterator[tuple[Numbers, str]]:
    """A phrase as token numbers without a color and with each color that its place can take."""
    parts = [numbers_of(part) for part in SLOT.split(text)]
    yield sum(parts, ()), ""
    if len(parts) == 2:
        before, after = parts
        for form, color in colors(language, PALETTES[name]):
            yield before + form + after, color


def colors(language: Grammar, palette: str) -> list[tuple[Numbers, str]]:
    """The forms of the names that mean one color of a palette alone."""
    named: dict[Numbers, set[str]] = {}
    for color, names in language.colors[palette].items():
        for text in names:
            for form in text.removeprefix("~").split("/"):
                named.setdefault(numbers_of(form), set()).add(color)
    return [(form, color) for form, meant in named.items() for color in meant if len(meant) == 1]


def numbers_of(text: str) -> Numbers:
    return tuple(token.number for token in tokens(text))


def named(language: str, name: str, value: str) -> str:
    """How a language says the value of a fact, or a color of its palette: “round glasses”, “red”.

    `name` is that of a fact or of the factor that holds its color. Raises KeyError for an unknown value.
    """
    for fact, factor in COLORS.items():
        colors = grammar(language).colors[PALETTES[fact]]
        if name == factor and value in colors:
            return colors[value][0].split("/")[0]
    ways = [way for way in grammar(language).phrases[name, value] if not way.needs_color]
    way = min(ways, key=lambda way: NOUNS_FIRST.index(way.kind))
    return tidied(re.sub(r"\(\w+\)", "", SLOT.sub("", way.text.split("/")[0])))

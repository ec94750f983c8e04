"""How a language says facts: words, phrases and sentence frames from its YAML file, and `write`.

Phrases stand below fact, value and kind: `pre` (an adjective before the person), `having` and `wearing` (noun
phrases), `doing` (a verb phrase), `scene` and `scene_is` (the background in a phrase or a sentence). In them

    {c} or {en} {et} {de}   the color, if it is said; in Norwegian in its common, neuter and plural form
    {c!}                    the color; the phrase is used only if it is said
    (a)                     what tags may leave out
    blek/blekt              before a person: the common and the neuter form

A frame holds `{a}` and `{the}` for the person and one slot for each kind it can say, `{things}` for what one
has and wears; a part in [brackets] is left out when its slot is empty. Entries that begin with `!` are held
out: training never sees them. Colors that begin with `~` also suit another color, so they measure nothing.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demos.data.captions.facts import ABSENT, PALETTES, PROMINENCE, Fact

HERE = Path(__file__).parent
LANGUAGES = tuple(sorted(path.stem for path in HERE.glob("*.yml")))
KINDS = ("pre", "having", "wearing", "doing", "scene", "scene_is")
TAG_KINDS = frozenset({"having", "wearing", "doing", "scene"})
FORMS = ("en", "et", "de")
MOST = 9  # facts in a caption
TAGS, COLOR_SAID, COLOR_ONLY = 0.2, 0.85, 0.15  # shares of captions and of facts


@dataclass(frozen=True)
class Phrase:
    """One way to say a fact."""

    kind: str
    text: str
    held_out: bool

    @property
    def needs_color(self) -> bool:
        return "!}" in self.text

    @property
    def takes_color(self) -> bool:
        return "{" in self.text


@dataclass(frozen=True)
class Frame:
    """A sentence with slots."""

    text: str
    held_out: bool
    slots: frozenset[str]


@dataclass(frozen=True)
class Grammar:
    """One language."""

    join: tuple[str, str]
    adjectives: str
    tags: str
    people: dict[str, list[tuple[str, str]]]  # with and without “the”
    frames: list[Frame]
    colors: dict[str, dict[str, list[str]]]
    phrases: dict[tuple[str, str], list[Phrase]]


@cache
def grammar(language: str) -> Grammar:
    """The grammar of a language. Raises KeyError for one that has none."""
    if language not in LANGUAGES:
        raise KeyError(f"no captions in {language!r}; there are {', '.join(LANGUAGES)}")
    raw = yaml.safe_load((HERE / f"{language}.yml").read_text(encoding="utf-8"))
    comma, last = raw["join"]
    return Grammar(
        join=(comma, last),
        adjectives=raw["adjectives"],
        tags=raw["tags"],
        people={who: [_pair(entry) for entry in entries] for who, entries in raw["people"].items()},
        frames=[_frame(text) for text in raw["frames"]],
        colors=raw["colors"],
        phrases={
            (name, str(value)): _phrases(kinds)
            for name, values in raw["facts"].items()
            for value, kinds in values.items()
        },
    )


def _pair(entry: str) -> tuple[str, str]:
    a, the = entry.split("|")
    return a, the


def _frame(text: str) -> Frame:
    held_out, text = text.startswith("!"), text.removeprefix("!")
    names = set(re.findall(r"{(\w+)}", text)) - {"a", "the"}
    slots = names - {"things"} | ({"having", "wearing"} if "things" in names else set())
    return Frame(text, held_out, frozenset(slots))


def _phrases(kinds: dict[str, Any]) -> list[Phrase]:
    return [
        Phrase(kind, text.removeprefix("!"), text.startswith("!")) for kind in kinds for text in kinds[kind]
    ]


@dataclass
class Writer:
    """Writes captions in one language with one stream of random numbers.

    `held_out`: with a frame that training never sees and, where there are any, such phrases; and only with
    words that mean one thing.
    """

    language: str
    chance: random.Random
    held_out: bool = False

    def __post_init__(self) -> None:
        self.grammar = grammar(self.language)

    def write(self, facts: Sequence[Fact], most: int = MOST) -> tuple[str, list[Fact]]:
        """A caption, and the facts it says: some of those given, at least one."""
        said = [self.narrowed(fact) for fact in self.chosen(facts, most)]
        bearded = any(fact.name == "beard" and fact.value != "none" for fact in facts)
        if not self.held_out and self.chance.random() < TAGS:
            return self.tags(said), said
        return self.sentence(said, bearded), said

    def chosen(self, facts: Sequence[Fact], most: int) -> list[Fact]:
        """Some of the facts, the prominent more often, in random order."""
        weights = [PROMINENCE.get(fact.name, 1.0) * ABSENT.get(fact[:2], 1.0) for fact in facts]
        keys = [self.chance.random() ** (1 / weight) for weight in weights]
        ranked = sorted(range(len(facts)), key=lambda i: -keys[i])
        count = self.chance.randint(1, min(most, len(facts)))
        return [facts[i] for i in ranked[:count]]

    def narrowed(self, fact: Fact) -> Fact:
        """The fact without its color, or the color alone, now and then."""
        if not fact.color or fact.value == "any":
            return fact
        only_color = 0.6 if fact.value == "plain" else COLOR_ONLY
        if (fact.name, "any") in self.grammar.phrases and self.chance.random() < only_color:
            return fact._replace(value="any")
        return fact if self.chance.random() < COLOR_SAID else fact._replace(color="")

    def sentence(self, said: Sequence[Fact], bearded: bool) -> str:
        """The facts in a frame, each as a phrase of a kind that the frame can hold."""
        frame = self.chance.choice(self.frames(said, self.held_out) or self.frames(said, False))
        people = self.grammar.people["any"] + ([] if bearded else 2 * self.grammar.people["beardless"])
        person = self.chance.choice(people)
        slots: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for fact in said:
            phrase = self.preferred(self.fitting(fact, frame.slots))
            text = self.spoken(phrase, fact, self.chance.random() < 0.3, neuter=person[0].startswith("et "))
            slots[phrase.kind].append(text)
        return self.filled(frame, slots, person)

    def frames(self, said: Sequence[Fact], held_out: bool) -> list[Frame]:
        """Frames that can say all facts."""
        return [
            frame
            for frame in self.grammar.frames
            if frame.held_out == held_out and all(self.fitting(fact, frame.slots) for fact in said)
        ]

    def fitting(self, fact: Fact, slots: frozenset[str]) -> list[Phrase]:
        """Ways to say a fact in a frame with these slots."""
        return ways(self.language, fact.name, fact.value, bool(fact.color), slots, self.held_out)

    def preferred(self, phrases: list[Phrase]) -> Phrase:
        """One of the phrases; of those that are held out, if such are wanted and there are any."""
        return self.chance.choice([p for p in phrases if p.held_out and self.held_out] or phrases)

    def spoken(self, phrase: Phrase, fact: Fact, brief: bool, neuter: bool = False) -> str:
        """The phrase with the color in it; `brief`: without what stands in parentheses."""
        text = phrase.text.split("/")[-1 if neuter else 0]
        text = re.sub(r"\((\w+)\)", "" if brief else r"\1", text)
        forms = self.color(fact).split("/") if fact.color else [""]
        for i, form in enumerate(FORMS):
            text = re.sub(rf"{{{form}!?}}", forms[min(i, len(forms) - 1)], text)
        return re.sub(r"{c!?}", forms[0], text)

    def color(self, fact: Fact) -> str:
        names = self.grammar.colors[PALETTES[fact.name]][fact.color]
        plain = [name for name in names if not name.startswith("~")]
        return self.chance.choice(plain if self.held_out else names).removeprefix("~")

    def tags(self, said: Sequence[Fact]) -> str:
        """The facts as a list of phrases."""
        phrases = []
        for fact in said:
            options = self.fitting(fact, TAG_KINDS)
            phrases.append(self.spoken(self.preferred(options), fact, brief=True))
        return tidied(self.grammar.tags.join(phrases))

    def filled(self, frame: Frame, slots: dict[str, list[str]], person: tuple[str, str]) -> str:
        """The frame with its slots filled and its empty parts left out."""
        a, the = person
        things = slots["having"] + slots["wearing"]
        self.chance.shuffle(things)
        values = {
            "a": a.format(pre=self.grammar.adjectives.join(slots["pre"])),
            "the": the,
            "things": self.joined(things),
            **{kind: self.joined(slots[kind]) for kind in KINDS},
        }

        def part(match: re.Match[str]) -> str:
            names = re.findall(r"{(\w+)}", match[1])
            return match[1] if all(values[name] for name in names) else ""

        text = tidied(re.sub(r"\[([^]]*)\]", part, frame.text).format(**values))
        return text.removeprefix(f"{the}. ")  # a first sentence that says nothing

    def joined(self, phrases: Sequence[str]) -> str:
        comma, last = self.grammar.join
        return last.join([comma.join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)


@cache
def ways(
    language: str, name: str, value: str, colored: bool, slots: frozenset[str], held_out: bool
) -> list[Phrase]:
    """Phrases for a fact, with or without a color, of kinds that have a slot (adjectives always have one)."""
    kinds = slots if "scene_is" in slots else slots | {"pre"}
    return [
        phrase
        for phrase in grammar(language).phrases[name, value]
        if phrase.kind in kinds
        and (colored or not phrase.needs_color)
        and (not colored or phrase.takes_color or value == "any")
        and (held_out or not phrase.held_out)
    ]


def tidied(text: str) -> str:
    """One space between words, none before a comma, and “an” before a vowel."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" (?=[,.:])", "", text)
    return re.sub(r"\ba (?=[aeio]|un)", "an ", text)

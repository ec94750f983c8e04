"""Sentences with a sentiment: what is said of what is in a YAML file for each language.

A *clause* says something of a *thing*:

    affirm     a quality of it, good or bad: positive or negative      the soup was delicious
    deny       that it has a quality: the other way round              the soup wasn’t bad
    verdict    what it did to somebody, in whole phrases               I loved the soup
    fact       something without an opinion: neutral                   the soup contains milk
    open       a quality that is asked for, or not known: neutral      is the soup good?

A *sentence* is one clause, or two. Opinions that agree are joined; a fact leaves the opinion beside it as it
is; and where opinions contradict each other, the one counts that the sentence ends up with: what stands
behind “but”, or what “although” is set against. That is a convention, and so is that irony does not occur.

The YAML files: `groups` are things with the qualities that fit them, and facts; `frames` are clauses, one a
line, in the notation of `demos.data.texts.grammar`, in which `thing` and `quality` are slots. A group may
have frames of its own instead (`praise`, `blame`) or more of them (`more_praise` …). `general` qualities fit
every thing. In `sub_…` and `inverted_…` frames, words stand in the order of Norwegian subordinate clauses
and of clauses behind them. Chinese has a space between words, which texts leave out.

`alone` frames are for sentences of a single clause.

Each combination of a thing and what is said of it belongs to one split, and no sentence of another has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from demos.data.texts.agreement import AGREEMENTS, Word
from demos.data.texts.grammar import BEGINNING, Chance, Exhausted, Grammar, Writer, parsed, split_of

HERE = Path(__file__).parent
LABELS = ("positive", "negative", "neutral")
POSITIVE, NEGATIVE, NEUTRAL = LABELS
OPPOSITE = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE}
QUALITY = {POSITIVE: "good", NEGATIVE: "bad"}
VERDICT = {POSITIVE: "praise", NEGATIVE: "blame"}
# How many of ten sentences with an opinion, and of ten without, are of which kind.
OPINIONS = ("affirm", "affirm", "deny", "deny", "verdict", "verdict", "contrast", "contrast", "and", "aside")
NEUTRALS = ("fact", "fact", "fact", "fact", "fact", "open", "open", "open", "facts", "facts")
BESIDE = "service"  # the group whose things go with those of any other
APART = "moods"  # the group whose things go only with each other
ALONE = "alone"  # the order of words in a clause that is the whole sentence
TRIES = 200  # to find a combination that belongs to a split
ENDS = {"nb": ".", "en": ".", "zh": "。"}
SHOUTS = {"nb": "!", "en": "!", "zh": "！"}


@dataclass(frozen=True)
class Group:
    """Things that the same can be said of. `frames`: lines by kind of clause."""

    name: str
    things: tuple[Word, ...]
    qualities: Mapping[str, tuple[Word, ...]]  # good, bad
    frames: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Opinions:
    """One language: its groups, how two clauses are joined, and the grammar that writes a clause."""

    groups: tuple[Group, ...]
    joins: Mapping[str, tuple[str, ...]]  # and, contrast, forward, backward
    grammar: Grammar


@dataclass(frozen=True)
class Clause:
    """What is said of a thing; `pair`: the thing and what decides, with it, the split."""

    text: str
    label: str
    pair: tuple[str, str]


@dataclass(frozen=True)
class Sentence:
    """A text, its label, how it is made, and the combinations in it. In Chinese, `text` has spaces between
    words until `plain` takes them out."""

    text: str
    label: str
    kind: str
    pairs: tuple[tuple[str, str], ...]


@cache
def opinions(language: str) -> Opinions:
    """What a language can say. Raises KeyError for one that has no file, ValueError for a fault in it."""
    if language not in AGREEMENTS:
        raise KeyError(f"no opinions in {language!r}; there are {', '.join(AGREEMENTS)}")
    raw: dict[str, Any] = yaml.safe_load((HERE / f"{language}.yml").read_text(encoding="utf-8"))
    rules = {name: (parsed(text),) for name, text in raw["rules"].items()}
    grammar = Grammar(language, AGREEMENTS[language], {}, {}, (), {}, rules)
    groups = tuple(group(name, one, raw, language) for name, one in raw["groups"].items())
    joins = {name: lines(raw[name]) for name in ("and", "contrast", "forward", "backward")}
    return Opinions(groups, joins, grammar)


def group(name: str, raw: Mapping[str, Any], language: Mapping[str, Any], code: str) -> Group:
    """A group from its entry and what all groups of its kind share."""
    agreement = AGREEMENTS[code]
    frames = {kind: lines(text) for kind, text in language["frames"][raw["frames"]].items()}
    for kind in ("praise", "blame"):
        if kind in raw:
            frames[kind] = lines(raw[kind])
        frames[kind] = (*frames.get(kind, ()), *lines(raw.get(f"more_{kind}", "")))
    frames["facts"] = (*frames.get("facts", ()), *lines(raw["facts"]))
    if raw.get("countable"):
        frames["alone"] += frames["counted"]
    general = language["general"] if raw["frames"] == "things" else {}
    things = [agreement.word(raw.get("kind", "nouns"), entry) for entry in raw["things"].split(", ")]
    return Group(
        name,
        tuple(things),
        {
            kind: tuple(
                quality(code, entry)
                for text in (raw[kind], general.get(kind, ""))
                for entry in text.split(", ")
                if entry
            )
            for kind in QUALITY.values()
        },
        frames,
    )


def quality(code: str, entry: str) -> Word:
    """An adjective: in Norwegian three forms, or one that is the same in all; else as it stands. One with a
    star is extreme already, so it is “utterly” rather than “very” so."""
    kind = "extreme" if entry.endswith("*") else "adjectives"
    entry = entry.removesuffix("*")
    if code != "nb":
        return Word(kind, (entry,))
    forms = entry.split()
    word = AGREEMENTS[code].word("adjectives", entry if len(forms) > 1 else " ".join(forms * 3))
    return replace(word, kind=kind)


def lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())


@dataclass
class Speaker:
    """Makes the sentences of one split in one language."""

    language: str
    split: str
    chance: Chance

    @property
    def known(self) -> Opinions:
        return opinions(self.language)

    def one_of(self, some: tuple[Any, ...]) -> Any:
        return some[self.chance.below(len(some))]

    def sentence(self, label: str) -> Sentence:
        """A sentence with a label, of any kind."""
        kind = self.one_of(NEUTRALS if label == NEUTRAL else OPINIONS)
        if kind == "contrast":
            return self.contrast(label)
        if kind in ("and", "aside", "facts"):
            return self.joined(kind, label)
        clause = self.clause(self.one_of(self.known.groups), kind, label, ALONE)
        return self.ended((clause,), clause.text, label, "plain" if kind == "affirm" else kind)

    def joined(self, kind: str, label: str) -> Sentence:
        """Two clauses that agree, or an opinion and a fact before or behind it, or two facts."""
        first_group = self.one_of(self.known.groups)
        second_group = self.beside(first_group)
        if kind == "and":
            first, second = self.opinion(first_group, label), self.opinion(second_group, label)
        else:
            first = self.clause(first_group, "fact", NEUTRAL)
            facts = kind == "facts"
            second = self.clause(second_group, "fact", label) if facts else self.opinion(second_group, label)
            if first.text[-1] in "?？":
                raise Exhausted("a question can't go on")
            if not facts and self.chance.below(2):
                first, second = second, first
        # Two facts may stand on both sides of “but”, too.
        join = "contrast" if kind == "facts" and not self.chance.below(3) else "and"
        form = self.one_of(self.known.joins[join])
        return self.ended((first, second), self.put(form, first, second), label, kind)

    def contrast(self, label: str) -> Sentence:
        """An opinion that is set against another one, and counts."""
        join = self.one_of(("contrast", "contrast", "forward", "backward"))
        first_group = self.one_of(self.known.groups)
        second_group = self.beside(first_group)
        if first_group.name == APART and join == "forward":  # Norwegian moods have no frame for it
            join = "contrast"
        against = "" if join == "contrast" else "sub"
        counts = "inverted" if join == "forward" else ""
        first = self.opinion(first_group, OPPOSITE[label], against)
        second = self.opinion(second_group, label, counts)
        form = self.one_of(self.known.joins[join])
        return self.ended((first, second), self.put(form, first, second), label, "contrast")

    def pair(self) -> tuple[Sentence, Sentence]:
        """Two sentences of the same words, of which one ends well and one badly: “a, but b”, “b, but a”."""
        one = self.one_of(self.known.groups)
        good = self.opinion(one, POSITIVE)
        bad = self.opinion(self.beside(one), NEGATIVE)
        form = self.known.joins["contrast"][0]
        made = [
            Sentence(
                self.put(form, first, second) + ENDS[self.language],
                second.label,
                "order",
                (first.pair, second.pair),
            )
            for first, second in ((bad, good), (good, bad))
        ]
        return made[0], made[1]

    def put(self, form: str, first: Clause, second: Clause) -> str:
        return form.replace("{first}", first.text).replace("{second}", second.text)

    def beside(self, group: Group) -> Group:
        """A group whose things may be spoken of with those of another."""
        other = next(one for one in self.known.groups if one.name == BESIDE)
        return group if group.name == APART or self.chance.below(2) else other

    def opinion(self, group: Group, label: str, order: str = "") -> Clause:
        """A clause with an opinion, of any kind, in an order of words."""
        kind = self.one_of(("affirm", "affirm", "deny", "verdict"))
        return self.clause(group, kind, label, order)

    def clause(self, group: Group, kind: str, label: str, order: str = "") -> Clause:
        """A clause of a kind that says what its label wants, and whose pair belongs to the split. Raises
        Exhausted if none is found: a small group may have none in a small split."""
        ordered = f"{order}_affirm" in group.frames
        if kind == "verdict" and (ordered or not group.frames["praise"]):
            kind = "affirm"
        if kind == "deny" and ordered and f"{order}_deny" not in group.frames:
            kind = "affirm"
        for _ in range(TRIES):
            thing: Word = self.one_of(group.things)
            frames, word = self.said(group, kind, label, order)
            frame: str = self.one_of(frames)
            second = word.base if word else frame
            if split_of(self.language, thing.base, second) == self.split:
                break
        else:
            raise Exhausted(f"{group.name}, {kind}, {label}")
        bound = {"thing": thing} | ({"quality": word} if word else {})
        grammar = self.known.grammar
        if word and word.kind == "extreme":
            grammar = replace(grammar, rules={**grammar.rules, "very": grammar.rules["utterly"]})
        writer = Writer(grammar, self.split, self.chance, bound)
        text = " ".join(writer.written(parsed(frame)).split())  # a choice may have been nothing
        return Clause(text, label, (thing.base, second))

    def said(self, group: Group, kind: str, label: str, order: str) -> tuple[tuple[str, ...], Word | None]:
        """Frames of a kind of clause, and the quality that they speak of, if they do."""
        frames = group.frames
        if kind == "fact":
            return frames["facts"], None
        if kind == "verdict":
            verdict = VERDICT[label]
            return frames[verdict] + (frames.get(f"{ALONE}_{verdict}", ()) if order == ALONE else ()), None
        if kind == "open":
            side = self.one_of(tuple(QUALITY.values()))
            return frames["open"], self.one_of(group.qualities[side])
        side = QUALITY[label if kind == "affirm" else OPPOSITE[label]]
        own = frames.get(f"{order}_{kind}")
        if own is None:
            own = frames[kind] + (frames[f"deny_{side}"] if kind == "deny" else ())
            own += frames.get(ALONE, ()) if order == ALONE and kind == "affirm" else ()
        return own, self.one_of(group.qualities[side])

    def ended(self, clauses: tuple[Clause, ...], text: str, label: str, kind: str) -> Sentence:
        """The sentence with a stop at its end, or with none, or an exclamation mark."""
        end = ENDS[self.language]
        ends = (end, end, end, end, end, "", "", SHOUTS[self.language])
        if text[-1] not in "?？":
            text += self.one_of(ends)
        return Sentence(text, label, kind, tuple(clause.pair for clause in clauses))


def plain(sentence: Sentence, language: str) -> Sentence:
    """The sentence as it is written: a capital at the beginning, and Chinese without spaces."""
    text = sentence.text
    if language == "zh":
        text = text.replace(" ", "")
    else:
        text = BEGINNING.sub(lambda found: found[0][:-1] + found[0][-1].upper(), text)
    return replace(sentence, text=text)


def sentences(language: str, split: str, seed: int = 0) -> Iterator[Sentence]:
    """Any number of sentences of a split, the labels in turn, in Chinese with spaces between words."""
    for row in count():
        speaker = Speaker(language, split, Chance("sentiment", language, split, seed, row))
        with suppress(Exhausted):
            yield speaker.sentence(LABELS[row % len(LABELS)])


def pairs(language: str, split: str, seed: int = 0) -> Iterator[tuple[Sentence, Sentence]]:
    """Any number of pairs of sentences that differ in the order of their clauses only."""
    for row in count():
        speaker = Speaker(language, split, Chance("order", language, split, seed, row))
        with suppress(Exhausted):
            yield speaker.pair()

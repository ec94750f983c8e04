"""Documents by grammar: what a language can say is in its YAML file, how words agree in `agreement`.

A document is one of `documents`, written with `rules`, which have one alternative a line. In them

    {hero}                  what the slot “hero” stands for, the same in the whole document
    {pet:a}, {pet:the big}  a form of it, perhaps with an adjective from the slot “big” (see `agreement`)
    {*many}                 any word of the slot’s list, another one each time
    {pet:the =last}         … or with one that is the same in all its forms
    [rule]                  one of the rule's alternatives; within a document, another one each time
    [this|that|]            one of these, here and now
    <adverbial; hero; did>  a clause: what the slot “hero” did, the verb where the language wants it;
                            the adverbial may be left out, and a subject that is no slot stands for itself

`slots` says from which list of words a slot is drawn, when it is first used. No two slots are the same word.

Some combinations of words are `held_out`: each pair of a person and a town, for instance, belongs to one of
the splits, and no document of another has both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demos.data.texts.agreement import AGREEMENTS, Agreement, Word

HERE = Path(__file__).parent
SPLITS = ("train", "validation", "test")
TENTHS = {"train": 8, "validation": 1, "test": 1}  # of all combinations
# The first letter of a line or of a sentence, perhaps behind a quotation mark.
BEGINNING = re.compile(r"(?:^|(?<=[.!?…] ))[«“]?[a-zæøå]|(?<=[.!?…][»”] )[«“][a-zæøå]", re.MULTILINE)


@dataclass(frozen=True)
class Node:
    """A part of a rule: a text, a slot, a rule, a choice of rules, or a clause."""

    kind: str
    text: str = ""
    parts: tuple[tuple[Node, ...], ...] = ()


Template = tuple[Node, ...]


@dataclass(frozen=True)
class Document:
    """A text, the kind of document it is, and the words in it that could have been others."""

    text: str
    kind: str
    words: Mapping[str, str] = field(default_factory=dict)  # by slot


@dataclass(frozen=True)
class Grammar:
    """One language."""

    language: str
    agreement: Agreement
    words: Mapping[str, tuple[Word, ...]]  # by list
    slots: Mapping[str, str]  # slot → list
    held_out: tuple[tuple[str, str], ...]  # pairs of lists
    documents: Mapping[str, Template]
    rules: Mapping[str, tuple[Template, ...]]


@cache
def grammar(language: str) -> Grammar:
    """The grammar of a language. Raises KeyError for one that has none, ValueError for a fault in it."""
    path = HERE / f"{language}.yml"
    if language not in AGREEMENTS:
        raise KeyError(f"no texts in {language!r}; there are {', '.join(AGREEMENTS)}")
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    agreement = AGREEMENTS[language]
    words = {
        name: tuple(agreement.word(kind, entry) for entry in entries.split(", "))
        for kind, lists in raw["words"].items()
        for name, entries in lists.items()
    }
    return Grammar(
        language=language,
        agreement=agreement,
        words=words,
        slots={slot: name for name, slots in raw["slots"].items() for slot in slots.split()},
        held_out=tuple((first, second) for first, second in raw["held_out"]),
        documents={kind: parsed(text.strip()) for kind, text in raw["documents"].items()},
        rules={
            name: tuple(parsed(line.replace("\\n", "\n")) for line in text.splitlines())
            for name, text in raw["rules"].items()
        },
    )


# Reading rules


@cache
def parsed(text: str) -> Template:
    """A rule as nodes. Raises ValueError if a bracket isn't closed."""
    nodes, rest = parse(text, "")
    if rest:
        raise ValueError(f"a bracket too many before {rest!r}")
    return nodes


def parse(text: str, until: str) -> tuple[Template, str]:
    """Nodes up to one of the characters `until`, and what follows from that character on."""
    nodes: list[Node] = []
    while text and text[0] not in (until or "\0"):
        if text[0] == "{":
            inside, _, text = text[1:].partition("}")
            nodes.append(Node("slot", inside))
        elif text[0] in "[<":
            node, text = bracket(text)
            nodes.append(node)
        else:
            plain = re.match(r"[^{\[<|;\]>]+|.", text, re.DOTALL)
            assert plain
            nodes.append(Node("text", plain[0]))
            text = text[plain.end() :]
    if until and not text:
        raise ValueError(f"no {until[-1]!r} closes a bracket")
    return tuple(nodes), text


def bracket(text: str) -> tuple[Node, str]:
    """What stands in brackets at the beginning of a text, and what follows."""
    between, end = ("|", "]") if text[0] == "[" else (";", ">")
    parts: list[Template] = []
    while True:
        nodes, text = parse(text[1:], between + end)
        parts.append(nodes)
        if text[0] == end:
            break
    if end == "]" and len(parts) == 1:
        (name,) = parts[0]
        return Node("rule", name.text), text[1:]
    return Node("choice" if end == "]" else "clause", parts=tuple(parts)), text[1:]


# Splits


@cache
def split_of(language: str, first: str, second: str) -> str:
    """The split to which a combination of two words belongs."""
    number = int.from_bytes(hashlib.sha256(f"{language} {first} {second}".encode()).digest()[:8], "big") % 10
    for split, tenths in TENTHS.items():
        if number < tenths:
            return split
        number -= tenths
    raise AssertionError("TENTHS are ten")


@cache
def partners_of(language: str, split: str, name: str, other: str) -> dict[str, frozenset[str]] | None:
    """{word of the list `other`: words of the list `name` that go with it in a split}; None if all do."""
    said = grammar(language)
    ours, theirs = ([word.base for word in said.words[each]] for each in (name, other))
    if (name, other) in said.held_out:
        return {b: frozenset(a for a in ours if split_of(language, a, b) == split) for b in theirs}
    if (other, name) in said.held_out:
        return {b: frozenset(a for a in ours if split_of(language, b, a) == split) for b in theirs}
    return None


# Writing


class Exhausted(Exception):
    """No word is left for a slot: the document has to be begun anew."""


class Chance:
    """Random numbers that are the same in every version of Python and on every machine."""

    def __init__(self, *seed: object) -> None:
        self.seed = " ".join(map(str, seed))
        self.count = 0

    def below(self, n: int) -> int:
        """An integer from 0 up to n."""
        self.count += 1
        digest = hashlib.blake2b(f"{self.seed} {self.count}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % n


@dataclass
class Writer:
    """Writes one document of a split."""

    grammar: Grammar
    split: str
    chance: Chance
    bound: dict[str, Word] = field(default_factory=dict)  # slot → its word
    said: dict[str, set[int]] = field(default_factory=dict)  # rule → its alternatives that were used

    def document(self, kind: str) -> Document:
        parts = self.grammar.documents[kind]
        # Each of its rules begins a sentence, also behind a quotation that ends with one.
        text = "".join(begun(self.node(part)) if part.kind == "rule" else self.node(part) for part in parts)
        text = BEGINNING.sub(lambda found: found[0][:-1] + found[0][-1].upper(), text)
        return Document(text, kind, {slot: word.base for slot, word in self.bound.items()})

    def written(self, template: Template) -> str:
        return "".join(map(self.node, template))

    def node(self, node: Node) -> str:
        if node.kind == "slot":
            return self.slot(node.text)
        if node.kind == "rule":
            return self.rule(node.text)
        if node.kind == "choice":
            return self.written(node.parts[self.chance.below(len(node.parts))])
        if node.kind == "clause":
            return self.clause([self.written(part).strip() for part in node.parts])
        return node.text

    def rule(self, name: str) -> str:
        """One of a rule's alternatives, if possible one that this document doesn't have yet."""
        alternatives = self.grammar.rules[name]
        said = self.said.setdefault(name, set())
        left = [i for i in range(len(alternatives)) if i not in said] or list(range(len(alternatives)))
        chosen = left[self.chance.below(len(left))]
        said.add(chosen)
        return self.written(alternatives[chosen])

    def clause(self, parts: Sequence[str]) -> str:
        *before, subject, predicate = parts
        if subject.partition(":")[0] in self.grammar.slots:
            subject = self.slot(subject)
        return self.grammar.agreement.clause(before[0] if before else "", subject, predicate)

    def slot(self, text: str) -> str:
        """“pet:a big” as the language says it."""
        if text[0] == "*":
            return self.any_of(self.grammar.words[self.grammar.slots[text[1:]]]).base
        name, _, form = text.partition(":")
        form, *adjectives = form.split() or [""]
        word = self.word(name)
        return self.grammar.agreement.form(word, form, [self.adjective(each) for each in adjectives])

    def adjective(self, name: str) -> Word:
        """The adjective of a slot, or behind “=” one that is the same in all forms."""
        return Word("adjectives", (name[1:],) * 5) if name[0] == "=" else self.word(name)

    def word(self, slot: str) -> Word:
        """What a slot stands for, drawn when it is first used. Raises Exhausted."""
        if slot not in self.bound:
            fitting = self.fitting(self.grammar.slots[slot])
            if not fitting:
                raise Exhausted(slot)
            self.bound[slot] = self.any_of(fitting)
        return self.bound[slot]

    def any_of(self, words: Sequence[Word]) -> Word:
        return words[self.chance.below(len(words))]

    def fitting(self, name: str) -> list[Word]:
        """The words of a list that are new in the document and go with the others in this split."""
        allowed = {word.base: word for word in self.grammar.words[name]}
        for slot, other in self.bound.items():
            allowed.pop(other.base, None)
            partners = partners_of(self.grammar.language, self.split, name, self.grammar.slots[slot])
            if partners is not None:
                allowed = {base: word for base, word in allowed.items() if base in partners[other.base]}
        return list(allowed.values())


def begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def documents(language: str, split: str, seed: int = 0) -> Iterator[Document]:
    """Any number of documents of a split, all kinds in turn."""
    said = grammar(language)
    kinds = list(said.documents)
    row = 0
    while True:
        kind = kinds[row % len(kinds)]
        try:
            made = Writer(said, split, Chance(language, split, seed, row)).document(kind)
        except Exhausted:
            continue  # the next row is another kind
        finally:
            row += 1
        if combinations(made, said):  # one without belongs to no split
            yield made


def combinations(document: Document, said: Grammar) -> set[tuple[str, str]]:
    """The pairs of words in a document that decide which split it belongs to."""
    lists = [(said.slots[slot], word) for slot, word in document.words.items()]
    return {
        (one, other)
        for first, second in said.held_out
        for name, one in lists
        for other_name, other in lists
        if (name, other_name) == (first, second)
    }

"""How words agree: Norwegian gender, number and definiteness, English articles, Chinese measure words.

The entries of words in the YAML files, by kind:

    plain       anything, used as it stands
    people      nb, en, zh: the name and the pronoun: `Ingrid hun`, `Ada she`, `小梅 她`
    towns       nb: the name and its preposition: `Røros på`; else the name
    nouns       nb: the article and four forms, perhaps a preposition: `et hus huset hus husene i`
                en: singular and plural, perhaps a preposition: `house houses in`
                zh: measure word and noun, perhaps what stands behind it: `座 房子 里`
    adjectives  nb: common, neuter and plural form, perhaps the definite and the feminine one:
                `liten lite små lille lita`; else as they stand

Their forms, as far as a language has them:

    a           a cat, en katt, 一只猫          the     the cat, katten, 猫
    many        cats, katter, 猫                all     the cats, kattene, 那些猫
    this, that  this cat, denne katten, 这只猫  it      it, den, 它
    these, those: these cats, disse kattene, 这些猫
    my, own     my cat, katten min, 我的猫; nb own: sin katt
    2 … 12      two cats, to katter, 两只猫
    in, to      in the house, i huset; to the house, til huset; a town: på Røros, to Leeds
    pred        what it is, after a verb: the cat is big, katten er stor, huset er stort
    he him his  pronouns of people; s: Ada’s, Adas
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

AN = re.compile(r"(?!use|uni|eu|one)[aeiou]|hour|hono|honest")  # what “an” stands before


@dataclass(frozen=True)
class Word:
    """A word with the forms that its entry gives."""

    kind: str
    forms: tuple[str, ...]

    @property
    def base(self) -> str:
        """What it is called: the form that names it."""
        return self.forms[1] if self.kind == "measured" or self.kind == "gendered" else self.forms[0]


class Agreement(ABC):
    """What all languages share."""

    KINDS: ClassVar[dict[str, str]] = {}  # a kind of entry → the kind of word, where it isn't the same
    PRONOUNS: ClassVar[dict[str, dict[str, str]]] = {}
    NUMBERS: ClassVar[tuple[str, ...]] = ()

    def word(self, kind: str, entry: str) -> Word:
        """A word from its entry. Raises ValueError if the entry lacks a form."""
        forms = (entry,) if kind == "plain" else tuple(part.replace("_", " ") for part in entry.split())
        word = Word(self.KINDS.get(kind, kind), forms)
        if len(forms) < self.least(word.kind):
            raise ValueError(f"{entry!r} lacks a form of its kind, {kind}")
        return word

    def least(self, kind: str) -> int:
        """Forms that a word of a kind has at least."""
        return 2 if kind == "people" else 1

    def form(self, word: Word, form: str, adjectives: Sequence[Word] = ()) -> str:
        """A form of a word. Raises ValueError for one that it doesn't have."""
        if form == "s":
            return self.genitive(word.base)
        if word.kind == "people" and form:
            return self.PRONOUNS[word.forms[1]][form]
        if not form and not adjectives:
            return word.base
        return self.phrase(word, form, adjectives)

    @abstractmethod
    def phrase(self, word: Word, form: str, adjectives: Sequence[Word]) -> str:
        """A form of a word with adjectives that agree with it. Raises ValueError for one that it doesn't
        have."""

    @abstractmethod
    def genitive(self, name: str) -> str:
        """Whose something is."""

    @abstractmethod
    def clause(self, adverbial: str, subject: str, predicate: str) -> str:
        """A clause from its parts, the verb in front of the predicate."""

    def unknown(self, word: Word, form: str) -> ValueError:
        return ValueError(f"“{word.base}” ({word.kind}) has no form “{form}”")


class Norwegian(Agreement):
    """Bokmål: three genders, double definiteness, and the verb in second place."""

    KINDS: ClassVar[dict[str, str]] = {"nouns": "gendered"}
    PRONOUNS: ClassVar[dict[str, dict[str, str]]] = {
        "hun": {"he": "hun", "him": "henne", "his": "hennes"},
        "han": {"he": "han", "him": "ham", "his": "hans"},
    }
    NUMBERS = ("", "", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv")
    POSSESSIVES: ClassVar[dict[str, tuple[str, str]]] = {
        "en": ("min", "sin"),
        "ei": ("mi", "si"),
        "et": ("mitt", "sitt"),
    }

    def least(self, kind: str) -> int:
        return {"gendered": 5, "adjectives": 3, "people": 2, "towns": 2}.get(kind, 1)

    def phrase(self, word: Word, form: str, adjectives: Sequence[Word]) -> str:
        if word.kind == "towns":
            return f"{ {'in': word.forms[1], 'to': 'til'}[form] } {word.base}"
        if word.kind != "gendered":
            raise self.unknown(word, form)
        article, single, definite, plural, all_of = word.forms[:5]
        neuter = article == "et"
        weak = " ".join(self.weak(adjective) for adjective in adjectives)
        many = " ".join(adjective.forms[2] for adjective in adjectives)
        strong = " ".join(self.strong(adjective, article) for adjective in adjectives)
        the = joined("det" if neuter else "den", weak, definite) if weak else definite
        if form in ("in", "to"):
            return joined(word.forms[5] if form == "in" else "til", the)
        if form.isdigit():
            return joined(self.NUMBERS[int(form)], many, plural)
        said = {
            "a": joined(article, strong, single),
            "bare": joined(strong, single),
            "the": the,
            "many": joined(many, plural),
            "all": joined("de", many, all_of) if many else all_of,
            "this": joined("dette" if neuter else "denne", weak, definite),
            "that": joined("det" if neuter else "den", weak, definite),
            "these": joined("disse", many, all_of),
            "those": joined("de", many, all_of),
            "it": "det" if neuter else "den",
            "pred": strong,
            "my": joined(the, self.POSSESSIVES[article][0]),
            "own": joined(self.POSSESSIVES[article][1], weak, single),
        }
        if form not in said:
            raise self.unknown(word, form)
        return said[form]

    def genitive(self, name: str) -> str:
        return f"{name}’" if name[-1] in "sxz" else f"{name}s"

    @staticmethod
    def weak(adjective: Word) -> str:
        """As behind “den”."""
        return adjective.forms[3] if len(adjective.forms) > 3 else adjective.forms[2]

    @staticmethod
    def strong(adjective: Word, article: str) -> str:
        """As behind “en”, “ei” and “et”."""
        feminine = adjective.forms[4] if len(adjective.forms) > 4 else adjective.forms[0]
        return {"en": adjective.forms[0], "ei": feminine, "et": adjective.forms[1]}[article]

    def clause(self, adverbial: str, subject: str, predicate: str) -> str:
        verb, _, rest = predicate.partition(" ")
        return joined(adverbial, verb, subject, rest) if adverbial else joined(subject, verb, rest)


class English(Agreement):
    """American English."""

    PRONOUNS: ClassVar[dict[str, dict[str, str]]] = {
        "she": {"he": "she", "him": "her", "his": "her"},
        "he": {"he": "he", "him": "him", "his": "his"},
    }
    NUMBERS = (
        "", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    )  # fmt: skip

    def least(self, kind: str) -> int:
        return {"nouns": 2, "people": 2}.get(kind, 1)

    def phrase(self, word: Word, form: str, adjectives: Sequence[Word]) -> str:
        if word.kind == "towns":
            return f"{form} {word.base}"
        if word.kind != "nouns":
            raise self.unknown(word, form)
        single, plural = word.forms[:2]
        which = " ".join(adjective.base for adjective in adjectives)
        one, many = joined(which, single), joined(which, plural)
        if form in ("in", "to"):
            return joined(word.forms[2] if form == "in" else "to", "the", one)
        if form.isdigit():
            return joined(self.NUMBERS[int(form)], many)
        said = {
            "a": f"{'an' if AN.match(one) else 'a'} {one}",
            "bare": one,
            "the": f"the {one}",
            "many": many,
            "all": f"the {many}",
            "this": f"this {one}",
            "that": f"that {one}",
            "these": f"these {many}",
            "those": f"those {many}",
            "it": "it",
            "pred": which,
            "my": f"my {one}",
        }
        if form not in said:
            raise self.unknown(word, form)
        return said[form]

    def genitive(self, name: str) -> str:
        return f"{name}’s"

    def clause(self, adverbial: str, subject: str, predicate: str) -> str:
        return joined(f"{adverbial}," if adverbial else "", subject, predicate)


class Chinese(Agreement):
    """Simplified Chinese: a measure word between number and noun."""

    KINDS: ClassVar[dict[str, str]] = {"nouns": "measured"}
    PRONOUNS: ClassVar[dict[str, dict[str, str]]] = {
        "她": {"he": "她", "him": "她", "his": "她的"},
        "他": {"he": "他", "him": "他", "his": "他的"},
    }
    NUMBERS = ("", "", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")

    def least(self, kind: str) -> int:
        return {"measured": 2, "people": 2}.get(kind, 1)

    def phrase(self, word: Word, form: str, adjectives: Sequence[Word]) -> str:
        if word.kind != "measured":
            raise self.unknown(word, form)
        measure, noun = word.forms[:2]
        one = "".join(map(self.attribute, adjectives)) + noun
        if form == "in":
            return noun + word.forms[2]
        if form.isdigit():
            return f"{self.NUMBERS[int(form)]}{measure}{one}"
        said = {
            "a": f"一{measure}{one}",
            "bare": one,
            "the": one,
            "many": one,
            "all": f"那些{one}",
            "this": f"这{measure}{one}",
            "that": f"那{measure}{one}",
            "these": f"这些{one}",
            "those": f"那些{one}",
            "it": "它",
            "my": f"我的{one}",
            "to": one,
            "pred": "、".join(f"很{adjective.base}" for adjective in adjectives),
            "each": f"每{measure}{one}",
            "measure": measure,
        }
        if form not in said:
            raise self.unknown(word, form)
        return said[form]

    @staticmethod
    def attribute(adjective: Word) -> str:
        """An adjective before its noun: 大, but 红色的."""
        return adjective.base if len(adjective.base) == 1 else f"{adjective.base}的"

    def genitive(self, name: str) -> str:
        return f"{name}的"

    def clause(self, adverbial: str, subject: str, predicate: str) -> str:
        return f"{adverbial}，{subject}{predicate}" if adverbial else f"{subject}{predicate}"


def joined(*parts: str) -> str:
    """Parts with a space between them, without those that are empty."""
    return " ".join(part for part in parts if part)


AGREEMENTS: dict[str, Agreement] = {"nb": Norwegian(), "en": English(), "zh": Chinese()}

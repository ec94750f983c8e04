"""What the linker asks about a language, answered as for a language without endings.

A stemmer alone is both too weak and too strong for links: Snowball tells «rom» from «rommet» and «parameter»
from «parametrene», and makes one of “university” and “universe”. So a word of the text is taken back to every
base it can be a *form* of, by the endings of its language, with the kind of ending remembered: a neuter noun
does not take -en, and what ends like a verb is no noun. Other languages fall back on their Snowball stemmer.

The last word of a term is indexed under `Grammar.term_keys(word)`, and a word of the text is looked up by
each of `Grammar.text_keys(word)`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Flag, auto
from functools import lru_cache

from ..model import Term


class Form(Flag):
    """What kind of form a word is of a base; several, when the word can be read in several ways."""

    SAME = auto()  # the base itself, or its genitive
    COMMON = auto()  # definite singular, masculine or common gender: generatoren
    FEMININE = auto()  # boka
    NEUTER = auto()  # nettverket
    PLURAL_ER = auto()  # modeller; also how verbs end in the present tense
    PLURAL = auto()  # every other plural
    VERB = auto()
    ADJECTIVE = auto()
    STEM = auto()  # a stemmer says so


# Stands for the first word of a sentence where its ending makes it a noun; elsewhere that may be a verb's.
SENTENCE_SUBJECT = "\0"

NOUN = Form.SAME | Form.COMMON | Form.FEMININE | Form.NEUTER | Form.PLURAL_ER | Form.PLURAL | Form.STEM

LONGEST_WORD = 64  # what is longer is no word, and would only cost time


@dataclass(frozen=True)
class Grammar:
    """What the linker asks about a language; this one knows no endings at all."""

    prepositions: frozenset[str] = frozenset()  # the noun before one is inflected too: functions of state
    suffixes: tuple[str, ...] = ()  # what abbreviations take: GANs, GAN-er
    before_nouns: frozenset[str] = frozenset()  # a capital after one of these at the beginning makes no name
    before_no_verb: frozenset[str] = frozenset()  # after these, what is spelled like an infinitive is none
    hyphens_join_parts: bool = False  # a compound with a hyphen is about its first part: LLM-inferens
    names_are_capitalized: bool = False  # and nothing else is, within a sentence

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        """Every base of which the (case-folded) word may be a form."""
        yield word, Form.SAME

    def modifier(self, word: str) -> str:
        """What the forms of a word before the noun have in common."""
        return word

    def forms_of(self, term: Term) -> Form:
        """The kinds of form that the last word of the term has."""
        if term.pos == "adjective":
            return Form.SAME | Form.ADJECTIVE
        return Form.SAME | (Form.VERB if self.is_verb(term) else NOUN)

    def is_verb(self, term: Term) -> bool:
        return term.pos == "verb"

    def reads_as_verb(
        self, noun: str, form: Form, before: str, after: str, clause: tuple[str, ...] = ()
    ) -> bool:
        """Whether what may be this form of the noun is a verb here, between these two words.

        `clause` holds the words ahead of `before`, back to a sign or to the beginning of the sentence.
        """
        return False

    def disagrees(self, noun: str, form: Form, forms: Form, before: str, earlier: str) -> bool:
        """Whether the noun, which has these forms, cannot stand in this one after the two words before it."""
        return False

    def class_between(self, before: str, after: str) -> Form:
        """What a word between these two is if it may be a noun or a verb; nothing, where it may be both."""
        return Form(0)

    def opens_as_subject(self, word: str) -> bool:
        """Whether the first word of a sentence looks like its subject, and so the next one like a verb."""
        return False

    def is_other_verb(self, verb: str, before: str) -> bool:
        """Whether what is spelled like this infinitive is a form of another verb."""
        return False

    def is_participle(self, verb: str, before: str) -> bool:
        """Whether what is spelled like this infinitive is its participle: “was cut”."""
        return False

    def is_passive(self, word: str, after: str) -> bool:
        """Whether what may be the genitive of a noun is the passive of a verb."""
        return False

    def may_be_noun(self, word: str, verb: str) -> bool:
        """Whether this form of the verb is spelled as a noun is."""
        return False

    def term_keys(self, word: str) -> tuple[str, ...]:
        """The keys under which the only or last noun of a term is indexed."""
        return (word,)

    def phrase_keys(self, word: str) -> tuple[str, ...]:
        """The same for the last word of a term of several words."""
        return self.term_keys(word)

    def text_keys(self, word: str) -> tuple[tuple[str, Form], ...]:
        """Keys to look up a word of the text by, each with the kinds of form it would then be."""
        return _keys(self, word) if len(word) <= LONGEST_WORD else ()


@lru_cache(maxsize=100_000)
def _keys(grammar: Grammar, word: str) -> tuple[tuple[str, Form], ...]:
    word = without_soft_hyphens(unicodedata.normalize("NFC", word))
    folded = word.casefold()
    keys = {exact(word): Form.SAME, modifier(grammar.modifier(folded)): Form.ADJECTIVE}
    for base, form in grammar.bases(folded):
        keys[base] = keys.get(base, Form(0)) | form
    if has_inner_capital(word):
        for suffix in grammar.suffixes:
            if word.endswith(suffix) and has_inner_capital(word[: -len(suffix)]):
                keys[exact(word[: -len(suffix)])] = Form.PLURAL
    return tuple(keys.items())


def without_soft_hyphens(text: str) -> str:
    """The text without the marks of places where a line may break: they are no part of its spelling."""
    return text.replace("\u00ad", "")


def exact(word: str) -> str:
    """The key of a word whose capitals are part of its spelling."""
    return f"={word}"


def modifier(word: str) -> str:
    """The key of a word before the noun."""
    return f"~{word}"


def has_inner_capital(word: str) -> bool:
    """GAN, LoRA, pH, GPT-2: spelled with capitals whatever the place in the sentence."""
    return word[1:] != word[1:].lower() or (len(word) == 1 and word.isupper())


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def pairs(listed: str) -> dict[str, str]:
    """“plural singular, plural singular” as a mapping."""
    return dict(tuple(pair.split()) for pair in listed.split(","))  # type: ignore[misc]


def by_last_part(word: str, table: dict[str, str], form: Form = Form.PLURAL) -> Iterator[tuple[str, Form]]:
    for length in range(2, min(len(word), 9) + 1):
        if base := table.get(word[-length:]):
            yield word[:-length] + base, form

"""A better term in the form that the worse one has in a text: «neurale nettverk» → «nevrale nettverk».

Only what is certain is replaced. Where the two words may differ in gender, in how they are inflected or
in the article before them, there is no answer, and a person has to choose.
"""

from __future__ import annotations

import re
from itertools import takewhile

from ..inflection import grammar_of
from ..inflection.grammar import words
from ..links.text import begins_sentence
from ..model import Language, Term

_NORWEGIAN_GENDERS = {
    **dict.fromkeys(("en", "denne", "min", "din", "sin", "vår", "ingen", "annen", "egen", "hvilken"), "m"),
    **dict.fromkeys(("ei", "mi", "di", "si", "anna", "eiga"), "f"),
    **dict.fromkeys(("et", "det", "dette", "mitt", "ditt", "sitt", "vårt", "intet", "annet", "eget"), "n"),
    "den": "mf",
}
# Words beside which a noun of any gender can stand, so that nothing before it need agree.
_NORWEGIAN_NEUTRAL = words(
    "og eller men som er var blir ble av i på til fra med om ved for uten mellom mot hos etter før under "
    "over at når hvis fordi ikke også bare har hadde gir får bruker lager kaller kalles heter både enn"
)
_VOWELS = "aeiou"
_MIN_COMMON_ENDING = 3  # letters at the end that make two terms inflect alike


def replacement(text: str, start: int, end: int, wrong: Term, right: Term, language: Language) -> str | None:
    """`right` for the form of `wrong` at this place, capitals included; None where it is not certain."""
    found = text[start:end]
    before = re.search(r"(\w+)[^\S\n]*\n?[^\S\n]*\Z", text[max(0, start - 40) : start])
    word = before[1].casefold() if before else ""
    if language.segment == "han":
        return right.term
    inflected = _with_same_ending(found, wrong, right, language)
    if inflected is None and language.stemmer == "english":
        inflected = _english(found, wrong, right)
    if inflected is None or not _agrees(word, found, inflected, wrong, right, language):
        return None
    return _with_capitals(inflected, found, wrong, right, begins_sentence(text, start))


def _with_same_ending(found: str, wrong: Term, right: Term, language: Language) -> str | None:
    """The ending as it is, where the term itself stands or where both terms end alike."""
    begins_with_term = found.casefold().startswith(wrong.term.casefold())
    ending = found[len(wrong.term) :] if begins_with_term else None
    common = _common_ending(wrong.term, right.term)
    is_alike = common >= _MIN_COMMON_ENDING or (wrong.is_abbreviation and right.is_abbreviation)
    if ending == "" or (ending and is_alike and " " not in right.term):
        return right.term + ending
    start, tail = right.term[: len(right.term) - common], right.term[len(right.term) - common :]
    beginning = wrong.term[: len(wrong.term) - common]
    if not is_alike or not found.casefold().startswith(beginning.casefold()):
        return None
    # Except in English, what stands before the noun is inflected, too: then its ending must stay.
    if " " in right.term and language.stemmer != "english" and (" " in start or not re.match(r"\w\w", tail)):
        return None
    return start + (tail + ending if ending else found[len(beginning) :])


def _common_ending(one: str, other: str) -> int:
    """How many letters two words have in common at their ends."""
    pairs = zip(reversed(one.casefold()), reversed(other.casefold()), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _english(found: str, wrong: Term, right: Term) -> str | None:
    """A regular plural for a plural; the genitive stands after the form and stays there."""
    singular, plural = wrong.term.casefold(), _english_plural(right)
    was_plural = found.casefold() in (f"{singular}s", f"{singular}es", f"{singular.removesuffix('y')}ies")
    return plural if was_plural and wrong.pos not in ("verb", "adjective") else None


def _english_plural(term: Term) -> str | None:
    """The plural, if it is regular and the linker would take it back to the term."""
    word = term.term
    if term.is_abbreviation:
        plural = f"{word}s"
    elif re.search(r"[^aeiou]y\Z", word):
        plural = f"{word[:-1]}ies"
    elif re.search(r"(?:[sxz]|ch|sh)\Z", word):
        plural = f"{word}es"
    else:
        plural = f"{word}s"
    last = plural.split()[-1].casefold()
    keys = {key for key, _ in grammar_of("english").text_keys(last)}
    return plural if word.split()[-1].casefold() in keys else None


def _agrees(word: str, found: str, inflected: str, wrong: Term, right: Term, language: Language) -> bool:
    """Whether what stands before the term, and the ending on it, still fit."""
    if language.stemmer == "english":
        same_sound = (found[0].lower() in _VOWELS) == (inflected[0].lower() in _VOWELS)
        letters_are_read = wrong.is_abbreviation != right.is_abbreviation
        return word not in ("a", "an") or (same_sound and not letters_are_read)
    if _are_alike(wrong, right) or (wrong.gender and wrong.gender == right.gender):
        return True
    if language.stemmer != "norwegian":
        return False
    ending = re.search(r"-?(en|et|a|er|ene)s?\Z", found[len(wrong.term) :])
    if ending and not _fits(ending[1], right.gender):
        return False
    if word in _NORWEGIAN_GENDERS:
        return bool(set(_NORWEGIAN_GENDERS[word]) & set(right.gender))
    return not word or word in _NORWEGIAN_NEUTRAL


def _fits(ending: str, gender: str) -> bool:
    allowed = {"en": "m f m/f", "et": "n", "a": "f m/f", "er": "m f m/f", "ene": "m f m/f n"}[ending]
    return gender in allowed.split() and bool(gender)


def _are_alike(wrong: Term, right: Term) -> bool:
    """Whether one is the other with a mistake in it: then they have the same gender and endings."""
    head, other = wrong.term.casefold().split()[-1], right.term.casefold().split()[-1]
    if head == other:
        return True
    common = _common_ending(head, other)
    leading = wrong.term.casefold().split()[:-1]
    same_adjectives = bool(leading) and leading == right.term.casefold().split()[:-1]
    return same_adjectives or (common >= 5 and common * 2 >= max(len(head), len(other)))


def _with_capitals(inflected: str, found: str, wrong: Term, right: Term, begins_sentence: bool) -> str:
    """With the capitals of what it stands for, unless they are part of either spelling."""
    if len(found) > 1 and found.isupper() and not wrong.term.isupper():
        return inflected.upper()
    if " " in found and all(word[0].isupper() for word in found.split()) and wrong.term.islower():
        return " ".join(word[0].upper() + word[1:] for word in inflected.split())
    is_raised = found[0].isupper() and (wrong.term[0].islower() or begins_sentence)
    if is_raised and right.term[1:2].islower():
        return inflected[0].upper() + inflected[1:]
    return inflected

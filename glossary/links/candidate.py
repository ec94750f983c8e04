"""Whether words that look like a term are that term, and no piece of a longer word, verb or name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..inflection.grammar import SENTENCE_SUBJECT, Form, Grammar, has_inner_capital, without_soft_hyphens
from .text import APOSTROPHES, HYPHENS, WORD, begins_sentence

GAP = re.compile(r"(?!\Z)[^\S\n]*\n?[^\S\n]*|[-\u00ad\u2010\u2011]")  # one line break at most
_HYPHEN = re.compile(f"[{HYPHENS}]")
_PART = re.compile(rf"[{HYPHENS}][^\W\d_]{{2}}")
_BEGUN_BEFORE = re.compile(rf"[_@#\\{HYPHENS}]\Z|\w[{APOSTROPHES}.]\Z")
_GOES_ON = re.compile(rf"[_@#+\\]|[{APOSTROPHES}](?!s\b)\w")  # the English genitive does not go on
_LONGEST_CLAUSE = 12  # words; of a longer one, only the end is read


@dataclass(slots=True)
class Spelling:
    """One way in which a term is written."""

    id: str  # of its concept; empty: nothing to link
    text: str
    forms: Form  # of its last word
    name: str = ""  # the only word of a term that is written with a capital
    before: str = ""  # signs that belong to the term: .NET, C++
    after: str = ""
    is_form: bool = False  # an author's own `forms`: matched as written
    in_context: bool = False  # counts only where other terms say so: see `Linker`


@dataclass(frozen=True, slots=True)
class Candidate:
    """The words of a text from `first` to `last`, both included."""

    text: str
    words: list[re.Match[str]]
    first: int
    last: int

    @property
    def start(self) -> int:
        return self.words[self.first].start()

    @property
    def end(self) -> int:
        return self.words[self.last].end()

    @property
    def before(self) -> str:
        return self._neighbor(self.first, -1)

    @property
    def after(self) -> str:
        return self._neighbor(self.last, 1)

    def is_written_as(self, spelling: Spelling) -> bool:
        return without_soft_hyphens(self.text[self.start : self.end]).casefold() == spelling.text.casefold()

    def clause(self) -> tuple[str, ...]:
        """The words ahead of the word before, back to the next sign, in their order."""
        found: list[str] = []
        index = self.first - 1
        while len(found) < _LONGEST_CLAUSE and (word := self._neighbor(index, -1)):
            found.append(word.casefold())
            index -= 1
        return tuple(reversed(found))

    def _neighbor(self, index: int, step: int) -> str:
        """The word beside another, when nothing but a space or hyphen is between them; else nothing."""
        other = index + step
        if not 0 <= other < len(self.words):
            return ""
        left, right = self.words[min(index, other)], self.words[max(index, other)]
        return self.words[other][0] if GAP.fullmatch(self.text[left.end() : right.start()]) else ""


def bounds(candidate: Candidate, spelling: Spelling, form: Form, grammar: Grammar) -> tuple[int, int] | None:
    """Where the term begins and ends, with its signs; None when it is part of a longer word."""
    text, start, end = candidate.text, candidate.start, candidate.end
    if not (text.endswith(spelling.before, 0, start) and text.startswith(spelling.after, end)):
        return None
    start, end = start - len(spelling.before), end + len(spelling.after)
    if _BEGUN_BEFORE.search(text, max(0, start - 2), start) or _GOES_ON.match(text, end):
        return None
    if not _HYPHEN.match(text, end):
        return start, end
    if end_of_suffix := _suffix_after_hyphen(text, end, grammar):
        return start, end_of_suffix
    is_part = grammar.hyphens_join_parts and bool(form & Form.SAME) and is_before_part(text, end)
    return (start, end) if is_part else None


def gap(between: str) -> str | None:
    """What separates two words, with space and hyphen the same; None when it is too much to be one term."""
    if GAP.fullmatch(between):
        return ""
    sign = "".join(between.split()).replace("’", "'")
    return f"{sign}\0" if 0 < len(sign) <= 3 and "\ufffc" not in sign and sign not in ".,;:!?()" else None


def is_before_part(text: str, end: int) -> bool:
    """Whether a hyphen and the rest of a compound follow: «LLM-inferens»."""
    return bool(_PART.match(text, end))


def _suffix_after_hyphen(text: str, end: int, grammar: Grammar) -> int | None:
    """GAN-er and GPT-2-en take their ending after a hyphen; all else after one makes another word."""
    suffix = WORD.match(text, end + 1)
    if suffix is None or suffix[0] not in grammar.suffixes or text[end - 1].islower():
        return None
    goes_on = _GOES_ON.match(text, suffix.end()) or _HYPHEN.match(text, suffix.end())
    return None if goes_on else suffix.end()


def is_mention(candidate: Candidate, spelling: Spelling, form: Form, grammar: Grammar) -> bool:
    """Whether the words are this term, and no verb, name or abbreviation that looks like it."""
    word = candidate.words[candidate.first][0]
    if spelling.name:
        return word[:1].isupper()
    if candidate.first != candidate.last or has_inner_capital(spelling.text):
        return True
    if not spelling.is_form and not _is_of_its_class(word.casefold(), candidate, spelling, form, grammar):
        return False
    if len(word) > 1 and word.isupper():
        is_heading = any(
            other.isupper() and len(other) > 1 for other in (candidate.before, candidate.after)
        )  # GENERATOR LOSS: set in capitals
        return is_heading or len(word) > 5
    is_capitalized = word[:1].isupper() and bool(form & Form.SAME) and grammar.names_are_capitalized
    return not (is_capitalized and _is_in_name(candidate, grammar))


def _is_of_its_class(
    word: str, candidate: Candidate, spelling: Spelling, form: Form, grammar: Grammar
) -> bool:
    """Whether the word is a noun where it stands when the term is one, or the verb that the term is."""
    spelled = spelling.text.casefold()
    before, after = candidate.before.casefold(), candidate.after.casefold()
    if is_before_part(candidate.text, candidate.end):
        after = ""  # what a hyphen joins to the word is no word beside it
    if Form.VERB in spelling.forms:
        is_no_verb = before in grammar.before_no_verb and not grammar.is_participle(spelled, before)
        if word == spelled and (is_no_verb or grammar.is_other_verb(spelled, before)):
            return False
        # “the crops”, «to svermer»
        return not (grammar.may_be_noun(word, spelled) and grammar.class_between(before, after) == Form.SAME)
    clause = candidate.clause() if before else ()
    if candidate.before.istitle() and grammar.opens_as_subject(before):
        before = SENTENCE_SUBJECT
    if grammar.reads_as_verb(spelled, form, before, after, clause) or grammar.is_passive(word, after):
        return False
    return not grammar.disagrees(spelled, form, spelling.forms, before, clause[-1] if clause else "")


def _is_in_name(candidate: Candidate, grammar: Grammar) -> bool:
    """Whether a capitalized word stands beside another: both are parts of a name (Salt Lake City)."""
    before, after = candidate.before, candidate.after
    if len(after) > 1 and after.istitle():
        return True
    if len(before) < 2 or not before.istitle():
        return False
    is_first = begins_sentence(candidate.text, candidate.words[candidate.first - 1].start())
    return not (is_first and before.casefold() in grammar.before_nouns)


def is_inside_name(candidate: Candidate, spelling: Spelling, grammar: Grammar) -> bool:
    """Whether several words, all capitalized though the term is not, stand beside a further one of a name.

    “the Deep Learning Institute”, “AWS Machine Learning Engineer”; the first word of a sentence says nothing,
    and neither does the term's own abbreviation: “Generative Adversarial Network GAN”.
    """
    words = [word[0] for word in candidate.words[candidate.first : candidate.last + 1]]
    if len(words) == 1 or spelling.text[:1].isupper() or not grammar.names_are_capitalized:
        return False
    if not all(word[:1].isupper() for word in words) or all(map(str.isupper, words)):
        return False  # GENERATOR LOSS is set in capitals
    before, after = candidate.before, candidate.after
    initials = "".join(part[0] for word in words for part in word.split("-") if part)
    if len(after) > 1 and after[:1].isupper() and after.rstrip("s") != initials:
        return True
    is_before_capital = len(before) > 1 and before[:1].isupper()
    return is_before_capital and not begins_sentence(
        candidate.text, candidate.words[candidate.first - 1].start()
    )


def class_wanted(candidate: Candidate, grammar: Grammar) -> Form:
    """What the neighbors of a word want that is spelled as a noun and as a verb: a swarm, to swarm."""
    before = candidate.before
    is_subject = before.istitle() and grammar.opens_as_subject(before.casefold())
    return grammar.class_between(
        SENTENCE_SUBJECT if is_subject else before.casefold(), candidate.after.casefold()
    )

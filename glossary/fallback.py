"""What a page shows where its language has no words yet: those of another language, and never as its own.

The reference language lends first, then the others in the order of `languages.yml`. Whoever shows a part asks
`Shown.lang_of` which language it is in, and marks it when that is not the page's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .cards import Numbers
from .model import Concept, Entry, Subject, Termbase

REQUIRED = ("terms", "definition")
OPTIONAL = ("summary", "explanation", "example")


@dataclass(frozen=True, slots=True)
class Shown:
    """A concept as pages of one language show it."""

    entry: Entry  # of that language, with the parts that it lacks from others
    borrowed: Mapping[str, str] = field(default_factory=dict)  # part → the language it is borrowed from

    def lang_of(self, part: str) -> str:
        return self.borrowed.get(part, self.entry.lang)


def shown(termbase: Termbase, concept: Concept, lang: str) -> Shown:
    """What there is of a concept for readers of a language.

    Terms and definition come from the first language that has them. The other texts need not exist;
    they are lent by the language that is translated from, so that none has less than another unseen.
    """
    numbers = Numbers.of(termbase)
    own = concept.entries.get(lang)
    own = numbers.entry(own) if own else None
    if own and all(getattr(own, part) for part in (*REQUIRED, *OPTIONAL)):
        return Shown(own)
    own = own or Entry(lang, ())
    codes = (code for code in lenders_of(termbase, lang) if code in concept.entries)
    lenders = [numbers.entry(concept.entries[code]) for code in codes]
    found: dict[str, Entry] = {}
    for part in REQUIRED:
        if not getattr(own, part) and (lender := _first_with(part, lenders)):
            found[part] = lender
    for part in OPTIONAL:
        is_original = lang == termbase.reference_language and own.terms
        if not getattr(own, part) and not is_original and _first_with(part, lenders[:1]):
            found[part] = lenders[0]
    if not found:
        return Shown(own)
    parts = {part: getattr(found.get(part, own), part) for part in (*REQUIRED, *OPTIONAL)}
    return Shown(Entry(lang, **parts, basis=own.basis), {part: entry.lang for part, entry in found.items()})


def name_of(termbase: Termbase, concept: Concept, lang: str) -> tuple[str, str]:
    """What readers of a language are shown as the concept's name, and the language that it is in."""
    for code in (lang, *lenders_of(termbase, lang)):
        if entry := concept.named_in(code):
            return entry.preferred.term, code
    return concept.id, ""  # no concept is loaded that has no name at all


def label_of(termbase: Termbase, subject: Subject, lang: str) -> tuple[str, str]:
    """A subject's label for readers of a language, and the language that it is in; its id if it has none."""
    codes = (code for code in (lang, *lenders_of(termbase, lang)) if code in subject.labels)
    code = next(codes, "")
    return (subject.labels[code], code) if code else (subject.id, "")


def lenders_of(termbase: Termbase, lang: str) -> Iterator[str]:
    """The languages to ask when this one has no words: the reference language first."""
    reference = termbase.reference_language
    return (code for code in dict.fromkeys((reference, *termbase.languages)) if code != lang)


def _first_with(part: str, entries: list[Entry]) -> Entry | None:
    return next((entry for entry in entries if getattr(entry, part)), None)

"""T2xx: rules about which words texts use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from ..languages import has_full_width_signs
from ..links.text import HYPHENS, begins_sentence
from ..markdown import BARRIER
from ..model import Entry, Term
from .replacement import replacement
from .rule import LINKED, UNUSABLE, Change, Facts, Finding, Mention, in_entry, in_text, rule
from .texts import PageText, Text

_QUOTED = (re.compile(r"[«“”\"„‘’'‹「『《]\s?\Z"), re.compile(r"\s?[»“”\"‘’'›」』》]"))
_COMPOUND = re.compile(rf"[{HYPHENS}]\w")
_NAME_BEFORE = re.compile(r"\b[A-ZÆØÅ][a-zæøå]+(?:['’]s)? \Z")
_NAME_AFTER = re.compile(r" (?:(?:for|of|and|in|the|og|i|av) ){0,2}[A-ZÆØÅ][a-zæøå]+")
_END_OF_BLOCK = re.compile(rf"{BARRIER}\s*\n\s*{BARRIER}|\n[^\S\n]*\n|\Z")
_ADDRESS = r"(?:^|/){}/([a-z0-9-]+)(?:/|\.md|#|$)"


@rule("T201")
def deprecated_wording(facts: Facts) -> Iterator[Finding]:
    """A deprecated or superseded term in prose, in any form. Between quotation marks it is talked about."""
    langs = {entry.lang for _, _, entry in facts.entries() if _unusable(entry)}
    for text in facts.texts:
        if text.lang not in langs or text.is_quoted:
            continue
        for mention in facts.mention_finders[text.lang].mentions(text.prose):
            if mention.status != UNUSABLE or _is_quoted(text.prose, mention) or _is_part(text.prose, mention):
                continue
            if not _is_in_name(text.prose, mention):
                yield _deprecated_finding(facts, text, mention)


def _is_in_name(prose: str, mention: Mention) -> bool:
    """Whether a single word is part of a name, which it cannot be taken out of: Google AI, AI for All."""
    if " " in prose[mention.start : mention.end]:
        return False
    begins = max(0, mention.start - 40)
    before = _NAME_BEFORE.search(prose[begins : mention.start])
    is_after_name = before and not begins_sentence(prose, begins + before.start())
    return bool(is_after_name or _NAME_AFTER.match(prose, mention.end))


def _is_part(prose: str, mention: Mention) -> bool:
    """Whether a compound goes on after it (KI-forskeren): no other words can take its place there."""
    return bool(_COMPOUND.match(prose, mention.end))


def _unusable(entry: Entry) -> tuple[Term, ...]:
    return entry.with_status("deprecated", "superseded")


def _deprecated_finding(facts: Facts, text: Text, mention: Mention) -> Finding:
    entry = facts.termbase.concepts[mention.concept].entries[text.lang]
    found = " ".join(text.prose[mention.start : mention.end].split())
    wrong = max(_unusable(entry), key=lambda term: _similarity(term, found))
    right = _preferred_instead(entry, wrong)
    language = facts.termbase.languages[text.lang]
    better = replacement(text.prose, mention.start, mention.end, wrong, right, language)
    note = f" ({wrong.note})" if wrong.note else ""
    message = f"“{found}” is {wrong.status}{note}"
    fix = f"write “{better or right.term}”"
    changes = (Change(mention.start, mention.end, better),) if better else ()
    return in_text("T201", message, fix, text, mention.start, mention.end, changes)


def _similarity(term: Term, found: str) -> float:
    """How likely a form in a text is one of this term, among the terms of a concept."""
    spellings = (term.term, *term.forms)
    return max(SequenceMatcher(None, text.casefold(), found.casefold()).ratio() for text in spellings)


def _preferred_instead(entry: Entry, wrong: Term) -> Term:
    """What to write instead: for an abbreviation the usable one, for all else the preferred term."""
    if not wrong.is_abbreviation:
        return entry.preferred
    shorter = (term for term in entry.terms if term.is_usable and term.is_abbreviation)
    return next(shorter, entry.preferred)


def _is_quoted(prose: str, mention: Mention) -> bool:
    before, after = _QUOTED
    opened = before.search(prose[max(0, mention.start - 2) : mention.start])
    return bool(opened and after.match(prose, mention.end))


@rule("T202")
def abbreviation_first(facts: Facts) -> Iterator[Finding]:
    """A page whose running text has an abbreviation before, and not beside, the words it stands for.

    Abbreviations that are themselves the preferred term are names, and need no explanation. Headings are too
    short for one. Between quotation marks an abbreviation is talked about.
    """
    for page in facts.pages:
        seen: set[str] = set()
        for mention in facts.mention_finders[page.lang].mentions(page.prose):
            if mention.status != LINKED or mention.concept in seen or page.is_aside(mention.start):
                continue
            if _is_quoted(page.prose, mention) or _is_in_name(page.prose, mention):
                continue
            if _is_part(page.prose, mention):
                continue
            seen.add(mention.concept)
            entry = facts.termbase.concepts[mention.concept].entries[page.lang]
            full = _full_forms(entry)
            if full and _is_abbreviation(entry, mention, page.prose) and not _is_spelled(page, mention, full):
                used = page.prose[mention.start : mention.end]
                message = f"“{used}” is used here before it is spelled out"
                brackets = "（{}）" if has_full_width_signs(facts.termbase.languages[page.lang]) else " ({})"
                fix = f"write “{full[0].term}{brackets.format(used)}” the first time"
                yield in_text("T202", message, fix, page, mention.start, mention.end)


def _is_spelled(page: PageText, mention: Mention, full: list[Term]) -> bool:
    """Whether the words stand before the mention, or in its paragraph, be it inside a longer term."""
    end = _END_OF_BLOCK.search(page.prose, mention.end)
    read = " ".join(page.prose[: end.start() if end else None].casefold().split())
    return any(term.text_key in read for term in full)


def _full_forms(entry: Entry) -> list[Term]:
    """The words behind the entry's abbreviations, the preferred term first; none if that is one itself."""
    usable = [term for term in entry.terms if term.is_usable and not term.is_abbreviation]
    return [] if entry.preferred.is_abbreviation else sorted(usable, key=lambda t: t is not entry.preferred)


def _is_abbreviation(entry: Entry, mention: Mention, prose: str) -> bool:
    """Whether a mention is one of the entry's abbreviations, with or without an ending: GANs, GAN-er."""
    found = prose[mention.start : mention.end]
    if found.casefold() in {term.text_key for term in _full_forms(entry)}:
        return False
    shortened = "|".join(re.escape(term.term) for term in entry.terms if term.is_abbreviation)
    return bool(shortened and re.fullmatch(rf"(?:{shortened})(?:[-‐‑’']?[a-zæøå]{{1,4}})?", found))


@rule("T203")
def unlinked_mention(facts: Facts) -> Iterator[Finding]:
    """A page that names a concept and nowhere leads to it, because the form may mean another one as well,
    or because it stands only where nothing is linked by itself: in headings, heads of tables, quotations."""
    for page in facts.pages:
        linked = {*page.reading.linked, *_linked_by_hand(facts, page)}
        finder = facts.mention_finders[page.lang]
        for mention in finder.mentions(page.prose):
            form = page.prose[mention.start : mention.end]
            if page.is_aside(mention.start, "a"):
                continue
            if mention.status == LINKED and mention.concept not in linked:
                linked.add(mention.concept)
                message = f"“{form}” is mentioned here, and no mention on the page is linked"
                fix = f"mention it in running text, or write [[{mention.concept}|{form}]]"
                yield in_text("T203", message, fix, page, mention.start, mention.end)
            elif not mention.status and not linked.issuperset(
                claims := facts.mention_finders[page.lang].claims(form)
            ):
                linked.update(claims)
                message = f"“{form}” may mean {' or '.join(claims)}, so it is not linked"
                fix = f"say which one is meant: [[{claims[0]}|{form}]]"
                yield in_text("T203", message, fix, page, mention.start, mention.end)


def _linked_by_hand(facts: Facts, page: PageText) -> Iterator[str]:
    """Concepts that ordinary Markdown links on the page lead to."""
    address = re.compile(_ADDRESS.format(re.escape(facts.project.folder if facts.project else "glossary")))
    for target in page.reading.targets:
        if found := address.search(target):
            yield found[1]


@rule("T204")
def unused_concept(facts: Facts) -> Iterator[Finding]:
    """A concept that no page and no other concept mentions or is related to: nobody will come across it."""
    if facts.pages:
        used = {*_related(facts), *_mentioned(facts)}
        for concept in facts.termbase.concepts.values():
            if concept.id not in used:
                message = "no page and no other concept mentions this one"
                fix = "mention it where it matters, or relate it to another concept"
                yield Finding(in_entry("T204", message, fix, concept))


def _related(facts: Facts) -> Iterator[str]:
    for concept in facts.termbase.concepts.values():
        if others := (*concept.broader, *concept.part_of, *concept.related):
            yield concept.id
            yield from others


def _mentioned(facts: Facts) -> Iterator[str]:
    for page in facts.pages:
        yield from (*page.reading.linked, *_linked_by_hand(facts, page))
    for text in facts.entry_texts:
        for match in facts.linkers[text.lang].find(text.prose):
            if match.id != text.id:
                yield match.id

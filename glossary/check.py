"""Rules for a termbase that loads: what is allowed, but wrong or careless.

Each rule is one function that yields problems; its code and its one-line description stand above it. Faults
that keep a termbase from loading have their codes in `load.CODES`; `CODES` here is the complete list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import markdown

from . import load, order
from . import markdown as term_links
from .links import Linker
from .model import Concept, Entry, Language, Problem, Termbase
from .yamlfile import locate, shown

_MARKDOWN_KEYS = ("definition", "explanation", "example")


@dataclass
class Facts:
    """What rules share: the termbase, and what is worked out from it once."""

    termbase: Termbase
    linkers: dict[str, Linker]

    def entries(self) -> Iterator[tuple[Concept, Language, Entry]]:
        for concept in self.termbase.concepts.values():
            for lang, entry in concept.entries.items():
                yield concept, self.termbase.languages[lang], entry


Rule = Callable[[Facts], Iterator[Problem]]

RULES: dict[str, Rule] = {}
CODES: dict[str, str] = {**load.CODES, **term_links.CODES}


def check(termbase: Termbase) -> list[Problem]:
    """Every finding in a termbase, in the order of files and lines."""
    facts = Facts(termbase, {lang: Linker(termbase, lang) for lang in termbase.languages})
    return sorted(problem for rule in RULES.values() for problem in rule(facts))


def _rule(code: str, description: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES[code] = rule
        CODES[code] = description
        return rule

    return register


def _finding(
    code: str, message: str, fix: str, concept: Concept, *keys: str | int, lang: str = ""
) -> Problem:
    key = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    line = locate(concept.path, *((lang,) if lang else ()), *keys)
    return Problem(
        shown(concept.path), line, code, message, fix, severity="warning", lang=lang, id=concept.id, key=key
    )


@_rule("T101", "A Chinese preferred term has no pinyin.")
def missing_pinyin(facts: Facts) -> Iterator[Problem]:
    for concept, language, entry in facts.entries():
        if language.order == "pinyin" and not entry.preferred.pinyin and _has_han(entry.preferred.term):
            message = f"“{entry.preferred.term}” has no pinyin"
            fix = f"write {{term: {entry.preferred.term}, pinyin: …}}"
            place = ("terms", entry.terms.index(entry.preferred))
            yield _finding("T101", message, fix, concept, *place, lang=entry.lang)


@_rule("T102", "A Norwegian preferred term that is a noun has no gender.")
def missing_gender(facts: Facts) -> Iterator[Problem]:
    for concept, language, entry in facts.entries():
        term = entry.preferred
        is_noun = (
            term.pos in ("", "noun") and term.type in ("", "full", "variant") and not term.is_abbreviation
        )
        if language.order == "norwegian" and is_noun and not term.gender:
            fix = "add gender: m, f, m/f or n; or type: proper name, or pos:, if it is no common noun"
            place = ("terms", entry.terms.index(term))
            yield _finding("T102", f"“{term.term}” has no gender", fix, concept, *place, lang=entry.lang)


@_rule("T103", "Pinyin does not spell the term it stands beside.")
def wrong_pinyin(facts: Facts) -> Iterator[Problem]:
    for concept, language, entry in facts.entries():
        for index, term in enumerate(entry.terms):
            if language.order == "pinyin" and term.pinyin and not order.is_spelt(term.term, term.pinyin):
                fix = f"{term.term} is usually read {order.pinyin_of(term.term)}"
                message = f"“{term.pinyin}” does not spell “{term.term}”"
                yield _finding("T103", message, fix, concept, "terms", index, lang=entry.lang)


@_rule("T104", "A definition uses the term that it defines.")
def circular_definition(facts: Facts) -> Iterator[Problem]:
    for concept, _, entry in facts.entries():
        for match in facts.linkers[entry.lang].find(entry.definition):
            if match.id == concept.id:
                used = entry.definition[match.start : match.end]
                fix = "define it in other words, so that the definition can replace the term"
                yield _finding(
                    "T104", f"the definition uses “{used}”", fix, concept, "definition", lang=entry.lang
                )
                break


@_rule("T105", "A form leads to several concepts, so that it is linked to none.")
def ambiguous_form(facts: Facts) -> Iterator[Problem]:
    for lang, linker in facts.linkers.items():
        for form, ids in linker.ambiguous.items():
            concept = facts.termbase.concepts[ids[-1]]
            fix = "set `link: false` on the term of all but one, or change its `forms`"
            message = f"“{form}” may mean {' or '.join(ids)}, so it is not linked"
            yield _finding("T105", message, fix, concept, "terms", lang=lang)


@_rule("T106", "A concept is both `related` to another and under it.")
def related_and_broader(facts: Facts) -> Iterator[Problem]:
    """SKOS S27: `related` is for concepts of which neither is above the other."""
    for concept in facts.termbase.concepts.values():
        above = set(concept.broader)
        below = {id for id in concept.related if concept.id in facts.termbase.concepts[id].broader}
        for id in concept.related:
            if id in above | below:
                message = f"{id} is related, and {'above' if id in above else 'below'} this concept as well"
                yield _finding("T106", message, "remove it from `related`", concept, "related", id)


@_rule("T120", term_links.CODES["T120"])
def broken_manual_link(facts: Facts) -> Iterator[Problem]:
    for concept, _, entry in facts.entries():
        for key in _MARKDOWN_KEYS:
            text: str = getattr(entry, key)
            ids = (found[1].strip() for found in term_links.MANUAL.finditer(text))
            # Only Markdown knows what is code; it is asked only when there may be something to report.
            if any(id not in facts.termbase.concepts for id in ids):
                yield from _broken_links(facts, concept, entry, key, text)


def _broken_links(facts: Facts, concept: Concept, entry: Entry, key: str, text: str) -> Iterator[Problem]:
    found: list[Problem] = []
    page = term_links.Page(facts.linkers[entry.lang], url_for=str, on_problem=found.append)
    markdown.markdown(text, extensions=["fenced_code", term_links.TermLinks(page)])
    if not found:
        return
    start = locate(concept.path, entry.lang, key)
    lines = concept.path.read_text("utf-8").splitlines()
    for problem in found:
        written = text.splitlines()[problem.line - 1].strip()
        line = next((n for n, line in enumerate(lines, 1) if n >= start and written in line), start)
        yield Problem(
            shown(concept.path),
            line,
            "T120",
            problem.message,
            problem.fix,
            "error",
            entry.lang,
            concept.id,
            key,
        )


def _has_han(text: str) -> bool:
    return any(map(order.is_han, text))

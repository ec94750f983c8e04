"""What is missing still: texts, names and labels that a language lacks, which pages show in another one.

A glossary is never finished, so these are warnings; where a project says `strict: true`, they are errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .. import lengths, staleness
from ..model import Concept, Problem, Termbase
from ..yamlfile import locate, shown
from .rule import Facts, Finding, in_entry, rule

SHOWN = ("S003", "T021", "T023", "T024", "T028", "T029", "D003", "F001", "Q001", "P001")
"""Codes of what readers see, because another language lends it: a build warns of it."""
CODES = (*SHOWN, "T101", "T102")
"""Codes of all findings that say that something has not been written yet."""


def as_errors(findings: list[Finding]) -> list[Finding]:
    """The same findings; what is missing counts as an error."""
    return [
        replace(finding, problem=replace(finding.problem, severity="error"))
        if finding.problem.code in CODES
        else finding
        for finding in findings
    ]


@rule("T021")
def missing_language(facts: Facts) -> Iterator[Finding]:
    """A concept without anything in one of the languages."""
    for concept in facts.termbase.concepts.values():
        for lang in facts.termbase.languages:
            if lang not in concept.entries:
                fix = f"add a `{lang}:` block with terms and a definition"
                message = f"the language {lang} is missing"
                where = Problem(shown(concept.path), 1, "T021", message, fix, "warning", lang, concept.id)
                yield Finding(where)


@rule("T023")
def missing_term(facts: Facts) -> Iterator[Finding]:
    """A language that has texts about a concept, and no term for it."""
    for concept, _, entry in facts.entries():
        if not entry.terms:
            fix = "add `terms: [the term]`"
            yield Finding(in_entry("T023", "no terms are given", fix, concept, "terms", lang=entry.lang))


@rule("T024")
def missing_definition(facts: Facts) -> Iterator[Finding]:
    """A language that has a term, and does not say what it means."""
    for concept, _, entry in facts.entries():
        if not entry.definition:
            fix = "write one phrase that can replace the term in running text"
            message = "the definition is missing"
            yield Finding(in_entry("T024", message, fix, concept, "definition", lang=entry.lang))


@rule("T029")
def missing_summary(facts: Facts) -> Iterator[Finding]:
    """A summary that the reference language has, and another lacks; where there is none, none is missed."""
    for concept, language, entry in facts.named_entries():
        if staleness.lacks_summary(facts.termbase, concept, entry.lang):
            fix = f"say in {lengths.summary_range(lengths.unit(language))} what it is and why it matters"
            message = "the summary is missing"
            yield Finding(in_entry("T029", message, fix, concept, "summary", lang=entry.lang))


@rule("T028")
def missing_subject_or_label(facts: Facts) -> Iterator[Finding]:
    """A concept without a subject, and a subject without a label in one of the languages."""
    for concept in facts.termbase.concepts.values():
        if not concept.subject:
            fix = "add `subject:` with an id from subjects.yml"
            yield Finding(in_entry("T028", "the concept has no subject", fix, concept, "subject"))
    path = facts.termbase.folder / "subjects.yml"
    for subject in facts.termbase.subjects.values():
        for lang in facts.termbase.languages:
            if lang not in subject.labels:
                message = f"the subject “{subject.id}” has no label in {lang}"
                line, key = locate(path, subject.id), f"{subject.id}.{lang}"
                fix = f"add `{lang}:`"
                problem = Problem(shown(path), line, "T028", message, fix, "warning", lang, key=key)
                yield Finding(problem)


def counted(termbase: Termbase) -> Mapping[str, list[str]]:
    """By language, the ids of concepts that lack a term or a text in it; cheap enough for a build."""
    return {
        lang: [
            concept.id for concept in termbase.concepts.values() if _is_incomplete(termbase, concept, lang)
        ]
        for lang in termbase.languages
    }


def _is_incomplete(termbase: Termbase, concept: Concept, lang: str) -> bool:
    entry = concept.named_in(lang)
    return entry is None or not entry.definition or staleness.lacks_summary(termbase, concept, lang)

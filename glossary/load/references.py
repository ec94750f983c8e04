"""What only shows when all files are read: concepts, subjects and sources that are not there, and clashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..model import RELATIONS, Concept, Problem, Term, Termbase
from ..yamlfile import did_you_mean, locate, shown


def faults_across_files(termbase: Termbase, ids: Mapping[str, Path]) -> Iterator[Problem]:
    for concept in termbase.concepts.values():
        yield from _unknown_references(termbase, concept, ids)
    for relation in ("broader", "part_of"):
        yield from _cycles(termbase, relation)
    yield from _shared_terms(termbase)
    yield from _shared_slugs(termbase)


def _fault(concept: Concept, code: str, message: str, fix: str, *keys: str | int, lang: str = "") -> Problem:
    key = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    line = locate(concept.path, *((lang,) if lang else ()), *keys)
    return Problem(shown(concept.path), line, code, message, fix, lang=lang, id=concept.id, key=key)


def _unknown_references(termbase: Termbase, concept: Concept, ids: Mapping[str, Path]) -> Iterator[Problem]:
    if concept.subject and concept.subject not in termbase.subjects:
        fix = did_you_mean(concept.subject, termbase.subjects) or "add it to subjects.yml"
        yield _fault(concept, "T030", f"the subject “{concept.subject}” is unknown", fix, "subject")
    for relation in RELATIONS:
        for target in getattr(concept, relation):
            if target == concept.id:
                fix = "remove it"
                yield _fault(
                    concept, "T033", f"the concept names itself under `{relation}`", fix, relation, target
                )
            elif target not in ids:
                fix = did_you_mean(target, ids) or f"create {target}.yml, or remove it"
                yield _fault(concept, "T031", f"there is no concept “{target}”", fix, relation, target)
    for key in ("sources", "further"):
        for source in getattr(concept, key):
            if source not in termbase.sources:
                yield _unknown_source(termbase, concept, source, key, source)
    for lang, entry in concept.entries.items():
        for index, term in enumerate(entry.terms):
            if term.source and term.source not in termbase.sources:
                yield _unknown_source(termbase, concept, term.source, "terms", index, "source", lang=lang)


def _unknown_source(
    termbase: Termbase, concept: Concept, source: str, *keys: str | int, lang: str = ""
) -> Problem:
    fix = did_you_mean(source, termbase.sources) or "add it to sources.yml"
    return _fault(concept, "T032", f"the source “{source}” is unknown", fix, *keys, lang=lang)


def _cycles(termbase: Termbase, relation: str) -> Iterator[Problem]:
    """Every circle of a relation, reported once, from its first concept in the alphabet."""
    finished: set[str] = set()
    for start in termbase.concepts:
        path: dict[str, None] = {}
        stack = [(start, 0)]
        while stack:  # depth first without recursion: a chain may be as long as the termbase
            id, depth = stack.pop()
            while len(path) > depth:
                finished.add(path.popitem()[0])
            if id in path:
                ring = list(path)
                yield _cycle(termbase, relation, ring[ring.index(id) :])
            elif id not in finished and id in termbase.concepts:
                path[id] = None
                targets = getattr(termbase.concepts[id], relation)
                stack += [(target, depth + 1) for target in reversed(targets) if target != id]
        finished.update(path)


def _cycle(termbase: Termbase, relation: str, ring: list[str]) -> Problem:
    first = ring.index(min(ring))
    ring = ring[first:] + ring[:first]
    named = " → ".join([*ring, ring[0]])
    concept = termbase.concepts[ring[0]]
    return _fault(
        concept,
        "T034",
        f"`{relation}` goes round in a circle: {named}",
        "remove one of these",
        relation,
        ring[1],
    )


def _shared_terms(termbase: Termbase) -> Iterator[Problem]:
    """A term leads to one concept: of two homonyms, all but one must say `link: false`."""
    for lang in termbase.languages:
        owners: dict[str, list[tuple[Concept, int, Term]]] = defaultdict(list)
        for concept in termbase.concepts.values():
            for index, term in enumerate(concept.entries[lang].terms if lang in concept.entries else ()):
                if term.is_usable and term.link:
                    owners[term.text_key].append((concept, index, term))
        for sharing in owners.values():
            first, _, _ = sharing[0]
            for concept, index, term in sharing[1:]:
                if concept is not first:
                    yield _shared_term(lang, sharing[0], (concept, index, term))


def _shared_term(lang: str, first: tuple[Concept, int, Term], second: tuple[Concept, int, Term]) -> Problem:
    (one, one_index, _), (two, two_index, term) = first, second
    line = locate(one.path, lang, "terms", one_index)
    message = f"“{term.term}” is also a term of {one.id} ({shown(one.path)}:{line})"
    fix = "choose another term, or, if both are right, set `link: false` on one of them"
    return _fault(two, "T035", message, fix, "terms", two_index, lang=lang)


def _shared_slugs(termbase: Termbase) -> Iterator[Problem]:
    owners: dict[str, Concept] = {}
    for concept in termbase.concepts.values():
        for slug in concept.legacy:
            first = owners.setdefault(slug, concept)
            if first is not concept:
                where = f"{shown(first.path)}:{locate(first.path, 'legacy', slug)}"
                message = f"the old address “{slug}” already leads to {first.id} ({where})"
                yield _fault(concept, "T036", message, "remove it from one of the two", "legacy", slug)

"""What a file in SKOS says, as plain data."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..json import parse as parse_json
from ..plain import Data, Incoming
from ..text import decode
from .vocabulary import LANGUAGE, NOWHERE, ORDERS, PREFIXES, RELATIONS, SOURCE, TERM, TEXTS

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

_STATUS_OF = {"prefLabel": "preferred", "altLabel": "admitted", "hiddenLabel": "deprecated"}


def read_turtle(content: bytes, path: Path) -> Incoming:
    incoming = Incoming(path)
    text = decode(content, incoming)
    return _read(text, "turtle", incoming) if text is not None else incoming


def read_jsonld(content: bytes, path: Path) -> Incoming:
    """What the file says; one whose context is elsewhere is refused, because nothing is fetched."""
    incoming = Incoming(path)
    text, document = parse_json(content, incoming)
    if document is None:
        return incoming
    if _asks_for_others(document):
        message = "the file's context is on the web, from where nothing is fetched"
        fix = "write the context itself into the file, after “@context”:"
        incoming.report("X005", message, fix, line=text[: text.find('"@context"')].count("\n") + 1)
        return incoming
    return _read(text, "json-ld", incoming)


def _asks_for_others(value: Any, is_context: bool = False) -> bool:
    if isinstance(value, dict):
        if is_context and "@import" in value:
            return True
        return any(_asks_for_others(item, key == "@context") for key, item in value.items())
    if isinstance(value, list):
        return any(_asks_for_others(item, is_context) for item in value)
    return is_context and isinstance(value, str)


def _read(text: str, syntax: str, incoming: Incoming) -> Incoming:
    from rdflib import Graph

    graph = Graph()
    with _quiet():
        try:
            graph.parse(data=text, format=syntax, publicID=NOWHERE)
            _Reader(graph, incoming).read()
        except Exception as error:  # whatever a parser stumbles over is a fault of the file
            reason = " ".join(str(getattr(error, "_why", "") or error).split())[:200]
            line = getattr(error, "lines", -1) + 1
            incoming.report("X004", f"not valid {syntax}: {reason}", line=line)
            return incoming
    incoming.find_lines = lambda: _lines(text)
    _locate(incoming)
    return incoming


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences rdflib's log: what it finds odd is reported as a problem."""
    log = logging.getLogger("rdflib")
    before, log.disabled = log.disabled, True
    levels = {name: logging.getLogger(name).level for name in ("rdflib.term", "rdflib.plugins")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.disabled = before
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


_SUBJECT = re.compile(r'^\s*(?:\{?\s*"@id":\s*"([^"]+)"|<([^>]+)>\s|([\w.-]*:[^\s;,.]+)\s)')


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where each resource is first described: rdflib does not say."""
    lines: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := _SUBJECT.match(line):
            lines.setdefault((_last_part(found[1] or found[2] or found[3]),), number)
    return lines


def _locate(incoming: Incoming) -> None:
    """Lines for the problems already found."""
    incoming.problems[:] = [
        problem if problem.line or not problem.id else replace(problem, line=incoming.line_of(problem.id))
        for problem in incoming.problems
    ]


def _last_part(address: str) -> str:
    """What tells a resource from its siblings: https://example.org/terms/gan/ → gan."""
    return re.split(r"[/#:]", address.rstrip("/#"))[-1]


def _addresses(*names: str) -> frozenset[str]:
    return frozenset(PREFIXES[prefix] + name for prefix, _, name in (name.partition(":") for name in names))


# Read elsewhere, derived from what is read, or of no concern: who made what when, git knows.
_IGNORED = _addresses(
    *("rdf:type", "skos:inScheme", "skos:topConceptOf", "skos:semanticRelation", "skos:narrower"),
    *("skos:narrowerTransitive", "skos:broaderTransitive", "xkos:generalizes", "xkos:hasPart"),
    *("dct:identifier", "dct:publisher", "dct:creator", "dct:created", "dct:modified"),
    *("dcat:contactPoint", "ol:place", "skosxl:literalForm"),
)
_OF_CONCEPTS = _IGNORED | _addresses(
    *("dct:subject", "dct:source", "ol:id", "ol:subject", "ol:legacy", "ol:figure"),
    *TEXTS.values(),
    *ORDERS.values(),
    *(property for properties in RELATIONS.values() for property in properties),
    *(f"{prefix}:{kind}" for prefix in ("skos", "skosxl") for kind in _STATUS_OF),
)
_OF_LABELS = _IGNORED | _addresses(*TERM.values(), "ol:forms", "dct:source")


class _Reader:
    def __init__(self, graph: Graph, incoming: Incoming) -> None:
        from rdflib import URIRef

        self.graph, self.incoming = graph, incoming
        self.name: Callable[[str], Any] = cache(
            lambda name: URIRef(PREFIXES[name.partition(":")[0]] + name.partition(":")[2])
        )
        concepts = graph.subjects(self.name("rdf:type"), self.name("skos:Concept"))
        self.concepts = self._with_ids(sorted(concepts, key=str))

    def read(self) -> None:
        scheme = next(iter(self.graph.subject_objects(self.name("ol:languages"))), None)
        self.incoming.complete = scheme is not None
        if scheme is not None:
            self._vocabularies(scheme[0])
        for iri, id in self.concepts.items():
            self.incoming.part("concepts")[id] = self._concept(iri, id)

    def _with_ids(self, nodes: Iterable[Node]) -> dict[Node, str]:
        found: dict[Node, str] = {}
        taken: set[str] = set()
        for node in dict.fromkeys(nodes):
            stated = self._text(node, "ol:id") or self._text(node, "dct:identifier")
            id = stated if re.fullmatch(r"[a-z][a-z0-9-]*", stated) else _last_part(str(node))
            if id in taken:
                self.incoming.report("X012", f"two concepts have the id “{id}”", "rename one", id=id)
                continue
            taken.add(id)
            found[node] = id
        return found

    # What the concepts refer to

    def _vocabularies(self, scheme: Node) -> None:
        for node in self._list(scheme, "ol:languages"):
            code = self._text(node, "ol:id")
            values = self._values(node, LANGUAGE)
            words = {
                self._text(w, "ol:id"): self._text(w, "rdf:value") for w in self._objects(node, "ol:word")
            }
            self.incoming.tags[self._text(node, "ol:tag").lower()] = code
            self.incoming.part("languages")[code] = values | ({"text": words} if words else {})
        for node in self._list(scheme, "ol:subjects"):
            labels = {self._code(label): str(label) for label in self._objects(node, "skos:prefLabel")}
            self.incoming.part("subjects")[self._text(node, "ol:id")] = labels
        for node in self._list(scheme, "ol:sources"):
            self.incoming.part("sources")[self._text(node, "ol:id")] = self._values(node, SOURCE)

    def _code(self, literal: Any) -> str:
        tag = literal.language or ""
        return self.incoming.tags.get(tag.lower(), tag)

    # Concepts

    def _concept(self, iri: Node, id: str) -> Data:
        concept: Data = {}
        for subject in self._objects(iri, "ol:subject") or self._objects(iri, "dct:subject"):
            name = _last_part(str(subject)) if self._is_iri(subject) else str(subject)
            concept["subject"] = self._text(subject, "ol:id") or name
        for relation, properties in RELATIONS.items():
            concept[relation] = self._related(iri, id, relation, properties)
        sources = self._in_order(iri, ORDERS["sources"], self._objects(iri, "dct:source"))
        concept["sources"] = [self._source(source) for source in sources]
        concept["legacy"] = list(map(str, self._list(iri, "ol:legacy")))
        if figure := self._text(iri, "ol:figure"):
            concept["figure"] = figure
        for key, property in TEXTS.items():
            for literal in self._texts(iri, property):
                self._put(self._entry(concept, literal, id), key, str(literal), id, self._code(literal))
        self._terms(iri, concept, id)
        self._report_rest(iri, id, _OF_CONCEPTS)
        return concept

    def _related(self, iri: Node, id: str, relation: str, properties: Iterable[str]) -> list[str]:
        inverse = {"broader": ("skos:narrower", "xkos:generalizes"), "part_of": ("xkos:hasPart",)}
        found = [target for property in properties for target in self._objects(iri, property)]
        for property in inverse.get(relation, ()):
            found += self.graph.subjects(self.name(property), iri)
        ids = []
        for target in self._in_order(iri, ORDERS[relation], dict.fromkeys(found)):
            if known := self.concepts.get(target):
                ids.append(known)
            else:
                message = f"{relation} leads to {target}, which the file does not describe"
                self.incoming.report("X015", message, "remove it, or add the concept", id=id, key=relation)
        return ids

    def _terms(self, iri: Node, concept: Data, id: str) -> None:
        found = [(label, kind) for kind in _STATUS_OF for label in self._objects(iri, f"skosxl:{kind}")]
        known = set()
        for label, kind in sorted(found, key=lambda pair: self._place(pair[0])):
            for literal in self._objects(label, "skosxl:literalForm")[:1]:
                known.add((str(literal), literal.language))
                self._entry(concept, literal, id).setdefault("terms", []).append(
                    self._term(label, kind, literal)
                )
                self._report_rest(label, id, _OF_LABELS)
        self._plain_labels(iri, concept, id, known)

    def _plain_labels(self, iri: Node, concept: Data, id: str, known: set[tuple[str, str]]) -> None:
        """Labels that are no resources; where both kinds are given, they say the same."""
        for kind, status in _STATUS_OF.items():
            for literal in self._texts(iri, f"skos:{kind}"):
                if (str(literal), literal.language) not in known:
                    term = {"term": str(literal), "status": status}
                    self._entry(concept, literal, id).setdefault("terms", []).append(term)

    def _term(self, label: Node, kind: str, literal: Any) -> Data:
        term = {"term": str(literal), "status": _STATUS_OF[kind], **self._values(label, TERM)}
        if forms := list(map(str, self._list(label, "ol:forms"))):
            term["forms"] = forms
        for source in self._objects(label, "dct:source"):
            term["source"] = self._source(source)
        return term

    def _place(self, label: Node) -> tuple[int, str]:
        place = self._text(label, "ol:place")
        return (int(place) if place.isdecimal() and len(place) < 10 else 0, str(label))

    def _source(self, source: Node) -> str:
        return self._text(source, "ol:id") or str(source)

    def _entry(self, concept: Data, literal: Any, id: str) -> Data:
        if not literal.language:
            message = f"“{str(literal)[:40]}” has no language"
            self.incoming.report("X010", message, 'add a language tag: "…"@en', id=id)
            return {}
        entry: Data = concept.setdefault(self._code(literal), {})
        return entry

    def _put(self, entry: Data, key: str, value: str, id: str, lang: str) -> None:
        if key in entry:
            fix = "keep one of them"
            self.incoming.report("X013", f"a second {key} in {lang}", fix, id=id, lang=lang, key=key)
        else:
            entry[key] = value

    def _report_rest(self, node: Node, id: str, known: frozenset[str]) -> None:
        """Statements that have no place in the termbase, each kind of them once."""
        for predicate in sorted(set(map(str, self.graph.predicates(node)))):
            if predicate not in known:
                message = f"the termbase has no place for {predicate}"
                fix = "remove it, or say it with another property"
                self.incoming.report("X010", message, fix, id=id, key=_last_part(predicate))

    # The graph

    def _objects(self, node: Node, property: str) -> list[Any]:
        return list(self.graph.objects(node, self.name(property)))

    def _texts(self, node: Node, property: str) -> list[Any]:
        return sorted(item for item in self._objects(node, property) if hasattr(item, "language"))

    def _text(self, node: Node, property: str) -> str:
        return next((str(item) for item in self._objects(node, property)), "")

    def _values(self, node: Node, properties: dict[str, str]) -> Data:
        return {key: text for key, property in properties.items() if (text := self._text(node, property))}

    def _list(self, node: Node, property: str) -> list[Any]:
        from rdflib.collection import Collection

        return [item for head in self._objects(node, property) for item in Collection(self.graph, head)]

    def _in_order(self, node: Node, order: str, items: Iterable[Any]) -> list[Any]:
        places = {item: place for place, item in enumerate(self._list(node, order))}
        return sorted(items, key=lambda item: (places.get(item, len(places)), str(item)))

    @staticmethod
    def _is_iri(node: Node) -> bool:
        from rdflib import URIRef

        return isinstance(node, URIRef)

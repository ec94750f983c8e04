"""SKOS with SKOS-XL labels (W3C, 2009), as Turtle and as JSON-LD.

A concept is a `skos:Concept`; each of its terms is a `skosxl:Label`, which can carry what a plain SKOS label
cannot. A preferred term is a prefLabel, an admitted one an altLabel, a deprecated or superseded one a
hiddenLabel (as SKOS-AP-NO has it), each also given as a plain SKOS label for tools that know no SKOS-XL.
`broader` is `skos:broader` and `xkos:specializes`, `part_of` is `xkos:isPartOf`.

Properties of our own, all described in `ordlab.ttl`, carry the rest: a term's status and place among the
others, its grammar and forms, explanations, bases, old addresses, and what is in languages.yml,
subjects.yml and sources.yml. RDF knows no order: one that is not the alphabet's is given as a list.

With an address, a publisher and a contact, an export is as SKOS-AP-NO-Begrep 2.0 wants it but for one thing:
the profile wants each preferred term in Nynorsk as well, which a termbase without `nn` does not have.
`skos-ap-no.ttl` holds its rules as SHACL shapes.

The statements are few in kind and known beforehand, so they are written directly: the same bytes every time,
in a fiftieth of the time. Reading goes through rdflib, and takes any SKOS.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..model import Termbase
from . import plain
from .json import parse as parse_json
from .plain import Data, Incoming, with_status
from .text import decode

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

NOWHERE = "https://ordlab.invalid/glossary/"  # RFC 2606 keeps it free: no address until one is published
VOCABULARY = Path(__file__).parent / "ordlab.ttl"
PREFIXES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "ol": "https://ordlab.invalid/ns#",
    "org": "http://www.w3.org/ns/org#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xkos": "http://rdf-vocabulary.ddialliance.org/xkos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LABELS = {
    "preferred": "prefLabel",
    "admitted": "altLabel",
    "deprecated": "hiddenLabel",
    "superseded": "hiddenLabel",
}
_STATUS_OF = {"prefLabel": "preferred", "altLabel": "admitted", "hiddenLabel": "deprecated"}
RELATIONS = {
    "broader": ("skos:broader", "xkos:specializes"),
    "part_of": ("xkos:isPartOf",),
    "related": ("skos:related",),
}
_ORDERS = {
    "broader": "ol:broaderOrder",
    "part_of": "ol:partOfOrder",
    "related": "ol:relatedOrder",
    "sources": "ol:sourceOrder",
}
_TEXTS = {
    "definition": "skos:definition",
    "explanation": "ol:explanation",
    "example": "skos:example",
    "basis": "ol:basis",
}
_TERM = {
    "status": "ol:status",
    "type": "ol:termType",
    "pos": "ol:partOfSpeech",
    "gender": "ol:gender",
    "pinyin": "ol:pinyin",
    "sort_key": "ol:sortKey",
    "note": "skos:note",
    "link": "ol:linked",
}
_SOURCE = {
    "title": "dct:title",
    "authors": "dc:creator",
    "year": "dc:date",
    "published": "dct:bibliographicCitation",
    "identifier": "dc:identifier",
    "url": "schema:url",
    "lang": "dc:language",
}
_LANGUAGE = {"name": "rdfs:label"} | {key: f"ol:{key}" for key in plain.LANGUAGE_KEYS if key != "name"}


# Statements, as JSON-LD has them: {"@id": …, "@type": […], property: [values]}


def write_turtle(termbase: Termbase, **settings: str) -> bytes:
    """The termbase as Turtle. Settings: `url` of the site, `publisher` (an address), `contact`."""
    base = settings.get("url") or NOWHERE
    lines = [f"@base <{base}> ."]
    lines += [f"@prefix {prefix}: <{address}> ." for prefix, address in PREFIXES.items()]
    for node in _nodes(termbase, **settings):
        lines += ["", f"<{node['@id']}> {_turtle_statements(node)} ."]
    return ("\n".join(lines) + "\n").encode()


def write_jsonld(termbase: Termbase, **settings: str) -> bytes:
    """The termbase as JSON-LD 1.1, a node to a line, its context inside; settings as in `write_turtle`."""
    context = {"@version": 1.1, "@base": settings.get("url") or NOWHERE, **PREFIXES}
    nodes = ",\n".join(json.dumps(node, ensure_ascii=False) for node in _nodes(termbase, **settings))
    return f'{{"@context": {json.dumps(context)},\n"@graph": [\n{nodes}\n]}}\n'.encode()


def _turtle_statements(node: Data) -> str:
    parts = [f"a {', '.join(node['@type'])}"] if "@type" in node else []
    for property, values in node.items():
        if not property.startswith("@"):
            parts.append(f"{property} {', '.join(map(_turtle, values))}")
    return " ;\n  ".join(parts)


def _turtle(value: Any) -> str:
    if "@id" in value:
        return f"<{value['@id']}>"
    if "@list" in value:
        return f"( {' '.join(map(_turtle, value['@list']))} )"
    if "@value" not in value:
        return f"[ {_turtle_statements(value)} ]"
    literal = json.dumps(value["@value"], ensure_ascii=False)  # Turtle writes these as JSON does
    if "@type" in value:
        return f"{literal}^^{value['@type']}"
    return f"{literal}@{value['@language']}" if "@language" in value else literal


def _iri(address: str) -> Data:
    return {"@id": address}


def _literal(value: object, tag: str = "") -> Data:
    return {"@value": value} | ({"@language": tag} if tag else {})


def _literals(data: Data, properties: dict[str, str]) -> Data:
    return {property: [_literal(data[key])] for key, property in properties.items() if key in data}


def _nodes(termbase: Termbase, *, url: str = "", publisher: str = "", contact: str = "") -> Iterator[Data]:
    data = plain.of_termbase(termbase)
    tags = plain.language_tags(data["languages"])
    shared: Data = {"dct:publisher": [_iri(publisher)]} if publisher else {}
    if contact:
        email = _iri(f"mailto:{quote(contact, safe='@.+-_')}")
        shared["dcat:contactPoint"] = [{"@type": ["vcard:Organization"], "vcard:hasEmail": [email]}]
    yield {
        "@id": "",
        "@type": ["skos:ConceptScheme"],
        "dct:title": [_literal("Termbase", "en")],
        "ol:languages": [{"@list": [_iri(f"#language-{code}") for code in data["languages"]]}],
        "ol:subjects": [{"@list": [_iri(f"subjects/#{id}") for id in data["subjects"]]}],
        "ol:sources": [{"@list": [_iri(f"#source-{id}") for id in data["sources"]]}],
        **shared,
    }
    if publisher:
        yield {"@id": publisher, "@type": ["org:Organization"]}
    for code, language in data["languages"].items():
        yield _language_node(code, language, tags[code])
    for id, labels in data["subjects"].items():
        names = [_literal(label, tags[code]) for code, label in labels.items()]
        yield {
            "@id": f"subjects/#{id}",
            "@type": ["ol:Subject"],
            "ol:id": [_literal(id)],
            "skos:prefLabel": names,
        }
    for id, source in data["sources"].items():
        head = {"@id": f"#source-{id}", "@type": ["dct:BibliographicResource"], "ol:id": [_literal(id)]}
        yield head | _literals(source, _SOURCE)
    for id, concept in data["concepts"].items():
        labels = list(_labels(id, concept, tags))
        subject = [
            _literal(label, tags[code]) for code, label in data["subjects"][concept["subject"]].items()
        ]
        address = {"@value": f"{url or NOWHERE}{id}/", "@type": "xsd:anyURI"}
        head = {"dct:identifier": [address], "dct:subject": subject}
        yield _concept_node(id, concept, tags, labels) | head | shared
        yield from (label for _, label in labels)


def _language_node(code: str, language: Data, tag: str) -> Data:
    node = {
        "@id": f"#language-{code}",
        "@type": ["dct:LinguisticSystem"],
        "ol:id": [_literal(code)],
        "ol:tag": [_literal(tag)],
    }
    if words := language.get("text"):
        node["ol:word"] = [
            {"ol:id": [_literal(key)], "rdf:value": [_literal(word)]} for key, word in words.items()
        ]
    return node | _literals(language, _LANGUAGE) | {"rdfs:label": [_literal(language["name"], tag)]}


def _concept_node(id: str, concept: Data, tags: dict[str, str], labels: list[tuple[str, Data]]) -> Data:
    node: Data = {
        "@id": f"{id}/",
        "@type": ["skos:Concept"],
        "skos:inScheme": [_iri("")],
        "ol:id": [_literal(id)],
        "ol:subject": [_iri(f"subjects/#{concept['subject']}")],
    }
    for relation, properties in RELATIONS.items():
        _refer(node, properties, _ORDERS[relation], [f"{other}/" for other in concept.get(relation, ())])
    sources = [f"#source-{source}" for source in concept.get("sources", ())]
    _refer(node, ("dct:source",), _ORDERS["sources"], sources)
    if legacy := concept.get("legacy"):
        node["ol:legacy"] = [{"@list": list(map(_literal, legacy))}]
    for key, property in _TEXTS.items():
        texts = {tag: concept.get(code, {}).get(key) for code, tag in tags.items()}
        if any(texts.values()):
            node[property] = [_literal(text, tag) for tag, text in texts.items() if text]
    for kind, label in labels:
        node.setdefault(f"skosxl:{kind}", []).append(_iri(label["@id"]))
        node.setdefault(f"skos:{kind}", []).append(label["skosxl:literalForm"][0])
    return node


def _refer(node: Data, properties: Iterable[str], order: str, targets: list[str]) -> None:
    """References, and their order if sorting them would change it."""
    references = list(map(_iri, targets))
    for property in properties if targets else ():
        node[property] = references
    if targets != sorted(targets):
        node[order] = [{"@list": references}]


def _labels(id: str, concept: Data, tags: dict[str, str]) -> Iterator[tuple[str, Data]]:
    """The concept's terms, each with the kind of label that it is."""
    for code, tag in tags.items():
        terms = concept.get(code, {}).get("terms", ())
        for place, (status, term) in enumerate(with_status(terms), 1):
            label = {
                "@id": f"{id}/#{code}-{place}",
                "@type": ["skosxl:Label"],
                "skosxl:literalForm": [_literal(term["term"], tag)],
                "ol:place": [_literal(place)],
            }
            label |= _literals({**term, "status": status}, _TERM)
            if note := term.get("note"):
                label["skos:note"] = [_literal(note, tag)]
            if forms := term.get("forms"):
                label["ol:forms"] = [{"@list": [_literal(form, tag) for form in forms]}]
            if source := term.get("source"):
                label["dct:source"] = [_iri(f"#source-{source}")]
            yield LABELS[status], label


# Reading


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
    *("dct:subject", "dct:source", "ol:id", "ol:subject", "ol:legacy"),
    *_TEXTS.values(),
    *_ORDERS.values(),
    *(property for properties in RELATIONS.values() for property in properties),
    *(f"{prefix}:{kind}" for prefix in ("skos", "skosxl") for kind in _STATUS_OF),
)
_OF_LABELS = _IGNORED | _addresses(*_TERM.values(), "ol:forms", "dct:source")


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
            values = self._values(node, _LANGUAGE)
            words = {
                self._text(w, "ol:id"): self._text(w, "rdf:value") for w in self._objects(node, "ol:word")
            }
            self.incoming.tags[self._text(node, "ol:tag").lower()] = code
            self.incoming.part("languages")[code] = values | ({"text": words} if words else {})
        for node in self._list(scheme, "ol:subjects"):
            labels = {self._code(label): str(label) for label in self._objects(node, "skos:prefLabel")}
            self.incoming.part("subjects")[self._text(node, "ol:id")] = labels
        for node in self._list(scheme, "ol:sources"):
            self.incoming.part("sources")[self._text(node, "ol:id")] = self._values(node, _SOURCE)

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
        sources = self._in_order(iri, _ORDERS["sources"], self._objects(iri, "dct:source"))
        concept["sources"] = [self._source(source) for source in sources]
        concept["legacy"] = list(map(str, self._list(iri, "ol:legacy")))
        for key, property in _TEXTS.items():
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
        for target in self._in_order(iri, _ORDERS[relation], dict.fromkeys(found)):
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
        term = {"term": str(literal), "status": _STATUS_OF[kind], **self._values(label, _TERM)}
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

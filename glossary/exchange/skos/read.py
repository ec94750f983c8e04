"""What a file in SKOS says, as plain data.

Every statement of the file goes one of two ways: into a key of ours from which `write` makes it again, or
into `extra`.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import extra, plain
from ..json import parse as parse_json
from ..place import UNTAGGED
from ..plain import Data, Incoming
from ..text import decode
from ..xml_text import decode_xml
from . import values
from .vocabulary import LANGUAGE, NO_BASE, ORDERS, PREFIXES, RELATIONS, SOURCE, TERM, TEXTS

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

_STRING = PREFIXES["xsd"] + "string"
_STATUS_OF = {"prefLabel": "preferred", "altLabel": "admitted", "hiddenLabel": "deprecated"}


def read(content: bytes, path: Path) -> Incoming:
    """Turtle, RDF/XML, JSON-LD, N-Triples, N3, TriG or N-Quads, by what is in it."""
    incoming = Incoming(path, lenient=True, tagged=True)
    text = decode_xml(content, incoming)
    if text is None:
        return incoming
    start = text.lstrip()[:1000]
    looks_like_json = start[:1] in ("{", "[") and not re.match(r"\[\s*(?:\]|a\s|[\w-]*:)|\{\s*[<\w_]", start)
    if looks_like_json or path.suffix.lower() in (".jsonld", ".json"):
        return read_jsonld(content, path)
    if start.startswith("<?xml") or re.match(r"<(?:!DOCTYPE|!--|[\w.-]*:?RDF[\s>])", start):
        if reason := _refused(text):
            line = text.count("\n", 0, text.find("<!DOCTYPE")) + 1
            incoming.report("X005", reason, "remove everything from <!DOCTYPE to ]>", line=line)
            return incoming
        return _read(text, "xml", incoming)
    return _read(text, _QUADS.get(path.suffix.lower(), "turtle"), incoming)


_QUADS = {".trig": "trig", ".nq": "nquads", ".n3": "n3"}
_ENTITY = re.compile(r"<!ENTITY\s+[\w.-]+\s+(?:\"[^\"&%<]{0,300}\"|'[^'&%<]{0,300}')\s*>")


def _refused(text: str) -> str:
    """Why a document type cannot be had: short names for addresses are common in RDF/XML, and do no harm."""
    left = _ENTITY.sub("", text) if "<!ENTITY" in text else text
    if re.search(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)", left):
        return "the file declares entities that are more than short names for addresses, which is refused"
    return ""


def read_turtle(content: bytes, path: Path) -> Incoming:
    incoming = Incoming(path, lenient=True, tagged=True)
    text = decode(content, incoming)
    return _read(text, "turtle", incoming) if text is not None else incoming


def read_jsonld(content: bytes, path: Path) -> Incoming:
    """What the file says; one whose context is elsewhere is refused, because nothing is fetched."""
    incoming = Incoming(path, lenient=True, tagged=True)
    text, document = parse_json(content, incoming, lists=True)
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
    from rdflib import Dataset, Graph

    with _quiet():
        try:
            graph = Dataset(default_union=True) if syntax in ("trig", "nquads") else Graph()
            graph.parse(data=text, format=syntax, publicID=NO_BASE)
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


_SUBJECT = re.compile(
    r"""^\s*(?:\{?\s*"@id":\s*"([^"]+)"|<([^<>"\s]+)>\s|<[^<>]*\brdf:about=["']([^"']+)["']|([\w.-]*:[^\s;,.]+)\s)"""
)


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where each resource is first described: rdflib does not say."""
    lines: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := _SUBJECT.match(line):
            lines.setdefault((_last_part(next(filter(None, found.groups()))),), number)
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


_OWN_TEXTS = {
    PREFIXES[prefix] + local: key
    for key, (prefix, local) in ((key, name.split(":")) for key, name in TEXTS.items())
}


class _Reader:
    def __init__(self, graph: Graph, incoming: Incoming) -> None:
        from rdflib import BNode, Literal, URIRef

        self.graph, self.incoming = graph, incoming
        self.BNode, self.Literal, self.URIRef = BNode, Literal, URIRef
        self.name: Callable[[str], Any] = cache(
            lambda name: URIRef(PREFIXES[name.partition(":")[0]] + name.partition(":")[2])
        )
        self.label_name = {self.name(f"skos:{kind}"): kind for kind in _STATUS_OF}
        self.label_name_xl = {self.name(f"skosxl:{kind}"): kind for kind in _STATUS_OF}
        self.scheme = next(iter(graph.subjects(self.name("ol:languages"))), None)
        self.references = Counter(o for o in graph.objects() if isinstance(o, BNode))
        self.placed: set[Any] = set()  # nodes whose statements have all found a place
        self.shared: list[Any] = []  # nodes without a name that need one
        self.spelling: dict[str, str] = {}  # language tag in small letters → as the file has it first
        self.concepts = self._with_ids(self._find_concepts())

    def read(self) -> None:
        incoming = self.incoming
        incoming.complete = self.scheme is not None
        incoming.subject_in_extra = (
            "dct:subject",
            lambda labels: [values.literal(v, tag) for tag, v in labels.items()],
        )
        if self.scheme is not None:
            self._vocabularies(self.scheme)
        elif not self.concepts:
            return
        for iri, id in self.concepts.items():
            incoming.part("concepts")[id] = self._concept(iri, id)
        self._rest()

    # Names

    def _find_concepts(self) -> list[Node]:
        found = set(self.graph.subjects(self.name("rdf:type"), self.name("skos:Concept")))
        if not found:  # some say so only by what they say of them
            found = set(self.graph.subjects(self.name("skos:prefLabel")))
            found -= set(self.graph.subjects(self.name("rdf:type"), self.name("skos:ConceptScheme")))
            found -= set(self.graph.subjects(self.name("rdf:type"), self.name("skos:Collection")))
        return sorted(found, key=self._key)

    def _key(self, node: Node) -> str:
        """Something to sort by that is the same in every run: names of nodes without one are not."""
        return str(node) if not isinstance(node, self.BNode) else f"_:{self._hash(node)}"

    def _hash(self, node: Node, depth: int = 2) -> str:
        def described(other: Any) -> str:
            if not isinstance(other, self.BNode):
                return str(other.n3())
            return self._hash(other, depth - 1) if depth else ""

        out = sorted(f"{p} {described(o)}" for p, o in self.graph.predicate_objects(node))
        into = sorted(
            f"{s} {p}" for s, p in self.graph.subject_predicates(node) if isinstance(s, self.URIRef)
        )
        return blake2b("\n".join([*out, "", *into]).encode("utf-8", "replace"), digest_size=6).hexdigest()

    def _uri(self, node: Node) -> str:
        return str(node) if isinstance(node, self.URIRef) else f"_:{self._hash(node)}"

    def _with_ids(self, nodes: Iterable[Node]) -> dict[Node, str]:
        found: dict[Node, str] = {}
        taken: set[str] = set()
        for node in nodes:
            stated = self._text(node, "ol:id")
            id = stated or _last_part(self._uri(node)) or "concept"
            if id in taken:
                if stated:
                    self.incoming.report("X012", f"two concepts have the id “{id}”", "rename one", id=id)
                    continue
                id = next(f"{id}-{n}" for n in range(2, len(taken) + 3) if f"{id}-{n}" not in taken)
            taken.add(id)
            found[node] = id
        return found

    # What the concepts refer to

    def _vocabularies(self, scheme: Node) -> None:
        nodes = {key: self._list(scheme, f"ol:{key}") for key in ("languages", "subjects", "sources")}
        for node in nodes["languages"]:
            code = self._text(node, "ol:id")
            data = self._values(node, LANGUAGE)
            words = {
                self._text(w, "ol:id"): self._text(w, "rdf:value") for w in self._objects(node, "ol:word")
            }
            self.incoming.tags[self._text(node, "ol:tag").lower()] = code
            self.incoming.part("languages")[code] = data | ({"text": words} if words else {})
        for node in nodes["subjects"]:
            labels = {self._code(label): str(label) for label in self._objects(node, "skos:prefLabel")}
            self.incoming.part("subjects")[self._text(node, "ol:id")] = labels
        for node in nodes["sources"]:
            self.incoming.part("sources")[self._text(node, "ol:id")] = self._values(node, SOURCE)
        self.placed |= {
            scheme,
            *self._objects(scheme, "dct:publisher"),
            *(n for ns in nodes.values() for n in ns),
        }
        self.incoming.part("extra").update(_parsed(self._text(scheme, "ol:extra")))

    def _code(self, literal: Any) -> str:
        tag = literal.language or ""
        return self.incoming.tags.get(tag.lower(), tag)

    def _tag(self, literal: Any) -> str:
        """A literal's language, spelled in one way: to RDF, EN and en are the same (RDF 1.1, section 3.3)."""
        tag = literal.language or ""
        return self.spelling.setdefault(tag.lower(), tag)

    # Concepts

    def _concept(self, iri: Any, id: str) -> Data:
        concept: Data = {}
        uri = self._uri(iri)
        if self.scheme is None or uri != f"{self.scheme}{id}/":
            extra.add(concept, "uri", uri)
        self._own(iri, concept)
        self._terms(iri, concept, id)
        rest: list[tuple[Any, Any]] = []
        for predicate, value in sorted(
            self.graph.predicate_objects(iri), key=lambda pair: (pair[0], self._key(pair[1]))
        ):
            if not self._has_place(iri, id, concept, predicate, value):
                rest.append((predicate, value))
        for predicate, value in rest:
            self._keep(concept, predicate, value)
        if self.scheme is None:
            self._texts_of_resources(iri, id, concept)
        if subjects := self._objects(iri, "ol:subject"):
            concept["subject"] = self._text(subjects[0], "ol:id") or _last_part(str(subjects[0]))
        elif subjects := sorted(self._objects(iri, "dct:subject"), key=self._key):
            concept["subject"] = self._label(subjects[0])
        for relation, properties in RELATIONS.items():
            concept[relation] = self._related(iri, relation, properties)
        self.placed.add(iri)
        return concept

    def _own(self, iri: Any, concept: Data) -> None:
        """What only a file of ours has."""
        sources = self._in_order(iri, ORDERS["sources"], self._objects(iri, "dct:source"))
        concept["sources"] = [id for source in sources if (id := self._text(source, "ol:id"))]
        further = self._list(iri, "ol:further")
        concept["further"] = [id for source in further if (id := self._text(source, "ol:id"))]
        concept["legacy"] = list(map(str, self._list(iri, "ol:legacy")))
        for key in ("figure", "reviewed"):
            if said := self._text(iri, f"ol:{key}"):
                concept[key] = said
        for key, extras in _parsed(self._text(iri, "ol:extra")).items():
            owner = concept if not key else concept.setdefault(key, {})
            owner.setdefault(plain.EXTRA, {}).update(extras)

    def _label(self, node: Any) -> str:
        """What a subject is called: a text, or the label of a resource."""
        if not isinstance(node, self.Literal):
            labels = self._texts(node, "skos:prefLabel") or self._texts(node, "rdfs:label")
            return str(labels[0]) if labels else _last_part(str(node))
        return str(node)

    def _has_place(self, iri: Any, id: str, concept: Data, predicate: Any, value: Any) -> bool:
        """Whether a statement is in a key of ours; the texts are put there."""
        is_text = isinstance(value, self.Literal) and str(value.datatype or _STRING) == _STRING
        if predicate in self.label_name:
            return is_text and bool(plain.clean(str(value), "term"))
        if predicate in self.label_name_xl:
            return bool(self._form(value))
        if (key := _OWN_TEXTS.get(str(predicate))) and is_text:
            return self._place_text(iri, concept, key, value)
        name = values.name(str(predicate))
        if name in _RELATED:
            return value in self.concepts
        return (
            (name == "rdf:type" and value == self.name("skos:Concept"))
            or name in _OURS
            or (self.scheme is not None and self._is_written(id, name, value))
            or (name == "skos:inScheme" and value == self._one_scheme)
        )

    def _is_written(self, id: str, name: str, value: Any) -> bool:
        """Whether an export of ours says this by itself."""
        scheme: Any = self.scheme
        return (
            (name == "skos:inScheme" and value == scheme)
            or (name == "dct:identifier" and str(value).endswith(f"{id}/") and value.datatype is not None)
            or (name == "dct:source" and bool(self._text(value, "ol:id")))
            or (name == "dct:publisher" and (scheme, self.name(name), value) in self.graph)
            or (name == "dcat:contactPoint" and (scheme, self.name(name), None) in self.graph)
        )

    @cached_property
    def _one_scheme(self) -> Any:
        """The scheme that all concepts are in, if there is one, beside our own."""
        name = self.name("skos:inScheme")
        schemes = Counter(s for c in self.concepts for s in self.graph.objects(c, name) if s != self.scheme)
        imported = [
            c for c, id in self.concepts.items() if self.scheme is None or str(c) != f"{self.scheme}{id}/"
        ]
        everyone = [s for s, count in schemes.items() if count == len(imported)]
        if len(schemes) != 1 or not everyone or not isinstance(everyone[0], self.URIRef):
            return None
        self.incoming.part("extra")["scheme"] = str(everyone[0])
        return everyone[0]

    def _place_text(self, iri: Any, concept: Data, key: str, value: Any) -> bool:
        """Take the first text of a language, and the one that our own export marks as such."""
        text = plain.clean(str(value))
        entry: Data = concept.get(self._tag(value) or UNTAGGED, {})
        marked = {m for m in self._objects(iri, "ol:first") if m.language == value.language}
        if key in entry or not text:
            return False
        rivals = [v for v in self._objects(iri, TEXTS[key]) if v in marked and v.language == value.language]
        if rivals and value not in rivals:
            return False
        entry = concept.setdefault(self._tag(value) or UNTAGGED, {})
        entry[key] = text
        if raw := _raw(value, text):
            extra.note(entry, "raw", key, raw)
        return True

    def _texts_of_resources(self, iri: Any, id: str, concept: Data) -> None:
        """A definition that is a resource with a text, its source and so on (SKOS Primer, section 4.2).

        The text is shown; the resource is kept, too.
        """
        for note in sorted(self._objects(iri, TEXTS["definition"]), key=self._key):
            for value in self._texts(note, "rdf:value") if not isinstance(note, self.Literal) else ():
                entry: Data = concept.setdefault(self._tag(value) or UNTAGGED, {})
                if text := plain.clean(str(value)) if "definition" not in entry else "":
                    entry["definition"] = text
                    what = "definition that is a resource of its own: its text is also the definition"
                    self.incoming.decide(what, id=id, lang=self._tag(value))

    def _keep(self, concept: Data, predicate: Any, value: Any) -> None:
        """Into `extra`, of the concept or of the language that the value is in."""
        name = values.name(str(predicate))
        tag = self._tag(value) if isinstance(value, self.Literal) else ""
        entry = concept.get(tag, {})
        if tag and entry and name != "dct:subject":
            extra.add(entry, name, values.literal(str(value)))
        else:
            extra.add(concept, name, self._value(value))

    def _value(self, node: Any, depth: int = 4) -> Any:
        """A node as `extra` has it: one without a name stands where it is used, if that is one place."""
        if not isinstance(node, self.BNode):
            return values.of_node(node)
        if (items := self._items(node)) is not None and depth:
            return {"list": [self._value(item, depth - 1) for item in items]}
        if self.references[node] != 1 or not depth or not any(self.graph.predicates(node)):
            self.shared.append(node)
            return f"_:{self._hash(node)}"
        self.placed.add(node)
        return self._statements(node, depth - 1)

    def _statements(self, node: Any, depth: int = 4) -> Data:
        found: Data = {}
        pairs = self.graph.predicate_objects(node)
        for predicate, value in sorted(pairs, key=lambda pair: (pair[0], self._key(pair[1]))):
            described = self._value(value, depth)
            name = values.name(str(predicate))
            found[name] = [*extra.values(found[name]), described] if name in found else described
        return found

    def _items(self, node: Any) -> list[Any] | None:
        """The items of a list that is used once and is nothing else; none if it is no such list."""
        nil, first, rest = (self.name(f"rdf:{name}") for name in ("nil", "first", "rest"))
        items, cells = [], set()
        while node != nil:
            pairs = list(self.graph.predicate_objects(node))
            if (
                node in cells
                or self.references[node] != 1
                or {p for p, _ in pairs} != {first, rest}
                or len(pairs) != 2
            ):
                return None
            cells.add(node)
            items.append(self.graph.value(node, first))
            node = self.graph.value(node, rest)
        self.placed |= cells
        return items if items else None

    def _rest(self) -> None:
        """What the file says of anything else: schemes, collections, people, other resources."""
        subjects = {s for s in self.graph.subjects() if s not in self.placed}
        single = {s for s in subjects if isinstance(s, self.BNode) and self.references[s] == 1}
        extras = self.incoming.part("extra")
        waiting = sorted(subjects - single, key=self._key)
        seen: set[Any] = set()
        while waiting:
            for node in waiting:
                seen.add(node)
                name = f"_:{self._hash(node)}" if isinstance(node, self.BNode) else f"<{node}>"
                if node not in self.placed and (statements := self._statements(node)):
                    extras[name] = statements
                    self.placed.add(node)
            left = [s for s in (*self.shared, *sorted(single, key=self._key)) if s not in self.placed | seen]
            self.shared = []
            waiting = list(dict.fromkeys(left))

    def _related(self, iri: Any, relation: str, properties: Iterable[str]) -> list[str]:
        found = [target for property in properties for target in self._objects(iri, property)]
        if relation == "broader":
            found += self.graph.subjects(self.name("skos:narrower"), iri)
        targets = self._in_order(iri, ORDERS[relation], dict.fromkeys(found))
        return [self.concepts[target] for target in targets if target in self.concepts]

    # Terms

    def _form(self, label: Any) -> Any:
        """The text of a SKOS-XL label; None if it has none that is a term."""
        forms = [f for f in self._objects(label, "skosxl:literalForm") if isinstance(f, self.Literal)]
        return next((form for form in forms if plain.clean(str(form), "term")), None)

    def _terms(self, iri: Node, concept: Data, id: str) -> None:
        found = [(label, kind) for kind in _STATUS_OF for label in self._objects(iri, f"skosxl:{kind}")]
        known = set()
        for label, kind in sorted(found, key=lambda pair: self._place(pair[0])):
            if (literal := self._form(label)) is not None:
                known.add((str(literal), literal.language, kind))
                term = self._bare_term(literal, kind) | self._values(label, _TERM)
                if notes := [n for n in self._texts(label, "skos:note") if n.language == literal.language]:
                    term["note"] = str(notes[0])
                self._entry(concept, literal).setdefault("terms", []).append(term)
                self._label_rest(label, literal, term, id)
        for kind in _STATUS_OF:  # labels that are no resources; where both are given, they say the same
            for literal in self._texts(iri, f"skos:{kind}"):
                if (str(literal), literal.language, kind) not in known and plain.clean(str(literal), "term"):
                    term = self._bare_term(literal, kind)
                    self._entry(concept, literal).setdefault("terms", []).append(term)

    def _bare_term(self, literal: Any, kind: str) -> Data:
        text = plain.clean(str(literal), "term")
        term: Data = {"term": text, "status": _STATUS_OF[kind]}
        if raw := _raw(literal, text):
            extra.note(term, "raw", "term", raw)
        return term

    def _label_rest(self, label: Any, literal: Any, term: Data, id: str) -> None:
        """A label's forms and source, and all else that is said of it."""
        for name in ("forms", "not"):
            if words := list(map(str, self._list(label, f"ol:{name}"))):
                term[name] = words
        for source in self._objects(label, "dct:source"):
            if stated := self._text(source, "ol:id"):
                term["source"] = stated
        if self.scheme is None or not str(label).startswith(f"{self.scheme}{id}/#"):
            extra.add(term, "uri", self._uri(label))
        for name, value in _parsed(self._text(label, "ol:extra")).items():
            term.setdefault(plain.EXTRA, {})[name] = value
        self.placed.add(label)
        pairs: list[tuple[Any, Any]] = list(self.graph.predicate_objects(label))
        for predicate, value in sorted(pairs, key=lambda pair: (pair[0], self._key(pair[1]))):
            name = values.name(str(predicate))
            is_known = (
                name in _OF_LABELS
                or (name == "rdf:type" and value == self.name("skosxl:Label"))
                or (name == "skosxl:literalForm" and value == literal)
                or (
                    name == "skos:note"
                    and (str(value), value.language) == (term.get("note"), literal.language)
                )
                or (name == "dct:source" and bool(self._text(value, "ol:id")))
            )
            if not is_known:
                extra.add(term, name, self._value(value))

    def _place(self, label: Node) -> tuple[int, str]:
        place = self._text(label, "ol:place")
        return (int(place) if place.isdecimal() and len(place) < 10 else 0, self._key(label))

    def _entry(self, concept: Data, literal: Any) -> Data:
        entry: Data = concept.setdefault(self._tag(literal) or UNTAGGED, {})
        return entry

    # The graph

    def _objects(self, node: Node, property: str) -> list[Any]:
        return list(self.graph.objects(node, self.name(property)))

    def _texts(self, node: Node, property: str) -> list[Any]:
        found = [item for item in self._objects(node, property) if isinstance(item, self.Literal)]
        found = [item for item in found if str(item.datatype or _STRING) == _STRING]
        return sorted(found, key=lambda item: (str(item), item.language or ""))

    def _text(self, node: Node, property: str) -> str:
        return next((str(item) for item in self._objects(node, property)), "")

    def _values(self, node: Node, properties: dict[str, str]) -> Data:
        return {key: text for key, property in properties.items() if (text := self._text(node, property))}

    def _list(self, node: Node, property: str) -> list[Any]:
        from rdflib.collection import Collection

        found = []
        for head in self._objects(node, property):
            found += list(Collection(self.graph, head))
            while head and head not in self.placed:
                self.placed.add(head)
                head = self.graph.value(head, self.name("rdf:rest"))
        return found

    def _in_order(self, node: Node, order: str, items: Iterable[Any]) -> list[Any]:
        places = {item: place for place, item in enumerate(self._list(node, order))}
        return sorted(items, key=lambda item: (places.get(item, len(places)), str(item)))


def _raw(literal: Any, text: str) -> str:
    """A literal as it was written, where its text does not say it all."""
    if literal.datatype:
        return f"{values.quoted(str(literal))}^^<{literal.datatype}>"
    return values.quoted(str(literal)) if text != str(literal) else ""


def _parsed(text: str) -> Data:
    """`ol:extra`, which a file of ours has for what is no linked data; nothing where it is not JSON."""
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


_RELATED = {p for properties in RELATIONS.values() for p in properties} | {"skos:narrower"}
_OURS = {
    *("ol:id", "ol:subject", "ol:legacy", "ol:further", "ol:figure", "ol:reviewed"),
    *("ol:extra", "ol:first"),
    *(TEXTS[key] for key in ("summary", "explanation", "basis")),
    *ORDERS.values(),
}
_TERM = {key: name for key, name in TERM.items() if key != "note"}
_OF_LABELS = {*_TERM.values(), "ol:forms", "ol:not", "ol:place", "ol:extra"}

"""The termbase as RDF: statements as JSON-LD has them, `{"@id": …, "@type": […], property: [values]}`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from ...model import Termbase
from .. import extra, plain
from ..place import UNTAGGED
from ..plain import EXTRA, Data, with_status
from . import values
from .vocabulary import LABELS, LANGUAGE, NOWHERE, ORDERS, PREFIXES, RELATIONS, SOURCE, TERM, TEXTS


def write_turtle(termbase: Termbase, **settings: str) -> bytes:
    """The termbase as Turtle. Settings: `url` of the site, `publisher` (an address), `contact`."""
    base = settings.get("url") or NOWHERE
    lines = [f"@base <{base}> ."]
    lines += [f"@prefix {prefix}: <{address}> ." for prefix, address in PREFIXES.items()]
    for node in _nodes(termbase, **settings):
        lines += ["", f"{_turtle_address(node['@id'])} {_turtle_statements(node)} ."]
    return ("\n".join(lines) + "\n").encode()


def write_jsonld(termbase: Termbase, **settings: str) -> bytes:
    """The termbase as JSON-LD 1.1, a node to a line, its context inside; settings as in `write_turtle`."""
    context = {"@version": 1.1, "@base": settings.get("url") or NOWHERE, **PREFIXES}
    nodes = ",\n".join(json.dumps(node, ensure_ascii=False) for node in _nodes(termbase, **settings))
    return f'{{"@context": {json.dumps(context)},\n"@graph": [\n{nodes}\n]}}\n'.encode()


def _turtle_statements(node: Data) -> str:
    parts = [f"a {', '.join(map(_turtle_name, node['@type']))}"] if "@type" in node else []
    for property, objects in node.items():
        if not property.startswith("@"):
            parts.append(f"{_turtle_name(property)} {', '.join(map(_turtle, objects))}")
    return " ;\n  ".join(parts)


def _turtle_name(name: str) -> str:
    return name if name.partition(":")[0] in PREFIXES else _turtle_address(name)


def _turtle_address(address: str) -> str:
    return address if address.startswith("_:") else f"<{address}>"


def _turtle(value: Any) -> str:
    if "@id" in value:
        return _turtle_address(value["@id"])
    if "@list" in value:
        return f"( {' '.join(map(_turtle, value['@list']))} )"
    if "@value" not in value:
        return f"[ {_turtle_statements(value)} ]"
    literal = json.dumps(value["@value"], ensure_ascii=False)  # Turtle writes these as JSON does
    if "@type" in value:
        return f"{literal}^^{_turtle_name(value['@type'])}"
    return f"{literal}@{value['@language']}" if "@language" in value else literal


def _iri(address: str) -> Data:
    return {"@id": address}


def _literal(value: object, tag: str = "") -> Data:
    return {"@value": value} | ({"@language": tag} if tag else {})


def _literals(data: Data, properties: dict[str, str]) -> Data:
    return {property: [_literal(data[key])] for key, property in properties.items() if key in data}


def _nodes(termbase: Termbase, *, url: str = "", publisher: str = "", contact: str = "") -> Iterator[Data]:
    data = extra.restored(plain.of_termbase(termbase))
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
        **_json(
            {k: v for k, v in data[EXTRA].items() if k[0] not in "<_" and k not in ("concepts", "scheme")}
        ),
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
        yield head | _literals(source, SOURCE)
    writer = _Writer(data, tags, url or NOWHERE, shared)
    for id, concept in data["concepts"].items():
        yield from writer.concept(id, concept)
    for name, extras in data[EXTRA].items():
        if name[0] in "<_" and isinstance(extras, dict):
            yield {"@id": name.strip("<>"), **values.statements(extras)}


def _json(extras: Data) -> Data:
    """What is no linked data, as JSON: only Ordlab reads it."""
    return {"ol:extra": [_literal(extra.as_json(extras))]} if extras else {}


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
    return node | _literals(language, LANGUAGE) | {"rdfs:label": [_literal(language["name"], tag)]}


class _Writer:
    def __init__(self, data: Data, tags: dict[str, str], base: str, shared: Data) -> None:
        self.data, self.tags, self.base, self.shared = data, tags, base, shared
        concepts = data["concepts"]
        self.address = {id: concept.get(EXTRA, {}).get("uri", f"{id}/") for id, concept in concepts.items()}
        self.narrower: dict[str, list[str]] = {}
        for id, concept in concepts.items():
            for target in concept.get("broader", ()):
                self.narrower.setdefault(target, []).append(id)

    def concept(self, id: str, concept: Data) -> Iterator[Data]:
        """The concept, and its labels after it."""
        extras = concept.get(EXTRA, {})
        schemes = [_iri("")]
        if (scheme := self.data[EXTRA].get("scheme")) and "uri" in extras:
            schemes.append(_iri(scheme))
        node: Data = {
            "@id": self.address[id],
            "@type": ["skos:Concept"],
            "skos:inScheme": schemes,
            "ol:id": [_literal(id)],
        }
        if subject := concept.get("subject"):
            node["ol:subject"] = [_iri(f"subjects/#{subject}")]
        self._relations(node, id, concept)
        if legacy := concept.get("legacy"):
            node["ol:legacy"] = [{"@list": list(map(_literal, legacy))}]
        if further := concept.get("further"):
            node["ol:further"] = [{"@list": [_iri(f"#source-{source}") for source in further]}]
        for key in ("figure", "reviewed"):
            if said := concept.get(key):
                node[f"ol:{key}"] = [_literal(said)]
        entries = list(extra.entries(self.data, concept))
        for key, property in TEXTS.items():
            if texts := [_text(entry, key, tag) for _, tag, entry in entries if entry.get(key)]:
                node[property] = texts
        labels = [label for key, tag, entry in entries for label in self._labels(id, key, tag, entry)]
        for kind, label in labels:
            node.setdefault(f"skosxl:{kind}", []).append(_iri(label["@id"]))
            node.setdefault(f"skos:{kind}", []).append(label["skosxl:literalForm"][0])
        node["dct:identifier"] = [{"@value": f"{self.base}{id}/", "@type": "xsd:anyURI"}]
        if subject:
            labeled = self.data["subjects"][subject]
            node["dct:subject"] = [_literal(label, self.tags[code]) for code, label in labeled.items()]
        node |= self.shared
        self._extra(node, concept, entries)
        yield node
        yield from (label for _, label in labels)

    def _relations(self, node: Data, id: str, concept: Data) -> None:
        for relation, properties in RELATIONS.items():
            targets = [target for target in concept.get(relation, ()) if target in self.address]
            _refer(node, properties, ORDERS[relation], [self.address[target] for target in targets])
        if narrower := self.narrower.get(id):
            node["skos:narrower"] = [_iri(self.address[child]) for child in narrower]
        sources = [f"#source-{source}" for source in concept.get("sources", ())]
        _refer(node, ("dct:source",), ORDERS["sources"], sources)

    def _extra(self, node: Data, concept: Data, entries: list[tuple[str, str, Data]]) -> None:
        """Statements that are kept for others, and as JSON what others would not understand."""
        extras = concept.get(EXTRA, {})
        _add(node, values.statements(extras))
        ours = {"": self._unwritten(extras)}
        for _, tag, entry in entries:
            extras = entry.get(EXTRA, {})
            _add(node, _tagged(values.statements(extras), tag))
            if first := [_text(entry, n, tag) for n, p in TEXTS.items() if p in extras and n in entry]:
                node.setdefault("ol:first", []).extend(first)
            ours[tag] = self._unwritten(extras)
        for key, value in _json({key: extras for key, extras in ours.items() if extras}).items():
            node[key] = value

    def _unwritten(self, extras: Data) -> Data:
        """Of `extra`, what the statements do not say."""
        unwritten = {k: v for k, v in extras.items() if not values.is_name(k) and k not in _WRITTEN}
        if str(extras.get("uri", "")).startswith("_:"):
            unwritten["uri"] = extras["uri"]  # a name that is not in the graph
        if raw := {k: v for k, v in extras.get("raw", {}).items() if not str(v).startswith('"')}:
            unwritten["raw"] = raw
        away = {
            relation: missing
            for relation, targets in extras.get("relations", {}).items()
            if (missing := [target for target in targets if target not in self.address])
        }
        return unwritten | ({"relations": away} if away else {})

    def _labels(self, id: str, key: str, tag: str, entry: Data) -> Iterator[tuple[str, Data]]:
        """The concept's terms in a language, each with the kind of label that it is."""
        for place, (status, term) in enumerate(with_status(entry.get("terms", ())), 1):
            extras = term.get(EXTRA, {})
            label = {
                "@id": extras.get("uri", f"{id}/#{key}-{place}"),
                "@type": ["skosxl:Label"],
                "skosxl:literalForm": [_text(term, "term", tag)],
                "ol:place": [_literal(place)],
            }
            label |= _literals({**term, "status": status}, TERM)
            if note := term.get("note"):
                label["skos:note"] = [_tagged_literal(note, tag)]
            for name in ("forms", "not"):
                if words := term.get(name):
                    label[f"ol:{name}"] = [{"@list": [_tagged_literal(word, tag) for word in words]}]
            if source := term.get("source"):
                label["dct:source"] = [_iri(f"#source-{source}")]
            _add(label, values.statements(extras))
            label |= _json(self._unwritten(extras))
            yield LABELS[status], label


# Names in `extra` that the rest of the graph says.
_WRITTEN = ("uri", "lang", "languages", "relations", "terms", "status", "raw")


def _text(item: Data, key: str, tag: str) -> Data:
    """A text as a literal: as its file wrote it, if it still says the same."""
    if raw := extra.raw(item, key):
        written = values.as_jsonld(raw)
        if "@value" in written and plain.clean(written["@value"], key) == item[key]:
            return written if "@type" in written else _tagged_literal(written["@value"], tag)
    return _tagged_literal(item[key], tag)


def _tagged_literal(text: object, tag: str) -> Data:
    return _literal(text, "" if tag == UNTAGGED else tag)


def _tagged(node: Data, tag: str) -> Data:
    """Statements of a language: plain literals are in it."""
    return {
        property: [
            _tagged_literal(value["@value"], tag) if set(value) == {"@value"} else value for value in objects
        ]
        for property, objects in node.items()
    }


def _add(node: Data, statements: Data) -> None:
    for property, objects in statements.items():
        before = node.setdefault(property, [])
        node[property] = [*before, *(value for value in objects if value not in before)]


def _refer(node: Data, properties: Iterable[str], order: str, targets: list[str]) -> None:
    """References, and their order if sorting them would change it."""
    references = list(map(_iri, targets))
    for property in properties if targets else ():
        node[property] = references
    if targets != sorted(targets):
        node[order] = [{"@list": references}]

"""The termbase as RDF: statements as JSON-LD has them, `{"@id": …, "@type": […], property: [values]}`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from ...model import Termbase
from .. import plain
from ..plain import Data, with_status
from .vocabulary import LABELS, LANGUAGE, NOWHERE, ORDERS, PREFIXES, RELATIONS, SOURCE, TERM, TEXTS


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
        yield head | _literals(source, SOURCE)
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
    return node | _literals(language, LANGUAGE) | {"rdfs:label": [_literal(language["name"], tag)]}


def _concept_node(id: str, concept: Data, tags: dict[str, str], labels: list[tuple[str, Data]]) -> Data:
    node: Data = {
        "@id": f"{id}/",
        "@type": ["skos:Concept"],
        "skos:inScheme": [_iri("")],
        "ol:id": [_literal(id)],
        "ol:subject": [_iri(f"subjects/#{concept['subject']}")],
    }
    for relation, properties in RELATIONS.items():
        _refer(node, properties, ORDERS[relation], [f"{other}/" for other in concept.get(relation, ())])
    sources = [f"#source-{source}" for source in concept.get("sources", ())]
    _refer(node, ("dct:source",), ORDERS["sources"], sources)
    if legacy := concept.get("legacy"):
        node["ol:legacy"] = [{"@list": list(map(_literal, legacy))}]
    if figure := concept.get("figure"):
        node["ol:figure"] = [_literal(figure)]
    for key, property in TEXTS.items():
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
            label |= _literals({**term, "status": status}, TERM)
            if note := term.get("note"):
                label["skos:note"] = [_literal(note, tag)]
            if forms := term.get("forms"):
                label["ol:forms"] = [{"@list": [_literal(form, tag) for form in forms]}]
            if source := term.get("source"):
                label["dct:source"] = [_iri(f"#source-{source}")]
            yield LABELS[status], label

"""Names of classes and properties, and which key of ours each stands for."""

from __future__ import annotations

from pathlib import Path

from .. import plain

NOWHERE = "https://ordlab.invalid/glossary/"  # RFC 2606 keeps it free: no address until one is published
NO_BASE = "https://ordlab.invalid/import/"  # of a file whose addresses lead nowhere, apart from those of ours
VOCABULARY = Path(__file__).parent.parent / "ordlab.ttl"
PREFIXES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "isothes": "http://purl.org/iso25964/skos-thes#",
    "ol": "https://ordlab.invalid/ns#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
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
RELATIONS = {
    "broader": ("skos:broader", "xkos:specializes"),
    "part_of": ("xkos:isPartOf",),
    "related": ("skos:related",),
    "not_to_be_confused_with": ("ol:notToBeConfusedWith",),
}
ORDERS = {
    "broader": "ol:broaderOrder",
    "part_of": "ol:partOfOrder",
    "related": "ol:relatedOrder",
    "not_to_be_confused_with": "ol:notToBeConfusedWithOrder",
    "sources": "ol:sourceOrder",
}
TEXTS = {
    "definition": "skos:definition",
    "summary": "ol:summary",
    "explanation": "ol:explanation",
    "example": "skos:example",
    "basis": "ol:basis",
}
TERM = {
    "status": "ol:status",
    "type": "ol:termType",
    "pos": "ol:partOfSpeech",
    "gender": "ol:gender",
    "pinyin": "ol:pinyin",
    "sort_key": "ol:sortKey",
    "note": "skos:note",
    "link": "ol:linked",
}
SOURCE = {
    "title": "dct:title",
    "authors": "dc:creator",
    "year": "dc:date",
    "published": "dct:bibliographicCitation",
    "identifier": "dc:identifier",
    "url": "schema:url",
    "lang": "dc:language",
    "level": "ol:level",
    "readers": "ol:readers",
}
LANGUAGE = {"name": "rdfs:label"} | {key: f"ol:{key}" for key in plain.LANGUAGE_KEYS if key != "name"}

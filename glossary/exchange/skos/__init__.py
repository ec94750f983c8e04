"""SKOS with SKOS-XL labels (W3C, 2009), as Turtle and as JSON-LD.

A concept is a `skos:Concept`; each of its terms is a `skosxl:Label`, which can carry what a plain SKOS label
cannot. A preferred term is a prefLabel, an admitted one an altLabel, a deprecated or superseded one a
hiddenLabel (as SKOS-AP-NO has it), each also given as a plain SKOS label for tools that know no SKOS-XL.
`broader` is `skos:broader` and `xkos:specializes`, `part_of` is `xkos:isPartOf`.
`not_to_be_confused_with` is `ol:notToBeConfusedWith`: SKOS has no word for it, and `skos:related` would say
the opposite, besides that it may not join a concept to one above it.

Properties of our own, all described in `ordlab.ttl`, carry the rest: a term's status and place among the
others, its grammar and forms, summaries, explanations, bases, old addresses, further reading, and what is in
languages.yml, subjects.yml and sources.yml. RDF knows no order: one that is not the alphabet's is given as a
list.

With an address, a publisher and a contact, an export is as SKOS-AP-NO-Begrep 2.0 wants it but for one thing:
the profile wants each preferred term in Nynorsk as well, which a termbase without `nn` does not have.
`skos-ap-no.ttl` holds its rules as SHACL shapes.

The statements are few in kind and known beforehand, so they are written directly: the same bytes every time,
in a fiftieth of the time. Reading goes through rdflib, and takes any SKOS.
"""

from __future__ import annotations

from .read import read, read_jsonld, read_turtle
from .vocabulary import PREFIXES, VOCABULARY
from .write import write_jsonld, write_turtle

__all__ = ["PREFIXES", "VOCABULARY", "read", "read_jsonld", "read_turtle", "write_jsonld", "write_turtle"]

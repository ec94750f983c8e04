"""`extra`: what a file of others says and the termbase has no place for. It is kept, and exported again.

It stands where it belongs, at a concept, a language or a term; what belongs to no concept is in `extra.yml`.
Most names in it are the file's own, and so is the notation of what is more than a plain text:

    skos:notation: B1.4                        a property of linked data, by a prefix of `skos.vocabulary`
    skos:closeMatch: <http://example.com/x>    … its value in Turtle, unless it is a plain text
    descrip:reliabilityCode: "3"               an element of TBX and its type
    transacGrp: <transacGrp>…</transacGrp>     … as XML, unless it is a plain text
    definition/admin:source: …                 … in one group with a text that has a place
    Kommentar: …                               a column of a table

These names are ours, and say how the rest of the concept stood in the file:

    id, uri     the concept's or term's name there
    lang        the tag of the texts, where it is not the language's own; `und` for none
    languages   what is said in languages that the termbase does not have, as concepts have it
    relations   `broader`, `part_of` and `related` to what has no file of its own
    terms       terms that are in the list already
    status      the status, where two terms are preferred there, or none
    level       where TBX has a text: `concept` or `term`
    raw         a text as it was written, where white space or markup differs
    concepts    (in extra.yml) concepts without a term in any language of the termbase
    scheme      (in extra.yml) the address of the SKOS concept scheme
    header      (in extra.yml) the header of a TBX file

`restored` puts all this back into its place, for writing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .plain import EXTRA, Data, entry_keys, language_tags, with_status

OURS = (
    "id",
    "uri",
    "lang",
    "languages",
    "relations",
    "terms",
    "status",
    "level",
    "raw",
    "concepts",
    "scheme",
    "header",
)


def restored(data: Data) -> Data:
    """The termbase with the concepts, languages, relations and terms that are in its `extra`."""
    nameless = data[EXTRA].get("concepts", {})
    concepts = {id: _restored_concept(concept) for id, concept in (data["concepts"] | nameless).items()}
    return data | {"concepts": concepts}


def _restored_concept(concept: Data) -> Data:
    extra = concept.get(EXTRA, {})
    restored = {
        key: _restored_entry(value) if key in entry_keys(concept) else value for key, value in concept.items()
    }
    for relation, targets in extra.get("relations", {}).items():
        restored[relation] = [*concept.get(relation, ()), *targets]
    return restored


def _restored_entry(entry: Data) -> Data:
    terms = [term | {"status": status} for status, term in with_status(entry.get("terms", ()))]
    terms += entry.get(EXTRA, {}).get("terms", ())
    stated = [term.get(EXTRA, {}).get("status", term.get("status", "admitted")) for term in terms]
    return entry | {"terms": [term | {"status": status} for status, term in zip(stated, terms, strict=True)]}


def entries(data: Data, concept: Data) -> Iterator[tuple[str, str, Data]]:
    """The concept's languages: a key that no other has, the tag of the texts, and what they are."""
    tags = language_tags(data["languages"])
    for code in tags:
        if code in concept:
            yield code, concept[code].get(EXTRA, {}).get("lang", tags[code]), concept[code]
    for tag, entry in concept.get(EXTRA, {}).get("languages", {}).items():
        yield f"x-{tag}", tag, _restored_entry(entry)


def rest(extra: Mapping[str, Any]) -> Data:
    """The names that are the file's own."""
    return {name: value for name, value in extra.items() if name not in OURS}


def raw(item: Data, key: str) -> str:
    """A text of a concept, a language or a term as its file wrote it; empty if nothing is known of that."""
    return str(item.get(EXTRA, {}).get("raw", {}).get(key, ""))


def values(value: Any) -> list[Any]:
    """One value or several."""
    return value if isinstance(value, list) else [value]


def add(item: Data, name: str, value: Any) -> None:
    """Keep one more value under a name; equal ones once."""
    extra = item.setdefault(EXTRA, {})
    before = values(extra[name]) if name in extra else []
    if value not in before:
        extra[name] = [*before, value] if before else value


def note(item: Data, name: str, key: str, value: Any) -> None:
    """Keep one of the names that are ours, which hold more names."""
    item.setdefault(EXTRA, {}).setdefault(name, {})[key] = value


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

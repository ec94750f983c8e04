"""What a translator gets: the texts of one language beside those of another, as XLIFF 2 or as a table.

XLIFF (OASIS, 2.1) has a group per concept and a unit per text, whose id says where the text belongs:
`latent-space.definition`. Both forms carry the basis of the text that was translated from, so that what comes
back is current. With `todo`, only concepts are in it whose text is missing, stale or not yet checked.
"""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from ..model import Concept, Termbase
from ..staleness import State, basis_of, state_of
from . import plain
from .plain import Data, Incoming
from .text import safe
from .xml_text import parse_xml

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
OURS = "https://ordlab.invalid/ns#"
KEYS = ("term", "definition", "summary", "explanation", "example")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DONE = (State.CURRENT, State.REFERENCE)


def write_xliff(termbase: Termbase, *, front: str, back: str, todo: bool = False) -> bytes:
    """The texts of `back` to be translated from `front`, both codes of languages."""
    tags = plain.language_tags({code: plain.of_language(item) for code, item in termbase.languages.items()})
    root = etree.Element(
        f"{{{NAMESPACE}}}xliff",
        {"version": "2.1", "srcLang": tags[front], "trgLang": tags[back]},
        nsmap={None: NAMESPACE, "ol": OURS},
    )
    file = etree.SubElement(root, f"{{{NAMESPACE}}}file", {"id": "termbase"})
    for concept, basis in _concepts(termbase, front, back, todo):
        group = etree.SubElement(file, f"{{{NAMESPACE}}}group", {"id": concept.id, f"{{{OURS}}}basis": basis})
        state = "final" if state_of(termbase, concept, back) in _DONE else "initial"
        for key in KEYS:
            source, target = _text(concept, front, key), _text(concept, back, key)
            if source or target:
                _add_unit(group, f"{concept.id}.{key}", source, target, state if target else "initial")
    etree.indent(root, " ")
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    return content


def _add_unit(group: etree._Element, id: str, source: str, target: str, state: str) -> None:
    unit = etree.SubElement(group, f"{{{NAMESPACE}}}unit", {"id": id, _SPACE: "preserve"})
    segment = etree.SubElement(unit, f"{{{NAMESPACE}}}segment", {"state": state})
    etree.SubElement(segment, f"{{{NAMESPACE}}}source").text = source
    if target:
        etree.SubElement(segment, f"{{{NAMESPACE}}}target").text = target


def write_table(termbase: Termbase, *, front: str, back: str, todo: bool = False) -> bytes:
    """The same as CSV with a row per concept, which `import csv` reads."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["id", *(f"{key}_{code}" for code in (front, back) for key in KEYS), f"basis_{back}"])
    for concept, basis in _concepts(termbase, front, back, todo):
        texts = (_text(concept, code, key) for code in (front, back) for key in KEYS)
        writer.writerow(map(safe, (concept.id, *texts, basis)))
    return stream.getvalue().encode("utf-8-sig")


def _concepts(termbase: Termbase, front: str, back: str, todo: bool) -> Iterator[tuple[Concept, str]]:
    """The concepts that have a term to be translated from, each with the basis of a translation of it."""
    for concept in termbase.concepts.values():
        entry = concept.named_in(front)
        if entry and not (todo and state_of(termbase, concept, back) in _DONE):
            is_reference = front == termbase.reference_language
            yield concept, basis_of(entry) if is_reference else ""


def _text(concept: Concept, code: str, key: str) -> str:
    entry = concept.entries.get(code)
    if key != "term":
        return str(getattr(entry, key)) if entry else ""
    named = concept.named_in(code)
    return named.preferred.term if named else ""


def read_xliff(content: bytes, path: Path, **_: Any) -> Incoming:
    """What a translator has filled in; a unit without a target says nothing."""
    incoming = Incoming(path, complete=False, wins=True)
    root = parse_xml(content, incoming)
    if root is None:
        return incoming
    lang = root.get("trgLang", "")
    if etree.QName(root).namespace != NAMESPACE or not lang:
        fix = "save it as XLIFF 2, with the attribute trgLang"
        incoming.report("X004", "the file is no XLIFF 2 with a target language", fix, line=1)
        return incoming
    for unit in root.iter(f"{{{NAMESPACE}}}unit"):
        _read_unit(incoming, unit, lang)
    for group in root.iter(f"{{{NAMESPACE}}}group"):
        _read_basis(incoming, group, lang)
    return incoming


def _read_unit(incoming: Incoming, unit: etree._Element, lang: str) -> None:
    id, _, key = unit.get("id", "").rpartition(".")
    line = unit.sourceline or 0
    if not id or key not in KEYS:
        message = f"the unit “{unit.get('id', '')}” is none of ours"
        fix = f"its id is that of a concept, a dot, and one of: {', '.join(KEYS)}"
        incoming.report("X004", message, fix, line=line, lang=lang)
        return
    text = _target(unit)
    if not text:
        return
    incoming.lines.setdefault((id,), line)
    entry: Data = incoming.part("concepts").setdefault(id, {}).setdefault(lang, {})
    value: Any = [{"term": text}] if key == "term" else text
    name = "terms" if key == "term" else key
    if entry.setdefault(name, value) != value:
        message = f"the unit “{id}.{key}” is there twice, with different targets"
        incoming.report("X013", message, "remove one", line=line, lang=lang, id=id, key=name)


def _target(unit: etree._Element) -> str:
    """The unit's translation, put together from its segments; empty if none of them is translated.

    What stands between segments, mostly a space, need not have a target of its own (XLIFF 2.1, `ignorable`).
    Suggestions of a translation memory are in the unit too, but in a namespace of theirs.
    """
    text, is_translated = "", False
    for part in unit.iterchildren(f"{{{NAMESPACE}}}segment", f"{{{NAMESPACE}}}ignorable"):
        target, is_segment = part.find(f"{{{NAMESPACE}}}target"), part.tag.endswith("segment")
        is_translated |= is_segment and target is not None
        if target is None and not is_segment:
            target = part.find(f"{{{NAMESPACE}}}source")
        text += "".join(target.itertext()) if target is not None else ""
    return inspect.cleandoc(text) if is_translated else ""  # tools indent what they write anew


def _read_basis(incoming: Incoming, group: etree._Element, lang: str) -> None:
    """A translation is current if nothing in it is left to do."""
    states = {segment.get("state", "initial") for segment in group.iter(f"{{{NAMESPACE}}}segment")}
    entry: Data = incoming.part("concepts").get(group.get("id", ""), {}).get(lang, {})
    if entry and "initial" not in states and (basis := group.get(f"{{{OURS}}}basis")):
        entry["basis"] = basis

"""The termbase as a TBX file."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from ...model import RELATIONS, Termbase
from .. import extra, plain
from ..plain import EXTRA, Data, with_status
from .vocabulary import (
    BASIC,
    DIALECT,
    NAMESPACE,
    OUR_SENTENCE,
    PICKLISTS,
    STATUS,
    STATUSES,
    TBX_RELATIONS,
    XML_LANG,
    from_basic,
)
from .xml import element_of, group_of, is_mixed, is_term_note, parsed, text

# Names in `extra` that the rest of the file says.
_WRITTEN = ("lang", "languages", "relations", "terms", "status", "level", "raw", "concepts", "header", "back")


def write(termbase: Termbase, *, basic: bool = False) -> bytes:
    """The termbase as a TBX file; with `basic`, as far as TBX-Basic goes."""
    data = plain.of_termbase(termbase)
    if basic:
        data = _without_extra(data)
    data = extra.told(data)
    tags = plain.language_tags(data["languages"])
    root = etree.Element(
        f"{{{NAMESPACE}}}tbx",
        {"type": BASIC if basic else DIALECT, "style": "dca", XML_LANG: next(iter(tags.values()))},
        nsmap={None: NAMESPACE},
    )
    _write_header(root, data, basic)
    body = _add(_add(root, "text"), "body")
    writer = _Writer(data, tags, basic)
    for id, concept in data["concepts"].items():
        writer.concept(body, id, concept)
    writer.back(_add(body.getparent(), "back"))
    _indent(root)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    return content


def _indent(root: etree._Element) -> None:
    """A line for each element, but no space where it would be part of a text."""
    mixed = [element for element in root.iter() if is_mixed(element)]
    outer = [e for e in mixed if not any(is_mixed(above) for above in e.iterancestors())]
    before = [(element, copy.deepcopy(element)) for element in outer]
    etree.indent(root, " ")
    for element, as_it_was in before:
        as_it_was.tail = element.tail
        element.getparent().replace(element, as_it_was)


def _without_extra(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: {} if key == EXTRA else _without_extra(item) for key, item in value.items()}
    return list(map(_without_extra, value)) if isinstance(value, list) else value


def _write_header(root: etree._Element, data: Data, basic: bool) -> None:
    if (theirs := parsed(str(data[EXTRA].get("header", "")))) is not None:
        root.append(theirs)
        return
    header = _add(root, "tbxHeader")
    file = _add(header, "fileDesc")
    _add(_add(file, "titleStmt"), "title", "Termbase")
    _add(_add(file, "sourceDesc"), "p", OUR_SENTENCE)
    if not basic:
        about = "Data category modules: Min, Basic, Ordlab (defined in ordlab.tbxmd)."
        _add(_add(header, "encodingDesc"), "p", about)


def _add(parent: etree._Element, name: str, text: str = "", /, **attributes: str) -> etree._Element:
    """A child element; attributes that are empty are left out."""
    given = {key: value for key, value in attributes.items() if value}
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", given)
    child.text = text or None
    return child


def _xml_id(concept: Data) -> str:
    """What the concept was called in its file, if XML allows that."""
    id = str(concept.get(EXTRA, {}).get("id", ""))
    return id if re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]*", id) else ""


class _Writer:
    def __init__(self, data: Data, tags: dict[str, str], basic: bool) -> None:
        self.data, self.tags, self.basic = data, tags, basic
        concepts = data["concepts"]
        self.names = {id: _xml_id(concept) or id for id, concept in concepts.items()}
        self.untold: Data = {}  # concepts without a term in any language, for which TBX has no place

    def concept(self, body: etree._Element, id: str, concept: Data) -> None:
        sections = [pair for pair in extra.entries(self.data, concept) if pair[2].get("terms")]
        if not sections:
            self.untold[id] = concept
            return
        entry = _add(body, "conceptEntry", id=self.names[id])
        if subject := concept.get("subject"):
            label = next(iter(self._labels(subject)), subject)
            _add(entry, "descrip", label, type="subjectField", target=f"subject.{subject}")
        for relation in RELATIONS:
            for target in concept.get(relation, ()):
                self._relation(entry, relation, target)
        for source in concept.get("sources", ()):
            self._source(entry, source)
        if not self.basic:
            for slug in concept.get("legacy", ()):
                _add(entry, "admin", slug, type="legacyAddress")
            if figure := concept.get("figure"):
                _add(entry, "admin", figure, type="figure")
        for _, tag, said in sections:
            for key in ("definition", "example", "explanation"):
                if key in said and said.get(EXTRA, {}).get("level", {}).get(key) == "concept":
                    self._text(entry, said, key, "descrip").set(XML_LANG, tag)
        left = {tag: said for _, tag, said in extra.entries(self.data, concept) if not said.get("terms")}
        kept = concept.get(EXTRA, {})
        ours: Data = {"languages": left} if left else {}
        if self.names[id] != id:
            ours["ours"] = id
        self._extra(entry, kept, ours)
        for _, tag, said in sections:
            self._language(_add(entry, "langSec", **{XML_LANG: tag}), said)

    def _labels(self, subject: str) -> list[str]:
        labels = self.data["subjects"][subject]
        return [labels[code] for code in self.tags if code in labels]

    def _relation(self, entry: etree._Element, relation: str, id: str) -> None:
        target = self.names.get(id, id)
        label = self._preferred(id)
        if self.basic or relation not in TBX_RELATIONS:
            _add(entry, "ref", label, type="crossReference", target=target)
        else:
            _add(entry, "descrip", label, type=TBX_RELATIONS[relation], target=target)

    def _preferred(self, id: str) -> str:
        """The concept's preferred term in the first language that it has one in."""
        concept = self.data["concepts"].get(id, {})
        terms = (
            term
            for _, _, entry in extra.entries(self.data, concept)
            for term in with_status(entry.get("terms", ()))
        )
        return next((str(term["term"]) for status, term in terms if status == "preferred"), "")

    def _source(self, parent: etree._Element, id: str) -> None:
        title = self.data["sources"][id]["title"]
        _add(parent, "admin", title, type="source", target=f"source.{id}")

    def _text(
        self, parent: etree._Element, owner: Data, key: str, name: str, kind: str = ""
    ) -> etree._Element:
        """A text as its file wrote it, if that still says the same, in a group with what belongs to it."""
        kind = kind or key
        grouped = (
            []
            if self.basic
            else [
                element
                for name_, value in owner.get(EXTRA, {}).items()
                if group_of(name_) == kind
                for item in extra.values(value)
                if (element := element_of(name_, item)) is not None
            ]
        )
        group = _add(parent, f"{name}Grp") if grouped else parent
        written = parsed(extra.raw(owner, key))
        if written is not None and text(written) == " ".join(owner[key].split()):
            group.append(written)
        else:
            _add(group, name, owner[key], **({"type": kind} if name != "note" else {}))
        made = group[-1]
        group.extend(grouped)
        return made

    def _language(self, section: etree._Element, entry: Data) -> None:
        kept = entry.get(EXTRA, {})
        level = kept.get("level", {})
        if (id := kept.get("id")) and not self.basic:
            section.set("id", id)
        if "definition" in entry and "definition" not in level:
            self._text(section, entry, "definition", "descrip")
        if not self.basic:
            for name, element in (("explanation", "descrip"), ("basis", "admin")):
                if entry.get(name) and name not in level:
                    _add(section, element, entry[name], type=name)
        terms = list(with_status(entry["terms"]))
        chosen = next((place for place, (status, _) in enumerate(terms) if status == "preferred"), 0)
        self._extra(section, {k: v for k, v in kept.items() if k != "id"})
        for place, (status, term) in enumerate(terms):
            # TBX-Basic wants a context beside a term: the example goes with the preferred one.
            own = entry if place == chosen else {}
            self._term(_add(section, "termSec"), status, term, own)

    def _term(self, section: etree._Element, status: str, term: Data, entry: Data) -> None:
        kept = term.get(EXTRA, {})
        if (id := kept.get("id")) and not self.basic:
            section.set("id", id)
        written = parsed(extra.raw(term, "term"))
        if written is not None and text(written) == term["term"]:
            section.append(written)
        else:
            _add(section, "term", term["term"])
        theirs = extra.raw(term, "status")
        is_same = STATUSES.get(theirs.lower(), theirs.lower()) == status
        _add(
            section,
            "termNote",
            theirs if theirs and is_same else STATUS.format(status),
            type="administrativeStatus",
        )
        for key, (category, values) in PICKLISTS.items():
            if value := term.get(key):
                if values[value]:
                    _add(section, "termNote", values[value], type=category)
                if not self.basic and from_basic(values).get(values[value]) != value:
                    _add(section, "termNote", value, type=f"{category}Detail")
        if not self.basic:
            for category, said in _own_term_notes(term):
                _add(section, "termNote", said, type=category)
        notes = _kept_term_notes(kept)
        self._extra(section, notes)
        if entry.get(EXTRA, {}).get("level", {}).get("definition") == "term":
            self._text(section, entry, "definition", "descrip")
        if entry.get("example") and "example" not in entry.get(EXTRA, {}).get("level", {}):
            self._text(section, entry, "example", "descrip", "context")
        if source := term.get("source"):
            self._source(section, source)
        if "note" in term:
            self._text(section, term, "note", "note")
        self._extra(section, {k: v for k, v in kept.items() if k != "id" and k not in notes})

    def _extra(self, parent: etree._Element, kept: Data, ours: Data | None = None) -> None:
        """Elements that are kept for others, and as JSON what others would not understand."""
        untold: Data = dict(ours or {})
        for name, value in kept.items():
            if name in _WRITTEN or (name == "id" and "ours" in untold):
                continue
            elements = [element_of(name, item) for item in extra.values(value)]
            if any(element is None for element in elements):
                untold[name] = value
            elif not group_of(name):
                parent.extend(elements)
        if raw := {key: value for key, value in kept.get("raw", {}).items() if str(value).startswith('"')}:
            untold["raw"] = raw
        if untold and not self.basic:
            _add(parent, "admin", extra.as_json(untold), type="extra")

    def back(self, back: etree._Element) -> None:
        """Subjects, sources and languages, which the entries refer to."""
        groups: dict[str, tuple[str, Data]] = {
            "subjects": ("subject", self.data["subjects"]),
            "bibl": ("source", self.data["sources"]),
        }
        if not self.basic:
            languages = {
                code: {"tag": self.tags[code], **language}
                for code, language in self.data["languages"].items()
            }
            groups["languages"] = ("language", languages)
        for type, (prefix, entries) in groups.items():
            section = _add(back, "refObjectSec", type=type) if entries else None
            for id, values in entries.items():
                _write_object(_add(section, "refObject", id=f"{prefix}.{id}"), values)
        self._extra_of_all(back)

    def _extra_of_all(self, back: etree._Element) -> None:
        kept = self.data[EXTRA]
        for section in extra.values(kept.get("back", [])):
            if (element := parsed(str(section))) is not None:
                back.append(element)
        untold = {key: value for key, value in kept.items() if key not in ("header", "back", "concepts")}
        if self.untold:
            untold["concepts"] = self.untold
        if untold and not self.basic:
            section = _add(back, "refObjectSec", type="extra")
            _add(_add(section, "refObject", id="extra"), "item", extra.as_json(untold), type="json")


def _kept_term_notes(kept: Data) -> Data:
    """Those of a term's `extra` that are notes in the file, which stand before all else."""
    return {
        name: value
        for name, value in kept.items()
        if is_term_note(name) and all(element_of(name, item) is not None for item in extra.values(value))
    }


def _own_term_notes(term: Data) -> Iterator[tuple[str, str]]:
    for form in term.get("forms", ()):
        yield "inflectedForm", form
    for key, category in (("pinyin", "pinyin"), ("sort_key", "sortKey")):
        if text := term.get(key):
            yield category, text
    if "link" in term:
        yield "linking", plain.as_text(term["link"])


def _write_object(element: etree._Element, values: Data) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            group = _add(element, "itemSet", type=key)
            for name, text in value.items():
                _add(group, "item", text, type=name)
        else:
            _add(element, "item", plain.as_text(value), type=key)

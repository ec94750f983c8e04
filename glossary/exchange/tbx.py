"""TBX: ISO 30042:2019, DCA style (data categories as attribute values).

The dialect is called TBX-Ordlab. It is TBX-Basic (the core structure with the modules Min and Basic) and one
module of our own, Ordlab, for what TBX-Basic has no place for:

    conceptEntry  descrip  broaderConceptGeneric, broaderConceptPartitive  `broader` and `part_of`
                  admin    legacyAddress
    langSec       descrip  explanation
                  admin    basis
    termSec       termNote partOfSpeechDetail, grammaticalGenderDetail, termTypeDetail  where TBX-Basic's
                           list of values has a coarser one, or none
                  termNote inflectedForm, pinyin, sortKey, linking
    back          refObjectSec subjects, bibl, languages  what is in subjects.yml, sources.yml, languages.yml

`tbx_schema/ordlab.tbxmd` defines the module (Annex B of the standard), `tbx_schema/TBX-Ordlab.rng` the whole
dialect. With `basic=True` the file is TBX-Basic and nothing else, and has only what that can say.

Files of others are read too: TBX-Basic in DCA or DCT style, and its 2008 edition (`martif`, `termEntry`,
`langSet`, `tig`, `ntig`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from ..model import RELATIONS, Termbase
from . import plain
from .plain import Data, Incoming, with_status
from .text import decode

NAMESPACE = "urn:iso:std:iso:30042:ed-2"
DIALECT, BASIC = "TBX-Ordlab", "TBX-Basic"
SCHEMA = Path(__file__).parent / "tbx_schema"

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_STATUS = "{}Term-admn-sts"
# Our value → TBX-Basic's. Where several of ours share one, the Ordlab module says which.
_POS = {
    "noun": "noun",
    "verb": "verb",
    "adjective": "adjective",
    "adverb": "adverb",
    "other": "other",
    "proper noun": "noun",
}
_GENDERS = {"m": "masculine", "f": "feminine", "n": "neuter", "m/f": "other"}
_TYPES = {
    "full": "fullForm",
    "abbreviation": "abbreviation",
    "acronym": "acronym",
    "variant": "variant",
    "proper name": "",
}
_PICKLISTS = {
    "pos": ("partOfSpeech", _POS),
    "gender": ("grammaticalGender", _GENDERS),
    "type": ("termType", _TYPES),
}
_RELATIONS = {"broader": "broaderConceptGeneric", "part_of": "broaderConceptPartitive"}


# Writing


def write(termbase: Termbase, *, basic: bool = False) -> bytes:
    """The termbase as a TBX file; with `basic`, as far as TBX-Basic goes."""
    data = plain.of_termbase(termbase)
    tags = plain.language_tags(data["languages"])
    root = etree.Element(
        "tbx",
        {"type": BASIC if basic else DIALECT, "style": "dca", _XML_LANG: next(iter(tags.values()))},
        nsmap={None: NAMESPACE},
    )
    _write_header(_add(root, "tbxHeader"), basic)
    text = _add(root, "text")
    body = _add(text, "body")
    writer = _Writer(data, tags, basic)
    for id, concept in data["concepts"].items():
        writer.concept(_add(body, "conceptEntry", id=id), concept)
    writer.back(_add(text, "back"))
    etree.indent(root, " ")
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    return content


def _write_header(header: etree._Element, basic: bool) -> None:
    file = _add(header, "fileDesc")
    _add(_add(file, "titleStmt"), "title", "Termbase")
    _add(_add(file, "sourceDesc"), "p", "Exported from a folder of YAML files by Ordlab.")
    if not basic:
        about = "Data category modules: Min, Basic, Ordlab (defined in ordlab.tbxmd)."
        _add(_add(header, "encodingDesc"), "p", about)


def _add(parent: etree._Element, name: str, text: str = "", /, **attributes: str) -> etree._Element:
    """A child element; attributes that are empty are left out."""
    child = etree.SubElement(parent, name, {key: value for key, value in attributes.items() if value})
    child.text = text or None
    return child


class _Writer:
    def __init__(self, data: Data, tags: dict[str, str], basic: bool) -> None:
        self.data, self.tags, self.basic = data, tags, basic
        self.first = next(iter(tags))

    def concept(self, entry: etree._Element, concept: Data) -> None:
        subject = concept["subject"]
        label = self.data["subjects"][subject][self.first]
        _add(entry, "descrip", label, type="subjectField", target=f"subject.{subject}")
        for relation in RELATIONS:
            for id in concept.get(relation, ()):
                self._relation(entry, relation, id)
        for source in concept.get("sources", ()):
            self._source(entry, source)
        if not self.basic:
            for slug in concept.get("legacy", ()):
                _add(entry, "admin", slug, type="legacyAddress")
        for code, tag in self.tags.items():
            if code in concept:
                section = etree.SubElement(entry, "langSec", {_XML_LANG: tag})
                self._language(section, concept[code])

    def _relation(self, entry: etree._Element, relation: str, id: str) -> None:
        terms = self.data["concepts"][id][self.first]["terms"]
        label = next(term["term"] for status, term in with_status(terms) if status == "preferred")
        if self.basic or relation not in _RELATIONS:
            _add(entry, "ref", label, type="crossReference", target=id)
        else:
            _add(entry, "descrip", label, type=_RELATIONS[relation], target=id)

    def _source(self, parent: etree._Element, id: str) -> None:
        title = self.data["sources"][id]["title"]
        _add(parent, "admin", title, type="source", target=f"source.{id}")

    def _language(self, section: etree._Element, entry: Data) -> None:
        _add(section, "descrip", entry["definition"], type="definition")
        if not self.basic:
            for name, element in (("explanation", "descrip"), ("basis", "admin")):
                if text := entry.get(name):
                    _add(section, element, text, type=name)
        for status, term in with_status(entry["terms"]):
            # TBX-Basic wants a context beside a term: the example goes with the preferred one.
            example = entry.get("example", "") if status == "preferred" else ""
            self._term(_add(section, "termSec"), status, term, example)

    def _term(self, section: etree._Element, status: str, term: Data, example: str) -> None:
        _add(section, "term", term["term"])
        _add(section, "termNote", _STATUS.format(status), type="administrativeStatus")
        for key, (category, values) in _PICKLISTS.items():
            if value := term.get(key):
                if values[value]:
                    _add(section, "termNote", values[value], type=category)
                if not self.basic and _from_basic(values).get(values[value]) != value:
                    _add(section, "termNote", value, type=f"{category}Detail")
        if not self.basic:
            for category, text in _own_term_notes(term):
                _add(section, "termNote", text, type=category)
        if example:
            _add(section, "descrip", example, type="context")
        if source := term.get("source"):
            self._source(section, source)
        if note := term.get("note"):
            _add(section, "note", note)

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


def _from_basic(values: dict[str, str]) -> dict[str, str]:
    """TBX-Basic's value → ours, for those that are neither coarser nor missing there."""
    found: dict[str, str] = {}
    for ours, theirs in values.items():
        found.setdefault(theirs, ours)
    return {theirs: ours for theirs, ours in found.items() if theirs and (theirs, ours) != ("other", "m/f")}


# Reading

# Element of the 2008 edition → of this one; groups that only hold things together are looked through.
_NAMES_OF_2008 = {"termEntry": "conceptEntry", "langSet": "langSec", "tig": "termSec", "ntig": "termSec"}
_GROUPS = ("descripGrp", "adminGrp", "termNoteGrp", "termGrp")
_META = ("descrip", "admin", "termNote", "ref", "xref")
_MARKUP = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)|<!DOCTYPE[^>]*\[")
_ENCODING = re.compile(r"(<\?xml[^>]*?)\s+encoding\s*=\s*(['\"])([^'\"]*)\2")
# TBX-Basic's word for a related entry, and the one its schema had for a while.
_CROSS_REFERENCES = ("crossReference", "relatedConcept")
_HARMLESS = ("transacGrp", "transac", "transacNote")  # who changed what when: git knows


def read(content: bytes, path: Path) -> Incoming:
    """What the file says. Entities, and whatever else could make a small file large, are refused."""
    incoming = Incoming(path)
    root = _parse(content, incoming)
    if root is None:
        return incoming
    if _name(root) not in ("tbx", "martif"):
        incoming.report("X004", f"the root element is <{_name(root)}>, not <tbx>", line=1)
        return incoming
    incoming.complete = root.get("type") == DIALECT
    _Reader(incoming).file(root)
    return incoming


def _parse(content: bytes, incoming: Incoming) -> etree._Element | None:
    text = decode(content, incoming)
    if text is None:
        return None
    if refused := _MARKUP.search(text):
        line = text.count("\n", 0, refused.start()) + 1
        message = "the file declares entities or a document type of its own, which is refused"
        incoming.report("X005", message, "remove everything from <!DOCTYPE to ]>", line=line)
        return None
    declared = _ENCODING.match(text)
    if declared and declared[3].lower() not in ("utf-8", "utf8", "utf-16", "us-ascii"):
        fix = f"save it as UTF-8, and say so on the first line instead of {declared[3]}"
        incoming.report("X003", "the file is not UTF-8", fix, line=1)
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(_ENCODING.sub(r"\1", text, count=1).encode(), parser)
    except etree.XMLSyntaxError as error:
        incoming.report("X004", f"not valid XML: {error.msg}", line=error.lineno or 0)
        return None


def _name(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return _NAMES_OF_2008.get(name, name)


def _category(element: etree._Element) -> str:
    """The data category: in DCA style it is an attribute's value, in DCT style the element's own name."""
    name = _name(element)
    return (element.get("type") or "") if name in _META else name


def _children(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if _name(child) in _GROUPS:
            yield from _children(child)
        else:
            yield child


class _Reader:
    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        self.ids: dict[str, str] = {}

    def file(self, root: etree._Element) -> None:
        for section in root.iter("{*}refObjectSec"):
            self._section(section)
        entries = [element for element in root.iter("{*}*") if _name(element) == "conceptEntry"]
        for number, element in enumerate(entries, 1):
            self._concept(element, number)

    def _text(self, element: etree._Element) -> str:
        """The element's text; in files of others, line breaks are the printer's."""
        text = "".join(element.itertext())
        return text if self.incoming.complete else " ".join(text.split())

    # What the entries refer to

    def _section(self, section: etree._Element) -> None:
        part = {"subjects": "subjects", "bibl": "sources", "languages": "languages"}.get(
            section.get("type", "")
        )
        if part is None:
            self._unplaced(section, f"the section “{section.get('type')}”", key="refObjectSec")
            return
        for element in section.iterchildren("{*}refObject"):
            id = (element.get("id") or "").partition(".")[2]
            values = self._items(element)
            if part == "languages" and (tag := values.pop("tag", "")):
                self.incoming.tags[tag.lower()] = id
            self.incoming.part(part)[id] = values

    def _items(self, element: etree._Element) -> Data:
        values: Data = {}
        for child in element:
            is_set = _name(child) == "itemSet"
            values[child.get("type", "")] = self._items(child) if is_set else self._text(child)
        return values

    # Entries

    def _concept(self, element: etree._Element, number: int) -> None:
        id = element.get("id") or f"entry-{number}"
        self.incoming.lines[id,] = element.sourceline or 0
        if id in self.incoming.part("concepts"):
            message = f"the entry “{id}” is there twice"
            self.incoming.report("X013", message, "merge the two", line=element.sourceline or 0, id=id)
            return
        concept: Data = {}
        self.incoming.part("concepts")[id] = concept
        for child in _children(element):
            if _name(child) == "langSec":
                self._language(child, concept, id)
            else:
                self._meta(child, concept, id)

    def _meta(self, element: etree._Element, concept: Data, id: str) -> None:
        category, target = _category(element), element.get("target", "")
        relation = next((ours for ours, theirs in _RELATIONS.items() if theirs == category), None)
        if category in _CROSS_REFERENCES:
            relation = "related"
        if category == "subjectField":
            self._put(element, concept, "subject", target.removeprefix("subject.") or self._text(element), id)
        elif relation:
            concept.setdefault(relation, []).append(target)
        elif category == "source" and target.startswith("source."):
            concept.setdefault("sources", []).append(target.removeprefix("source."))
        elif category == "legacyAddress":
            concept.setdefault("legacy", []).append(self._text(element))
        else:
            self._unplaced(element, id=id)

    def _language(self, section: etree._Element, concept: Data, id: str) -> None:
        tag = section.get(_XML_LANG) or section.get("lang") or ""
        self.incoming.lines[id, tag] = section.sourceline or 0
        if tag in concept:
            line = section.sourceline or 0
            self.incoming.report("X013", f"“{tag}” is there twice", "merge the two", line=line, id=id)
            return
        entry: Data = {"terms": []}
        concept[tag] = entry
        for child in _children(section):
            category = _category(child)
            if _name(child) == "termSec":
                self._term(child, entry, id, tag)
            elif category in ("definition", "explanation", "basis"):
                self._put(child, entry, category, self._text(child), id, tag)
            else:
                self._unplaced(child, id=id, lang=tag)

    def _term(self, section: etree._Element, entry: Data, id: str, tag: str) -> None:
        term: Data = {}
        self.incoming.lines[id, tag, f"terms[{len(entry['terms'])}]"] = section.sourceline or 0
        entry["terms"].append(term)
        coarse: dict[str, etree._Element] = {}  # values that say too little, unless a detail says the rest
        for child in _children(section):
            category, text = _category(child), self._text(child)
            place = _TERM_NOTES.get(category)
            if category == "context":
                self._put(child, entry, "example", text, id, tag)
            elif category == "inflectedForm":
                term.setdefault("forms", []).append(text)
            elif category == "source" and child.get("target", "").startswith("source."):
                self._put(child, term, "source", child.get("target", "").removeprefix("source."), id, tag)
            elif place and (value := place[1](text)):
                term[place[0]] = value
            elif place:
                coarse[place[0]] = child
            else:
                self._unplaced(child, id=id, lang=tag)
        for key, child in coarse.items():
            if key not in term:
                self._unplaced(child, id=id, lang=tag)

    def _put(
        self, element: etree._Element, data: Data, key: str, value: str, id: str, lang: str = ""
    ) -> None:
        if key in data:
            line = element.sourceline or 0
            fix = "keep one of them"
            self.incoming.report("X013", f"a second {key}", fix, line=line, id=id, lang=lang, key=key)
        else:
            data[key] = value

    def _unplaced(self, element: etree._Element, what: str = "", key: str = "", **place: str) -> None:
        if _name(element) in _HARMLESS:
            return
        category = _category(element)
        text = " ".join("".join(element.itertext()).split())
        what = (
            what or f"<{_name(element)}{f' {category}' if category != _name(element) else ''}> “{text[:40]}”"
        )
        line, fix = element.sourceline or 0, "remove it, or write it into another field"
        key = key or category
        self.incoming.report(
            "X010", f"the termbase has no place for {what}", fix, line=line, key=key, **place
        )


def _status(text: str) -> str:
    return re.sub(r"(?:Term)?-?(?:admn-sts)?$", "", text.strip())


def _pick(values: dict[str, str]) -> Callable[[str], str]:
    ours = _from_basic(values)
    return lambda text: ours.get(text.strip(), "")


# What may be said of a term: data category → our key, and our value for its text (empty: there is none).
_TERM_NOTES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "term": ("term", str),
    "note": ("note", str),
    "administrativeStatus": ("status", _status),
    "usageStatus": ("status", _status),  # what test files of TBX's keepers call it: preferred, admitted, …
    "pinyin": ("pinyin", str),
    "sortKey": ("sort_key", str),
    "linking": ("link", str),
    **{category: (key, _pick(values)) for key, (category, values) in _PICKLISTS.items()},
    **{f"{category}Detail": (key, str) for key, (category, _) in _PICKLISTS.items()},
}

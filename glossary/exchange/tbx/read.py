"""What a TBX file says, as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from ..plain import Data, Incoming
from ..text import decode
from .vocabulary import DIALECT, PICKLISTS, TBX_RELATIONS, XML_LANG, from_basic

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
        relation = next((ours for ours, theirs in TBX_RELATIONS.items() if theirs == category), None)
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
        elif category == "figure":
            concept["figure"] = self._text(element)
        else:
            self._unplaced(element, id=id)

    def _language(self, section: etree._Element, concept: Data, id: str) -> None:
        tag = section.get(XML_LANG) or section.get("lang") or ""
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
    ours = from_basic(values)
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
    **{category: (key, _pick(values)) for key, (category, values) in PICKLISTS.items()},
    **{f"{category}Detail": (key, str) for key, (category, _) in PICKLISTS.items()},
}

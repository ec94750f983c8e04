"""The termbase as a TBX file."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ...model import RELATIONS, Termbase
from .. import plain
from ..plain import Data, with_status
from .vocabulary import BASIC, DIALECT, NAMESPACE, PICKLISTS, STATUS, TBX_RELATIONS, XML_LANG, from_basic


def write(termbase: Termbase, *, basic: bool = False) -> bytes:
    """The termbase as a TBX file; with `basic`, as far as TBX-Basic goes."""
    data = plain.of_termbase(termbase)
    tags = plain.language_tags(data["languages"])
    root = etree.Element(
        "tbx",
        {"type": BASIC if basic else DIALECT, "style": "dca", XML_LANG: next(iter(tags.values()))},
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
            if figure := concept.get("figure"):
                _add(entry, "admin", figure, type="figure")
        for code, tag in self.tags.items():
            if code in concept:
                section = etree.SubElement(entry, "langSec", {XML_LANG: tag})
                self._language(section, concept[code])

    def _relation(self, entry: etree._Element, relation: str, id: str) -> None:
        terms = self.data["concepts"][id][self.first]["terms"]
        label = next(term["term"] for status, term in with_status(terms) if status == "preferred")
        if self.basic or relation not in TBX_RELATIONS:
            _add(entry, "ref", label, type="crossReference", target=id)
        else:
            _add(entry, "descrip", label, type=TBX_RELATIONS[relation], target=id)

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
        _add(section, "termNote", STATUS.format(status), type="administrativeStatus")
        for key, (category, values) in PICKLISTS.items():
            if value := term.get(key):
                if values[value]:
                    _add(section, "termNote", values[value], type=category)
                if not self.basic and from_basic(values).get(values[value]) != value:
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

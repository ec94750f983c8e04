"""The termbase as a TBX file."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lxml import etree

from ...model import RELATIONS, Termbase
from ...phrases import Phrases
from .. import extra, plain
from ..plain import EXTRA, Data, with_status
from .vocabulary import (
    BASIC,
    DIALECT,
    NAMESPACE,
    OPEN_DIALECT,
    OUR_SENTENCE,
    PICKLISTS,
    SCHEMA,
    STATUS,
    STATUSES,
    TBX_RELATIONS,
    XML_LANG,
    from_basic,
)
from .xml import element_of, group_of, is_mixed, is_term_note, parsed, text

# Names in `extra` that the rest of the file says.
_WRITTEN = ("lang", "languages", "relations", "terms", "status", "level", "raw", "concepts", "header", "back")

# Data category → the key whose text is written as the main element of a group.
_GROUPED = {
    **{key: key for key in (*plain.ENTRY_TEXTS, "note")},
    "context": "example",
    "administrativeStatus": "term",
}


def write(termbase: Termbase, *, basic: bool = False) -> bytes:
    """The termbase as a TBX file; with `basic`, as far as TBX-Basic goes."""
    data = plain.of_termbase(termbase)
    if basic:
        data = _without_extra(_without_markup(data, termbase))
    data = extra.restored(data)
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
    if not basic and not _schema().validate(root):
        root.set("type", OPEN_DIALECT)  # a file says of itself what is true
    _indent(root)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    return content


def _without_markup(data: Data, termbase: Termbase) -> Data:
    """The data with texts that any program shows: TBX-Basic does not say that they are Markdown."""
    phrases = Phrases(termbase)
    for concept in data["concepts"].values():
        for code in data["languages"]:
            entry = concept.get(code, {})
            entry.update(
                {key: phrases.text(entry[key], code) for key in ("definition", "example") if key in entry}
            )
    return data


@cache
def _schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMA / f"{DIALECT}.rng"))


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
    if (original := parsed(str(data[EXTRA].get("header", "")))) is not None:
        root.append(original)
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


def _xml_ids(concepts: Data, basic: bool) -> dict[str, str]:
    """What each concept was called in its file, by our id, so that the tool it came from knows it again.

    An id that XML does not allow, such as 26_1, is written all the same, unless the file has to be valid.
    """
    names: dict[str, str] = {}
    for id, concept in concepts.items():
        name = str(concept.get(EXTRA, {}).get("id", ""))
        allowed = _NAME if basic else _NO_SPACE
        is_free = name not in concepts and name not in names.values()
        names[id] = name if allowed.fullmatch(name) and (name == id or is_free) else id
    return names


# Categories that our dialect alone has, or that others write in a way of their own.
_OWN_CATEGORIES = (
    *("summary", "basis", "extra", "figure", "reviewed", "legacyAddress", "furtherReading"),
    *("pinyin", "sortKey", "linking", "inflectedForm", "otherWord"),
    *(f"{category}Detail" for category, _ in PICKLISTS.values()),
)

_NAME = re.compile(r"[^\W\d][\w.-]*")
_NO_SPACE = re.compile(r"\S+")


class _Writer:
    def __init__(self, data: Data, tags: dict[str, str], basic: bool) -> None:
        self.data, self.tags, self.basic = data, tags, basic
        concepts = data["concepts"]
        self.names = _xml_ids(concepts, basic)
        self.without_terms: Data = {}  # concepts without a term in any language, for which TBX has no place

    def concept(self, body: etree._Element, id: str, concept: Data) -> None:
        entries = [(tag, entry) for _, tag, entry in extra.entries(self.data, concept)]
        written = [(tag, entry) for tag, entry in entries if _has_terms(entry)]
        if not written:
            self.without_terms[id] = concept
            return
        element = _add(body, "conceptEntry", id=self.names[id])
        self._metas(element, concept)
        for tag, entry in written:
            for key in ("definition", "summary", "example", "explanation"):
                if key in entry and _level(entry, key) == "concept":
                    self._text(element, entry, key, "descrip").set(XML_LANG, tag)
        ours: Data = {"languages": {tag: entry for tag, entry in entries if not _has_terms(entry)}}
        if self.names[id] != id:
            ours["ours"] = id
        self._extra(element, concept.get(EXTRA, {}), owner=concept, ours=ours)
        for tag, entry in written:
            self._language(_add(element, "langSec", **{XML_LANG: tag}), entry)

    def _metas(self, element: etree._Element, concept: Data) -> None:
        """What holds in every language: subject, relations, works, old addresses, figure."""
        if subject := concept.get("subject"):
            label = next(iter(self._labels(subject)), subject)
            _add(element, "descrip", label, type="subjectField", target=f"subject.{subject}")
        for relation in RELATIONS:
            for target in concept.get(relation, ()):
                self._relation(element, relation, target)
        for source in concept.get("sources", ()):
            self._source(element, source)
        if not self.basic:
            for slug in concept.get("legacy", ()):
                _add(element, "admin", slug, type="legacyAddress")
            for source in concept.get("further", ()):
                self._source(element, source, "furtherReading")
            for key in ("figure", "reviewed"):
                if said := concept.get(key):
                    _add(element, "admin", said, type=key)

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

    def _source(self, parent: etree._Element, id: str, category: str = "source") -> None:
        title = self.data["sources"][id]["title"]
        _add(parent, "admin", title, type=category, target=f"source.{id}")

    def _text(
        self, parent: etree._Element, owner: Data, key: str, name: str, kind: str = ""
    ) -> etree._Element:
        """A text as its file wrote it, if that still says the same."""
        kind = kind or key
        written = parsed(extra.raw(owner, key))
        if written is not None and text(written) == " ".join(owner[key].split()):
            parent.append(written)
        else:
            written = _add(parent, name, owner[key], **({"type": kind} if name != "note" else {}))
        self._group(written, owner, kind)
        return written

    def _group(self, element: etree._Element, owner: Data, kind: str) -> None:
        """Put an element into a group with what `extra` says that belongs to it, if there is any."""
        grouped = [
            member
            for name, value in owner.get(EXTRA, {}).items()
            if group_of(name) == kind
            for item in extra.values(value)
            if (member := element_of(name, item)) is not None
        ]
        if grouped and not self.basic:
            group = _add(element.getparent(), f"{etree.QName(element).localname}Grp")
            group.append(element)
            group.extend(grouped)

    def _language(self, section: etree._Element, entry: Data) -> None:
        self._set_id(section, entry)
        if "definition" in entry and not _level(entry, "definition"):
            self._text(section, entry, "definition", "descrip")
        if not self.basic:
            for name, element in (("summary", "descrip"), ("explanation", "descrip"), ("basis", "admin")):
                if entry.get(name) and not _level(entry, name):
                    self._text(section, entry, name, element)
        terms = list(with_status(entry.get("terms", ())))
        chosen = next((place for place, (status, _) in enumerate(terms) if status == "preferred"), 0)
        extras = entry.get(EXTRA, {})
        self._extra(section, {k: v for k, v in extras.items() if k != "id"}, owner=entry)
        for place, (status, term) in enumerate(terms):
            # TBX-Basic wants a context beside a term: the example goes with the preferred one.
            own = entry if place == chosen else {}
            self._term(_add(section, "termSec"), status, term, own)

    def _set_id(self, section: etree._Element, item: Data) -> None:
        if (id := item.get(EXTRA, {}).get("id")) and not self.basic:
            section.set("id", id)

    def _term(self, section: etree._Element, status: str, term: Data, entry: Data) -> None:
        self._set_id(section, term)
        written = parsed(extra.raw(term, "term"))
        if written is not None and text(written) == term["term"]:
            section.append(written)
        else:
            _add(section, "term", term["term"])
        self._term_notes(section, status, term)
        if _level(entry, "definition") == "term":
            self._text(section, entry, "definition", "descrip")
        if entry.get("example") and not _level(entry, "example"):
            self._text(section, entry, "example", "descrip", "context")
        if source := term.get("source"):
            self._source(section, source)
        if "note" in term:
            self._text(section, term, "note", "note")
        extras = term.get(EXTRA, {})
        others = {k: v for k, v in extras.items() if k != "id" and k not in _kept_term_notes(extras)}
        self._extra(section, others, owner=term)

    def _term_notes(self, section: etree._Element, status: str, term: Data) -> None:
        """Notes of a term, which stand right after it."""
        original = extra.raw(term, "status")
        is_same = STATUSES.get(original.lower(), original.lower()) == status
        stated = original if original and is_same else STATUS.format(status)
        note = _add(section, "termNote", stated, type="administrativeStatus")
        self._group(note, term, "administrativeStatus")
        for key, (category, values) in PICKLISTS.items():
            if value := term.get(key):
                if values[value]:
                    note = _add(section, "termNote", values[value], type=category)
                    self._group(note, term, category)
                if not self.basic and from_basic(values).get(values[value]) != value:
                    _add(section, "termNote", value, type=f"{category}Detail")
        if not self.basic:
            for category, content in _own_term_notes(term):
                _add(section, "termNote", content, type=category)
        self._extra(section, _kept_term_notes(term.get(EXTRA, {})), owner=term)

    def _extra(self, parent: etree._Element, extras: Data, *, owner: Data, ours: Data | None = None) -> None:
        """Elements that are kept for others, and as JSON what others would not understand."""
        remainder: Data = {name: value for name, value in (ours or {}).items() if value}
        for name, value in extras.items():
            if name in _WRITTEN or (name == "id" and "ours" in remainder):
                continue
            elements = [element_of(name, item) for item in extra.values(value)]
            group = group_of(name)
            is_ours = name.partition(":")[2] in _OWN_CATEGORIES  # … and would be read as such
            if any(element is None for element in elements) or is_ours or (group and not _has(owner, group)):
                remainder[name] = value
            elif not group:
                parent.extend(elements)
        if raw := {key: text for key, text in extras.get("raw", {}).items() if str(text).startswith('"')}:
            remainder["raw"] = raw
        if remainder and not self.basic:
            _add(parent, "admin", extra.as_json(remainder), type="extra")

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
        extras = self.data[EXTRA]
        for section in extra.values(extras.get("back", [])):
            if (element := parsed(str(section))) is not None:
                back.append(element)
        remainder = {key: value for key, value in extras.items() if key not in ("header", "back", "concepts")}
        if self.without_terms:
            remainder["concepts"] = self.without_terms
        if remainder and not self.basic:
            section = _add(back, "refObjectSec", type="extra")
            _add(_add(section, "refObject", id="extra"), "item", extra.as_json(remainder), type="json")


def _has_terms(entry: Data) -> bool:
    """Whether a language has terms, or what its file had in place of one: TBX has no language without."""
    return bool(entry.get("terms") or "termSec" in entry.get(EXTRA, {}))


def _level(entry: Data, key: str) -> str:
    """Where the text of a language stood in its file: in the `concept`, with a `term`, or as usual."""
    return str(entry.get(EXTRA, {}).get("level", {}).get(key, ""))


def _has(owner: Data, category: str) -> bool:
    """Whether an element of this category is written, around which there can be a group."""
    for key, (name, values) in PICKLISTS.items():
        if name == category:
            return bool(key in owner and values[owner[key]])
    return bool(owner.get(_GROUPED.get(category, "")))


def _kept_term_notes(extras: Data) -> Data:
    """Those of a term's `extra` that are notes in the file, which stand before all else."""
    return {
        name: value
        for name, value in extras.items()
        if is_term_note(name) and all(element_of(name, item) is not None for item in extra.values(value))
    }


def _own_term_notes(term: Data) -> Iterator[tuple[str, str]]:
    for form in term.get("forms", ()):
        yield "inflectedForm", form
    for word in term.get("not", ()):
        yield "otherWord", word
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

"""What a TBX file says, as plain data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree

from ...model import STATUSES as STATUSES_OF_TERMS
from .. import extra, plain
from ..place import UNTAGGED
from ..plain import EXTRA, Data, Incoming
from ..xml_text import parse_xml
from .vocabulary import (
    DIALECT,
    OPEN_DIALECT,
    OUR_SENTENCE,
    PICKLISTS,
    STATUSES,
    TBX_RELATIONS,
    XML_LANG,
    from_basic,
)
from .xml import as_xml, category, key, name, text, value

_GROUPS = ("descripGrp", "adminGrp", "termNoteGrp")
# TBX-Basic's word for a related entry, and the one its schema had for a while.
_CROSS_REFERENCES = ("crossReference", "relatedConcept")


def read(content: bytes, path: Path) -> Incoming:
    """What the file says. Entities, and whatever else could make a small file large, are refused."""
    incoming = Incoming(path, lenient=True, tagged=True)
    root = parse_xml(content, incoming)
    if root is None:
        return incoming
    if name(root) != "tbx":
        incoming.report("X004", f"the root element is <{name(root)}>, not <tbx>", line=1)
        return incoming
    incoming.complete = root.get("type") in (DIALECT, OPEN_DIALECT)
    _Reader(incoming).file(root)
    return incoming


class _Reader:
    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        self.id = ""  # of the concept that is being read

    def file(self, root: etree._Element) -> None:
        incoming = self.incoming
        incoming.source = root.get(XML_LANG) or root.get("lang") or ""
        incoming.subject_in_extra = ("descrip:subjectField", lambda labels: list(labels.values())[:1])
        for header in root.iterchildren("{*}tbxHeader", "{*}martifHeader"):
            if OUR_SENTENCE not in text(header):
                incoming.part("extra")["header"] = as_xml(header)
        for header in root.iterchildren("{*}header"):  # TBX-Min's, which later editions have no place for
            incoming.part("extra")["TBX-Min"] = etree.tostring(header, encoding="unicode", with_tail=False)
            incoming.source = next((e.get("source", "") for e in header.iter("{*}languages")), "")
        for front in root.iter("{*}front"):
            incoming.part("extra")["front"] = as_xml(front)
        for section in root.iter("{*}refObjectSec", "{*}refObjectList"):
            self._section(section)
        entries = [element for element in root.iter("{*}*") if name(element) == "conceptEntry"]
        ids = self._ids(entries)
        for element, id in zip(entries, ids, strict=True):
            if id:
                self._concept(element, id)

    def _text(self, element: etree._Element) -> str:
        """The element's text; in files of others, line breaks are the printer's."""
        return "".join(element.itertext()) if self.incoming.complete else text(element)

    # What the entries refer to

    def _section(self, section: etree._Element) -> None:
        objects = list(section.iterchildren("{*}refObject"))
        part = {"subjects": "subjects", "bibl": "sources", "languages": "languages"}.get(
            section.get("type", "")
        )
        prefix = {"subjects": "subject.", "sources": "source.", "languages": "language."}.get(part or "", "-")
        if section.get("type") == "extra" and self.incoming.complete:
            self.incoming.part("extra").update(from_json("".join(section.itertext())))
        elif part and objects and all((element.get("id") or "").startswith(prefix) for element in objects):
            self._own_section(part, objects)
        else:
            self.incoming.part("extra").setdefault("back", []).append(as_xml(section))

    def _own_section(self, part: str, objects: list[etree._Element]) -> None:
        for element in objects:
            id = (element.get("id") or "").partition(".")[2]
            values = self._items(element)
            if part == "languages" and (tag := values.pop("tag", "")):
                self.incoming.tags[tag.lower()] = id
            self.incoming.part(part)[id] = values

    def _items(self, element: etree._Element) -> Data:
        values: Data = {}
        for child in element:
            is_set = name(child) == "itemSet"
            values[child.get("type", "")] = self._items(child) if is_set else "".join(child.itertext())
        return values

    # Entries

    def _ids(self, entries: list[etree._Element]) -> list[str]:
        """The entries' ids, no two of them alike; empty, with the reason noted, for one that is."""
        ids: list[str] = []
        taken: set[str] = set()
        for number, element in enumerate(entries, 1):
            id = element.get("id") or f"entry-{number}"
            line = element.sourceline or 0
            if not element.get("id"):
                self.incoming.invented.add(id)
            if id in taken and self.incoming.complete:
                message = f"the entry “{id}” is there twice"
                self.incoming.report("X013", message, "merge the two", line=line, id=id)
                id = ""
            elif id in taken:
                self.incoming.decide("an id is there twice: one gets a number", id, id=id, line=line)
                id = next(f"{id}-{n}" for n in range(2, len(ids) + 3) if f"{id}-{n}" not in taken)
            ids.append(id)
            taken.add(id)
        return ids

    def _concept(self, element: etree._Element, id: str) -> None:
        self.incoming.lines[id,] = element.sourceline or 0
        self.id = id
        concept: Data = {}
        self.incoming.part("concepts")[id] = concept
        metas = []
        for child in element:
            if name(child) == "langSec":
                self._language(child, concept, id)
            else:
                metas.append(child)
        for child in metas:
            self._group(child, concept, lambda child: self._meta(child, concept))

    def _group(
        self,
        element: etree._Element,
        owner: Data,
        place: Callable[[etree._Element], Data | None],
    ) -> None:
        """Place an element, with what stands in one group with it; else keep it.

        `place` gives what the element belongs to: what is kept of its group stays there.
        """
        if name(element) == "termGrp" or (name(element) in _GROUPS and len(element) == 1):
            for child in element:
                self._group(child, owner, place)
        elif name(element) in _GROUPS and len(element):
            main, *others = element
            kind = "administrativeStatus" if category(main) in _STATUS_NOTES else category(main)
            placed = place(main)
            if placed is None:
                extra.add(owner, key(element), as_xml(element))
            else:
                for other in others:
                    extra.add(placed, f"{kind}/{key(other)}", value(other))
        elif place(element) is None and not self._is_own_extra(element, owner):
            extra.add(owner, key(element), value(element))

    def _is_own_extra(self, element: etree._Element, owner: Data) -> bool:
        """Whether an element is what our export has for what TBX cannot say."""
        if not (self.incoming.complete and name(element) == "admin" and category(element) == "extra"):
            return False
        for name_, extras in from_json("".join(element.itertext())).items():
            if name_ == "languages" and isinstance(extras, dict):
                owner |= {tag: entry for tag, entry in extras.items() if tag not in owner}
            else:
                owner.setdefault(EXTRA, {})[name_] = extras
        return True

    def _meta(self, element: etree._Element, concept: Data) -> Data | None:
        kind, target = category(element), element.get("target", "")
        relation = next(
            (ours for ours, kind_of_relation in TBX_RELATIONS.items() if kind_of_relation == kind), None
        )
        if kind in _CROSS_REFERENCES:
            relation = "related"
        if kind == "subjectField" and target.startswith("subject."):
            concept.setdefault("subject", target.removeprefix("subject."))
            return concept
        if kind == "subjectField":
            concept.setdefault("subject", text(element))
            return None  # all of them are kept, until it is known how the subject is written
        if kind in ("definition", "summary", "explanation", "example"):
            return self._text_of_concept(element, concept)
        if relation and target:
            concept.setdefault(relation, []).append(target)
        elif kind == "source" and target.startswith("source."):
            concept.setdefault("sources", []).append(target.removeprefix("source."))
        elif kind == "furtherReading" and target.startswith("source."):
            concept.setdefault("further", []).append(target.removeprefix("source."))
        elif kind == "legacyAddress" and self.incoming.complete:
            concept.setdefault("legacy", []).append(self._text(element))
        elif kind in ("figure", "reviewed") and self.incoming.complete:
            concept[kind] = self._text(element)
        else:
            return None
        return concept

    def _text_of_concept(self, element: etree._Element, concept: Data) -> Data | None:
        """A definition of the whole concept: it goes to the language that it is in, if that has none."""
        if self.incoming.complete and not element.get(XML_LANG):
            return None  # ours says which language it is in
        lang = element.get(XML_LANG) or self.incoming.source
        tags = sorted(plain.entry_keys(concept), key=lambda tag: not _is_like(tag, lang))
        if not tags or category(element) in concept[tags[0]]:
            return None
        entry: Data = concept[tags[0]]
        extra.note(entry, "level", category(element), "concept")
        what = f"{category(element)} of the concept, now of {tags[0]}"
        self.incoming.decide(what, id=self.id, lang=tags[0], line=element.sourceline or 0)
        return self._put(element, entry, category(element))

    def _language(self, section: etree._Element, concept: Data, id: str) -> None:
        tag = section.get(XML_LANG) or section.get("lang") or UNTAGGED
        self.incoming.lines.setdefault((id, tag), section.sourceline or 0)
        entry: Data = concept.setdefault(tag, {})
        entry.setdefault("terms", [])
        if element_id := section.get("id"):
            extra.add(entry, "id", element_id)
        texts: list[tuple[Data, etree._Element]] = []
        for child in section:
            if name(child) == "termSec":
                self._term(child, entry, texts, id, tag)
            else:
                self._group(child, entry, lambda child: self._meta_of_language(child, entry))
        self._texts_of_terms(entry, texts)
        if not entry["terms"]:
            del entry["terms"]
        if not entry:
            del concept[tag]

    def _meta_of_language(self, element: etree._Element, entry: Data) -> Data | None:
        kind = category(element)
        is_text = kind in ("definition", "explanation") or (self.incoming.complete and kind in _OWN_TEXTS)
        return self._put(element, entry, kind) if is_text and kind not in entry else None

    def _term(
        self,
        section: etree._Element,
        entry: Data,
        texts: list[tuple[Data, etree._Element]],
        id: str,
        tag: str,
    ) -> None:
        self.incoming.lines[id, tag, f"terms[{len(entry['terms'])}]"] = section.sourceline or 0
        term: Data = {}
        if element_id := section.get("id"):
            extra.add(term, "id", element_id)
        for child in section:
            wrapped = child[0] if name(child) == "descripGrp" and len(child) else child
            if category(wrapped) in ("context", "definition"):
                texts.append((term, child))
            else:
                self._group(child, term, lambda child: self._note(child, term))
        if term.get("term"):
            entry["terms"].append(term)
        else:
            extra.add(entry, "termSec", as_xml(section))
            texts[:] = [pair for pair in texts if pair[0] is not term]

    def _note(self, element: etree._Element, term: Data) -> Data | None:
        """What is said of a term, if the termbase can say it."""
        kind, stated = category(element), self._text(element)
        ours, pick = _TERM_NOTES.get(kind, ("", str))
        if kind == "source" and element.get("target", "").startswith("source.") and "source" not in term:
            term["source"] = element.get("target", "").removeprefix("source.")
        elif kind in _LISTS and self.incoming.complete:
            term.setdefault(_LISTS[kind], []).append(self._text(element))
        elif kind in _OWN_NOTES and self.incoming.complete:
            term[ours] = stated  # a detail says more than what TBX-Basic has a word for
        elif not ours or kind in _OWN_NOTES or ours in term:
            return None
        elif ours in ("term", "note"):
            return self._put(element, term, ours)
        elif found := pick(stated):
            term[ours] = found
            if ours == "status" and _without_suffix(stated).lower() != found:
                extra.note(term, "raw", ours, stated)
        elif self.incoming.complete and f"{kind}Detail" in map(category, element.itersiblings()):
            return term  # which says the rest
        else:
            return None
        return term

    def _texts_of_terms(self, entry: Data, texts: list[tuple[Data, etree._Element]]) -> None:
        """Contexts and definitions of terms: the preferred term's are the language's, where it has none."""
        stated = [term for term in entry["terms"] if term.get("status") == "preferred"]
        unmarked = [term for term in entry["terms"] if "status" not in term]
        chosen = next(iter([*stated, *unmarked, *entry["terms"]]), None)
        for term, element in texts:
            self._group(element, term, partial(self._text_of_term, entry=entry, is_chosen=term is chosen))

    def _text_of_term(self, element: etree._Element, entry: Data, is_chosen: bool) -> Data | None:
        ours = {"context": "example", "definition": "definition"}.get(category(element), "")
        if not is_chosen or not ours or ours in entry:
            return None
        if ours == "definition":
            extra.note(entry, "level", ours, "term")
        return self._put(element, entry, ours)

    def _put(self, element: etree._Element, data: Data, name: str) -> Data | None:
        content = self._text(element)
        if name == "term":
            content = " ".join(content.split())
        if not content.strip():
            return None
        data[name] = content
        attributes = {a for a in element.attrib if a not in ("type", XML_LANG)}
        if len(element) or attributes:
            extra.note(data, "raw", name, as_xml(element))
        return data


def _is_like(tag: str, lang: str) -> bool:
    return bool(lang) and tag.split("-")[0].lower() == lang.split("-")[0].lower()


def from_json(text: str) -> Data:
    """What our export has as JSON; nothing if it is none any more."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _without_suffix(text: str) -> str:
    return re.sub(r"(?:Term)?-?(?:admn-sts)?$", "", text.strip())


def _status(text: str) -> str:
    word = _without_suffix(text).lower()
    return word if word in STATUSES_OF_TERMS else STATUSES.get(word, "")


def _pick(values: dict[str, str]) -> Callable[[str], str]:
    ours = {basic.lower(): value for basic, value in from_basic(values).items()}
    return lambda text: ours.get(text.strip().lower(), "")


# What may be said of a term: data category → our key, and our value for its text (empty: there is none).
_TERM_NOTES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "term": ("term", str),
    "note": ("note", str),
    "administrativeStatus": ("status", _status),
    "termStatus": ("status", _status),  # in TBX-Min
    "usageStatus": ("status", _status),  # what test files of TBX's keepers call it: preferred, admitted, …
    "pinyin": ("pinyin", str),
    "sortKey": ("sort_key", str),
    "linking": ("link", str),
    **{category: (key, _pick(values)) for key, (category, values) in PICKLISTS.items()},
    **{f"{category}Detail": (key, str) for key, (category, _) in PICKLISTS.items()},
}
_STATUS_NOTES = ("usageStatus", "termStatus")
_OWN_TEXTS = ("summary", "basis")
_LISTS = {"inflectedForm": "forms", "otherWord": "not"}
_OWN_NOTES = ("pinyin", "sortKey", "linking", *(f"{category}Detail" for category, _ in PICKLISTS.values()))

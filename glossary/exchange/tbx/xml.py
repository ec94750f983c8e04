"""Elements of TBX as texts in `extra`, and back.

An element that says one thing is that text; any other is its XML, without namespaces: DCT's element names are
DCA's `type`, which is what is written.
"""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from .vocabulary import LEVELS, META, NAMES_OF_2008, NAMESPACE, XML_LANG

_XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"
_NAME = re.compile(r"(?:(\w+)/)?([A-Za-z]\w*)(?::(.+))?")
_KEPT = (
    *META,
    "note",
    "transac",
    "transacGrp",
    "descripGrp",
    "adminGrp",
    "termNoteGrp",
    "termSec",
    "itemSet",
    "item",
)


def name(element: etree._Element) -> str:
    """The element's name in the edition of 2019."""
    local = etree.QName(element).localname
    return NAMES_OF_2008.get(local, local)


def category(element: etree._Element) -> str:
    """The data category: in DCA style it is an attribute's value, in DCT style the element's own name."""
    local = name(element)
    return (element.get("type") or "") if local in META else local


def is_dct(element: etree._Element) -> bool:
    """Whether the element's own name is its data category."""
    namespace = etree.QName(element).namespace
    return bool(namespace) and namespace != NAMESPACE


def text(element: etree._Element) -> str:
    """The element's text with single spaces: line breaks are the printer's."""
    return " ".join("".join(element.itertext()).split())


def key(element: etree._Element) -> str:
    """What the element is called in `extra`: descrip:reliabilityCode."""
    local = name(element)
    if is_dct(element):
        return f"{_meta_of(element)}:{local}"
    return f"{local}:{element.get('type')}" if local in META and element.get("type") else local


def _meta_of(element: etree._Element) -> str:
    """The element that a category of DCT style is in DCA style."""
    local, parent = name(element), element.getparent()
    known = next((meta for meta, categories in LEVELS.items() if local in categories), "")
    return known or ("termNote" if parent is not None and name(parent) == "termSec" else "descrip")


def value(element: etree._Element) -> str:
    """What `extra` keeps of the element."""
    content = text(element)
    attributes = {attribute for attribute in element.attrib if attribute != "type"}
    if name(element) not in META and not is_dct(element) and element.get("type"):
        attributes.add("type")
    if len(element) or attributes or not content or content.startswith("<"):
        return as_xml(element)
    return content


def as_xml(element: etree._Element) -> str:
    """The element as XML, without namespaces, attributes in order."""
    local, attributes = name(element), dict(element.attrib)
    if is_dct(element):
        attributes["type"] = local
        local = _meta_of(element)
    named = sorted((_attribute(key), value) for key, value in attributes.items())
    keep = _space if is_mixed(element) else _space_between
    inner = escape(keep(element.text)) + "".join(
        as_xml(child) + escape(keep(child.tail)) for child in element
    )
    start = "".join(f" {key}={quoteattr(value)}" for key, value in named)
    return f"<{local}{start}>{inner}</{local}>"


def is_mixed(element: etree._Element) -> bool:
    """Whether there is text beside elements in it, so that space between them counts."""
    texts = (element.text, *(child.tail for child in element))
    return bool(len(element)) and any(text and not text.isspace() for text in texts)


def _space_between(text: str | None) -> str:
    return _space(text).strip()


def _space(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _attribute(name: str) -> str:
    return name.replace(_XML_NAMESPACE, "xml:").rpartition("}")[2]


def parsed(xml: str) -> etree._Element | None:
    """The element that a text of `extra` is; None if it is none."""
    if not xml.startswith("<"):
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(f'<x xmlns="{NAMESPACE}">{xml}</x>', parser)
    except etree.XMLSyntaxError:
        return None
    return root[0] if len(root) == 1 else None


def element_of(name: str, value: Any) -> etree._Element | None:
    """The element that a name and a value of `extra` are, without its group; None if they are no TBX."""
    found = _NAME.fullmatch(name)
    if not found or found[2] not in _KEPT or not isinstance(value, str):
        return None
    if (element := parsed(value)) is not None:
        etree.cleanup_namespaces(element)
        return element
    made = etree.Element(f"{{{NAMESPACE}}}{found[2]}", {"type": found[3]} if found[3] else {})
    made.text = value
    return made


def group_of(name: str) -> str:
    """The data category that a name of `extra` is in one group with; empty if there is none."""
    found = _NAME.fullmatch(name)
    return (found[1] or "") if found is not None and found[2] in _KEPT else ""


def is_term_note(name: str) -> bool:
    """Whether a name of `extra` is a note that stands right after its term (ISO 30042, core structure)."""
    found = _NAME.fullmatch(name)
    return found is not None and found[2] in ("termNote", "termNoteGrp")


__all__ = [
    "XML_LANG",
    "as_xml",
    "category",
    "element_of",
    "group_of",
    "is_dct",
    "is_mixed",
    "is_term_note",
    "key",
    "name",
    "parsed",
    "text",
    "value",
]

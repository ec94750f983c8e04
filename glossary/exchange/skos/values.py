"""RDF's terms as texts in `extra`: a plain literal as it is, anything else as Turtle has it.

    B1.4    "check"@en    "2024-01-01"^^<http://www.w3.org/2001/XMLSchema#date>    <http://example.com/x>

A node without a name that belongs to one statement is a mapping of its own statements, and a list is
`{list: […]}`; another such node is `_:name`. Names of properties have a prefix where one is known, or are
`<addresses>`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...yamlfile import UNPRINTABLE
from .vocabulary import PREFIXES

if TYPE_CHECKING:
    from rdflib.term import Node

_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^<>"{}|^`\\\s]*)>)?', re.DOTALL)
_ADDRESS = re.compile(r"<([^<>\"{}|^`\\\x00-\x20]*)>")
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def name(address: str) -> str:
    """A property's address as its name: with a prefix where its local part is a plain word."""
    for prefix, namespace in PREFIXES.items():
        if address.startswith(namespace) and _LOCAL.fullmatch(address[len(namespace) :]):
            return f"{prefix}:{address[len(namespace) :]}"
    return f"<{address}>"


def is_name(text: str) -> bool:
    """Whether a name in `extra` is that of a property."""
    prefix, colon, local = text.partition(":")
    return bool(_ADDRESS.fullmatch(text)) or bool(colon and prefix in PREFIXES and _LOCAL.fullmatch(local))


def quoted(text: str) -> str:
    """A literal in quotes, with nothing in it that YAML files may not hold."""
    text = re.sub(r'[\\"\n\r\t]', lambda found: _ESCAPES[found[0]], text)
    return '"' + UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + '"'


def literal(text: str, tag: str = "", datatype: str = "") -> str:
    """A literal as a text of `extra`."""
    if tag:
        return f"{quoted(text)}@{tag}"
    if datatype:
        return f"{quoted(text)}^^<{datatype}>"
    is_plain = text and text == text.strip() and text[0] not in '"<' and not text.startswith("_:")
    return text if is_plain and not UNPRINTABLE.search(text) and "\r" not in text else quoted(text)


def of_node(node: Node) -> str:
    """A node that has a name, or a literal, as a text of `extra`."""
    from rdflib import BNode, Literal

    if isinstance(node, Literal):
        return literal(str(node), node.language or "", str(node.datatype or ""))
    return f"_:{node}" if isinstance(node, BNode) else f"<{node}>"


def as_jsonld(value: Any) -> Any:
    """A value of `extra` as a value of JSON-LD: the opposite of `of_node`, for mappings and lists too."""
    if isinstance(value, dict):
        if set(value) == {"list"}:
            items = value["list"] if isinstance(value["list"], list) else [value["list"]]
            return {"@list": list(map(as_jsonld, items))}
        return statements(value)
    if found := _ADDRESS.fullmatch(value):
        return {"@id": found[1]}
    if value.startswith("_:"):
        return {"@id": value}
    if found := _LITERAL.fullmatch(value):
        text, tag, datatype = unquoted(found[1]), found[2], found[3]
        return (
            {"@value": text} | ({"@language": tag} if tag else {}) | ({"@type": datatype} if datatype else {})
        )
    return {"@value": value}


def unquoted(text: str) -> str:
    def meant(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _MEANT.get(found[3], found[3])

    return _ESCAPED.sub(meant, text)


def statements(extra: dict[str, Any]) -> dict[str, Any]:
    """The statements in `extra`, as a node of JSON-LD; names that are no properties are left out."""
    node: dict[str, Any] = {}
    for key, value in extra.items():
        if is_name(key):
            items = value if isinstance(value, list) else [value]
            property = key[1:-1] if key.startswith("<") else key
            if key == "rdf:type":
                node["@type"] = [as_jsonld(item)["@id"] for item in items]
            else:
                node[property] = list(map(as_jsonld, items))
    return node

"""Small changes to files that people wrote: every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .yamlfile import Reader, shown

_BOM = "\ufeff"
_LOOKS_LIKE_A_NUMBER = re.compile(r"[\d_]+|\d+e\d+")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Characters of a file to be replaced: from `start` to before `end`."""

    path: Path
    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def read(path: Path) -> str:
    """A file's text with its line ends and its byte order mark as they are.

    Raises OSError and UnicodeDecodeError.
    """
    return path.read_bytes().decode("utf-8")


class EditError(ValueError):
    """The file is written in a way that cannot be changed in place without harm."""


def with_basis(path: Path, text: str, lang: str, basis: str) -> str:
    """A concept's YAML with the `basis` of one language set; it must have that language.

    A new one is put after the last key of the language. Raises EditError if anything else would change.
    """
    edited = _with_basis(path, text, lang, basis)
    if data(path, edited) != _set_basis(data(path, text), lang, basis):
        raise EditError(f"{shown(path)}: `basis: {basis}` must be put in by hand, under `{lang}:`")
    return edited


def _set_basis(concept: Any, lang: str, basis: str) -> Any:
    return concept | {lang: concept[lang] | {"basis": basis}}


def data(path: Path, text: str) -> Any:
    """What a file says, for comparison; texts without the space around them."""
    root = Reader(path).root(text.encode())
    return _plain(root) if root is not None else None


def _plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    return [_plain(item) for item in node.value] if isinstance(node, SequenceNode) else node.value.strip()


def _with_basis(path: Path, text: str, lang: str, basis: str) -> str:
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    root = Reader(path).root(text.encode())
    assert root is not None
    _, entry = _item(root, lang)
    assert isinstance(entry, MappingNode)
    value = f'"{basis}"' if _LOOKS_LIKE_A_NUMBER.fullmatch(basis) else basis
    if any(key.value == "basis" for key, _ in entry.value):
        start, end = _place_of_value(text, *_item(entry, "basis"))
        value = value if text[start - 1 : start].isspace() else f" {value}"
        return mark + text[:start] + value + text[end:]
    if entry.flow_style:
        place = entry.value[-1][1].end_mark.index
        return mark + text[:place] + f", basis: {value}" + text[place:]
    first, place = entry.value[0][0], _end_of_last_line(text, entry)
    newline = "\r\n" if "\r\n" in text else "\n"
    return mark + text[:place] + newline + " " * first.start_mark.column + f"basis: {value}" + text[place:]


def _item(mapping: MappingNode, name: str) -> tuple[Node, Node]:
    found: tuple[Node, Node] = next((key, value) for key, value in mapping.value if key.value == name)
    return found


def _place_of_value(text: str, key: Node, value: Node) -> tuple[int, int]:
    if isinstance(value, ScalarNode) and not value.value and value.style is None:
        colon = text.index(":", key.end_mark.index)  # an empty value has no place of its own
        return colon + 1, colon + 1
    return value.start_mark.index, value.end_mark.index


def _end_of_last_line(text: str, entry: MappingNode) -> int:
    """The end of the last line of a block mapping: libyaml lets it run on to whatever comes next."""
    indent = entry.value[0][0].start_mark.column
    last = entry.value[-1][1]
    end = len(text[: last.end_mark.index].rstrip())
    while _is_comment_after(text, end, indent) and end > last.start_mark.index:
        end = len(text[: text.rfind("\n", 0, end)].rstrip())
    stop = text.find("\n", end)
    return stop - (text[stop - 1] == "\r") if stop >= 0 else len(text)


def _is_comment_after(text: str, end: int, indent: int) -> bool:
    """Whether the line that ends here is a comment, and no text of a block that is indented further."""
    line = text[text.rfind("\n", 0, end) + 1 : end]
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) <= indent

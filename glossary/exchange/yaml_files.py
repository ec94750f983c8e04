"""Writing YAML that people keep: what has not changed stays as it was typed, comments and all.

`edit` changes a file's text as little as the new data asks for. It goes through ruamel.yaml's round trip,
with one change: no text is taken for a number or a date, because a term is text whatever YAML thinks. `write`
makes a new file as that would, but in a tenth of the time: an import may make thousands.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString
from ruamel.yaml.tag import Tag

from ..yamlfile import UNPRINTABLE
from .plain import CONCEPT_KEYS, ENTRY_TEXTS, EXTRA, TERM_KEYS, Data, as_text, tidy_extra, tidy_term

_TEXT = Tag(suffix="tag:yaml.org,2002:str")
# What some reader of YAML 1.1 or 1.2 would take for a number, a date or a yes.
_NO_TEXT = re.compile(
    r"(?i)[-+.]?[\d_.:]*\d[\d_.:]*(?:e[-+]?\d+)?|0[xob][\da-f_]+|[-+]?\.(?:inf|nan)|\d{4}-\d\d?-\d\d?.*"
    r"|yes|no|on|off|true|false|null|~|=|<<|---|\.\.\."
)
# What cannot stand without quotes.
_MARKS_IN_BLOCK = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`]|:(?=\s|$)|\s#|[\t\n\r\x85\u2028\u2029\ufeff]")
_MARKS = re.compile(rf"{_MARKS_IN_BLOCK.pattern}|[,\[\]{{}}]|:\?")  # within brackets
_NEVER_BARE = re.compile(rf"{UNPRINTABLE.pattern}|[\x85\u2028\u2029\ufeff]")
_ONLY_ESCAPED = re.compile("[\t\r\x85\u2028\u2029\ufeff]| \n")  # in a block, these would be lost


class _TextResolver(VersionedResolver):
    """Takes every scalar for text."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        return _TEXT if kind is ScalarNode else super().resolve(kind, value, implicit)


@cache
def _yaml() -> YAML:
    yaml = YAML()
    yaml.Resolver = _TextResolver
    yaml.preserve_quotes = True
    yaml.width = 2**31  # lines are broken where the author broke them
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def write(data: Data, *, rows: bool = False) -> str:
    """A new file; with `rows`, each of its keys on one line: `nb: {name: …}`."""
    if not rows:
        return "".join(f"{line}\n" for line in _lines(_mapping(data)))
    nested = {key: any(isinstance(item, dict) for item in value.values()) for key, value in data.items()}
    tree = CommentedMap((k, _mapping(v) if nested[k] else _flow_mapping(v)) for k, v in data.items())
    return "".join(f"{line}\n" for line in _lines(tree))


def write_extra(data: Data) -> str:
    """`extra.yml`, a new file."""
    return "".join(f"{line}\n" for line in _lines(_extra(data)))


def _lines(tree: CommentedMap, indent: str = "") -> Iterator[str]:
    for name, value in tree.items():
        key = f"{indent}{_in_line(_scalar(name, in_flow=True))}:"
        is_block = isinstance(value, CommentedMap | CommentedSeq) and not value.fa.flow_style()
        if is_block and isinstance(value, CommentedMap):
            yield key
            yield from _lines(value, f"{indent}  ")
        elif is_block:
            yield key
            yield from (f"{indent}  - {_in_line(item)}" for item in value)
        elif isinstance(value, LiteralScalarString) and not _NEVER_BARE.search(value):
            yield f"{key} |"
            yield from (f"{indent}  {line}" if line else "" for line in value[:-1].split("\n"))
        else:
            yield f"{key} {_in_line(value)}"


def _in_line(node: Any) -> str:
    if isinstance(node, CommentedMap):
        return f"{{{', '.join(f'{_in_line(key)}: {_in_line(value)}' for key, value in node.items())}}}"
    if isinstance(node, CommentedSeq):
        return f"[{', '.join(map(_in_line, node))}]"
    if node and not isinstance(node, DoubleQuotedScalarString) and not _NEVER_BARE.search(node):
        return str(node)
    text = node.removesuffix("\n") if isinstance(node, LiteralScalarString) else node
    quoted = json.dumps(text, ensure_ascii=False)  # which YAML includes, but for what it does not print
    return _NEVER_BARE.sub(lambda found: f"\\U{ord(found[0]):08x}", quoted)


def edit(text: str, data: Data) -> str:
    """The file's text with what `data` says; what stays keeps its place and its comments."""
    newline = "\r\n" if "\r\n" in text else "\n"
    tree = _yaml().load(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    _update_mapping(tree, data)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + _dump(tree).replace("\n", newline)


def _dump(tree: CommentedMap) -> str:
    stream = io.StringIO()
    _yaml().dump(tree, stream)
    return stream.getvalue()


# Changing what is there


def _update_mapping(tree: CommentedMap, data: Data, around: str | None = None) -> None:
    """Make the mapping say `data`; `around` is what does not count at the ends of a text: white space."""
    for key in [key for key in tree if key not in data]:
        del tree[key]
    for key, value in data.items():
        if key not in tree:
            tree.insert(_place(tree, key, list(data)), key, _node(key, value))
        elif key == EXTRA:
            if tidy_extra(tree[key]) != value:
                tree[key] = _node(key, value)
        elif isinstance(value, dict) and isinstance(tree[key], CommentedMap):
            _update_mapping(tree[key], value, "\n" if key == "text" else None)  # words of the interface
        elif isinstance(value, list) and isinstance(tree[key], CommentedSeq):
            _update_list(tree[key], value, is_terms=key == "terms")
        elif not isinstance(tree[key], str) or str(tree[key]).strip(around) != as_text(value):
            tree[key] = _node(key, value)


def _place(tree: CommentedMap, key: str, order: Sequence[str]) -> int:
    """Where a new key belongs: after the last of those that come before it."""
    before = set(order[: order.index(key)])
    present = [place for place, name in enumerate(tree, 1) if name in before]
    return max(present, default=0)


def _update_list(items: CommentedSeq, values: list[Any], *, is_terms: bool) -> None:
    """Make the list say `values`; items that say it already move, if they must, and stay as they are."""
    wanted = [_key_of(value) for value in values]
    for place in reversed(range(len(items))):
        if _key_of(items[place]) not in wanted:
            del items[place]
    for place, value in enumerate(values):
        found = next((n for n in range(place, len(items)) if _key_of(items[n]) == wanted[place]), None)
        if found is None:
            items.insert(place, _term(value) if is_terms else _scalar(value, in_flow=True))
        elif found != place:
            items.insert(place, items.pop(found))
        if found is not None and is_terms:
            _update_term(items, place, value)
    del items[len(values) :]


def _key_of(item: Any) -> str:
    """What makes two items of a list the same one."""
    return " ".join(str(item["term"] if isinstance(item, dict) else item).split())


def _update_term(items: CommentedSeq, place: int, value: Data) -> None:
    item = items[place]
    if not isinstance(item, CommentedMap):
        if len(value) > 1:
            items[place] = _term(value)
        return
    if tidy_term(item, place) != value:
        _update_mapping(item, value)


# Making new nodes


def _mapping(data: Data) -> CommentedMap:
    return CommentedMap((key, _node(key, value)) for key, value in data.items())


def _node(key: str, value: Any) -> Any:
    if key == EXTRA:
        return _extra(value)
    if isinstance(value, dict):
        return _mapping(value)
    if key == "terms":
        return CommentedSeq(map(_term, value))
    if isinstance(value, list):
        return _flow_list(value)
    return _scalar(value)


def _extra(value: Any) -> Any:
    """What is kept for others: a line for each name and each item, whatever they hold."""
    if isinstance(value, dict):
        return CommentedMap((_scalar(key, in_flow=True), _extra(item)) for key, item in value.items())
    return CommentedSeq(map(_in_flow, value)) if isinstance(value, list) else _scalar(value)


def _in_flow(value: Any) -> Any:
    if isinstance(value, dict):
        return _flow_mapping(value)
    return _flow_list(value) if isinstance(value, list) else _scalar(value, in_flow=True)


def _term(term: Data) -> Any:
    """A bare text where nothing else is known, else `{term: …, gender: …}`."""
    if set(term) == {"term"}:
        return _scalar(term["term"])
    return _flow_mapping(term)


def _flow_mapping(data: Data) -> CommentedMap:
    mapping = CommentedMap((_scalar(key, in_flow=True), _in_flow(value)) for key, value in data.items())
    mapping.fa.set_flow_style()
    return mapping


def _flow_list(items: Iterable[Any]) -> CommentedSeq:
    sequence = CommentedSeq(map(_in_flow, items))
    sequence.fa.set_flow_style()
    return sequence


def _scalar(value: Any, *, in_flow: bool = False) -> str:
    text = as_text(value)
    if isinstance(value, bool):
        return text
    if text != text.strip():
        return DoubleQuotedScalarString(text)
    if "\n" in text and not in_flow and not _ONLY_ESCAPED.search(text):
        return LiteralScalarString(text + "\n")
    marks = _MARKS if in_flow else _MARKS_IN_BLOCK
    return DoubleQuotedScalarString(text) if marks.search(text) or _NO_TEXT.fullmatch(text) else text


def ordered(concept: Data, languages: Sequence[str]) -> Data:
    """A concept's keys in the order of the files: what it is first, then its languages."""
    concept = {key: _ordered(value) if key in languages else value for key, value in concept.items()}
    known = [key for key in (*CONCEPT_KEYS, *languages) if key in concept]
    return {key: concept[key] for key in (*known, *(key for key in concept if key not in known))}


def _ordered(entry: Data) -> Data:
    keys = ("terms", *ENTRY_TEXTS, EXTRA)
    ordered = {key: entry[key] for key in (*keys, *(key for key in entry if key not in keys)) if key in entry}
    if terms := entry.get("terms"):
        known = ("term", *TERM_KEYS, EXTRA)
        ordered["terms"] = [{k: t[k] for k in dict.fromkeys((*known, *t)) if k in t} for t in terms]
    return ordered

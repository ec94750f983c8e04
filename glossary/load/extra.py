"""What other people's files say and the schema has no place for: kept, shown and exported again.

`extra:` of a concept, a language or a term, and the file `extra.yml`. Names and shapes are those of the file
that it came from: texts, lists and mappings, of which only the YAML is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from ..model import Problem
from ..yamlfile import Reader, join


def read_extra(reader: Reader, node: Node, key: str) -> dict[str, Any]:
    """The node's mapping, to any depth."""
    items = reader.mapping(node, (), key).items()
    return {name: _value(reader, value, join(key, name)) for name, (_, value) in items}


def _value(reader: Reader, node: Node, key: str) -> Any:
    if isinstance(node, MappingNode):
        return read_extra(reader, node, key)
    if isinstance(node, SequenceNode):
        return [_value(reader, item, f"{key}[{place}]") for place, item in enumerate(node.value)]
    return reader.text(node, key)


def read_extra_file(path: Path, contents: Mapping[Path, bytes], problems: list[Problem]) -> dict[str, Any]:
    """What `extra.yml` says of the termbase as a whole; nothing if there is no such file."""
    reader = Reader(path)
    content = contents.get(path)
    root = reader.root(content) if content is not None else None
    extra = read_extra(reader, root, "") if root is not None else {}
    problems += reader.problems
    return extra

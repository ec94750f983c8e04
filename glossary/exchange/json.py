"""The termbase as one JSON file: the YAML's own keys, in one object.

{"format": "ordlab-termbase", "version": 1, "languages": {…}, "subjects": {…}, "sources": {…},
 "concepts": {"latent-space": {…}}}
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent

from ..model import Termbase
from ..yamlfile import did_you_mean
from . import plain, table
from .plain import Data, Incoming
from .text import decode

FORMAT, VERSION = "ordlab-termbase", 1
_MAX_DEPTH = 100


def write(termbase: Termbase) -> bytes:
    data = {"format": FORMAT, "version": VERSION, **plain.of_termbase(termbase)}
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def read(content: bytes, path: Path, **options: Any) -> Incoming:
    """What the file says; unknown keys inside a concept are left to the loader, which knows them best.

    Options are for lists of others: `columns` and `languages`; see `table.py`.
    """
    incoming = Incoming(path)
    text, data = parse(content, incoming, lists=True)
    if isinstance(data, dict) and ("@context" in data or "@graph" in data):
        incoming.report("X004", "the file is JSON-LD", "import it as `skos`", line=1)
        return incoming
    if data is None or table.read_json(data, incoming, **options):
        return incoming
    if not isinstance(data, dict):
        incoming.report("X004", "the file holds neither a termbase nor a list of objects", line=1)
        return incoming
    if data.get("format") != FORMAT:
        message = f"`format` is not “{FORMAT}”"
        incoming.report("X004", message, "export it with `python -m glossary export json`", line=1)
        return incoming
    incoming.find_lines = lambda: _concept_lines(text)
    for key, value in data.items():
        if key == plain.EXTRA and isinstance(value, dict):
            incoming.data[plain.EXTRA] = value
        elif key in plain.PARTS and isinstance(value, dict):
            _add_objects(incoming, key, value)
        elif key in plain.PARTS:
            incoming.report("X004", f"`{key}` is not an object", key=key)
        elif key not in ("format", "version", "$schema"):
            incoming.report("X010", f"unknown key “{key}”", did_you_mean(key, plain.PARTS), key=key)
    return incoming


def parse(content: bytes, incoming: Incoming, *, lists: bool = False) -> tuple[str, Any]:
    """The file's text and the JSON object, or list, in it; None when there is none, with the reason noted."""
    text = decode(content, incoming)
    return ("", None) if text is None else (text, _object(text, incoming, lists))


def _object(text: str, incoming: Incoming, lists: bool) -> Any:
    try:
        data = _loads(text)
    except json.JSONDecodeError as error:
        if lists and (lines := _objects_of_lines(text)):
            return lines
        incoming.report("X004", f"not valid JSON: {error.msg}", line=error.lineno)
        return None
    except (RecursionError, ValueError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        incoming.report("X004", f"not usable JSON: {reason}")
        return None
    if not isinstance(data, dict) and not (lists and isinstance(data, list)):
        incoming.report("X004", "the file does not hold a JSON object", line=1)
        return None
    if not _is_shallow(data):
        incoming.report("X004", f"the data is nested more than {_MAX_DEPTH} levels deep")
        return None
    return data


def _loads(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def _objects_of_lines(text: str) -> list[Any]:
    """The objects of JSON Lines, one on each line; none if that is not what the text is."""
    try:
        found = [_loads(line) for line in text.splitlines() if line.strip()]
    except (RecursionError, ValueError):
        return []
    return found if all(isinstance(item, dict) for item in found) else []


def _add_objects(incoming: Incoming, part: str, values: Data) -> None:
    for id, value in values.items():
        if isinstance(value, dict):
            incoming.part(part)[id] = value
        else:
            key = f"{part}.{id}"
            incoming.report("X004", f"`{key}` is not an object", line=incoming.line_of(id), id=id, key=key)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> Data:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key “{twice}” is given twice in one object")
    return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_shallow(data: object) -> bool:
    level: list[Any] = [data]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return True
    return False


def _concept_lines(text: str) -> dict[tuple[str, ...], int]:
    """Where concepts and their languages are. JSON's reader forgets it; YAML's can read the file too."""
    try:
        return {path[1:]: line for path, line in _key_lines(text) if path[0] == "concepts" and path[1:]}
    except yaml.YAMLError:  # JSON that YAML does not read: then there are no lines
        return {}


def _key_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Path and line of every key down to a concept's languages."""
    text = re.sub(r"\\u[dD][89a-fA-F]..", r"\\ufffd", text)  # halves of a character, which are no YAML
    path: list[str] = []  # the key at each level; empty where the next text is one
    for event in yaml.parse(text, Loader=yaml.CLoader):
        if isinstance(event, CollectionStartEvent):
            path.append("")
        elif isinstance(event, CollectionEndEvent):
            path.pop()
            path[-1:] = [""] if path else []
        elif isinstance(event, yaml.ScalarEvent) and path:
            path[-1] = "" if path[-1] else event.value
            if path[-1] and len(path) <= 3 and event.start_mark:
                yield tuple(path), event.start_mark.line + 1

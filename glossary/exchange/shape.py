"""Whether incoming data have the shape of a termbase: texts where texts belong, and lists where lists do.

What the texts say is for the loader to judge, which knows it best.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..yamlfile import MAX_BYTES
from .plain import CONCEPT_LISTS, ENTRY_TEXTS, EXTRA, TERM_KEYS, Incoming

_HALF = re.compile("[\ud800-\udfff]")  # half a character: JSON and Turtle can write one, UTF-8 cannot
_FIX = "correct it in the file, or leave the concept out with --skip-unplaced"
_MAX_DEPTH = 9  # YAML files may be twelve levels deep
_TEXTS = {"subject", *ENTRY_TEXTS, *TERM_KEYS} - {"forms", "not"}
_LISTS = {*CONCEPT_LISTS, "forms", "not"}


def check(incoming: Incoming) -> None:
    """Report every value that is of the wrong kind."""
    for part in ("languages", "subjects", "sources"):
        for id, values in incoming.part(part).items():
            for key, message in _of_texts(values, f"{part}.{id}"):
                fix = "correct it in the file"
                incoming.report("X004", message, fix, line=incoming.line_of(id), id=id, key=key)
    for id, concept in incoming.part("concepts").items():
        for lang, key, message in _of_concept(concept):
            line = incoming.line_of(id, lang, key)
            incoming.report("X004", message, _FIX, line=line, id=id, lang=lang, key=key)


def _of_texts(values: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _of_texts(value, f"{key}.{name}")
    elif message := _of_text(values):
        yield key, message


def _of_concept(concept: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key, value in concept.items():
        if key == EXTRA or not isinstance(value, Mapping) or key in _TEXTS | _LISTS:
            yield from (("", *fault) for fault in _of_value(key, value))
            continue
        for name, item in value.items():
            faults = _of_terms(item) if name == "terms" else _of_value(name, item)
            yield from ((key, *fault) for fault in faults)


def _of_extra(value: Any, key: str, depth: int = 1) -> Iterator[tuple[str, str]]:
    """Any shape, as deep as YAML files may be."""
    if depth > _MAX_DEPTH:
        yield key, "the data is nested too deeply"
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _of_extra(item, f"{key}.{name}", depth + 1)
    elif depth == 1:
        yield key, "expected names and what they hold"
    elif isinstance(value, list):
        for item in value:
            yield from _of_extra(item, key, depth + 1)
    elif message := _of_text(value):
        yield key, message


def _of_terms(terms: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(terms, list):
        yield "terms", "expected a list of terms"
        return
    for place, term in enumerate(terms):
        if not term.get("term"):
            yield f"terms[{place}]", "a term has no text"
        for key, value in term.items():
            yield from ((f"terms[{place}].{name}", message) for name, message in _of_value(key, value))


def _of_value(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if key == EXTRA:
        yield from _of_extra(value, EXTRA)
    elif key in _LISTS and not isinstance(value, list):
        yield key, "expected a list"
    elif isinstance(value, list) and key not in _TEXTS:
        yield from ((key, message) for item in value if (message := _of_text(item)))
    elif message := _of_text(value):
        yield key, message


def _of_text(value: Any) -> str:
    """What is wrong with a text; empty if nothing is."""
    if isinstance(value, list | Mapping):
        return "expected a text"
    if isinstance(value, str) and _HALF.search(value):
        return "the text holds half a character"
    if isinstance(value, str) and len(value) > MAX_BYTES:
        return f"the text is longer than {MAX_BYTES:,} characters"
    return ""

"""A concept's file as JSON Schema (draft 2020-12): editors complete and check by it while one types.

    # yaml-language-server: $schema=../schema.json

Made from the model, so that the two cannot disagree. A schema judges one file by itself: whether a related
concept exists, say, is for `python -m glossary check`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .lint.project import Project, project_of
from .load import CHOICES, ID, LINKS, SLUG
from .model import RELATIONS, Concept, Entry, Language, Term, Termbase

FILE = "schema.json"

_TEXT = {"$ref": "#/$defs/text"}
_IDS = {"type": "array", "items": {"$ref": "#/$defs/id"}, "uniqueItems": True}

EXTRA = "What a file of others said and nothing else here has room for; exports say it again."
_EXTRA = {"type": "object"}

CONCEPT = {
    "subject": "The subject field, from subjects.yml.",
    "broader": "Concepts one level above: a generator is a neural network.",
    "part_of": "Wholes that the concept is a part of: a generator is part of a GAN.",
    "related": "Closely related concepts; it is enough to say so in one of the two files.",
    "not_to_be_confused_with": "Concepts that readers may take for this one; it is enough to say so in one.",
    "legacy": "Old addresses that lead to the concept's page.",
    "sources": "Works that the concept rests on, from sources.yml.",
    "further": "Works to read next, from sources.yml, where they have a `level`; readers see those in their "
    "language first.",
    "figure": "The figure on the concept's page: the name of its file in docs/figures, without .yml.",
    "reviewed": "The day on which somebody last read all of the concept: 2026-11-30.",
    "extra": EXTRA,
}
ENTRY = {
    "terms": "What the concept is called: the preferred term first, then synonyms, and terms to avoid.",
    "definition": "One phrase that can replace the term in running text; it does not use the term. Markdown "
    "within a line.",
    "summary": "The short answer on top of the page, in plain language: what is it, and why does it matter? "
    "Markdown within a line.",
    "explanation": "Markdown: first the intuition, then the precise meaning, then where it is used.",
    "example": "A sentence or two in which the term is used.",
    "basis": "Hash of the reference-language text that this was last checked against: "
    "`python -m glossary accept` writes it.",
    "extra": EXTRA,
}
TERM = {
    "term": "The term as it stands in a dictionary.",
    "status": "What the term is worth; unmarked, the first is preferred and the others are admitted.",
    "type": "What kind of designation it is.",
    "pos": "Part of speech.",
    "gender": "Grammatical gender: masculine, feminine, either of them, neuter.",
    "pinyin": "How a Chinese term is read, with tone marks.",
    "forms": "Inflected forms that are not found automatically: only for linking, never shown as synonyms.",
    "sort_key": "What to sort by, if not by the term as it is written.",
    "note": "Why the term should be avoided, or when it is used.",
    "source": "The work that the term is taken from, from sources.yml.",
    "link": "When a text that mentions the term links it: at the first mention, by hand only, or only beside "
    "other terms of its subject, or near it by relations.",
    "not": "Longer words that hold the term and mean something else: it is not linked there.",
    "extra": EXTRA,
}


def schema(frame: Termbase, *, strict: bool = False) -> dict[str, Any]:
    """The schema of `terms/<id>.yml` in a termbase with these languages and subjects.

    What is missing still is for `check` to say, unless the project is strict about that.
    """
    languages = list(frame.languages)
    of_entry = ["terms", "definition"] if strict else []
    needed = (
        {"required": ["subject", *languages]} if strict else {"anyOf": [{"required": [x]} for x in languages]}
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A concept in all its languages",
        "description": "One file per concept; the file's name is its id.",
        "type": "object",
        "properties": _concept(frame) | {lang: _language(frame.languages[lang]) for lang in languages},
        **needed,
        "additionalProperties": False,
        "$defs": {
            # `on` and 1.0 are words to us, whatever they are to a reader of YAML.
            "text": {"type": ["string", "number", "boolean"], "pattern": r"\S"},
            "id": {"type": "string", "pattern": f"^{ID.pattern}$"},
            "entry": _object(Entry, ENTRY, _entry(), required=of_entry, left_out=("lang",)),
            "term": _object(Term, TERM, _term(), required=["term"]),
        },
    }


def as_text(frame: Termbase) -> str:
    """The schema as it stands in its file."""
    strict = Project(project_of(frame.folder)).is_strict
    return json.dumps(schema(frame, strict=strict), ensure_ascii=False, indent=2) + "\n"


def _concept(frame: Termbase) -> dict[str, Any]:
    """The keys that are no languages."""
    known: dict[str, dict[str, Any]] = {
        "subject": {
            "oneOf": [
                {"const": subject.id, "description": " · ".join(subject.labels.values())}
                for subject in frame.subjects.values()
            ]
        },
        **dict.fromkeys((*RELATIONS, "sources", "further"), _IDS),
        "figure": {"$ref": "#/$defs/id"},
        "reviewed": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "extra": _EXTRA,
        "legacy": {"type": "array", "items": {"type": "string", "pattern": f"^{SLUG.pattern}$"}},
    }
    made = _object(Concept, CONCEPT, known, left_out=("id", "path", "entries"))
    return dict(made["properties"])


def _language(language: Language) -> dict[str, Any]:
    return {"$ref": "#/$defs/entry", "description": f"The concept in {language.name}."}


def _entry() -> dict[str, Any]:
    """At most one term can be marked preferred; if none is, the first one is."""
    preferred = {"type": "object", "properties": {"status": {"const": "preferred"}}, "required": ["status"]}
    return {
        "extra": _EXTRA,
        "terms": {
            "type": "array",
            "items": {"anyOf": [_TEXT, {"$ref": "#/$defs/term"}]},
            "minItems": 1,
            "uniqueItems": True,
            "contains": preferred,
            "minContains": 0,
            "maxContains": 1,
        },
    }


def _term() -> dict[str, Any]:
    return {
        **{name: {"enum": list(values)} for name, values in CHOICES.items()},
        "forms": {"type": "array", "items": _TEXT},
        "not": {"type": "array", "items": _TEXT},
        "link": {"enum": [*LINKS, True, False]},
        "extra": _EXTRA,
    }


def _object(
    kind: type,
    described: Mapping[str, str],
    known: Mapping[str, Mapping[str, Any]],
    required: list[str] | None = None,
    left_out: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The fields of a dataclass, each with its description; those without a schema of their own are texts."""
    names = [field.name.rstrip("_") for field in fields(kind) if field.name not in left_out]
    return {
        "type": "object",
        "properties": {name: {**known.get(name, _TEXT), "description": described[name]} for name in names},
        "required": required or [],
        "additionalProperties": False,
    }

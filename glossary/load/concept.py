"""A concept's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date
from types import MappingProxyType
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..cards import TEXTS
from ..model import RELATIONS, Concept, Entry, Term
from ..yamlfile import Reader, did_you_mean, join, lookalike
from .extra import read_extra
from .values import CHOICES, ID, ID_FORM, LANGUAGE, LINKS, SLUG, YES_NO, report_not_allowed

_LISTS = (*RELATIONS, "legacy", "sources", "further")
# Markdown looks for the end of each bracket as far as the end of the text.
_MAX_BRACKETS = 1000
_CONCEPT_KEYS = ("subject", *_LISTS, "figure", "reviewed", "extra")
_ENTRY_KEYS = ("terms", "definition", "summary", "explanation", "example", "basis", "extra")
_NEEDED = (
    ("terms", "T023", "no terms are given", "add `terms: [the term]`"),
    (
        "definition",
        "T024",
        "the definition is missing",
        "write one phrase that can replace the term in running text",
    ),
)
_TERM_KEYS = tuple(field.name.rstrip("_") for field in fields(Term))  # `not_` is `not`


def read_concept(reader: Reader, root: MappingNode, languages: tuple[str, ...]) -> Concept:
    values = reader.mapping(root, ())
    entries = {}
    for name, (key_node, node) in values.items():
        if name in languages:
            if entry := _read_entry(reader, name, node):
                entries[name] = entry
        elif name not in _CONCEPT_KEYS:
            _unknown_key(reader, name, key_node, languages)
    lists = {name: reader.texts(values[name][1], name) for name in _LISTS if name in values}
    subject = reader.text(values["subject"][1], "subject") if "subject" in values else ""
    if not any(entry.terms for entry in entries.values()):
        _report_nameless(reader, values, languages)
    for slug in lists.get("legacy", ()):
        if not SLUG.fullmatch(slug):
            fix = "use letters, digits, hyphens, dots and underscores"
            reader.at(
                values["legacy"][1], "T025", f"“{slug}” cannot be part of an address", fix, key="legacy"
            )
    figure = reader.text(values["figure"][1], "figure") if "figure" in values else ""
    if figure and not ID.fullmatch(figure):
        message = f"“{figure}” cannot be the name of a figure"
        reader.at(values["figure"][1], "T025", message, ID_FORM, key="figure")
    reviewed = _read_date(reader, values["reviewed"][1], "reviewed") if "reviewed" in values else ""
    extra = read_extra(reader, values["extra"][1], "extra") if "extra" in values else {}
    ordered = MappingProxyType({code: entries[code] for code in languages if code in entries})
    return Concept(
        reader.id, reader.path, subject, ordered, **lists, figure=figure, reviewed=reviewed, extra=extra
    )


def _read_date(reader: Reader, node: Node, key: str) -> str:
    text = reader.text(node, key)
    with suppress(ValueError):
        if not text or date.fromisoformat(text).isoformat() == text:
            return text
    reader.at(node, "T025", f"“{text}” is no day", "write it as 2026-11-30", key=key)
    return ""


def _report_nameless(
    reader: Reader, values: Mapping[str, tuple[Node, Node]], languages: tuple[str, ...]
) -> None:
    """A concept that no language has a term for cannot be shown: everything that could help is missing."""
    for reader.lang in languages:
        key_node, node = values.get(reader.lang, (None, None))
        if key_node is None or node is None:
            fix = f"add a `{reader.lang}:` block with terms and a definition"
            reader.report("T021", f"the language {reader.lang} is missing", fix, line=1)
            continue
        inside = dict(_pairs(node))
        for name, code, message, fix in _NEEDED:
            at, value = inside.get(name, (key_node, None))
            if value is None or _is_empty(value) or value.value == []:
                reader.at(at, code, message, fix, key=name)
    reader.lang = ""


def _pairs(node: Node) -> Iterator[tuple[str, tuple[Node, Node]]]:
    """The keys of a mapping, whatever else is wrong with it; of anything else, none."""
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if isinstance(key, ScalarNode):
            yield key.value, (key, value)


def _unknown_key(reader: Reader, name: str, key_node: Node, languages: tuple[str, ...]) -> None:
    known = (*_CONCEPT_KEYS, *languages)
    if name == "demo":
        fix = f"remove it, and name {reader.id} among the `terms` of the demo's demo.yml"
        reader.at(key_node, "T009", "a concept no longer names its demo", fix, key=name)
    elif LANGUAGE.fullmatch(name) and len(name.split("-")[0]) == 2:
        fix = f"add it there, or use one of: {', '.join(languages)}"
        reader.at(key_node, "T022", f"the language “{name}” is not in languages.yml", fix, key=name)
    else:
        message, fix = lookalike(name) or (f"unknown key “{name}”", did_you_mean(name, known))
        reader.at(key_node, "T009", message, fix, key=name)


def _read_entry(reader: Reader, lang: str, node: Node) -> Entry | None:
    """What a concept says in a language; None where that is nothing yet, as in a new file."""
    if _is_empty(node):
        return None
    reader.lang = lang
    values = reader.mapping(node, _ENTRY_KEYS)
    extra = read_extra(reader, values.pop("extra")[1], "extra") if "extra" in values else {}
    texts = {name: reader.text(value, name) for name, (_, value) in values.items() if name != "terms"}
    for name in TEXTS:
        if (brackets := _brackets(texts.get(name, ""))) > _MAX_BRACKETS:
            message = f"the text holds {brackets:,} opening brackets"
            reader.at(values[name][1], "T012", message, f"keep them below {_MAX_BRACKETS:,}", key=name)
    terms = _read_terms(reader, *values["terms"]) if "terms" in values else ()
    reader.lang = ""
    return Entry(lang, terms, **texts, extra=extra) if terms or extra or any(texts.values()) else None


def _is_empty(node: Node) -> bool:
    """Whether there is nothing after a key."""
    return isinstance(node, ScalarNode) and not node.value.strip()


def _brackets(text: str) -> int:
    return text.count("[") + text.count("<")


def _read_terms(reader: Reader, key_node: Node, node: Node) -> tuple[Term, ...]:
    if _is_empty(node):
        return ()
    if not isinstance(node, SequenceNode):
        value = node.value if isinstance(node, ScalarNode) else "the term"
        reader.at(node, "T007", "expected a list of terms", f"write `terms: [{value}]`", key="terms")
        return ()
    terms: list[Term] = []
    for index, item in enumerate(node.value):
        status = "admitted" if terms else "preferred"
        if term := _read_term(reader, item, f"terms[{index}]", status):
            if term.term in {other.term for other in terms}:
                fix = "keep one of them"
                reader.at(item, "T027", f"“{term.term}” is given twice", fix, key=f"terms[{index}]")
            terms.append(term)
    preferred = [term.term for term in terms if term.status == "preferred"]
    if node.value and len(preferred) != 1 and len(terms) == len(node.value):
        named = " and ".join(f"“{term}”" for term in preferred) or "none"
        fix = "mark exactly one term `status: preferred`, or leave the first one unmarked"
        reader.at(
            key_node, "T026", f"a language has one preferred term, this one has {named}", fix, key="terms"
        )
    return tuple(terms)


def _read_term(reader: Reader, node: Node, key: str, status: str) -> Term | None:
    """A bare string, or a mapping with `term` and what else is known of it; None when it has no text."""
    if isinstance(node, ScalarNode):
        text = _term_text(reader, node, key)
        return Term(text, status) if text else None
    values = reader.mapping(node, _TERM_KEYS, key)
    text = _term_text(reader, values["term"][1], f"{key}.term") if "term" in values else ""
    if "term" not in values and isinstance(node, MappingNode):
        reader.at(node, "T023", "an item of the list has no `term`", "write {term: the term, …}", key=key)
    details = {"status": status} | _term_details(reader, values, key)
    return Term(text, **details) if text else None


def _term_text(reader: Reader, node: Node, key: str) -> str:
    text = reader.text(node, key)
    if isinstance(node, ScalarNode) and not text:
        reader.at(node, "T023", "the term is empty", "write the term, or remove the item", key=key)
    return " ".join(text.split())


def _term_details(reader: Reader, values: Mapping[str, tuple[Node, Node]], key: str) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for name, (_, node) in values.items():
        where = join(key, name)
        if name in ("forms", "not"):
            details[name if name == "forms" else "not_"] = reader.texts(node, where)
        elif name == "link":
            _read_link(reader, node, where, details)
        elif name == "extra":
            details[name] = read_extra(reader, node, where)
        elif name != "term" and (value := reader.text(node, where)):
            allowed = CHOICES.get(name, ())
            if allowed and value not in allowed:
                report_not_allowed(reader, node, where, value, allowed)
            else:
                details[name] = value
    return details


def _read_link(reader: Reader, node: Node, key: str, details: dict[str, Any]) -> None:
    """When a term is linked; `true` and `false` say the same as `first` and `manual`."""
    if value := reader.text(node, key):
        known = LINKS | YES_NO
        if value.lower() in known:
            details["link"] = known[value.lower()]
        else:
            report_not_allowed(reader, node, key, value, tuple(LINKS))

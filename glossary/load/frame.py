"""`languages.yml`, `subjects.yml` and `sources.yml`: what every concept needs."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

import snowballstemmer
from yaml.nodes import Node, ScalarNode

from .. import numbers
from ..languages import USUAL_KEYS, engine_words, usual
from ..model import LEVELS, READINGS, SEGMENTS, Language, Problem, Source, Subject
from ..order import ORDERS
from ..yamlfile import Reader, did_you_mean
from .values import ID, ID_FORM, LANGUAGE, TAG, YES_NO, report_not_allowed

_SOURCE_KEYS = tuple(field.name for field in fields(Source) if field.name != "id")
_LANGUAGE_KEYS = tuple(field.name for field in fields(Language) if field.name != "code")
_FORMER_LANGUAGE_KEYS = ("search",)  # for a search engine that is gone; files that have them still load
_LANGUAGE_CHOICES: Mapping[str, tuple[str, ...]] = {
    "order": tuple(ORDERS),
    "stemmer": ("", "korean", *snowballstemmer.algorithms()),
    "segment": SEGMENTS,
    "gendered": ("", *YES_NO),
    "reading": ("", *READINGS),
}


def read_languages(
    path: Path, contents: Mapping[Path, bytes], problems: list[Problem]
) -> dict[str, Language]:
    reader = Reader(path)
    languages: dict[str, Language] = {}
    for code, (key_node, node) in _top_level(reader, contents).items():
        if not LANGUAGE.fullmatch(code):
            fix = "use a BCP 47 code such as nb, en or zh-Hans"
            reader.at(key_node, "T022", f"“{code}” is not a language code", fix, key=code)
            continue
        is_bare = isinstance(node, ScalarNode) and not node.value.strip()  # `sv:`, and nothing more
        values = {} if is_bare else reader.mapping(node, (*_LANGUAGE_KEYS, *_FORMER_LANGUAGE_KEYS), code)
        values = {name: value for name, value in values.items() if name in _LANGUAGE_KEYS}
        words = _words(reader, values.pop("text")[1], f"{code}.text") if "text" in values else {}
        texts = {name: reader.text(value, f"{code}.{name}") for name, (_, value) in values.items()}
        reference = _is_reference(reader, values, code, texts.pop("reference", ""), languages)
        for name, allowed in _LANGUAGE_CHOICES.items():
            if name in texts and texts[name] not in allowed:
                choices = tuple(filter(None, allowed))
                report_not_allowed(reader, values[name][1], f"{code}.{name}", texts[name], choices)
        if texts.get("locale") and not numbers.is_known(texts["locale"]):
            fix = "name one of CLDR's, such as pt_BR, or remove the key"
            message = f"there is no locale “{texts['locale']}”"
            reader.at(values["locale"][1], "T025", message, fix, key=f"{code}.locale")
        if texts.get("quotes") and len(texts["quotes"]) != 2:
            message, fix = f"“{texts['quotes']}” is not two quotation marks", "write «», say"
            reader.at(values["quotes"][1], "T025", message, fix, key=f"{code}.quotes")
        for name, tags in (("html", [texts.get("html", "")]), ("also", texts.get("also", "").split())):
            for tag in filter(None, tags):
                if not TAG.fullmatch(tag):
                    message, fix = f"“{tag}” is not a language tag", "write zh-Hans, say"
                    reader.at(values[name][1], "T025", message, fix, key=f"{code}.{name}")
        settings = {"name": "", "html": code} | _usual(code) | texts
        if not settings["name"]:
            fix = f"write `name:` with what {code} is called in the language itself"
            reader.at(key_node, "T028", f"the language {code} has no name", fix, key=code)
        languages[code] = Language(
            code,
            **settings,
            reference=reference,
            text=MappingProxyType(words),
        )
    if not languages and not reader.problems and path in contents:
        reader.report("T028", "no language is listed", "write `en: {name: English}`, say", line=1)
    problems += reader.problems
    return languages


def _usual(code: str) -> dict[str, str]:
    """What holds for a language unless the project says otherwise; what readers of texts ask for is not."""
    return {key: value for key, value in usual(code).items() if key in ("name", *USUAL_KEYS)}


def _is_reference(
    reader: Reader,
    values: Mapping[str, tuple[Node, Node]],
    code: str,
    written: str,
    before: Mapping[str, Language],
) -> bool:
    """Whether a language is marked `reference: true`, as at most one may be."""
    if not written:
        return False
    if written.lower() not in YES_NO:
        report_not_allowed(reader, values["reference"][1], f"{code}.reference", written, ("true", "false"))
    marked = YES_NO.get(written.lower(), False)
    if first := next((other for other, language in before.items() if language.reference and marked), None):
        message = f"{code} and {first} cannot both be what the others are translated from"
        reader.at(values["reference"][0], "T037", message, "mark one of them", key=f"{code}.reference")
    return marked


def read_subjects(
    path: Path, contents: Mapping[Path, bytes], languages: tuple[str, ...], problems: list[Problem]
) -> dict[str, Subject]:
    reader = Reader(path)
    subjects = {}
    for id, (key_node, node) in _top_level(reader, contents).items():
        _check_id(reader, key_node, id)
        labels = _text_map(reader, node, id)
        for code in labels.keys() - set(languages):
            fix = did_you_mean(code, languages)
            reader.at(key_node, "T022", f"the language “{code}” is not in languages.yml", fix, key=id)
        subjects[id] = Subject(id, MappingProxyType({code: text for code, text in labels.items() if text}))
    problems += reader.problems
    return subjects


def read_sources(
    path: Path, contents: Mapping[Path, bytes], languages: tuple[str, ...], problems: list[Problem]
) -> dict[str, Source]:
    reader = Reader(path)
    sources = {}
    for id, (key_node, node) in _top_level(reader, contents).items():
        _check_id(reader, key_node, id)
        values = reader.mapping(node, _SOURCE_KEYS, id)
        texts = {name: reader.text(value, f"{id}.{name}") for name, (_, value) in values.items()}
        if not texts.get("title"):
            reader.at(key_node, "T028", f"the source “{id}” has no title", "add `title:`", key=id)
        if texts.get("url") and not re.match(r"https?://[^\s\"'<>]+$", texts["url"]):
            reader.at(values["url"][1], "T025", f"“{texts['url']}” is not a web address", key=f"{id}.url")
        if texts.get("level") and texts["level"] not in LEVELS:
            report_not_allowed(reader, values["level"][1], f"{id}.level", texts["level"], LEVELS)
        for code in texts.get("readers", "").split():
            if code not in languages:
                message = f"the language “{code}” is not in languages.yml"
                fix = did_you_mean(code, languages)
                reader.at(values["readers"][1], "T022", message, fix, key=f"{id}.readers")
        sources[id] = Source(id, **({"title": id} | texts))
    problems += reader.problems
    return sources


def _top_level(reader: Reader, contents: Mapping[Path, bytes]) -> dict[str, tuple[Node, Node]]:
    """A file's top-level keys, all of them the author's own; nothing when the file is missing or not YAML."""
    content = contents.get(reader.path)
    root = reader.root(content) if content is not None else None
    return reader.mapping(root, ()) if root is not None else {}


def _check_id(reader: Reader, key_node: Node, id: str) -> None:
    if not ID.fullmatch(id):
        reader.at(key_node, "T025", f"“{id}” cannot be an id", f"{ID_FORM}: goodfellow-2014", key=id)


def _text_map(reader: Reader, node: Node, key: str) -> dict[str, str]:
    return {
        name: reader.text(value, f"{key}.{name}")
        for name, (_, value) in reader.mapping(node, (), key).items()
    }


def _words(reader: Reader, node: Node, key: str) -> dict[str, str]:
    """Words of the interface: the space around one is part of it, as in `comma: ', '`."""
    words, english = {}, engine_words("en")
    for name, (_, value) in reader.mapping(node, (), key).items():
        words[name] = reader.text(value, f"{key}.{name}") and value.value.strip("\n")
        fields = _fields(str(english.get(name, "")))
        given = _fields(words[name])
        if fields and (given is None or given - fields):  # to fill it in would fail
            named = " and ".join(f"{{{field}}}" for field in sorted(fields))
            message, fix = f"“{words[name]}” has other braces than {named}", f"write {named} where it belongs"
            reader.at(value, "T025", message, fix, key=f"{key}.{name}")
    return words


def _fields(text: str) -> set[str] | None:
    """What is filled into a text, as `{count}`; None if nothing can be."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    plain = all(not spec and not conversion for _, name, spec, conversion in parts if name is not None)
    return {name for _, name, _, _ in parts if name is not None} if plain else None

"""Putting an incoming file into a termbase: all of it, or nothing.

Everything is read, placed, written into a copy of the termbase and loaded from there before the first real
file changes. Files whose data stay the same are not touched; in the others, comments and order stay.

A file of ours says everything about a concept, so what it does not say goes. A file of others may know less
than the YAML: it adds and changes, and removes nothing.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from ruamel.yaml.error import YAMLError

from .. import files
from ..load import ID, ID_FORM, load, load_frame
from ..model import Problem, TermbaseError
from ..yamlfile import shown
from . import Format, plain, shape, yaml_files
from .plain import Data, Incoming


@dataclass
class Outcome:
    """What an import did, or would have done had there been no `problems`."""

    problems: list[Problem] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    written: bool = False


def import_file(format: Format, path: Path, folder: Path, *, skip_unplaced: bool = False) -> Outcome:
    """Bring a termbase up to what a file says; with `skip_unplaced`, without what has no place in it.

    A folder that is no termbase yet becomes one, if the file says which languages and subjects it has.

    Raises:
        OSError: a file cannot be read or written; nothing has changed.
    """
    incoming = format.read(path.read_bytes(), path)
    outcome = Outcome(incoming.problems)
    try:
        existing = _existing(folder)
    except TermbaseError as error:
        outcome.problems += error.problems
        return outcome
    incoming.data = plain.tidy(incoming.data)
    shape.check(incoming)
    if not incoming.part("concepts") and not outcome.problems:
        incoming.report("X006", "the file holds no concept", "export some into it")
    if any(problem.code < "X010" for problem in outcome.problems):
        return outcome
    _place(incoming, existing)
    if outcome.problems and not skip_unplaced:
        return outcome
    texts = _validated(incoming, existing, folder, outcome, skip_unplaced)
    if texts is not None:
        files.write_all(texts)
        outcome.written = True
    return outcome


def _existing(folder: Path) -> Data:
    if not (folder / "languages.yml").is_file():
        return {part: {} for part in plain.PARTS}
    has_concepts = any((folder / "terms").rglob("*.y*ml"))
    return plain.of_termbase(load(folder) if has_concepts else load_frame(folder))


# Names of the file → names of the termbase


def _place(incoming: Incoming, existing: Data) -> None:
    _place_languages(incoming, existing)
    _place_ids(incoming)
    _place_subjects(incoming, existing)


def _place_languages(incoming: Incoming, existing: Data) -> None:
    languages = {**existing["languages"], **incoming.part("languages")}
    if not languages:
        named = dict.fromkeys(
            key for c in incoming.part("concepts").values() for key in c if isinstance(c[key], dict)
        )
        message = "there is no termbase yet, and the file does not say enough to make one"
        make = f"python -m glossary init NEW --languages {' '.join(named)}"
        incoming.report("X011", message, f"make it first, and import into its folder: {make}")
        return
    codes = {tag.lower(): code for code, tag in plain.language_tags(languages).items()}
    codes |= {code.lower(): code for code in languages}
    codes |= {tag.lower(): code for tag, code in incoming.tags.items()}
    reported: set[str] = set()
    for id, concept in incoming.part("concepts").items():
        for key in [key for key in concept if isinstance(concept[key], dict)]:
            entry = concept.pop(key)
            if code := codes.get(key.lower()):
                concept[code] = entry
                incoming.tags.setdefault(key, code)
            elif key not in reported:
                reported.add(key)
                line, fix = incoming.line_of(id, key), "add it there, or leave it out of the file"
                message = f"the language “{key}” is not in languages.yml"
                incoming.report("X011", message, fix, line=line, lang=key, id=id, key=key)


def _place_ids(incoming: Incoming) -> None:
    """Ids of others may have capitals or underscores; ours are part of file names and addresses."""
    concepts = incoming.part("concepts")
    ids = {raw: raw if ID.fullmatch(raw) else _as_id(raw) for raw in concepts}
    placed: Data = {}
    for raw, concept in concepts.items():
        id = ids[raw]
        if not id or id in placed:
            message = (
                f"“{raw}” cannot be a concept's id" if not id else f"“{raw}” becomes {id}, as another does"
            )
            fix = f"{ID_FORM}: latent-space"
            incoming.report("X012", message, fix, line=incoming.line_of(raw), id=raw)
            continue
        for relation in plain.RELATIONS:
            if relation in concept:
                concept[relation] = [ids.get(target, target) for target in concept[relation]]
        placed[id] = concept
        if id != raw:
            incoming.ids[id] = raw
    incoming.data["concepts"] = placed


def _as_id(text: str) -> str:
    """The nearest id: “TE_Neural Net” becomes te-neural-net; empty when nothing is left."""
    ascii = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    id = re.sub(r"[^a-z0-9]+", "-", ascii).strip("-")
    return id if not id or id[0].isalpha() else f"c-{id}"


def _place_subjects(incoming: Incoming, existing: Data) -> None:
    """A subject may be given by its label in any language."""
    subjects = {**existing["subjects"], **incoming.part("subjects")}
    labels = {label.casefold(): id for id, names in subjects.items() for label in names.values()}
    for concept in incoming.part("concepts").values():
        if (subject := concept.get("subject")) and subject not in subjects:
            concept["subject"] = labels.get(str(subject).casefold(), subject)


# One termbase out of two


def _merged(incoming: Incoming, existing: Data, left_out: Set[str]) -> Data:
    merged: Data = {}
    for part in plain.PARTS:
        new = {
            id: value for id, value in incoming.part(part).items() if part != "concepts" or id not in left_out
        }
        merged[part] = dict(existing[part])
        for id, value in new.items():
            old = existing[part].get(id, {})
            merged[part][id] = value if incoming.complete else _added(old, _new_statements(old, value))
    order = list(merged["languages"])
    merged["concepts"] = {
        id: yaml_files.ordered(concept, order) for id, concept in sorted(merged["concepts"].items())
    }
    return merged


def _new_statements(old: Data, new: Data) -> Data:
    """A concept that others describe: “related” says nothing of what is known to be broader or a whole."""
    known = {id for relation in plain.RELATIONS if relation != "related" for id in old.get(relation, ())}
    related = [id for id in new.get("related", ()) if id not in known]
    rest = {key: value for key, value in new.items() if key != "related"}
    return rest | {"related": related} if related else rest


def _added(old: Data, new: Data) -> Data:
    """`old` with what `new` says; nothing goes."""
    result = dict(old)
    for key, value in new.items():
        if key == "terms":
            result[key] = _added_terms(old.get(key, []), value)
        elif isinstance(value, dict):
            result[key] = _added(old.get(key, {}), value)
        elif isinstance(value, list):
            result[key] = [*old.get(key, []), *(item for item in value if item not in old.get(key, []))]
        else:
            result[key] = value
    return result


def _added_terms(old: list[Data], new: list[Data]) -> list[Data]:
    stated = {term["term"]: {**term, "status": status} for status, term in plain.with_status(old)}
    for status, term in plain.with_status(new):
        known = stated.get(term["term"], {})
        if old and "status" not in term:
            status = known.get("status", "admitted")
        stated[term["term"]] = _added(known, term) | {"status": status}
    return [plain.without_implied_status(term, place) for place, term in enumerate(stated.values())]


# New content of files, tried out before it counts


def _validated(
    incoming: Incoming, existing: Data, folder: Path, outcome: Outcome, skip_unplaced: bool
) -> dict[Path, str] | None:
    """The files to be written; None if there is a fault. With `skip_unplaced`, concepts at fault stay out."""
    while True:
        merged = _merged(incoming, existing, set(outcome.left_out))
        texts = _texts(merged, existing, folder, incoming)
        problems = [text for text in texts.values() if isinstance(text, Problem)]
        problems += _faults(merged, texts, folder, incoming) if texts and not problems else []
        outcome.problems += problems
        at_fault = {p.id for p in problems} & incoming.part("concepts").keys() - set(outcome.left_out)
        if not problems:
            _count(incoming, existing, merged, outcome)
            return {path: text for path, text in texts.items() if isinstance(text, str)}
        if not (skip_unplaced and at_fault):
            return None
        outcome.left_out += sorted(at_fault)


def _texts(merged: Data, existing: Data, folder: Path, incoming: Incoming) -> dict[Path, str | Problem]:
    texts: dict[Path, str | Problem] = {}
    for part in ("languages", "subjects", "sources"):
        if merged[part] != existing[part]:
            texts[folder / f"{part}.yml"] = _text(folder / f"{part}.yml", merged[part], incoming)
    for id, concept in merged["concepts"].items():
        if concept != existing["concepts"].get(id):
            path = folder / "terms" / f"{id}.yml"
            texts[path] = _text(path, concept, incoming, id)
    return texts


def _text(path: Path, data: Data, incoming: Incoming, id: str = "") -> str | Problem:
    if not path.exists():
        return yaml_files.write(data, rows=path.name in ("languages.yml", "subjects.yml"))
    try:
        return yaml_files.edit(path.read_bytes().decode(), data)
    except YAMLError:
        return _uneditable(path, id)


def _faults(
    merged: Data, texts: Mapping[Path, str | Problem], folder: Path, incoming: Incoming
) -> list[Problem]:
    """What the loader says of the new termbase, tried out in a copy."""
    with tempfile.TemporaryDirectory(prefix="termbase-") as name:
        copy = Path(name)
        (copy / "terms").mkdir()
        for path in (*folder.glob("*.yml"), *folder.glob("terms/*.y*ml")):
            if path not in texts:
                shutil.copyfile(path, copy / path.relative_to(folder))
        for path, text in texts.items():
            (copy / path.relative_to(folder)).write_bytes(str(text).encode("utf-8", "surrogatepass"))
        try:
            written = plain.of_termbase(load(copy))
        except TermbaseError as error:
            return [_attributed(problem, copy, folder, incoming) for problem in error.problems]
    different = [id for id, concept in merged["concepts"].items() if written["concepts"].get(id) != concept]
    return [_uneditable(folder / "terms" / f"{id}.yml", id) for id in different]


def _uneditable(path: Path, id: str) -> Problem:
    message, fix = (
        "this file cannot be edited without losing something",
        "write it more plainly, and try again",
    )
    return Problem(shown(path), 0, "X020", message, fix, id=id)


def _attributed(problem: Problem, copy: Path, folder: Path, incoming: Incoming) -> Problem:
    """A fault in the copy, reported as a fault of the file that brought it, or of the real termbase."""
    if problem.id in incoming.part("concepts"):
        line = incoming.line_of(problem.id, problem.lang, problem.key)
        problem = replace(problem, file=shown(incoming.path), line=line)
    for part in ("languages", "subjects", "sources"):
        if problem.file == shown(copy / f"{part}.yml") and problem.key.split(".")[0] in incoming.part(part):
            problem = replace(problem, file=shown(incoming.path), line=0)
    prefix, real = f"{copy.as_posix()}/", f"{shown(folder)}/"
    texts = {name: getattr(problem, name).replace(prefix, real) for name in ("file", "message", "fix")}
    return replace(problem, **texts)


def _count(incoming: Incoming, existing: Data, merged: Data, outcome: Outcome) -> None:
    left_out = set(outcome.left_out)
    for id in incoming.part("concepts"):
        if id in left_out:
            continue
        old, new = existing["concepts"].get(id), merged["concepts"][id]
        (outcome.added if old is None else outcome.unchanged if old == new else outcome.changed).append(id)

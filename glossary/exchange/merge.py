"""Putting an incoming file into a termbase: all of it, or nothing.

Everything is read, placed, written into a copy of the termbase and loaded from there before the first real
file changes. Files whose data stay the same are not touched; in the others, comments and order stay.

A file of ours says everything about a concept, so what it does not say goes. A file of others may know less
than the YAML: it adds and changes, and removes nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from .. import cards, files
from ..lint.project import Project, project_of
from ..load import load, load_frame
from ..model import Problem, TermbaseError
from ..staleness import drafts
from ..yamlfile import shown
from . import Format, plain, shape, yaml_files
from .extra import OURS
from .place import place, report_extra, settle_terms, share_terms
from .plain import EXTRA, Data, Decision, Incoming


@dataclass
class Outcome:
    """What an import did, or would have done had there been no `problems`."""

    problems: list[Problem] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    drafts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # concepts that lack something, and what
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    at_fault: bool = False  # whether leaving out concepts would help
    done: bool = False  # whether all could be placed; and written, if it was not a trial
    written: bool = False


def import_file(
    format: Format,
    path: Path,
    folder: Path,
    *,
    skip_unplaced: bool = False,
    languages: Sequence[str] = (),
    dry_run: bool = False,
    progress: bool = False,
    **settings: Any,
) -> Outcome:
    """Bring a termbase up to what a file says; with `skip_unplaced`, without concepts that have faults.

    A folder that is no termbase yet becomes one, in `languages` or in those of the file. With `dry_run`,
    everything is tried out and nothing is written; with `progress`, a bar on a terminal shows how far it is.
    `settings` are the format's own, such as `columns`.

    Raises:
        OSError: a file cannot be read or written; nothing has changed.
    """
    steps = Steps(progress)
    if format.name in ("csv", "xlsx", "json"):
        settings["languages"] = languages
    try:
        incoming = steps.after("reading", lambda: format.read(path.read_bytes(), path, **settings))
        outcome = Outcome(incoming.problems, incoming.decisions)
        existing = _existing(folder, outcome)
        shapeless = _shapeless(incoming, outcome)
        left_out = shapeless if skip_unplaced else set()
        is_readable = all(p.code >= "X010" or p.id in left_out for p in outcome.problems)
        for id in left_out:
            del incoming.part("concepts")[id]
        if existing is not None and is_readable and _place(incoming, existing, languages, skip_unplaced):
            _restore_placeholders(incoming, existing, folder)
            texts = _validated(incoming, existing, folder, outcome, skip_unplaced, steps)
            outcome.done = texts is not None
            if texts is not None and not dry_run:
                steps.after("writing", lambda: files.write_all(texts))
                outcome.written = True
    finally:
        steps.close()
    outcome.left_out += sorted(left_out)
    outcome.at_fault |= bool(shapeless)
    names = {raw: id for id, raw in incoming.ids.items()}
    outcome.decisions = [replace(each, id=names.get(each.id, each.id)) for each in incoming.decisions]
    return outcome


def _existing(folder: Path, outcome: Outcome) -> Data | None:
    """The termbase as it is, empty if there is none yet; None if it has faults of its own."""
    if not (folder / "languages.yml").is_file():
        return {part: {} for part in plain.PARTS}
    has_concepts = any((folder / "terms").rglob("*.y*ml"))
    try:
        return plain.of_termbase(load(folder) if has_concepts else load_frame(folder))
    except TermbaseError as error:
        outcome.problems += error.problems
        return None


def _shapeless(incoming: Incoming, outcome: Outcome) -> set[str]:
    """Concepts that hold what no termbase can, a text of a megabyte, say."""
    if incoming.lenient:
        settle_terms(incoming)
    incoming.data = plain.tidy(incoming.data)
    concepts, found_before = incoming.part("concepts"), len(outcome.problems)
    if not concepts and not outcome.problems:
        incoming.report("X006", "the file holds no concept", "see whether it is the right file and format")
    shape.check(incoming)
    return {problem.id for problem in outcome.problems[found_before:]} & concepts.keys()


def _place(incoming: Incoming, existing: Data, languages: Sequence[str], skip_unplaced: bool) -> bool:
    """Find a place for what the file says; false if there is no termbase to be made of it."""
    place(incoming, existing, languages)
    has_languages = existing["languages"] or incoming.part("languages")
    if not has_languages or (incoming.problems and not skip_unplaced):
        return False
    incoming.data = plain.tidy(incoming.data)
    report_extra(incoming)
    return True


def _restore_placeholders(incoming: Incoming, existing: Data, folder: Path) -> None:
    """A text that is ours with its numbers put in (`cards`) says nothing new: ours stays as it is."""
    if not existing["concepts"]:
        return
    termbase = load(folder)
    demos = Project(project_of(folder)).demos
    written = plain.of_termbase(cards.filled(cards.with_cards(termbase, demos)))["concepts"]
    for id, concept in incoming.part("concepts").items():
        for lang in termbase.languages:
            new, old = concept.get(lang, {}), existing["concepts"].get(id, {}).get(lang, {})
            for key in plain.ENTRY_TEXTS:
                if key in new and key in old and new[key] == written[id][lang].get(key):
                    new[key] = old[key]


class Steps:
    """A bar that fills as the concepts are written out and read again; nothing where there is no terminal."""

    def __init__(self, shown: bool) -> None:
        from tqdm import tqdm

        self.bar = tqdm(
            disable=None if shown else True, unit=" concepts", bar_format="{desc}: {bar} {n_fmt}/{total_fmt}"
        )

    def after(self, name: str, work: Callable[[], Any]) -> Any:
        self.bar.set_description(name)
        return work()

    def over(self, name: str, items: Iterable[Any], total: int) -> Iterator[Any]:
        self.bar.set_description(name)
        self.bar.reset(total)
        for item in items:
            yield item
            self.bar.update()

    def close(self) -> None:
        self.bar.close()


# One termbase out of two


def _merged(incoming: Incoming, existing: Data, left_out: Set[str]) -> Data:
    merged: Data = {}
    for part in plain.PARTS:
        if part == EXTRA:
            merged[part] = _added_extra(existing[part], incoming.part(part))
            continue
        new = {
            id: value for id, value in incoming.part(part).items() if part != "concepts" or id not in left_out
        }
        merged[part] = dict(existing[part])
        for id, value in new.items():
            old = existing[part].get(id, {})
            merged[part][id] = (
                value if incoming.complete else _added(old, _new_statements(old, value), wins=incoming.wins)
            )
    if incoming.lenient and not incoming.complete:
        share_terms(incoming, existing, merged)
    order = list(merged["languages"])
    merged["concepts"] = {
        id: yaml_files.ordered(concept, order) for id, concept in sorted(merged["concepts"].items())
    }
    return merged


def _new_statements(old: Data, new: Data) -> Data:
    """A concept that others describe: “related” says nothing of what is known to be broader or a whole."""
    known = {id for relation in plain.RELATIONS if relation != "related" for id in old.get(relation, ())}
    related = [id for id in new.get("related", ()) if id not in known]
    rest = {key: _in_its_language(old.get(key, {}), value) for key, value in new.items() if key != "related"}
    return rest | {"related": related} if related else rest


def _in_its_language(old: Data, value: Any) -> Any:
    """Texts that join others in a language are in that language, whatever tag their file had for it."""
    if not (isinstance(value, dict) and old and "lang" in value.get(EXTRA, {}) and "terms" in value):
        return value
    extras = {name: item for name, item in value[EXTRA].items() if name != "lang"}
    known = {"lang": old[EXTRA]["lang"]} if "lang" in old.get(EXTRA, {}) else {}
    rest = {name: item for name, item in value.items() if name != EXTRA}
    return rest | {EXTRA: extras | known} if extras | known else rest


def _added(old: Data, new: Data, *, wins: bool = False) -> Data:
    """`old` with what `new` says; nothing goes."""
    result = dict(old)
    for key, value in new.items():
        if key == EXTRA:
            result[key] = _added_extra(old.get(key, {}), value)
        elif key == "terms":
            result[key] = _added_terms(old.get(key, []), value, wins=wins)
        elif isinstance(value, dict):
            result[key] = _added(old.get(key, {}), value, wins=wins)
        elif isinstance(value, list):
            result[key] = [*old.get(key, []), *(item for item in value if item not in old.get(key, []))]
        elif not (wins and _reads_alike(old.get(key, ""), value)):
            result[key] = value
    return result


def _reads_alike(old: str, new: str) -> bool:
    """Whether only white space differs, which tools for translators break and indent as they like."""
    return str(old).split() == str(new).split()


def _added_extra(old: Data, new: Data) -> Data:
    """What a file says now under a name takes the place of what it said before."""
    both = {name: old[name] | new[name] for name in OURS if isinstance(old.get(name), dict) and name in new}
    return old | new | both


def _added_terms(old: list[Data], new: list[Data], *, wins: bool) -> list[Data]:
    """The terms of both; one stays preferred: the one that was, unless the new one wins."""
    stated = {term["term"]: {**term, "status": status} for status, term in plain.with_status(old)}
    for status, term in plain.with_status(new):
        known = stated.get(term["term"], {})
        if old and "status" not in term and not wins:
            status = known.get("status", "admitted")
        stated[term["term"]] = _added(known, term) | {"status": status}
    preferred = [term for term in stated.values() if term["status"] == "preferred"]
    for term in preferred[:-1] if wins else preferred[1:]:
        term["status"] = "admitted"
    return [
        plain.without_implied_status(_without_own_status(term), place)
        for place, term in enumerate(stated.values())
    ]


def _without_own_status(term: Data) -> Data:
    """A term whose status is again what its file says it is needs no mention of that."""
    extras = dict(term.get(EXTRA, {}))
    if extras.get("status") != term["status"]:
        return term
    del extras["status"]
    rest = {key: value for key, value in term.items() if key != EXTRA}
    return rest | {EXTRA: extras} if extras else rest


# New content of files, tried out before it counts


def _validated(
    incoming: Incoming,
    existing: Data,
    folder: Path,
    outcome: Outcome,
    skip_unplaced: bool,
    steps: Steps,
) -> dict[Path, str] | None:
    """The files to be written; None if there is a fault. With `skip_unplaced`, concepts at fault stay out."""
    while True:
        merged = _merged(incoming, existing, set(outcome.left_out))
        texts = _texts(merged, existing, folder, incoming, steps)
        problems = [text for text in texts.values() if isinstance(text, Problem)]
        problems += _faults(merged, texts, folder, incoming, steps, outcome) if texts and not problems else []
        outcome.problems += problems
        at_fault = {p.id for p in problems} & incoming.part("concepts").keys() - set(outcome.left_out)
        if not problems:
            _count(incoming, existing, merged, outcome)
            return {path: text for path, text in texts.items() if isinstance(text, str)}
        outcome.at_fault = bool(at_fault)
        if not (skip_unplaced and at_fault):
            return None
        outcome.left_out += sorted(at_fault)


def _texts(
    merged: Data, existing: Data, folder: Path, incoming: Incoming, steps: Steps
) -> dict[Path, str | Problem]:
    texts: dict[Path, str | Problem] = {}
    for part in ("languages", "subjects", "sources", EXTRA):
        is_missing = part == "subjects" and not (folder / "subjects.yml").exists()
        if merged[part] != existing[part] or is_missing:
            texts[folder / f"{part}.yml"] = _text(folder / f"{part}.yml", merged[part], incoming)
    concepts = merged["concepts"]
    for id, concept in steps.over("converting", concepts.items(), len(concepts)):
        if concept != existing["concepts"].get(id):
            path = folder / "terms" / f"{id}.yml"
            texts[path] = _text(path, concept, incoming, id)
    return texts


def _text(path: Path, data: Data, incoming: Incoming, id: str = "") -> str | Problem:
    if path.name == "extra.yml":
        return yaml_files.write_extra(data)
    if not data:
        return "{}\n"
    if not path.exists():
        return yaml_files.write(data, rows=path.name in ("languages.yml", "subjects.yml"))
    try:
        return yaml_files.edit(path.read_bytes().decode(), data)
    except YAMLError:
        return _uneditable(path, id)


def _faults(
    merged: Data,
    texts: Mapping[Path, str | Problem],
    folder: Path,
    incoming: Incoming,
    steps: Steps,
    outcome: Outcome,
) -> list[Problem]:
    """What the loader says of the new termbase, tried out in a copy; and which concepts are drafts there."""
    with tempfile.TemporaryDirectory(prefix="termbase-") as name:
        copy = Path(name)
        (copy / "terms").mkdir()
        for path in (*folder.glob("*.yml"), *folder.glob("terms/*.y*ml")):
            if path not in texts:
                shutil.copyfile(path, copy / path.relative_to(folder))
        for path, text in texts.items():
            (copy / path.relative_to(folder)).write_bytes(str(text).encode("utf-8", "surrogatepass"))
        try:
            loaded = steps.after("checking", lambda: load(copy))
            written = plain.of_termbase(loaded)
            imported = incoming.part("concepts")
            outcome.drafts = {id: lacking for id, lacking in drafts(loaded).items() if id in imported}
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

"""Finds the demos: every folder here that holds a `demo.yml`.

Imports neither torch nor gradio, so that the site can be built without them. Faults come as `Problem`s with
file, line, key, language and remedy, all of them at once; one broken demo takes no other down.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import logging
import string
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType

import yaml

import glossary
from glossary.model import Problem

ROOT = Path(__file__).parent
TEXTS = ("title", "summary", "try", "alt")
KEYS = ("terms", "weights", *TEXTS, "labels")
REQUIRED = ("terms", *TEXTS)
RESERVED = ("common", "server")  # packages beside the demos
FILES = {"app.py": "add it, with build(demo, lang)", "still.webp": "draw it with “python -m demos stills”"}

log = logging.getLogger("ordlab")
Where = tuple[str, ...]


@dataclass(frozen=True)
class Demo:
    """One demo as its `demo.yml` describes it. Every text is a mapping from language code to words."""

    name: str
    folder: Path
    terms: tuple[str, ...]  # concept ids; the demo is embedded on the page of the first
    weights: tuple[str, ...]  # folders beside this one whose `weights/` it needs
    title: Mapping[str, str]
    summary: Mapping[str, str]
    try_this: Mapping[str, str]
    alt: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]

    @property
    def still(self) -> Path:
        """Picture made by the real model, shown until the demo runs."""
        return self.folder / "still.webp"

    @property
    def weight_folders(self) -> tuple[Path, ...]:
        return tuple(self.folder.parent / name / "weights" for name in self.weights)


class RegistryError(Exception):
    """Some `demo.yml` cannot be used; `problems` says where and why, all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def load_demos(root: Path = ROOT, *, strict: bool = False) -> dict[str, Demo]:
    """The demos that can be used, by name.

    Faulty ones are left out, and the log says why; with `strict` they raise RegistryError instead.
    """
    demos, problems = read_demos(root)
    if problems and strict:
        raise RegistryError(problems)
    for problem in sorted(problems):
        log.warning("%s", problem)
    return demos


def read_demos(root: Path = ROOT) -> tuple[dict[str, Demo], list[Problem]]:
    """Every usable demo below `root`, and every fault found in the others."""
    demos: dict[str, Demo] = {}
    problems: list[Problem] = []
    for name in demo_names(root):
        reader = Reader(root / name)
        demo = reader.read()
        problems += reader.problems
        if demo is not None:
            demos[name] = demo
    return demos, problems


def demo_names(root: Path = ROOT) -> list[str]:
    """Folders holding a `demo.yml`, usable or not, in alphabetical order."""
    return sorted(path.parent.name for path in root.glob("*/demo.yml"))


def import_app(demo: Demo) -> ModuleType:
    """The demo's `app.py`. Imports torch and gradio, unlike everything else here."""
    if demo.folder.parent == ROOT:
        return importlib.import_module(f"demos.{demo.name}.app")
    name = f"demos_elsewhere_{demo.name}"
    spec = importlib.util.spec_from_file_location(name, demo.folder / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def languages() -> Mapping[str, str]:
    """Code and HTML `lang` value of each of the site's languages, the default first.

    `languages.yml` is their only list.
    """
    path = Path(glossary.__file__).parent / "languages.yml"
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return MappingProxyType({code: language["html"] for code, language in data.items()})


def default_language() -> str:
    return next(iter(languages()))


class Reader:
    """Reads one demo's `demo.yml` and collects what is wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "demo.yml"
        self.lines: dict[Where, int] = {}
        self.problems: list[Problem] = []

    def read(self) -> Demo | None:
        """The demo, or None if there is any fault."""
        data = self.parse()
        if data is None:
            return None
        self.check_keys(data)
        terms = self.names(data, "terms")
        weights = self.names(data, "weights")
        texts = {key: self.text(data[key], (key,)) for key in TEXTS if key in data}
        labels = self.labels(data.get("labels", {}))
        self.check_files(weights)
        if self.problems:
            return None
        return Demo(
            name=self.folder.name,
            folder=self.folder,
            terms=terms,
            weights=weights,
            title=texts["title"],
            summary=texts["summary"],
            try_this=texts["try"],
            alt=texts["alt"],
            labels=labels,
        )

    def parse(self) -> Mapping[str, object] | None:
        """The file as plain data in which every scalar is text, whatever YAML thinks of `no` or `1.0`."""
        try:
            node = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.report((), f"not valid YAML: {error.problem}", "check indents, quotes and colons", line=line)
            return None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.report((), f"not readable as UTF-8 YAML: {error}", "save the file as UTF-8 text")
            return None
        try:
            data = None if node is None else self.plain(node, ())
        except RecursionError:
            self.report((), "an alias refers to what it stands in", "write the text out instead of “*name”")
            return None
        if not isinstance(data, dict):
            self.report((), "the file does not hold keys with values", f"give it the keys {', '.join(KEYS)}")
            return None
        return data

    def plain(self, node: yaml.Node, where: Where) -> object:
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self.plain_mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*where, str(i))) for i, child in enumerate(node.value)]
        return node.value

    def plain_mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in data:
                line = key_node.start_mark.line + 1
                self.report((*where, key), "the key stands here twice", "keep one of them", line=line)
                continue
            self.lines[*where, key] = key_node.start_mark.line + 1
            data[key] = self.plain(value_node, (*where, key))
        return data

    def check_keys(self, data: Mapping[str, object]) -> None:
        for key in data:
            if key not in KEYS:
                self.report((key,), f"unknown key “{key}”", suggestion(key, KEYS))
        for key in REQUIRED:
            if key not in data:
                self.report((), f"the key “{key}” is missing", f"add “{key}:”", key=key)

    def names(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        """A list of ids; `weights` may be absent or empty, `terms` may not."""
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            self.report((key,), f"“{key}” is not a list of names", f"write {key}: [first, second]")
            return ()
        if key in REQUIRED and key in data and not value:
            self.report((key,), "the list is empty", "name at least the term on whose page the demo stands")
        return tuple(value)

    def text(self, value: object, where: Where) -> Mapping[str, str]:
        """A text in every language."""
        if not isinstance(value, dict):
            self.report(where, "not a text per language", f"write one line each for {', '.join(languages())}")
            return {}
        for lang in value:
            if lang not in languages():
                self.report((*where, lang), f"unknown language “{lang}”", suggestion(lang, languages()))
        for lang in languages():
            self.check_text(value.get(lang), (*where, lang))
        return MappingProxyType({lang: str(value.get(lang, "")).strip() for lang in languages()})

    def check_text(self, text: object, where: Where) -> None:
        lang = where[-1]
        if text is None:
            self.report(where, f"no text in “{lang}”", f"add “{lang}:” with the text in that language")
        elif not isinstance(text, str):
            self.report(where, "not a text", "write the text in quotes")
        elif not text.strip():
            self.report(where, "the text is empty", f"write the text in “{lang}”")

    def labels(self, value: object) -> Mapping[str, Mapping[str, str]]:
        if not isinstance(value, dict):
            self.report(("labels",), "not keys with texts", "write labels: {key: {…}}")
            return {}
        labels = {key: self.text(texts, ("labels", key)) for key, texts in value.items()}
        for key, texts in labels.items():
            self.check_fields(key, texts)
        return MappingProxyType(labels)

    def check_fields(self, key: str, texts: Mapping[str, str]) -> None:
        """Every language must fill in the same `{fields}`: a lost one would fail only when it is shown."""
        found: dict[str, set[str]] = {}
        for lang, text in texts.items():
            try:
                found[lang] = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            except ValueError as error:
                self.report(("labels", key, lang), f"braces do not match: {error}", "write {{ for a brace")
        wanted = set.union(*found.values()) if found else set()
        for lang, fields in found.items():
            for name in sorted(wanted - fields):
                self.report(("labels", key, lang), f"“{{{name}}}” is missing", "use it as the others do")

    def check_files(self, weights: tuple[str, ...]) -> None:
        name = self.folder.name
        if not name.isidentifier() or name.startswith("_") or name in RESERVED:
            self.report((), f"“{name}” cannot name a demo", "use lower-case letters and underscores")
        for file, remedy in FILES.items():
            if not (self.folder / file).is_file():
                self.report((), f"{file} is missing beside it", remedy)
        for weight in weights:
            if not (self.folder.parent / weight).is_dir():
                folders = [path.name for path in self.folder.parent.iterdir() if path.is_dir()]
                self.report(("weights",), f"there is no folder “{weight}”", suggestion(weight, folders))

    def report(self, where: Where, message: str, fix: str, *, line: int | None = None, key: str = "") -> None:
        lang = where[-1] if where and where[-1] in languages() else ""
        self.problems.append(
            Problem(
                file=str(self.path),
                line=self.line_of(where) if line is None else line,
                code="demo",
                message=message,
                fix=fix,
                lang=lang,
                id=self.folder.name,
                key=key or ".".join(where[:-1] if lang else where),
            )
        )

    def line_of(self, where: Where) -> int:
        """The line of the nearest thing that is in the file: of a missing text, its key's."""
        return next((self.lines[place] for place in ancestors(where) if place in self.lines), 1)


def ancestors(where: Where) -> Iterator[Where]:
    """The place itself, then each place around it."""
    return (where[:n] for n in range(len(where), -1, -1))


def suggestion(word: str, known: Collection[str]) -> str:
    """What to do about an unknown word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean “{near[0]}”?" if near else f"use one of {', '.join(known)}"

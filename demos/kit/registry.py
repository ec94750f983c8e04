"""Finds the demos: every folder in `apps` that holds a `demo.yml`.

Imports neither torch nor gradio, so that the site can be built without them. Faults come as `Problem`s with
file, line, key, language and remedy, all of them at once; one broken demo takes no other down.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import string
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType

import yaml
from yaml.nodes import Node

import glossary
from glossary.model import Problem
from glossary.yamlfile import Reader, did_you_mean, join, line_of

ROOT = Path(__file__).parents[1] / "apps"
TEXTS = ("title", "summary", "try", "alt")
KEYS = ("terms", "weights", *TEXTS, "labels")
REQUIRED = ("terms", *TEXTS)
FILES = {"app.py": "add it, with build(demo, lang)", "still.webp": "draw it with “python -m demos stills”"}

log = logging.getLogger("ordlab")
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Demo:
    """One demo as its `demo.yml` describes it. Every text is a mapping from language code to words."""

    name: str
    folder: Path
    terms: tuple[str, ...]  # concept ids; the demo is embedded on the page of the first
    weights: tuple[str, ...]  # whose weights it needs: folders of `models`, or its own
    title: Texts
    summary: Texts
    try_this: Texts
    alt: Texts
    labels: Mapping[str, Texts]

    @property
    def still(self) -> Path:
        """Picture made by the real model, shown until the demo runs."""
        return self.folder / "still.webp"

    @property
    def models(self) -> Path:
        """The folder of the models that several demos share, beside that of the demos."""
        return self.folder.parents[1] / "models"

    @property
    def weight_folders(self) -> tuple[Path, ...]:
        return tuple(
            (self.folder if name == self.name else self.models / name) / "weights" for name in self.weights
        )


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
        reader = DemoReader(root / name)
        demo = reader.demo()
        problems += reader.problems
        if demo is not None:
            demos[name] = demo
    return demos, problems


def faults_of_words(root: Path = ROOT.parent) -> list[Problem]:
    """What is wrong with the words that demos share, in the kit's `words.yml` below `root`."""
    problems: list[Problem] = []
    for path in sorted(root.glob("kit/words.yml")):
        reader = WordsReader(path, id=path.parent.name)
        content = reader.content()
        reader.labels(reader.root(content) if content is not None else None)
        problems += reader.problems
    return problems


def demo_names(root: Path = ROOT) -> list[str]:
    """Folders holding a `demo.yml`, usable or not, in alphabetical order."""
    return sorted(path.parent.name for path in root.glob("*/demo.yml"))


def import_app(demo: Demo) -> ModuleType:
    """The demo's `app.py`. Imports torch and gradio, unlike everything else here."""
    if demo.folder.parent == ROOT:
        return importlib.import_module(f"demos.apps.{demo.name}.app")
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


class WordsReader(Reader):
    """Reads texts in every language; `problems` holds what is wrong with them."""

    def labels(self, node: Node | None, key: str = "") -> Mapping[str, Texts]:
        """Texts by name, whose `{fields}` are the same in every language."""
        if node is None:
            return {}
        labels = {}
        for name, (key_node, value) in self.mapping(node, (), key).items():
            labels[name] = self.in_all(value, join(key, name))
            self.check_fields(labels[name], join(key, name), line_of(key_node))
        return MappingProxyType(labels)

    def in_all(self, node: Node | None, key: str) -> Texts:
        """A text in every language."""
        if node is None:
            return {}
        values = {lang: value for lang, (_, value) in self.mapping(node, tuple(languages()), key).items()}
        texts = {lang: self.in_one(values.get(lang), lang, key, line_of(node)) for lang in languages()}
        return MappingProxyType(texts)

    def in_one(self, node: Node | None, lang: str, key: str, line: int) -> str:
        self.lang = lang
        text = "" if node is None else self.text(node, key)
        if node is None:
            message, fix = f"the text is missing in “{lang}”", f"add “{lang}:” with the text"
            self.report("D003", message, fix, line=line, key=key)
        elif not text and isinstance(node.value, str):
            self.report("D003", "the text is empty", f"write it in “{lang}”", line=line_of(node), key=key)
        self.lang = ""
        return text

    def check_fields(self, texts: Texts, key: str, line: int) -> None:
        """Every language must fill in the same `{fields}`: a lost one would fail only when it is shown."""
        found: dict[str, set[str]] = {}
        for self.lang, text in texts.items():
            try:
                found[self.lang] = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            except ValueError as error:
                message = f"the braces do not match: {error}"
                self.report("D004", message, "write {{ for a brace", line=line, key=key)
        wanted = set().union(*found.values())
        for self.lang, fields in found.items():
            for name in sorted(wanted - fields):
                message = f"the field {{{name}}} is missing"
                self.report("D004", message, "use it as the others do", line=line, key=key)
        self.lang = ""


class DemoReader(WordsReader):
    """Reads one demo's `demo.yml`; `problems` holds what is wrong with it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "demo.yml", id=folder.name)
        self.folder = folder

    def demo(self) -> Demo | None:
        """The demo, or None if there is any fault."""
        self.check_files()
        content = self.content()
        root = self.root(content) if content is not None else None
        if root is None:
            return None
        values = {key: value for key, (_, value) in self.mapping(root, KEYS).items()}
        for key in REQUIRED:
            if key not in values:
                self.report("D002", f"the key “{key}” is missing", f"add “{key}:”", line=1, key=key)
        terms, weights = self.names(values, "terms"), self.names(values, "weights")
        title, summary, try_this, alt = (self.in_all(values.get(key), key) for key in TEXTS)
        labels = self.labels(values.get("labels"), "labels")
        if self.problems:
            return None
        return Demo(self.folder.name, self.folder, terms, weights, title, summary, try_this, alt, labels)

    def names(self, values: Mapping[str, Node], key: str) -> tuple[str, ...]:
        if key not in values:
            return ()
        names = self.texts(values[key], key)
        line = line_of(values[key])
        for name in names if key == "weights" else ():
            folders = [self.folder.name, *(path.name for path in self.folder.parents[1].glob("models/*/"))]
            if name not in folders:
                fix = did_you_mean(name, folders) or "name a folder of models/"
                self.report("D002", f"there is no folder “{name}”", fix, line=line, key=key)
        if key == "terms" and not names:
            fix = "name the term on whose page the demo stands"
            self.report("D002", "no term is named", fix, line=line, key=key)
        return names

    def check_files(self) -> None:
        name = self.folder.name
        if not name.isidentifier() or name.startswith("_"):
            message = f"“{name}” cannot name a demo"
            self.report("D001", message, "rename the folder: letters and underscores")
        for file, fix in FILES.items():
            if not (self.folder / file).is_file():
                self.report("D001", f"{file} is missing beside it", fix)

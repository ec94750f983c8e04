"""Demos, as their `demo.yml` describes them: which terms each one shows and in what state, and all its texts.

    demos, problems = read_demos(Path("demos/apps"), ["nb", "en"])

The only reader of these files, for the site and for the server alike. Nothing of a demo is run for it. Faults
come as `Problem`s with file, line, key, language and remedy; one broken demo takes no other down.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from yaml.nodes import MappingNode, Node

from .addresses import Addresses
from .model import Problem, Termbase
from .numbers import locale_of
from .yamlfile import Reader, did_you_mean, join, line_of, with_borrowed

CODES = {
    "D001": "A demo lacks a file beside its `demo.yml`, or its folder's name cannot be the name of a demo.",
    "D002": "A demo lacks a key that it needs, or names a folder that does not exist.",
    "D003": "A text of a demo, or of the words that demos share, lacks one of the site's languages.",
    "D004": "A label does not have the same `{fields}` in every language.",
    "D005": "A preset is unknown or incomplete, or sets a control that the demo does not have.",
}

TEXTS = ("title", "summary", "try", "alt")
KEYS = ("terms", "weights", "kinds", *TEXTS, "see", "presets", "labels")
KINDS = ("pictures", "text", "sound", "live", "pretrained")  # what it shows, and where its model comes from
REQUIRED = ("terms", *TEXTS)
FILES = {"app.py": "add it", "still.webp": "draw it with “python -m demos stills”"}
LANGUAGES_FILE = "demos/languages.json"  # in the built site
TAB = "tab"  # what a state calls the tab that is open, in a demo with several

Texts = Mapping[str, str]  # language → text


@dataclass(frozen=True, slots=True)
class Preset:
    """A state of a demo that has a name, and a sentence about what is seen in it."""

    name: str
    state: Mapping[str, str]  # control → value, as an address gives it
    says: Texts
    texts: Mapping[str, Texts] = field(default_factory=dict)  # values that each language has its own of

    def state_in(self, lang: str) -> Mapping[str, str]:
        """The state on a page in a language; in one that is not known, as in the first."""
        return {
            control: self.texts.get(control, {}).get(lang, value) for control, value in self.state.items()
        }


@dataclass(frozen=True)
class Demo:
    """One demo as its `demo.yml` describes it."""

    name: str
    folder: Path
    terms: Mapping[str, str]  # concept id → the preset that shows the concept; empty for the demo as it opens
    weights: tuple[str, ...]  # whose weights it needs: folders of `models`, or its own
    title: Texts
    summary: Texts
    try_this: Texts
    alt: Texts
    see: Texts  # what is seen, in Markdown with links to terms; may be missing
    presets: Mapping[str, Preset]
    labels: Mapping[str, Texts]
    kinds: tuple[str, ...] = ()  # some of KINDS, in their order

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
        """Where the weights lie: with a shared model, or with the demo itself if no model has its name."""
        models = [self.models / name for name in self.weights]
        own = self.folder / "weights"
        return tuple(own if not model.is_dir() else model / "weights" for model in models)


def demo_names(folder: Path) -> list[str]:
    """Folders below it that hold a `demo.yml`, usable or not, in alphabetical order."""
    return sorted(path.parent.name for path in folder.glob("*/demo.yml"))


def read_demos(folder: Path, languages: Sequence[str]) -> tuple[dict[str, Demo], list[Problem]]:
    """Every usable demo below the folder, by name, and every fault found in the others."""
    demos: dict[str, Demo] = {}
    problems: list[Problem] = []
    for name in demo_names(folder):
        reader = DemoReader(folder / name, languages)
        demo = reader.demo()
        problems += reader.problems
        if demo is not None:
            demos[name] = demo
    return demos, problems


def languages_for_server(termbase: Termbase, addresses: Addresses) -> list[dict[str, Any]]:
    """What the server must know of each language, the one at the site's root first.

    All languages of the termbase are listed, for demos speak all of them; those that the site leaves out have
    its root as their home.
    """
    codes = sorted(termbase.languages, key=lambda code: code != addresses.root)
    return [
        {
            "code": code,
            "html": (language := termbase.languages[code]).html,
            "name": language.name,
            "locale": locale_of(language),
            "also": language.also.split(),
            "glossary": addresses.folder,
            "home": addresses.home(code) if code in addresses.languages else "",
        }
        for code in codes
    ]


def faults_of_words(folder: Path, languages: Sequence[str]) -> list[Problem]:
    """What is wrong with the words that all demos share.

    Ordlab's own, in `kit`, must be there in every language; a project's `words.yml` adds what it likes.
    """
    problems: list[Problem] = []
    for path, complete in ((folder / "kit" / "words.yml", True), (folder / "words.yml", False)):
        if path.is_file():
            reader = WordsReader(path, languages, id=path.parent.name, complete=complete)
            reader.labels(reader.read())
            problems += reader.problems
    return problems


class WordsReader(Reader):
    """Reads texts in several languages; `problems` holds what is wrong with them."""

    def __init__(self, path: Path, languages: Sequence[str], id: str = "", *, complete: bool = True) -> None:
        super().__init__(path, id=id)
        self.languages = tuple(languages)
        self.complete = complete  # whether a text must be there in every language

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
        values = {lang: value for lang, (_, value) in self.mapping(node, self.languages, key).items()}
        wanted = self.languages if self.complete else values
        severity = "warning" if values else "error"  # another language lends what is missing
        texts = {lang: self.in_one(values.get(lang), lang, key, line_of(node), severity) for lang in wanted}
        return MappingProxyType(with_borrowed(texts, self.languages) if self.complete else texts)

    def in_one(self, node: Node | None, lang: str, key: str, line: int, severity: str) -> str:
        self.lang = lang
        text = "" if node is None else self.text(node, key)
        if node is None:
            message, fix = f"the text is missing in “{lang}”", f"add “{lang}:” with the text"
            self.report("D003", message, fix, line=line, key=key, severity=severity)
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

    def __init__(self, folder: Path, languages: Sequence[str]) -> None:
        super().__init__(folder / "demo.yml", languages, id=folder.name)
        self.folder = folder

    def demo(self) -> Demo | None:
        """The demo, or None if there is any fault."""
        self.check_files()
        root = self.read()
        if root is None:
            return None
        values = {key: value for key, (_, value) in self.mapping(root, KEYS).items()}
        for key in REQUIRED:
            if key not in values:
                self.report("D002", f"the key “{key}” is missing", f"add “{key}:”", line=1, key=key)
        labels = self.labels(values.get("labels"), "labels")
        presets = self.presets(values.get("presets"), labels)
        demo = Demo(
            name=self.folder.name,
            folder=self.folder,
            terms=self.terms(values.get("terms"), presets),
            weights=(weights := self.weights(values.get("weights"))),
            kinds=self.kinds(values.get("kinds"), weights),
            **{key.replace("try", "try_this"): self.in_all(values.get(key), key) for key in TEXTS},
            see=self.in_all(values.get("see"), "see"),
            presets=presets,
            labels=labels,
        )
        return None if self.has_errors else demo

    def terms(self, node: Node | None, presets: Mapping[str, Preset]) -> Mapping[str, str]:
        """Each concept that the demo shows, with the preset in which it does, or with nothing."""
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            message = "`terms` must name each concept with its preset"
            self.at(node, "D002", message, "write {term-id: preset}, or {term-id: }", key="terms")
            return {}
        terms = {}
        for id, (_, value) in self.mapping(node, (), "terms").items():
            terms[id] = self.text(value, join("terms", id))
            if terms[id] and terms[id] not in presets:
                message = f"there is no preset “{terms[id]}”"
                fix = did_you_mean(terms[id], presets) or "add it to `presets`, or leave the value empty"
                self.at(value, "D005", message, fix, key=join("terms", id))
        if not node.value:
            fix = "name a term on whose page the demo stands"
            self.at(node, "D002", "no term is named", fix, key="terms")
        return MappingProxyType(terms)

    def presets(self, node: Node | None, labels: Mapping[str, Texts]) -> Mapping[str, Preset]:
        if node is None:
            return {}
        presets = {}
        for name, (_, value) in self.mapping(node, (), "presets").items():
            key = join("presets", name)
            parts = self.parts(value, ("state", "says"), "D005", key)
            state, texts = self.state(parts.get("state"), join(key, "state"), labels)
            presets[name] = Preset(name, state, self.in_all(parts.get("says"), join(key, "says")), texts)
        return MappingProxyType(presets)

    def state(
        self, node: Node | None, key: str, labels: Mapping[str, Texts]
    ) -> tuple[Mapping[str, str], Mapping[str, Texts]]:
        """Values of controls, those of the first language among them, and those that differ by language.

        Every control has a label of its own name, so its name can be checked here.
        """
        if node is None:
            return {}, {}
        state: dict[str, str] = {}
        texts: dict[str, Texts] = {}
        for control, (key_node, value) in self.mapping(node, (), key).items():
            if control != TAB and control not in labels:
                fix = did_you_mean(control, labels) or f"add “{control}:” to `labels`"
                self.at(key_node, "D005", f"there is no control “{control}”", fix, key=join(key, control))
            if isinstance(value, MappingNode):
                texts[control] = self.in_all(value, join(key, control))
                state[control] = texts[control][self.languages[0]]
            else:
                state[control] = self.text(value, join(key, control))
        if isinstance(node, MappingNode) and not node.value:
            self.at(node, "D005", "the preset sets no control", "write {control: value}", key=key)
        return MappingProxyType(state), MappingProxyType(texts)

    def weights(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        names = self.texts(node, "weights")
        folders = [self.folder.name, *(path.name for path in self.folder.parents[1].glob("models/*/"))]
        for name in names:
            if name not in folders:
                fix = did_you_mean(name, folders) or "name a folder of models/"
                self.at(node, "D002", f"there is no folder “{name}”", fix, key="weights")
        return names

    def kinds(self, node: Node | None, weights: Sequence[str]) -> tuple[str, ...]:
        """What the gallery sorts it by: unless said, pictures, and pretrained if there are weights."""
        if node is None:
            return ("pictures", "pretrained" if weights else "live")
        found = self.texts(node, "kinds")
        for kind in found:
            if kind not in KINDS:
                fix = did_you_mean(kind, KINDS) or f"take some of {', '.join(KINDS)}"
                self.at(node, "D002", f"there is no kind of demo “{kind}”", fix, key="kinds")
        return tuple(kind for kind in KINDS if kind in found)

    def check_files(self) -> None:
        name = self.folder.name
        if not name.isidentifier() or name.startswith("_"):
            message = f"“{name}” cannot name a demo"
            self.report("D001", message, "rename the folder: letters and underscores")
        for file, fix in FILES.items():
            if not (self.folder / file).is_file():
                self.report("D001", f"{file} is missing beside it", fix)

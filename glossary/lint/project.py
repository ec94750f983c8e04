"""What `mkdocs.yml` says about the files beside a termbase; the host itself is not needed for that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import markdown
import yaml
from yaml.nodes import MappingNode

from ..edits import read
from ..model import Termbase
from .texts import SETTINGS, Keys, yaml_root

USUAL_EXTENSIONS = ("admonition", "attr_list", "footnotes", "md_in_html", "tables")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


def project_of(termbase: Path) -> Path:
    """The folder of the project that a termbase belongs to: the one above it, or one further above whose
    `mkdocs.yml` says so, as where the termbase lies in `docs/terms`."""
    folder = termbase.absolute()
    for above in folder.parents[1:]:
        if (above / SETTINGS).is_file() and Project(above).termbase == folder:
            return above
    return folder.parent


@dataclass(frozen=True)
class Project:
    """The folder that holds `mkdocs.yml`, and what is where in it."""

    root: Path

    @property
    def file(self) -> Path:
        return self.root / SETTINGS

    @cached_property
    def node(self) -> MappingNode | None:
        """What `mkdocs.yml` says, with its places; nothing when there is none, or none that can be read."""
        try:
            return yaml_root(self.file, read(self.file))
        except (OSError, UnicodeDecodeError):
            return None

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """The same as data."""
        try:
            return dict(_Loader("").construct_document(self.node)) if self.node else {}
        except (ValueError, RecursionError, yaml.YAMLError):
            return {}

    @property
    def docs(self) -> Path:
        return self.root / str(self.settings.get("docs_dir") or "docs")

    @property
    def termbase(self) -> Path:
        return self.root / str(self._plugin("ordlab")[1].get("termbase") or "glossary")

    @property
    def quizzes(self) -> Path:
        return self.docs / self._option("quizzes")

    @property
    def figures(self) -> Path:
        return self.docs / self._option("figures")

    @property
    def paths(self) -> Path:
        """The folder of the learning paths."""
        return self.docs / self._option("paths")

    @property
    def data_folders(self) -> tuple[Path, ...]:
        """Folders of YAML files with texts for readers."""
        return self.quizzes, self.figures, self.paths

    @property
    def demos(self) -> Path:
        return self.root / self._option("demos")

    @property
    def folder(self) -> str:
        """The folder of the site for the termbase's pages."""
        return str(self._plugin("ordlab")[1].get("folder") or "glossary")

    @property
    def is_strict(self) -> bool:
        """Whether the project counts what is missing still as errors."""
        return self._plugin("ordlab")[1].get("strict") is True

    @cached_property
    def pages(self) -> Mapping[Path, str]:
        """Every page written by hand, with its text; a page that cannot be read is reported by the build."""
        pages = {}
        for path in sorted(self.docs.rglob("*.md")):
            with suppress(OSError, UnicodeDecodeError):
                pages[path] = read(path)
        return pages

    @cached_property
    def extensions(self) -> tuple[str, ...]:
        """Markdown extensions that are installed; their options do not change what is prose."""
        listed = self.settings.get("markdown_extensions")
        if not isinstance(listed, list):
            return USUAL_EXTENSIONS
        names = [next(iter(item)) if isinstance(item, dict) else item for item in listed if item]
        return tuple(name for name in map(str, names) if _is_usable(name))

    def languages(self, termbase: Termbase) -> tuple[str, ...]:
        """The languages that the site is built in, of those of the termbase; none where it has one only."""
        built = (lang for lang, _, item in self.listed_languages() if item.get("build", True))
        return tuple(lang for lang in built if lang in termbase.languages)

    def main_language(self, termbase: Termbase) -> str:
        """The language of what mkdocs.yml says for all languages: the one at its root."""
        codes = [lang for lang, _, item in self.listed_languages() if item.get("default")]
        if not codes and isinstance(theme := self.settings.get("theme"), dict):
            codes = [_word(theme.get(name)) for name in ("language", "locale")]
        return next((code for code in codes if code in termbase.languages), termbase.default_language)

    def language_of(self, path: Path, termbase: Termbase) -> str:
        """The language of a page: `help/gan.nb.md` and `nb/help/gan.md` say it, others are in the main one.

        It may be one that the termbase does not have.
        """
        below = path.relative_to(self.docs)
        suffix = below.suffixes[-2][1:] if len(below.suffixes) > 1 else ""
        if suffix in termbase.languages or _LANGUAGE.fullmatch(suffix):
            return suffix
        return below.parts[0] if below.parts[0] in termbase.languages else self.main_language(termbase)

    def name_of(self, path: Path, lang: str) -> str:
        """The page's path below the docs, with `{lang}` for its language: the same for all translations."""
        below = path.relative_to(self.docs)
        if below.parts[0] == lang:
            return Path("{lang}", *below.parts[1:]).as_posix()
        return below.with_name(
            below.name.removesuffix(".md").removesuffix(f".{lang}") + ".{lang}.md"
        ).as_posix()

    def listed_languages(self) -> Iterator[tuple[str, Keys, Mapping[str, Any]]]:
        """What the options of static-i18n say of each language, with its place in `mkdocs.yml`."""
        keys, options = self._plugin("i18n")
        listed = options.get("languages")
        for number, item in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(item, dict):
                yield _word(item.get("locale")), (*keys, "languages", number), item

    def _option(self, name: str) -> str:
        """The name of a folder in the options of the glossary's plugin."""
        return str(self._plugin("ordlab")[1].get(name) or name)

    def _plugin(self, name: str) -> tuple[Keys, Mapping[str, Any]]:
        """A plugin's options and their place: plugins are a mapping, or a list of names and mappings."""
        plugins = self.settings.get("plugins")
        holders: list[tuple[Keys, Any]] = [(("plugins",), plugins)]
        if isinstance(plugins, list):
            holders = [(("plugins", number), item) for number, item in enumerate(plugins)]
        for keys, item in holders:
            if isinstance(item, dict) and isinstance(options := item.get(name), dict):
                return (*keys, name), options
        return (), {}


def _word(value: object) -> str:
    """A language's code; to YAML, that of Norwegian is no word."""
    return "no" if value is False else str(value)


class _Loader(yaml.SafeLoader):
    """MkDocs allows tags (`!!python/name:`, `!ENV`): what they stand for does not matter here."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def _is_usable(name: str) -> bool:
    try:
        markdown.Markdown(extensions=[name])
    except Exception:  # an extension may raise anything; the site's own build says what is wrong with it
        return False
    return True

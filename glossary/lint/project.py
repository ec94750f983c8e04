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
from .texts import SETTINGS, yaml_root

USUAL_EXTENSIONS = ("admonition", "attr_list", "footnotes", "md_in_html", "tables")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Project:
    """The folder that holds `mkdocs.yml`, and what is where in it."""

    root: Path

    @property
    def file(self) -> Path:
        return self.root / SETTINGS

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """What `mkdocs.yml` says; nothing when there is none, or none that can be read."""
        try:
            data = yaml.load(self.file.read_bytes(), _Loader)
        except (OSError, ValueError, RecursionError, yaml.YAMLError):
            return {}
        return data if isinstance(data, dict) else {}

    @cached_property
    def node(self) -> MappingNode | None:
        """The same with its places in the file."""
        try:
            return yaml_root(self.file, read(self.file))
        except (OSError, UnicodeDecodeError):
            return None

    @property
    def docs(self) -> Path:
        return self.root / str(self.settings.get("docs_dir") or "docs")

    @property
    def quizzes(self) -> Path:
        return self.docs / self._option("quizzes")

    @property
    def figures(self) -> Path:
        return self.docs / self._option("figures")

    @property
    def demos(self) -> Path:
        return self.root / self._option("demos")

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
        built = (str(item.get("locale")) for item in self._languages if item.get("build", True))
        return tuple(lang for lang in built if lang in termbase.languages)

    def main_language(self, termbase: Termbase) -> str:
        """The language of what is said for the whole site: the one at its root."""
        codes = [item.get("locale") for item in self._languages if item.get("default")]
        if not codes and isinstance(theme := self.settings.get("theme"), dict):
            codes = [theme.get("language"), theme.get("locale")]
        return next(
            (code for code in map(str, codes) if code in termbase.languages), termbase.default_language
        )

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

    @property
    def _languages(self) -> list[Mapping[str, Any]]:
        listed = self._plugin("i18n").get("languages")
        return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []

    def _option(self, name: str) -> str:
        """The name of a folder, as the glossary's plugin is told it."""
        return str(self._plugin("ordlab").get(name) or name)

    def _plugin(self, name: str) -> Mapping[str, Any]:
        """A plugin's options."""
        return dict(self._plugins()).get(name) or {}

    def _plugins(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        listed = self.settings.get("plugins")
        for item in listed if isinstance(listed, list) else [listed]:
            for name, options in item.items() if isinstance(item, dict) else ():
                yield str(name), options if isinstance(options, dict) else {}


class _Loader(yaml.SafeLoader):
    """MkDocs allows tags (`!!python/name:`, `!ENV`): what they stand for does not matter here."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def _is_usable(name: str) -> bool:
    try:
        markdown.Markdown(extensions=[name])
    except Exception:  # an extension may raise anything; the site's own build says what is wrong with it
        return False
    return True

"""Our templates, styles and scripts in the theme."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import jinja2
from mkdocs.config import config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from .. import pages


class TemplateCache(jinja2.BytecodeCache):
    """Compiled templates of the theme: MkDocs compiles all of them anew for every language."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if code := self.compiled.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


def add_templates(config: MkDocsConfig) -> None:
    """The templates that every site needs."""
    _add_folder(config, pages.THEME)


def add_frame(config: MkDocsConfig) -> None:
    """Our own page frame with its styles and scripts, beneath those of the project.

    Raises PluginError if the theme is no kind of Material, whose templates the frame is made of.
    """
    if not any((Path(folder) / "partials" / "content.html").is_file() for folder in config.theme.dirs):
        raise PluginError(
            f"mkdocs.yml: the frame fits only Material for MkDocs, not the theme “{config.theme.name}”: "
            "write `theme: {name: material}`, or `frame: false` among the options of ordlab"
        )
    _add_folder(config, pages.FRAME)
    styles, scripts = (sorted((pages.FRAME / "assets" / kind).iterdir()) for kind in ("css", "js"))
    config.extra_css[:0] = [f"assets/css/{path.name}" for path in sorted(styles, key=_style_order)]
    for path in reversed(scripts):
        script = config_options.ExtraScriptValue(f"assets/js/{path.name}")
        script.defer = True
        config.extra_javascript.insert(0, script)
    config.theme["font"] = False  # fonts come from the reader's system, not from Google
    if not config.theme.get("palette"):  # follows the system until a reader chooses
        config.theme["palette"] = [
            {"media": "(prefers-color-scheme)", "scheme": "default"},
            {"media": "(prefers-color-scheme: light)", "scheme": "default"},
            {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
        ]


def _add_folder(config: MkDocsConfig, folder: Path) -> None:
    """Beneath the project's own overrides, above the theme."""
    config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(folder))


def _style_order(path: Path) -> int:
    """What all the others build on comes first, and what is for paper last."""
    return {"tokens": 0, "base": 1, "print": 3}.get(path.stem, 2)

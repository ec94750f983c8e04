"""The plugin's options in `mkdocs.yml`."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig


class OrdlabConfig(Config):
    termbase = config_options.Type(str, default="glossary")
    """Folder beside mkdocs.yml that holds `terms/`, `languages.yml`, `subjects.yml` and `sources.yml`."""

    folder = config_options.Type(str, default="glossary")
    """Folder of the site for the termbase's pages: another one where the site has a `glossary` of its own."""

    strict = config_options.Type(bool, default=False)
    """Whether a text, name or label that a language lacks stops the build; else another language lends it."""

    demos = config_options.Type(str, default="demos")
    """Folder beside mkdocs.yml that holds the demos; without it, the site has none."""
    quizzes = config_options.Type(str, default="quizzes")
    """Folder below the docs that holds the quizzes; without it, the site has none."""
    figures = config_options.Type(str, default="figures")
    """Folder below the docs that holds the drawings; without it, the site has none."""

    paths = config_options.Type(str, default="paths")
    """Folder below the docs that holds the learning paths; without it, the site has none."""

    legacy = config_options.Type(dict, default={})
    """Old `docs.php?doc=…` addresses, each with its page, where neither page nor concept names them."""

    downloads = config_options.Type(bool, default=True)
    """Whether the site offers the termbase as files for other tools, and as flash cards."""

    frame = config_options.Type(bool, default=False)
    """Whether pages look like Ordlab's; else the theme is left as it is."""

    terminology = config_options.ListOfItems(config_options.Type(str), default=[])
    """Concepts of the terminology chips; if empty, those whose old address begins with `what-is-`."""


def project_folder(config: MkDocsConfig) -> Path:
    """The folder that holds `mkdocs.yml`."""
    return Path(config.config_file_path or "mkdocs.yml").resolve().parent

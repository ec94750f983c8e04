"""MkDocs, Material and static-i18n where they do not promise to stay as they are.

Everything of theirs that is undocumented is used in this module alone, and listed in `glossary.privates`,
whose test says at an upgrade what is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import markdown
from mkdocs.commands.build import _build_page, _populate_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from ..model import Language

if TYPE_CHECKING:
    import jinja2
    from mkdocs.structure.pages import Page

# Where Material's pages hold the settings of its scripts, and where it links other languages.
SETTINGS_START = '<script id="__config" type="application/json">'
SETTINGS_END = "</script>"
LANGUAGE_LINK = r'<link rel="alternate ?" href="([^"]*)" hreflang="([^"]*)"'


class LanguageFile(File):
    """A file with what static-i18n notes down on its own ones, to switch between languages and list them."""

    locale: str
    localization: str
    locale_alternate_of: str
    norm_src_uri: str
    alternates: dict[str, LanguageFile]  # by language, this one included

    def set_language(self, lang: str, source: str) -> None:
        """As a file of one language, made from a source path that all languages share."""
        self.locale = self.localization = self.locale_alternate_of = lang
        self.norm_src_uri = source


class StaticI18n:
    """The plugin that builds one language after the other, with the same plugin objects."""

    def __init__(self, plugin: Any) -> None:
        self._plugin = plugin

    @classmethod
    def of(cls, config: MkDocsConfig) -> StaticI18n | None:
        plugin = config.plugins.get("i18n")
        return None if plugin is None else cls(plugin)

    @property
    def is_building(self) -> bool:
        """Whether it is at a language after the first one."""
        return bool(self._plugin.building)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._plugin.build_languages)

    @property
    def default(self) -> str:
        return str(self._plugin.default_language)

    @property
    def current(self) -> str:
        return str(self._plugin.current_language)

    def theme_options(self, lang: str) -> dict[str, Any]:
        """What `theme:` says for one language in mkdocs.yml."""
        return self._plugin.get_language_config(lang).theme or {}

    def add_languages(self, languages: Iterable[Language]) -> None:
        """Build these too, if mkdocs.yml says nothing of them: the termbase lists the site's languages."""
        options = self._plugin.config
        if options.build_only_locale:
            return
        listed = {item.locale for item in options.languages}
        first = self._plugin.get_language_config(self.default)
        for language in languages:
            if language.code not in listed:
                made = type(first)()
                link = f"{language.code}/" if first.fixed_link else None
                made.load_dict({"locale": language.code, "name": language.name, "fixed_link": link})
                failed, _ = made.validate()
                if failed:
                    raise PluginError(f"there can be no site in {language.code}: {failed[0][1]}")
                options.languages.append(made)

    def choose_theme_language(self, lang: str, choice: str) -> None:
        """Which translation of the theme the pages of a language get, if mkdocs.yml does not say."""
        settings = self._plugin.get_language_config(lang)
        settings.theme = {**(settings.theme or {}), "language": choice}

    def leave_search_alone(self) -> None:
        """Its own way with the search compares every entry with every other one."""
        self._plugin.config.reconfigure_search = False

    def list_in_sitemap(self, lang: str, files: Sequence[File]) -> None:
        self._plugin.i18n_files_per_language[lang] = files

    def switch_to(self, lang: str, config: MkDocsConfig) -> None:
        if self.current != lang:
            self._plugin.current_language = lang
            self._plugin.reconfigure_mkdocs_config(config)


def has_theme_words(config: MkDocsConfig, lang: str) -> bool:
    """Whether the theme, if it is Material, has a file with its words in the language."""
    name = Path("partials", "languages", f"{lang}.html")
    return config.theme.name != "material" or any(Path(d, name).is_file() for d in config.theme.dirs)


def theme_language(config: MkDocsConfig) -> str:
    """The language that mkdocs.yml names for the theme; to YAML, `no` is no word."""
    found = config.theme.get("language")
    found = config.theme.get("locale") if found is None else found
    return "no" if found is False else str(found or "")


def language_links(config: MkDocsConfig) -> Sequence[dict[str, Any]]:
    """What the language switch of Material's header is made of."""
    # static-i18n sets them for each page, as an attribute, which templates find before the mapping's key.
    return cast(
        Sequence[dict[str, Any]], getattr(config.extra, "alternate", config.extra.get("alternate", []))
    )


def search_entries(config: MkDocsConfig) -> list[dict[str, Any]]:
    """Where the host's search collects the texts of pages, be it MkDocs' own or Material's."""
    plugin = config.plugins.get("search") or config.plugins.get("material/search")
    index = getattr(plugin, "search_index", None)
    return cast(list[dict[str, Any]], getattr(index, "_entries", getattr(index, "entries", [])))


def file_converted_by(md: markdown.Markdown) -> File | None:
    """The file whose Markdown a converter is for, as links in it are relative to that; none, if not known.

    Other plugins convert pages, too: Material's blog does for the beginnings of posts.
    """
    if "relpath" not in md.treeprocessors:
        return None
    return cast(File, getattr(md.treeprocessors["relpath"], "file", None))


def read_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Turn a page's Markdown into HTML, as the host does in a build."""
    _populate_page(page, config, files)


def write_page(page: Page, config: MkDocsConfig, files: Files, nav: Any, env: jinja2.Environment) -> None:
    """Put a page that has been read into its template and write it, as the host does in a build."""
    _build_page(page, config, files.documentation_pages(), nav, env)

"""What the engine uses of other packages that they do not promise to keep.

Each item says where it is, what must be true of it and what the engine does with it.
`tests/glossary/test_privates.py` looks at all of them, and finds uses that are not listed: after an
upgrade, it says what is gone before anything else fails.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Private:
    """A name in a module, `Class.attribute` included, or a file of a package."""

    package: str  # as pyproject.toml pins it
    module: str
    name: str  # empty: the module or file itself
    use: str
    parameters: tuple[str, ...] | None = None  # of a function, in their order
    contains: tuple[str, ...] = ()  # what the source of the name, or the file, must hold


PRIVATES = (
    Private(
        "mkdocs",
        "mkdocs.commands.build",
        "_populate_page",
        "reads one page again while a site is served",
        parameters=("page", "config", "files", "dirty"),
    ),
    Private(
        "mkdocs",
        "mkdocs.commands.build",
        "_build_page",
        "writes one page again while a site is served",
        parameters=("page", "config", "doc_files", "nav", "env", "dirty", "excluded"),
    ),
    Private(
        "mkdocs",
        "mkdocs.contrib.search.search_index",
        "SearchIndex",
        "takes a page that is built again out of the index, with MkDocs' own search",
        contains=("self._entries: list[dict]", "self._entries.append("),
    ),
    Private(
        "mkdocs",
        "mkdocs.structure.pages",
        "Page",
        "lets links lead to anchors in HTML that Markdown has not seen",
        contains=("self.present_anchor_ids",),
    ),
    Private(
        "mkdocs",
        "mkdocs.structure.pages",
        "_RelativePathTreeprocessor",
        "tells which file's Markdown is being converted, also where another plugin asks for it",
        contains=("self.file = file", '"relpath"'),
    ),
    Private(
        "mkdocs-material",
        "material.plugins.search.plugin",
        "SearchIndex",
        "takes a page that is built again out of the index, with Material's search",
        contains=("self.entries = []", "self.entries.append("),
    ),
    Private(
        "mkdocs-material",
        "material/templates/base.html",
        "",
        "gives Material's scripts the address of the folder that holds the language's search",
        contains=('<script id="__config" type="application/json">', '"base": base_url', '"search":'),
    ),
    Private(
        "mkdocs-material",
        "material/templates/base.html",
        "",
        "says in each page's head which languages it exists in",
        contains=('<link rel="alternate" href="{{ alt.link | url }}" hreflang="{{ alt.lang',),
    ),
    Private(
        "mkdocs-material",
        "material/templates/partials/languages/en.html",
        "",
        "tells whether Material has words in a language",
    ),
    Private(
        "mkdocs-static-i18n",
        "mkdocs_static_i18n.reconfigure",
        "ExtendedPlugin",
        "tells which language is being built, and lists our pages in the sitemap",
        contains=(
            "self.building",
            "self.current_language",
            "self.i18n_files_per_language",
            "def default_language",
            "def build_languages",
            "def get_language_config",
        ),
    ),
    Private(
        "mkdocs-static-i18n",
        "mkdocs_static_i18n.reconfigure",
        "ExtendedPlugin.reconfigure_mkdocs_config",
        "returns to a language when one of its pages is built again",
        parameters=("self", "config"),
    ),
    Private(
        "mkdocs-static-i18n",
        "mkdocs_static_i18n.config",
        "I18nPluginConfig.reconfigure_search",
        "turns off the plugin's own way with the search, which compares every entry with every other one",
    ),
    Private(
        "mkdocs-static-i18n",
        "mkdocs_static_i18n.suffix",
        "create_i18n_file",
        "makes files that the plugin takes for its own: `LanguageFile` has what is set here",
        contains=(
            "file.alternates = ",
            "file.locale = ",
            "file.locale_alternate_of = ",
            "file.localization = ",
            "file.norm_src_uri = ",
        ),
    ),
    Private(
        "markdown",
        "markdown.util",
        "HtmlStash",
        "reads raw HTML that stands in the middle of prose",
        contains=("self.rawHtmlBlocks",),
    ),
    Private("lxml", "lxml.etree", "_Element", "names the type of XML elements"),
    Private(
        "pyyaml",
        "yaml._yaml",
        "CParser",
        "makes nodes without guessing types, in a quarter of the time of `CBaseLoader`",
    ),
    Private(
        "rdflib",
        "rdflib.plugins.parsers.notation3",
        "BadSyntax",
        "says what is wrong with a Turtle file",
        contains=("self._why",),
    ),
)

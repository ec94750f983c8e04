"""The MkDocs plugin: a thin adapter between the host's events and the engine.

Everything that depends on MkDocs, Material and the i18n plugin is here and nowhere else. i18n builds one
language after the other with the same plugin objects; its hooks have priority −100, and several of ours must
come later still.
"""

from __future__ import annotations

import json
import posixpath
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urljoin, urlsplit

import jinja2
from markupsafe import Markup
from mkdocs.commands.build import _build_page, _populate_page
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from . import downloads, embeds, figures, order, pages, reports, search
from .addresses import Addresses, relative
from .demos import LANGUAGES_FILE, languages_for_server
from .load import load
from .markdown import Page as TermPage
from .markdown import TermLinks
from .model import Concept, Problem, Termbase, TermbaseError
from .pages import Chip, GeneratedPage, Site, Use
from .preview import Preview, stamps
from .prose import LazyProse, Writer
from .quizzes import read as read_quizzes
from .site_text import load_words
from .yamlfile import did_you_mean, shown

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.utils.templates import TemplateContext

log = get_plugin_logger(__name__)

AFTER_I18N = -101
AFTER_SEARCH = -100
AFTER_MERGED_SEARCH = -200
TERMINOLOGY_PREFIX = "what-is-"  # old addresses of pages about one term
HELP_FOLDER = "help/"


class OrdlabConfig(Config):
    termbase = config_options.Type(str, default="glossary")
    """Folder beside mkdocs.yml that holds `terms/`, `languages.yml`, `subjects.yml` and `sources.yml`."""

    demos = config_options.Type(str, default="demos")
    """Folder beside mkdocs.yml that holds the demos; without it, the site has none."""
    quizzes = config_options.Type(str, default="quizzes")
    """Folder below the docs that holds the quizzes; without it, the site has none."""
    figures = config_options.Type(str, default="figures")
    """Folder below the docs that holds the drawings; without it, the site has none."""

    legacy = config_options.Type(dict, default={})
    """Old `docs.php?doc=…` addresses, each with its page, where neither page nor concept names them."""

    downloads = config_options.Type(bool, default=True)
    """Whether the site offers the termbase as files for other tools, and as flash cards."""

    frame = config_options.Type(bool, default=False)
    """Whether pages look like Ordlab's; else the theme is left as it is."""

    terminology = config_options.ListOfItems(config_options.Type(str), default=[])
    """Concepts of the terminology chips; if empty, those whose old address begins with `what-is-`."""


class TemplateCache(jinja2.BytecodeCache):
    """Compiled templates of the theme: MkDocs compiles all of them anew for every language."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if code := self.compiled.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


class LanguageFile(File):
    """A file with what i18n notes down on its own ones, to switch between languages and list them."""

    locale: str
    localization: str
    locale_alternate_of: str
    norm_src_uri: str
    alternates: dict[str, LanguageFile]  # by language, this one included


@dataclass
class Build:
    """What is known about the one language that is being built."""

    lang: str
    files: Files
    generated: dict[str, GeneratedPage] = field(default_factory=dict)  # by source path
    mentions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # source path → concepts linked there
    problems: list[Problem] = field(default_factory=list)
    uses: dict[str, list[Use]] | None = None  # concept → pages that mention it; None until all have been read
    chips: Mapping[str, Sequence[Chip]] = field(default_factory=dict)
    env: jinja2.Environment = field(default_factory=jinja2.Environment)
    nav: Any = None


class OrdlabPlugin(BasePlugin[OrdlabConfig]):
    previews: ClassVar[dict[str, Preview]] = {}  # by configuration file: rebuilds make new plugin objects

    i18n: Any = None
    build: Build
    builds: dict[str, Build]  # by language: what a page needs to be built again
    searched: dict[str, list[dict[str, Any]]]  # by address of a page: what the search has of it
    site: Site
    download_job: downloads.DownloadJob | None = None

    # Before anything is built

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read all data, so that every fault shows before the first page is built."""
        self.i18n = config.plugins.get("i18n")
        if self.i18n is not None:
            if self.i18n.building:
                return config
            self.i18n.config.reconfigure_search = False  # compares every entry with every other one
        stop_cleanly()
        self.legacy: dict[str, dict[str, str]] = {}
        self.builds, self.searched = {}, {}
        self.stamps = stamps(self._watched(config)) if self._preview(config) else {}
        self.site = self._site(config)
        self.words = self.site.words
        self.links = TermLinks()
        config.markdown_extensions.append(self.links)  # type: ignore[arg-type]
        # Beneath the project's own overrides, above the theme.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(pages.THEME))
        if self.config.frame:
            add_frame(config)
        return config

    def on_serve(
        self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., Any]
    ) -> LiveReloadServer:
        server.watch(str(self.site.termbase.folder))
        for demo in self.site.demos.values():
            server.watch(str(demo.folder))
        self.stamps = stamps(self._watched(config))
        preview = Preview(builder, server.mount_path)
        self.previews[config.config_file_path or ""] = preview
        preview.adopt(self, config)
        server.builder = preview.rebuild
        server.set_app(preview.around(server.serve_request))
        return server

    def _preview(self, config: MkDocsConfig) -> Preview | None:
        return self.previews.get(config.config_file_path or "")

    def _watched(self, config: MkDocsConfig) -> list[Path]:
        """Everything but concepts: when it changes, every page is built anew."""
        folder = Path(config.config_file_path or "mkdocs.yml").resolve().parent
        termbase = [
            folder / self.config.termbase / f"{name}.yml" for name in ("languages", "subjects", "sources")
        ]
        files = [config.config_file_path, config.docs_dir, config.theme.custom_dir, *config.watch]
        return [*termbase, folder / self.config.demos, *(Path(path) for path in files if path)]

    def _site(self, config: MkDocsConfig) -> Site:
        """The data; what is being served already stays up, with the last data that had no fault."""
        try:
            return self._read(config)
        except TermbaseError as error:
            if preview := self._preview(config):
                log.error(report(error.problems) + "\nPages are shown as they were until this is fixed.")
                self.download_job = preview.download_job
                return preview.site
            raise PluginError(report(error.problems)) from error

    def _read(self, config: MkDocsConfig) -> Site:
        root = Path(config.config_file_path or "mkdocs.yml").resolve().parent
        termbase = load(root / self.config.termbase)
        demos, problems = embeds.read(termbase, root / self.config.demos)
        quizzes, faults = read_quizzes(Path(config.docs_dir) / self.config.quizzes, tuple(termbase.languages))
        drawn, faults_drawn = figures.read(
            Path(config.docs_dir) / self.config.figures, tuple(termbase.languages)
        )
        addresses = self._addresses(config, termbase)
        writer = Writer(termbase, addresses, Path(config.docs_dir))
        prose = {
            (concept.id, lang): writer.write(concept, lang)
            for concept in termbase.concepts.values()
            for lang in addresses.languages
        }
        problems += [*faults, *faults_drawn, *pages.check(termbase)]
        problems += [*self._check_options(termbase), *writer.problems]
        if problems:
            raise TermbaseError(problems)
        self.download_job = self._download_job(config, termbase) if self.config.downloads else None
        return Site(
            termbase=termbase,
            words=load_words(termbase),
            addresses=addresses,
            demos=demos,
            quizzes=quizzes,
            figures=drawn,
            prose=prose,
            linkers=writer.linkers,
            name=config.site_name,
            url=config.site_url or "",
            repository=f"{config.repo_url.rstrip('/')}/blob/HEAD/" if config.repo_url else "",
            downloads=self.download_job.offers if self.download_job else (),
            start=start_command(root),
            root=root,
        )

    def _download_job(self, config: MkDocsConfig, termbase: Termbase) -> downloads.DownloadJob:
        """While a site is served, the files of its first build stay: making them would slow every edit."""
        preview = self._preview(config)
        return (preview and preview.download_job) or self._start_downloads(config, termbase)

    def _start_downloads(self, config: MkDocsConfig, termbase: Termbase) -> downloads.DownloadJob:
        url = urljoin(config.site_url, "glossary/") if config.site_url else ""
        cache = Path(config.config_file_path or "mkdocs.yml").resolve().parent / ".cache" / "ordlab"
        try:
            return downloads.start(termbase, cache, url=url, title=config.site_name)
        except OSError as error:
            message = f"the downloads could not be made: {error}. Without them: `downloads: false`."
            raise PluginError(message) from error

    def _check_options(self, termbase: Termbase) -> Iterator[Problem]:
        for id in self.config.terminology:
            if id not in termbase.concepts:
                message, fix = f"there is no concept “{id}”", did_you_mean(id, termbase.concepts)
                yield Problem("mkdocs.yml", 0, "S007", message, fix, key="ordlab.terminology")

    def _addresses(self, config: MkDocsConfig, termbase: Termbase) -> Addresses:
        if self.i18n is None:
            lang = str(config.theme.get("language") or config.theme.get("locale") or "")
            lang = lang if lang in termbase.languages else termbase.default_language
            return Addresses((lang,), lang, config.use_directory_urls)
        built = tuple(self.i18n.build_languages)
        if unknown := [lang for lang in built if lang not in termbase.languages]:
            raise PluginError(
                f"mkdocs.yml builds {', '.join(unknown)}, but {termbase.folder / 'languages.yml'} has only "
                f"{', '.join(termbase.languages)}: add the language there or remove it here"
            )
        if strange := [lang for lang in built if not self._is_known_to_theme(config, lang)]:
            raise PluginError(
                f"Material has no words in {', '.join(strange)}: write `theme: {{language: en}}` beside "
                "`locale:` in mkdocs.yml; the glossary's own words, which go first, are in languages.yml"
            )
        return Addresses(built, self.i18n.default_language, config.use_directory_urls)

    def _is_known_to_theme(self, config: MkDocsConfig, lang: str) -> bool:
        """Whether Material has a file with its words in the language, or is told to take another one's."""
        chosen = (self.i18n.get_language_config(lang).theme or {}).get("language", lang)
        name = Path("partials", "languages", f"{chosen}.html")
        return config.theme.name != "material" or any(Path(d, name).is_file() for d in config.theme.dirs)

    # One language: its files

    @event_priority(AFTER_I18N)
    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        """Add the termbase's pages; before i18n has sorted the files it would choke on them."""
        lang = self.i18n.current_language if self.i18n else self.site.addresses.root
        self.build = self.builds[lang] = Build(lang, files)
        self._localize_markdown(config)
        made = (pages, reports, downloads)
        for page in (page for module in made for page in module.generate(self.site, lang)):
            self._add_page(page, config)
        self._raise_problems()
        for file in self._assets(config, lang):
            files.append(file)
        if self.i18n:
            self.i18n.i18n_files_per_language[lang] = files.documentation_pages()  # for the sitemap
        return files

    def _assets(self, config: MkDocsConfig, lang: str) -> Iterator[File]:
        """What is no page: the demos' stills, and once for all languages what they share."""
        included = InclusionLevel.INCLUDED
        for demo in self.site.demos.values():
            address, path = pages.still_address(demo), str(demo.still)
            yield File.generated(config, address, abs_src_path=path, inclusion=included)
        if lang != self.site.addresses.root:
            return
        if self.site.demos:
            # The server answers with the demos it runs; without it there is an answer too, and no error.
            yield File.generated(config, "demos/status.json", content="{}", inclusion=included)
            languages = languages_for_server(self.site.termbase, self.site.addresses)
            content = json.dumps(languages, ensure_ascii=False, indent=1)
            yield File.generated(config, LANGUAGES_FILE, content=content, inclusion=included)
        if self.download_job:  # while pages are being made; the files are there before the first is copied
            for download in self.download_job.offers:
                address, path = downloads.address(download), str(self.download_job.folder / download.name)
                yield File.generated(config, address, abs_src_path=path, inclusion=included)

    def _localize_markdown(self, config: MkDocsConfig) -> None:
        """Words that Markdown's own extensions put into pages."""
        words = self.words[self.build.lang]
        if config.mdx_configs.get("toc", {}).get("permalink"):
            config.mdx_configs["toc"]["permalink_title"] = words["permalink"]
        if "footnotes" in config.markdown_extensions:
            config.mdx_configs.setdefault("footnotes", {})["BACKLINK_TITLE"] = words["footnote-back"]

    def _add_page(self, page: GeneratedPage, config: MkDocsConfig) -> None:
        file = self._file(page, self.build.lang, config)
        if in_its_place := self.build.files.get_file_from_path(page.path):
            path = shown(Path(in_its_place.abs_src_path or in_its_place.src_uri))
            message = "the glossary makes a page of its own at this address"
            fix = "rename the file, or move what it says into the glossary"
            self.build.problems.append(Problem(path, 0, "S008", message, fix, lang=self.build.lang))
            return
        others = (lang for lang in self.site.addresses.languages if lang != self.build.lang)
        file.alternates = {self.build.lang: file, **{lang: self._file(page, lang, config) for lang in others}}
        self.build.files.append(file)
        self.build.generated[page.path] = page
        self.build.mentions[page.path] = page.mentions

    def _file(self, page: GeneratedPage, lang: str, config: MkDocsConfig) -> LanguageFile:
        """The page as a file of one language."""
        # Thousands of concepts would make every page's navigation huge.
        inclusion = InclusionLevel.NOT_IN_NAV if page.concept else InclusionLevel.UNDEFINED
        made = LanguageFile.generated(config, page.path, content=page.markdown, inclusion=inclusion)
        file = cast(LanguageFile, made)
        file.dest_uri = self.site.addresses.home(lang) + file.dest_uri
        file.locale = file.localization = file.locale_alternate_of = lang
        file.norm_src_uri = page.path
        return file

    # One language: its pages

    def on_page_markdown(self, markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Tell the linker which page comes next; pages of the termbase have their links already."""
        self.links.page = None
        if page.file.src_uri not in self.build.generated:
            lang = getattr(page.file, "locale", self.build.lang)  # a page may stand in for a missing one
            source = page.file.content_string
            self.links.page = TermPage(
                self.site.linkers.get(lang, self.site.linkers[self.build.lang]),
                # MkDocs turns paths of sources into addresses, and would warn of addresses.
                lambda id: posixpath.relpath(pages.concept_path(id), posixpath.dirname(page.file.src_uri)),
                file=source_of(page),
                first_line=source[: source.find(markdown.strip()[:80])].count("\n") + 1,
                on_problem=self.build.problems.append,
            )
            return self._fill_panels(markdown, page, self.links.page.first_line)
        return self.build.generated[page.file.src_uri].outline or markdown

    def _fill_panels(self, markdown: str, page: Page, first_line: int) -> str:
        def fault(line: int, message: str, fix: str) -> None:
            where = first_line + line - 1
            problem = Problem(source_of(page), where, "S006", message, fix, lang=self.build.lang)
            self.build.problems.append(problem)

        maker = self._maker(page)
        presets = {name: demo.presets for name, demo in self.site.demos.items()}
        markdown = embeds.fill(markdown, "demo", presets, maker.demo, fault)
        markdown = embeds.fill(markdown, "quiz", dict.fromkeys(self.site.quizzes), maker.quiz, fault)
        return embeds.fill(markdown, "figure", dict.fromkeys(self.site.figures), maker.figure, fault)

    def on_page_content(self, html: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        if self.links.page:
            self.build.mentions[page.file.src_uri] = tuple(self.links.linked)
            return html
        pieces = self.build.generated[page.file.src_uri].html
        page.present_anchor_ids = (page.present_anchor_ids or set()) | pages.anchors(pieces)
        return pages.restore_html(html, pieces)

    def on_env(self, env: jinja2.Environment, /, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """Every page has been read: what depends on all of them can be filled in."""
        self._put_below_index()
        self.build.env = env
        self.build.chips = {"help": self._help_chips(), "terms": self._term_chips(self.build.lang)}
        for page in self._pages():
            self._complete(page)
        self._lead_old_addresses()
        self._raise_problems()
        env.bytecode_cache = TemplateCache()
        addresses, lang = self.site.addresses, self.build.lang
        env.globals["ordlab"] = {
            "lang": lang,
            "text": self.words[lang],
            "theme": self.words[lang].theme,
            "home": addresses.home(lang),
            "glossary": addresses.page(lang, "glossary"),
        }
        self._name_languages(config)  # of the 404 page, which is no page to `on_page_context`
        return env

    def _put_below_index(self) -> None:
        """Pages that the navigation leaves out still belong to the glossary: its menu item shows that."""
        ours = {
            page.file.src_uri: page for page in self._pages() if page.file.src_uri in self.build.generated
        }
        index = ours.pop(pages.INDEX)
        for page in ours.values():
            page.parent = page.parent or index  # type: ignore[assignment]

    def _complete(self, page: Page) -> None:
        """Put in what was not known when it was read: uses of a concept, sizes of files, the way to more."""
        concept, path = self._concept_of(page), page.file.src_uri
        if concept is not None:
            self._add_uses(page, concept)
        if path == downloads.PAGE and self.download_job:
            self._add_sizes(page, self.download_job)
        if path.startswith(HELP_FOLDER) or path == pages.INDEX or concept is not None:
            page.content = (page.content or "") + self._maker(page).chips(self.build.chips)

    def _add_uses(self, page: Page, concept: Concept) -> None:
        """On a concept's page, the pages that mention it."""
        if self.build.uses is None:
            self.build.uses = self._uses()
        html = self._maker(page).uses(self.build.uses.get(concept.id, ()))
        page.content = (page.content or "").replace(pages.USES_MARKER, html, 1)
        if html:
            contents = next(iter(page.toc))
            contents.children.append(AnchorLink(self.words[self.build.lang]["uses"], "uses", 2))

    def _uses(self) -> dict[str, list[Use]]:
        """Each concept with the pages that mention it, in the order of their titles."""
        language = self.site.termbase.languages[self.build.lang]
        uses: dict[str, list[Use]] = {}
        titles = [(self._title(page), page) for page in self._pages()]
        for title, page in sorted(titles, key=lambda titled: order.sort_key(titled[0], language)):
            for id in self.build.mentions.get(page.file.src_uri, ()):
                uses.setdefault(id, []).append(Use(title, page.url))
        return uses

    def _title(self, page: Page) -> str:
        """The page's title; a concept's is that of the data, which its page may not show yet."""
        concept = self._concept_of(page)
        return concept.entries[self.build.lang].preferred.term if concept else title_text(page)

    def _add_sizes(self, page: Page, job: downloads.DownloadJob) -> None:
        """On the page of downloads, how large the files are."""
        try:
            folder = job.wait()
        except RuntimeError as error:
            raise PluginError(str(error)) from error
        page.content = downloads.with_sizes(page.content or "", folder, self.words[self.build.lang])

    def _help_chips(self) -> list[Chip]:
        return [Chip(title_text(page), page.url) for page in self._pages() if page.meta.get("chip") == "help"]

    def _term_chips(self, lang: str) -> list[Chip]:
        concepts, address = self.site.termbase.concepts, self.site.addresses.concept
        about_one_term = (
            id for id, c in concepts.items() if any(s.startswith(TERMINOLOGY_PREFIX) for s in c.legacy)
        )
        return [
            Chip(concepts[id].entries[lang].preferred.term, address(lang, id))
            for id in self.config.terminology or about_one_term
        ]

    def _lead_old_addresses(self) -> None:
        for slug, claims in self._old_addresses().items():
            if len(claims) > 1:
                files = " and ".join(sorted(claims.values()))
                self._problem(files, f"both claim the old address “{slug}”", "let one of them have it")
            self.legacy.setdefault(slug, {})[self.build.lang] = next(iter(claims))

    def _old_addresses(self) -> dict[str, dict[str, str]]:
        """Every old address, with the pages that claim it: new address and file."""
        claims: dict[str, dict[str, str]] = {}
        for page in self._pages():
            file = source_of(page)
            slugs = as_list(page.meta.get("legacy"))
            if concept := self._concept_of(page):
                file, slugs = shown(concept.path), list(concept.legacy)
            for slug in slugs:
                claims.setdefault(slug, {})[page.url] = file
        for slug, path in self.config.legacy.items():
            target = self.build.files.get_file_from_path(path)
            if target is None or target.page is None:
                message = f"the old address “{slug}” leads to {path}, which is not a page"
                self._problem("mkdocs.yml", message, "name a page, relative to the docs folder")
            else:
                claims.setdefault(slug, {})[target.page.url] = "mkdocs.yml"
        return claims

    def _raise_problems(self) -> None:
        if self.build.problems:
            raise PluginError(report(self.build.problems))

    def _problem(self, file: str, message: str, fix: str) -> None:
        self.build.problems.append(Problem(file, 0, "S001", message, fix, lang=self.build.lang, key="legacy"))

    def _pages(self) -> Iterator[Page]:
        return (file.page for file in self.build.files.documentation_pages() if file.page is not None)

    def _concept_of(self, page: Page) -> Concept | None:
        """The concept that a page is about."""
        generated = self.build.generated.get(page.file.src_uri)
        return self.site.termbase.concepts.get(generated.concept) if generated else None

    def _maker(self, page: Page) -> pages.PageMaker:
        return pages.PageMaker(self.site, self.build.lang, page.url)

    # One language: what is written

    @event_priority(AFTER_SEARCH)
    def on_page_context(
        self, context: TemplateContext, /, *, page: Page, config: MkDocsConfig, nav: Any
    ) -> TemplateContext:
        """Cards come once the page is in the search index: their text is another page's."""
        mentions = self.build.mentions.get(page.file.src_uri, ())
        page.content = (page.content or "") + self._maker(page).cards(mentions)
        self.build.nav = nav
        self._name_languages(config)
        return context

    def _name_languages(self, config: MkDocsConfig) -> None:
        """Beside our code (zh), which templates go by, what links to a language should say (zh-Hans)."""
        # i18n sets them anew for each page, as an attribute, which templates find before the mapping's key.
        for alternate in getattr(config.extra, "alternate", config.extra.get("alternate", [])):
            if language := self.site.termbase.languages.get(alternate["lang"]):
                alternate["html"] = language.html
                alternate["short"] = self.words[language.code]["language-short"]

    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:
        page.content = None  # written: thousands of them would fill the memory
        return self._adjust_head(output, self._maker(page).link, page.canonical_url or "")

    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """Keep one 404 page per language, and no sitemap of addresses that are not known."""
        if template_name == "sitemap.xml" and not config.site_url:
            return ""
        if template_name != "404.html":
            return output
        base = urlsplit(config.site_url or "/").path  # error pages are served at any depth
        for here in (".", "./"):  # how the theme and i18n write the home page of the language at the root
            output = output.replace(f'href="{base}{here}"', f'href="{base}"')
        output = self._adjust_head(output, lambda target: posixpath.join(base, target))
        home = self.site.addresses.home(self.build.lang)
        if not home:
            return output
        path = Path(config.site_dir, home, template_name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(output, encoding="utf-8")
        return ""  # i18n would let the last language overwrite the first one's

    def _adjust_head(self, output: str, link: Callable[[str], str], canonical: str = "") -> str:
        """Addresses for scripts and search engines; `link` turns a target below the root into a link."""

        def alternate(match: re.Match[str]) -> str:
            # The space changes nothing but one thing: Material's script, which does not see the element any
            # more, no longer asks for `<its address>/sitemap.xml`, an error in every reader's console.
            language = self.site.termbase.languages.get(match[2])
            code = language.html if language else match[2]
            return f'<link rel="alternate " href="{urljoin(canonical, match[1])}" hreflang="{code}"'

        head, end, body = output.partition("</head>")
        head = re.sub(r'<link rel="alternate ?" href="([^"]*)" hreflang="([^"]*)"', alternate, head)
        head += f'<meta name="ordlab-root" content="{link("")}">'
        before, start, rest = body.partition('<script id="__config" type="application/json">')
        settings, close, after = rest.partition("</script>")
        if close:  # the theme's scripts take `base` for the folder that holds `search/`, and nothing else
            ours = {"base": link(self.site.addresses.home(self.build.lang)), "search": link(search.WORKER)}
            settings = pages.script_data(json.loads(settings) | ours)
        return "".join((head, end, before, start, settings, close, after))

    # One page again, while the site is served

    def apply_changes(self, termbase: Termbase, changed: Sequence[Concept], config: MkDocsConfig) -> set[str]:
        """Go on with changed concepts; pages show them when they are built again.

        Returns the sources of the pages that the search will find by other words.
        """
        writer = Writer(termbase, self.site.addresses, Path(config.docs_dir))
        prose, before = LazyProse(writer), self.site.termbase
        self.site = replace(self.site, termbase=termbase, prose=prose, linkers=writer.linkers)
        # Besides the concepts' own texts: others get or lose the headings above relations and uses.
        searched = {concept.id for concept in changed}
        for concept in changed:
            old, new = (set(related(data.concepts[concept.id])) for data in (before, termbase))
            searched |= old ^ new
        for lang, build in self.builds.items():
            build.uses = None
            for concept in changed:
                path, mentions = pages.concept_path(concept.id), prose[concept.id, lang].mentions
                searched |= {*build.mentions.get(path, ())} ^ {*mentions}
                build.mentions[path] = mentions
            build.chips = {**build.chips, "terms": self._term_chips(lang)}
        if writer.problems:
            log.error(report(writer.problems))
        return {pages.concept_path(id) for id in searched}

    def addresses_of_pages(self) -> dict[str, tuple[str, str]]:
        """Every page's file in the site, with the language and source path it is made from."""
        return {
            file.dest_uri: (lang, file.src_uri)
            for lang, build in self.builds.items()
            for file in build.files.documentation_pages()
        }

    def rebuild_page(self, lang: str, path: str, config: MkDocsConfig) -> None:
        """Build one page as the host does, with everything that was kept of its language."""
        self.build = self.builds[lang]
        if self.i18n and self.i18n.current_language != lang:
            self.i18n.current_language = lang
            self.i18n.reconfigure_mkdocs_config(config)
        self._localize_markdown(config)
        file = self.build.files.get_file_from_path(path)
        if file is None or file.page is None:
            return
        if made := self._regenerated(path):
            file.content_string = made.markdown
            self.build.generated[path], self.build.mentions[path] = made, made.mentions
        _populate_page(file.page, config, self.build.files)
        self._complete(file.page)
        collected = search_entries(config)
        before = len(collected)
        _build_page(file.page, config, self.build.files.documentation_pages(), self.build.nav, self.build.env)
        self.searched[file.page.url] = collected[before:]
        del collected[before:]
        if self.build.problems:
            log.error(report(self.build.problems))
            self.build.problems.clear()

    def _regenerated(self, path: str) -> GeneratedPage | None:
        """A page of the termbase from the data as they are now; None for one that was written by hand."""
        if (old := self.build.generated.get(path)) is None:
            return None
        if concept := self.site.termbase.concepts.get(old.concept):
            return pages.concept_page(self.site, self.build.lang, concept)
        made = (*pages.indexes(self.site, self.build.lang), *reports.generate(self.site, self.build.lang))
        return next((page for page in made if page.path == path), None)

    def search_language(self, name: str) -> str:
        """The language whose search box asks for a file of the site; none for all other files.

        Not for the file that the theme asks for on every page: it says where the others are, and stays.
        """
        for lang in self.site.addresses.languages:
            folder = f"{self.site.addresses.home(lang)}search/"
            if name.startswith(folder) and name != f"{folder}search_index.json":
                return lang
        return ""

    def rewrite_search(self, lang: str, config: MkDocsConfig) -> None:
        """Write what the search of one language reads, from the pages as they are now."""
        docs = [doc for docs in self.searched.values() for doc in docs]
        self._write_search(Path(config.site_dir), lang, search.split(docs, self.site.addresses)[lang])

    def restart_downloads(self, config: MkDocsConfig) -> downloads.DownloadJob:
        """Begin to make the files anew, of the data as they are now."""
        return self._start_downloads(config, self.site.termbase)

    # After the last language

    @event_priority(AFTER_MERGED_SEARCH)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if self.i18n is not None and self.i18n.building:
            return
        if preview := self._preview(config):
            preview.adopt(self, config)
        site = Path(config.site_dir)
        write_json(site / "legacy.json", self.legacy)
        merged = site / "search" / "search_index.json"
        if merged.is_file():
            docs = json.loads(merged.read_text("utf-8"))["docs"]
            for doc in docs:
                self.searched.setdefault(doc["location"].partition("#")[0], []).append(doc)
            for lang, part in search.split(docs, self.site.addresses).items():
                self._write_search(site, lang, part)

    def _write_search(self, site: Path, lang: str, docs: search.Docs) -> None:
        home = self.site.addresses.home(lang)
        folder = relative(f"{home}search/", search.WORKER)
        made = search.files(docs, self._names(lang), folder, self.words[lang]["search-separator"])
        for name, data in made.items():
            write_json(site / home / "search" / name, data)

    def _names(self, lang: str) -> dict[str, list[str]]:
        """Location below the language's home page → what readers may call the concept described there."""
        home, concept_page = self.site.addresses.home(lang), self.site.addresses.concept
        termbase = self.site.termbase
        read = order.pinyin_by_words if termbase.languages[lang].order == "pinyin" else lambda text: ""
        return {
            concept_page(lang, id).removeprefix(home): search.names(
                concept.entries[lang], concept.entries.get(termbase.reference_language), read
            )
            for id, concept in termbase.concepts.items()
        }


# Small things


def add_frame(config: MkDocsConfig) -> None:
    """Our own page frame with its styles and scripts, beneath those of the project."""
    config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(pages.FRAME))
    styles, scripts = (sorted((pages.FRAME / "assets" / kind).iterdir()) for kind in ("css", "js"))
    config.extra_css[:0] = [f"assets/css/{path.name}" for path in sorted(styles, key=style_order)]
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


def style_order(path: Path) -> int:
    """What all the others build on comes first, and what is for paper last."""
    return {"tokens": 0, "base": 1, "print": 3}.get(path.stem, 2)


def related(concept: Concept) -> tuple[str, ...]:
    """The concepts that one names as its relations, whichever they are."""
    return (*concept.broader, *concept.part_of, *concept.related)


def search_entries(config: MkDocsConfig) -> list[dict[str, Any]]:
    """Where the host's search collects the texts of pages, be it MkDocs' own or Material's."""
    plugin = config.plugins.get("search") or config.plugins.get("material/search")
    index = getattr(plugin, "search_index", None)
    return cast(list[dict[str, Any]], getattr(index, "_entries", getattr(index, "entries", [])))


def report(problems: Sequence[Problem]) -> str:
    count = f"{len(problems)} problems" if len(problems) != 1 else "One problem"
    return "\n".join([f"{count} in the data of the glossary:", *map(str, sorted(problems))])


def stop_cleanly() -> None:
    """Let SIGTERM stop MkDocs as Ctrl-C does, which deletes its temporary folder, and ours."""
    is_ours = threading.current_thread() is threading.main_thread()  # no other may set signals
    if is_ours and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def source_of(page: Page) -> str:
    """The page's file, as messages name it."""
    return shown(Path(page.file.abs_src_path or page.file.src_uri))


def title_text(page: Page) -> str:
    """The page's title without markup: MkDocs holds titles as HTML."""
    return Markup(page.title or "").striptags()


def as_list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []


def write_json(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def start_command(root: Path) -> str:
    """What a reader types to start the demos: the project's own `make serve`, if it has one."""
    makefile = root / "Makefile"
    has_target = makefile.is_file() and re.search(r"^serve\s*:", makefile.read_text("utf-8"), re.MULTILINE)
    return "make serve" if has_target else "python -m demos serve"

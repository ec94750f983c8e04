"""What happens at each of MkDocs' events.

static-i18n builds one language after the other with the same plugin objects; its hooks have priority −100,
and several of ours must come later still.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from .. import downloads, search
from ..markdown import are_formulas_ours
from ..model import RELATIONS, Concept, Problem, Termbase, TermbaseError
from ..pages import Site
from ..prose import LazyProse, Writer
from . import host, site_data, theme
from .host import StaticI18n
from .language_build import LanguageBuild
from .old_addresses import old_addresses
from .options import OrdlabConfig
from .page_links import PageLinks
from .preview import Preview, stamps
from .search_files import search_language, write_json, write_search
from .written_html import adjust_head, error_page

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.utils.templates import TemplateContext

log = get_plugin_logger(__name__)

BEFORE_OTHERS = 10_000
AFTER_OTHERS = -10_000
BEFORE_I18N = -99
AFTER_I18N = -101
AFTER_SEARCH = -100
AFTER_MERGED_SEARCH = -200


class OrdlabPlugin(BasePlugin[OrdlabConfig]):
    previews: ClassVar[dict[str, Preview]] = {}  # by configuration file: rebuilds make new plugin objects

    i18n: StaticI18n | None = None
    build: LanguageBuild
    shown: Sequence[File] = ()  # before static-i18n has sorted the files
    builds: dict[str, LanguageBuild]  # by language: what a page needs to be built again
    searched: dict[str, list[dict[str, Any]]]  # by address of a page: what the search has of it
    legacy: dict[str, dict[str, str]]  # old address → language → new address
    site: Site
    download_job: downloads.DownloadJob | None = None

    # Before anything is built

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read all data, so that every fault shows before the first page is built."""
        self.i18n = StaticI18n.of(config)
        if self.i18n is not None:
            if self.i18n.is_building:
                return config
            self.i18n.leave_search_alone()
        stop_cleanly()
        self.legacy, self.builds, self.searched = {}, {}, {}
        self.stamps = stamps(self.watched_paths(config)) if self._preview(config) else {}
        self._read_site(config)
        self.links = PageLinks(
            lambda file: self.build.page_elsewhere(file),
            formulas=are_formulas_ours(config.markdown_extensions),
        )
        config.markdown_extensions.append(self.links)  # type: ignore[arg-type]
        theme.add_templates(config)
        if self.config.frame:
            theme.add_frame(config)
        return config

    def on_serve(
        self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., Any]
    ) -> LiveReloadServer:
        server.watch(str(self.site.termbase.folder))
        for demo in self.site.demos.values():
            server.watch(str(demo.folder))
        self.stamps = stamps(self.watched_paths(config))
        preview = Preview(builder, server.mount_path)
        self.previews[config.config_file_path or ""] = preview
        preview.start_over(self, config)
        server.builder = preview.rebuild
        server.set_app(preview.wrap(server.serve_request))
        return server

    def watched_paths(self, config: MkDocsConfig) -> list[Path]:
        return site_data.watched_paths(config, self.config)

    def _preview(self, config: MkDocsConfig) -> Preview | None:
        return self.previews.get(config.config_file_path or "")

    def _read_site(self, config: MkDocsConfig) -> None:
        """The data; what is being served already stays up, with the last data that had no fault."""
        preview = self._preview(config)
        job = preview.download_job if preview else None
        try:
            self.site, self.download_job = site_data.read_site(config, self.config, self.i18n, job)
        except TermbaseError as error:
            if preview is None:
                raise PluginError(report(error.problems)) from error
            log.error(report(error.problems) + "\nPages are shown as they were until this is fixed.")
            self.site, self.download_job = preview.site, preview.download_job

    # One language: its files

    @event_priority(BEFORE_OTHERS)
    def _show_pages(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        """Let others find the termbase's pages, to redirect to them for instance.

        static-i18n would choke on them before it has sorted the files, and others know nothing of its
        languages: what they find until then are the pages of the language at the site's root.
        """
        self._leave_out_termbase(files, config)
        lang = self.i18n.current if self.i18n else self.site.addresses.root
        self.build = LanguageBuild(self.site, lang, files, self.config.terminology, self.download_job)
        self.builds[lang] = self.build
        self.build.make_pages()
        root = self.builds.get(self.site.addresses.root, self.build)
        self.shown = [
            File.generated(config, path, content="", inclusion=InclusionLevel.NOT_IN_NAV)
            for path in root.generated
            if files.get_file_from_path(path) is None
        ]
        for file in self.shown:
            files.append(file)
        return files

    def _leave_out_termbase(self, files: Files, config: MkDocsConfig) -> None:
        """A termbase below the docs is no part of the site."""
        folder = self.site.termbase.folder.resolve()
        if folder.is_relative_to(Path(config.docs_dir).resolve()):
            for file in list(files):
                if file.abs_src_path and Path(file.abs_src_path).resolve().is_relative_to(folder):
                    files.remove(file)

    @event_priority(BEFORE_I18N)
    def _withdraw_pages(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        for file in self.shown:
            files.remove(file)
        return files

    @event_priority(AFTER_I18N)
    def _add_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        self.build.files = files
        self.build.localize_markdown(config)
        self.build.add_pages(config)
        self._raise_problems()
        for file in self.build.assets(config):
            files.append(file)
        if self.i18n:
            self.i18n.list_in_sitemap(self.build.lang, files.documentation_pages())
        return files

    on_files = CombinedEvent(_show_pages, _withdraw_pages, _add_files)

    # One language: its pages

    @event_priority(BEFORE_OTHERS)
    def _begin_page(self, markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Tell the linker which page comes next; pages of the termbase have their links already.

        Of those, nobody else gets to read more than the headings: what our data say is no template.
        """
        source = page.file.src_uri
        if generated := self.build.generated.get(source):
            self.links.begin_page(source, None)
            return generated.outline or markdown
        term_page = self.build.page_for_linker(page, markdown)
        self.links.begin_page(source, term_page, self.build.maker(page).concept_link)
        return markdown

    @event_priority(AFTER_OTHERS)
    def _fill_page(self, markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Others may have written into the page what asks for a demo, a quiz or a figure."""
        if self.links.page is None:
            return markdown
        return self.build.fill_panels(markdown, page, self.links.page.first_line)

    on_page_markdown = CombinedEvent(_begin_page, _fill_page)

    @event_priority(BEFORE_OTHERS)
    def on_page_content(self, html: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Complete the page before others read it: some keep what they find, to print it for instance."""
        if self.links.page:
            self.build.mentions[page.file.src_uri] = tuple(self.links.linked)
            return self.build.mark_borrowed(html, page)
        return self.build.restore_html(html, page)

    def on_env(self, env: jinja2.Environment, /, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """Every page has been read: what depends on all of them can be filled in."""
        self.links.begin_page("", None)
        self.build.env = env
        self.build.complete_all()
        addresses, lang, words = self.site.addresses, self.build.lang, self.build.words
        for slug, address in old_addresses(self.build, self.config.legacy).items():
            self.legacy.setdefault(slug, {})[lang] = address
        self._raise_problems()
        env.bytecode_cache = theme.TemplateCache()
        env.globals["ordlab"] = {
            "lang": lang,
            "text": words,
            "theme": words.theme,
            "home": addresses.home(lang),
            "glossary": addresses.glossary(lang),
        }
        self._name_languages(config)  # of the 404 page, which is no page to `on_page_context`
        return env

    def _raise_problems(self) -> None:
        problems, self.build.problems = self.build.problems, []
        if any(problem.severity == "error" for problem in problems):
            raise PluginError(report(problems))
        for problem in problems:
            log.warning(str(problem))

    # One language: what is written

    @event_priority(AFTER_SEARCH)
    def on_page_context(
        self, context: TemplateContext, /, *, page: Page, config: MkDocsConfig, nav: Any
    ) -> TemplateContext:
        """Cards come once the page is in the search index: their text is another page's."""
        self.build.add_cards(page)
        self.build.nav = nav
        self._name_languages(config)
        return context

    def _name_languages(self, config: MkDocsConfig) -> None:
        """Beside our code (zh), which templates go by, what links to a language should say (zh-Hans)."""
        for alternate in host.language_links(config):
            if language := self.site.termbase.languages.get(alternate["lang"]):
                alternate["html"] = language.html
                alternate["short"] = self.site.words[language.code]["language-short"]

    @event_priority(BEFORE_OTHERS)
    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:
        page.content = None  # written: thousands of them would fill the memory
        link = self.build.maker(page).link
        return adjust_head(output, self.site, self.build.lang, link, page.canonical_url or "")

    @event_priority(BEFORE_OTHERS)
    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """Keep one 404 page per language, and no sitemap of addresses that are not known."""
        if template_name == "sitemap.xml" and not config.site_url:
            return ""
        if template_name != "404.html":
            return output
        output = error_page(output, self.site, self.build.lang, config.site_url or "")
        home = self.site.addresses.home(self.build.lang)
        if not home:
            return output
        path = Path(config.site_dir, home, template_name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(output, encoding="utf-8")
        return ""  # static-i18n would let the last language overwrite the first one's

    # After the last language

    @event_priority(AFTER_MERGED_SEARCH)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if self.i18n is not None and self.i18n.is_building:
            return
        if preview := self._preview(config):
            preview.start_over(self, config)
        folder = Path(config.site_dir)
        write_json(folder / "legacy.json", self.legacy)
        merged = folder / "search" / "search_index.json"
        if merged.is_file():
            docs = json.loads(merged.read_text("utf-8"))["docs"]
            for doc in docs:
                self.searched.setdefault(doc["location"].partition("#")[0], []).append(doc)
            for lang, part in search.split(docs, self.site.addresses).items():
                write_search(folder, self.site, lang, part)

    # Again, while the site is served: what `Preview` asks for

    def apply_changes(self, termbase: Termbase, changed: Sequence[Concept], config: MkDocsConfig) -> set[str]:
        """Go on with changed concepts; pages show them when they are built again.

        Returns the sources of the pages that the search will find by other words.
        """
        writer = Writer(termbase, self.site.addresses, Path(config.docs_dir))
        before = self.site.termbase
        self.site = replace(self.site, termbase=termbase, prose=LazyProse(writer), linkers=writer.linkers)
        # Besides the concepts' own texts: others get or lose the headings above relations and uses.
        searched = {concept.id for concept in changed}
        for concept in changed:
            old, new = (set(related(data.concepts[concept.id])) for data in (before, termbase))
            searched |= old ^ new
        for build in self.builds.values():
            searched |= build.update(self.site, changed)
        if writer.problems:
            log.error(report(writer.problems))
        return {self.site.addresses.source(id) for id in searched}

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
        if self.i18n:
            self.i18n.switch_to(lang, config)
        self.build.localize_markdown(config)
        file = self.build.files.get_file_from_path(path)
        if file is None or file.page is None:
            return
        if page := self.build.regenerate(path):
            file.content_string = page.markdown
        host.read_page(file.page, config, self.build.files)
        self.build.complete(file.page)
        collected = host.search_entries(config)
        before = len(collected)
        host.write_page(file.page, config, self.build.files, self.build.nav, self.build.env)
        self.searched[file.page.url] = collected[before:]
        del collected[before:]
        if self.build.problems:
            log.error(report(self.build.problems))
            self.build.problems.clear()

    def search_language(self, name: str) -> str:
        return search_language(self.site, name)

    def rewrite_search(self, lang: str, config: MkDocsConfig) -> None:
        """Write what the search of one language reads, from the pages as they are now."""
        docs = [doc for docs in self.searched.values() for doc in docs]
        write_search(Path(config.site_dir), self.site, lang, search.split(docs, self.site.addresses)[lang])

    def restart_downloads(self, config: MkDocsConfig) -> downloads.DownloadJob:
        """Begin to make the files anew, of the data as they are now."""
        return site_data.start_downloads(config, self.config, self.site.termbase)

    def set_download_job(self, job: downloads.DownloadJob) -> None:
        """From now on, the site offers the files of this job."""
        self.download_job = job
        for build in self.builds.values():
            build.download_job = job


def related(concept: Concept) -> tuple[str, ...]:
    """The concepts that one names as its relations, whichever they are."""
    return tuple(id for relation in RELATIONS for id in getattr(concept, relation))


def report(problems: Sequence[Problem]) -> str:
    count = f"{len(problems)} problems" if len(problems) != 1 else "One problem"
    return "\n".join([f"{count} in the data of the glossary:", *map(str, sorted(problems))])


def stop_cleanly() -> None:
    """Let SIGTERM stop MkDocs as Ctrl-C does, which deletes its temporary folder, and ours."""
    is_ours = threading.current_thread() is threading.main_thread()  # no other may set signals
    if is_ours and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)

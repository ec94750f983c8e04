"""One language of the site: its pages while they are built, and what is kept of them for the preview."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import jinja2
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from .. import cards, downloads, embeds, fallback, order, pages, reports
from ..demos import LANGUAGES_FILE, languages_for_server
from ..markdown import Page as TermPage
from ..model import Concept, Problem
from ..numbers import locale_of
from ..pages import Chip, GeneratedPage, Site, Use
from ..site_text import Words
from ..yamlfile import shown
from .host import LanguageFile

TERMINOLOGY_PREFIX = "what-is-"  # old addresses of pages about one term
HELP_FOLDER = "help/"


@dataclass
class LanguageBuild:
    """What is known about the one language that is being built."""

    site: Site
    lang: str
    files: Files
    terminology: Sequence[str]  # concepts of the terminology chips, as the project chooses them
    download_job: downloads.DownloadJob | None = None
    generated: dict[str, GeneratedPage] = field(default_factory=dict)  # by source path
    mentions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # source path → concepts linked there
    problems: list[Problem] = field(default_factory=list)
    uses: dict[str, list[Use]] | None = None  # concept → pages that mention it; None until all have been read
    chips: Mapping[str, Sequence[Chip]] = field(default_factory=dict)
    env: jinja2.Environment = field(default_factory=jinja2.Environment)
    nav: Any = None

    @property
    def words(self) -> Words:
        return self.site.words[self.lang]

    # Files

    def make_pages(self) -> None:
        """The pages of the termbase."""
        for module in (pages, reports, downloads):
            self.generated |= {page.path: page for page in module.generate(self.site, self.lang)}

    def add_pages(self, config: MkDocsConfig) -> None:
        for page in self.generated.values():
            self._add_page(page, config)

    def assets(self, config: MkDocsConfig) -> Iterator[File]:
        """What is no page: the demos' stills, and once for all languages what they share."""
        included = InclusionLevel.INCLUDED
        for demo in self.site.demos.values():
            address, path = pages.still_address(demo), str(demo.still)
            yield File.generated(config, address, abs_src_path=path, inclusion=included)
        if self.lang != self.site.addresses.root:
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

    def localize_markdown(self, config: MkDocsConfig) -> None:
        """Words that Markdown's own extensions put into pages."""
        if config.mdx_configs.get("toc", {}).get("permalink"):
            config.mdx_configs["toc"]["permalink_title"] = self.words["permalink"]
        if "footnotes" in config.markdown_extensions:
            config.mdx_configs.setdefault("footnotes", {})["BACKLINK_TITLE"] = self.words["footnote-back"]

    def _add_page(self, page: GeneratedPage, config: MkDocsConfig) -> None:
        file = self._file(page, self.lang, config)
        if in_its_place := self.files.get_file_from_path(page.path):
            path = shown(Path(in_its_place.abs_src_path or in_its_place.src_uri))
            message = "the glossary makes a page of its own at this address"
            fix = "rename the file, or give the glossary another folder: `folder: terms` in our options"
            self.problems.append(Problem(path, 0, "S008", message, fix, lang=self.lang))
            return
        others = (lang for lang in self.site.addresses.languages if lang != self.lang)
        file.alternates = {self.lang: file, **{lang: self._file(page, lang, config) for lang in others}}
        self.files.append(file)
        self.mentions[page.path] = page.mentions

    def _file(self, page: GeneratedPage, lang: str, config: MkDocsConfig) -> LanguageFile:
        """The page as a file of one language."""
        # Thousands of concepts would make every page's navigation huge.
        inclusion = InclusionLevel.NOT_IN_NAV if page.concept else InclusionLevel.UNDEFINED
        made = LanguageFile.generated(config, page.path, content=page.markdown, inclusion=inclusion)
        file = cast(LanguageFile, made)
        file.dest_uri = self.site.addresses.home(lang) + file.dest_uri
        file.set_language(lang, page.path)
        return file

    # Pages, as they are read

    def page_for_linker(self, page: Page, markdown: str) -> TermPage:
        """What the linker needs to know of a hand-written page."""
        source = page.file.content_string
        return replace(
            self.page_elsewhere(page.file),
            file=source_of(page),
            first_line=source[: source.find(markdown.strip()[:80])].count("\n") + 1,
            on_problem=self.problems.append,
        )

    def page_elsewhere(self, file: File) -> TermPage:
        """The same of a page that is read again, and whose faults have been reported."""
        lang = getattr(file, "locale", self.lang)  # a page may stand in for a missing one
        folder = posixpath.dirname(file.src_uri)
        return TermPage(
            self.site.linkers.get(lang, self.site.linkers[self.lang]),
            # MkDocs turns paths of sources into addresses, and would warn of addresses.
            lambda id: posixpath.relpath(self.site.addresses.source(id), folder),
            is_shared=True,
        )

    def mark_borrowed(self, html: str, page: Page) -> str:
        """A hand-written page; if it stands in for one that is not translated yet, it says so."""
        lang = getattr(page.file, "locale", self.lang)
        if lang == self.lang or lang not in self.site.termbase.languages:
            return html
        return self.maker(page).borrowed_page(html, lang)

    def fill_panels(self, markdown: str, page: Page, first_line: int) -> str:
        """A hand-written page with its demos, quizzes and figures, and with numbers from cards."""

        def fault(line: int, message: str, fix: str, code: str = "S006") -> None:
            where = first_line + line - 1
            self.problems.append(Problem(source_of(page), where, code, message, fix, lang=self.lang))

        maker = self.maker(page)
        lang = getattr(page.file, "locale", self.lang)
        numbers = cards.Numbers.of(self.site.termbase)
        markdown = numbers.fill_markdown(
            markdown, lang, lambda line, message, fix: fault(line, message, fix, "S010")
        )
        presets = {name: demo.presets for name, demo in self.site.demos.items()}
        markdown = embeds.fill(markdown, "demo", presets, maker.demo, fault)
        markdown = embeds.fill(markdown, "quiz", dict.fromkeys(self.site.quizzes), maker.quiz, fault)
        return embeds.fill(markdown, "figure", dict.fromkeys(self.site.figures), maker.figure, fault)

    def restore_html(self, html: str, page: Page) -> str:
        """A page of the termbase with its HTML, which Markdown was not to read."""
        pieces = self.generated[page.file.src_uri].html
        page.present_anchor_ids = (page.present_anchor_ids or set()) | pages.anchors(pieces)
        return pages.restore_html(html, pieces)

    # Pages, when all have been read

    def complete_all(self) -> None:
        self._put_below_index()
        self.chips = {"help": self._help_chips(), "terms": self._term_chips()}
        for page in self.all_pages():
            self.complete(page)

    def complete(self, page: Page) -> None:
        """Put in what was not known when it was read: uses of a concept, sizes of files, the way to more."""
        concept, path = self.concept_of(page), page.file.src_uri
        if concept is not None:
            self._add_uses(page, concept)
        if path == self.site.addresses.source(downloads.PAGE) and self.download_job:
            self._add_sizes(page, self.download_job)
        if path.startswith(HELP_FOLDER) or path == self.site.addresses.source() or concept is not None:
            page.content = (page.content or "") + self.maker(page).chips(self.chips)
        if self.site.paths:
            before, after = pages.PathPage(self.site, self.lang, page.url).bars()
            page.content = f"{before}{page.content or ''}{after}"

    def add_cards(self, page: Page) -> None:
        """The cards of the concepts that a page mentions."""
        mentions = self.mentions.get(page.file.src_uri, ())
        page.content = (page.content or "") + self.maker(page).cards(mentions)

    def all_pages(self) -> Iterator[Page]:
        return (file.page for file in self.files.documentation_pages() if file.page is not None)

    def concept_of(self, page: Page) -> Concept | None:
        """The concept that a page is about."""
        generated = self.generated.get(page.file.src_uri)
        return self.site.termbase.concepts.get(generated.concept) if generated else None

    def maker(self, page: Page) -> pages.PageMaker:
        return pages.PageMaker(self.site, self.lang, page.url)

    def _put_below_index(self) -> None:
        """Pages that the navigation leaves out still belong to the glossary: its menu item shows that."""
        ours = {page.file.src_uri: page for page in self.all_pages() if page.file.src_uri in self.generated}
        index = ours.pop(self.site.addresses.source())
        paths = self.site.addresses.source(pages.PATHS)
        for source, page in ours.items():
            in_navigation = page.previous_page or page.next_page
            if not in_navigation:
                is_path = source != paths and source.startswith(posixpath.dirname(paths) + "/")
                page.parent = page.parent or (ours[paths] if is_path else index)  # type: ignore[assignment]

    def _add_uses(self, page: Page, concept: Concept) -> None:
        """On a concept's page, the pages that mention it."""
        if self.uses is None:
            self.uses = self._uses()
        html = self.maker(page).uses(self.uses.get(concept.id, ()))
        page.content = (page.content or "").replace(pages.USES_MARKER, html, 1)
        if html:
            contents = next(iter(page.toc))
            contents.children.append(AnchorLink(self.words["uses"], "uses", 2))

    def _uses(self) -> dict[str, list[Use]]:
        """Each concept with the pages that mention it, in the order of their titles."""
        language = self.site.termbase.languages[self.lang]
        uses: dict[str, list[Use]] = {}
        titles = [(self._title(page), page) for page in self.all_pages()]
        for title, page in sorted(titles, key=lambda titled: order.sort_key(titled[0], language)):
            for id in self.mentions.get(page.file.src_uri, ()):
                uses.setdefault(id, []).append(Use(title, page.url))
        return uses

    def _title(self, page: Page) -> str:
        """The page's title; a concept's is that of the data, which its page may not show yet."""
        concept = self.concept_of(page)
        return self._name(concept) if concept else title_text(page)

    def _name(self, concept: Concept) -> str:
        return fallback.name_of(self.site.termbase, concept, self.lang)[0]

    def _add_sizes(self, page: Page, job: downloads.DownloadJob) -> None:
        """On the page of downloads, how large the files are."""
        try:
            folder = job.wait()
        except RuntimeError as error:
            raise PluginError(str(error)) from error
        locale = locale_of(self.site.termbase.languages[self.lang])
        page.content = downloads.with_sizes(page.content or "", folder, locale)

    def _help_chips(self) -> list[Chip]:
        return [
            Chip(title_text(page), page.url) for page in self.all_pages() if page.meta.get("chip") == "help"
        ]

    def _term_chips(self) -> list[Chip]:
        concepts, address = self.site.termbase.concepts, self.site.addresses.concept
        about_one_term = (
            id for id, c in concepts.items() if any(s.startswith(TERMINOLOGY_PREFIX) for s in c.legacy)
        )
        return [
            Chip(self._name(concepts[id]), address(self.lang, id))
            for id in self.terminology or about_one_term
        ]

    # Again, while the site is served

    def update(self, site: Site, changed: Sequence[Concept]) -> set[str]:
        """Take in new data; the ids of concepts that are now mentioned by others, or no longer."""
        self.site, self.uses = site, None
        affected: set[str] = set()
        for concept in changed:
            path, mentions = site.addresses.source(concept.id), site.prose[concept.id, self.lang].mentions
            affected |= {*self.mentions.get(path, ())} ^ {*mentions}
            self.mentions[path] = mentions
        self.chips = {**self.chips, "terms": self._term_chips()}
        return affected

    def regenerate(self, path: str) -> GeneratedPage | None:
        """A page of the termbase from the data as they are now; None for one that was written by hand."""
        if (old := self.generated.get(path)) is None:
            return None
        page: GeneratedPage | None
        if concept := self.site.termbase.concepts.get(old.concept):
            page = pages.concept_page(self.site, self.lang, concept)
        else:
            made = (*pages.indexes(self.site, self.lang), *reports.generate(self.site, self.lang))
            page = next((page for page in made if page.path == path), None)
        if page is not None:
            self.generated[path], self.mentions[path] = page, page.mentions
        return page


def source_of(page: Page) -> str:
    """The page's file, as messages name it."""
    return shown(Path(page.file.abs_src_path or page.file.src_uri))


def title_text(page: Page) -> str:
    """The page's title without markup: MkDocs holds titles as HTML."""
    return Markup(page.title or "").striptags()

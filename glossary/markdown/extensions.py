"""The extensions of Python-Markdown, and what they add to its steps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from ..fallback import name_of
from ..formulas import FormulaError, mathml
from ..links import Linker, Match
from ..load import load
from ..load.values import ID
from ..markdown_code import without_code
from ..model import Problem
from ..yamlfile import did_you_mean, nearest
from .page import Page, link_to
from .tree import MAY_BEGIN, NOT_READ, Prose

# After the extensions that change the tree (attr_list 8, abbr 7, smarty 6, toc 5), before unescaping (0).
_PRIORITY = 4
_BEFORE_ESCAPES = 185  # code spans have 190, escapes 180
_CUT = re.compile(r"\[\[\s*([^\[\]|\s]+)\s*\Z")  # the beginning of a link that a cell's end cut in two
_CLOSE = 0.8  # how alike an id must be to one of ours to be taken for it
_MANUAL = re.compile(r"(?<!\\)\[\[([^\[\]|\\\n]+)(?:\\?\|([^\[\]]+))?\]\]")  # \| in a cell of a table
# As in pandoc: no space inside, no digit after, so that prices are no formulas.
FORMULA = MAY_BEGIN + r"(?:\$\$(?P<block>[^$]+)\$\$|\$(?!\s)(?P<inline>[^$\n]+?)(?<!\s)\$(?![\d$]))"


class TermLinks(Extension):
    """Links terms in the text that is converted next.

    Give each page before it is converted: `links.page = Page(…)`. After the conversion, `links.linked` has
    the ids of the concepts linked, in the order of their first link. Without a page nothing is linked. A host
    that only knows options may pass `termbase` (a folder), `lang` and `url` (with {id}) instead.

    Other extensions convert texts of their own, docstrings for instance, in the middle of a page and with
    this same object: these count as the page's.
    """

    def __init__(self, page: Page | None = None, *, formulas: bool = True, **options: Any) -> None:
        self.config = {
            "termbase": ["", "Folder of the termbase"],
            "lang": ["", "Language of the pages"],
            "url": ["/glossary/{id}/", "Address of a concept's page"],
        }
        super().__init__(**options)
        self.page = page or self._page_by_options()
        self.formulas = formulas  # whether `$…$` is LaTeX; another extension may see to that

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.registerExtension(self)
        md.preprocessors.register(_LineKeeper(md, self), "ordlab-lines", 1000)
        md.inlinePatterns.register(_ManualLinks(md, self), "ordlab-manual-terms", _BEFORE_ESCAPES)
        if self.formulas:  # before links, whose brackets a formula may hold
            md.inlinePatterns.register(_Formulas(md, self), "ordlab-formulas", _BEFORE_ESCAPES + 1)
            md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "$"]
        md.treeprocessors.register(_AutomaticLinks(md, self), "ordlab-terms", _PRIORITY)

    @property
    def page(self) -> Page | None:
        return self._page

    @page.setter
    def page(self, page: Page | None) -> None:
        self._page = page
        self.linked: dict[str, None] = {}
        self.lines: list[str] = []
        self._conversions = 0  # that have begun and not ended, one inside the other

    def page_of(self, md: markdown.Markdown) -> Page | None:
        """The page whose text a converter converts now."""
        return self.page

    def reset(self) -> None:
        if not self._conversions:
            self.linked = {}

    def begin(self, lines: list[str]) -> None:
        """Called at the beginning of each conversion, with the source."""
        if not self._conversions:
            self.lines, self.linked = without_code(lines), {}
        self._conversions += 1

    def end(self) -> None:
        self._conversions = max(0, self._conversions - 1)

    @property
    def is_inside(self) -> bool:
        """Whether a text is being converted in the middle of another one."""
        return self._conversions > 0

    def _page_by_options(self) -> Page | None:
        if not self.getConfig("termbase"):
            return None
        termbase = load(Path(self.getConfig("termbase")))
        lang = self.getConfig("lang") or termbase.default_language
        return Page(Linker(termbase, lang), lambda id: str(self.getConfig("url")).format(id=id))


def are_formulas_ours(extensions: Iterable[object]) -> bool:
    """Whether `$…$` is for us: not where the site has an extension for it already."""
    return not any(word in str(name) for name in extensions for word in ("arithmatex", "math", "katex"))


def makeExtension(**options: Any) -> TermLinks:
    """Entry point of Python-Markdown for extensions given by name."""
    return TermLinks(**options)


class ReadProse(Extension):
    """Keeps the text that is converted next as its readers see it, headings and links included.

    After the conversion, `text` holds it, with a barrier wherever there is something else (code, formulas,
    raw HTML, other languages), and `targets` the addresses of its links. `asides` are the places where terms
    are not linked by themselves, with the names of their elements. Goes together with `TermLinks`.
    """

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.text = ""
        self.targets: list[str] = []
        self.asides: list[tuple[int, int, str]] = []

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.treeprocessors.register(_ProseReader(md, self), "ordlab-prose", _PRIORITY + 0.5)


class _ProseReader(Treeprocessor):
    def __init__(self, md: markdown.Markdown, reader: ReadProse) -> None:
        super().__init__(md)
        self.reader = reader

    def run(self, root: Element) -> None:
        prose = Prose(self.md, self.reader.page, skipped=NOT_READ)
        prose.read(root)
        self.reader.text = prose.text
        self.reader.asides = prose.asides
        self.reader.targets = [link.get("href", "") for link in root.iter("a")]


class _LineKeeper(Preprocessor):
    """Keeps the source as it was written: inline patterns do not know their line."""

    def __init__(self, md: markdown.Markdown, links: TermLinks) -> None:
        super().__init__(md)
        self.links = links

    def run(self, lines: list[str]) -> list[str]:
        self.links.begin(lines)
        return lines


class _ManualLinks(InlineProcessor):
    """`[[latent-space]]`, `[[latent-space|any text]]`; in `[[generator]]en` the link holds the ending too."""

    def __init__(self, md: markdown.Markdown, links: TermLinks) -> None:
        super().__init__(_MANUAL.pattern, md)
        self.links = links

    def handleMatch(  # type: ignore[override]
        self, found: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        page = self.links.page_of(self.md)
        if page is None:
            return None, None, None
        id, text = found[1].strip(), found[2]
        termbase, lang = page.linker.termbase, page.linker.lang
        concept = termbase.concepts.get(id)
        if concept is None:
            self._report(page, id)
            return None, None, None
        ending = ""
        if termbase.languages[lang].segment == "words" and (
            letters := re.match(r"[^\W\d_]+", data[found.end() :])
        ):
            ending = letters[0]
        link = link_to(page, id)
        name, name_lang = name_of(termbase, concept, lang)
        link.text = (text or name) + ending
        if not text and name_lang != lang:
            link.set("lang", termbase.languages[name_lang].html)
        return link, found.start(), found.end() + len(ending)

    def _report(self, page: Page, id: str) -> None:
        known = page.linker.termbase.concepts
        if page.is_shared and not (ID.fullmatch(id) and nearest(id, known, _CLOSE)):
            return
        fix = did_you_mean(id, known) or "link to a concept of the termbase"
        severity = "warning" if page.is_shared else "error"
        written = re.compile(rf"\[\[\s*{re.escape(id)}\s*[\]|]")
        place = next((index for index, line in enumerate(self.links.lines) if written.search(line)), None)
        line = 0 if place is None else page.first_line + place
        if place is not None:  # the next one of this kind is on a later line, or in the rest of this one
            self.links.lines[place] = written.sub("", self.links.lines[place], count=1)
        message = f"there is no concept “{id}” to link to"
        lang = page.linker.lang
        page.on_problem(Problem(page.file, line, "T120", message, fix, severity, lang, page.own))


class _Formulas(InlineProcessor):
    """`$x_t$` in a line, `$$x_t$$` on a line of its own: LaTeX, which becomes MathML."""

    def __init__(self, md: markdown.Markdown, links: TermLinks) -> None:
        super().__init__(FORMULA, md)
        self.links = links

    def handleMatch(  # type: ignore[override]
        self, found: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        page = self.links.page_of(self.md)
        if page is None:
            return None, None, None
        latex, is_block = found["block"] or found["inline"], found["block"] is not None
        try:
            math = mathml(latex, block=is_block)
        except FormulaError as error:
            self._report(page, latex, *error.args)
            return None, None, None
        for element in math.iter():  # nothing in it is Markdown
            element.text = AtomicString(element.text) if element.text else None
        if not is_block:
            return math, found.start(), found.end()
        frame = Element("span", {"class": "ol-formula"})  # which scrolls where a screen is narrow
        frame.append(math)
        return frame, found.start(), found.end()

    def _report(self, page: Page, latex: str, message: str, fix: str) -> None:
        begin = latex.strip().split("\n")[0]
        lines = self.links.lines
        place = next((index for index, line in enumerate(lines) if begin and begin in line), None)
        line = 0 if place is None else page.first_line + place
        page.on_problem(Problem(page.file, line, "T122", message, fix, lang=page.linker.lang, id=page.own))


class _AutomaticLinks(Treeprocessor):
    """Links first mentions, and notes every link."""

    def __init__(self, md: markdown.Markdown, links: TermLinks) -> None:
        super().__init__(md)
        self.links = links

    def run(self, root: Element) -> None:
        self.links.end()
        page = self.links.page_of(self.md)
        if page is None:
            return
        self._report_cut_links(page, root)
        prose = Prose(self.md, page)
        prose.read(root)
        if page.by_hand_only:
            return
        chosen = self._choose(page, prose)
        # From the end to the beginning, so that places earlier in the text stay where they are.
        for match, parent in reversed(chosen):
            prose.wrap(parent, match, link_to(page, match.id))

    def _report_cut_links(self, page: Page, root: Element) -> None:
        """Links of which a table has made two cells: `| [[generator|it]] |`."""
        for cell in root.iter("td"):
            cut = _CUT.search("".join(cell.itertext()))
            if cut and cut[1] in page.linker.termbase.concepts:
                start = f"[[{cut[1]}|"
                lines = (index for index, line in enumerate(self.links.lines) if start in line)
                place = next(lines, None)
                line = 0 if place is None else page.first_line + place
                message = f"the sign | in “{start}” ends the cell of the table"
                fix = f"write [[{cut[1]}\\|…]] in a table"
                lang = page.linker.lang
                page.on_problem(Problem(page.file, line, "T120", message, fix, lang=lang, id=page.own))

    def _choose(self, page: Page, prose: Prose) -> list[tuple[Match, Element]]:
        """The matches to link, each with the element to put the link in."""
        chosen = []
        seen = {*page.seen, *(self.links.linked if self.links.is_inside else ())}
        events = sorted(prose.events)
        for match in page.linker.find(prose.text, about=page.own):
            while events and events[0][0] <= match.start:
                _, id = events.pop(0)
                seen = seen | {id} if id else set()
                self._note(id)
            if match.id in seen or match.id == page.own:
                continue
            if (parent := prose.parent_of(match)) is not None:
                chosen.append((match, parent))
                seen.add(match.id)
                self._note(match.id)
        for _, id in events:
            self._note(id)
        return chosen

    def _note(self, id: str) -> None:
        if id:
            self.links.linked.setdefault(id)

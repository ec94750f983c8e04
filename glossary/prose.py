"""Texts of the termbase as safe HTML, with the terms in them linked.

YAML comes from many hands. What looks like HTML in it is shown as text, `javascript:` is no address, and
pictures come from the site itself, so that no reader's browser is sent elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import Element

import markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, AtomicString, Registry
from markupsafe import Markup

from . import fallback
from .addresses import Addresses, relative
from .cards import INLINE_TEXTS
from .fallback import Shown
from .links import Linker
from .markdown import Page, TermLinks
from .model import Concept, Problem, Termbase
from .site_text import load_words
from .yamlfile import locate_text, shown

SCHEMES = ("http", "https", "mailto")
_SCHEME = re.compile(r"([^/?#]*?):")
SPACES = re.compile(r"[^\S\u00a0\u2007\u202f]+")  # besides those at which no line may end
_IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Prose:
    """A concept's texts in one language as safe HTML, with the ids of the concepts they link to."""

    definition: Markup
    summary: Markup
    explanation: Markup
    example: Markup
    mentions: tuple[str, ...] = ()


class Writer:
    """Turns the texts of concepts into HTML; `problems` collects links in them that lead nowhere.

    `docs` is the folder of hand-written pages, to which explanations may link: `[GAN](help/gan.md)`.
    """

    def __init__(self, termbase: Termbase, addresses: Addresses, docs: Path) -> None:
        self.termbase = termbase
        self.addresses = addresses
        self.docs = docs
        self.problems: list[Problem] = []
        self.linkers = {lang: Linker(termbase, lang) for lang in addresses.languages}
        self._lenders: dict[str, Linker] = {}  # of languages that only lend texts
        self._links = TermLinks()
        self._folds = _FoldedFormulas()
        self._markdown = SafeMarkdown([self._links, self._folds])
        self._words = load_words(termbase)
        self._inline = SafeMarkdown([self._links], inline=True)

    def write(self, concept: Concept, lang: str) -> Prose:
        """A concept's texts as pages of a language show them; links lead to pages of that language."""
        given = fallback.shown(self.termbase, concept, lang)
        seen = {concept.id: None}  # in the order of first mention, which counts for the whole page
        summary = self._text(concept, given, "summary", seen)  # stands above the definition
        return Prose(
            self._text(concept, given, "definition", seen),
            summary,
            self._text(concept, given, "explanation", seen),
            self._text(concept, given, "example", seen),
            tuple(id for id in seen if id != concept.id),
        )

    def _linker(self, lang: str) -> Linker:
        """The one for texts in a language, which need not be one of the site's."""
        if lang in self.linkers:
            return self.linkers[lang]
        if lang not in self._lenders:
            self._lenders[lang] = Linker(self.termbase, lang)
        return self._lenders[lang]

    def _text(self, concept: Concept, given: Shown, key: str, seen: dict[str, None]) -> Markup:
        text, lang, written_in = getattr(given.entry, key), given.entry.lang, given.lang_of(key)
        if not text:
            return Markup()

        def report(problem: Problem) -> None:
            if written_in != lang and written_in in self.linkers:
                return  # reported for the page of that language
            line = locate_text(concept.path, written_in, key) + max(0, problem.line - 1)
            self.problems.append(replace(problem, line=line, key=key))

        self._links.page = Page(
            self._linker(written_in),
            partial(self._address, concept, lang),
            own=concept.id,
            file=shown(concept.path),
            on_problem=report,
            seen=seen,
        )
        self._folds.label = self._label(lang, written_in) if key == "explanation" else None
        converter = self._inline if key in INLINE_TEXTS else self._markdown
        html = converter.render(text, partial(self._resolve, concept, lang))
        seen.update(self._links.linked)
        for path in converter.broken:
            message = f"there is no page “{path}” to link to"
            fix = "give its path from the docs folder, as in help/gan.md"
            lines = text.splitlines()
            line = next((number for number, line in enumerate(lines, 1) if path in line), 0)
            report(Problem(shown(concept.path), line, "S005", message, fix, lang=lang, id=concept.id))
        return html

    def _label(self, lang: str, written_in: str) -> Element:
        """What a folded formula is called, in the language of the page."""
        label = Element("summary", {"data-search-exclude": "true"})
        if written_in != lang:
            label.set("lang", self.termbase.languages[lang].html)
        label.text = AtomicString(self._words[lang]["formula"])
        return label

    def _address(self, concept: Concept, lang: str, id: str) -> str:
        address = self.addresses.concept
        return relative(address(lang, id), address(lang, concept.id))

    def _resolve(self, concept: Concept, lang: str, path: str) -> str | None:
        """Link to a hand-written page or a picture, given by its path in the docs folder."""
        file = (self.docs / path).resolve()
        if not file.is_relative_to(self.docs.resolve()):
            return None
        if path.endswith(".md"):
            found = file.is_file() or file.with_suffix(f".{lang}.md").is_file()
            target = self.addresses.of_file(lang, path)
        else:
            found, target = file.is_file(), path
        return relative(target, self.addresses.concept(lang, concept.id)) if found else None


class LazyProse(Mapping[tuple[str, str], Prose]):
    """Texts by concept and language, each written when it is first asked for."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.written: dict[tuple[str, str], Prose] = {}

    def __getitem__(self, key: tuple[str, str]) -> Prose:
        if key not in self.written:
            id, lang = key
            self.written[key] = self.writer.write(self.writer.termbase.concepts[id], lang)
        return self.written[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((id, lang) for id in self.writer.termbase.concepts for lang in self.writer.linkers)

    def __len__(self) -> int:
        return len(self.writer.termbase.concepts) * len(self.writer.linkers)


class SafeMarkdown:
    """Markdown of untrusted text; with `inline`, of one line: nothing in it begins a list or a heading.

    `resolve` turns the path of a page (`help/gan.md`, from the docs folder) into an address, or None if there
    is no such page; `broken` collects the paths for which there was none.
    """

    def __init__(self, extensions: Sequence[Extension] = (), *, inline: bool = False) -> None:
        self.inline = inline
        self._safe = _SafeLinks()
        blocks = () if inline else ("tables", "fenced_code", "sane_lists")
        self._markdown = markdown.Markdown(
            extensions=[*blocks, *extensions, self._safe], output_format="html"
        )
        self._markdown.preprocessors.deregister("html_block")
        self._markdown.inlinePatterns.deregister("html")
        if inline:
            parser = self._markdown.parser
            parser.blockprocessors = Registry()
            parser.blockprocessors.register(ParagraphProcessor(parser), "paragraph", 0)
            self._markdown.treeprocessors.deregister("prettify")  # which puts a formula on a line of its own
            for name in ("image_link", "image_reference", "short_image_ref"):
                self._markdown.inlinePatterns.deregister(name)

    def render(self, text: str, resolve: Resolve = lambda path: None) -> Markup:
        self._safe.resolve = resolve
        self._safe.broken = []
        if not self.inline:
            return Markup(self._markdown.reset().convert(text))
        paragraph = self._markdown.reset().convert(SPACES.sub(" ", text.strip()))
        return Markup(paragraph.removeprefix("<p>").removesuffix("</p>"))

    @property
    def broken(self) -> list[str]:
        return self._safe.broken


class _FoldedFormulas(Extension):
    """Folds each paragraph that holds a formula on a line of its own; none while there is no label."""

    label: Element | None = None

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        # After the inline patterns, which make the formulas, and the linker, which looks into paragraphs.
        md.treeprocessors.register(_Folder(md, self), "ordlab-folded-formulas", 2)


class _Folder(Treeprocessor):
    def __init__(self, md: markdown.Markdown, folds: _FoldedFormulas) -> None:
        super().__init__(md)
        self.folds = folds

    def run(self, root: Element) -> None:
        label = self.folds.label
        if label is None:
            return
        for parent in list(root.iter()):
            for place, paragraph in enumerate(parent):
                formulas = paragraph.iter("math") if paragraph.tag == "p" else ()
                if any(formula.get("display") == "block" for formula in formulas):
                    fold = Element("details", {"class": "ol-fold"})
                    fold.extend([copy(label), paragraph])
                    fold.tail, paragraph.tail = paragraph.tail, None
                    parent[place] = fold


class _SafeLinks(Extension):
    resolve: Resolve
    broken: list[str]

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        # After every inline pattern, and after the linker, whose addresses are ours.
        md.treeprocessors.register(_Cleaner(md, self), "ordlab-safe-links", 1)


class _Cleaner(Treeprocessor):
    def __init__(self, md: markdown.Markdown, links: _SafeLinks) -> None:
        super().__init__(md)
        self.links = links

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "a" and element.get("class") != "term":
                self._clean(element, "href", SCHEMES)
            elif element.tag == "img":
                self._clean(element, "src", ())

    def _clean(self, element: Element, attribute: str, schemes: Sequence[str]) -> None:
        written = element.get(attribute, "")
        address = plain_address(written)
        scheme = _SCHEME.match(address)
        if scheme or address.startswith(("//", "\\")):
            if not scheme or scheme[1].lower() not in schemes:
                element.attrib.pop(attribute, None)
            return
        path, hash, fragment = address.partition("#")
        target = self.links.resolve(path) if path else ""
        if target is None:
            self.links.broken.append(path)
        else:
            element.set(attribute, target + hash + fragment)


def plain_address(written: str) -> str:
    """An address as a browser reads it: character references resolved, white space and controls ignored."""
    previous, written = None, written.replace(AMP_SUBSTITUTE, "&")
    while written != previous:
        previous, written = written, unescape(written)
    return _IGNORED_BY_BROWSERS.sub("", written)

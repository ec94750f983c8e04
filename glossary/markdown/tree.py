"""The prose of a parsed page: what a reader sees as running text, and where it stands in the tree."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import markdown
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString

from ..links import Match
from .page import Page

BARRIER = "\ufffc"  # stands for what is not prose; no term reaches across it
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CODE = frozenset(("code", "kbd", "pre", "samp", "script", "style", "var"))
_CONTROLS = frozenset(("a", "button", "input", "label", "legend", "nav", "option", "select", "textarea"))
_LABELS = frozenset(("caption", "cite", "figcaption", "q", "summary", "th", "title"))
_FOREIGN = frozenset(("iframe", "math", "svg"))
_SKIPPED = _HEADINGS | _CODE | _CONTROLS | _LABELS | _FOREIGN
NOT_READ = _CODE | _FOREIGN | frozenset(("input", "select", "textarea"))  # all else a reader reads
_NO_TERMS = "no-terms"  # the class that an author gives to a quotation, say
_SKIPPED_CLASSES = frozenset((_NO_TERMS, "admonition-title", "arithmatex", "katex", "math", "headerlink"))
_TRANSPARENT = frozenset(("abbr", "b", "bdi", "br", "del", "dfn", "em", "i", "ins", "mark")) | frozenset(
    ("s", "small", "span", "strong", "sub", "sup", "u")
)
# Where a formula may begin: behind a letter or a digit, a dollar sign is one; Chinese has no spaces there.
MAY_BEGIN = r"(?<![\\$])(?<![^\W\u2e80-\u9fff])"
_MATH = re.compile(rf"\$\$.+?\$\$|{MAY_BEGIN}\$(?!\s)[^$\n]+(?<!\s)\$(?![\d$])", re.DOTALL)
_STASHED = re.compile(r"\x02[^\x02\x03]*\x03")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_SPACES = frozenset(("&nbsp;", "&#160;", "&#xa0;", "&ensp;", "&thinsp;"))


@dataclass(slots=True)
class _Piece:
    """A text of the tree: the text of `owner`, or what follows it in `parent`."""

    start: int
    end: int
    owner: Element
    parent: Element
    is_tail: bool


@dataclass(slots=True)
class _Span:
    """The place of an element's content in the text."""

    start: int
    end: int
    element: Element
    parent: Element


@dataclass
class Prose:
    """The text of a page that may hold terms, and where in the tree each of its characters stands."""

    md: markdown.Markdown
    page: Page
    skipped: frozenset[str] = _SKIPPED
    asides: list[tuple[int, int, str]] = field(default_factory=list)  # read, although no term is linked there
    text: str = ""
    events: list[tuple[int, str]] = field(default_factory=list)  # manual links; "" where a section begins
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _pieces: list[_Piece] = field(default_factory=list)
    _spans: list[_Span] = field(default_factory=list)
    _parents: dict[Element, Element] = field(default_factory=dict)
    _raw_tag: str = ""  # the raw HTML element we are in, when it is one to skip

    def read(self, root: Element) -> None:
        self._walk(root, root, is_block=True)
        self.text = "".join(self._parts)
        self._spans.sort(key=lambda span: (span.start, -span.end))
        self._parents = {span.element: span.parent for span in self._spans}

    def parent_of(self, match: Match) -> Element | None:
        """The innermost element that holds the whole match; none when the match ends in the middle of one."""
        first, last = self._piece_at(match.start), self._piece_at(match.end - 1)
        if first is None or last is None:
            return None
        if first is last:
            return first.parent
        block = self._block_of(first)
        touched = [s for s in self._spans if s.start < match.end and match.start < s.end]
        around = [
            s for s in touched if s.start <= match.start and match.end <= s.end and not _is_same(s, match)
        ]
        covered = [s for s in touched if s not in around]
        if all(match.start <= s.start and s.end <= match.end for s in covered):
            return around[-1].element if around else block
        return None

    def wrap(self, parent: Element, match: Match, link: Element) -> None:
        """Put the match, in `parent`, into `link`."""
        first, last = self._piece_at(match.start), self._piece_at(match.end - 1)
        assert first is not None
        assert last is not None
        if first is last:
            before, link.text, link.tail = _cut(first, match.start, match.end)
            _set_text(first, before)
            parent.insert(list(parent).index(first.owner) + 1 if first.is_tail else 0, link)
        else:
            self._wrap_elements(parent, match, link, first, last)

    def _wrap_elements(
        self, parent: Element, match: Match, link: Element, first: _Piece, last: _Piece
    ) -> None:
        """Move whole elements, and the text around them that belongs to the match, into the link."""
        inside = [
            s.element
            for s in self._spans
            if s.parent is parent and match.start <= s.start and s.end <= match.end
        ]
        position = list(parent).index(inside[0])
        link.tail = inside[-1].tail
        if last.is_tail and last.owner is inside[-1]:
            middle, link.tail = _cut(last, match.start, match.end)[1:]
            inside[-1].tail = middle
        else:
            inside[-1].tail = None
        if first.parent is parent and first.owner not in inside:
            before, link.text, _ = _cut(first, match.start, match.end)
            _set_text(first, before)
        for element in inside:
            parent.remove(element)
            link.append(element)
        parent.insert(position, link)

    def _walk(self, element: Element, parent: Element, is_block: bool) -> None:
        start = self._length
        if is_block:
            self._raw_tag = ""
            self._add(BARRIER)
        self._read_text(element.text, element, element, is_tail=False)
        for child in element:
            self._enter(child, element)
            self._read_text(child.tail, child, element, is_tail=True)
        if is_block:
            self._add(BARRIER)
        else:
            self._spans.append(_Span(start, self._length, element, parent))
        if element.tag in _SKIPPED:
            self.asides.append((start, self._length, element.tag))

    def _enter(self, child: Element, parent: Element) -> None:
        if self._is_skipped(child):
            if child.tag in _HEADINGS and self.page.per_section:
                self.events.append((self._length, ""))
            self._note_links(child)
            self._add(BARRIER)
        else:
            if child.tag == "br":
                self._add("\n")
            self._walk(child, parent, is_block=child.tag not in _TRANSPARENT)

    def _note_links(self, element: Element) -> None:
        """Links made by hand count as mentions, also in headings and tables' heads."""
        for link in element.iter("a"):
            if link.get("class") == "term":
                self.events.append((self._length, link.get("data-term", "")))

    def _is_skipped(self, element: Element) -> bool:
        if not isinstance(element.tag, str) or element.tag in self.skipped:
            return True
        lang = element.get("lang")
        page_lang = self.page.linker.termbase.languages[self.page.linker.lang]
        if lang and lang not in (page_lang.html, page_lang.code):
            return True
        return not _SKIPPED_CLASSES.isdisjoint(element.get("class", "").split())

    def _read_text(self, text: str | None, owner: Element, parent: Element, is_tail: bool) -> None:
        if not text:
            return
        start = self._length
        # Other extensions protect their texts, formulas for instance; an abbreviation is still prose.
        is_protected = isinstance(text, AtomicString) and (is_tail or owner.tag != "abbr")
        self._add(BARRIER * len(text) if is_protected else self._readable(text))
        self._pieces.append(_Piece(start, self._length, owner, parent, is_tail))

    def _readable(self, text: str) -> str:
        """The text, as long as before, with barriers for formulas and for what Markdown has put aside."""
        text = _MATH.sub(lambda found: BARRIER * len(found[0]), text)
        if "\x02" not in text and not self._raw_tag:
            return text
        parts, position = [], 0
        for found in _STASHED.finditer(text):
            parts.append(self._unless_in_raw_tag(text[position : found.start()]))
            parts.append(self._mask(found[0]))
            position = found.end()
        return "".join([*parts, self._unless_in_raw_tag(text[position:])])

    def _unless_in_raw_tag(self, text: str) -> str:
        return BARRIER * len(text) if self._raw_tag else text

    def _mask(self, placeholder: str) -> str:
        """What stands for an escaped sign or raw HTML: note when that opens or closes an element to skip."""
        if placeholder[1:-1].isdigit():
            return chr(int(placeholder[1:-1])) * len(placeholder)
        stashed = HTML_PLACEHOLDER_RE.match(placeholder)
        raw = self.md.htmlStash.rawHtmlBlocks[int(stashed[1])] if stashed else ""
        if isinstance(raw, str):
            if raw.lower() in _SPACES:
                return " " * len(placeholder)
            if tag := _TAG.match(raw):
                closes, name = bool(tag[1]), tag[2].lower()
                if closes and name == self._raw_tag:
                    self._raw_tag = ""
                elif not closes and not self._raw_tag and (name in self.skipped or _NO_TERMS in raw):
                    self._raw_tag = name
        return BARRIER * len(placeholder)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _piece_at(self, place: int) -> _Piece | None:
        index = bisect_right(self._pieces, place, key=lambda piece: piece.start) - 1
        if index < 0 or place >= self._pieces[index].end:
            return None
        return self._pieces[index]

    def _block_of(self, piece: _Piece) -> Element:
        """The element around `piece` that is not inline."""
        element = piece.parent
        parents = self._parents
        while element in parents:
            element = parents[element]
        return element


def _is_same(span: _Span, match: Match) -> bool:
    """An element that is covered exactly goes into the link whole."""
    return (span.start, span.end) == (match.start, match.end)


def _cut(piece: _Piece, start: int, end: int) -> tuple[str, str, str]:
    """The piece's text before, in and after a span of the whole text."""
    text = (piece.owner.tail if piece.is_tail else piece.owner.text) or ""
    begin, stop = max(0, start - piece.start), max(0, end - piece.start)
    return text[:begin], text[begin:stop], text[stop:]


def _set_text(piece: _Piece, text: str) -> None:
    if piece.is_tail:
        piece.owner.tail = text
    else:
        piece.owner.text = text

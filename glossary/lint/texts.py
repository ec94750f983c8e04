"""Texts as rules see them: what a reader reads, and where each of its characters stands in a file.

Prose comes from the parsed Markdown, where the places in the source are lost. They are found again only when
there is something to report: a mark is put before every place in the source that the finding may come from,
the text is parsed once more, and the mark that comes out where the finding is was put at the right place.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from ..edits import Edit, read
from ..links.text import IDEOGRAPHS
from ..markdown import BARRIER
from ..model import Problem
from ..yamlfile import Reader, descend, line_of_text

SETTINGS = "mkdocs.yml"
FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<yaml>.*?\r?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_FIRST_MARK = 0xF0000  # Unicode's private planes: no text has these, and Markdown gives them no meaning
_MAX_MARKS = 0xFFFD
# A word (of Han, each character) before which a mark can stand; first what a mark would make into something
# else: fences, footnotes, links by hand, references, admonitions, tags, targets, attributes, entities.
_WORD_OR_MARKUP = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,}).*$|\[\^[^\]]*\]|\[\[[^\[\]|]*[\]|]"
    r"|^ {0,3}(?:\[[^\]]*\]:|!{3}|\?{3}|\*\[).*$|<[^<>]*>|\]\([^()]*\)|\]\[[^\]]*\]|\{[^{}]*\}|&[#\w]+;"
    rf"|([{IDEOGRAPHS}]|[^\W\d_{IDEOGRAPHS}][^\W_{IDEOGRAPHS}]*)",
    re.MULTILINE,
)
_MAX_TRIES = 200


Keys = tuple[str | int, ...]
"""Where something stands in YAML: keys of mappings and places in lists."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of a conversion."""

    prose: str
    linked: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    asides: tuple[tuple[int, int, str], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of prose stands in its file; without `span` only the line is known."""

    line: int
    span: tuple[int, int] | None = None
    column: int = 0


@dataclass(eq=False)
class Text(ABC):
    """One text in one language: a page written by hand, or what stands under a key of a YAML file."""

    path: Path
    lang: str
    markdown: str
    parse: Callable[[str], Reading]
    id: str = ""  # of the concept, quiz, figure or demo that the text belongs to
    key: str = ""
    is_quoted: bool = False  # somebody else's words, which are not ours to choose
    is_page: ClassVar[bool] = False
    _found: dict[str, dict[int, int]] = field(default_factory=dict)

    @cached_property
    def reading(self) -> Reading:
        return self.parse(self.markdown)

    @property
    def prose(self) -> str:
        return self.reading.prose

    def is_aside(self, place: int, *tags: str) -> bool:
        """Whether a place of the prose is in a heading, link or label; in one of `tags`, if there are any."""
        asides = self.reading.asides
        return any(start <= place < end and (not tags or tag in tags) for start, end, tag in asides)

    def edit(self, start: int, end: int, text: str) -> Edit | None:
        """The change in the file that puts `text` for a piece of prose, if that piece stands there as one."""
        span = self.place(start, end).span
        return Edit(self.path, *span, text) if span else None

    def place(self, start: int, end: int) -> Place:
        """Where a piece of the prose stands in the file."""
        if span := self.in_markdown(start, end):
            within = self.in_file(*span)
            if within is None:
                return Place(self.line_at(span[0]))
            before = read(self.path)[: within[0]]
            return Place(before.count("\n") + 1, within, len(before) - before.rfind("\n"))
        first = re.match(r"\w+|\S", self.prose[start:end])
        if first and start + first.end() < end:
            return Place(self.place(start, start + first.end()).line)
        return Place(self.line_at(None))

    def in_markdown(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a piece of the prose stands in the Markdown, if it is there in one piece."""
        if self.prose == self.markdown:
            return start, end
        if near := self._after_word(start, end):
            return near
        for left, right in (_word_around(self.prose, start, end), (start, end)):
            if BARRIER in self.prose[left:right]:
                continue
            found = self._places(self.prose[left:right]).get(left)
            if found is not None:
                before, piece = self.prose[left:start], self.prose[start:end]
                match = re.compile(_as_written(before) + f"({_as_written(piece)})").match(
                    self.markdown, found
                )
                if match:
                    return match.span(1)
        return None

    def _after_word(self, start: int, end: int) -> tuple[int, int] | None:
        """The same by the last word that begins before the piece; none where they do not stand together."""
        index = bisect_right(self._words, (start, len(self.markdown))) - 1
        if index < 0:
            return None
        in_prose, in_markdown = self._words[index]
        between, piece = self.prose[in_prose:start], self.prose[start:end]
        pattern = f"{_as_written(between)}[*_~]{{0,3}}({_as_written(piece)})"
        found = re.compile(pattern).match(self.markdown, in_markdown)
        return found.span(1) if found else None

    @cached_property
    def _words(self) -> list[tuple[int, int]]:
        """Where each word begins in the prose and in the Markdown; nothing when marks would break markup."""
        starts = [found.start(1) for found in _WORD_OR_MARKUP.finditer(self.markdown) if found[1]]
        places = self._marked(starts) if len(starts) <= _MAX_MARKS else None
        return sorted(places.items()) if places else []

    def _places(self, piece: str) -> dict[int, int]:
        """For every occurrence of a piece in the source that a reader sees: its place in the prose."""
        if piece not in self._found:
            starts = [found.start() for found in re.finditer(f"(?={_as_written(piece)})", self.markdown)]
            starts = starts[:_MAX_MARKS]
            places = self._marked(starts)
            if places is None:  # some mark broke markup: those that do not are found one by one
                places = {}
                for start in starts[:_MAX_TRIES]:
                    places |= self._marked([start]) or {}
            self._found[piece] = places
        return self._found[piece]

    def _marked(self, starts: list[int]) -> dict[int, int] | None:
        """Where marks before these places of the source come out; None when they change the text."""
        marked, end = [], 0
        for number, start in enumerate(starts):
            marked += [self.markdown[end:start], chr(_FIRST_MARK + number)]
            end = start
        prose = self.parse("".join([*marked, self.markdown[end:]])).prose
        places: dict[int, int] = {}
        plain: list[str] = []
        for character in prose:
            if _FIRST_MARK <= ord(character) < _FIRST_MARK + len(starts):
                places[len(plain)] = starts[ord(character) - _FIRST_MARK]
            else:
                plain.append(character)
        return places if "".join(plain) == self.prose else None

    # What differs between pages and YAML

    @abstractmethod
    def line_at(self, place: int | None) -> int:
        """The line of the file for a place of the Markdown; of its beginning when there is none."""

    @abstractmethod
    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        """A span of the Markdown as a span of the file."""


@dataclass(eq=False)
class PageText(Text):
    """A page written by hand: the file without its front matter."""

    first_line: int = 1
    offset: int = 0
    is_page: ClassVar[bool] = True

    def line_at(self, place: int | None) -> int:
        return self.first_line + (self.markdown.count("\n", 0, place) if place else 0)

    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        return self.offset + start, self.offset + end


@dataclass(eq=False)
class YamlText(Text):
    """What stands under `keys` of a YAML file, or of the front matter of a page."""

    keys: Keys = ()

    def line_at(self, place: int | None) -> int:
        above, node = self._node
        if node is None:
            return 0
        lines = self.markdown.count("\n", 0, place) if place and _is_block(node) else 0
        return above + line_of_text(node) + lines

    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        """YAML folds and escapes: a piece is found again by how often it occurred before."""
        _, node = self._node
        if not isinstance(node, ScalarNode):
            return None
        text = read(self.path)
        offset, _ = yaml_span(self.path, text)
        offset += text.startswith("\ufeff", offset)  # places count from after a byte order mark
        begin, stop = offset + node.start_mark.index, offset + node.end_mark.index
        if _is_block(node):
            begin = text.index("\n", begin)
        piece = re.compile(f"(?={_as_written(self.markdown[start:end])})")
        before = [found.start() for found in piece.finditer(self.markdown)]
        inside = [found.start() for found in piece.finditer(text[begin:stop])]
        if len(before) != len(inside):
            return None
        first = begin + inside[before.index(start)]
        match = re.compile(_as_written(self.markdown[start:end])).match(text, first)
        return match.span() if match else None

    @property
    def _node(self) -> tuple[int, Node | None]:
        """How many lines of the file are above its YAML, and the text's node, if it is still there."""
        text = read(self.path)
        start, end = yaml_span(self.path, text)
        return text.count("\n", 0, start), descend(yaml_root(self.path, text[start:end]), *self.keys)


@dataclass(eq=False)
class KeyText(YamlText):
    """A key that readers see: others go by its words, so that only a person can change it."""

    def edit(self, start: int, end: int, text: str) -> Edit | None:
        return None

    @property
    def _node(self) -> tuple[int, Node | None]:
        text = read(self.path)
        *above, name = self.keys
        holder = descend(yaml_root(self.path, text), *above)
        keys = (key for key, _ in holder.value) if isinstance(holder, MappingNode) else ()
        return 0, next((key for key in keys if key.value == name), None)


def yaml_span(path: Path, text: str) -> tuple[int, int]:
    """Where the YAML of a file stands: all of it, or a page's front matter."""
    if path.suffix != ".md":
        return 0, len(text)
    head = FRONT_MATTER.match(text)
    return head.span("yaml") if head else (0, 0)


class _HostLoader(yaml.SafeLoader):
    """Reads an alias inside its own collection as empty, so that every walk through a document ends."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        node = super().compose_node(parent, index)
        if (
            isinstance(node, CollectionNode) and node.end_mark is None
        ):  # an alias of what is not read to its end
            return ScalarNode("tag:yaml.org,2002:null", "", node.start_mark, node.start_mark)
        return node


def yaml_root(path: Path, text: str) -> MappingNode | None:
    """What the YAML of a file says, if it can be read.

    Tags and anchors are refused in the engine's own files, but what the host reads may have them.
    """
    if path.suffix != ".md" and path.name != SETTINGS:
        return Reader(path).root(text.encode())
    try:
        root = yaml.compose(text.removeprefix("\ufeff"), Loader=_HostLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    return root if isinstance(root, MappingNode) else None


def _is_block(node: Node) -> bool:
    return getattr(node, "style", None) in ("|", ">")


def _as_written(piece: str) -> str:
    """A pattern for a piece of prose in the source, where white space may be more, or a line break."""
    return r"\s+".join(map(re.escape, re.split(r"\s+", piece)))


def _word_around(prose: str, start: int, end: int) -> tuple[int, int]:
    """A piece with the signs it touches: in fewer places of the source than a single quotation mark."""
    left = re.search(r"[^\s\ufffc]{0,12}\Z", prose[:start])
    right = re.match(r"[^\s\ufffc]{0,12}", prose[end : end + 12])
    return (left.start() if left else start), end + (right.end() if right else 0)

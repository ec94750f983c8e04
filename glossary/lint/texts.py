"""Texts as rules see them: what a reader reads, and where each of its characters stands in a file.

Prose comes from the parsed Markdown, where the places in the source are lost. They are found again only when
there is something to report: a mark is put before every place in the source that the finding may come from,
the text is parsed once more, and the mark that comes out where the finding is was put at the right place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import markdown
import yaml
from yaml.nodes import ScalarNode

from ..edits import Edit, read
from ..links import IDEOGRAPHS, Linker
from ..markdown import BARRIER, Page, ReadProse, TermLinks
from ..model import Concept, Problem, Termbase
from ..prose import SafeMarkdown
from ..yamlfile import find, locate_text, shown

KEYS = ("definition", "explanation", "example")
MARKDOWN_KEYS = ("explanation", "example")
USUAL_EXTENSIONS = ("admonition", "attr_list", "footnotes", "md_in_html", "tables")

# In a text without any of these there is nothing for Markdown to do: it need not be parsed.
_MARKUP = re.compile(
    r"[*_`\[\]<>&#\\|~$!{}^=]|^[ \t]*(?:[-+:]|\d+[.)])[ \t]|^(?: {4}|\t)|^-{3,}", re.MULTILINE
)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")
_FIRST_MARK = 0xF0000  # Unicode's private planes: no text has these, and Markdown gives them no meaning
_MOST_MARKS = 0xFFFD
# A word (of Han, each character) before which a mark can stand; first what a mark would make into something
# else: fences, footnotes, links by hand, references, admonitions, tags, targets, attributes, entities.
_WORD_OR_MARKUP = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,}).*$|\[\^[^\]]*\]|\[\[[^\[\]|]*[\]|]"
    r"|^ {0,3}(?:\[[^\]]*\]:|!{3}|\?{3}|\*\[).*$|<[^<>]*>|\]\([^()]*\)|\]\[[^\]]*\]|\{[^{}]*\}|&[#\w]+;"
    rf"|([{IDEOGRAPHS}]|[^\W\d_{IDEOGRAPHS}][^\W_{IDEOGRAPHS}]*)",
    re.MULTILINE,
)
_MOST_TRIES = 200


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


@dataclass(eq=False)
class Text:
    """One text: a page written by hand, or one key of a concept in one language."""

    path: Path
    lang: str
    markdown: str
    parse: Callable[[str], Reading]
    concept: str = ""  # the id of the concept that the text belongs to
    key: str = ""
    first_line: int = 1
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

    @property
    def is_page(self) -> bool:
        return not self.concept

    def edit(self, start: int, end: int, text: str) -> Edit | None:
        """The change in the file that puts `text` for a piece of prose, if that piece stands there as one."""
        span = self.place(start, end).span
        return Edit(self.path, *span, text) if span else None

    def place(self, start: int, end: int) -> Place:
        """Where a piece of the prose stands in the file."""
        if span := self.in_markdown(start, end):
            within = self.in_file(*span)
            line = read(self.path).count("\n", 0, within[0]) + 1 if within else self.line_at(span[0])
            return Place(line, within)
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
        places = self._marked(starts) if len(starts) <= _MOST_MARKS else None
        return sorted(places.items()) if places else []

    def _places(self, piece: str) -> dict[int, int]:
        """For every occurrence of a piece in the source that a reader sees: its place in the prose."""
        if piece not in self._found:
            starts = [found.start() for found in re.finditer(f"(?={_as_written(piece)})", self.markdown)]
            starts = starts[:_MOST_MARKS]
            places = self._marked(starts)
            if places is None:  # some mark broke markup: those that do not are found one by one
                places = {}
                for start in starts[:_MOST_TRIES]:
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

    def line_at(self, place: int | None) -> int:
        """The line of the file for a place of the Markdown; of its beginning when there is none."""
        return self.first_line + (self.markdown.count("\n", 0, place) if place else 0)

    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        """A span of the Markdown as a span of the file."""
        raise NotImplementedError


@dataclass(eq=False)
class PageText(Text):
    """A page written by hand: the file without its front matter."""

    offset: int = 0

    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        return self.offset + start, self.offset + end


@dataclass(eq=False)
class EntryText(Text):
    """One key of a concept in one language."""

    def line_at(self, place: int | None) -> int:
        first = locate_text(self.path, self.lang, self.key)
        return first + (self.markdown.count("\n", 0, place) if place and self._is_block else 0)

    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        """YAML folds and escapes: a piece is found again by how often it occurred before."""
        node = self._node
        if not isinstance(node, ScalarNode):
            return None
        text = read(self.path)
        begin, stop = node.start_mark.index, node.end_mark.index
        skipped = 1 if text.startswith("\ufeff") else 0
        begin, stop = begin + skipped, stop + skipped
        if self._is_block:
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
    def _node(self) -> Any:
        return find(self.path, self.lang, self.key)

    @property
    def _is_block(self) -> bool:
        return getattr(self._node, "style", None) in ("|", ">")


def _as_written(piece: str) -> str:
    """A pattern for a piece of prose in the source, where white space may be more, or a line break."""
    return r"\s+".join(map(re.escape, re.split(r"\s+", piece)))


def _word_around(prose: str, start: int, end: int) -> tuple[int, int]:
    """A piece with the signs it touches: in fewer places of the source than a single quotation mark."""
    left = re.search(r"[^\s\ufffc]{0,12}\Z", prose[:start])
    right = re.match(r"[^\s\ufffc]{0,12}", prose[end : end + 12])
    return (left.start() if left else start), end + (right.end() if right else 0)


# Reading


def entry_texts(termbase: Termbase, linkers: dict[str, Linker]) -> Iterator[EntryText]:
    """Every text of every concept."""
    parsers = {lang: _Parser(linker, None) for lang, linker in linkers.items()}
    for concept in termbase.concepts.values():
        for lang, entry in concept.entries.items():
            for key in KEYS:
                if text := getattr(entry, key):
                    parse = parsers[lang].of_concept(concept, key)
                    yield EntryText(concept.path, lang, text, parse, concept.id, key)


def page_texts(termbase: Termbase, linkers: dict[str, Linker], project: Path) -> Iterator[PageText]:
    """Every page below the docs folder of the site whose `mkdocs.yml` is in `project`."""
    settings = _settings(project / "mkdocs.yml")
    docs = project / str(settings.get("docs_dir") or "docs")
    names = _extensions(settings.get("markdown_extensions"))
    parsers = {lang: _Parser(linker, names) for lang, linker in linkers.items()}
    for path in sorted(docs.rglob("*.md")):
        lang = language_of(path.relative_to(docs), termbase)
        if lang not in parsers:
            continue
        try:
            source = read(path)
        except (OSError, UnicodeDecodeError):
            continue  # the site's own build says what is wrong
        head = _FRONT_MATTER.match(source)
        offset = head.end() if head else 0
        first_line = source.count("\n", 0, offset) + 1
        text = source[offset:]
        parse = parsers[lang].of_page(path, first_line)
        yield PageText(path, lang, text, parse, first_line=first_line, offset=offset)


def language_of(path: Path, termbase: Termbase) -> str:
    """The language of a page: `help/gan.nb.md` and `nb/help/gan.md` say it, others are in the first one.

    It may be one that the termbase does not have.
    """
    suffix = path.suffixes[-2][1:] if len(path.suffixes) > 1 else ""
    if suffix in termbase.languages or _LANGUAGE.fullmatch(suffix):
        return suffix
    return path.parts[0] if path.parts[0] in termbase.languages else termbase.default_language


class _Parser:
    """Turns Markdown into prose; `extensions` are those of the site, None is for texts of the termbase."""

    def __init__(self, linker: Linker, extensions: Iterable[str] | None) -> None:
        self.linker = linker
        self.links = TermLinks()
        self.reader = ReadProse(Page(linker, str))
        ours = [self.links, self.reader]
        self._safe = SafeMarkdown(ours) if extensions is None else None
        self._markdown = None if extensions is None else markdown.Markdown(extensions=[*extensions, *ours])

    def of_concept(self, concept: Concept, key: str) -> Callable[[str], Reading]:
        if key not in MARKDOWN_KEYS:
            return Reading

        def parse(text: str) -> Reading:
            if not _MARKUP.search(text):
                return Reading(text)
            return self._parse(text, shown(concept.path), 1, concept.id)

        return parse

    def of_page(self, path: Path, first_line: int) -> Callable[[str], Reading]:
        return lambda text: self._parse(text, shown(path), first_line, "")

    def _parse(self, text: str, file: str, first_line: int, own: str) -> Reading:
        problems: list[Problem] = []
        page = Page(self.linker, str, own, file, first_line, problems.append)
        self.links.page = self.reader.page = page
        self.reader.text, self.reader.targets, self.reader.asides = "", [], []
        try:
            if self._safe:
                self._safe.render(text)
            elif self._markdown:
                self._markdown.reset().convert(text)
        except RecursionError:
            message, fix = "the text is nested too deeply to be read", "take lists out of lists"
            problems = [Problem(file, first_line, "T121", message, fix, lang=self.linker.lang, id=own)]
            return Reading("", problems=tuple(problems))
        return Reading(
            self.reader.text,
            tuple(self.links.linked),
            tuple(self.reader.targets),
            tuple(self.reader.asides),
            tuple(problems),
        )


class _Loader(yaml.SafeLoader):
    """MkDocs allows tags (`!!python/name:`, `!ENV`): what they stand for does not matter here."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def _settings(path: Path) -> dict[str, Any]:
    """What `mkdocs.yml` says; nothing when there is none, or none that can be read."""
    try:
        data = yaml.load(path.read_bytes(), _Loader)
    except (OSError, yaml.YAMLError):
        return {}
    return data if isinstance(data, dict) else {}


def _extensions(listed: object) -> tuple[str, ...]:
    """Names of Markdown extensions that are installed; their options do not change what is prose."""
    if not isinstance(listed, list):
        return USUAL_EXTENSIONS
    names = [next(iter(item)) if isinstance(item, dict) else item for item in listed if item]
    return tuple(name for name in map(str, names) if _is_usable(name))


def _is_usable(name: str) -> bool:
    try:
        markdown.Markdown(extensions=[name])
    except Exception:  # an extension may raise anything; the site's own build says what is wrong with it
        return False
    return True

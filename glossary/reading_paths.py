"""Learning paths: short courses over pages that there are anyway, from YAML, in every language of the site.

Each `paths/<id>.yml` is one path: what it promises, for whom, its stops in their order, and a quiz. A stop is
a concept (`term: generator`) or a page written by hand (`page: help/gans.md`), or a part of one: `#demo`,
`#figure`, `#explanation` or `#example` of a concept, a heading with an id of its own of a page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from . import fallback, reading_time
from .cards import NONE, TEXTS, Numbers
from .demos import Demo
from .load.values import ID, ID_FORM
from .markdown_code import without_code
from .model import Concept, Problem, Termbase
from .quizzes import Quiz
from .yamlfile import Reader, did_you_mean, join, locate, read_folder, shown

CODES = {
    "P001": "A text of a learning path lacks one of the site's languages.",
    "P002": "A learning path or one of its stops lacks something it needs, or has something it cannot have.",
    "P003": "A learning path leads to a page, to a part of one or to a quiz that there is not.",
}
KINDS = ("term", "page")
TERM_PARTS = ("explanation", "example", "demo", "figure")
DEMO, FIGURE, QUESTION = 2.0, 1.0, 0.4  # minutes that one of them takes
LEAST_STOPS = 2

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---[ \t]*\n", re.DOTALL)
_TITLE = re.compile(r"^#+ +(.+?)\s*(?:\{[^{}]*\}\s*)?$", re.MULTILINE)
_HEADING = re.compile(r"(#{1,6}) .*")
_OWN_ID = re.compile(r"\{[^{}]*#([^\s{}]+)[^{}]*\}\s*$")
_DEMO = re.compile(r'^<div class="demo" ', re.MULTILINE)
# What nobody reads as text: footnotes, HTML, addresses of links, and attributes.
_NO_TEXT = re.compile(r"^\[\^[^\]]+\]:.*$|<[^<>]*>|(?<=\])\([^()]*\)|\{[:#. ][^{}]*\}", re.MULTILINE)

Texts = Mapping[str, str]  # language → text


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to visit; `why` says what to look for there."""

    kind: str  # one of KINDS
    target: str  # the concept's id, or the page's path below the docs, without its language
    part: str  # the anchor of a part of it; empty for all of it
    why: Texts

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.target}" + (f"#{self.part}" if self.part else "")


@dataclass(frozen=True, slots=True)
class ReadingPath:
    """One file; its name is the id."""

    id: str
    file: Path
    title: Texts
    promise: Texts  # what a reader knows or can do at the end
    audience: Texts  # whom it is for
    stops: tuple[Stop, ...]
    quiz: str


def read(
    folder: Path, languages: tuple[str, ...], numbers: Numbers = NONE
) -> tuple[dict[str, ReadingPath], list[Problem]]:
    """The learning paths of a folder, which may be missing, and everything that is wrong with their files.

    `numbers` are put into their texts (`cards`).
    """
    return read_folder(
        folder, lambda reader, root: _PathReader(reader, languages).path(root), numbers.fill_node
    )


class _PathReader:
    """One file to a path, with every fault in it."""

    def __init__(self, reader: Reader, languages: tuple[str, ...]) -> None:
        self.reader = reader
        self.languages = languages

    def path(self, root: MappingNode) -> ReadingPath | None:
        if not ID.fullmatch(self.reader.id):
            message = f"“{self.reader.path.name}” cannot be part of an address"
            self.reader.report("P002", message, f"{ID_FORM}: first-steps.yml")
            return None
        needed = ("title", "promise", "audience", "stops", "quiz")
        values = self.reader.parts(root, needed, "P002")
        if len(values) < len(needed):
            return None
        title, promise, audience = (self.texts(values[name], name) for name in needed[:3])
        stops = [stop for n, node in enumerate(self.stops(values["stops"])) if (stop := self.stop(node, n))]
        quiz = self.reader.text(values["quiz"], "quiz")
        return ReadingPath(self.reader.id, self.reader.path, title, promise, audience, tuple(stops), quiz)

    def stops(self, node: Node) -> list[Node]:
        if isinstance(node, SequenceNode) and len(node.value) >= LEAST_STOPS:
            return list(node.value)
        message = f"expected a list of at least {LEAST_STOPS} stops"
        self.reader.at(node, "P002", message, "add `- term: …` or `- page: …`", key="stops")
        return []

    def stop(self, node: Node, number: int) -> Stop | None:
        key = f"stops[{number}]"
        values = self.reader.parts(node, ("why",), "P002", key, optional=KINDS)
        kinds = [kind for kind in KINDS if kind in values]
        if len(kinds) != 1:
            message = "a stop is a term or a page, one of the two"
            self.reader.at(node, "P002", message, "write `term: <id>` or `page: <path>.md`", key=key)
        if len(kinds) != 1 or "why" not in values:
            return None
        target, _, part = self.reader.text(values[kinds[0]], join(key, kinds[0])).partition("#")
        return Stop(kinds[0], target, part, self.texts(values["why"], join(key, "why")))

    def texts(self, node: Node, key: str) -> Texts:
        return self.reader.localized(node, self.languages, "P001", key)


# Pages written by hand


def page_file(docs: Path, path: str, languages: Iterable[str]) -> tuple[Path, str] | None:
    """The file of a page in the first of the languages that it exists in, with that language.

    `path` does not name the language: `help/gans.md` stands for `help/gans.nb.md`, `nb/help/gans.md`, and, in
    a site of one language, for itself.
    """
    name, languages = docs / path, tuple(languages)
    for lang in languages:
        for file in (name.with_suffix(f".{lang}.md"), docs / lang / path):
            if file.is_file() and file.resolve().is_relative_to(docs.resolve()):
                return file, lang
    if path.endswith(".md") and name.is_file() and name.resolve().is_relative_to(docs.resolve()):
        return name, languages[0]
    return None


def page_title(source: str, part: str = "") -> str:
    """What a page calls itself, in its front matter or else in its first heading; or what a part does."""
    if part:
        return _heading(section(source, part) or "")
    if head := _FRONT_MATTER.match(source):
        try:
            values = yaml.safe_load(head[1])
        except yaml.YAMLError:
            values = None
        if isinstance(values, dict) and values.get("title"):
            return str(values["title"])
    return _heading(source)


def _heading(source: str) -> str:
    found = _TITLE.search(source)
    return re.sub(r"[*_`]", "", found[1]) if found else ""


def section(source: str, part: str) -> str | None:
    """The Markdown below the heading with this id, up to the next one of its level; None if there is none."""
    lines = _FRONT_MATTER.sub("", source).splitlines(keepends=True)
    text = enumerate(without_code(lines))  # in code, `#` begins a comment
    headings = [(number, found) for number, line in text if (found := _HEADING.match(line))]
    for place, (start, heading) in enumerate(headings):
        own = _OWN_ID.search(heading[0])
        if own and own[1] == part:
            ends = (number for number, later in headings[place + 1 :] if len(later[1]) <= len(heading[1]))
            return "".join(lines[start : next(ends, len(lines))])
    return None


# How long a stop takes


def minutes(stop: Stop, lang: str, termbase: Termbase, demos: Mapping[str, Demo], docs: Path) -> int:
    """Whole minutes, at least one: to read what stands there, at the language's speed, and to try demos."""
    if stop.kind == "term":
        time = _minutes_at_term(stop, lang, termbase, demos)
    else:
        time = _minutes_at_page(stop, lang, termbase, docs)
    return max(1, round(time))


def _minutes_at_term(stop: Stop, lang: str, termbase: Termbase, demos: Mapping[str, Demo]) -> float:
    if stop.part in ("demo", "figure"):
        return DEMO if stop.part == "demo" else FIGURE
    concept = termbase.concepts[stop.target]
    given = fallback.shown(termbase, concept, lang)
    time = sum(
        reading_time.minutes(getattr(given.entry, key), termbase.languages[given.lang_of(key)])
        for key in ((stop.part,) if stop.part else TEXTS)
    )
    return time if stop.part else time + DEMO * has_demo(demos, concept)


def _minutes_at_page(stop: Stop, lang: str, termbase: Termbase, docs: Path) -> float:
    found = page_file(docs, stop.target, (lang, *termbase.languages))
    if found is None:
        return 0.0
    file, written_in = found
    source = file.read_text("utf-8")
    text = section(source, stop.part) if stop.part else _FRONT_MATTER.sub("", source)
    demos = len(_DEMO.findall(text or ""))
    return reading_time.minutes(_NO_TEXT.sub("", text or ""), termbase.languages[written_in]) + DEMO * demos


def minutes_of_quiz(quiz: Quiz) -> int:
    return max(1, round(QUESTION * len(quiz.questions)))


def has_demo(demos: Mapping[str, Demo], concept: Concept) -> bool:
    return any(concept.id in demo.terms for demo in demos.values())


# What there is not


def check(
    paths: Iterable[ReadingPath],
    termbase: Termbase,
    demos: Mapping[str, Demo],
    quizzes: Collection[str],
    docs: Path,
    languages: Iterable[str],
) -> Iterator[Problem]:
    """Stops and quizzes of paths that lead nowhere; `languages` are those the site is built in."""
    languages = tuple(languages)
    for path in paths:
        if path.quiz and path.quiz not in quizzes:
            fix = did_you_mean(path.quiz, quizzes) or "add it to the quizzes"
            yield _problem(path, f"there is no quiz “{path.quiz}”", fix, "quiz")
        for number, stop in enumerate(path.stops):
            faults = (
                _at_term(stop, termbase, demos) if stop.kind == "term" else _at_page(stop, docs, languages)
            )
            for message, fix, lang in faults:
                yield _problem(path, message, fix, "stops", number, stop.kind, lang=lang)


def _at_term(stop: Stop, termbase: Termbase, demos: Mapping[str, Demo]) -> Iterator[tuple[str, str, str]]:
    concept = termbase.concepts.get(stop.target)
    if concept is None:
        fix = did_you_mean(stop.target, termbase.concepts) or "name a concept of the glossary"
        yield f"there is no concept “{stop.target}”", fix, ""
    elif stop.part and stop.part not in TERM_PARTS:
        fix = did_you_mean(stop.part, TERM_PARTS)
        yield f"the pages of concepts have no part “{stop.part}”", fix, ""
    elif stop.part and not _has(concept, stop.part, demos):
        yield f"the page of “{concept.id}” has no {stop.part}", f"write `term: {concept.id}`", ""


def _has(concept: Concept, part: str, demos: Mapping[str, Demo]) -> bool:
    if part == "demo":
        return has_demo(demos, concept)
    if part == "figure":
        return bool(concept.figure)
    return any(getattr(entry, part) for entry in concept.entries.values())


def _at_page(stop: Stop, docs: Path, languages: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    if not stop.target.endswith(".md") or page_file(docs, stop.target, languages) is None:
        fix = "give its path from the docs folder without the language, as in help/gans.md"
        yield f"there is no page “{stop.target}”", fix, ""
        return
    for lang in languages if stop.part else ():
        found = page_file(docs, stop.target, (lang,))
        if found and section(found[0].read_text("utf-8"), stop.part) is None:
            message = f"{shown(found[0])} has no heading with the id “{stop.part}”"
            yield message, f"write `## … {{#{stop.part}}}` there", lang


def _problem(path: ReadingPath, message: str, fix: str, *keys: str | int, lang: str = "") -> Problem:
    key = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    line = locate(path.file, *keys)
    return Problem(shown(path.file), line, "P003", message, fix, lang=lang, id=path.id, key=key)

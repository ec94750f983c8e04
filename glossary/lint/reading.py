"""The texts of a project, wherever a reader sees them: concepts, pages, and the data files beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import markdown
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..cards import INLINE_TEXTS, TEXTS, masked
from ..links import Linker
from ..markdown import BARRIER, Page, ReadProse, TermLinks, are_formulas_ours
from ..model import Problem, Termbase
from ..prose import SafeMarkdown
from ..yamlfile import Reader, descend, join, shown
from .project import Project
from .texts import FRONT_MATTER, Keys, KeyText, PageText, Reading, YamlText, yaml_root, yaml_span

HEAD_KEYS = ("title", "description")
"""What front matter says to readers."""
SITE_KEYS = ("site_name", "site_description")
"""What `mkdocs.yml` says to readers, besides its navigation."""

SEARCH_SEPARATOR = "search-separator"
"""The one word of the interface that nobody reads: a regular expression."""

# In a text without any of these there is nothing for Markdown to do: it need not be parsed.
_MARKUP = re.compile(
    r"[*_`\[\]<>&#\\|~$!{}^=]|^[ \t]*(?:[-+:]|\d+[.)])[ \t]|^(?: {4}|\t)|^-{3,}", re.MULTILINE
)


def entry_texts(termbase: Termbase, linkers: Mapping[str, Linker]) -> Iterator[YamlText]:
    """Every text of every concept."""
    parsers = {lang: _Parser(linker, None) for lang, linker in linkers.items()}
    for concept in termbase.concepts.values():
        for lang, entry in concept.entries.items():
            for key in TEXTS:
                if text := getattr(entry, key):
                    parse = parsers[lang].of_text(concept.path, concept.id, inline=key in INLINE_TEXTS)
                    yield YamlText(concept.path, lang, text, parse, concept.id, key, keys=(lang, key))


def page_texts(termbase: Termbase, linkers: Mapping[str, Linker], project: Project) -> Iterator[PageText]:
    """Every page that is written by hand and in a language of the termbase."""
    parsers = {lang: _Parser(linker, project.extensions) for lang, linker in linkers.items()}
    for path, source in project.pages.items():
        lang = project.language_of(path, termbase)
        if lang in parsers:
            head = FRONT_MATTER.match(source)
            offset = head.end() if head else 0
            first_line = source.count("\n", 0, offset) + 1
            parse = parsers[lang].of_page(path, first_line)
            yield PageText(path, lang, source[offset:], parse, first_line=first_line, offset=offset)


# Data files


@dataclass(frozen=True, slots=True)
class _File:
    """A data file with its texts; `id` is that of the quiz, figure or demo."""

    path: Path
    texts: Iterator[_Found]
    id: str = ""
    is_markdown: bool = False  # elsewhere a sign is that sign


@dataclass(frozen=True, slots=True)
class _Found:
    """A text in a data file, by its place there."""

    lang: str
    text: str
    keys: Keys
    key: str
    is_quoted: bool = False
    is_key: bool = False  # the last of `keys` is the text


def data_texts(
    termbase: Termbase, linkers: Mapping[str, Linker], project: Project | None
) -> Iterator[YamlText]:
    """The texts that stand in YAML beside the concepts: labels, quizzes, figures, demos, titles, navigation.

    Files with faults have none; the faults are reported by those who read the files for the site.
    """
    parsers = {lang: _Parser(linker, None) for lang, linker in linkers.items()}
    for file in _files(termbase, project):
        for found in file.texts:
            if found.lang in termbase.languages and found.text:
                parse = parsers[found.lang].of_text(file.path, file.id) if file.is_markdown else _plain
                about = (file.id, found.key, found.is_quoted)
                kind = KeyText if found.is_key else YamlText
                yield kind(file.path, found.lang, found.text, parse, *about, keys=found.keys)


def _files(termbase: Termbase, project: Project | None) -> Iterator[_File]:
    """Every data file."""
    folder, languages = termbase.folder, termbase.languages
    subjects, sources, own = (folder / f"{name}.yml" for name in ("subjects", "sources", "languages"))
    yield _File(subjects, _by_language(_root(subjects), languages))
    yield _File(sources, _titles_of_works(_root(sources)))
    yield _File(own, _interface_words(_root(own)))
    for lang in languages:  # the engine's own words, where the termbase is the engine's
        path = folder / "text" / f"{lang}.yml"
        yield _File(path, _all(lang, _root(path)))
    beginning = folder / "starter" / "words.yml"  # likewise: what a new project begins with
    yield _File(beginning, _words_of_starter(_root(beginning)), is_markdown=True)
    if project is None:
        return
    yield _File(project.file, _settings(project, project.main_language(termbase)))
    for path in sorted(file for folder in project.data_folders for file in folder.glob("*.yml")):
        yield _File(path, _by_language(_root(path), languages), path.stem)
    for path in label_files(project.demos):
        yield _File(path, _by_language(_root(path), languages), path.parent.name, is_markdown=True)
    for path, source in project.pages.items():
        lang = project.language_of(path, termbase)
        yield _File(path, _in_head(lang, front_matter(path, source)))


def label_files(demos: Path) -> list[Path]:
    """What demos say: each in its `demo.yml`, and all of them in the `words.yml` of what they share."""
    return sorted([*demos.glob("apps/*/demo.yml"), *demos.glob("kit/words.yml")])


def front_matter(path: Path, source: str) -> MappingNode | None:
    """What stands above a page, if it can be read."""
    start, end = yaml_span(path, source)
    return yaml_root(path, source[start:end])


def head_keys(path: Path, source: str) -> frozenset[str]:
    """The keys above a page."""
    return frozenset(str(name) for name, _ in _items(front_matter(path, source)))


def _root(path: Path) -> MappingNode | None:
    if not path.is_file():
        return None
    reader = Reader(path)
    content = reader.content()
    return reader.root(content) if content is not None else None


def _by_language(node: Node | None, languages: Collection[str], keys: Keys = ()) -> Iterator[_Found]:
    """Texts under the code of their language, however deep in the file."""
    for name, value in _items(node):
        if name in languages and isinstance(value, ScalarNode):
            yield _Found(str(name), value.value.strip(), (*keys, name), dotted(keys))
        else:
            yield from _by_language(value, languages, (*keys, name))


def _all(lang: str, node: Node | None, keys: Keys = ()) -> Iterator[_Found]:
    """Every text of a file or of a part of it, all in one language."""
    for name, value in _items(node):
        here = (*keys, name)
        if isinstance(value, ScalarNode):
            yield _Found(lang, value.value.strip(), here, dotted(here))
        else:
            yield from _all(lang, value, here)


def _interface_words(root: MappingNode | None) -> Iterator[_Found]:
    """What `languages.yml` has the site say."""
    for lang, language in _items(root):
        for name, value in _items(language):
            if name == "text":
                found = _all(str(lang), value, (lang, name))
                yield from (text for text in found if text.keys[-1] != SEARCH_SEPARATOR)


def _words_of_starter(root: MappingNode | None) -> Iterator[_Found]:
    for lang, words in _items(root):
        for found in _all(str(lang), words, (lang,)):
            if found.keys[-1] in (*TEXTS, "subject", "index"):
                yield found


def _titles_of_works(root: MappingNode | None) -> Iterator[_Found]:
    """Titles of `sources.yml` in a language of the site: signs may be wrong, words are the authors'."""
    for id, source in _items(root):
        values = {name: node.value for name, node in _items(source) if isinstance(node, ScalarNode)}
        if title := values.get("title", "").strip():
            yield _Found(values.get("lang", ""), title, (id, "title"), dotted((id, "title")), is_quoted=True)


def _in_head(lang: str, root: MappingNode | None) -> Iterator[_Found]:
    for name, value in _items(root):
        if name in HEAD_KEYS and isinstance(value, ScalarNode):
            yield _Found(lang, value.value.strip(), (name,), str(name))


def _items(node: Node | None) -> Iterator[tuple[str | int, Node]]:
    """The values of a mapping or list, by key or place."""
    if isinstance(node, MappingNode):
        yield from ((key.value, value) for key, value in node.value if isinstance(key, ScalarNode))
    elif isinstance(node, SequenceNode):
        yield from enumerate(node.value)


def dotted(keys: Keys) -> str:
    """The place in a file as messages give it: `questions[0].question`."""
    written = ""
    for key in keys:
        written = f"{written}[{key}]" if isinstance(key, int) else join(written, key)
    return written


# What `mkdocs.yml` says to readers


def _settings(project: Project, main: str) -> Iterator[_Found]:
    """What the site says in its main language, and in those that it lists."""
    yield from _of_site(main, project.node)
    for lang, keys, _ in project.listed_languages():
        yield from _of_site(lang, descend(project.node, *keys), keys)


def _of_site(lang: str, node: Node | None, keys: Keys = ()) -> Iterator[_Found]:
    for name, value in _items(node):
        here = (*keys, name)
        if name in SITE_KEYS and isinstance(value, ScalarNode) and not value.tag.startswith("!"):
            yield _Found(lang, value.value.strip(), here, dotted(here))
        elif name == "nav":
            yield from nav_titles(lang, value, here)
        elif name == "nav_translations":
            yield from _all(lang, value, here)


def nav_titles(lang: str, nav: Node | None, keys: Keys) -> Iterator[_Found]:
    """The titles of a navigation, which are keys in it."""
    for place, item in _items(nav):
        for title, below in _items(item) if isinstance(item, MappingNode) else ():
            here = (*keys, place, title)
            yield _Found(lang, str(title), here, dotted(here), is_key=True)
            yield from nav_titles(lang, below, here)


# From Markdown to prose


def _plain(text: str) -> Reading:
    """Text without markup; the numbers that are put into it are nobody's words."""
    return Reading(masked(text, BARRIER))


class _Parser:
    """Turns Markdown into prose; `extensions` are those of the site, None is for texts of data files."""

    def __init__(self, linker: Linker, extensions: Iterable[str] | None) -> None:
        self.linker = linker
        self.links = TermLinks(formulas=are_formulas_ours(extensions or ()))
        self.reader = ReadProse(Page(linker, str))
        ours = [self.links, self.reader]
        self._safe = SafeMarkdown(ours) if extensions is None else None
        self._inline = SafeMarkdown(ours, inline=True) if extensions is None else None
        self._markdown = None if extensions is None else markdown.Markdown(extensions=[*extensions, *ours])

    def of_text(self, path: Path, id: str, *, inline: bool = False) -> Callable[[str], Reading]:
        """The reading of a text in a data file."""

        def parse(text: str) -> Reading:
            page = Page(self.linker, str, id, shown(path))
            return self._parse(text, page, inline=inline) if _MARKUP.search(text) else _plain(text)

        return parse

    def of_page(self, path: Path, first_line: int) -> Callable[[str], Reading]:
        page = Page(self.linker, str, file=shown(path), first_line=first_line, is_shared=True)
        return lambda text: self._parse(text, page)

    def _parse(self, text: str, page: Page, *, inline: bool = False) -> Reading:
        problems: list[Problem] = []
        text = masked(text, BARRIER)
        page = replace(page, on_problem=problems.append)
        self.links.page = self.reader.page = page
        self.reader.text, self.reader.targets, self.reader.asides = "", [], []
        try:
            if safe := self._inline if inline else self._safe:
                safe.render(text)
            elif self._markdown:
                self._markdown.reset().convert(text)
        except RecursionError:
            message, fix = "the text is nested too deeply to be read", "take lists out of lists"
            lang = self.linker.lang
            problems = [Problem(page.file, page.first_line, "T121", message, fix, lang=lang, id=page.own)]
            return Reading("", problems=tuple(problems))
        return Reading(
            self.reader.text,
            tuple(self.links.linked),
            tuple(self.reader.targets),
            tuple(self.reader.asides),
            tuple(problems),
        )

"""Faults in the files beside the concepts: what stops the build of the site, or is lost in it unseen.

Those who read a file for the site say what is wrong with it; here they are all asked at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from yaml.nodes import ScalarNode

from .. import cards, demos, embeds, figures, load, pages, quizzes, reading_paths
from ..addresses import Addresses
from ..model import Problem, Termbase
from ..prose import Writer
from ..site_text import missing_words
from ..yamlfile import Reader, descend, line_of, shown
from .project import Project
from .reading import HEAD_KEYS
from .rule import Facts
from .texts import PageText, yaml_span

SITE = ("S002", "S003", "S004", "S005", "S006", "S009", "S010")
CODES = (*load.CODES, *quizzes.CODES, *figures.CODES, *reading_paths.CODES, *demos.CODES, *SITE)

# The host takes these in front matter; and what lies between two rulers need not be any.
_ALLOWED_IN_HEAD = ("T005", "T006", "T011")
_LINK = re.compile(r"\](?:\(|:)")


def find(facts: Facts) -> Iterator[Problem]:
    """Everything that is wrong with the files beside the concepts."""
    termbase, project = cards.with_cards(facts.termbase, facts.demos), facts.project
    numbers = cards.Numbers.of(termbase)
    languages = tuple(termbase.languages)
    usable, faults = embeds.read(termbase, facts.demos)
    yield from faults
    yield from cards.check(termbase)
    if project:
        yield from quizzes.read(project.quizzes, languages, numbers)[1]
        yield from figures.read(project.figures, languages, numbers)[1]
        yield from _of_paths(termbase, project, usable, numbers)
        yield from embeds.check_figures(termbase, {path.stem for path in project.figures.glob("*.yml")})
        yield from pages.check(termbase)
        yield from missing_words(termbase)
        yield from _of_settings(project)
        yield from _of_front_matter(termbase, project)
        yield from _of_links(termbase, project)
        yield from _of_numbers(facts.pages, numbers)
        yield from _of_panels(facts.pages, project, embeds.known_demos(facts.demos, usable))


def _of_paths(
    termbase: Termbase, project: Project, usable: Mapping[str, demos.Demo], numbers: cards.Numbers
) -> Iterator[Problem]:
    """Learning paths with faults, or that lead nowhere."""
    paths, faults = reading_paths.read(project.paths, tuple(termbase.languages), numbers)
    yield from faults
    known = {path.stem for path in project.quizzes.glob("*.yml")}
    languages = project.languages(termbase) or (project.main_language(termbase),)
    yield from reading_paths.check(paths.values(), termbase, usable, known, project.docs, languages)


def _of_settings(project: Project) -> Iterator[Problem]:
    """`locale: no` among the languages: static-i18n refuses a Boolean, before any other plugin is asked."""
    for code, keys, item in project.listed_languages():
        if item.get("locale") is False:
            key, message = ".".join(map(str, keys)), f"YAML does not take `{code}` for text"
            line = line_of(node) if (node := descend(project.node, *keys, "locale")) else 0
            yield Problem(shown(project.file), line, "S009", message, f'write locale: "{code}"', key=key)


def _of_front_matter(termbase: Termbase, project: Project) -> Iterator[Problem]:
    """Lines above a page that are no YAML, so that readers would see them, or that say nothing."""
    for path, source in project.pages.items():
        start, end = yaml_span(path, source)
        reader = Reader(path, lang=project.language_of(path, termbase))
        if root := reader.root(source[start:end].encode()):
            values = reader.mapping(root, ())
            for key in HEAD_KEYS:
                node = values[key][1] if key in values else None
                if node is not None and not reader.text(node, key) and isinstance(node, ScalarNode):
                    reader.at(node, "T028", f"the {key} is empty", "write one, or remove the key", key=key)
        above = source.count("\n", 0, start)
        for problem in reader.problems:
            if problem.code not in _ALLOWED_IN_HEAD:
                yield replace(problem, line=above + problem.line)


def _of_links(termbase: Termbase, project: Project) -> list[Problem]:
    """Links in the texts of concepts to pages that do not exist."""
    languages = project.languages(termbase) or (project.main_language(termbase),)
    linking = [
        (concept, lang)
        for concept in termbase.concepts.values()
        for lang in languages
        if (entry := concept.entries.get(lang)) and _LINK.search(entry.explanation + entry.example)
    ]
    if not linking:  # as in many a termbase; to write texts takes time
        return []
    writer = Writer(termbase, Addresses(languages, languages[0]), project.docs)
    for concept, lang in linking:
        with suppress(RecursionError):  # T121 says so
            writer.write(concept, lang)
    return [problem for problem in writer.problems if problem.code == "S005"]


def _of_panels(texts: Collection[PageText], project: Project, known_demos: embeds.Known) -> Iterator[Problem]:
    """Pages that ask for a demo, a preset, a quiz or a figure that there is not."""
    known: Mapping[str, embeds.Known] = {
        "demo": known_demos,
        "quiz": {path.stem: None for path in project.quizzes.glob("*.yml")},
        "figure": {path.stem: None for path in project.figures.glob("*.yml")},
    }
    for page in texts:
        for kind, names in known.items():
            faults: list[tuple[int, str, str]] = []
            embeds.fill(
                page.markdown, kind, names, lambda *asked: "", lambda *fault, to=faults: to.append(fault)
            )
            yield from (_not_there(page, *fault) for fault in faults)


def _of_numbers(texts: Collection[PageText], numbers: cards.Numbers) -> Iterator[Problem]:
    """Pages that ask for a number of a card that there is not."""
    for page in texts:
        faults: list[tuple[int, str, str]] = []
        numbers.fill_markdown(page.markdown, page.lang, lambda *fault, to=faults: to.append(fault))
        yield from (_not_there(page, *fault, code="S010") for fault in faults)


def _not_there(page: PageText, line: int, message: str, fix: str, code: str = "S006") -> Problem:
    return Problem(shown(page.path), page.first_line + line - 1, code, message, fix, lang=page.lang)

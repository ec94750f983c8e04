"""Demos, quizzes and figures on pages: a concept and its demo name each other and must agree; pages written
by hand ask for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from .markdown import without_code
from .model import Problem, Termbase
from .pages import Demo
from .yamlfile import did_you_mean, locate, shown

PANELS = {
    kind: re.compile(rf'<div class="{kind}" data-{kind}="(?P<name>[^"]*)"></div>')
    for kind in ("demo", "quiz", "figure")
}
"""How a page written by hand asks for a demo, a quiz or a figure: a line of its own, outside code."""


def read(termbase: Termbase, folder: Path) -> tuple[Mapping[str, Demo], list[Problem]]:
    """The demos of a folder and their faults; a glossary without that folder has no demos, and no faults."""
    if not folder.is_dir():
        return {}, []
    from demos.kit.registry import demo_names, faults_of_words, read_demos

    demos, problems = read_demos(folder / "apps")
    faults = check(termbase, demos, demo_names(folder / "apps"))
    return demos, [*problems, *faults_of_words(folder), *faults]


def fill(
    markdown: str,
    kind: str,
    known: Collection[str],
    panel: Callable[[str], str],
    fault: Callable[[int, str, str], None],
) -> str:
    """Markdown with every demo, quiz or figure that it asks for in place.

    `panel` makes the HTML of a known one; `fault` is told the line, message and remedy of any other name.
    A site without demos keeps the empty element, which its style sheet hides.
    """

    lines = markdown.split("\n")
    for index, line in enumerate(without_code(lines)):
        if (asked := PANELS[kind].fullmatch(line)) is None:
            continue
        name = asked["name"]
        if name in known:
            lines[index] = panel(name)
        elif known or kind != "demo":
            fix = did_you_mean(name, known) or f"remove the {kind}"
            fault(index + 1, f"there is no {kind} “{name}”", fix)
    return "\n".join(lines)


def check(termbase: Termbase, demos: Mapping[str, Demo], known: list[str]) -> Iterator[Problem]:
    """Faults where concept and demo disagree; `known` are all demos, also those that cannot be used."""
    for demo in demos.values():
        yield from _faults_of_demo(termbase, demo)
    for concept in termbase.concepts.values():
        if concept.demo and concept.demo not in known:
            fix = did_you_mean(concept.demo, known) or "remove the key, or add the demo"
            yield _problem(concept.path, f"there is no demo “{concept.demo}”", fix, concept.id, "demo")
        elif concept.demo in demos and concept.id not in demos[concept.demo].terms:
            message = f"the demo “{concept.demo}” does not name this concept among its terms"
            fix = f"add {concept.id} to `terms` in {shown(demos[concept.demo].folder / 'demo.yml')}"
            yield _problem(concept.path, message, fix, concept.id, "demo")


def _faults_of_demo(termbase: Termbase, demo: Demo) -> Iterator[Problem]:
    for position, id in enumerate(demo.terms):
        if id not in termbase.concepts:
            message = f"the glossary has no concept “{id}”"
            fix = did_you_mean(id, termbase.concepts) or "add the concept"
            yield _problem(demo.folder / "demo.yml", message, fix, demo.name, "terms", position)
    home = termbase.concepts.get(demo.terms[0])
    if home and home.demo != demo.name:
        message = f"the demo “{demo.name}” belongs on this concept's page, which does not name it"
        yield _problem(home.path, message, f"add “demo: {demo.name}”", home.id, "demo")


def _problem(path: Path, message: str, fix: str, id: str, *keys: str | int) -> Problem:
    return Problem(shown(path), locate(path, *keys), "S004", message, fix, id=id, key=str(keys[0]))

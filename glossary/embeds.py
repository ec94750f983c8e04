"""Demos, quizzes and figures on pages: a demo's `demo.yml` names the concepts on whose pages it stands; pages
written by hand ask for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from .demos import Demo, demo_names, faults_of_words, read_demos
from .markdown_code import without_code
from .model import Problem, Termbase
from .yamlfile import did_you_mean, locate, shown

PANELS = {
    kind: re.compile(rf'<div class="{kind}" data-{kind}="(?P<name>[^"]*)"{more}></div>')
    for kind, more in (("demo", '(?: data-preset="(?P<preset>[^"]*)")?'), ("quiz", ""), ("figure", ""))
}
"""How a page written by hand asks for a demo, a quiz or a figure: a line of its own, outside code."""

TERM_LINK = re.compile(r"\[\[([^|\]]*)\|?([^\]]*)\]\]")

Known = Mapping[str, Collection[str] | None]
"""What there is of a kind, each with its presets; None where these cannot be known."""


def read(termbase: Termbase, folder: Path) -> tuple[Mapping[str, Demo], list[Problem]]:
    """The demos of a folder and their faults; a glossary without that folder has no demos, and no faults."""
    languages = tuple(termbase.languages)
    demos, problems = read_demos(folder / "apps", languages)
    return demos, [*problems, *faults_of_words(folder, languages), *check(termbase, demos)]


def known_demos(folder: Path, demos: Mapping[str, Demo]) -> Known:
    """All demos of a folder; of those that cannot be used, no presets are known."""
    return {name: demos[name].presets if name in demos else None for name in demo_names(folder / "apps")}


def fill(
    markdown: str,
    kind: str,
    known: Known,
    panel: Callable[[str, str], str],
    fault: Callable[[int, str, str], None],
) -> str:
    """Markdown with every demo, quiz or figure that it asks for in place.

    `panel` makes the HTML of a known one, given its name and the preset, which may be empty; `fault` gets
    the line, message and remedy of anything else that is asked for. A site without demos keeps the empty
    element, which its style sheet hides.
    """
    lines = markdown.split("\n")
    for index, line in enumerate(without_code(lines)):
        if (asked := PANELS[kind].fullmatch(line)) is None:
            continue
        name, preset = asked["name"], asked.groupdict().get("preset") or ""
        if name not in known:
            if known or kind != "demo":
                fix = did_you_mean(name, known) or f"remove the {kind}"
                fault(index + 1, f"there is no {kind} “{name}”", fix)
            continue
        presets = known[name]
        if preset and presets is not None and preset not in presets:
            fix = did_you_mean(preset, presets) or "remove `data-preset`"
            fault(index + 1, f"the demo “{name}” has no preset “{preset}”", fix)
            continue
        lines[index] = panel(name, preset)
    return "\n".join(lines)


def check(termbase: Termbase, demos: Mapping[str, Demo]) -> Iterator[Problem]:
    """Concepts that demos name and that the glossary lacks, or that two of them name."""
    owners: dict[str, Demo] = {}
    for demo in demos.values():
        for id in demo.terms:
            owner = owners.setdefault(id, demo)
            if id not in termbase.concepts:
                fix = did_you_mean(id, termbase.concepts) or "add the concept, or remove it here"
                yield _problem(demo, f"the glossary has no concept “{id}”", fix, "terms", id)
            elif owner is not demo:
                path = owner.folder / "demo.yml"
                where = f"{shown(path)}:{locate(path, 'terms', id)}"
                message = f"the concept “{id}” already has the demo “{owner.name}” on its page ({where})"
                yield _problem(demo, message, "remove it from one of the two", "terms", id)
        for lang, text in demo.see.items():
            yield from _faults_of_links(termbase, demo, lang, text)


def check_figures(termbase: Termbase, known: Collection[str]) -> Iterator[Problem]:
    """Concepts whose figure there is not."""
    for concept in termbase.concepts.values():
        if concept.figure and concept.figure not in known:
            message = f"there is no figure “{concept.figure}”"
            fix = did_you_mean(concept.figure, known) or "add it to the figures, or remove the key"
            line = locate(concept.path, "figure")
            yield Problem(shown(concept.path), line, "S006", message, fix, id=concept.id, key="figure")


def _faults_of_links(termbase: Termbase, demo: Demo, lang: str, text: str) -> Iterator[Problem]:
    """Links `[[id|words]]` in what a demo's own page says: it knows neither the concepts nor their terms."""
    for id, words in TERM_LINK.findall(text):
        if id not in termbase.concepts:
            fix = did_you_mean(id, termbase.concepts) or "remove the link"
            yield _problem(demo, f"the glossary has no concept “{id}”", fix, "see", lang)
        elif not words:
            yield _problem(demo, f"the link to “{id}” has no words", f"write [[{id}|words]]", "see", lang)


def _problem(demo: Demo, message: str, fix: str, *keys: str) -> Problem:
    path = demo.folder / "demo.yml"
    lang = keys[-1] if keys[0] == "see" else ""
    return Problem(
        shown(path), locate(path, *keys), "S004", message, fix, lang=lang, id=demo.name, key=".".join(keys)
    )

"""Demos on the pages of concepts: a concept names its demo, the demo its concepts, and the two must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from .model import Problem, Termbase
from .pages import Demo


def read(termbase: Termbase, folder: Path) -> tuple[Mapping[str, Demo], list[Problem]]:
    """The demos of a folder and their faults; a glossary without that folder has no demos, and no faults."""
    if not folder.is_dir():
        return {}, []
    from demos.registry import demo_names, read_demos

    demos, problems = read_demos(folder)
    return demos, [*problems, *check(termbase, demos, demo_names(folder))]


def check(termbase: Termbase, demos: Mapping[str, Demo], known: Iterable[str]) -> Iterator[Problem]:
    """Faults where concept and demo disagree; `known` are all demos, also those that cannot be used."""
    for demo in demos.values():
        yield from _unknown_terms(termbase, demo)
    for concept in termbase.concepts.values():
        if concept.demo and concept.demo not in known:
            message, fix = f"there is no demo “{concept.demo}”", nearest(concept.demo, known)
            yield Problem(str(concept.path), 0, "demo", message, fix, id=concept.id, key="demo")


def _unknown_terms(termbase: Termbase, demo: Demo) -> Iterator[Problem]:
    file = str(demo.folder / "demo.yml")
    for id in demo.terms:
        if id not in termbase.concepts:
            message, fix = f"the glossary has no concept “{id}”", nearest(id, termbase.concepts)
            yield Problem(file, 0, "demo", message, fix, id=demo.name, key="terms")
    home = termbase.concepts.get(demo.terms[0])
    if home and home.demo != demo.name:
        message = f"the demo “{demo.name}” belongs on this page, which does not name it"
        yield Problem(str(home.path), 0, "demo", message, f"add “demo: {demo.name}”", id=home.id, key="demo")


def nearest(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean “{near[0]}”?" if near else "remove it, or add what it names"

"""Which concept pages show something: a demo, a figure, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .demos import Demo
from .model import Termbase


@dataclass(frozen=True, slots=True)
class Illustrations:
    """Ids of concepts; one that has both is in both lists."""

    demo: tuple[str, ...]
    figure: tuple[str, ...]
    neither: tuple[str, ...]


def illustrations(termbase: Termbase, demos: Mapping[str, Demo]) -> Illustrations:
    shown = {id for demo in demos.values() for id in demo.terms}
    drawn = {concept.id for concept in termbase.concepts.values() if concept.figure}

    def those(ids: Iterable[str]) -> tuple[str, ...]:
        chosen = set(ids)
        return tuple(id for id in termbase.concepts if id in chosen)

    return Illustrations(those(shown), those(drawn), those(set(termbase.concepts) - shown - drawn))

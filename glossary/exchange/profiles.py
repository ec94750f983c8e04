"""Whether an export is as a profile of SKOS wants it: each requirement, and the concepts that lack it.

The shapes are our own reading of the profile (see their file), judged by pyshacl, which the light install
does without: `pip install 'ordlab[profile]'`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something a profile asks of every concept, and what to do where it is lacking."""

    text: str
    fix: str
    lacking: tuple[str, ...]  # ids of concepts


def shapes(profile: str) -> Path:
    return Path(__file__).parent / f"{profile}.ttl"


def judge(export: Graph, profile: str) -> list[Requirement]:
    """All requirements of the profile, in their order. Raises ImportError where pyshacl is missing."""
    import pyshacl
    from rdflib import SH, Graph, URIRef

    from .skos import PREFIXES

    def value_of(rule: Node, property: Node) -> str:
        return str(rules.value(rule, property) or "")

    rules, name = Graph().parse(shapes(profile)), URIRef(f"{PREFIXES['ol']}id")
    _, results, _ = pyshacl.validate(export, shacl_graph=rules, advanced=False)
    lacking: dict[str, set[str]] = {}
    for result in results.subjects(SH.resultMessage):
        message, concept = results.value(result, SH.resultMessage), results.value(result, SH.focusNode)
        lacking.setdefault(str(message), set()).add(str(export.value(concept, name) or concept))
    rules_in_order = sorted(
        rules.objects(None, SH.property), key=lambda rule: value_of(rule, SH.order).zfill(3)
    )
    texts = [(value_of(rule, SH.message), value_of(rule, SH.description)) for rule in rules_in_order]
    return [Requirement(text, fix, tuple(sorted(lacking.get(text, ())))) for text, fix in texts]

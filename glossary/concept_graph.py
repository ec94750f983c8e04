"""Layout of the map of a whole termbase: one panel per subject, general concepts left of special ones.

Within a panel, concepts that a broader or part-of relation holds together stand in columns (Sugiyama, Tagawa
& Toda 1981; igraph orders the columns so that few lines cross), the others below them. All panels are in one
picture, so that relations between subjects show too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import igraph

from .concept_map import BOX_WIDTH, Box, wrap
from .model import Concept, Termbase

MAX_CONCEPTS = 200  # of a picture; larger termbases get one per subject, and of large subjects only a part
ROUNDS = 24  # sweeps over the columns; more change nothing that a reader would see

COLUMN_GAP = 64
ROW_GAP = 12
PADDING = 20
TITLE_HEIGHT = 34
PANEL_GAP = 28
MIN_COLUMNS = 4

Relation = tuple[str, str, str]  # kind, id of the general concept or whole, id of the special one or part


@dataclass(slots=True)
class Panel:
    """The concepts of a subject; `x`, `y` is the top left corner."""

    subject: str
    boxes: list[Box]
    y: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class ConceptGraph:
    """A finished layout, ready for a template to draw."""

    panels: list[Panel] = field(default_factory=list)
    # Relation, from, to, SVG path, and whether it stays in one panel.
    edges: list[tuple[str, str, str, str, bool]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0
    left_out: int = 0


def relations(termbase: Termbase, ids: Iterable[str]) -> list[Relation]:
    """Every relation between these concepts, once."""
    known = dict.fromkeys(ids)
    found: list[Relation] = []
    for id in known:
        concept = termbase.concepts[id]
        found += [("broader", above, id) for above in concept.broader if above in known]
        found += [("part_of", whole, id) for whole in concept.part_of if whole in known]
        found += [("related", id, other) for other in termbase.related[id] if other in known and id < other]
    return found


def lay_out(termbase: Termbase, concepts: Sequence[Concept], label: Callable[[str], str]) -> ConceptGraph:
    """Place concepts, of too many the best connected; `label` names one in the page's language."""
    shown = _best_connected(termbase, concepts)
    links = relations(termbase, (concept.id for concept in shown))
    boxes = {concept.id: Box(concept.id, label(concept.id), "", wrap(label(concept.id))) for concept in shown}
    grouped = [
        (subject.id, [boxes[concept.id] for concept in members if concept.id in boxes])
        for subject, members in termbase.by_subject()
    ]
    result = ConceptGraph(left_out=len(concepts) - len(shown))
    layers = {subject: _columns(members, links) for subject, members in grouped if members}
    columns = max([MIN_COLUMNS, *(1 + max(column.values()) for column in layers.values() if column)])
    for subject, members in grouped:
        if members:
            panel = Panel(subject, members, y=result.height)
            panel.height = _place(panel, layers[subject], links, columns)
            result.panels.append(panel)
            result.height += panel.height + PANEL_GAP
    result.height = max(0.0, result.height - PANEL_GAP)
    result.width = 2 * PADDING + columns * BOX_WIDTH + (columns - 1) * COLUMN_GAP
    home = {box.id: panel.subject for panel in result.panels for box in panel.boxes}
    result.edges = [
        (kind, one, other, _path(kind, boxes[one], boxes[other]), home[one] == home[other])
        for kind, one, other in links
    ]
    return result


def _best_connected(termbase: Termbase, concepts: Sequence[Concept]) -> list[Concept]:
    if len(concepts) <= MAX_CONCEPTS:
        return list(concepts)
    degree: dict[str, int] = {concept.id: 0 for concept in concepts}
    for _, one, other in relations(termbase, degree):
        degree[one] += 1
        degree[other] += 1
    kept = set(sorted(degree, key=lambda id: (-degree[id], id))[:MAX_CONCEPTS])
    return [concept for concept in concepts if concept.id in kept]


def _columns(boxes: Sequence[Box], links: Iterable[Relation]) -> dict[str, int]:
    """The column of each concept that hangs together with another: one more than what is above it."""
    ids = {box.id for box in boxes}
    above: dict[str, list[str]] = {}
    for kind, one, other in links:
        if kind != "related" and one in ids and other in ids:
            above.setdefault(other, []).append(one)
            above.setdefault(one, [])
    columns: dict[str, int] = {}
    # Relations never go in a circle (`load` reports those of each kind), but two kinds together may.
    waiting = dict(above)
    while waiting:
        free = [id for id, parents in waiting.items() if not any(parent in waiting for parent in parents)]
        for id in free or [next(iter(waiting))]:
            columns[id] = max((columns.get(parent, -1) for parent in waiting[id]), default=-1) + 1
        for id in free or [next(iter(waiting))]:
            del waiting[id]
    return columns


def _place(panel: Panel, columns: Mapping[str, int], links: Iterable[Relation], count: int) -> float:
    """Give each box of the panel its corner; returns the panel's height."""
    step = max(box.height for box in panel.boxes) + ROW_GAP
    top = panel.y + TITLE_HEIGHT
    connected = [box for box in panel.boxes if box.id in columns]
    rows = _rows(connected, columns, links)
    for box in connected:
        box.x = PADDING + columns[box.id] * (BOX_WIDTH + COLUMN_GAP)
        box.y = top + rows[box.id] * step
    used = max((rows[box.id] + 1 for box in connected), default=0.0)
    alone = [box for box in panel.boxes if box.id not in columns]
    for number, box in enumerate(alone):
        box.x = PADDING + number % count * (BOX_WIDTH + COLUMN_GAP)
        box.y = top + (used + number // count) * step
    used += -(-len(alone) // count)
    return TITLE_HEIGHT + used * step - ROW_GAP + PADDING


def _rows(boxes: Sequence[Box], columns: Mapping[str, int], links: Iterable[Relation]) -> dict[str, float]:
    """Each concept's row, counted from 0; no two of a column are less than 1 apart."""
    if not boxes:
        return {}
    number = {box.id: place for place, box in enumerate(boxes)}
    edges = [(number[a], number[b]) for kind, a, b in links if kind != "related" and {a, b} <= number.keys()]
    graph = igraph.Graph(len(boxes), edges, directed=True)
    layers = [columns[box.id] for box in boxes]
    placed = graph.layout_sugiyama(layers=layers, hgap=1, vgap=1, maxiter=ROUNDS)
    across = {box.id: float(placed[place][0]) for place, box in enumerate(boxes)}
    return _without_gaps(across, columns)


def _without_gaps(across: Mapping[str, float], columns: Mapping[str, int]) -> dict[str, float]:
    """igraph leaves room for lines that pass; ours may pass behind boxes, so empty rows are taken out."""
    used = sorted({round(value * 2) for value in across.values()})
    rank, height = {}, 0.0
    for before, value in zip([None, *used], used, strict=False):
        height += 0.0 if before is None else min(1.0, (value - before) / 2)
        rank[value] = height
    rows = {id: rank[round(value * 2)] for id, value in across.items()}
    for _, column in groupby(sorted(rows, key=lambda id: (columns[id], rows[id])), key=columns.__getitem__):
        least = 0.0
        for id in column:
            rows[id] = max(rows[id], least)
            least = rows[id] + 1
    return rows


def _path(kind: str, one: Box, other: Box) -> str:
    """A curve from side to side; within a column it swings out to the left."""
    y1, y2 = one.y + one.height / 2, other.y + other.height / 2
    if one.x == other.x:
        swing = COLUMN_GAP * 0.4
        return f"M{one.x:g} {y1:g}C{one.x - swing:g} {y1:g} {other.x - swing:g} {y2:g} {other.x:g} {y2:g}"
    x1, x2 = (one.x + BOX_WIDTH, other.x) if one.x < other.x else (one.x, other.x + BOX_WIDTH)
    middle = (x1 + x2) / 2
    return f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"


def listed(termbase: Termbase, concept: Concept) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A concept's relations as the list beside the map tells them: kind and ids."""
    for kind, ids in (
        ("broader", concept.broader),
        ("part_of", concept.part_of),
        ("related", termbase.related[concept.id]),
    ):
        if ids:
            yield kind, tuple(ids)

"""The concept map: everything inside the picture, nothing on top of anything else."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from glossary.concept_map import ABOVE, BELOW, MAX_NEIGHBORS, WIDTH, Box, lay_out, wrap
from glossary.model import Concept

LABELS = [
    "GAN",
    "generativt motstandernettverk",
    "生成对抗网络",
    "a very long term of several short words in a row",
]
SIZES = list(itertools.product(range(4), repeat=5))[::17]


def concept(id: str) -> Concept:
    return Concept(id, Path(), "", {})


def label(id: str) -> str:
    return LABELS[sum(map(ord, id)) % len(LABELS)] if id.startswith("x") else id


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_boxes_keep_apart_and_inside(sizes: tuple[int, ...]) -> None:
    groups = {r: [f"x{r}{i}" for i in range(n)] for r, n in zip((*ABOVE, *BELOW), sizes, strict=True)}
    map = lay_out(concept("self"), groups, label)
    boxes = [*map.boxes, map.center]
    for box in boxes:
        assert box.x >= 0
        assert box.x + box.width <= WIDTH
        assert box.y >= 0
        assert box.y + box.height <= map.height
    for one, other in itertools.combinations(boxes, 2):
        assert not overlap(one, other), (one, other)
    for x, y, relation in map.captions:
        below = [box for box in map.boxes if box.relation == relation]
        assert y < min(box.y for box in below), "a caption stands above its boxes"
        assert not any(b.x <= x < b.x + b.width and b.y < y + 2 and y - 10 < b.y + b.height for b in boxes)


def overlap(one: Box, other: Box) -> bool:
    apart = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not apart and one.y < other.y + other.height and other.y < one.y + one.height


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_lines_touch_both_boxes_and_cross_no_other(sizes: tuple[int, ...]) -> None:
    groups = {r: [f"{r}{i}" for i in range(n)] for r, n in zip((*ABOVE, *BELOW), sizes, strict=True)}
    map = lay_out(concept("self"), groups, label)
    assert len(map.edges) == len(map.boxes)
    for box, (relation, path) in zip(map.boxes, map.edges, strict=True):
        x, y, *rest = map_numbers(path)
        assert relation == box.relation
        assert map.center.x <= x <= map.center.x + map.center.width
        assert y in (map.center.y, map.center.y + map.center.height)
        for other in map.boxes:
            if other is not box and other.x < x < other.x + other.width:
                low, high = sorted((y, rest[0]))
                assert other.y >= high or other.y + other.height <= low, "a lane runs through a box"


def map_numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


def test_too_many_neighbors_are_counted_and_every_relation_stays() -> None:
    groups = {"broader": ["b"], "narrower": [f"n{i}" for i in range(30)], "related": ["r", "s"]}
    map = lay_out(concept("self"), groups, label)
    assert len(map.boxes) == MAX_NEIGHBORS
    assert map.left_out == 33 - MAX_NEIGHBORS
    assert {box.relation for box in map.boxes} == groups.keys()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("GAN", ["GAN"]),
        ("generativt motstandernettverk", ["generativt", "motstandernettverk"]),
        ("tekst-til-bilde-modeller", ["tekst-til-bilde-", "modeller"]),
        ("generative adversarial network", ["generative", "adversarial network"]),
        ("检索增强生成的大语言模型", ["检索增强生成", "的大语言模型"]),
        ("menneskerettighetsorganisasjon", ["menneskerettighetso-", "rganisasjon"]),
        pytest.param("A" * 20_000, ["A" * 15 + "-", "A" * 15 + "-", "A" * 15 + "…"], id="a pasted text"),
    ],
)
def test_labels_are_wrapped_where_the_language_allows(text: str, lines: list[str]) -> None:
    assert wrap(text) == lines

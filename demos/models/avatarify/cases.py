"""Where reenactment fails: what the source doesn't show, somebody has to make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from demos.data.avatars import Factors, replace, sample, vary
from demos.data.avatars.palette import HAIR_STYLES
from demos.models.avatarify.pairs import NEUTRAL, with_motion

HAIR = tuple(HAIR_STYLES)
LONG = ("bob", "long", "wavy", "braids", "ponytail")


@dataclass(frozen=True)
class Case:
    """What is certain of the source, and of the pose and expression that it gets. Of `hair`, any of some."""

    source: Mapping[str, Any] = field(default_factory=dict)
    end: Mapping[str, Any] = field(default_factory=dict)
    hair: tuple[str, ...] = ()


AWAY, BACK = {**NEUTRAL, "yaw": -0.95}, {**NEUTRAL, "yaw": 0.95}
CASES: Mapping[str, Case] = {
    "hair": Case({"hat": "none", "beard": "none", **AWAY}, BACK, LONG),
    "lids": Case({"glasses": "none", **NEUTRAL, "blink": 1.0}, {**NEUTRAL, "smile": 0.6}),
    "teeth": Case({**NEUTRAL}, {**NEUTRAL, "mouth_open": 1.0}),
    "beard": Case({"beard": "full", "hat": "none", **AWAY}, {**BACK, "mouth_open": 0.6}),
    "glasses": Case({"glasses": "square", **AWAY}, BACK),
    "brim": Case({"hat": "brim", **NEUTRAL, "pitch": 0.9}, {**NEUTRAL, "pitch": -0.9}),
}


def examples(name: str, n: int, seed: int, start: int = 0) -> tuple[Factors, Factors, Factors]:
    """Examples of a case: sources (n), the truth of what they become, and drivers in the same pose."""
    case, people = CASES[name], sample(2 * n, seed, start=2 * start)
    source, driver = people.select(slice(0, None, 2)), people.select(slice(1, None, 2))
    source = replace(source, **case.source)
    if case.hair:
        kinds = torch.tensor([HAIR.index(style) for style in case.hair])
        source = replace(source, hair=kinds[source["hair"] % len(kinds)])
    end = with_motion(source, replace(vary(source, seed + 1), **case.end))
    return source, end, with_motion(driver, end)

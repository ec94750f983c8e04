"""What a page has on screen, as its hidden field says it, and what of an answer is new there."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from demos.kit.app import Tab
from demos.kit.components import shown
from demos.kit.controls import State
from demos.kit.gradio_internals import SKIP
from demos.kit.shows import Payload


def changed_values(before: list[Any], after: list[Any]) -> list[Any]:
    """What to write into controls."""
    return [SKIP if is_shown(old, new) else new for old, new in zip(before, after, strict=True)]


def changed_shows(tab: Tab, part: Mapping[str, Payload], sums: dict[str, int]) -> list[Any]:
    """What to write into shows, from an answer or a part of one. `sums` are kept up to date."""
    before = dict(sums)
    sums |= {name: checksum(payload) for name, payload in part.items()}
    return [
        shown(show, part[show.name]) if sums.get(show.name) != before.get(show.name) else SKIP
        for show in tab.shows
    ]


def checksum(payload: Payload) -> int:
    return zlib.crc32(payload.encode())


def values_of(tab: Tab, state: State) -> list[Any]:
    """The values as a browser knows them: one for each field."""
    return [value for control in tab.settings for value in control.spread(state[control.name])]


def is_shown(before: object, now: object) -> bool:
    """Whether a field that has one value shows the other already. An emptied one that means zero stays empty:
    the reader may be about to write a number, and has so far a minus, which a browser sends as nothing."""
    return before == now or (before is None and now == 0)


def sums_of(on_screen: object) -> dict[str, int]:
    """The checksums of what a browser says it shows; empty if it says anything else."""
    sums = field_of(on_screen, "sums")
    return dict(sums) if isinstance(sums, dict) else {}


def turn_of(on_screen: object) -> int:
    """The event whose answer a browser says it shows; 0 if it says anything else."""
    turn = field_of(on_screen, "turn")
    return turn if isinstance(turn, int) else 0


def field_of(on_screen: object, name: str) -> object:
    """A field of what a browser says it shows; None if there is none."""
    try:
        return json.loads(on_screen)[name]  # type: ignore[arg-type]
    except (TypeError, ValueError, KeyError):
        return None

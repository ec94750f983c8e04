"""Tiny sites as data: each file in `golden/` says what goes in, and what must come out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from tests.site.tiny import Built, make

NOTHING: Mapping[str, Any] = MappingProxyType({})
GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.yml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_tiny_site(path: Path, tmp_path: Path) -> None:
    case = yaml.safe_load(path.read_text("utf-8"))
    assert case.keys() <= {"about", "config", "files", "pages", "absent", "error"}
    built = make(tmp_path, case.get("files", {}), case.get("config", {}))
    assert not built.warnings
    for words in case.get("error", []):
        assert words in built.error
    assert bool(built.error) == bool(case.get("error"))
    for page, wanted in case.get("pages", {}).items():
        check(built, page, **wanted)
    for page in case.get("absent", []):
        assert not (built.folder / page).exists(), page


def check(
    built: Built,
    page: str,
    has: Sequence[str] = (),
    lacks: Sequence[str] = (),
    order: Sequence[str] = (),
    equals: Any = None,
    **index: Any,
) -> None:
    text = built.read(page)
    for words in has:
        assert words in text, page
    for words in lacks:
        assert words not in text, page
    places = [text.find(words) for words in order]
    assert -1 not in places, f"{page} lacks {order[places.index(-1)]}"
    assert places == sorted(places), f"{page}: order"
    if equals is not None:
        assert json.loads(text) == equals
    if index:
        check_index(json.loads(text), **index)


def check_index(
    index: dict[str, Any] | list[list[str]],
    config: Mapping[str, Any] = NOTHING,
    locations: Sequence[str] = (),
    names: Mapping[str, list[str]] = NOTHING,
) -> None:
    """What `search_index.json` says to Material, or what `names.json` lists."""
    if isinstance(index, dict):
        assert {key: index["config"][key] for key in config} == config
        return
    found = {location: names for location, _, *names in index}
    assert set(locations) <= set(found)
    assert {location: found[location] for location in names} == names

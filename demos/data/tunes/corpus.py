"""The corpus, split by tune: folk tunes and tunes by grammar.

    corpus("train")     tunes for training; "validation" and "test" likewise
    folk()              the folk tunes and themes of all splits, by name

No tune by grammar is in two splits, in any key. Tunes are in the key they were written in; training moves
them to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demos.data.tunes.grammar import composed, scale_of, tonic_of
from demos.data.tunes.tune import BAR, BARS, Tune, parsed, windows

HERE = Path(__file__).parent
SPLITS = ("train", "validation", "test")
COUNTS = {"train": 6000, "validation": 300, "test": 400}  # of tunes by grammar
FIRST = {"train": 0, "validation": 1_000_000, "test": 2_000_000}  # numbers of tunes


class TuneError(Exception):
    """A tune in `folk.yml` cannot be read: file, tune, key and what would be right."""


@cache
def corpus(split: str) -> tuple[Tune, ...]:
    """The tunes of a split, folk tunes first. Raises KeyError for an unknown split."""
    return (*folk_of(split), *generated(split))


@cache
def generated(split: str) -> tuple[Tune, ...]:
    """The tunes by grammar of a split. Raises KeyError for an unknown one."""
    earlier = SPLITS[: SPLITS.index(split)] if split in SPLITS else ()
    seen = {shape(tune) for before in earlier for tune in generated(before)}
    tunes: list[Tune] = []
    number = FIRST[split]
    while len(tunes) < COUNTS[split]:
        tune = composed(number)
        number += 1
        if shape(tune) not in seen:
            seen.add(shape(tune))
            tunes.append(tune)
    return tuple(tunes)


def shape(tune: Tune) -> tuple[tuple[int, int], ...]:
    """The same for a tune in every key."""
    return windows(tune.notes, len(tune.notes))[0]


def folk_of(split: str) -> tuple[Tune, ...]:
    """The folk tunes and themes of a split."""
    return tuple(tune for name, tune in folk().items() if splits()[name] == split)


@cache
def folk() -> Mapping[str, Tune]:
    """The folk tunes and themes by name. Raises TuneError."""
    return {name: entry.tune for name, entry in entries().items()}


@cache
def splits() -> Mapping[str, str]:
    """The split of each of them."""
    return {name: entry.split for name, entry in entries().items()}


@dataclass(frozen=True)
class Entry:
    tune: Tune
    split: str


@cache
def entries(path: Path = HERE / "folk.yml") -> Mapping[str, Entry]:
    """What `folk.yml` holds. Raises TuneError."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: read(path, name, entry) for name, entry in raw.items()}


def read(path: Path, name: str, entry: Mapping[str, Any]) -> Entry:
    """One tune. Raises TuneError."""

    def fault(key: str, says: object, remedy: str) -> TuneError:
        return TuneError(f"{path}: {name}: {key}: {says}; {remedy}")

    split = entry.get("split", "train")
    if split not in SPLITS:
        raise fault("split", f"“{split}” is unknown", f"write one of {', '.join(SPLITS)}")
    try:
        scale = scale_of(tonic_of(entry["tonic"]), entry["scale"])
    except KeyError as error:
        raise fault("tonic, scale", f"{error} is missing or unknown", "see grammar.py for scales") from None
    try:
        notes = parsed(str(entry["notes"]))
    except (KeyError, ValueError) as error:
        raise fault("notes", error, "see tune.py for the notation") from None
    bars = -(-max(note.end for note in notes) // BAR)
    if not 4 <= bars <= BARS:
        raise fault("notes", f"{bars} bars", f"a tune has 4 to {BARS}")
    return Entry(Tune(name, notes, bars, scale), split)

"""`python -m glossary coverage`: how far languages are, and which concepts are reviewed or show something."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from . import CLEAN, add_folder, load_termbase

if TYPE_CHECKING:
    from ..illustrations import Illustrations
    from ..model import Termbase
    from ..reviews import Reviews
    from ..staleness import Coverage

COLUMNS = (
    "language",
    "concepts",
    "translated",
    "current",
    "stale",
    "unchecked",
    "missing",
    "no pinyin",
    "no gender",
)

_SOME = 20  # concepts that are named: an import may make thousands


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "coverage",
        help="count what is translated, current, stale and reviewed, and what has a demo or a figure",
        description="Show how much of the termbase each language has, and what no longer agrees with the "
        "reference language; which concepts are drafts, and what they lack; which were never "
        "reviewed, or more than a year ago; which have a demo or a figure.",
        epilog="Exit code: 0, or 2 when it could not run.",
    )
    add_folder(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import embeds
    from ..illustrations import illustrations
    from ..lint.project import Project, project_of
    from ..reviews import reviews
    from ..staleness import coverage, drafts

    termbase = load_termbase(options.folder)
    reports = list(coverage(termbase))
    demos, _ = embeds.read(termbase, Project(project_of(options.folder)).demos)
    shown, read = illustrations(termbase, demos), reviews(termbase, date.today())
    if options.format == "json":
        print(as_json(termbase, reports, shown, drafts(termbase), read))
    else:
        parts = (
            as_text(reports),
            drafts_as_text(drafts(termbase)),
            reviews_as_text(read),
            shown_as_text(shown),
        )
        print("\n\n".join(parts))
    return CLEAN


def as_text(reports: Sequence[Coverage]) -> str:
    """A table, and below it the ids that need someone's attention."""
    rows = [COLUMNS, *map(_row, reports)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    for report in reports:
        for what, ids in _ids(report).items():
            if ids:
                lines.append(f"\n{report.language.code}, {what.replace('_', ' ')}: {_some(ids)}")
    return "\n".join(lines)


def drafts_as_text(drafts: Mapping[str, tuple[str, ...]]) -> str:
    """How many concepts are not finished, and what the first of them lack."""
    listed = [f"{id} (no {', no '.join(lacking)})" for id, lacking in drafts.items()]
    return f"drafts: {len(drafts)}" + (f": {_some(listed)}" if drafts else "")


def reviews_as_text(read: Reviews) -> str:
    """How many concepts somebody has read whole and when, and the first of those that wait for it."""
    counts = (
        f"reviewed within a year: {len(read.within_a_year)}, longer ago: {len(read.longer_ago)}, "
        f"never: {len(read.never)}"
    )
    waiting = (*read.longer_ago, *read.never)
    return f"{counts} ({_some(waiting)})" if waiting else counts


def shown_as_text(shown: Illustrations) -> str:
    """How many concepts show what, and which show nothing."""
    counts = f"demo: {len(shown.demo)}, figure: {len(shown.figure)}, neither: {len(shown.neither)}"
    return f"{counts} ({_some(shown.neither)})" if shown.neither else counts


def _some(names: Sequence[str]) -> str:
    """The first of them, and how many more there are; `--format json` has them all."""
    rest = f", and {len(names) - _SOME} more" if len(names) > _SOME else ""
    return ", ".join(names[:_SOME]) + rest


def _row(report: Coverage) -> tuple[str, ...]:
    from ..languages import has_gender, has_pinyin
    from ..staleness import State

    code = report.language.code
    if report.is_reference:
        states = ["–"] * 3
    else:
        states = [str(len(report.of(state))) for state in (State.CURRENT, State.STALE, State.UNCHECKED)]
    return (
        f"{code} (reference)" if report.is_reference else code,
        str(report.concepts),
        str(report.translated),
        *states,
        str(len(report.of(State.MISSING))),
        str(len(report.without_pinyin)) if has_pinyin(report.language) else "–",
        str(len(report.without_gender)) if has_gender(report.language) else "–",
    )


def _ids(report: Coverage) -> dict[str, tuple[str, ...]]:
    from ..staleness import State

    states = (State.STALE, State.UNCHECKED, State.MISSING)
    return {
        **{str(state): report.of(state) for state in states},
        "no_pinyin": report.without_pinyin,
        "no_gender": report.without_gender,
    }


def as_json(
    termbase: Termbase,
    reports: Sequence[Coverage],
    shown: Illustrations,
    drafts: Mapping[str, tuple[str, ...]],
    read: Reviews,
) -> str:
    """Counts, and the ids behind those that ask for work."""
    from ..staleness import State

    languages = [
        {
            "lang": report.language.code,
            "concepts": report.concepts,
            "translated": report.translated,
            "current": len(report.of(State.CURRENT)),
            **_ids(report),
        }
        for report in reports
    ]
    data = {
        "reference": termbase.reference_language,
        "languages": languages,
        "drafts": drafts,
        "reviews": asdict(read),
        "illustrations": asdict(shown),
    }
    return json.dumps(data, ensure_ascii=False, indent=2)

"""`python -m glossary import`: bring the termbase up to what a file says, or change nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import CLEAN, FINDINGS, add_folder, all_or_nothing

if TYPE_CHECKING:
    from ..exchange.merge import Outcome

FORMATS = ("tbx", "skos-ttl", "skos-jsonld", "csv", "json")


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "import",
        help="read a file from another tool into the termbase",
        description="Update the termbase from a file. Concepts that are not in the file are kept, and so are "
        "comments and order in the YAML files. If anything in the file has no place in the termbase, nothing "
        "is changed. A folder that is not a termbase yet becomes one.",
        epilog="Exit code: 0 when everything was imported, 1 when there is something to report, "
        "2 when it could not run.",
    )
    parser.add_argument("format", choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to read")
    add_folder(parser)
    parser.add_argument(
        "--skip-unplaced",
        action="store_true",
        help="leave out what has no place, and concepts with errors, and import the rest",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from ..exchange import FORMATS
    from ..exchange.merge import import_file

    with all_or_nothing():
        outcome = import_file(
            FORMATS[options.format], options.file, options.folder, skip_unplaced=options.skip_unplaced
        )
    for problem in sorted(set(outcome.problems)):
        print(problem)
    print(summary(outcome))
    if not outcome.written and any(problem.code == "X010" for problem in outcome.problems):
        print("With --skip-unplaced, what has no place is left out, and the rest imported.", file=sys.stderr)
    return FINDINGS if outcome.problems else CLEAN


def summary(outcome: Outcome) -> str:
    """What happened, in a sentence."""
    if not outcome.written:
        count = len(set(outcome.problems))
        return f"{count} {'problem' if count == 1 else 'problems'}: nothing was changed."
    parts = [
        f"{len(ids)} {word}"
        for ids, word in (
            (outcome.added, "added"),
            (outcome.changed, "changed"),
            (outcome.unchanged, "unchanged"),
            (outcome.left_out, "left out"),
        )
        if ids
    ]
    return f"Concepts: {', '.join(parts) or 'none'}."

"""`python -m glossary import`: bring the termbase up to what a file says, or change nothing."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import CLEAN, FINDINGS, Refusal, add_folder, all_or_nothing, split_commas

if TYPE_CHECKING:
    from ..exchange.merge import Outcome

FORMATS = {
    "tbx": "TBX of 2008 or 2019, in any dialect, DCA or DCT",
    "skos": "SKOS as Turtle, RDF/XML, JSON-LD, N-Triples, TriG or N-Quads",
    "csv": "a table: CSV or TSV, ours or one with a column per language; a list of flash cards",
    "xlsx": "a spreadsheet",
    "json": "our JSON, or a list of objects",
    "xliff": "a translation that was exported as XLIFF 2",
    "skos-ttl": "SKOS as Turtle alone",
    "skos-jsonld": "SKOS as JSON-LD alone",
}
_SOME = 3  # places that the report names for each decision


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "import",
        help="read a file from another tool into the termbase",
        description="Update the termbase from a file. Concepts that are not in the file are kept, and so are "
        "comments and order in the YAML files. What the termbase has no place for is kept in `extra:` and "
        "exported again; a concept that lacks something becomes a draft, which `coverage` counts. A folder "
        "that is not a termbase yet becomes one.\n\n"
        + "\n".join(f"  {name:12} {about}" for name, about in FORMATS.items()),
        epilog="Exit code: 0 when everything was imported, 1 when there are errors to correct, "
        "2 when it could not run.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("format", choices=tuple(FORMATS), metavar="FORMAT", help="one of the formats above")
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to read")
    add_folder(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    parser.add_argument(
        "--languages",
        action="append",
        default=[],
        metavar="CODES",
        help="the languages of a new termbase, in their order (en,nb), or of columns that name none; "
        "other languages of the file are kept in `extra`",
    )
    parser.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="NAME=KEY",
        help="csv, xlsx, json: what a column holds, if the guess is wrong: Begrep=nb.term, Use=en.example, "
        "3=id, Status=extra, Owner=skip",
    )
    parser.add_argument(
        "--encoding", metavar="NAME", help="csv: the file's encoding, where the guess is wrong"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="name every concept that something was decided of"
    )
    parser.add_argument(
        "--skip-unplaced",
        action="store_true",
        help="leave out concepts with errors, and import the rest",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from ..exchange import IMPORTS
    from ..exchange.merge import import_file

    languages = split_commas(options.languages)
    settings: dict[str, Any] = {}
    if options.format in ("csv", "xlsx", "json"):
        settings = {"columns": split_commas(options.columns)}
    elif options.columns:
        raise Refusal(f"--columns means nothing to {options.format}")
    if options.encoding:
        if options.format != "csv":
            raise Refusal(f"--encoding means nothing to {options.format}")
        settings["encoding"] = options.encoding
    with all_or_nothing():
        outcome = import_file(
            IMPORTS[options.format],
            options.file,
            options.folder,
            skip_unplaced=options.skip_unplaced,
            languages=languages,
            dry_run=options.dry_run,
            progress=True,
            **settings,
        )
    for problem in sorted(set(outcome.problems)):
        print(problem)
    print("\n".join([*report(outcome, verbose=options.verbose), summary(outcome, dry_run=options.dry_run)]))
    if hint := _other_format(options, {problem.code for problem in outcome.problems}):
        print(hint, file=sys.stderr)
    if outcome.at_fault and not outcome.written and not options.skip_unplaced:
        hint = "With --skip-unplaced, concepts with errors are left out, and the rest imported."
        print(hint, file=sys.stderr)
    return FINDINGS if outcome.problems else CLEAN


def _other_format(options: argparse.Namespace, codes: set[str]) -> str:
    """Which format to name, where a file cannot be read and looks like one of another."""
    from ..exchange.looks import likely_format

    if not codes & {"X004", "X005", "X006"}:
        return ""
    likely = likely_format(options.file.read_bytes())
    if likely in ("", options.format.partition("-")[0]) or {likely, options.format} == {"csv", "xlsx"}:
        return ""  # of these two, each reads the other's files, too
    return f"The file looks like another format: python -m glossary import {likely} {options.file}"


def report(outcome: Outcome, *, verbose: bool = False) -> Iterator[str]:
    """What was decided: each kind once, with how often and where."""
    kinds: dict[str, list[str]] = {}
    for decision in dict.fromkeys(outcome.decisions):
        where = f"{decision.id} (line {decision.line})" if decision.id and decision.line else decision.id
        kinds.setdefault(decision.what, []).append(": ".join(filter(None, (where, decision.detail))))
    for what, places in kinds.items():
        named = [place for place in places if place]
        some = named if verbose else named[:_SOME]
        rest = f", and {len(named) - len(some)} more" if len(named) > len(some) else ""
        count = f"{len(places)} × " if len(places) > 1 else ""
        yield f"  {count}{what}" + (f": {'; '.join(some)}{rest}" if some else "")
    lacking = Counter(what for each in outcome.drafts.values() for what in each)
    yield from (f"  {number} × no {what}" for what, number in lacking.most_common())


def summary(outcome: Outcome, *, dry_run: bool = False) -> str:
    """What happened, in a sentence."""
    if outcome.problems and not outcome.done:
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
    drafts = f"; {len(outcome.drafts)} of them drafts" if outcome.drafts else ""
    tried = " Nothing was written: this was a trial." if dry_run else ""
    return f"Concepts: {', '.join(parts) or 'none'}{drafts}.{tried}"

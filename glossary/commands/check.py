"""`python -m glossary check`: faults and careless places."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..model import Problem, TermbaseError
from . import CLEAN, COULD_NOT_RUN, EXIT_CODES, FINDINGS, add_folder, is_termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "check",
        help="find faults and careless places",
        description="Find faults and careless places in a termbase, and where its demos disagree with it.",
        epilog=EXIT_CODES,
    )
    add_folder(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if not is_termbase(options.folder, "check"):
        return COULD_NOT_RUN
    problems = find_problems(options.folder)
    print(as_json(problems) if options.format == "json" else as_text(problems))
    return FINDINGS if problems else CLEAN


def find_problems(folder: Path) -> list[Problem]:
    """Everything there is to say about a termbase and, where there are some beside it, its demos."""
    from .. import embeds
    from ..check import check
    from ..load import load

    try:
        termbase = load(folder)
    except TermbaseError as error:
        return error.problems
    _, of_demos = embeds.read(termbase, folder.absolute().parent / "demos")
    return sorted([*check(termbase), *of_demos])


def as_text(problems: Sequence[Problem]) -> str:
    """One line per problem, and one that counts them."""
    errors = sum(problem.severity == "error" for problem in problems)
    counted = [
        f"{count} {word}{'s' * (count != 1)}"
        for count, word in ((errors, "error"), (len(problems) - errors, "warning"))
        if count
    ]
    return "\n".join([*map(str, problems), ", ".join(counted) or "Nothing to report."])


def as_json(problems: Sequence[Problem]) -> str:
    """A list of objects; their keys are a contract with other tools."""
    keys = ("code", "severity", "file", "line", "lang", "id", "key", "message", "fix")
    rows = [{key: getattr(problem, key) for key in keys} for problem in problems]
    return json.dumps(rows, ensure_ascii=False, indent=2)

"""The termbase on the command line: `python -m glossary check`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .model import Problem, TermbaseError

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its result is the exit code."""
    options = _parser().parse_args(arguments)
    result: int = options.run(options)
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m glossary", description="Look after a termbase.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="find faults and careless places",
        description="Find faults and careless places in a termbase, and where its demos disagree with it.",
        epilog="Exit code: 0 when there is nothing to report, 1 when there is, 2 when it could not run.",
    )
    check.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("glossary"),
        metavar="FOLDER",
        help="the folder that holds terms/, languages.yml, … (default: glossary)",
    )
    check.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    check.set_defaults(run=_check)
    return parser


def _check(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    if not (folder / "languages.yml").is_file():
        print(
            f"python -m glossary check: {folder} is no termbase: it holds no languages.yml.\n"
            "Give the folder of one, or run the command beside it.",
            file=sys.stderr,
        )
        return COULD_NOT_RUN
    problems = find_problems(folder)
    print(as_json(problems) if options.format == "json" else as_text(problems))
    return FINDINGS if problems else CLEAN


def find_problems(folder: Path) -> list[Problem]:
    """Everything there is to say about a termbase and, where there are some beside it, its demos."""
    # Imported here so that `--help` and a wrong folder are answered at once.
    from .check import check
    from .load import load

    try:
        termbase = load(folder)
    except TermbaseError as error:
        return error.problems
    from . import embeds

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


if __name__ == "__main__":
    sys.exit(main())

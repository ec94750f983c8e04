"""`python -m glossary check`: faults and careless places."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model import TermbaseError
from . import CLEAN, EXIT_CODES, FINDINGS, Refusal, add_folder, describe, require_termbase

if TYPE_CHECKING:
    from ..lint.rule import Finding

FORMATS = ("text", "json", "sarif", "github")


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "check",
        help="find errors and weak spots",
        description="Find errors and weak spots in a termbase and in the site beside it: pages, "
        "quizzes, figures and demos.",
        epilog=f"CODES are rules (T301) or groups of rules (T3), separated by commas. {EXIT_CODES}",
    )
    add_folder(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--select", metavar="CODES", default="", help="only these rules")
    parser.add_argument("--ignore", metavar="CODES", default="", help="all rules but these")
    parser.add_argument("--fix", action="store_true", help="fix what can be fixed safely; report the rest")
    parser.add_argument("--strict", action="store_true", help="what is missing still counts as an error")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    require_termbase(options.folder)
    from ..lint import formats

    try:
        codes = _codes(options.select, options.ignore)
        if options.fix:
            _fix(options.folder, codes)
        findings = find(options.folder, codes, strict=options.strict)
    except OSError as error:
        raise Refusal(describe(error)) from None
    print(formats.FORMATS[options.format](findings))
    return FINDINGS if findings else CLEAN


def find(folder: Path, codes: frozenset[str], *, strict: bool = False) -> list[Finding]:
    """What these rules find in a termbase and beside it, or all that keeps the termbase from loading."""
    from ..check import findings
    from ..lint.project import project_of
    from ..lint.rule import Finding
    from ..load import load

    project = project_of(folder)
    try:
        termbase = load(folder)
    except TermbaseError as error:
        return [Finding(problem) for problem in error.problems]
    beside = project if (project / "mkdocs.yml").is_file() else None
    return findings(termbase, beside, codes, strict=strict)


def _fix(folder: Path, codes: frozenset[str]) -> None:
    from ..lint import fixes

    fixed = fixes.fix(lambda: find(folder, codes))
    print(f"{fixed or 'Nothing'} fixed.", file=sys.stderr)


def _codes(select: str, ignore: str) -> frozenset[str]:
    """The rules asked for. Raises Refusal when one of them does not exist."""
    from ..check import REPORTED

    chosen = _named(select, REPORTED) if select else set(REPORTED)
    if left := frozenset(chosen - (_named(ignore, REPORTED) if ignore else set())):
        return left
    raise Refusal("no rule is left to run")


def _named(codes: str, known: tuple[str, ...]) -> set[str]:
    from ..yamlfile import did_you_mean

    named: set[str] = set()
    for written in codes.replace(",", " ").split():
        found = {code for code in known if code.startswith(written)}
        if not found:
            raise Refusal(f"there is no rule “{written}” {did_you_mean(written, known)}".rstrip())
        named |= found
    return named

"""The commands of `python -m glossary`, one module each.

A module has `add(commands)`, which adds its parser and sets `run` to a function from the parsed options to
an exit code. What only the command needs is imported when it runs: `--help` and a wrong folder are answered
at once.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2
EXIT_CODES = "Exit code: 0 when there is nothing to report, 1 when there is, 2 when it could not run."


class CommandParser(argparse.ArgumentParser):
    """Takes the folder after options too: argparse gives an optional argument up at the first option."""

    _is_mixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._is_mixing:
            return super().parse_known_args(args, namespace)
        self._is_mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_mixing = False


def add_folder(parser: argparse.ArgumentParser) -> None:
    """The argument that says which termbase is meant."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("glossary"),
        metavar="FOLDER",
        help="the folder that holds terms/, languages.yml, … (default: glossary)",
    )


def is_termbase(folder: Path, command: str) -> bool:
    """Whether the folder is a termbase; if not, the reader is told on stderr."""
    if (folder / "languages.yml").is_file():
        return True
    print(
        f"python -m glossary {command}: {folder} is no termbase: it holds no languages.yml.\n"
        "Give the folder of one, or run the command beside it.",
        file=sys.stderr,
    )
    return False

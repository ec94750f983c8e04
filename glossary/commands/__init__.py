"""The commands of `python -m glossary`, one module each.

Options, exit codes and what is printed belong here; the work itself belongs in the modules that they call.
A module has `add(commands)`, which adds its parser and sets `run` to a function from the parsed options to
an exit code. One that cannot run raises Refusal. What only the command needs is imported when it runs:
`--help` and a wrong folder are answered at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model import Termbase

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


class Refusal(Exception):
    """Why a command does not run, and what the reader can do about it."""

    def __init__(self, reason: str, code: int = COULD_NOT_RUN) -> None:
        super().__init__(reason)
        self.code = code


def add_folder(parser: argparse.ArgumentParser, option: str = "") -> None:
    """The argument that says which termbase is meant; an option where the arguments are ids."""
    name: dict[str, Any] = {"dest": "folder"} if option else {"nargs": "?"}
    parser.add_argument(
        option or "folder",
        **name,
        type=Path,
        default=Path("glossary"),
        metavar="FOLDER",
        help="the folder that holds terms/, languages.yml, … (default: glossary)",
    )


def split_commas(given: Iterable[str]) -> list[str]:
    """The values of an option that may be repeated, or have several with commas."""
    return [value for text in given for part in text.split(",") if (value := part.strip())]


def require_termbase(folder: Path) -> None:
    """Raises Refusal if the folder is no termbase."""
    if not (folder / "languages.yml").is_file():
        raise Refusal(
            f"{folder} is no termbase: it has no languages.yml.\n"
            "Name the folder of a termbase, or run the command in the folder above one."
        )


def load_termbase(folder: Path, *, frame_only: bool = False, code: int = COULD_NOT_RUN) -> Termbase:
    """The termbase, or all but its concepts; raises Refusal, with the code, if that has faults."""
    require_termbase(folder)
    from ..load import load, load_frame
    from ..model import TermbaseError

    try:
        return load_frame(folder) if frame_only else load(folder)
    except TermbaseError as error:
        raise Refusal(f"the termbase has errors; correct them first:\n{error}", code) from None


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """For work that changes all its files or none: an OSError becomes a refusal that says so."""
    try:
        yield
    except OSError as error:
        raise Refusal(f"{describe(error)}; nothing was changed") from None


def describe(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason

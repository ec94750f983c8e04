"""`python -m glossary new`: a file for a new concept, to be filled in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from . import CLEAN, COULD_NOT_RUN, is_termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "new",
        help="make a file for a new concept",
        description="Make terms/ID.yml with all languages of the termbase, to be filled in.",
        epilog="Exit code: 0 when it is made, 2 when it could not be; no file is ever overwritten.",
    )
    parser.add_argument("id", metavar="ID", help="the concept's id, as in latent-space")
    parser.add_argument("--subject", default="", metavar="ID", help="its subject, from subjects.yml")
    parser.add_argument(
        "--broader", nargs="+", default=[], metavar="ID", help="what it is a kind of: ids of concepts"
    )
    parser.add_argument(
        "--termbase",
        type=Path,
        default=Path("glossary"),
        metavar="FOLDER",
        help="the folder that holds terms/, languages.yml, … (default: glossary)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import new
    from ..load import load_frame
    from ..model import TermbaseError
    from ..pages import RESERVED_IDS

    if not is_termbase(options.termbase, "new"):
        return COULD_NOT_RUN
    try:
        frame = load_frame(options.termbase)
    except TermbaseError as error:
        return _refuse(f"a concept needs these mended first:\n{error}")
    if faults := list(new.faults(frame, options.id, options.subject, options.broader, RESERVED_IDS)):
        return _refuse("\n".join(faults))
    path = new.path_of(frame, options.id)
    subject = options.subject or new.suggested_subject(frame, options.broader)
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(new.text(frame, subject, options.broader))
    except OSError as error:
        return _refuse(f"{path} cannot be written: {error.strerror}")
    print(f"Made {path}. Fill it in; `python -m glossary check` says what is missing.")
    return CLEAN


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return COULD_NOT_RUN

"""`python -m glossary new`: a file for a new concept, to be filled in."""

from __future__ import annotations

import argparse
from typing import Any

from . import CLEAN, Refusal, add_folder, all_or_nothing, load_termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "new",
        help="make a file for a new concept",
        description="Make terms/ID.yml, with all languages of the termbase, for you to fill in.",
        epilog="Exit code: 0 when the file is made, 2 when it could not be. No file is ever overwritten.",
    )
    parser.add_argument("id", metavar="ID", help="the concept's id, as in latent-space")
    parser.add_argument("--subject", default="", metavar="ID", help="its subject, from subjects.yml")
    parser.add_argument(
        "--broader", nargs="+", default=[], metavar="ID", help="ids of the concepts it is a kind of"
    )
    add_folder(parser, "--termbase")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import files, new
    from ..pages import RESERVED_IDS

    frame = load_termbase(options.folder, frame_only=True)
    if faults := list(new.faults(frame, options.id, options.subject, options.broader, RESERVED_IDS)):
        raise Refusal("\n".join(faults))
    path = new.path_of(frame, options.id)
    subject = options.subject or new.suggested_subject(frame, options.broader)
    with all_or_nothing():
        files.write(path, new.text(frame, subject, options.broader))
    print(f"Made {path}. Fill it in; `python -m glossary check` says what is missing.")
    return CLEAN

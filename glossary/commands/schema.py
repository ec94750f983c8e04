"""`python -m glossary schema`: what editors complete and check a concept's file by."""

from __future__ import annotations

import argparse
from typing import Any

from . import CLEAN, add_folder, all_or_nothing, load_termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "schema",
        help="write schema.json, with which editors complete and check",
        description="Write schema.json into the termbase. It describes the form of a concept's file, with "
        "the languages and subjects there are. Run this again when those have changed.",
        epilog="Exit code: 0 when the file is written, 2 when it could not be.",
    )
    add_folder(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import files, schema

    path = options.folder / schema.FILE
    text = schema.as_text(load_termbase(options.folder, frame_only=True))
    with all_or_nothing():
        files.write(path, text)
    print(f"Wrote {path}.")
    return CLEAN

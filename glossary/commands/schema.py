"""`python -m glossary schema`: what editors complete and check a concept's file by."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from . import CLEAN, COULD_NOT_RUN, add_folder, is_termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "schema",
        help="write schema.json, by which editors complete and check",
        description="Write schema.json into the termbase: the form of a concept's file, with its languages "
        "and subjects. Run it again when these have changed.",
        epilog="Exit code: 0 when it is written, 2 when it could not be.",
    )
    add_folder(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import schema
    from ..load import load_frame
    from ..model import TermbaseError

    if not is_termbase(options.folder, "schema"):
        return COULD_NOT_RUN
    path = options.folder / schema.FILE
    try:
        path.write_text(schema.as_text(load_frame(options.folder)), encoding="utf-8")
    except TermbaseError as error:
        print(f"The schema needs these mended first:\n{error}", file=sys.stderr)
        return COULD_NOT_RUN
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror}", file=sys.stderr)
        return COULD_NOT_RUN
    print(f"Wrote {path}.")
    return CLEAN

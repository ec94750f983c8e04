"""The termbase on the command line: `python -m glossary COMMAND`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .commands import (
    CommandParser,
    Refusal,
    accept,
    check,
    coverage,
    export,
    import_,
    init,
    links,
    new,
    schema,
)

COMMANDS = (init, check, links, new, accept, coverage, export, import_, schema)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its result is the exit code."""
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Refusal as refusal:
        print(f"python -m glossary {options.command}: {refusal}", file=sys.stderr)
        return refusal.code
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m glossary", description="Work with a termbase.")
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND", parser_class=CommandParser
    )
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

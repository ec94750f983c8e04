"""`python -m glossary links`: whether the addresses that the files name still lead somewhere."""

from __future__ import annotations

import argparse
from typing import Any

from . import CLEAN, EXIT_CODES, FINDINGS, Refusal, add_folder, describe, require_termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "links",
        help="ask over the network whether the addresses in the files still answer",
        description="Ask over the network whether the web addresses in the termbase, the pages beside it and "
        "the demos' texts still answer. No build and no test does this.",
        epilog=EXIT_CODES,
    )
    add_folder(parser)
    parser.add_argument(
        "--timeout",
        type=_positive(float),
        default=20,
        metavar="SECONDS",
        help="for each answer (default: 20)",
    )
    parser.add_argument(
        "--at-once", type=_positive(int), default=8, metavar="N", help="hosts asked together (default: 8)"
    )
    parser.set_defaults(run=run)


def _positive(kind: type[int] | type[float]) -> Any:
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < 1e6:
            raise ValueError
        return value

    number.__name__ = "positive number"  # what argparse says is wrong
    return number


def run(options: argparse.Namespace) -> int:
    require_termbase(options.folder)
    from .. import web_links
    from ..lint.project import Project, project_of

    try:
        places = web_links.places(options.folder, Project(project_of(options.folder)))
    except OSError as error:
        raise Refusal(describe(error)) from None
    faults = web_links.faults(places, timeout=options.timeout, at_once=options.at_once)
    if faults and len(faults) == len(places) and all(fault.is_silence for fault in faults.values()):
        raise Refusal(f"none of the {len(places)} addresses answered: is this machine online?")
    found = sorted((place, address) for address in faults for place in places[address])
    for place, address in found:
        fault = faults[address]
        print(f"{place.file}:{place.line}: {fault.severity}: {address} {fault.message} → {fault.fix}")
    print(f"{len(places)} addresses asked, {len(faults)} to look at.")
    return FINDINGS if faults else CLEAN

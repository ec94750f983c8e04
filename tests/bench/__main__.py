"""Benchmarks: run with `make bench`, or `python -m tests.bench NAME …` for some of them.

Nothing here passes or fails. Machines are shared and noisy: compare ratios within one run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tests.bench import build, exchange, latency, load, startup
from tests.bench.machine import machine
from tests.serving import ROOT

BENCHMARKS: dict[str, Callable[[], None]] = {
    "build": build.main,
    "exchange": exchange.main,
    "startup": lambda: startup.main(ROOT / "site"),
    "latency": lambda: latency.main(ROOT / "site"),
    "load": lambda: load.main(ROOT / "site"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS)
    )
    names = parser.parse_args().names or BENCHMARKS
    print(f"machine: {machine()}")
    for name in names:
        print(f"\n== {name}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()

"""Made-up termbases written as a file of each format, and read back from it.

A file is imported into a new folder, where every concept is new; into the termbase that it came from, where
nothing changes; and there once more after the definition of one concept was edited, which is then put back.
Last, files as others publish them (`tests/glossary/published.py`) come into a new folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from glossary.exchange import FORMATS, IMPORTS, Format
from glossary.exchange.merge import import_file
from glossary.load import load
from tests.bench import steps, termbase
from tests.bench.steps import show
from tests.glossary import published

MODULE = "tests.bench.exchange"
SIZES = (100, 1_000, 10_000)


def file_of(format: Format, folder: Path) -> Path:
    return folder / f"terms.{format.suffix}"


def step_load(folder: Path) -> None:
    """What every step begins with."""
    load(folder / "glossary")


def write(format: Format, folder: Path) -> None:
    file_of(format, folder).write_bytes(format.write(load(folder / "glossary")))


def new(format: Format, folder: Path) -> None:
    bring(format, folder, folder / f"new-{format.name}", "added")


def same(format: Format, folder: Path) -> None:
    bring(format, folder, folder / "glossary", "unchanged")


def edited(format: Format, folder: Path) -> None:
    path = next((folder / "glossary" / "terms").iterdir())
    path.write_text(path.read_text("utf-8").replace("definition: ", "definition: other ", 1), "utf-8")
    bring(format, folder, folder / "glossary", "changed", 1)


def bring(format: Format, folder: Path, target: Path, what: str, count: int | None = None) -> None:
    outcome = import_file(format, file_of(format, folder), target)
    done = len(getattr(outcome, what))
    if outcome.problems or done != (count or len(list((target / "terms").iterdir()))):
        raise SystemExit(f"{done} {what}; problems: {outcome.problems[:3]}")


KINDS = {
    "write": write,
    "read into a new folder": new,
    "read where it came from": same,
    "read after one edit": edited,
}


def publish(folder: Path) -> None:
    """Not measured: others have made their files already."""
    graph = published.thesaurus(2_372)
    for name, syntax in (("ttl", "turtle"), ("rdf", "xml")):
        graph.serialize(folder / f"thesaurus.{name}", format=syntax)
    (folder / "termbase.tbx").write_bytes(published.termbase(1_349))
    (folder / "spreadsheet.csv").write_text(published.spreadsheet(2_000), "utf-8")


PUBLISHED = {
    "a thesaurus of 2,372 in Turtle": ("skos", "thesaurus.ttl"),
    "a thesaurus of 2,372 in RDF/XML": ("skos", "thesaurus.rdf"),
    "a termbase of 1,349 in TBX of 2008": ("tbx", "termbase.tbx"),
    "a spreadsheet of 2,000": ("csv", "spreadsheet.csv"),
}


def come_in(format: str, name: str, folder: Path) -> None:
    outcome = import_file(IMPORTS[format], folder / name, folder / f"published-{name}")
    if outcome.problems:
        raise SystemExit(f"{name}: {outcome.problems[:3]}")


OWN_STEPS: dict[str, Callable[[Path], None]] = {"load": step_load} | {
    f"{name}: {kind}": partial(function, format)
    for name, format in FORMATS.items()
    for kind, function in KINDS.items()
}
THEIR_STEPS = {about: partial(come_in, format, name) for about, (format, name) in PUBLISHED.items()}
STEPS = OWN_STEPS | THEIR_STEPS


def main(sizes: Sequence[int] = SIZES) -> None:
    for count in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            termbase.write(folder / "glossary", count)
            print(f"\n{count:,} concepts in {len(termbase.LANGUAGES)} languages", flush=True)
            for name in OWN_STEPS:
                seconds, memory, _ = steps.measure(MODULE, name, folder)
                format = FORMATS.get(name.partition(":")[0])
                size = file_of(format, folder).stat().st_size if format and "write" in name else 0
                show(name, seconds, memory, f"{size / 1e6:.1f} MB" if size else "")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        publish(folder)
        print("\nFiles as others publish them", flush=True)
        for name in THEIR_STEPS:
            seconds, memory, _ = steps.measure(MODULE, name, folder)
            show(name, seconds, memory, "")


if __name__ == "__main__":
    steps.command(main, SIZES, STEPS)

"""`python -m glossary export`: the termbase as a file for other tools."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import CLEAN, FINDINGS, Refusal, add_folder, all_or_nothing, load_termbase

if TYPE_CHECKING:
    from rdflib import Graph

    from ..exchange.profiles import Requirement
    from ..model import Termbase

FORMATS = {
    "tbx": "TBX, ISO 30042:2019, for translation and terminology tools",
    "skos": "SKOS-XL, for linked data: Turtle (.ttl), JSON-LD (.jsonld), RDF/XML (.rdf) or N-Triples (.nt)",
    "csv": "CSV, for spreadsheets",
    "json": "JSON, for programs",
    "xliff": "XLIFF 2, for a translator: from one language to another",
    "anki": "a deck of flash cards from one language to another (export only)",
}
SYNTAXES = {".ttl": "turtle", ".jsonld": "json-ld", ".json": "json-ld", ".rdf": "xml", ".nt": "nt"}
# A syntax may also be named; files that do not end as usual need that.
NAMED_SYNTAXES = {"skos-ttl": "turtle", "skos-jsonld": "json-ld"}
SKOS = ("skos", *NAMED_SYNTAXES)
PROFILES = {"skos-ap-no": "SKOS-AP-NO-Begrep 2.0"}


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "export",
        help="write the termbase as a file for other tools",
        description="Write the termbase as one file for other tools.\n\n"
        + "\n".join(f"  {name:12} {about}" for name, about in FORMATS.items()),
        epilog="Exit code: 0 when the file is written, 1 when the termbase has faults or, with --profile, "
        "the file is written and lacks something, 2 when it could not run.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "format",
        choices=(*FORMATS, *NAMED_SYNTAXES),
        metavar="FORMAT",
        help="one of the formats above; skos-ttl and skos-jsonld whatever the file's name ends with",
    )
    add_folder(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the file to write")
    parser.add_argument(
        "--basic",
        action="store_true",
        help="tbx: write only what plain TBX-Basic can hold",
    )
    parser.add_argument("--url", metavar="ADDRESS", help="skos: where the termbase is published")
    parser.add_argument("--publisher", metavar="ADDRESS", help="skos: the publisher's web address")
    parser.add_argument(
        "--contact", metavar="EMAIL", help="skos: e-mail address for questions about the concepts"
    )
    parser.add_argument(
        "--profile",
        choices=tuple(PROFILES),
        help="skos: say what the file lacks to be as this profile wants it (needs 'ordlab[profile]')",
    )
    parser.add_argument(
        "--title", metavar="NAME", help="anki: name of the deck; a deck with the same name is updated"
    )
    parser.add_argument(
        "--from",
        dest="front",
        metavar="LANG",
        help="anki: language of the questions; xliff, csv: language to translate from",
    )
    parser.add_argument(
        "--to",
        dest="back",
        metavar="LANG",
        help="anki: language of the answers; xliff, csv: language to translate into; a table with two "
        "languages is made, which `import csv` reads",
    )
    parser.add_argument(
        "--todo", action="store_true", help="xliff, csv: only what is missing, stale or not yet checked"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import cards, files
    from ..exchange import profiles
    from ..lint.project import Project, project_of

    termbase = load_termbase(options.folder, code=FINDINGS)
    if not _is_for_translators(options):  # whose texts come back: they keep placeholders of numbers
        demos = Project(project_of(options.folder)).demos
        termbase = cards.filled(cards.with_cards(termbase, demos))
    if fault := _fault(options, termbase):
        raise Refusal(fault)
    content = _content(options, termbase)
    with all_or_nothing():
        files.write(options.output, content)
    print(f"{len(termbase.concepts)} concepts written to {options.output}")
    if not options.profile:
        return CLEAN
    requirements = profiles.judge(_graph(content, _syntax(options)), options.profile)
    print("\n".join(report(requirements, PROFILES[options.profile], len(termbase.concepts))))
    return FINDINGS if any(requirement.lacking for requirement in requirements) else CLEAN


def report(requirements: Sequence[Requirement], profile: str, concepts: int) -> Iterator[str]:
    """What a profile asks for, and which concepts lack it: all of them, or the ids of some."""
    yield f"\n{profile}, as we read it; its publisher's own validator has the last word:"
    for requirement in requirements:
        count = len(requirement.lacking)
        if not count:
            yield f"  met      {requirement.text}"
            continue
        some = ", ".join(requirement.lacking[:3]) + (", …" if count > 3 else "")
        who = "every concept" if count == concepts else f"{count} of {concepts} concepts ({some})"
        yield f"  lacking  {requirement.text}: {who}" + (f" → {requirement.fix}" if requirement.fix else "")


def _graph(content: bytes, syntax: str) -> Graph:
    from rdflib import Graph

    return Graph().parse(data=content, format=syntax)


def _syntax(options: argparse.Namespace) -> str:
    """How linked data is written, as rdflib calls it: by the format's name, else by the end of the file's."""
    return NAMED_SYNTAXES.get(options.format) or SYNTAXES.get(options.output.suffix.lower(), "")


def _linked_data(termbase: Termbase, syntax: str, settings: dict[str, Any]) -> bytes:
    from ..exchange import FORMATS

    if syntax == "json-ld":
        return FORMATS["skos-jsonld"].write(termbase, **settings)
    content = FORMATS["skos-ttl"].write(termbase, **settings)
    if syntax == "turtle":
        return content
    try:
        return _graph(content, "turtle").serialize(format=syntax, encoding="utf-8")
    except ValueError as error:  # RDF/XML has no way to write some addresses of properties
        raise Refusal(f"{syntax} cannot say it: {error} → export it as .ttl or .jsonld") from None


def _content(options: argparse.Namespace, termbase: Termbase) -> bytes:
    from ..exchange import FORMATS, anki, translators

    if _is_for_translators(options):
        write = translators.write_xliff if options.format == "xliff" else translators.write_table
        return write(termbase, front=options.front, back=options.back, todo=options.todo)
    if options.format == "anki":
        return anki.write(termbase, options.front, options.back, title=options.title or "")
    settings: dict[str, Any] = {"basic": True} if options.basic else {}
    settings |= {k: v for k in ("url", "publisher", "contact") if (v := getattr(options, k))}
    if syntax := _syntax(options) if options.format in SKOS else "":
        return _linked_data(termbase, syntax, settings)
    return FORMATS[options.format].write(termbase, **settings)


def _is_for_translators(options: argparse.Namespace) -> bool:
    return bool(options.format == "xliff" or (options.format == "csv" and options.back))


def _fault(options: argparse.Namespace, termbase: Termbase) -> str:
    """What is wrong with the request; empty if nothing is."""
    from ..yamlfile import did_you_mean

    pairs = ("anki", "xliff", "csv")
    fitting = {
        "basic": ("tbx",),
        **dict.fromkeys(("url", "publisher", "contact", "profile"), SKOS),
        "title": ("anki",),
        "todo": ("xliff", "csv"),
        **dict.fromkeys(("front", "back"), pairs),
    }
    for name, formats in fitting.items():
        if getattr(options, name) and options.format not in formats:
            option = {"front": "from", "back": "to"}.get(name, name)
            return f"--{option} means nothing to {options.format}"
    if options.format == "skos" and not _syntax(options):
        return f"{options.output}: its ending names no syntax → end it with one of: {', '.join(SYNTAXES)}"
    if options.profile and not find_spec("pyshacl"):
        return "--profile needs pyshacl, which is not installed: pip install 'ordlab[profile]'"
    if not options.output.absolute().parent.is_dir():
        return f"there is no folder {options.output.parent}"
    if options.format in ("anki", "xliff") or options.front or options.back or options.todo:
        for option, lang in (("--from", options.front), ("--to", options.back)):
            if lang not in termbase.languages:
                hint = did_you_mean(lang or "", termbase.languages)
                return f"{option}: there is no language “{lang}” → {hint}" if lang else f"{option} is missing"
        if options.front == options.back:
            return "--from and --to name the same language"
    return ""

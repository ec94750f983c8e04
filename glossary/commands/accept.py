"""`python -m glossary accept`: say that translations agree with the reference language as it is now."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import CLEAN, Refusal, add_folder, all_or_nothing, load_termbase, split_commas

if TYPE_CHECKING:
    from ..model import Concept, Termbase


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "accept",
        help="mark translations as checked",
        description="Confirm that the texts of some concepts agree with the reference language as it is "
        "now. This writes `basis` into their files and changes nothing else there.",
        epilog="Exit code: 0 when it is done, 2 when nothing could be done.",
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="a concept whose translation has been checked")
    parser.add_argument("--all", action="store_true", help="every concept")
    parser.add_argument(
        "--lang",
        action="append",
        required=True,
        metavar="LANG",
        help="the language; may be repeated, or several with commas",
    )
    add_folder(parser, "--termbase")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from ..edits import EditError

    termbase = load_termbase(options.folder)
    langs = list(dict.fromkeys(split_commas(options.lang)))
    if faults := list(_faults(termbase, options, langs)):
        raise Refusal("\n".join(faults))
    concepts = [termbase.concepts[id] for id in (termbase.concepts if options.all else options.ids)]
    try:
        with all_or_nothing():
            changed = accept(termbase, concepts, langs)
    except EditError as error:
        raise Refusal(f"{error}; nothing was changed") from None
    for lang, count in changed.items():
        untranslated = sum(not _can_be_accepted(termbase, concept, lang) for concept in concepts)
        current = len(concepts) - count - untranslated
        print(
            f"{lang}: {count} accepted"
            + (f", {current} already current" if current else "")
            + (f", {untranslated} not translated" if untranslated else "")
        )
    return CLEAN


def _can_be_accepted(termbase: Termbase, concept: Concept, lang: str) -> bool:
    """Whether there are two texts to compare: one in the language, and one in the reference language."""
    return bool(concept.named_in(lang) and concept.named_in(termbase.reference_language))


def accept(termbase: Termbase, concepts: list[Concept], langs: list[str]) -> dict[str, int]:
    """Write each concept's `basis` in these languages; how many were not current before.

    What is not translated yet, or not written in the reference language, stays as it is.
    All files are written or none: raises OSError or EditError when one of them cannot be.
    """
    from .. import edits, files
    from ..staleness import State, basis_of, state_of

    changed = dict.fromkeys(langs, 0)
    texts: dict[Path, str] = {}
    for concept in concepts:
        for lang in langs:
            is_current = state_of(termbase, concept, lang) is State.CURRENT
            if not is_current and _can_be_accepted(termbase, concept, lang):
                basis = basis_of(concept.entries[termbase.reference_language])
                text = texts.get(concept.path) or edits.read(concept.path)
                texts[concept.path] = edits.with_basis(concept.path, text, lang, basis)
                changed[lang] += 1
    files.write_all(texts)
    return changed


def _faults(termbase: Termbase, options: argparse.Namespace, langs: list[str]) -> Iterator[str]:
    """Everything about the request that cannot be."""
    from ..yamlfile import did_you_mean, shown

    if options.all == bool(options.ids):
        yield "give the ids of concepts, or --all"
    for lang in langs:
        if lang not in termbase.languages:
            yield f"there is no language “{lang}” → {did_you_mean(lang, termbase.languages)}"
        elif lang == termbase.reference_language:
            yield f"{lang} is the reference language: translations are checked against it"
    for id in options.ids:
        if id not in termbase.concepts:
            yield f"there is no concept “{id}” → {did_you_mean(id, termbase.concepts) or 'see terms/'}"
            continue
        for lang in (termbase.reference_language, *(lang for lang in langs if lang in termbase.languages)):
            if not termbase.concepts[id].named_in(lang):
                yield f"{id} has no term in {lang} → write one in {shown(termbase.concepts[id].path)}"

"""`python -m glossary init`: a new project that builds at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import CLEAN, Refusal, all_or_nothing, split_commas


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "init",
        help="make a new project",
        description="Make a project with a glossary of two concepts, in languages of your choice, that "
        "builds right away. If the engine has no texts in a language, it writes English ones to translate.",
        epilog="Exit code: 0 when the project is made, 2 when it could not be. No file is ever overwritten.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    parser.add_argument(
        "--languages",
        nargs="+",
        default=["en", "nb", "zh"],
        metavar="CODE",
        help="the languages, of which the first is at the site's root (default: en nb zh)",
    )
    parser.add_argument("--name", default="", help="name of the site (default: the folder's name)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from .. import starter

    languages = [starter.normalized(code) for code in split_commas(options.languages)]
    folder: Path = options.folder
    if faults := starter.faults(languages):
        raise Refusal("\n".join(faults))
    name = options.name.strip() or folder.resolve().name
    if not name.isprintable():
        raise Refusal("the name contains a control character")
    with all_or_nothing():
        if folder.is_dir() and not starter.is_free(folder):
            raise Refusal(f"{folder} is not empty: give a new folder")
        written = starter.write(folder, languages, name)
    print(f"Made {folder} with {len(written)} files in {', '.join(languages)}.")
    if untranslated := starter.without_words(languages):
        places = "glossary/languages.yml, glossary/subjects.yml, glossary/terms/ and docs/"
        print(f"The texts in {', '.join(untranslated)} are in English so far: translate them in {places}.")
    print("To look at it:\n")
    print(*([] if folder.resolve() == Path.cwd() else [f"  cd {folder}"]), "  mkdocs serve", sep="\n")
    return CLEAN

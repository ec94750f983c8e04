"""A new project: a site that builds at once, with two concepts to begin from.

    files(["nb", "en"], "My glossary")  # path in the project → text

The files that a new project begins with belong here, and whatever chooses them. What a project needs beyond
them, styles and scripts for instance, stays in the engine, so that an upgrade brings it up to date.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml

from ..chinese import traditional
from ..exchange import plain, yaml_files
from ..languages import relatives, script, usual
from ..load import LANGUAGE, load_frame
from ..new import MODELINE
from ..pages import markdown_text
from ..schema import FILE, as_text
from ..site_text import english_words, theme_language

FOLDER = Path(__file__).parent
TERMBASE = "glossary"
WRITTEN = ("name", "html", "order", "stemmer", "segment")  # the other keys are for what is unusual
SUBJECT = "terminology"
_LOCALE = re.compile(r"[a-z]{2}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")  # what the i18n plugin takes


@dataclass(frozen=True, slots=True)
class StarterLanguage:
    """A language of the new project."""

    code: str
    name: str
    theme: str  # the language of Material's own words
    settings: Mapping[str, str]


def normalized(code: str) -> str:
    """A language's code as BCP 47 writes it: nb-NO for nb_no, zh-Hant for ZH-hant."""
    base, *rest = code.replace("_", "-").split("-")
    return "-".join([base.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def faults(languages: Sequence[str]) -> list[str]:
    """Languages that there can be no site in."""
    found = [
        f"“{code}” is no language code that a site can have: write nb, en, pt-BR or zh-Hant, say"
        for code in languages
        if not (LANGUAGE.fullmatch(code) and _LOCALE.fullmatch(code))
    ]
    return found + [
        f"“{code}” is given twice" for code in sorted({c for c in languages if languages.count(c) > 1})
    ]


def files(languages: Sequence[str], name: str) -> dict[str, str]:
    """The files of a new project, by their path in it; all but the schema, which is made from them."""
    starts = [_start(code) for code in languages]
    made = {
        "mkdocs.yml": _mkdocs(starts, name),
        ".gitignore": "/site/\n/.cache/\n",
        f"{TERMBASE}/languages.yml": _languages(starts),
        f"{TERMBASE}/subjects.yml": yaml_files.write(
            {SUBJECT: {code: _words(code)["subject"] for code in languages}}
        ),
        f"{TERMBASE}/sources.yml": "# Works that concepts rest on: `smith-2024: {title: …, year: …}`\n{}\n",
    }
    for code in languages:
        text = _words(code)["index"].format(first="concept")
        made[f"docs/index.{code}.md"] = f"---\nkind: home\n---\n\n# {markdown_text(name)}\n\n{text}"
    relations = {"concept": {}, "term": {"related": ["concept"]}}
    for id, related in relations.items():
        entries = {code: _words(code)[id] for code in languages}
        concept = plain.tidy({"concepts": {id: {"subject": SUBJECT, **related, **entries}}})["concepts"][id]
        made[f"{TERMBASE}/terms/{id}.yml"] = f"{MODELINE}\n{yaml_files.write(concept)}"
    return made


def write(folder: Path, languages: Sequence[str], name: str) -> list[Path]:
    """Write a new project into an empty or missing folder; returns its files, relative to it.

    Raises OSError; then there is nothing of the project, and nothing that was there was touched.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        made = files(languages, name)
        for path, text in made.items():
            (beside / path).parent.mkdir(parents=True, exist_ok=True)
            (beside / path).write_text(text, encoding="utf-8")
        schema = beside / TERMBASE / FILE
        schema.write_text(as_text(load_frame(beside / TERMBASE)), encoding="utf-8")
        beside.chmod(0o755)
        if folder.exists():
            _move_into(beside, folder)
        else:
            beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside)
        raise
    return [*map(Path, made), Path(TERMBASE, FILE)]


def _move_into(made: Path, folder: Path) -> None:
    """Move what is in a folder into an empty one, which a shell may stand in; all of it or nothing."""
    if not is_free(folder):  # somebody has put something there since
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))
    moved: list[Path] = []
    try:
        for child in sorted(made.iterdir()):
            moved.append(child.rename(folder / child.name))
    except BaseException:
        for path in moved:
            path.rename(made / path.name)
        raise
    made.rmdir()


def is_free(folder: Path) -> bool:
    """Whether there is nothing in a folder, or at most what `git init` makes."""
    return all(path.name == ".git" for path in folder.iterdir())


def _start(code: str) -> StarterLanguage:
    settings = {key: value for key, value in usual(code).items() if key in WRITTEN}
    if settings.get("html") == code:
        settings.pop("html")
    return StarterLanguage(code, settings.pop("name", code), theme_language(code) or "en", settings)


def _mkdocs(starts: Sequence[StarterLanguage], name: str) -> str:
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters["word"] = lambda text: yaml_files.write({"is": text}).partition(":")[2].strip()
    template = environment.from_string((FOLDER / "mkdocs.yml.jinja").read_text("utf-8"))
    # JSON strings are YAML strings, whatever the name holds.
    return template.render(languages=starts, name=json.dumps(name, ensure_ascii=False))


def _languages(starts: Sequence[StarterLanguage]) -> str:
    """`languages.yml`; English words where the engine has none, to be translated."""
    lines = ["# The languages of the site; the first is the one at its root. To add one is a line: `sv:`\n"]
    for start in starts:
        lines.append(yaml_files.write({start.code: {"name": start.name, **start.settings}}))
        if words := english_words(start.code):
            lines.append("  # What the pages say around the terms. In English so far: translate it.\n")
            lines.append("".join(f"  {line}\n" for line in yaml_files.write({"text": words}).splitlines()))
    return "".join(lines)


def without_words(languages: Sequence[str]) -> list[str]:
    """Languages whose concepts and pages begin in English, to be translated."""
    return [code for code in languages if _own_words(code) is None]


def _words(code: str) -> Mapping[str, Any]:
    return _own_words(code) or dict(_read("words.yml")["en"])


def _own_words(code: str) -> Mapping[str, Any] | None:
    """What a project begins with in a language, or in a near relative of it."""
    words = _read("words.yml")
    if found := next((dict(words[name]) for name in relatives(code) if name in words), None):
        return found
    if script(code) == "Hant":
        return dict(_without_pinyin(traditional(words["zh"], code)))
    return None


def _without_pinyin(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_pinyin(item) for key, item in value.items() if key != "pinyin"}
    return [_without_pinyin(item) for item in value] if isinstance(value, list) else value


@cache
def _read(name: str) -> Mapping[str, Any]:
    return dict(yaml.safe_load((FOLDER / name).read_text("utf-8")))

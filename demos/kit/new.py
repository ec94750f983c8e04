"""`python -m demos new NAME`: a folder with a demo that runs, to be changed into another."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from glossary.embeds import TERM_LINK

STARTER = Path(__file__).with_name("starter")
FALLBACK = "en"


class NewError(Exception):
    """The demo cannot be written: one sentence with the remedy."""


def write_demo(apps: Path, name: str, term: str, languages: Collection[str], terms: Collection[str]) -> Path:
    """Write `<apps>/<name>/` and return it. Raises NewError; nothing is overwritten."""
    if not name.isidentifier() or name.startswith("_") or not name.isascii():
        raise NewError(f"“{name}” cannot name a demo: take letters, digits and underscores, a letter first")
    folder = apps / name
    if folder.exists():
        raise NewError(f"{folder} is there already: take another name")
    term = term or name.replace("_", "-")
    if term not in terms:
        raise NewError(f"There is no term “{term}”: name the one that the demo shows with --term")
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""See `app.py`."""\n', encoding="utf-8")
    (folder / "app.py").write_text((STARTER / "app.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "demo.yml").write_text(described(term, languages, terms), encoding="utf-8")
    shutil.copyfile(STARTER / "still.webp", folder / "still.webp")
    return folder


def untranslated(languages: Collection[str]) -> list[str]:
    """The languages that the starter has no texts in, so that a new demo begins with English ones."""
    known = yaml.safe_load((STARTER / "demo.yml").read_text(encoding="utf-8"))["title"]
    return [lang for lang in languages if lang not in known]


def described(term: str, languages: Collection[str], terms: Collection[str]) -> str:
    """The starter's `demo.yml` for a term in some languages: those that it does not know get English to
    translate. Links to concepts that are not among the terms become plain words."""
    written = (STARTER / "demo.yml").read_text(encoding="utf-8")
    linked = TERM_LINK.sub(lambda link: link[0] if link[1] in terms else link[2] or link[1], written)
    texts = in_languages(yaml.safe_load(linked), languages)
    dumped = yaml.safe_dump(texts, allow_unicode=True, sort_keys=False, width=1000)
    return f"terms:\n  {term}:  # the demo as it opens; a preset's name would give that state\n{dumped}"


def in_languages(node: Any, languages: Collection[str]) -> Any:
    if not isinstance(node, dict):
        return node
    if FALLBACK in node:
        return {lang: node.get(lang, node[FALLBACK]) for lang in languages}
    return {key: in_languages(value, languages) for key, value in node.items()}

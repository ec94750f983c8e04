"""Old addresses (`docs.php?doc=…`), and the pages they lead to now."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Problem
from ..yamlfile import shown
from .language_build import LanguageBuild, source_of


def old_addresses(build: LanguageBuild, chosen: Mapping[str, str]) -> dict[str, str]:
    """Each old address with the new one in the language of the build.

    Pages and concepts name theirs, and the project may: `chosen` maps old addresses to source paths. Faults
    go to the build's problems.
    """
    addresses = {}
    for slug, claims in _claims(build, chosen).items():
        if len(claims) > 1:
            files = " and ".join(sorted(claims.values()))
            _report(build, files, f"both claim the old address “{slug}”", "let one of them have it")
        addresses[slug] = next(iter(claims))
    return addresses


def _claims(build: LanguageBuild, chosen: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Every old address, with the pages that claim it: new address and file."""
    claims: dict[str, dict[str, str]] = {}
    for page in build.all_pages():
        file = source_of(page)
        slugs = _as_list(page.meta.get("legacy"))
        if concept := build.concept_of(page):
            file, slugs = shown(concept.path), list(concept.legacy)
        for slug in slugs:
            claims.setdefault(slug, {})[page.url] = file
    for slug, path in chosen.items():
        target = build.files.get_file_from_path(path)
        if target is None or target.page is None:
            message = f"the old address “{slug}” leads to {path}, which is not a page"
            _report(build, "mkdocs.yml", message, "name a page, relative to the docs folder")
        else:
            claims.setdefault(slug, {})[target.page.url] = "mkdocs.yml"
    return claims


def _report(build: LanguageBuild, file: str, message: str, fix: str) -> None:
    build.problems.append(Problem(file, 0, "S001", message, fix, lang=build.lang, key="legacy"))


def _as_list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []

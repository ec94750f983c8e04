"""T5xx: rules about what readers of one language get and readers of another do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ..model import Problem
from ..yamlfile import shown
from .reading import HEAD_KEYS, head_keys, page_sources
from .rule import Facts, Finding, rule


class _Page(NamedTuple):
    path: Path
    keys: frozenset[str]  # of its front matter


@rule("T501")
def missing_page(facts: Facts) -> Iterator[Finding]:
    """A page that the site has in some of its languages only; in the others it is foreign, or not there."""
    if facts.project is None:
        return
    built = [lang for lang in facts.project.languages if lang in facts.termbase.languages]
    for name, pages in _pages(facts).items():
        for lang in built:
            if lang not in pages:
                message = f"the page does not exist in {facts.termbase.languages[lang].name}"
                fix = f"write {shown(facts.project.docs / name.replace("{lang}", lang))}"
                where = shown(next(iter(pages.values())).path)
                yield Finding(Problem(where, 1, "T501", message, fix, "warning", lang))


@rule("T502")
def missing_in_head(facts: Facts) -> Iterator[Finding]:
    """A page without a title or description that the same page has in another language."""
    for pages in _pages(facts).values():
        for key in HEAD_KEYS:
            owner = next((page for page in pages.values() if key in page.keys), None)
            for lang, page in pages.items():
                if owner and key not in page.keys:
                    message = f"the page has no {key}, but {owner.path.name} has one"
                    fix = f"write `{key}: …` above the page, between two lines `---`"
                    where = shown(page.path)
                    yield Finding(Problem(where, 1, "T502", message, fix, "warning", lang, key=key))


def _pages(facts: Facts) -> Mapping[str, Mapping[str, _Page]]:
    """The pages by what they are called but for their language, and by language."""
    pages: dict[str, dict[str, _Page]] = defaultdict(dict)
    if (project := facts.project) is None:
        return pages
    for path, source in page_sources(project):
        lang = project.language_of(path, facts.termbase)
        if lang in facts.termbase.languages:
            pages[project.name_of(path, lang)][lang] = _Page(path, head_keys(path, source))
    return pages

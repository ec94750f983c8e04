"""T5xx: rules about what readers of one language get and readers of another do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from yaml.nodes import Node, ScalarNode

from ..model import Problem, Termbase
from ..yamlfile import descend, line_of, shown
from .project import Project
from .reading import HEAD_KEYS, dotted, head_keys, nav_titles
from .rule import Facts, Finding, rule
from .texts import Keys

TRANSLATIONS = "nav_translations"


@rule("T501")
def missing_page(facts: Facts) -> Iterator[Finding]:
    """A page that the site has in some of its languages only; in the others it is foreign, or not there."""
    if facts.project is None:
        return
    built = facts.project.languages(facts.termbase)
    for name, pages in _pages(facts.project, facts.termbase).items():
        for lang in built:
            if lang not in pages:
                message = f"the page does not exist in {facts.termbase.languages[lang].name}"
                fix = f"write {shown(facts.project.docs / name.replace('{lang}', lang))}"
                where = shown(next(iter(pages.values())))
                yield Finding(Problem(where, 1, "T501", message, fix, "warning", lang))


@rule("T502")
def missing_in_head(facts: Facts) -> Iterator[Finding]:
    """A page without a title or description that the same page has in another language."""
    if facts.project is None:
        return
    for pages in _pages(facts.project, facts.termbase).values():
        keys = {path: head_keys(path, facts.project.pages[path]) for path in pages.values()}
        for key in HEAD_KEYS:
            owner = next((path for path in keys if key in keys[path]), None)
            for lang, path in pages.items():
                if owner and key not in keys[path]:
                    message = f"the page has no {key}, but {owner.name} has one"
                    fix = f"write `{key}: …` above the page, between two lines `---`"
                    yield Finding(Problem(shown(path), 1, "T502", message, fix, "warning", lang, key=key))


@rule("T503")
def missing_title(facts: Facts) -> Iterator[Finding]:
    """A title of the navigation that has no translation: readers of the language see another one's words."""
    if (project := facts.project) is None:
        return
    main, built = project.main_language(facts.termbase), project.languages(facts.termbase)
    places = {
        lang: (*keys, TRANSLATIONS)
        for lang, keys, item in project.listed_languages()
        if lang in built and not item.get("nav")
    }
    for title in dict.fromkeys(found.text for found in nav_titles(main, descend(project.node, "nav"), ())):
        lacking = [lang for lang, keys in places.items() if not _text(project.node, *keys, title)]
        # One of the languages is that of the title itself.
        for lang in sorted(lacking, key=lambda lang: lang != main)[1:]:
            yield _untranslated(facts, project, lang, places[lang], title)


def _text(node: Node | None, *keys: str | int) -> str:
    found = descend(node, *keys)
    return found.value if isinstance(found, ScalarNode) else ""


def _untranslated(facts: Facts, project: Project, lang: str, keys: Keys, title: str) -> Finding:
    """That a title is missing among the translations for which `keys` are the place."""
    message = f"the navigation has no {facts.termbase.languages[lang].name} title for “{title}”"
    translations, language = descend(project.node, *keys), descend(project.node, *keys[:-1])
    fix = f"add “{title}: …”" if translations else f"add “{TRANSLATIONS}: {{{title}: …}}”"
    place = translations or language
    where = (shown(project.file), line_of(place) if place else 0)
    return Finding(Problem(*where, "T503", message, fix, "warning", lang, key=dotted((*keys, title))))


def _pages(project: Project, termbase: Termbase) -> Mapping[str, Mapping[str, Path]]:
    """The pages by what they are called but for their language, and by language."""
    pages: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in project.pages:
        lang = project.language_of(path, termbase)
        if lang in termbase.languages:
            pages[project.name_of(path, lang)][lang] = path
    return pages

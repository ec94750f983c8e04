"""What rules are given, what they yield, and where they are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..edits import Edit
from ..links import Linker
from ..model import Concept, Entry, Language, Problem, Term, Termbase
from ..yamlfile import locate, shown
from .project import Project
from .reading import data_texts, entry_texts, page_texts
from .texts import PageText, Text, YamlText

UNUSABLE, LINKED, UNLINKED = "!", "+", "-"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, the text it is in, and the changes that fix it: all of them, or none.

    `span` is where in the file the piece of text stands, if it stands there as one.
    """

    problem: Problem
    text: Text | None = None
    changes: tuple[Change, ...] = ()
    span: tuple[int, int] | None = None

    def edits(self) -> tuple[Edit, ...]:
        """The changes in the file; none if one of them has no place there."""
        if self.text is None:
            return ()
        found = [self.text.edit(change.start, change.end, change.text) for change in self.changes]
        return tuple(edit for edit in found if edit) if all(found) else ()


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """`text` for the prose from `start` to before `end`."""

    start: int
    end: int
    text: str


@dataclass
class Facts:
    """What rules share: the termbase, the texts, and what is worked out from them once.

    `folder` is the one that holds `mkdocs.yml`; without it there are no pages.
    """

    termbase: Termbase
    folder: Path | None = None
    homonyms: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """By language: each form that the terms themselves claim for several concepts; `linkers` fills it in."""

    @cached_property
    def linkers(self) -> dict[str, Linker]:
        linkers = {lang: Linker(self.termbase, lang) for lang in self.termbase.languages}
        for lang, linker in linkers.items():
            linker.find("")  # where no spaces separate words, forms are compared only then
            self.homonyms[lang] = dict(linker.ambiguous)
        return linkers

    @cached_property
    def mention_finders(self) -> dict[str, MentionFinder]:
        return {lang: MentionFinder(self.termbase, lang) for lang in self.termbase.languages}

    @cached_property
    def project(self) -> Project | None:
        return Project(self.folder) if self.folder else None

    @property
    def demos(self) -> Path:
        """The folder of the demos, which may be missing."""
        return self.project.demos if self.project else self.termbase.folder.absolute().parent / "demos"

    @cached_property
    def pages(self) -> tuple[PageText, ...]:
        return tuple(page_texts(self.termbase, self.linkers, self.project)) if self.project else ()

    @cached_property
    def entry_texts(self) -> tuple[YamlText, ...]:
        return tuple(entry_texts(self.termbase, self.linkers))

    @cached_property
    def data_texts(self) -> tuple[YamlText, ...]:
        return tuple(data_texts(self.termbase, self.linkers, self.project))

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        return (*self.entry_texts, *self.pages, *self.data_texts)

    def entries(self) -> Iterator[tuple[Concept, Language, Entry]]:
        for concept in self.termbase.concepts.values():
            for lang, entry in concept.entries.items():
                yield concept, self.termbase.languages[lang], entry

    def named_entries(self) -> Iterator[tuple[Concept, Language, Entry]]:
        """Those that have terms."""
        return (found for found in self.entries() if found[2].terms)


@dataclass(frozen=True, slots=True)
class Mention:
    """A form of a term in a text."""

    start: int
    end: int
    concept: str
    status: str  # UNUSABLE, LINKED, UNLINKED; empty when several concepts claim the form, or a name has it


class MentionFinder(Linker):
    """Finds every term, also those that must not be linked, and says what they are worth."""

    def name(self, concept: Concept, term: Term) -> str:
        status = UNLINKED if term.link is not True else LINKED if term.is_usable else UNUSABLE
        return f"{status}{concept.id}"

    def mentions(self, text: str) -> Iterator[Mention]:
        for match in self._index.find(text):
            yield Mention(match.start, match.end, match.id[1:], match.id[:1])

    def claims(self, form: str) -> tuple[str, ...]:
        """The concepts that would be linked if they did not claim the same form."""
        names = self.ambiguous.get(form.casefold(), ())
        return tuple(sorted({name[1:] for name in names if name.startswith(LINKED)}))


Rule = Callable[[Facts], Iterator[Finding]]

RULES: dict[str, Rule] = {}


def rule(code: str) -> Callable[[Rule], Rule]:
    """List the function as the rule with this code."""

    def register(function: Rule) -> Rule:
        assert code not in RULES
        RULES[code] = function
        return function

    return register


def in_entry(
    code: str, message: str, fix: str, concept: Concept, *keys: str | int, lang: str = ""
) -> Problem:
    """A warning about a key of a concept."""
    key = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    line = locate(concept.path, *((lang,) if lang else ()), *keys)
    return Problem(
        shown(concept.path), line, code, message, fix, severity="warning", lang=lang, id=concept.id, key=key
    )


def in_text(
    code: str, message: str, fix: str, text: Text, start: int, end: int, changes: tuple[Change, ...] = ()
) -> Finding:
    """A warning about a piece of prose."""
    place = text.place(start, end)
    where = (text.lang, text.id, text.key, place.column)
    problem = Problem(shown(text.path), place.line, code, message, fix, "warning", *where)
    return Finding(problem, text, changes, place.span)

"""Works that a concept recommends: which of them a reader is shown, and in which order."""

from __future__ import annotations

from .model import Concept, Language, Source, Termbase


def recommended(termbase: Termbase, concept: Concept, lang: str) -> list[Source]:
    """The works for readers of a language: first those in it, then the others, in the order of the file.

    A work is for the readers that its `readers` names. If it names none, it is for everybody, except that
    one in a language of the site is for the readers of that language, unless it is the reference language:
    few readers of Chinese can use a text in Norwegian.
    """
    works = [termbase.sources[id] for id in concept.further]
    shown = [work for work in works if _is_for(termbase, work, lang)]
    return sorted(shown, key=lambda work: language_of(termbase, work) != lang)


def language_of(termbase: Termbase, work: Source) -> str:
    """The site's language that a work is in, or that readers of its language get; empty if there is none."""
    exact = (code for code, language in termbase.languages.items() if work.lang in _tags(language))
    near = (code for code in termbase.languages if code.split("-")[0] == work.lang.split("-")[0])
    return next(exact, next(near, ""))


def _is_for(termbase: Termbase, work: Source, lang: str) -> bool:
    if work.readers:
        return lang in work.readers.split()
    return language_of(termbase, work) in ("", lang, termbase.reference_language)


def _tags(language: Language) -> tuple[str, ...]:
    return (language.code, language.html, *language.also.split())

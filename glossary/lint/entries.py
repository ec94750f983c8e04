"""T1xx: rules about what concepts say, and how they say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import langcodes

from .. import lengths, order, staleness
from ..languages import has_pinyin
from ..markdown import BARRIER
from ..model import LEVELS, Concept, Language, Problem, Source
from ..yamlfile import locate, shown
from .rule import Change, Facts, Finding, in_entry, in_text, rule
from .texts import Text

# What a definition does not begin with, by Snowball algorithm: it stands in for the term, which has none.
_ARTICLES = {
    "norwegian": re.compile(r"(?:en|ei|et|ein|eit) (?!som\b|av\b|eller\b)", re.IGNORECASE),
    "english": re.compile(r"(?:an?|the) ", re.IGNORECASE),
}
_FULL_STOP = re.compile(r"(?<!\.)\.\Z|[。．]\Z")
_ENDS_WITH_DOT = re.compile(r"\b(?:etc|e\.g|i\.e|osv|m\.m|m\.fl|o\.l|mv|mfl|bl\.a|f\.eks|kl|nr|\w)\.\Z")


@rule("T101")
def missing_pinyin(facts: Facts) -> Iterator[Finding]:
    """A Chinese preferred term without its reading."""
    for concept, language, entry in facts.named_entries():
        if staleness.lacks_pinyin(entry.preferred, language):
            message = f"“{entry.preferred.term}” has no pinyin"
            fix = f"write {{term: {entry.preferred.term}, pinyin: …}}"
            place = ("terms", entry.terms.index(entry.preferred))
            yield Finding(in_entry("T101", message, fix, concept, *place, lang=entry.lang))


@rule("T102")
def missing_gender(facts: Facts) -> Iterator[Finding]:
    """A Norwegian preferred term that is a common noun without a gender."""
    for concept, language, entry in facts.named_entries():
        term = entry.preferred
        if staleness.lacks_gender(term, language):
            fix = "add gender: m, f, m/f or n; or type: proper name, or pos:, if it is no common noun"
            place = ("terms", entry.terms.index(term))
            message = f"“{term.term}” has no gender"
            yield Finding(in_entry("T102", message, fix, concept, *place, lang=entry.lang))


@rule("T103")
def wrong_pinyin(facts: Facts) -> Iterator[Finding]:
    """Pinyin that does not spell the term beside it."""
    for concept, language, entry in facts.entries():
        for index, term in enumerate(entry.terms):
            if has_pinyin(language) and term.pinyin and not order.is_spelled(term.term, term.pinyin):
                fix = f"{term.term} is usually read {order.pinyin_of(term.term)}"
                message = f"“{term.pinyin}” does not spell “{term.term}”"
                yield Finding(in_entry("T103", message, fix, concept, "terms", index, lang=entry.lang))


@rule("T104")
def circular_definition(facts: Facts) -> Iterator[Finding]:
    """A definition that uses the term it defines."""
    for text in (text for text in facts.entry_texts if text.key == "definition"):
        definition, _ = _phrase(text)
        for mention in facts.mention_finders[text.lang].mentions(definition):
            if mention.concept == text.id:
                used = definition[mention.start : mention.end]
                starts = not _without_article(definition, facts, text.lang)[: mention.start].strip()
                message = f"the definition {'begins with' if starts else 'uses'} “{used}”"
                fix = "define it in other words, so that the definition can replace the term"
                concept = facts.termbase.concepts[text.id]
                yield Finding(in_entry("T104", message, fix, concept, "definition", lang=text.lang))
                break


@rule("T105")
def ambiguous_form(facts: Facts) -> Iterator[Finding]:
    """A form that leads to several concepts, and is linked to none."""
    for lang in facts.linkers:
        for form, ids in facts.homonyms[lang].items():
            concept = facts.termbase.concepts[ids[-1]]
            fix = "set `link: false` on the term of all but one, or change its `forms`"
            message = f"“{form}” may mean {' or '.join(ids)}, so it is not linked"
            yield Finding(in_entry("T105", message, fix, concept, "terms", lang=lang))


@rule("T106")
def related_and_broader(facts: Facts) -> Iterator[Finding]:
    """A concept both `related` to another and under it (SKOS S27: neither may be above the other)."""
    for concept in facts.termbase.concepts.values():
        above = set(concept.broader)
        below = {id for id in concept.related if concept.id in facts.termbase.concepts[id].broader}
        for id in concept.related:
            if id in above | below:
                message = f"{id} is related, and {'above' if id in above else 'below'} this concept as well"
                yield Finding(in_entry("T106", message, "remove it from `related`", concept, "related", id))


@rule("T107")
def definition_with_article(facts: Facts) -> Iterator[Finding]:
    """A definition that begins with an article (ISO 704: it is to stand where the term could stand)."""
    for text in facts.entry_texts:
        pattern = _ARTICLES.get(facts.termbase.languages[text.lang].stemmer)
        definition, begin = _phrase(text)
        if text.key == "definition" and pattern and (article := pattern.match(definition)):
            start, end = begin, begin + article.end()
            message = f"the definition begins with the article “{article[0].strip()}”"
            yield in_text("T107", message, "leave it out", text, start, end, (Change(start, end, ""),))


@rule("T108")
def definition_with_full_stop(facts: Facts) -> Iterator[Finding]:
    """A definition that ends like a sentence, although it is to stand inside one."""
    for text in facts.entry_texts:
        definition, begin = _phrase(text)
        stop = _FULL_STOP.search(definition) if text.key == "definition" else None
        if stop and not _ENDS_WITH_DOT.search(definition):
            start, end = begin + stop.start(), begin + stop.end()
            message = "the definition ends with a period"
            yield in_text("T108", message, "leave it out", text, start, end, (Change(start, end, ""),))


@rule("T113")
def summary_of_wrong_length(facts: Facts) -> Iterator[Finding]:
    """A summary that is no short answer, or that leaves half of it out."""
    for text, unit, count in _lengths(facts, "summary"):
        least, most = lengths.SUMMARY[unit]
        if not least <= count <= most:
            message = f"the summary has {lengths.said(count, unit)}"
            fix = f"say in {lengths.summary_range(unit)} what it is and why it matters"
            concept = facts.termbase.concepts[text.id]
            yield Finding(in_entry("T113", message, fix, concept, text.key, lang=text.lang))


@rule("T114")
def long_definition(facts: Facts) -> Iterator[Finding]:
    """A definition too long to stand in a sentence where the term could stand."""
    for text, unit, count in _lengths(facts, "definition"):
        most = lengths.DEFINITION[unit]
        if count > most:
            message = f"the definition has {lengths.said(count, unit)}"
            fix = f"leave to the explanation what more than {most} would say"
            concept = facts.termbase.concepts[text.id]
            yield Finding(in_entry("T114", message, fix, concept, text.key, lang=text.lang))


def _lengths(facts: Facts, key: str) -> Iterator[tuple[Text, str, int]]:
    """The texts under a key, what each is counted in, and how long it is."""
    for text in facts.entry_texts:
        if text.key == key:
            prose = text.prose.replace(BARRIER, "")
            unit = lengths.unit(facts.termbase.languages[text.lang], prose)
            yield text, unit, lengths.length(prose, unit)


@rule("T115")
def unfit_recommendation(facts: Facts) -> Iterator[Finding]:
    """A work to read next that readers cannot safely open, or of which they are not told what awaits them."""
    termbase = facts.termbase
    path = termbase.folder / "sources.yml"
    for id in dict.fromkeys(id for concept in termbase.concepts.values() for id in concept.further):
        for key, message, fix in _unfit(termbase.sources[id]):
            said = f"the source “{id}” is recommended as further reading, {message}"
            line = locate(path, id, key)
            yield Finding(Problem(shown(path), line, "T115", said, fix, "warning", key=f"{id}.{key}"))


def _unfit(work: Source) -> Iterator[tuple[str, str, str]]:
    if urlsplit(work.url).scheme != "https":
        yield "url", "but has no address that begins with https://", "add `url:`, or take it out of `further`"
    if not langcodes.tag_is_valid(work.lang or "-"):
        yield "lang", "but does not say in which language it is", "add `lang:` with a BCP 47 tag, such as en"
    if not work.level:
        yield "level", "but has no level", f"add `level:` with one of: {', '.join(LEVELS)}"


@rule("T110")
def stale_translation(facts: Facts) -> Iterator[Finding]:
    """A text whose reference-language text has changed since the two were compared."""
    termbase, reference = facts.termbase, facts.termbase.reference_language
    for concept, language, entry in facts.entries():
        if staleness.state_of(termbase, concept, entry.lang) is staleness.State.STALE:
            message = (
                f"the {reference} text has changed since this {language.code} text was checked against it"
            )
            fix = _to_accept(concept, language)
            yield Finding(in_entry("T110", message, fix, concept, "basis", lang=entry.lang))


@rule("T111")
def basis_of_reference(facts: Facts) -> Iterator[Finding]:
    """A `basis` where nothing is translated: in the reference language."""
    for concept, _, entry in facts.entries():
        if entry.basis and entry.lang == facts.termbase.reference_language:
            message = f"{entry.lang} is the reference language and follows no other text"
            yield Finding(in_entry("T111", message, "remove `basis`", concept, "basis", lang=entry.lang))


@rule("T112")
def unchecked_translation(facts: Facts) -> Iterator[Finding]:
    """A text that nobody has compared with the reference language, in a termbase where others have been.

    A termbase without a single `basis` does not keep count of that.
    """
    termbase, reference = facts.termbase, facts.termbase.reference_language
    if not any(entry.basis for _, _, entry in facts.entries()):
        return
    for concept, language, entry in facts.entries():
        is_unchecked = staleness.state_of(termbase, concept, entry.lang) is staleness.State.UNCHECKED
        if is_unchecked and concept.named_in(reference):  # else there is nothing to check it against
            message = f"nobody has checked this {language.code} text against the {reference} text yet"
            fix = _to_accept(concept, language)
            yield Finding(in_entry("T112", message, fix, concept, lang=entry.lang))


def _to_accept(concept: Concept, language: Language) -> str:
    command = f"python -m glossary accept {concept.id} --lang {language.code}"
    return f"compare the two, then run “{command}”"


@rule("T120")
def broken_manual_link(facts: Facts) -> Iterator[Finding]:
    """`[[id]]` where no concept has that id. Code is not read, as only Markdown knows what is code."""
    for text in (*facts.entry_texts, *facts.pages):
        if "[[" in text.markdown:
            first = text.line_at(None)
            for problem in (found for found in text.reading.problems if found.code == "T120"):
                line = problem.line if text.is_page or not problem.line else first + problem.line - 1
                yield Finding(replace(problem, line=line, key=text.key), text)


@rule("T122")
def unreadable_formula(facts: Facts) -> Iterator[Finding]:
    """LaTeX that cannot be drawn."""
    for text in (*facts.entry_texts, *facts.pages):
        first = text.line_at(None)
        for problem in (found for found in text.reading.problems if found.code == "T122"):
            line = problem.line if text.is_page or not problem.line else first + problem.line - 1
            yield Finding(replace(problem, line=line, key=text.key), text)


@rule("T121")
def unreadable_text(facts: Facts) -> Iterator[Finding]:
    """A text that Markdown gives up on."""
    for text in facts.texts:
        for problem in text.reading.problems if not text.prose and text.markdown.strip() else ():
            if problem.code == "T121":
                yield Finding(replace(problem, line=text.line_at(None), key=text.key), text)


def _phrase(text: Text) -> tuple[str, int]:
    """A definition as it is read, without what stands around a block, and where in the prose it begins."""
    return text.prose.strip(BARRIER), len(text.prose) - len(text.prose.lstrip(BARRIER))


def _without_article(definition: str, facts: Facts, lang: str) -> str:
    """The definition with as many spaces in place of an article at its beginning."""
    language: Language = facts.termbase.languages[lang]
    pattern = _ARTICLES.get(language.stemmer)
    article = pattern.match(definition) if pattern else None
    return " " * article.end() + definition[article.end() :] if article else definition

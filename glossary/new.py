"""A file for a new concept, with what is to be filled in and what belongs where.

Until it is filled in, `python -m glossary check` names each gap with its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import lengths
from .languages import has_gender, has_pinyin
from .load import ID, ID_FORM
from .model import Language, Termbase
from .schema import FILE

MODELINE = f"# yaml-language-server: $schema=../{FILE}"

_GENDER = "  # Nouns have a gender: [{term: ordet, gender: n}]"
_PINYIN = "  # Pinyin tells how it is read: [{term: 词, pinyin: cí}]"


def path_of(frame: Termbase, id: str) -> Path:
    return frame.folder / "terms" / f"{id}.yml"


def faults(
    frame: Termbase, id: str, subject: str, broader: Sequence[str], reserved: frozenset[str]
) -> Iterator[str]:
    """Why there can be no such concept."""
    from .yamlfile import did_you_mean

    def with_fix(message: str, fix: str) -> str:
        return f"{message}: {fix}" if fix else message

    if not ID.fullmatch(id):
        yield f"“{id}” cannot be an id: {ID_FORM}"
    elif id in reserved:
        yield f"“{id}” is the address of a page of the glossary's own: choose another id"
    elif path_of(frame, id).exists():
        yield f"{path_of(frame, id)} exists already: edit it, or choose another id"
    if subject and subject not in frame.subjects:
        yield with_fix(f"the subject “{subject}” is unknown", did_you_mean(subject, frame.subjects))
    known = [path.stem for path in (frame.folder / "terms").glob("*.yml")]
    for above in broader:
        if above not in known:
            yield with_fix(f"there is no concept “{above}”", did_you_mean(above, known))


def suggested_subject(frame: Termbase, broader: Sequence[str]) -> str:
    """The subject of the concepts above; else the one that most concepts have."""
    files = [path_of(frame, id) for id in broader] or sorted((frame.folder / "terms").glob("*.yml"))
    used = Counter(subject for path in files if (subject := _subject_in(path)) in frame.subjects)
    return used.most_common(1)[0][0] if used else next(iter(frame.subjects))


def _subject_in(path: Path) -> str:
    """The subject a file names, which may have faults elsewhere."""
    lines = path.read_text("utf-8", errors="replace").splitlines()
    return next((line.split(":", 1)[1].split("#")[0].strip() for line in lines if line[:8] == "subject:"), "")


def text(frame: Termbase, subject: str, broader: Sequence[str]) -> str:
    """The file's text: everything that must be filled in is there and empty, the rest is a comment."""
    others = ", ".join(id for id in frame.subjects if id != subject)
    above = f"broader: [{', '.join(broader)}]" if broader else "# broader: []"
    lines = [
        MODELINE,
        f"subject: {subject}" + (f"  # or: {others}" if others else ""),
        f"{above}  # what it is a kind of",
        "# part_of: []  # what it is a part of",
        "# related: []  # what a reader may want to see next",
        "# not_to_be_confused_with: []  # what a reader may take it for",
        "# sources: []  # ids of sources.yml",
        "# further: []  # works to read next: ids of sources.yml that have a level there",
        "# figure:  # a figure that explains it, by the name of its file",
        "# reviewed:  # the day on which somebody last read all of it, as in 2026-11-30",
    ]
    for language in frame.languages.values():
        lines += ["", *_entry(language)]
    return "\n".join(lines) + "\n"


def _entry(language: Language) -> Iterator[str]:
    yield f"{language.code}:  # {language.name}"
    yield "  # The preferred term first, then synonyms; to avoid: {term: …, status: deprecated, note: why}"
    if has_gender(language):
        yield _GENDER
    if has_pinyin(language):
        yield _PINYIN
    yield "  terms: []"
    yield "  # One phrase that can replace the term in running text, without the term itself."
    yield "  definition:"
    in_words = lengths.summary_range(lengths.unit(language))
    yield f"  # summary:  # the short answer to what it is and why it matters, {in_words}"
    yield "  # explanation: |"
    yield "  #   Markdown: first the intuition, then the precise meaning, then where it is used."
    yield "  # example:"

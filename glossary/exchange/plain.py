"""The termbase as nested mappings, lists and texts, shaped like the YAML files.

    {"languages": {code: {name, …}}, "subjects": {id: {code: label}}, "sources": {id: {title, …}},
     "concepts": {id: {"subject": …, "related": […], code: {"terms": [{"term": …}], "definition": …}}},
     "extra": {…}}

Termbase, concepts, languages and terms may each have an `extra` (see `extra.py`).

What has its default value is left out, and so is a status that follows from a term's place in its list:
two concepts say the same if, and only if, their plain data are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from keyword import iskeyword
from pathlib import Path
from typing import Any

from ..languages import usual
from ..load import LINKS, TAG, YES_NO
from ..model import RELATIONS, Concept, Entry, Language, Problem, Source, Term, Termbase
from ..yamlfile import UNPRINTABLE, shown

Data = dict[str, Any]

PARTS = ("languages", "subjects", "sources", "concepts", "extra")
EXTRA = "extra"
CONCEPT_LISTS = (*RELATIONS, "legacy", "sources", "further")
CONCEPT_KEYS = ("subject", *CONCEPT_LISTS, "figure", "reviewed")
ENTRY_TEXTS = ("definition", "summary", "explanation", "example", "basis")
TERM_KEYS = tuple(field.name.rstrip("_") for field in fields(Term) if field.name != EXTRA)
SOURCE_KEYS = tuple(field.name for field in fields(Source) if field.name != "id")
LANGUAGE_KEYS = tuple(field.name for field in fields(Language) if field.name not in ("code", "text"))
# Values that are yes or no, with what they are when nothing is said.
FLAGS = {f.name: f.default for f in (*fields(Term), *fields(Language)) if isinstance(f.default, bool)}
# What holds of languages about which nothing is known.
_HANDLED = {
    f.name: f.default for f in fields(Language) if f.name in ("order", "alphabet", "stemmer", "segment")
}

MAX_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that an import decided, which is no fault: `what`, the same for all of a kind, and where."""

    what: str
    detail: str = ""
    id: str = ""
    lang: str = ""
    line: int = 0


@dataclass
class Incoming:
    """What a file to be imported says, and what is wrong with it."""

    path: Path
    data: Data = field(default_factory=lambda: {part: {} for part in PARTS})
    complete: bool = True  # written by us: what it does not say is not so; otherwise it merely adds
    lenient: bool = False  # of others, or in a form that others read: what is odd is settled, and said
    wins: bool = False  # a translation that comes back: its preferred term is the one to prefer
    tagged: bool = False  # whether languages go by tags that are to come out again
    invented: set[str] = field(default_factory=set)  # ids that the file does not give
    tags: dict[str, str] = field(default_factory=dict)  # codes that the file has for its language tags
    source: str = ""  # the file's own main language, where it names one
    problems: list[Problem] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # ours → the file's, where they are not the same
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)  # (id[, language[, key]]) → line
    # What `extra` calls the subject, and what of that an export says by itself, of its labels by tag.
    subject_in_extra: tuple[str, Callable[[Mapping[str, str]], list[str]]] | None = None
    find_lines: Callable[[], Mapping[tuple[str, ...], int]] | None = None  # asked only if there is a fault

    def report(
        self,
        code: str,
        message: str,
        fix: str = "",
        *,
        line: int = 0,
        lang: str = "",
        id: str = "",
        key: str = "",
    ) -> None:
        message, fix, lang, id, key = map(_shown_text, (message, fix, lang, id, key))
        self.problems.append(Problem(shown(self.path), line, code, message, fix, lang=lang, id=id, key=key))

    def decide(self, what: str, detail: str = "", *, id: str = "", lang: str = "", line: int = 0) -> None:
        what, detail, id, lang = map(_shown_text, (what, detail, id, lang))
        self.decisions.append(Decision(what, detail, id, lang, line))

    def line_of(self, id: str, lang: str = "", key: str = "") -> int:
        """Where the file says something: as exactly as is known."""
        if self.find_lines:
            self.lines.update(self.find_lines())
            self.find_lines = None
        tags = (tag for tag, code in self.tags.items() if code == lang)
        raw = self.ids.get(id, id)
        places = [(raw, tag, key.partition(".")[0]) for tag in (lang, *tags)]
        known = (place[:end] for end in (3, 2, 1) for place in places if place[:end] in self.lines)
        return self.lines.get(next(known, ()), 0)

    def part(self, name: str) -> Data:
        part: Data = self.data[name]
        return part


def _shown_text(text: str) -> str:
    """Text of a file as a terminal may show it: without what moves the cursor or turns the line around."""
    return UNPRINTABLE.sub("\ufffd", text)[:300]


def entry_keys(concept: Mapping[str, Any]) -> list[str]:
    """The languages of a concept: the keys that hold more keys."""
    return [key for key, value in concept.items() if isinstance(value, dict) and key != EXTRA]


def of_termbase(termbase: Termbase) -> Data:
    return {
        "languages": {code: of_language(language) for code, language in termbase.languages.items()},
        "subjects": {id: dict(subject.labels) for id, subject in termbase.subjects.items()},
        "sources": {id: of_source(source) for id, source in termbase.sources.items()},
        "concepts": {id: of_concept(concept) for id, concept in termbase.concepts.items()},
        "extra": thawed(termbase.extra),
    }


def thawed(value: Any) -> Any:
    """The same as dicts and lists, which can be written and changed."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return list(map(thawed, value)) if isinstance(value, list | tuple) else value


def of_language(language: Language) -> Data:
    data = _without_defaults(language, LANGUAGE_KEYS)
    known = usual(language.code)
    if language.html == language.code == known["html"]:
        data.pop("html")
    for key, default in _HANDLED.items():  # what is usual need not be said, and what is not must be
        data.pop(key, None)
        if (value := getattr(language, key)) != known.get(key, default):
            data[key] = value
    if language.text:
        data["text"] = dict(language.text)
    return data


def of_source(source: Source) -> Data:
    return _without_defaults(source, SOURCE_KEYS)


def of_concept(concept: Concept) -> Data:
    data = {key: value for key, value in _without_defaults(concept, CONCEPT_KEYS).items() if value}
    entries = {code: of_entry(entry) for code, entry in concept.entries.items()}
    return data | entries | _extra_of(concept)


def of_entry(entry: Entry) -> Data:
    terms = [of_term(term, place) for place, term in enumerate(entry.terms)]
    return ({"terms": terms} if terms else {}) | _without_defaults(entry, ENTRY_TEXTS) | _extra_of(entry)


def of_term(term: Term, place: int) -> Data:
    data = _without_defaults(term, TERM_KEYS)
    data["status"] = term.status
    return without_implied_status(data, place) | _extra_of(term)


def _extra_of(item: Concept | Entry | Term) -> Data:
    return {EXTRA: thawed(item.extra)} if item.extra else {}


def implied_status(place: int) -> str:
    """The status of a term that states none: the first one of a language is preferred."""
    return "admitted" if place else "preferred"


def without_implied_status(data: Data, place: int) -> Data:
    return {key: value for key, value in data.items() if key != "status" or value != implied_status(place)}


def with_status(terms: Iterable[Data]) -> Iterator[tuple[str, Data]]:
    """Each term with its status, whether stated or following from its place."""
    for place, term in enumerate(terms):
        yield term.get("status", implied_status(place)), term


def _without_defaults(item: object, keys: Iterable[str]) -> Data:
    """Values that differ from their default; tuples become lists, without repetitions, which say nothing."""
    defaults = {f.name: f.default for f in fields(item)}  # type: ignore[arg-type]
    found = {}
    for key in keys:
        name = f"{key}_" if iskeyword(key) else key
        value = getattr(item, name)
        if defaults[name] is MISSING or value != defaults[name]:
            found[key] = list(dict.fromkeys(value)) if isinstance(value, tuple) else value
    return found


def tidy(data: Data) -> Data:
    """The same data with the white space that the loader would leave, and nothing that is empty."""
    return {
        part: tidy_extra(entries) or {}
        if part == EXTRA
        else {id: _tidy_value(value) for id, value in entries.items()}
        for part, entries in data.items()
    }


def tidy_extra(value: Any) -> Any:
    """Texts without space around them, and nothing that is empty; its shape is its author's."""
    if isinstance(value, Mapping):
        tidied = {str(name): tidy_extra(item) for name, item in value.items()}
        return {name: item for name, item in tidied.items() if item not in ("", [], {}, None)}
    if isinstance(value, list | tuple):
        return [item for item in map(tidy_extra, value) if item not in ("", [], {}, None)]
    return None if value is None else as_text(value).strip()


def _tidy_value(value: Any, key: str = "", *, is_word: bool = False) -> Any:
    if key == EXTRA:
        return tidy_extra(value)
    if isinstance(value, Mapping):
        tidied = {str(n): _tidy_value(item, str(n), is_word=key == "text") for n, item in value.items()}
        return {name: item for name, item in tidied.items() if item not in ("", [], {}, None)}
    if isinstance(value, list | tuple):
        if key == "terms":
            return [tidy_term(item, place) for place, item in enumerate(value)]
        return list(dict.fromkeys(as_text(item).strip() for item in value if item not in ("", None)))
    if key in FLAGS:
        written = str(value).strip().lower()
        flag = LINKS.get(written, YES_NO.get(written, value)) if key == "link" else YES_NO.get(written, value)
        return None if flag == FLAGS[key] else flag
    if value is None:
        return None
    text = as_text(value).strip()
    if is_word and text:
        return as_text(value).strip("\n")  # the space around a word of the interface is part of it
    return " ".join(text.split()) if key == "term" else text


def clean(text: str, key: str = "") -> str:
    """A text of others as ours are: without control characters, or white space around it."""
    text = UNPRINTABLE.sub("", text)
    return " ".join(text.split()) if key == "term" else text.strip()


def as_text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def tidy_term(item: Any, place: int) -> Data:
    data = item if isinstance(item, Mapping) else {"term": item}
    return without_implied_status(_tidy_value(data), place)


def language_tags(languages: Mapping[str, Data]) -> dict[str, str]:
    """A BCP 47 tag for each language, no two of them alike: `html` where that serves, else the code."""
    tags: dict[str, str] = {}
    taken = {code.lower() for code in languages}
    for code, language in languages.items():
        tag = language.get("html") or usual(code).get("html", code)
        if tag.lower() != code.lower():
            tag = code if tag.lower() in taken or not TAG.fullmatch(tag) else tag
        tags[code] = tag
        taken.add(tag.lower())
    return tags

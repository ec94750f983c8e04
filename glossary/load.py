"""From YAML files to a `Termbase`, or to every fault in them at once.

    termbase = load(Path("glossary"))

MkDocs calls it several times per build, and again on every save under `mkdocs serve`: files whose content has
not changed are not parsed again, and an unchanged folder gives back the same object.
"""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

import snowballstemmer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from . import numbers
from .model import (
    GENDERS,
    POS,
    RELATIONS,
    SEGMENTS,
    STATUSES,
    TYPES,
    Concept,
    Entry,
    Language,
    Problem,
    Source,
    Subject,
    Term,
    Termbase,
    TermbaseError,
)
from .order import ORDERS
from .yamlfile import Reader, did_you_mean, join, line_of, locate, shown

CODES = {
    "T001": "A file cannot be read.",
    "T002": "A file is larger than one megabyte.",
    "T003": "A file is not UTF-8.",
    "T004": "A text contains a control character.",
    "T005": "A file is empty.",
    "T006": "A file does not consist of `key: value` lines.",
    "T007": "A value is of the wrong kind: a list where a text belongs, or the other way around.",
    "T008": "A key is given twice.",
    "T009": "A key is unknown.",
    "T010": "A file is not valid YAML.",
    "T011": "A file uses YAML anchors, aliases or tags, or is nested too deeply.",
    "T012": "A text contains more brackets than Markdown can process in reasonable time.",
    "T020": "A file name cannot be used as a concept's id.",
    "T021": "A concept lacks one of the site's languages.",
    "T022": "A language is not listed in `languages.yml`.",
    "T023": "A language has no term.",
    "T024": "A language has no definition.",
    "T025": "A value is not one of those allowed.",
    "T026": "A language does not have exactly one preferred term.",
    "T027": "A concept gives the same term twice in one language.",
    "T028": "Something that is required is missing.",
    "T030": "A subject is unknown.",
    "T031": "A relation leads to a concept that does not exist.",
    "T032": "A source is not listed in `sources.yml`.",
    "T033": "A concept is related to itself.",
    "T034": "Relations form a circle.",
    "T035": "Two concepts share a term in one language.",
    "T036": "Two concepts claim the same old address.",
    "T037": "More than one language is marked as the reference.",
}

ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
ID_FORM = "use lower-case letters a–z, digits and single hyphens, a letter first"
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_LISTS = (*RELATIONS, "legacy", "sources")
# Markdown looks for the end of each bracket as far as the end of the text.
_MAX_BRACKETS = 1000
_CONCEPT_KEYS = ("subject", *_LISTS)
_ENTRY_KEYS = ("terms", "definition", "explanation", "example", "basis")
_TERM_KEYS = tuple(field.name for field in fields(Term))
_SOURCE_KEYS = tuple(field.name for field in fields(Source) if field.name != "id")
_LANGUAGE_KEYS = tuple(field.name for field in fields(Language) if field.name != "code")
_FORMER_LANGUAGE_KEYS = ("search",)  # for a search engine that is gone; files that have them still load
_STEMMERS = ("", *snowballstemmer.algorithms())
CHOICES = {"status": STATUSES, "gender": GENDERS, "type": TYPES, "pos": POS}
YES_NO = {"true": True, "yes": True, "false": False, "no": False}

_CACHED_FOLDERS = 4
_concepts: dict[Path, tuple[bytes, Concept]] = {}  # file → what its content was, and what it meant
_termbases: dict[Path, tuple[bytes, Termbase]] = {}  # folder → the same for all its files


def load(folder: Path) -> Termbase:
    """Read `languages.yml`, `subjects.yml`, `sources.yml` and `terms/*.yml` below `folder`.

    Raises TermbaseError with every fault found; each names file, line, key and language, and says what to do.
    """
    folder = Path(folder)
    problems: list[Problem] = []
    contents = _read_all(_files(folder, problems), problems)
    if problems:
        # Files that can be read may have faults of their own: report these in the same run.
        _parse(folder, contents, problems)
        raise TermbaseError(problems)
    digest = _digest(*(part for path, content in contents.items() for part in (str(path).encode(), content)))
    cached = _termbases.get(folder.absolute())
    if cached and cached[0] == digest:
        return cached[1]
    with _collector_paused():
        termbase = _parse(folder, contents, problems)
    if termbase is None or problems:
        raise TermbaseError(problems)
    _remember(folder.absolute(), digest, termbase)
    return termbase


def load_frame(folder: Path) -> Termbase:
    """The termbase without its concepts: what every concept needs, even while some have faults.

    Raises TermbaseError with every fault of `languages.yml`, `subjects.yml` and `sources.yml`.
    """
    problems: list[Problem] = []
    contents = _read_all(_frame_files(folder, problems), problems)
    frame = _parse(folder, contents, problems)
    if frame is None or problems:
        raise TermbaseError(problems)
    return frame


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of short-lived nodes would make the collector walk the whole termbase again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _remember(folder: Path, digest: bytes, termbase: Termbase) -> None:
    _termbases[folder] = (digest, termbase)
    paths = {concept.path.absolute() for concept in termbase.concepts.values()}
    for gone in [path for path in _concepts if path.parent.parent == folder and path not in paths]:
        del _concepts[gone]
    if len(_termbases) > _CACHED_FOLDERS:
        oldest = next(iter(_termbases))
        del _termbases[oldest]
        for path in [path for path in _concepts if path.parent.parent == oldest]:
            del _concepts[path]


def _read_all(paths: Iterable[Path], problems: list[Problem]) -> dict[Path, bytes]:
    """The content of every file of the termbase, in a fixed order."""
    contents: dict[Path, bytes] = {}
    for path in paths:
        reader = Reader(path)
        content = reader.content()
        problems += reader.problems
        if content is not None:
            contents[path] = content
    return contents


def _files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    yield from _frame_files(folder, problems)
    yield from _term_files(folder, problems)


def _frame_files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    for name in ("languages.yml", "subjects.yml", "sources.yml"):
        path = folder / name
        if path.exists():
            yield path
        elif name != "sources.yml":
            problems.append(Problem(shown(path), 0, "T001", "the file is missing", f"create {name}"))


def _term_files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    terms = sorted(path for path in (folder / "terms").rglob("*.y*ml") if not path.name.startswith("."))
    if not terms:
        fix = "create <id>.yml there, one file per concept"
        problems.append(
            Problem(shown(folder / "terms"), 0, "T001", "there is no concept in this folder", fix)
        )
    for path in terms:
        if path.suffix != ".yml" or path.parent != folder / "terms":
            fix = f"move it to {shown(folder / 'terms' / path.stem)}.yml"
            problems.append(Problem(shown(path), 0, "T020", "a concept's file is terms/<id>.yml", fix))
        else:
            yield path


def _digest(*parts: bytes) -> bytes:
    hashed = blake2b(digest_size=16)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.digest()


def _parse(folder: Path, contents: Mapping[Path, bytes], problems: list[Problem]) -> Termbase | None:
    """Everything the files say; what is wrong goes into `problems`. None when there are no languages."""
    before = len(problems)
    languages = _languages(folder / "languages.yml", contents, problems)
    if len(problems) > before or not languages:
        # No concept can be judged without them, but its YAML can.
        for path, content in contents.items():
            problems += _syntax_faults(path, content) if path.name != "languages.yml" else []
        return None
    subjects = _subjects(folder / "subjects.yml", contents, tuple(languages), problems)
    sources = _sources(folder / "sources.yml", contents, problems)
    concepts: dict[str, Concept] = {}
    for path, content in contents.items():
        if path.parent.name == "terms" and (concept := _concept(path, content, tuple(languages), problems)):
            concepts[concept.id] = concept
    # A file that could not be read is still there to be referred to.
    ids = {path.stem: path for path in contents if path.parent.name == "terms"}
    termbase = Termbase(
        folder,
        MappingProxyType(languages),
        MappingProxyType(subjects),
        MappingProxyType(sources),
        MappingProxyType(concepts),
    )
    problems += _faults_across_files(termbase, ids)
    return termbase


def _languages(path: Path, contents: Mapping[Path, bytes], problems: list[Problem]) -> dict[str, Language]:
    reader = Reader(path)
    languages: dict[str, Language] = {}
    for code, (key_node, node) in _top_level(reader, contents).items():
        if not LANGUAGE.fullmatch(code):
            fix = "use a BCP 47 code such as nb, en or zh-Hans"
            reader.at(key_node, "T022", f"“{code}” is not a language code", fix, key=code)
            continue
        values = reader.mapping(node, (*_LANGUAGE_KEYS, *_FORMER_LANGUAGE_KEYS), code)
        values = {name: value for name, value in values.items() if name in _LANGUAGE_KEYS}
        words = _words(reader, values.pop("text")[1], f"{code}.text") if "text" in values else {}
        texts = {name: reader.text(value, f"{code}.{name}") for name, (_, value) in values.items()}
        reference = _is_reference(reader, values, code, texts.pop("reference", ""), languages)
        for name, allowed in (("order", tuple(ORDERS)), ("stemmer", _STEMMERS), ("segment", SEGMENTS)):
            if name in texts and texts[name] not in allowed:
                _not_allowed(reader, values[name][1], f"{code}.{name}", texts[name], allowed)
        if texts.get("locale") and not numbers.is_known(texts["locale"]):
            fix = "name one of CLDR's, such as pt_BR, or remove the key"
            message = f"there is no locale “{texts['locale']}”"
            reader.at(values["locale"][1], "T025", message, fix, key=f"{code}.locale")
        if not texts.get("name"):
            fix = f"write `name:` with what {code} is called in the language itself"
            reader.at(key_node, "T028", f"the language {code} has no name", fix, key=code)
        languages[code] = Language(
            code,
            **({"name": code, "html": code} | texts),
            reference=reference,
            text=MappingProxyType(words),
        )
    if not languages and not reader.problems and path in contents:
        reader.report("T028", "no language is listed", "write `en: {name: English}`, say", line=1)
    problems += reader.problems
    return languages


def _is_reference(
    reader: Reader,
    values: Mapping[str, tuple[Node, Node]],
    code: str,
    written: str,
    before: Mapping[str, Language],
) -> bool:
    """Whether a language is marked `reference: true`, as at most one may be."""
    if not written:
        return False
    if written.lower() not in YES_NO:
        _not_allowed(reader, values["reference"][1], f"{code}.reference", written, ("true", "false"))
    marked = YES_NO.get(written.lower(), False)
    if first := next((other for other, language in before.items() if language.reference and marked), None):
        message = f"{code} and {first} cannot both be what the others are translated from"
        reader.at(values["reference"][0], "T037", message, "mark one of them", key=f"{code}.reference")
    return marked


def _subjects(
    path: Path, contents: Mapping[Path, bytes], languages: tuple[str, ...], problems: list[Problem]
) -> dict[str, Subject]:
    reader = Reader(path)
    subjects = {}
    for id, (key_node, node) in _top_level(reader, contents).items():
        _check_id(reader, key_node, id)
        labels = _text_map(reader, node, id)
        for code in labels.keys() - set(languages):
            fix = did_you_mean(code, languages)
            reader.at(key_node, "T022", f"the language “{code}” is not in languages.yml", fix, key=id)
        for code in languages:
            if not labels.get(code):
                reader.at(
                    key_node, "T028", f"the subject “{id}” has no label in {code}", f"add `{code}:`", key=id
                )
        subjects[id] = Subject(id, MappingProxyType(labels))
    problems += reader.problems
    return subjects


def _sources(path: Path, contents: Mapping[Path, bytes], problems: list[Problem]) -> dict[str, Source]:
    reader = Reader(path)
    sources = {}
    for id, (key_node, node) in _top_level(reader, contents).items():
        _check_id(reader, key_node, id)
        values = reader.mapping(node, _SOURCE_KEYS, id)
        texts = {name: reader.text(value, f"{id}.{name}") for name, (_, value) in values.items()}
        if not texts.get("title"):
            reader.at(key_node, "T028", f"the source “{id}” has no title", "add `title:`", key=id)
        if texts.get("url") and not re.match(r"https?://[^\s\"'<>]+$", texts["url"]):
            reader.at(values["url"][1], "T025", f"“{texts['url']}” is not a web address", key=f"{id}.url")
        sources[id] = Source(id, **({"title": id} | texts))
    problems += reader.problems
    return sources


def _top_level(reader: Reader, contents: Mapping[Path, bytes]) -> dict[str, tuple[Node, Node]]:
    """A file's top-level keys, all of them the author's own; nothing when the file is missing or not YAML."""
    content = contents.get(reader.path)
    root = reader.root(content) if content is not None else None
    return reader.mapping(root, ()) if root is not None else {}


def _check_id(reader: Reader, key_node: Node, id: str) -> None:
    if not ID.fullmatch(id):
        reader.at(key_node, "T025", f"“{id}” cannot be an id", f"{ID_FORM}: goodfellow-2014", key=id)


def _text_map(reader: Reader, node: Node, key: str) -> dict[str, str]:
    return {
        name: reader.text(value, f"{key}.{name}")
        for name, (_, value) in reader.mapping(node, (), key).items()
    }


def _words(reader: Reader, node: Node, key: str) -> dict[str, str]:
    """Words of the interface: the space around one is part of it, as in `comma: ', '`."""
    return {
        name: reader.text(value, f"{key}.{name}") and value.value.strip("\n")
        for name, (_, value) in reader.mapping(node, (), key).items()
    }


def _not_allowed(reader: Reader, node: Node, key: str, value: str, allowed: tuple[str, ...]) -> None:
    reader.at(node, "T025", f"“{value}” is not allowed here", did_you_mean(value, allowed), key=key)


def _concept(
    path: Path, content: bytes, languages: tuple[str, ...], problems: list[Problem]
) -> Concept | None:
    """One file's concept, from the cache when its content was seen before; None when it has faults."""
    digest = _digest(content, *(code.encode() for code in languages))
    cached = _concepts.get(path.absolute())
    if cached and cached[0] == digest and cached[1].path == path:
        return cached[1]
    reader = Reader(path, id=path.stem)
    if not ID.fullmatch(path.stem):
        fix = f"{ID_FORM}: latent-space.yml"
        reader.report("T020", f"“{path.name}” cannot be the id of a concept", fix)
    root = reader.root(content)
    concept = _read_concept(reader, root, languages) if root is not None else None
    if reader.problems:
        problems += reader.problems
    elif concept:
        _concepts[path.absolute()] = (digest, concept)
    return concept


def _read_concept(reader: Reader, root: MappingNode, languages: tuple[str, ...]) -> Concept:
    values = reader.mapping(root, ())
    entries = {}
    for name, (key_node, node) in values.items():
        if name in languages:
            entries[name] = _read_entry(reader, name, key_node, node)
        elif name not in _CONCEPT_KEYS:
            _unknown_key(reader, name, key_node, languages)
    lists = {name: reader.texts(values[name][1], name) for name in _LISTS if name in values}
    subject = reader.text(values["subject"][1], "subject") if "subject" in values else ""
    if not subject and not _is_reported(values, "subject"):
        line = line_of(values["subject"][0]) if "subject" in values else 1
        reader.report(
            "T028", "the concept has no subject", "add `subject:` with an id from subjects.yml", line=line
        )
    for code in languages:
        if code not in entries:
            fix = f"add a `{code}:` block with terms and a definition"
            reader.lang = code
            reader.report("T021", f"the language {code} is missing", fix, line=1)
            reader.lang = ""
    for slug in lists.get("legacy", ()):
        if not SLUG.fullmatch(slug):
            fix = "use letters, digits, hyphens, dots and underscores"
            reader.at(
                values["legacy"][1], "T025", f"“{slug}” cannot be part of an address", fix, key="legacy"
            )
    ordered = {code: entries[code] for code in languages if code in entries}
    return Concept(reader.id, reader.path, subject, MappingProxyType(ordered), **lists)


def _unknown_key(reader: Reader, name: str, key_node: Node, languages: tuple[str, ...]) -> None:
    known = (*_CONCEPT_KEYS, *languages)
    if name == "demo":
        fix = f"remove it, and name {reader.id} among the `terms` of the demo's demo.yml"
        reader.at(key_node, "T009", "a concept no longer names its demo", fix, key=name)
    elif LANGUAGE.fullmatch(name) and len(name.split("-")[0]) == 2:
        fix = f"add it there, or use one of: {', '.join(languages)}"
        reader.at(key_node, "T022", f"the language “{name}” is not in languages.yml", fix, key=name)
    else:
        reader.at(key_node, "T009", f"unknown key “{name}”", did_you_mean(name, known), key=name)


def _read_entry(reader: Reader, lang: str, key_node: Node, node: Node) -> Entry:
    reader.lang = lang
    values = reader.mapping(node, _ENTRY_KEYS)
    texts = {name: reader.text(value, name) for name, (_, value) in values.items() if name != "terms"}
    for name in ("explanation", "example"):
        if (brackets := _brackets(texts.get(name, ""))) > _MAX_BRACKETS:
            message = f"the text holds {brackets:,} opening brackets"
            reader.at(values[name][1], "T012", message, f"keep them below {_MAX_BRACKETS:,}", key=name)
    terms: tuple[Term, ...] = ()
    if "terms" in values:
        terms = _read_terms(reader, *values["terms"])
    elif isinstance(node, MappingNode):
        reader.at(key_node, "T023", "no terms are given", "add `terms: [the term]`", key="terms")
    if (
        isinstance(node, MappingNode)
        and not texts.get("definition")
        and not _is_reported(values, "definition")
    ):
        at = values["definition"][0] if "definition" in values else key_node
        fix = "write one phrase that can replace the term in running text"
        reader.at(at, "T024", "the definition is missing", fix, key="definition")
    reader.lang = ""
    return Entry(lang, terms, **({"definition": ""} | texts))


def _brackets(text: str) -> int:
    return text.count("[") + text.count("<")


def _is_reported(values: Mapping[str, tuple[Node, Node]], key: str) -> bool:
    """Whether a text is missing because it is no text, which has been said already."""
    return key in values and not isinstance(values[key][1], ScalarNode)


def _read_terms(reader: Reader, key_node: Node, node: Node) -> tuple[Term, ...]:
    if not isinstance(node, SequenceNode):
        value = node.value if isinstance(node, ScalarNode) and node.value else "the term"
        reader.at(node, "T007", "expected a list of terms", f"write `terms: [{value}]`", key="terms")
        return ()
    terms: list[Term] = []
    for index, item in enumerate(node.value):
        status = "admitted" if terms else "preferred"
        if term := _read_term(reader, item, f"terms[{index}]", status):
            if term.term in {other.term for other in terms}:
                fix = "keep one of them"
                reader.at(item, "T027", f"“{term.term}” is given twice", fix, key=f"terms[{index}]")
            terms.append(term)
    preferred = [term.term for term in terms if term.status == "preferred"]
    if not node.value:
        reader.at(
            key_node, "T023", "the list of terms is empty", "write the term between the brackets", key="terms"
        )
    elif len(preferred) != 1 and len(terms) == len(node.value):
        named = " and ".join(f"“{term}”" for term in preferred) or "none"
        fix = "mark exactly one term `status: preferred`, or leave the first one unmarked"
        reader.at(
            key_node, "T026", f"a language has one preferred term, this one has {named}", fix, key="terms"
        )
    return tuple(terms)


def _read_term(reader: Reader, node: Node, key: str, status: str) -> Term | None:
    """A bare string, or a mapping with `term` and what else is known of it; None when it has no text."""
    if isinstance(node, ScalarNode):
        text = _term_text(reader, node, key)
        return Term(text, status) if text else None
    values = reader.mapping(node, _TERM_KEYS, key)
    text = _term_text(reader, values["term"][1], f"{key}.term") if "term" in values else ""
    if "term" not in values and isinstance(node, MappingNode):
        reader.at(node, "T023", "an item of the list has no `term`", "write {term: the term, …}", key=key)
    details = {"status": status} | _term_details(reader, values, key)
    return Term(text, **details) if text else None  # type: ignore[arg-type]


def _term_text(reader: Reader, node: Node, key: str) -> str:
    text = reader.text(node, key)
    if isinstance(node, ScalarNode) and not text:
        reader.at(node, "T023", "the term is empty", "write the term, or remove the item", key=key)
    return " ".join(text.split())


def _term_details(
    reader: Reader, values: Mapping[str, tuple[Node, Node]], key: str
) -> dict[str, str | bool | tuple[str, ...]]:
    details: dict[str, str | bool | tuple[str, ...]] = {}
    for name, (_, node) in values.items():
        where = join(key, name)
        if name == "forms":
            details[name] = reader.texts(node, where)
        elif name != "term" and (value := reader.text(node, where)):
            allowed = CHOICES.get(name, ("true", "false") if name == "link" else ())
            if allowed and value not in allowed and not (name == "link" and value.lower() in YES_NO):
                _not_allowed(reader, node, where, value, allowed)
            else:
                details[name] = YES_NO[value.lower()] if name == "link" else value
    return details


def _syntax_faults(path: Path, content: bytes) -> list[Problem]:
    reader = Reader(path, id=path.stem if path.parent.name == "terms" else "")
    reader.root(content)
    return reader.problems


def _faults_across_files(termbase: Termbase, ids: Mapping[str, Path]) -> Iterator[Problem]:
    for concept in termbase.concepts.values():
        yield from _unknown_references(termbase, concept, ids)
    for relation in ("broader", "part_of"):
        yield from _cycles(termbase, relation)
    yield from _shared_terms(termbase)
    yield from _shared_slugs(termbase)


def _fault(concept: Concept, code: str, message: str, fix: str, *keys: str | int, lang: str = "") -> Problem:
    key = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    line = locate(concept.path, *((lang,) if lang else ()), *keys)
    return Problem(shown(concept.path), line, code, message, fix, lang=lang, id=concept.id, key=key)


def _unknown_references(termbase: Termbase, concept: Concept, ids: Mapping[str, Path]) -> Iterator[Problem]:
    if concept.subject and concept.subject not in termbase.subjects:
        fix = did_you_mean(concept.subject, termbase.subjects) or "add it to subjects.yml"
        yield _fault(concept, "T030", f"the subject “{concept.subject}” is unknown", fix, "subject")
    for relation in RELATIONS:
        for target in getattr(concept, relation):
            if target == concept.id:
                fix = "remove it"
                yield _fault(concept, "T033", f"the concept is {relation} to itself", fix, relation, target)
            elif target not in ids:
                fix = did_you_mean(target, ids) or f"create {target}.yml, or remove it"
                yield _fault(concept, "T031", f"there is no concept “{target}”", fix, relation, target)
    for source in concept.sources:
        if source not in termbase.sources:
            yield _unknown_source(termbase, concept, source, "sources", source)
    for lang, entry in concept.entries.items():
        for index, term in enumerate(entry.terms):
            if term.source and term.source not in termbase.sources:
                yield _unknown_source(termbase, concept, term.source, "terms", index, "source", lang=lang)


def _unknown_source(
    termbase: Termbase, concept: Concept, source: str, *keys: str | int, lang: str = ""
) -> Problem:
    fix = did_you_mean(source, termbase.sources) or "add it to sources.yml"
    return _fault(concept, "T032", f"the source “{source}” is unknown", fix, *keys, lang=lang)


def _cycles(termbase: Termbase, relation: str) -> Iterator[Problem]:
    """Every circle that following `relation` runs into, told once, from its first concept in the alphabet."""
    finished: set[str] = set()
    for start in termbase.concepts:
        path: dict[str, None] = {}
        stack = [(start, 0)]
        while stack:  # depth first without recursion: a chain may be as long as the termbase
            id, depth = stack.pop()
            while len(path) > depth:
                finished.add(path.popitem()[0])
            if id in path:
                ring = list(path)
                yield _cycle(termbase, relation, ring[ring.index(id) :])
            elif id not in finished and id in termbase.concepts:
                path[id] = None
                targets = getattr(termbase.concepts[id], relation)
                stack += [(target, depth + 1) for target in reversed(targets) if target != id]
        finished.update(path)


def _cycle(termbase: Termbase, relation: str, ring: list[str]) -> Problem:
    first = ring.index(min(ring))
    ring = ring[first:] + ring[:first]
    named = " → ".join([*ring, ring[0]])
    concept = termbase.concepts[ring[0]]
    return _fault(
        concept,
        "T034",
        f"`{relation}` goes round in a circle: {named}",
        "remove one of these",
        relation,
        ring[1],
    )


def _shared_terms(termbase: Termbase) -> Iterator[Problem]:
    """A term leads to one concept: of two homonyms, all but one must say `link: false`."""
    for lang in termbase.languages:
        owners: dict[str, list[tuple[Concept, int, Term]]] = defaultdict(list)
        for concept in termbase.concepts.values():
            for index, term in enumerate(concept.entries[lang].terms if lang in concept.entries else ()):
                if term.is_usable and term.link:
                    owners[term.text_key].append((concept, index, term))
        for sharing in owners.values():
            first, _, _ = sharing[0]
            for concept, index, term in sharing[1:]:
                if concept is not first:
                    yield _shared_term(lang, sharing[0], (concept, index, term))


def _shared_term(lang: str, first: tuple[Concept, int, Term], second: tuple[Concept, int, Term]) -> Problem:
    (one, one_index, _), (two, two_index, term) = first, second
    line = locate(one.path, lang, "terms", one_index)
    message = f"“{term.term}” is also a term of {one.id} ({shown(one.path)}:{line})"
    fix = "choose another term, or, if both are right, set `link: false` on one of them"
    return _fault(two, "T035", message, fix, "terms", two_index, lang=lang)


def _shared_slugs(termbase: Termbase) -> Iterator[Problem]:
    owners: dict[str, Concept] = {}
    for concept in termbase.concepts.values():
        for slug in concept.legacy:
            first = owners.setdefault(slug, concept)
            if first is not concept:
                where = f"{shown(first.path)}:{locate(first.path, 'legacy', slug)}"
                message = f"the old address “{slug}” already leads to {first.id} ({where})"
                yield _fault(concept, "T036", message, "remove it from one of the two", "legacy", slug)

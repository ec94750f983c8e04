"""The files of a termbase's folder, read once and kept for as long as they stay the same."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

from ..model import Concept, Problem, Termbase, TermbaseError
from ..yamlfile import MAX_BYTES, Reader, shown
from .concept import read_concept
from .extra import read_extra_file
from .frame import read_languages, read_sources, read_subjects
from .references import faults_across_files
from .values import ID, ID_FORM

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
        # Nobody writes extra.yml by hand: it is as large as what it was imported from.
        reader = Reader(path, max_bytes=64 * MAX_BYTES if path.name == "extra.yml" else MAX_BYTES)
        content = reader.content()
        problems += reader.problems
        if content is not None:
            contents[path] = content
    return contents


def _files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    yield from _frame_files(folder, problems)
    yield from _term_files(folder, problems)


def _frame_files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    for name in ("languages.yml", "subjects.yml", "sources.yml", "extra.yml"):
        path = folder / name
        if path.exists():
            yield path
        elif name not in ("sources.yml", "extra.yml"):
            problems.append(Problem(shown(path), 0, "T001", "the file is missing", f"create {name}"))


def is_termbase(folder: Path) -> bool:
    return (folder / "languages.yml").is_file()


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
    languages = read_languages(folder / "languages.yml", contents, problems)
    if len(problems) > before or not languages:
        # No concept can be judged without them, but its YAML can.
        for path, content in contents.items():
            if path.name != "languages.yml":
                problems += _syntax_faults(path, content, folder)
        return None
    subjects = read_subjects(folder / "subjects.yml", contents, tuple(languages), problems)
    sources = read_sources(folder / "sources.yml", contents, tuple(languages), problems)
    extra = read_extra_file(folder / "extra.yml", contents, problems)
    concepts: dict[str, Concept] = {}
    files = [path for path in contents if path.parent == folder / "terms"]
    for path in files:
        if concept := _concept(path, contents[path], tuple(languages), problems):
            concepts[concept.id] = concept
    # A file that could not be read is still there to be referred to.
    ids = {path.stem: path for path in files}
    termbase = Termbase(
        folder,
        MappingProxyType(languages),
        MappingProxyType(subjects),
        MappingProxyType(sources),
        MappingProxyType(concepts),
        MappingProxyType(extra),
    )
    problems += faults_across_files(termbase, ids)
    return termbase


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
    concept = read_concept(reader, root, languages) if root is not None else None
    if reader.problems:
        problems += reader.problems
    elif concept:
        _concepts[path.absolute()] = (digest, concept)
    return concept


def _syntax_faults(path: Path, content: bytes, folder: Path) -> list[Problem]:
    reader = Reader(path, id=path.stem if path.parent == folder / "terms" else "")
    reader.root(content)
    return reader.problems

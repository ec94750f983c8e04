"""The termbase as one CSV file (RFC 4180), for spreadsheets: one row per thing that can be said.

The first column says what a row is about; each kind fills its own columns, and the others stay empty:

    language  a language of the termbase     word     one of its interface words: `id` is the word's key
    subject   a subject's label in a language         source   a work of the bibliography
    extra     what `extra.yml` keeps
    concept   what holds in every language   entry    what holds in one      term   a term of that language

Rows of a kind are in order: the first term is preferred unless `status` says otherwise. Several values in a
cell are separated by ` | `; a `|` or `\\` that belongs to a value has a `\\` before it.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes away
again. Files have a byte order mark, or Excel would not show them as UTF-8; reading accepts `;` and tabs as
separators, because spreadsheets write them in many countries.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..model import Termbase
from ..yamlfile import did_you_mean
from . import extra, plain, table
from .plain import EXTRA, Data, Incoming
from .text import decode_table, safe, unsafe

KINDS = ("language", "word", "subject", "source", "concept", "entry", "term", "extra")
_COLUMNS = dict.fromkeys(
    (
        *("kind", "id", "language", "label"),
        *plain.TERM_KEYS,
        *plain.ENTRY_TEXTS,
        *plain.CONCEPT_KEYS,
        *plain.LANGUAGE_KEYS,
        *plain.SOURCE_KEYS,
        EXTRA,
    )
)
COLUMNS = tuple(_COLUMNS)
_KEYS = {  # columns that each kind of row may fill, beside kind, id and language
    "language": plain.LANGUAGE_KEYS,
    "word": ("label",),
    "subject": ("label",),
    "source": plain.SOURCE_KEYS,
    "concept": (*plain.CONCEPT_KEYS, EXTRA),
    "entry": (*plain.ENTRY_TEXTS, EXTRA),
    "term": (*plain.TERM_KEYS, EXTRA),
    "extra": (EXTRA,),
}
_LISTS = ("forms", "not", *plain.CONCEPT_LISTS)
_SEPARATORS = ",;\t"


def write(termbase: Termbase) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(plain.of_termbase(termbase)):
        writer.writerow({column: _cell(column, value) for column, value in row.items()})
    return stream.getvalue().encode("utf-8-sig")


def _rows(data: Data) -> Iterator[Data]:
    for code, language in data["languages"].items():
        words = language.get("text", {})
        yield {"kind": "language", "language": code} | {k: v for k, v in language.items() if k != "text"}
        for key, word in words.items():
            yield {"kind": "word", "id": key, "language": code, "label": word}
    for id, labels in data["subjects"].items():
        for code, label in labels.items():
            yield {"kind": "subject", "id": id, "language": code, "label": label}
    for id, source in data["sources"].items():
        yield {"kind": "source", "id": id} | source
    for id, concept in data["concepts"].items():
        keys = (*plain.CONCEPT_KEYS, EXTRA)
        yield {"kind": "concept", "id": id} | {k: v for k, v in concept.items() if k in keys}
        for code in data["languages"]:
            if code in concept:
                yield from _entry_rows(id, code, concept[code])
    for name, value in data[EXTRA].items():
        yield {"kind": "extra", "id": name, EXTRA: value}


def _entry_rows(id: str, code: str, entry: Data) -> Iterator[Data]:
    texts = {key: value for key, value in entry.items() if key != "terms"}
    yield {"kind": "entry", "id": id, "language": code} | texts
    for term in entry.get("terms", ()):
        yield {"kind": "term", "id": id, "language": code} | term


def _cell(column: str, value: Any) -> str:
    if column == EXTRA:
        return extra.as_json(value)
    text = _joined(value) if column in _LISTS else plain.as_text(value)
    return safe(text)


def _joined(values: Iterable[str]) -> str:
    return " | ".join(re.sub(r"[\\|]", r"\\\g<0>", value) for value in values)


def _value(column: str, cell: str) -> Any:
    text = unsafe(cell)
    if column not in _LISTS:
        return text
    items = re.findall(r"(?:[^\\|]|\\.)+", text, re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", item, flags=re.DOTALL).strip() for item in items]


def read(content: bytes, path: Path, encoding: str = "", **options: Any) -> Incoming:
    """What the file says. One of ours with all columns says everything; any other adds and changes.

    Options are `columns`, `languages` and `encoding` for tables of others; see `table.py`.
    """
    if content.startswith((b"PK\x03\x04", table.EXCEL_97)):
        return table.read_xlsx(content, path, **options)
    incoming = Incoming(path)
    text = decode_table(content, incoming, encoding)
    if text is None:
        return incoming
    with _large_cells():
        try:
            if _is_ours(text):
                _read_rows(text, incoming)
            else:
                table.read_text(text, incoming, **options)
        except csv.Error as error:
            incoming.report("X004", f"not valid CSV: {error}", "put the whole cell in double quotes")
    return incoming


@contextmanager
def _large_cells() -> Iterator[None]:
    """An explanation may be longer than what the csv module takes for a mistake."""
    before = csv.field_size_limit(plain.MAX_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read_rows(text: str, incoming: Incoming) -> None:
    if found := re.match(r'"?sep=.?"?\r?\n', text):  # which Excel reads, and nobody else
        text = text[found.end() :]
    separator = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header = [name.strip() for name in next(rows, [])]
    if "kind" not in header:
        fix = f"name the columns there: {', '.join(COLUMNS[:6])}, …"
        incoming.report("X004", "the first row has no column “kind”", fix, line=1)
        return
    for place, name in enumerate(header):
        if name not in _COLUMNS:
            fix = did_you_mean(name, COLUMNS) or "remove the column"
            incoming.report("X010", f"unknown column “{name}”", fix, line=1, key=name)
        elif name in header[:place]:
            incoming.report("X013", f"the column “{name}” is there twice", "remove one", line=1, key=name)
    incoming.complete = set(header) >= set(COLUMNS) - {EXTRA}
    line = rows.line_num + 1
    try:
        for row in rows:
            cells = dict(zip(header, row, strict=False))
            if len(row) > len(header) and any(row[len(header) :]):
                fix = "put cells with a separator inside in double quotes"
                message = f"a row has {len(row)} cells, the first one {len(header)}"
                incoming.report("X004", message, fix, line=line)
            elif any(cell.strip() for cell in row):
                _add_row(incoming, {k: _value(k, v) for k, v in cells.items() if k in _COLUMNS}, line)
            line = rows.line_num + 1
    except csv.Error as error:
        incoming.report("X004", f"not valid CSV: {error}", "put the whole cell in double quotes", line=line)


def _is_ours(text: str) -> bool:
    """Whether the file has our columns: `kind`, and what a row of every kind needs."""
    text = re.sub(r'^"?sep=.?"?\r?\n', "", text)
    first = text.partition("\n")[0]
    names = {name.strip(' "\r').lower() for name in re.split(f"[{_SEPARATORS}]", first)}
    return "kind" in names and bool(names & {"id", "language"})


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _add_row(incoming: Incoming, row: Data, line: int) -> None:
    kind, id, lang = (str(row.pop(key, "")).strip() for key in ("kind", "id", "language"))
    if kind not in KINDS:
        fix = did_you_mean(kind, KINDS)
        incoming.report("X010", f"unknown kind of row “{kind}”", fix, line=line, key="kind")
        return
    values = {key: value for key, value in row.items() if value and key in _KEYS[kind]}
    for key in [key for key, value in row.items() if value and key not in _KEYS[kind]]:
        message = f"a row about a {kind} has no “{key}”"
        incoming.report("X010", message, "move it to a row that has", line=line, id=id, lang=lang, key=key)
    if missing := [n for n, v in (("id", id), ("language", lang)) if n in _NEEDS[kind] and not v]:
        message = f"a row about a {kind} lacks its {missing[0]}"
        incoming.report("X004", message, "fill it in", line=line, id=id, lang=lang, key=missing[0])
        return
    if EXTRA in values:
        try:
            values[EXTRA] = json.loads(values[EXTRA])
        except ValueError as error:
            message, fix = f"“extra” is no JSON: {error}", 'write {"name": "value"}, or empty the cell'
            incoming.report("X004", message, fix, line=line, id=id, lang=lang, key=EXTRA)
            return
    _ADDERS[kind](incoming, id, lang, values, line)


_NEEDS = {
    "language": ("language",),
    "word": ("id", "language"),
    "subject": ("id", "language"),
    "source": ("id",),
    "concept": ("id",),
    "entry": ("id", "language"),
    "term": ("id", "language"),
    "extra": ("id",),
}


def _add_language(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    incoming.part("languages").setdefault(lang, {}).update(values)


def _add_word(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    language = incoming.part("languages").setdefault(lang, {})
    language.setdefault("text", {})[id] = values.get("label", "")


def _add_subject(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    incoming.part("subjects").setdefault(id, {})[lang] = values.get("label", "")


def _add_source(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    incoming.part("sources")[id] = values


def _add_concept(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    concepts = incoming.part("concepts")
    if (id,) in incoming.lines:
        message = f"the concept “{id}” has a second row of its own"
        incoming.report("X013", message, "merge the two", line=line, id=id)
    incoming.lines[id,] = line
    concepts[id] = values | concepts.get(id, {})


def _add_entry(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    entry = incoming.part("concepts").setdefault(id, {}).setdefault(lang, {"terms": []})
    if (id, lang) in incoming.lines:
        message = f"“{id}” has a second row for {lang}"
        incoming.report("X013", message, "merge the two", line=line, id=id, lang=lang)
    incoming.lines[id, lang] = line
    entry.update(values)


def _add_term(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    entry = incoming.part("concepts").setdefault(id, {}).setdefault(lang, {"terms": []})
    incoming.lines.setdefault((id, lang, f"terms[{len(entry['terms'])}]"), line)
    entry["terms"].append(values)


def _add_extra(incoming: Incoming, id: str, lang: str, values: Data, line: int) -> None:
    incoming.part("extra")[id] = values.get(EXTRA, "")


_ADDERS = {
    "language": _add_language,
    "word": _add_word,
    "subject": _add_subject,
    "source": _add_source,
    "concept": _add_concept,
    "entry": _add_entry,
    "term": _add_term,
    "extra": _add_extra,
}

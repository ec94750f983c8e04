"""Tables as people have them: one row per concept with columns per language, or one row per term.

    term_en;definition_en;Begrep (nb);Kommentar

What a column holds is guessed from its heading (`headers.yml`, names of languages), and said; `columns`
overrules the guess. Columns of another kind go into `extra` under their own heading. Spreadsheets, JSON lists
and lists of flash cards are such tables, too.
"""

from __future__ import annotations

import csv
import datetime
import html
import io
import itertools
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..load import CHOICES
from ..model import Problem
from ..yamlfile import UNPRINTABLE
from . import extra, plain
from .columns import (
    TERM_DETAILS,
    TERMS,
    Column,
    chosen_columns,
    column_of,
    is_chance,
    known_headings,
    language_of,
    once_each,
    tag_of,
    value_of,
    with_languages,
)
from .place import UNTAGGED
from .plain import Data, Incoming
from .text import unsafe

_ANKI = re.compile(r"#(separator|html|columns|deck|notetype|tags|guid|if matches)( column)?\s*:(.*)")
_ANKI_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "colon": ":"}
EXCEL_97 = bytes.fromhex("d0cf11e0a1b11ae1")  # how a file of that format begins
_COMMA = re.compile(r"[,，](?!\d)|、")  # between words of a list
_SAMPLE = 50  # rows by whose script a column's language is guessed
_MAX_ABOVE = 8  # rows in which headings are looked for
Cell = tuple[str, Any]  # a heading, and what stands below it
Row = tuple[int, list[Any]]  # its line, and its cells


def read_rows(
    rows: Iterable[Row],
    incoming: Incoming,
    columns: Sequence[str] = (),
    languages: Sequence[str] = (),
    cards: bool = True,
    names: Sequence[str] = (),
) -> None:
    """Add what a table says: rows with their lines, the first of them the headings, or with `cards` none.

    `names` are what a list of cards calls its columns; the first two have none.
    """
    incoming.lenient, incoming.complete = True, False
    numbered, above = _from_headings(iter(rows))
    for line, row in above:
        incoming.decide("row above the headings: not read", " ".join(map(str, row)).strip(), line=line)
    line, first = next(numbered, (0, []))
    headings = [plain.as_text(cell or "").strip() for cell in first]
    wishes = chosen_columns(columns, headings, incoming)
    if any(problem.code == "X004" for problem in incoming.problems):
        return
    found = [column_of(heading, wishes.get(place)) for place, heading in enumerate(headings)]
    if not wishes and is_chance(found):
        found = [Column(heading, "extra") for heading in headings]
    sample = list(itertools.islice(numbered, _SAMPLE))
    numbered = itertools.chain(sample, numbered)
    if not names:
        below = [[plain.as_text(cell or "") for cell in row] for _, row in sample]
        found = with_languages(found, below, languages)
    if not any(column.key in ("term", "abbreviation") for column in found):
        is_headed = any(column.key != "extra" or column.lang for column in found) and not wishes
        unheaded = _without_headings(headings, wishes, languages, names) if cards and not is_headed else None
        if unheaded is None:
            message = "no column is known to hold terms"
            fix = f"say which: --columns “{headings[0] if headings else 1}=en.term”, or write “term_en” there"
            incoming.report("X004", message, fix, line=line)
            return
        found, numbered = unheaded, iter([(line, first), *numbered])
    named = [c if c.heading else replace(c, heading=f"column {n}") for n, c in enumerate(found, 1)]
    found = once_each(named)
    incoming.wins = any(column.key == "basis" for column in found)  # a translation that comes back
    for column in found:
        if column.heading:
            incoming.decide(f"column “{column.heading}”", str(column), line=line)
    _Table(incoming, found).read(numbered)


def _from_headings(rows: Iterator[Row]) -> tuple[Iterator[Row], list[Row]]:
    """The rows from the headings on, and those above: a title, say, or when the table was made."""
    first = list(itertools.islice(rows, _MAX_ABOVE))
    for place, (line, row) in enumerate(first):
        known = [column for column in _columns(row) if column.key != "extra" or column.lang]
        is_wider = all(sum(map(bool, above)) < sum(map(bool, row)) for _, above in first[:place])
        if is_wider and len(known) > 1 and any(column.key == "term" for column in known):
            if place + 1 < len(first) and _is_group_row(row, first[place + 1][1]):
                line, below = first.pop(place + 1)
                first[place] = (line, _joined_headings(row, below))
            return itertools.chain(first[place:], rows), first[:place]
    return itertools.chain(first, rows), []


def _columns(row: Sequence[Any]) -> list[Column]:
    headings = [plain.as_text(cell or "").strip() for cell in row]
    return [column_of(heading, None) for heading in headings if heading]


def _is_group_row(row: Sequence[Any], below: Sequence[Any]) -> bool:
    """Whether a row of headings has languages, each over several columns whose own headings are below."""
    groups, columns = _columns(row), _columns(below)
    has_languages = any(column.lang for column in groups)
    is_merged = any(a and not b for a, b in zip(row, [*row[1:], ""], strict=True))
    is_headed = len(columns) > len(groups) and all(column.key != "extra" for column in columns)
    return has_languages and is_merged and is_headed and not any(column.lang for column in columns)


def _joined_headings(row: Sequence[Any], below: Sequence[Any]) -> list[str]:
    """Headings in two rows as in one: a merged cell holds for the empty ones that follow it."""
    found, group = [], ""
    for above, own in itertools.zip_longest(row, below, fillvalue=""):
        group = plain.as_text(above).strip() or group
        found.append(f"{group} {plain.as_text(own).strip()}".strip())
    return found


# Columns


def _without_headings(
    first: Sequence[str], wishes: Mapping[int, Column], languages: Sequence[str], names: Sequence[str]
) -> list[Column] | None:
    """Columns without headings are a language each, or cards: a term, and its translation or meaning."""
    if wishes:
        found = [wishes.get(place, Column(f"column {place + 1}", "extra")) for place in range(len(first))]
        return found if any(column.key == "term" for column in found) else None
    used = [place for place, cell in enumerate(first) if cell]
    if len(languages) == len(first) > 1:
        return [Column(f"column {place}", "term", lang) for place, lang in enumerate(languages, 1)]
    if len(first) < 2 or used[:2] != [0, 1] or (len(used) > 3 and not names):
        return None
    front = languages[0] if languages else ""
    back = Column("back", "term", languages[1]) if len(languages) > 1 else Column("back", "definition", front)
    rest = [Column(name or f"column {place}", "extra") for place, name in enumerate(names[2:], 3)]
    rest += [Column(f"column {place + 1}", "extra") for place in range(2 + len(rest), len(first))]
    return [Column("front", "term", front), back, *rest]


# Rows


class _Table:
    def __init__(self, incoming: Incoming, columns: Sequence[Column]) -> None:
        self.incoming, self.columns = incoming, columns
        self.split: Counter[str] = Counter()  # heading → cells that hold several terms
        self.names: dict[str, str] = {}  # a term, or an id → the concept's id
        self.references: list[tuple[Data, str, str]] = []

    def read(self, rows: Iterable[Row]) -> None:
        for line, row in rows:
            cells = [*zip(self.columns, row, strict=False)]
            for place, value in enumerate(row[len(self.columns) :], len(self.columns) + 1):
                cells.append((Column(f"column {place}", "extra"), value))
            cleaned = [(column, self._clean(value, line)) for column, value in cells]
            if filled := [(column, value) for column, value in cleaned if value not in ("", [], {}, None)]:
                self._row(filled, line)
        for heading, count in self.split.items():
            what = f"column “{heading}”: cells split at a separator or a new line, a term from each part"
            self.incoming.decide(what, f"{count} cells")
        self._resolve()

    def _clean(self, value: Any, line: int) -> Any:
        if isinstance(value, list):
            return [self._clean(item, line) for item in value]
        if isinstance(value, dict):
            return {str(key): self._clean(item, line) for key, item in value.items()}
        text = "" if value is None else plain.as_text(value)
        if UNPRINTABLE.search(text):
            self.incoming.decide("control characters taken out", f"line {line}: {text[:40]}", line=line)
        return unsafe(UNPRINTABLE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n").strip()

    def _row(self, cells: list[tuple[Column, Any]], line: int) -> None:
        given = {column.key: str(value) for column, value in cells if column.key in ("id", "language")}
        raw = self._id(given.get("id", ""), line)
        concept: Data = self.incoming.part("concepts").setdefault(raw, {})
        stated = tag_of(given.get("language", ""))
        terms: dict[str, list[Data]] = {}  # of this row, by language
        for column, value in sorted(cells, key=lambda cell: cell[0].key == "deprecated"):
            lang = column.lang or stated or UNTAGGED
            if column.key in TERMS:
                terms.setdefault(lang, []).extend(self._terms(concept.setdefault(lang, {}), column, value))
        for column, value in cells:
            self._place(concept, column, value, column.lang or stated, terms)
        for term in itertools.chain.from_iterable(terms.values()):
            self.names.setdefault(term["term"].casefold(), raw)
        self.names.setdefault(raw.casefold(), raw)

    def _id(self, stated: str, line: int) -> str:
        """What the row's concept goes by: rows with the same id are one concept."""
        known = self.incoming.part("concepts")
        if not stated:
            numbered = (f"row-{line}-{number}" for number in itertools.count(2))  # lines of other sheets
            stated = next(id for id in itertools.chain([f"row-{line}"], numbered) if id not in known)
            self.incoming.invented.add(stated)
        elif stated in known:
            self.incoming.decide(
                "another row with the same id: read as the same concept", id=stated, line=line
            )
        self.incoming.lines.setdefault((stated,), line)
        return stated

    def _place(
        self, concept: Data, column: Column, value: Any, lang: str, terms: Mapping[str, list[Data]]
    ) -> None:
        """Put a cell that is no term where it belongs."""
        if column.key in plain.ENTRY_TEXTS:
            entry: Data = concept.setdefault(lang or UNTAGGED, {})
            if column.key in entry:
                self._keep(concept, column, lang, value)
            else:
                entry[column.key] = _one(value)
        elif column.key in TERM_DETAILS:
            chinese = next((tag for tag in terms if tag.split("-")[0] == "zh"), "")
            self._detail(concept, column, lang or (chinese if column.key == "pinyin" else ""), value, terms)
        elif column.key in ("broader", "related"):
            self.references += [(concept, column.key, name) for name in _parts(value)]
        elif column.key == "subject" and "subject" not in concept:
            concept["subject"] = _one(value)
        elif column.key in ("subject", "extra"):
            self._keep(concept, column, lang, value)

    def _terms(self, entry: Data, column: Column, value: Any) -> list[Data]:
        """Add a cell's terms to those of a language; a column of synonyms may have commas between them."""
        parts = _parts(value)
        if column.key != "term":
            parts = [part for each in parts for part in map(str.strip, _COMMA.split(each)) if part]
        if len(parts) > 1 and not isinstance(value, list):
            self.split[column.heading] += 1
        found: list[Data] = []
        for part in parts:
            term: Data = {"term": " ".join(part.split())}
            if column.key == "abbreviation":
                term["type"] = "abbreviation"
            if column.key == "deprecated":
                term["status"] = "deprecated"
            elif column.key != "term" or entry.get("terms"):
                term["status"] = "admitted"
            entry.setdefault("terms", []).append(term)
            found.append(term)
        return found

    def _detail(
        self, concept: Data, column: Column, lang: str, value: Any, terms: Mapping[str, list[Data]]
    ) -> None:
        """What is said of the row's first term; kept, where there is no place for it."""
        text = value_of(column.key, _one(value)) if column.key in CHOICES else _one(value)
        term = next(iter(terms.get(lang or UNTAGGED, ())), None)
        if term is not None and text and (column.key == "status" or column.key not in term):
            term[column.key] = text
        else:
            self._keep(concept, column, lang, value)

    def _keep(self, concept: Data, column: Column, lang: str, value: Any) -> None:
        owner = concept.get(lang) if lang else None
        extra.add(owner if owner else concept, column.heading, value)

    def _resolve(self) -> None:
        """Broader and related concepts are named by their terms or ids."""
        for concept, relation, name in self.references:
            parts = [part.strip() for part in _COMMA.split(name)]
            are_known = name.casefold() not in self.names and all(p.casefold() in self.names for p in parts)
            for part in parts if are_known else [name]:
                concept.setdefault(relation, []).append(self.names.get(part.casefold(), part))


def _parts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [part for item in value for part in _parts(item)]
    if isinstance(value, dict):
        return [plain.as_text(value.get("term") or value.get("label") or extra.as_json(value))]
    return [part.strip() for part in re.split(r"[;|\n]", str(value)) if part.strip()]


def _one(value: Any) -> str:
    return "\n".join(map(_one, value)) if isinstance(value, list) else plain.as_text(value)


# Files


def read_text(text: str, incoming: Incoming, **options: Any) -> None:
    """A table whose cells are separated by a character: CSV (RFC 4180), TSV, a list of cards."""
    text, said = _prelude(text)
    separator = said.separator or guess_separator(text)
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=separator)
    rows: list[Row] = []
    line = last = 1
    for row in reader:
        if any(cell.strip() for cell in row) and not _ANKI.match(row[0]):
            rows.append((line, [_without_html(cell) for cell in row] if said.is_html else row))
        line, last = reader.line_num + 1, line
    if _is_open(lines[last - 1 :], separator):
        message = "a quotation mark opens a cell that never ends"
        incoming.report("X004", message, "close it, or double it where it is part of the text", line=last)
    elif not rows:
        incoming.report("X006", "the file is empty", "see whether it is the right one", line=1)
    elif headings := next(csv.reader([said.headings], delimiter=separator), []):
        read_rows([(1, headings), *rows], incoming, **options)
    else:
        width = max(len(row) for _, row in rows)
        last_first = sorted(range(width), key=lambda place: place in said.places)
        ordered = [(line, [row[place] for place in last_first if place < len(row)]) for line, row in rows]
        names = [said.places.get(place, "") for place in last_first] if said.places else []
        read_rows(ordered, incoming, names=names, **options)


def _is_open(lines: Sequence[str], separator: str) -> bool:
    """Whether the last row ends inside of a cell, which the csv module lets pass unless it is strict."""
    try:
        for _ in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


@dataclass
class _Said:
    """What a file says of itself before its rows."""

    separator: str = ""
    is_html: bool = False
    headings: str = ""  # in one row
    places: dict[int, str] = field(default_factory=dict)  # of columns that are neither front nor back


def _prelude(text: str) -> tuple[str, _Said]:
    """Lines that say how the rest is written: Excel's `sep=;`, Anki's `#separator:tab`, `#tags column:3`."""
    said = _Said()
    if found := re.match(r'"?sep=(.)"?\r?\n', text):
        return text[found.end() :], _Said(separator=found[1])
    for line in text.splitlines():
        if not (found := _ANKI.match(line)):
            break
        key, of_column, value = found[1], found[2], found[3].strip()
        if of_column and value.isdecimal():
            said.places[int(value) - 1] = key
        elif key == "separator":
            said.separator = _ANKI_SEPARATORS.get(value.lower(), value[:1])
        elif key == "html":
            said.is_html = value.lower() == "true"
        elif key == "columns":
            said.headings = found[3]
    return text, said


def _without_html(cell: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", re.sub(r"(?i)<br\s*/?>|</div>", "\n", cell))).strip()


def guess_separator(text: str) -> str:
    """The character that divides most of the first lines into equally many cells, the more the better."""
    sample = list(io.StringIO(text[:20_000], newline=""))

    def evenness(separator: str) -> tuple[bool, bool, int, int]:
        rows = itertools.islice(csv.reader(sample, delimiter=separator), 20)
        widths = Counter(len(row) for row in rows if row)
        several = Counter({width: count for width, count in widths.items() if width > 1})
        width, count = next(iter(several.most_common(1)), (0, 0))
        return (2 * count > widths.total(), separator in sample[0], count, width)

    return max(",;\t|", key=evenness) if sample else ","


def read_xlsx(
    content: bytes, path: Path, columns: Sequence[str] = (), languages: Sequence[str] = (), **_: Any
) -> Incoming:
    """A workbook (Office Open XML, ECMA-376): each of its sheets is a table."""
    import openpyxl

    incoming = Incoming(path, lenient=True, complete=False)
    if content.startswith(EXCEL_97):
        incoming.report("X004", "the file is a workbook of Excel 97 to 2003", "save it as .xlsx", line=1)
        return incoming
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > plain.MAX_BYTES:
            incoming.report("X002", f"the file holds more than {plain.MAX_BYTES:,} bytes", "split it")
            return incoming
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: list(_sheet_rows(sheet)) for sheet in book.worksheets}
    except Exception as error:  # whatever a damaged workbook makes openpyxl stumble over
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        incoming.report("X004", f"not a workbook: {reason}", "save it as .xlsx, or as CSV in UTF-8")
        return incoming
    _read_sheets({title: rows for title, rows in sheets.items() if rows}, incoming, columns, languages)
    return incoming


def _read_sheets(
    sheets: Mapping[str, list[Row]], incoming: Incoming, columns: Sequence[str], languages: Sequence[str]
) -> None:
    """Sheets that hold no terms, such as one about the others, are no fault if there is one that does."""
    without: dict[str, list[Problem]] = {}
    for title, rows in sheets.items():
        before = len(incoming.problems)
        read_rows(iter(rows), incoming, columns, languages, cards=len(sheets) == 1)
        if found := incoming.problems[before:]:
            without[title] = found
            del incoming.problems[before:]
    if len(without) == len(sheets):
        incoming.problems += itertools.chain.from_iterable(without.values())
    else:
        for title in without:
            incoming.decide(f"sheet “{title}” holds no terms: not read", f"{len(sheets[title])} rows")


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_cell(value) for value in row]
        if any(cells):
            yield number, cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else plain.as_text(value)


def read_json(data: Any, incoming: Incoming, **options: Any) -> bool:
    """A list of objects, or an object that holds one, or one object per id; false if it is none of these."""
    objects = _objects(data)
    if objects is None:
        return False
    rows = [dict(_flat(item)) for item in objects]
    headings = list(dict.fromkeys(key for row in rows for key in row))
    table = [headings, *([row.get(heading, "") for heading in headings] for row in rows)]
    read_rows(enumerate(table), incoming, **options)
    return True


def _objects(data: Any) -> list[Mapping[str, Any]] | None:
    if isinstance(data, list):
        return data if data and all(isinstance(item, dict) for item in data) else None
    if not isinstance(data, dict) or "format" in data:
        return None
    for value in data.values():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return value
    inside = next(iter(data.values()), None) if len(data) == 1 else None
    if isinstance(inside, dict) and any(isinstance(value, list) for value in inside.values()):
        return _objects(inside)
    if data and all(isinstance(value, dict) for value in data.values()):
        return [{"id": key} | value for key, value in data.items()]
    if data and all(isinstance(value, str) for value in data.values()):
        return [{"term": term, "definition": definition} for term, definition in data.items()]
    return None


def _flat(item: Mapping[str, Any], above: str = "") -> Iterator[Cell]:
    """An object's values by their paths; objects in a list that name their language go by that."""
    for key, value in item.items():
        name = f"{above}.{key}" if above else str(key)
        if isinstance(value, dict):
            by_language = all(isinstance(item, dict) and language_of(word) for word, item in value.items())
            yield from _flat(value, "" if by_language else name)
        elif (
            isinstance(value, list) and value and all(isinstance(v, dict) and _language_of(v) for v in value)
        ):
            for each in value:
                rest = {
                    k: v for k, v in each.items() if known_headings().get(str(k).casefold()) != "language"
                }
                yield from _flat(rest, _language_of(each))
        else:
            yield name, value


def _language_of(item: Mapping[str, Any]) -> str:
    values = [str(v) for k, v in item.items() if known_headings().get(str(k).casefold()) == "language"]
    return tag_of(values[0]) if values else ""

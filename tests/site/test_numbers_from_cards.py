"""Numbers of models' cards in texts: put in, written in the reader's language, and checked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from glossary.cards import Numbers, Unknown, filled, lookup, with_cards, written
from glossary.check import check
from glossary.exchange import FORMATS
from glossary.exchange.merge import import_file
from glossary.load import load
from glossary.staleness import State, basis_of, state_of
from tests.site import tiny

CARD = {
    "parameters": 1227686,
    "minutes": 168.3,
    "metrics": {"avatar_fid": {"value": 20.0333, "bar": 18.0}, "kept.0.25": {"value": -0.4168, "bar": None}},
    "details": {"ladder": {"one in 30, repeated": 57.7}},
}
FID = "{{ card.gan.metrics.avatar_fid:1 }}"
TERM = f"""subject: models
nb:
  terms: [{{term: utfall, gender: n}}]
  definition: "det som måler {FID}"
  explanation: |
    Modellen måler {FID}.

    Skriv `{FID}` for tallet.
en:
  terms: [outcome]
  definition: "what measures {FID}"
  explanation: "The model has {{{{card.gan.parameters:long 1}}}} parameters."
zh:
  terms: [结果]
  definition: 用来衡量的数
"""
FIGURE = """
caption: {nb: Et tall, en: A number, zh: 一个数}
alt: {nb: En boks., en: A box., zh: 一个方框。}
height: 6
draw:
  - box: [1, 1, 20, 4]
    label: "{{ card.gan.metrics.avatar_fid:2 }}"
"""
PAGE = f'# Tall\n\n| a | b |\n| --- | --- |\n| {FID} | x |\n\n<div class="figure" data-figure="tall"></div>\n'
FILES: dict[str, Any] = {
    "demos/models/gan/weights/card.json": json.dumps(CARD),
    "glossary/terms/outcome.yml": TERM,
    "docs/figures/tall.yml": FIGURE,
    "docs/tall.nb.md": PAGE,
    "docs/tall.en.md": PAGE,
}
CONFIG = {"exclude_docs": "/figures/", "plugins": {"ordlab": {"strict": False}}}


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("gan.metrics.avatar_fid", 20.0333),
        ("gan.metrics.avatar_fid.bar", 18.0),
        ("gan.metrics.kept.0.25", -0.4168),
        ("gan.details.ladder.one in 30, repeated", 57.7),
        ("gan.parameters", 1227686),
    ],
)
def test_a_path_leads_to_a_number(path: str, number: float) -> None:
    assert lookup({"gan": CARD}, path) == number


@pytest.mark.parametrize(
    ("path", "said", "remedy"),
    [
        ("gna.minutes", "there is no card “gna”", "“gan”"),
        ("gan.minuts", "card.gan has no “minuts”", "“minutes”"),
        ("gan.metrics.avatar_fdi", "card.gan.metrics has no “avatar_fdi”", "“avatar_fid”"),
        ("gan.details", "“card.gan.details” is no number", "ladder"),
        ("gan.metrics.kept.0.25.bar", "“card.gan.metrics.kept.0.25.bar” is no number", "number"),
        ("gan.minutes.value", "“card.gan.minutes.value” is no number", "number"),
    ],
)
def test_a_path_that_leads_nowhere_names_the_nearest(path: str, said: str, remedy: str) -> None:
    with pytest.raises(Unknown) as raised:
        lookup({"gan": CARD}, path)
    assert raised.value.args[0] == said
    assert remedy in raised.value.args[1]


@pytest.mark.parametrize(
    ("number", "format", "nb", "en", "zh"),
    [
        (20.0333, "1", "20,0", "20.0", "20.0"),
        (20.0333, "", "20,0333", "20.0333", "20.0333"),
        (1227686, "", "1\u00a0227\u00a0686", "1,227,686", "1,227,686"),
        (-0.4168, "2", "−0,42", "−0.42", "−0.42"),
        (0.4168, "percent", "42\u00a0%", "42%", "42%"),
        (0.4168, "percent 1", "41,7\u00a0%", "41.7%", "41.7%"),
        (1227686, "short 1", "1,2\u00a0mill.", "1.2M", "122.8万"),
        (1227686, "long", "1 million", "1 million", "123万"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    number: float, format: str, nb: str, en: str, zh: str
) -> None:
    assert [written(number, format, locale) for locale in ("nb", "en", "zh_Hans")] == [nb, en, zh]


def test_an_unknown_format_is_a_fault() -> None:
    told: list[tuple[str, str]] = []
    text = "{{ card.gan.minutes:many }}"
    assert Numbers({"gan": CARD}).fill(text, "en", lambda *fault: told.append(fault)) == text
    assert told == [
        (
            "numbers cannot be written as “many”",
            "write the number of decimals, or one of: percent, short, long",
        )
    ]


def test_readers_see_numbers_everywhere(tmp_path: Path) -> None:
    built = tiny.make(tmp_path, FILES, CONFIG)
    assert not built.error, built.error
    norwegian, english = (
        built.read("glossary/outcome/index.html"),
        built.read("en/glossary/outcome/index.html"),
    )
    assert "det som måler 20,0" in norwegian
    assert "Modellen måler 20,0." in norwegian
    assert f"<code>{FID}</code>" in norwegian, "code stays as it is"
    assert 'content="det som måler 20,0"' in norwegian
    assert "The model has 1.2 million parameters." in english
    assert "<td>20,0</td>" in built.read("tall/index.html")
    assert ">20,03<" in built.read("tall/index.html"), "the figure"
    assert "<td>20.0</td>" in built.read("en/tall/index.html")
    assert "what measures 20.0" in built.read("en/glossary/index.html")
    searched = "".join(
        path.read_text("utf-8") for path in (built.folder / "search").rglob("*") if path.is_file()
    )
    assert "20,0" in searched
    assert "måler {{" not in searched
    downloaded = json.loads(built.read("downloads/glossary.json"))
    assert downloaded["concepts"]["outcome"]["en"]["definition"] == "what measures 20.0"


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "lang", "key"),
    [
        (
            "glossary/terms/outcome.yml",
            f"Modellen måler {FID}",
            "Modellen måler {{ card.gan.metrics.fid }}",
            6,
            "nb",
            "explanation",
        ),
        (
            "glossary/terms/outcome.yml",
            "what measures",
            "what {{ card.gna.minutes }} measures",
            11,
            "en",
            "definition",
        ),
        ("docs/figures/tall.yml", "metrics.avatar_fid:2", "metrics.avatar_fdi", 7, "nb", "draw[0].label.nb"),
        ("docs/tall.en.md", "x |", "{{ card.gan.minutes:1.5 }} |", 5, "en", ""),
    ],
)
def test_an_unknown_number_is_a_fault_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, line: int, lang: str, key: str
) -> None:
    files = FILES | {file: FILES[file].replace(old, new)}
    built = tiny.make(tmp_path, files, CONFIG)
    assert re.search(rf"{re.escape(file)}:{line}: error S010 \[{lang}", built.error), built.error
    found = [p for p in check(load(tmp_path / "glossary"), tmp_path) if p.code == "S010"]
    assert {(p.line, p.key) for p in found if p.lang == lang} == {(line, key)}
    assert all(problem.fix for problem in found)


def test_a_project_without_demos_is_untroubled(tmp_path: Path) -> None:
    page = "# Tall\n\n{{ page.title }} og `{{ card.gan.minutes }}`\n"
    built = tiny.make(tmp_path, {"docs/tall.nb.md": page})
    assert not built.error, built.error
    assert "{{ page.title }} og <code>{{ card.gan.minutes }}</code>" in built.read("tall/index.html")


def test_a_retraining_makes_no_translation_stale(tmp_path: Path) -> None:
    tiny.write(tmp_path, FILES)
    termbase = load(tmp_path / "glossary")
    basis = basis_of(termbase.concepts["outcome"].entries["nb"])
    term = tmp_path / "glossary" / "terms" / "outcome.yml"
    term.write_text(term.read_text("utf-8").replace("en:\n", f'en:\n  basis: "{basis}"\n'), "utf-8")
    termbase = with_cards(load(tmp_path / "glossary"), tmp_path / "demos")
    assert state_of(termbase, termbase.concepts["outcome"], "en") is State.CURRENT


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("tbx", "glossary"),
        ("skos-ttl", "glossary"),
        ("csv", "glossary"),
        ("json", "glossary"),
        ("json", "docs/terms"),
    ],
)
def test_what_comes_back_keeps_its_placeholders(name: str, place: str, tmp_path: Path) -> None:
    tiny.write(tmp_path, FILES, {"plugins": {"ordlab": {"termbase": place}}})
    folder = (tmp_path / "glossary").rename(tmp_path / place)
    term = folder / "terms" / "outcome.yml"
    before = term.read_text("utf-8")
    content = FORMATS[name].write(filled(with_cards(load(folder), tmp_path / "demos")))
    assert b"what measures 20.0" in content
    file = tmp_path / f"x.{FORMATS[name].suffix}"
    file.write_bytes(content)
    outcome = import_file(FORMATS[name], file, folder)
    assert outcome.written, outcome.problems
    assert outcome.changed == []
    assert term.read_text("utf-8") == before
    file.write_bytes(content.replace(b"what measures 20.0", b"what counts 20.0"))
    assert import_file(FORMATS[name], file, folder).changed == ["outcome"]
    assert "what counts 20.0" in term.read_text("utf-8")

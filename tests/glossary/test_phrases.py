"""Definitions as Markdown within a line: as HTML, as text, in formats, and what `check` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from lxml import etree

from glossary.__main__ import main
from glossary.check import check
from glossary.exchange import FORMATS, anki, tbx
from glossary.exchange.merge import import_file
from glossary.load import load
from glossary.phrases import Phrases
from tests.glossary.test_exchange_checkers import notes
from tests.glossary.test_load import SOUND, write

MARKED = r"*net* in [[generator]] and [[generator|its]] draws $p_\theta \mid x$ `a*b` \* C"


def with_definition(definition: str, folder: Path) -> Path:
    """The sound termbase; in it, the generator is defined so in English."""
    concept = yaml.safe_load(SOUND["terms/generator.yml"])
    concept["en"]["definition"] = definition
    return write(folder, {"terms/generator.yml": yaml.safe_dump(concept, allow_unicode=True)})


@pytest.mark.parametrize(
    ("text", "html", "plain_text"),
    [
        ("net of *two* nets", "net of <em>two</em> nets", "net of two nets"),
        ("- no list", "- no list", "- no list"),
        ("1. no\nlist\n\n# no heading", "1. no list # no heading", "1. no list # no heading"),
        ("    no code block", "no code block", "no code block"),
        ("`a*b*c` and a\\*b\\*c", "<code>a*b*c</code> and a*b*c", "a*b*c and a*b*c"),
        ("see [[generator]]s, [[generator|it]]", "see generators, it", "see generators, it"),
        ("see [[nothing]]", "see [[nothing]]", "see [[nothing]]"),
        ("[a](javascript:alert(1)) <b>", "a &lt;b&gt;", "a <b>"),
        ("costs $5 & more", "costs $5 &amp; more", "costs $5 & more"),
        (
            "*10\u00a0000* words,\n5\u202f%",
            "<em>10\u00a0000</em> words, 5\u202f%",
            "10\u00a0000 words, 5\u202f%",
        ),
        ("", "", ""),
    ],
)
def test_markdown_within_a_line(text: str, html: str, plain_text: str, tmp_path: Path) -> None:
    phrases = Phrases(load(write(tmp_path, {})))
    assert phrases.html(text, "en") == html
    assert phrases.text(text, "en") == plain_text


def test_what_definitions_ought_not_to_have_is_found_in_the_file(tmp_path: Path) -> None:
    folder = with_definition("net of *two* and $x$ and `three`, or *more.*", tmp_path)
    (problem,) = [problem for problem in check(load(folder)) if problem.code == "T108"]
    assert problem.column > len("definition: net of *two*")
    main(["check", str(folder), "--fix"])
    assert load(folder).concepts["generator"].entries["en"].definition.endswith("`three`, or *more*")


def test_a_formula_is_a_line_of_signs_in_text(tmp_path: Path) -> None:
    phrases = Phrases(load(write(tmp_path, {})))
    assert "<math>" in phrases.html(MARKED, "en")
    assert phrases.text(MARKED, "en") == "net in generator and its draws p_θ ∣ x a*b * C"


@pytest.mark.parametrize("name", FORMATS)
def test_our_own_formats_keep_the_source(name: str, tmp_path: Path) -> None:
    concept = yaml.safe_load(SOUND["terms/generator.yml"])
    concept["en"] |= {"definition": MARKED, "summary": f"A {MARKED}"}
    folder = write(
        tmp_path / "glossary", {"terms/generator.yml": yaml.safe_dump(concept, allow_unicode=True)}
    )
    file = tmp_path / f"file.{FORMATS[name].suffix}"
    file.write_bytes(FORMATS[name].write(load(folder)))
    assert not import_file(FORMATS[name], file, tmp_path / "new").problems
    entry = load(tmp_path / "new").concepts["generator"].entries["en"]
    assert (entry.definition, entry.summary) == (MARKED, f"A {MARKED}")


def test_tbx_basic_has_plain_text(tmp_path: Path) -> None:
    root = etree.fromstring(tbx.write(load(with_definition(MARKED, tmp_path)), basic=True))
    found = root.xpath("//*[@id='generator']//*[@type='definition']/text()")
    assert "net in generator and its draws p_θ ∣ x a*b * C" in found


def test_flash_cards_have_html_and_formulas_as_anki_writes_them(tmp_path: Path) -> None:
    deck = notes(anki.write(load(with_definition(MARKED, tmp_path / "glossary")), "nb", "en"), tmp_path)
    (fields,) = (row[3] for row in deck if row[3].startswith("generator\x1f"))
    expected = r"<em>net</em> in generator and its draws \(p_\theta \mid x\) <code>a*b</code> * C"
    assert expected in fields.split("\x1f")


@pytest.mark.parametrize(
    ("definition", "codes"),
    [
        ("net in [[nowhere]]", ["T120"]),
        ("net of `[[nowhere]]`", []),
        (r"net of $\nothing$", ["T122"]),
        ("net like a [[generator|generator]]", ["T104"]),
        ("net of `generator`", []),
        ("the *net* of $x$.", ["T107", "T108"]),
        ("net of *two nets.*", ["T108"]),
        ("`net`. $x$ the net etc.", []),
    ],
)
def test_check_reads_definitions_as_markdown(definition: str, codes: list[str], tmp_path: Path) -> None:
    problems = check(load(with_definition(definition, tmp_path)))
    found = [problem for problem in problems if problem.code in ("T104", "T107", "T108", "T120", "T122")]
    assert [problem.code for problem in found] == codes
    assert all((problem.lang, problem.key) == ("en", "definition") for problem in found)

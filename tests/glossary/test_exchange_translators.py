"""What a translator gets can be filled in and comes back, current."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from lxml import etree

from glossary.__main__ import main
from glossary.exchange import IMPORTS
from glossary.exchange.merge import import_file
from glossary.exchange.translators import NAMESPACE, write_table, write_xliff
from glossary.load import load
from glossary.staleness import State, state_of
from tests.glossary.test_exchange_round_trips import state
from tests.glossary.test_load import write

NET = """\
subject: models
nb: {terms: [nett], definition: modell av vekter}
en: {terms: [net], definition: a model}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write(tmp_path / "glossary", {"terms/net.yml": NET})
    languages = (folder / "languages.yml").read_text("utf-8")
    (folder / "languages.yml").write_text(languages.replace("en: {", "en: {reference: true, "), "utf-8")
    return folder


def bring(folder: Path, format: str, content: bytes) -> None:
    path = folder.parent / f"back.{IMPORTS[format].suffix}"
    path.write_bytes(content)
    assert import_file(IMPORTS[format], path, folder).problems == []


def filled_in(content: bytes) -> bytes:
    root = etree.fromstring(content)
    for segment in root.iter(f"{{{NAMESPACE}}}segment"):
        target = segment.find(f"{{{NAMESPACE}}}target")
        if target is None:
            target = etree.SubElement(segment, f"{{{NAMESPACE}}}target")
            target.text = f"译文 {segment.getparent().get('id')}"
        segment.set("state", "translated")
    return etree.tostring(root)


def test_xliff_comes_back_translated_and_current(folder: Path) -> None:
    termbase = load(folder)
    content = write_xliff(termbase, front="en", back="zh")
    assert etree.fromstring(content).get("trgLang") == "zh-Hans"
    bring(folder, "xliff", filled_in(content))
    after = load(folder)
    entry = after.concepts["net"].entries["zh"]
    assert (entry.preferred.term, entry.definition) == ("译文 net.term", "译文 net.definition")
    assert state_of(after, after.concepts["net"], "zh") is State.CURRENT
    generator = after.concepts["generator"].entries["zh"]
    assert generator.preferred == termbase.concepts["generator"].entries["zh"].preferred


def test_what_was_not_touched_changes_nothing(folder: Path) -> None:
    before = state(folder)
    content = write_xliff(load(folder), front="en", back="nb")
    bring(folder, "xliff", content)
    assert state(folder) == before


def test_only_what_is_to_be_done(folder: Path) -> None:
    content = filled_in(write_xliff(load(folder), front="en", back="zh"))
    bring(folder, "xliff", content)
    assert b"<group" not in write_xliff(load(folder), front="en", back="zh", todo=True)
    assert b"net.term" in write_xliff(load(folder), front="en", back="nb", todo=True)


def test_a_new_translation_of_a_term_is_preferred(folder: Path) -> None:
    content = write_xliff(load(folder), front="en", back="nb").replace(b">nett<", b">nettverk<")
    bring(folder, "xliff", content)
    terms = load(folder).concepts["net"].entries["nb"].terms
    assert [(term.term, term.status) for term in terms] == [("nett", "admitted"), ("nettverk", "preferred")]


def test_a_tool_may_order_segment_and_indent_as_it_likes(folder: Path) -> None:
    root = etree.fromstring(write_xliff(load(folder), front="en", back="nb"))
    for group in root.iter(f"{{{NAMESPACE}}}group"):
        group[:] = reversed(group)
    for target in root.iter(f"{{{NAMESPACE}}}target"):
        target.text = "\n      " + "\n      ".join(target.text.split()) + "\n    "
    before = state(folder)
    bring(folder, "xliff", etree.tostring(root))
    assert state(folder) == before
    xml = f"""<xliff xmlns="{NAMESPACE}" version="2.1" srcLang="en" trgLang="nb"><file id="f">
    <unit id="net.definition" xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0">
    <mtc:matches><mtc:match ref="#s"><source>a</source><target>fra minnet</target></mtc:match></mtc:matches>
    <segment state="final"><source>a</source><target>et nett</target></segment>
    <ignorable><source> </source></ignorable>
    <segment state="final"><source>b</source><target>av <pc id="1">vekter</pc></target></segment>
    </unit>
    <unit id="net.term"><segment><source>a</source></segment><ignorable><source>b</source></ignorable></unit>
    </file></xliff>"""
    bring(folder, "xliff", xml.encode())
    entry = load(folder).concepts["net"].entries["nb"]
    assert (entry.preferred.term, entry.definition) == ("nett", "et nett av vekter")


def test_a_unit_with_two_targets_is_refused(folder: Path) -> None:
    content = write_xliff(load(folder), front="en", back="nb").decode()
    unit = re.search(r'<unit id="net.term".*?</unit>', content, re.DOTALL)[0]
    path, before = folder.parent / "twice.xlf", state(folder)
    path.write_text(content.replace(unit, unit + unit.replace(">nett<", ">vev<")), "utf-8")
    (problem,) = import_file(IMPORTS["xliff"], path, folder).problems
    assert (problem.code, problem.id, problem.lang) == ("X013", "net", "nb")
    assert state(folder) == before


def test_a_table_of_two_languages_comes_back(folder: Path) -> None:
    text = write_table(load(folder), front="en", back="zh").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        row["definition_zh"] = row["definition_zh"] or "=译文"
        row["term_zh"] = row["term_zh"] or "网络"
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    bring(folder, "csv", stream.getvalue().encode("utf-8-sig"))
    after = load(folder)
    assert after.concepts["net"].entries["zh"].definition == "=译文"
    assert state_of(after, after.concepts["net"], "zh") is State.CURRENT
    assert after.concepts["net"].extra == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("hello", "X004"),
        ("<xliff/>", "X004"),
        (f'<xliff xmlns="{NAMESPACE}" version="2.1" srcLang="en"/>', "X004"),
        (f'<xliff xmlns="{NAMESPACE}" trgLang="nb"><file><unit id="x"/></file></xliff>', "X004"),
        (f'<!DOCTYPE x [<!ENTITY a "b">]><xliff xmlns="{NAMESPACE}" trgLang="nb"/>', "X005"),
        (f'<xliff xmlns="{NAMESPACE}" trgLang="nb"/>', "X006"),
    ],
)
def test_what_is_no_translation_is_refused(content: str, code: str, folder: Path) -> None:
    path, before = folder.parent / "bad.xlf", state(folder)
    path.write_text(content, "utf-8")
    assert code in {problem.code for problem in import_file(IMPORTS["xliff"], path, folder).problems}
    assert state(folder) == before


def test_the_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder.parent / "to-translate.xlf"
    assert main(["export", "xliff", str(folder), "--from", "en", "--to", "nb", "--todo", "-o", str(out)]) == 0
    assert re.search(rb'<unit id="net.term"', out.read_bytes())
    assert main(["import", "xliff", str(out), str(folder)]) == 0
    assert main(["export", "xliff", str(folder), "--from", "en", "-o", str(out)]) == 2
    assert "--to is missing" in capsys.readouterr().err
    assert main(["export", "json", str(folder), "--todo", "-o", str(out)]) == 2
    assert "--todo means nothing to json" in capsys.readouterr().err

"""Files that mean harm, or are merely broken: a clear refusal, and the termbase as it was."""

from __future__ import annotations

import json
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossary.exchange import CODES, FORMATS, IMPORTS
from glossary.exchange.merge import Outcome, import_file
from glossary.load import load
from tests.glossary.test_exchange_round_trips import state
from tests.glossary.test_load import write


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a file asks for, nothing is fetched."""

    def refuse(*_: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def attempt(folder: Path, name: str, content: str | bytes) -> Outcome:
    path = folder.parent / f"incoming.{FORMATS[name].suffix}"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return import_file(FORMATS[name], path, folder)


def refused(tmp_path: Path, name: str, content: str | bytes) -> str:
    """What is said when the file is refused, as it must be."""
    folder = write(tmp_path / "glossary", {})
    before = state(folder)
    outcome = attempt(folder, name, content)
    assert outcome.problems
    assert not outcome.written
    assert state(folder) == before
    assert {problem.code for problem in outcome.problems} <= {*CODES, *LOADER}
    return "\n".join(map(str, outcome.problems))


LOADER = ("T003", "T004", "T007", "T009", "T021", "T023", "T024", "T025", "T026", "T028", "T030", "T031")

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BODY = """<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="generator"><langSec xml:lang="en"><descrip type="definition">{}</descrip>
<termSec><term>generator</term></termSec></langSec></conceptEntry></body></text></tbx>"""
ENTITIES = [
    f'<!DOCTYPE tbx [<!ENTITY a0 "ha">{LAUGHS}]>' + BODY.format("&a9;"),
    '<!DOCTYPE tbx [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + BODY.format("&x;"),
    '<!DOCTYPE tbx [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>' + BODY.format("&x;"),
    '<!DOCTYPE tbx [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>' + BODY.format("x"),
    '<?xml version="1.0"?>\n<!-- hello -->\n<!DOCTYPE tbx PUBLIC "-//x" "y.dtd" [\n<!ENTITY a "b">]>'
    + BODY.format("&a;"),
]


@pytest.mark.parametrize("content", ENTITIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_entities_are_refused(content: str, encoding: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "tbx", content.encode(encoding))
    assert "X005" in said
    assert "root:" not in said


def test_a_plain_document_type_does_no_harm(tmp_path: Path) -> None:
    """Tools of 2008 write one; the file that it names is not looked for."""
    content = '<!DOCTYPE tbx SYSTEM "http://127.0.0.1:9/TBX.dtd">' + BODY.format("a new one")
    folder = write(tmp_path / "glossary", {})
    assert attempt(folder, "tbx", content).problems == []
    assert load(folder).concepts["generator"].entries["en"].definition == "a new one"


XML = {
    "no XML": "hello",
    "empty": "",
    "not closed": BODY.format("x")[:-8],
    "an entity that is not declared": BODY.format("&nothing;"),
    "a control character": BODY.format("\x01"),
    "a reference to one": BODY.format("&#1;"),
    "too deep": BODY.format("<hi>" * 100_000 + "</hi>" * 100_000),
    "a huge text": BODY.format("x" * 11_000_000),
    "something else": "<html><body/></html>",
    "an unusual encoding": '<?xml version="1.0" encoding="cp037"?>' + BODY.format("x"),
    "a name in UTF-7": '<?xml version="1.0" encoding="UTF-7"?>' + BODY.format("x"),
    "no entries": '<tbx type="TBX-Basic" style="dca" xml:lang="en"><text/></tbx>',
}


@pytest.mark.parametrize("content", XML.values(), ids=XML.keys())
def test_broken_xml_is_refused(content: str, tmp_path: Path) -> None:
    assert "incoming.tbx" in refused(tmp_path, "tbx", content)


def test_an_encoding_that_is_declared_hides_no_entity(tmp_path: Path) -> None:
    content = '<?xml version="1.0" encoding="{}"?><!DOCTYPE tbx [<!ENTITY a "b">]>' + BODY.format("&a;")
    for encoding in ("ISO-8859-1", "gb18030"):
        assert "X005" in refused(tmp_path / encoding, "tbx", content.format(encoding).encode(encoding))
    utf_7 = b'<?xml version="1.0" encoding="UTF-7"?>' + content.encode("utf-7")
    assert "X003" in refused(tmp_path / "utf-7", "tbx", utf_7)


def test_an_entity_far_into_a_file_is_refused(tmp_path: Path) -> None:
    evil = '<!ENTITY x SYSTEM "file:///etc/passwd">'
    content = f'<!DOCTYPE r [<!--{" " * 200_000}-->{evil}]><rdf:RDF xmlns:rdf="http://x"/>'
    path = tmp_path / "far.rdf"
    path.write_text(content, "utf-8")
    problems = import_file(IMPORTS["skos"], path, tmp_path / "glossary").problems
    assert [problem.code for problem in problems] == ["X005"]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for name in FORMATS:
        assert "X003" in refused(tmp_path / name, name, b"kind\n\xff\xfe\xfa\x80")


JSON = {
    "no JSON": "hello",
    "empty": "",
    "a list": "[]",
    "another format": '{"format": "something"}',
    "too deep": "[" * 200_000,
    "deep": '{"format": "ordlab-termbase", "concepts": ' + '{"a":' * 500 + "1" + "}" * 501,
    "a key twice": '{"format": "ordlab-termbase", "format": "ordlab-termbase"}',
    "no number": '{"format": "ordlab-termbase", "concepts": NaN}',
    "a huge number": '{"format": "ordlab-termbase", "version": ' + "9" * 10_000 + "}",
    "a concept that is none": '{"format": "ordlab-termbase", "concepts": {"a": 1, "b": []}}',
    "parts that are none": '{"format": "ordlab-termbase", "concepts": [], "languages": "nb"}',
    "a name for another folder": '{"format": "ordlab-termbase", "concepts": {"../../evil": {"a": "x"}}}',
    "no name": '{"format": "ordlab-termbase", "concepts": {"../..": {"subject": "x"}}}',
}


@pytest.mark.parametrize("content", JSON.values(), ids=JSON.keys())
def test_broken_json_is_refused(content: str, tmp_path: Path) -> None:
    folder = tmp_path / "outer" / "inner"
    folder.mkdir(parents=True)
    assert "incoming.json" in refused(folder, "json", content)
    assert not list(tmp_path.rglob("evil*"))


ODD_VALUES = ["\u0000", "\u202eevil", "\ud800", "\x9b", "\ufffe", ["a"], {"a": "b"}, [[["a"]]], None, 1, ""]


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
@pytest.mark.parametrize("key", ["definition", "explanation", "terms", "forms", "term", "subject", "related"])
def test_values_of_the_wrong_kind_never_get_in(key: str, value: object, tmp_path: Path) -> None:
    folder = write(tmp_path / "glossary", {})
    before = state(folder)
    data = json.loads(FORMATS["json"].write(load(folder)))
    concept = data["concepts"]["generator"]
    owner = {"subject": concept, "related": concept, "forms": concept["en"], "term": concept["en"]}
    if key in ("forms", "term"):
        concept["en"]["terms"] = [{"term": "generator", key: value}]
    else:
        owner.get(key, concept["en"])[key] = value
    outcome = attempt(folder, "json", json.dumps(data))
    assert outcome.problems or load(folder)
    assert outcome.written or state(folder) == before
    for problem in outcome.problems:
        assert problem.file.endswith("incoming.json")
        assert problem.line


def test_markup_stays_text(tmp_path: Path) -> None:
    """What is dangerous in a page is harmless in YAML; pages escape it, and so do the formats."""
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}]]>\"'&amp;"
    folder = write(tmp_path / "glossary", {})
    data = json.loads(FORMATS["json"].write(load(folder)))
    entry = data["concepts"]["generator"]["en"]
    entry.update(definition=evil, summary=evil, explanation=evil, example=evil, basis=evil)
    entry["terms"] = [{"term": evil, "note": evil, "sort_key": evil, "pinyin": evil, "forms": [evil]}]
    assert attempt(folder, "json", json.dumps(data)).problems == []
    for name in FORMATS:
        outcome = attempt(folder, name, FORMATS[name].write(load(folder)))
        assert (outcome.problems, outcome.changed) == ([], [])


CONTEXTS = [
    '"http://127.0.0.1:9/c"',
    '["http://127.0.0.1:9/c"]',
    '[{}, "file:///etc/passwd"]',
    '{"a": {"@id": "x:a", "@context": "http://127.0.0.1:9/c"}}',
    '{"@import": "http://127.0.0.1:9/c"}',
]


@pytest.mark.parametrize("context", CONTEXTS)
def test_contexts_from_elsewhere_are_refused(context: str, tmp_path: Path) -> None:
    content = f'{{"@context": {context}, "@id": "http://x.org/a", "@type": "Concept"}}'
    assert "X005" in refused(tmp_path, "skos-jsonld", content)
    assert "X005" in refused(tmp_path / "inside", "skos-jsonld", f'{{"@graph": [{content}]}}')


TURTLE = {
    "no Turtle": "hello",
    "empty": "",
    "another vocabulary": "<a:a> <a:b> <a:c> .",
    "too deep": "<a:a> <a:b> " + "[ <a:b> " * 5000,
    "not closed": '<a:a> <a:b> "x',
    "imports": "<a:a> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/x> .",
    "a list that runs in a circle": "@prefix ol: <https://ordlab.invalid/ns#> . "
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
    "<a:s> ol:languages _:l . _:l rdf:first <a:x> ; rdf:rest _:l .",
}


@pytest.mark.parametrize("content", TURTLE.values(), ids=TURTLE.keys())
def test_broken_turtle_is_refused(content: str, tmp_path: Path) -> None:
    assert "incoming.ttl" in refused(tmp_path, "skos-ttl", content)


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glossary.exchange.text.MAX_BYTES", 1000)
    for name in FORMATS:
        assert "X002" in refused(tmp_path / name, name, b" " * 1001)


def test_a_huge_definition_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "glossary", {})
    data = json.loads(FORMATS["json"].write(load(folder)))
    data["concepts"]["generator"]["en"]["definition"] = "x" * 10_000_000
    outcome = attempt(folder, "json", json.dumps(data))
    assert "longer than 1,000,000 characters" in str(outcome.problems)
    assert not outcome.written


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(FORMATS)),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=4
    ),
)
def test_whatever_a_file_says_the_termbase_stays_sound(
    name: str, cuts: list[tuple[float, int, bytes]]
) -> None:
    """Real exports, damaged: taken over or refused, and never half."""
    with tempfile.TemporaryDirectory() as root:
        folder = write(Path(root, "glossary"), {})
        content = FORMATS[name].write(load(folder))
        for place, length, new in cuts:
            start = int(place * len(content))
            content = content[:start] + new + content[start + length :]
        before = state(folder)
        outcome = attempt(folder, name, content)
        assert bool(outcome.problems) != outcome.written
        if outcome.problems:
            assert state(folder) == before
        assert load(folder)

"""Others agree that what we export is what we say it is: schemas, and tools that are not ours."""

from __future__ import annotations

import logging
import re
import sqlite3
import zipfile
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import skosify
from hypothesis import HealthCheck, given, settings
from lxml import etree
from rdflib import RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from translate.storage.tbx import tbxfile

from glossary.__main__ import main
from glossary.commands.export import FORMATS, NAMED_SYNTAXES, PROFILES
from glossary.exchange import anki, profiles, skos, tbx
from glossary.load import load
from tests.glossary.strategies import termbases
from tests.glossary.test_exchange_round_trips import GLOSSARY, as_termbase

XL = "http://www.w3.org/2008/05/skos-xl#"
SKOSXL_CHAINS = [(f"{XL}{kind}", SKOS[kind]) for kind in ("prefLabel", "altLabel", "hiddenLabel")]


HOME = "https://example.org/glossary/"


@cache
def graph(**settings: str) -> Graph:
    return Graph().parse(data=skos.write_turtle(load(GLOSSARY), **settings), format="turtle")


# TBX


def validate(content: bytes, dialect: str) -> None:
    schema = etree.RelaxNG(etree.parse(tbx.SCHEMA / f"{dialect}.rng"))
    document = etree.fromstring(content)
    assert schema.validate(document), schema.error_log
    ids = {element.get("id") for element in document.iter() if element.get("id")}
    targets = {element.get("target") for element in document.iter("{*}ref", "{*}descrip", "{*}admin")}
    assert targets - {None} <= ids


@pytest.mark.parametrize("dialect", ["TBX-Ordlab", "TBX-Basic"])
def test_tbx_is_valid(dialect: str) -> None:
    validate(tbx.write(load(GLOSSARY), basic=dialect == "TBX-Basic"), dialect)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=termbases())
def test_any_termbase_makes_valid_tbx(made: dict[str, Any]) -> None:
    """But for what files of others said in categories of theirs: it is written back in these, which no
    dialect of ours defines."""
    with as_termbase(without_categories_of_others(made)) as termbase:
        validate(tbx.write(termbase), "TBX-Ordlab")
        validate(tbx.write(termbase, basic=True), "TBX-Basic")


def test_what_is_kept_of_a_term_stands_where_tbx_wants_it() -> None:
    """Notes of the term right after it, all else behind (ISO 30042, core structure)."""
    extra = {"skos:notation": "B1.4", "termNote:register": "neutral"}
    term = {"term": "net", "note": "A remark.", "extra": extra}
    made = {
        "languages": {"en": {"name": "English"}},
        "subjects": {"models": {"en": "Models"}},
        "concepts": {"net": {"subject": "models", "en": {"terms": [term], "definition": "model"}}},
    }
    with as_termbase(made) as termbase:
        root = etree.fromstring(tbx.write(termbase))
    section = root.find(".//{*}termSec")
    assert root.get("type") == "TBX-Ordlab-Open"  # `register` is a category of others
    assert [(etree.QName(child).localname, child.get("type")) for child in section] == [
        ("term", None),
        ("termNote", "administrativeStatus"),
        ("termNote", "register"),
        ("note", None),
        ("admin", "extra"),
    ]
    del extra["termNote:register"]
    with as_termbase(made) as termbase:
        validate(tbx.write(termbase), "TBX-Ordlab")


def without_categories_of_others(value: Any) -> Any:
    if not isinstance(value, dict):
        return [without_categories_of_others(item) for item in value] if isinstance(value, list) else value
    theirs = ("descrip:", "admin:", "termNote:")
    return {k: without_categories_of_others(v) for k, v in value.items() if not k.startswith(theirs)}


def test_a_wrong_value_is_not_valid() -> None:
    """Or the schema would allow anything."""
    content = tbx.write(load(GLOSSARY)).replace(b">masculine<", b">male<", 1)
    with pytest.raises(AssertionError):
        validate(content, "TBX-Ordlab")


def test_the_module_defines_every_category_of_ours() -> None:
    namespace = {"t": tbx.NAMESPACE}
    document = etree.fromstring(tbx.write(load(GLOSSARY)))
    basic = etree.fromstring(tbx.write(load(GLOSSARY), basic=True))
    used, standard = (
        {
            (e.tag.partition("}")[2], e.get("type"))
            for e in root.xpath("//t:body//*[@type]", namespaces=namespace)
        }
        for root in (document, basic)
    )
    module = etree.parse(tbx.SCHEMA / "ordlab.tbxmd")
    specs = module.xpath("//*[@name]")
    defined = {(spec.tag.removesuffix("Spec"), spec.get("name")) for spec in specs}
    assert used - standard <= defined
    schema = (tbx.SCHEMA / "TBX-Ordlab.rng").read_text("utf-8")
    assert {name for _, name in defined} == set(re.findall(r"<value>(\w+)</value>", schema)) - {
        *("true", "false", "context"),  # whether a term is linked
    }
    # What the schema of such definitions asks for: tbxmd.rng of LTAC, which has no license to be shipped by.
    assert module.getroot().get("ns")
    described = set(Graph().parse(skos.VOCABULARY).subjects(RDFS.comment))
    for spec in specs:
        address, contents = spec.get("datcatId"), spec.find("contents")
        assert URIRef(address) in described or address in map(str, graph().predicates())
        assert contents.get("datatype") in ("string", "basicText", "noteText", "picklist")
        assert (contents.get("datatype") == "picklist") == bool(contents.findall("value"))
        assert (spec.find("levels") is None) == (spec.tag == "termNoteSpec")


def test_translate_toolkit_reads_every_term() -> None:
    """It knows only the edition of 2008, in which these four elements had other names."""
    text = tbx.write(load(GLOSSARY), basic=True).decode()
    for new, old in {
        "conceptEntry": "termEntry",
        "langSec": "langSet",
        "termSec": "tig",
        "tbx": "martif",
    }.items():
        text = re.sub(rf"(</?){new}\b", rf"\1{old}", text)
    store = tbxfile.parsestring(text.replace(f' xmlns="{tbx.NAMESPACE}"', "").encode())
    termbase = load(GLOSSARY)
    assert [unit.getid() for unit in store.units] == list(termbase.concepts)
    for unit in store.units:
        for code, entry in termbase.concepts[unit.getid()].entries.items():
            terms = unit.get_target_terms(termbase.languages[code].html)
            assert [term.text for term in terms] == [term.term for term in entry.terms]
            assert [term.deprecated for term in terms] == [t.status == "deprecated" for t in entry.terms]
            notes = {note.text for term in terms for note in term.notes if note.category == "definition"}
            assert notes == {entry.definition}


# SKOS


def statements(graph: Graph) -> set[tuple[Any, ...]]:
    """What a graph says, with what has no name told in full: rdflib's own comparison takes minutes."""

    def told(node: Any) -> Any:
        if not isinstance(node, BNode):
            return node
        if (node, RDF.first, None) in graph:
            return tuple(map(told, Collection(graph, node)))
        return frozenset((predicate, told(value)) for predicate, value in graph.predicate_objects(node))

    return {(s, p, told(o)) for s, p, o in graph if not isinstance(s, BNode)}


def test_turtle_and_jsonld_say_the_same() -> None:
    other = Graph().parse(data=skos.write_jsonld(load(GLOSSARY)), format="json-ld")
    assert statements(graph()) == statements(other)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=termbases())
def test_any_termbase_says_the_same_in_both(made: dict[str, Any]) -> None:
    with as_termbase(made) as termbase:
        turtle = Graph().parse(data=skos.write_turtle(termbase), format="turtle")
        assert isomorphic(turtle, Graph().parse(data=skos.write_jsonld(termbase), format="json-ld"))


def test_plain_labels_are_those_of_skos_xl() -> None:
    """SKOS-XL's S55 to S57: what an XL label says, the plain one says too."""
    for xl, plain in SKOSXL_CHAINS:
        said = {
            (concept, literal)
            for concept, label in graph().subject_objects(URIRef(xl))
            for literal in graph().objects(label, URIRef(f"{XL}literalForm"))
        }
        concepts = set(graph().subjects(RDF.type, SKOS.Concept))
        assert said == {(c, literal) for c, literal in graph().subject_objects(plain) if c in concepts}


def test_skosify_finds_nothing_to_mend(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        skosify.skosify(Graph() + graph(), label="Termbase", default_language="en")
    assert [record.getMessage() for record in caplog.records] == []


def test_skosify_sees_what_is_wrong(caplog: pytest.LogCaptureFixture) -> None:
    concept = next(graph().subjects(RDF.type, SKOS.Concept))
    wrong = Graph() + graph()
    wrong.add((concept, SKOS.prefLabel, Literal("a second one", lang="en")))
    with caplog.at_level(logging.WARNING):
        skosify.skosify(wrong, label="Termbase", default_language="en")
    assert caplog.records


def test_every_property_of_ours_is_described() -> None:
    namespace = skos.PREFIXES["ol"]
    described = set(Graph().parse(skos.VOCABULARY).subjects(RDFS.comment))
    used = {p for p in graph().predicates() if str(p).startswith(namespace)}
    declared = {f"ol:{str(term).removeprefix(namespace)}" for term in described}
    sources = [path.read_text("utf-8") for path in Path(skos.__file__).parent.glob("*.py")]
    mentioned = {name for source in sources for name in re.findall(r"\bol:\w+", source)}
    assert used <= described
    assert mentioned <= declared


def missing(**settings: str) -> Counter[str]:
    """What SKOS-AP-NO asks for and concepts lack, each with how many."""
    demands = profiles.judge(graph(**settings), "skos-ap-no")
    assert len({demand.text for demand in demands}) == len(demands) == 14
    return Counter({demand.text: len(demand.lacking) for demand in demands if demand.lacking})


def test_of_the_norwegian_profile_only_nynorsk_is_missing() -> None:
    """SKOS-AP-NO wants each preferred term in nb and in nn, and the termbase has no nn: said, not hidden."""
    every = len(load(GLOSSARY).concepts)
    found = missing(url=HOME, publisher="https://example.org/", contact="terms@example.org")
    assert found == {"a concept has a preferred term in nn": every}


def test_without_a_publisher_that_is_missing_too() -> None:
    every = len(load(GLOSSARY).concepts)
    assert missing() == {
        "a concept has a preferred term in nn": every,
        "a concept has an address on the web as its identifier": every,
        "a concept has one publisher, which is an organization": every,
        "a concept has a contact point": every,
    }


def test_the_command_says_what_the_profile_asks_for_and_what_is_lacking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.glossary.test_load import write

    folder, out = write(tmp_path / "glossary", {}), tmp_path / "out.ttl"
    arguments = ["export", "skos", str(folder), "-o", str(out), "--profile", "skos-ap-no"]
    assert main([*arguments, "--contact", "terms@example.org"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "  met      a concept has a preferred term in nb" in said
    assert (
        "  lacking  a concept has a preferred term in nn: every concept "
        "→ add the language nn to languages.yml, and terms in it"
    ) in said
    assert (
        "  lacking  a concept has one publisher, which is an organization: every concept → give --publisher"
    ) in said
    assert (
        "  lacking  a concept has an address on the web as its identifier: every concept → give --url" in said
    )
    assert len([line for line in said if line.startswith("  met")]) == 11
    assert Graph().parse(out)


def test_the_syntax_follows_the_end_of_the_file_s_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.glossary.test_load import write

    folder = str(write(tmp_path / "glossary", {}))
    graphs = []
    for name in ("a.ttl", "a.jsonld", "a.rdf", "a.nt"):
        assert main(["export", "skos", folder, "-o", str(tmp_path / name)]) == 0
        graphs.append(Graph().parse(tmp_path / name))
    assert main(["export", "skos-ttl", folder, "-o", str(tmp_path / "a.txt")]) == 0
    graphs.append(Graph().parse(tmp_path / "a.txt", format="turtle"))
    assert all(statements(graph) == statements(graphs[0]) for graph in graphs)
    assert main(["export", "skos", folder, "-o", str(tmp_path / "b.txt")]) == 2
    assert "end it with one of: .ttl, .jsonld" in capsys.readouterr().err
    assert not (tmp_path / "b.txt").exists()


def test_a_profile_that_is_met_is_no_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.glossary.test_load import SOUND, write

    both = {name: text.replace("zh:", "nn:").replace("html: zh-Hans, ", "") for name, text in SOUND.items()}
    folder, out = write(tmp_path / "glossary", both), tmp_path / "out.jsonld"
    who = ["--url", HOME, "--publisher", "https://example.org/", "--contact", "terms@example.org"]
    assert main(["export", "skos-jsonld", str(folder), "-o", str(out), "--profile", "skos-ap-no", *who]) == 0
    assert "lacking" not in capsys.readouterr().out


def test_without_what_judges_profiles_the_reader_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.glossary.test_load import write

    monkeypatch.setattr("glossary.commands.export.find_spec", lambda name: None)
    out = tmp_path / "out.ttl"
    arguments = ["export", "skos-ttl", str(write(tmp_path / "glossary", {})), "-o", str(out)]
    assert main([*arguments, "--profile", "skos-ap-no"]) == 2
    assert "pip install 'ordlab[profile]'" in capsys.readouterr().err
    assert not out.exists()


# Flash cards


def notes(content: bytes, folder: Path) -> list[tuple[Any, ...]]:
    """Ids, times and fields of the notes in a deck."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extract("collection.anki2", folder)
    with sqlite3.connect(folder / "collection.anki2") as database:
        return database.execute("select guid, mid, mod, flds from notes order by id").fetchall()


def test_a_deck_has_a_card_for_every_concept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    termbase = load(GLOSSARY)
    deck = notes(anki.write(termbase, "nb", "zh"), tmp_path)
    assert [row[3].split("\x1f")[0] for row in deck] == list(termbase.concepts)
    generator = next(row[3].split("\x1f") for row in deck if row[3].startswith("generator\x1f"))
    assert generator[1] == "generator"
    assert generator[3] == termbase.concepts["generator"].entries["zh"].preferred.term
    assert {row[2] for row in deck} == {1_000_000_000}


def test_a_newer_deck_updates_the_cards_of_an_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same ids and a later time: by these Anki knows a note again."""
    decks = []
    for epoch in ("1000000000", "2000000000"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        decks.append(notes(anki.write(load(GLOSSARY), "nb", "en"), tmp_path))
    older, newer = decks
    assert [row[:2] for row in older] == [row[:2] for row in newer]
    assert all(old[2] < new[2] for old, new in zip(older, newer, strict=True))
    assert len({row[0] for row in older}) == len(older)


def test_cards_show_text_and_never_markup(tmp_path: Path) -> None:
    from tests.glossary.test_load import SOUND, write

    text = SOUND["terms/generator.yml"].replace("definition: ", "definition: <script>alert(1)</script> ", 1)
    termbase = load(write(tmp_path / "glossary", {"terms/generator.yml": text}))
    fields = " ".join(row[3] for row in notes(anki.write(termbase, "nb", "en"), tmp_path))
    assert "&lt;script&gt;" in fields
    assert "<script" not in fields


def test_the_command_names_every_format() -> None:
    from glossary import exchange

    named = [name for form in FORMATS for name in (NAMED_SYNTAXES if form == "skos" else (form,))]
    assert [*exchange.FORMATS, "xliff", "anki"] == named
    assert all(profiles.shapes(name).is_file() for name in PROFILES)

"""Files of others come in at the first try, and what they say comes out again: nothing is lost."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from rdflib import RDF, BNode, Graph, URIRef
from rdflib.compare import isomorphic

from glossary.__main__ import main
from glossary.exchange import FORMATS, IMPORTS, plain
from glossary.exchange.columns import column_of, with_languages
from glossary.exchange.merge import Outcome, import_file
from glossary.exchange.skos import PREFIXES
from glossary.load import load
from tests.glossary import published
from tests.glossary.test_exchange_round_trips import state

CONCEPTS = 250  # as many as a test can take; `python -m tests.bench.exchange` brings in 2,372


def bring(format: str, content: str | bytes, folder: Path, **options: Any) -> Outcome:
    path = folder.parent / f"published.{IMPORTS[format].suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    outcome = import_file(IMPORTS[format], path, folder, **options)
    assert outcome.problems == []
    return outcome


def comes_back(folder: Path) -> None:
    """Export and import in every format, into a new folder and into the same one: nothing changes."""
    said, before = plain.of_termbase(load(folder)), state(folder)
    for name, format in FORMATS.items():
        content = format.write(load(folder))
        bring(name, content, folder)
        assert state(folder) == before
        bring(name, content, folder.parent / name / "glossary")
        assert plain.of_termbase(load(folder.parent / name / "glossary")) == said


def decided(outcome: Outcome) -> Counter[str]:
    return Counter(decision.what for decision in outcome.decisions)


# SKOS


def says(before: Graph, folder: Path) -> bool:
    """Whether the export says what the graph says; of what has an address, and of labels, it says more."""
    label = (RDF.type, URIRef(f"{published.XL}Label"))
    exported = Graph().parse(data=FORMATS["skos-ttl"].write(load(folder)), format="turtle")
    ours = {triple for triple in exported if str(triple[1]).startswith(PREFIXES["ol"])}
    lists = {cell for _, _, head in ours for cell in exported.transitive_objects(head, RDF.rest)}
    after = Graph()
    for triple in exported:
        has_no_name = any(isinstance(node, BNode) for node in triple)
        is_added = triple in ours or triple[0] in lists or triple[1:] == label
        if triple in before or (has_no_name and not is_added):
            after.add(triple)
    for triple in [triple for triple in before.triples((None, *label)) if isinstance(triple[0], BNode)]:
        before.remove(triple)
    return isomorphic(before, after)


@pytest.mark.parametrize("syntax", ["turtle", "xml", "json-ld", "nt"])
def test_a_thesaurus_comes_in_and_out_in_any_syntax(syntax: str, tmp_path: Path) -> None:
    graph = published.thesaurus(CONCEPTS)
    folder = tmp_path / "glossary"
    outcome = bring("skos", graph.serialize(format=syntax, encoding="utf-8"), folder)
    nameless = decided(outcome)["no term in any language of the termbase: kept in extra.yml"]
    assert (len(outcome.added), nameless) == (CONCEPTS - 2, 2)
    assert len(outcome.drafts) == len(outcome.added)
    assert list(load(folder).languages) == ["en", "en-GB", "nb", "fr"]
    before = state(folder)
    assert bring("skos", graph.serialize(format=syntax, encoding="utf-8"), folder).changed == []
    assert says(graph, folder)
    assert state(folder) == before


def test_a_thesaurus_goes_through_every_format(tmp_path: Path) -> None:
    graph = published.thesaurus(110)
    bring("skos", graph.serialize(format="turtle"), tmp_path / "glossary", languages=["nb", "en"])
    assert says(graph, tmp_path / "glossary")
    comes_back(tmp_path / "glossary")


RDF_XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rdf:RDF [<!ENTITY skos "http://www.w3.org/2004/02/skos/core#">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="&skos;"
 xmlns:owl="http://www.w3.org/2002/07/owl#">
<skos:Concept rdf:about="https://example.org/k/77">
<skos:prefLabel xml:lang="nb-NO">kjel</skos:prefLabel></skos:Concept>
<rdf:Description rdf:about="https://example.org/k/78"><rdf:type rdf:resource="&skos;Concept"/><owl:deprecated
 rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</owl:deprecated></rdf:Description>
</rdf:RDF>"""


def test_short_names_for_addresses_are_read_and_other_entities_are_not(tmp_path: Path) -> None:
    outcome = bring("skos", RDF_XML, tmp_path / "glossary")
    assert outcome.added == ["kjel"]
    assert load(tmp_path / "glossary").extra["concepts"]["c-78"]["extra"]["uri"] == "https://example.org/k/78"
    for evil in (
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x "&skos;&skos;">',
        '<!ENTITY % x "y">',
    ):
        path = tmp_path / "evil.rdf"
        path.write_text(RDF_XML.replace("[<!", f"[{evil}<!"), "utf-8")
        problems = import_file(IMPORTS["skos"], path, tmp_path / "new").problems
        assert [problem.code for problem in problems] == ["X005"]


def test_tags_that_are_no_languages_of_a_site_are_kept(tmp_path: Path) -> None:
    content = (
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<https://example.org/1> a s:Concept ; s:prefLabel "one"@EN, "eno"@x-back ; s:altLabel "a one"@en .'
    )
    bring("skos", content, tmp_path / "glossary")
    concept = load(tmp_path / "glossary").concepts["one"]
    assert [term.term for term in concept.entries["en"].terms] == ["one", "a one"]
    assert concept.extra["languages"] == {"x-back": {"terms": [{"term": "eno"}]}}
    alike = content.replace("@EN", "@en")  # which to RDF is the same
    assert says(Graph().parse(data=alike, format="turtle"), tmp_path / "glossary")


def test_addresses_without_a_base_stay_apart_from_ours(tmp_path: Path) -> None:
    content = (
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<one> a s:Concept ; s:prefLabel "one"@en ; s:inScheme <> .\n'
        '<two> a s:Concept ; s:prefLabel "two"@en ; s:broader <one> .\n'
    )
    bring("skos", content, tmp_path / "glossary")
    comes_back(tmp_path / "glossary")


def test_a_definition_may_be_a_resource(tmp_path: Path) -> None:
    content = (
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> . @prefix : <https://example.org/> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        ':1 a s:Concept ; s:prefLabel "sleet"@en, "sludd"@nb ;\n'
        's:definition :d1, [ rdf:value "kald blanding"@nb ] .\n'
        ':d1 rdf:value "wet snow"@en ; :from "a book" .\n'
    )
    bring("skos", content, tmp_path / "glossary")
    entries = load(tmp_path / "glossary").concepts["sleet"].entries
    assert (entries["en"].definition, entries["nb"].definition) == ("wet snow", "kald blanding")
    assert says(Graph().parse(data=content, format="turtle"), tmp_path / "glossary")
    comes_back(tmp_path / "glossary")


def test_a_circle_stays_an_error(tmp_path: Path) -> None:
    path = tmp_path / "circle.ttl"
    path.write_text(
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> . @prefix : <https://example.org/> .\n"
        ':one a s:Concept ; s:prefLabel "one"@en ; s:broader :two .\n'
        ':two a s:Concept ; s:prefLabel "two"@en ; s:broader :one .\n'
    )
    outcome = import_file(IMPORTS["skos"], path, tmp_path / "glossary")
    assert [problem.code for problem in outcome.problems] == ["T034"]
    assert not (tmp_path / "glossary").exists()


# TBX

META = ("descrip", "admin", "termNote", "ref", "xref", "transac", "transacNote")
NAMES = {
    "termEntry": "conceptEntry",
    "langSet": "langSec",
    "tig": "termSec",
    "ntig": "termSec",
    "martif": "tbx",
}
NAMES |= {"martifHeader": "tbxHeader", "refObjectList": "refObjectSec"}


def canonical(element: etree._Element) -> str:
    """The element as Canonical XML (C14N 2.0), once names, order and groups are alike."""
    copy = rebuilt(element)
    return etree.tostring(copy, method="c14n2", strip_text=True).decode()


def rebuilt(element: etree._Element) -> etree._Element:
    local = etree.QName(element).localname
    attributes = {re.sub(r"^\{.*\}", "", key): value for key, value in element.attrib.items()}
    name = NAMES.get(local, local)
    if local not in META and etree.QName(element).namespace not in (None, "urn:iso:std:iso:30042:ed-2"):
        name, attributes["type"] = "meta", local  # DCT style
    elif local in META:
        name = "meta"
    text = " ".join((element.text or "").split())
    if attributes.get("type") in ("administrativeStatus", "partOfSpeech"):
        text = text.lower().replace("term-admn-sts", "")
    if attributes.get("type") == "subjectField":
        attributes.pop("target", None)
    if attributes.get("type") == "crossReference":
        text = ""  # the label of what `target` says
    if attributes.get("type") == "definition":
        attributes.pop("lang", None)
    made = etree.Element(name, attributes)
    made.text = text
    children = []
    for child in element.iterchildren("{*}*"):
        inner = rebuilt(child)
        inner.tail = " ".join((child.tail or "").split())
        is_wrapper = inner.tag == "termGrp" or (inner.tag.endswith("Grp") and len(inner) == 1)
        children += list(inner) if is_wrapper else [inner]
    is_text = any(child.tail for child in children)
    made.extend(children if is_text else sorted(children, key=etree.tostring))
    return made


def statements(content: bytes) -> Iterator[tuple[str, ...]]:
    """What a file says, each with the entry, the language and the term that it says it of."""
    root = rebuilt(etree.fromstring(content))
    for entry in root.iter("conceptEntry"):
        for child in entry:
            if child.tag != "langSec":
                yield entry.get("id", ""), canonical(child)
            for item in child if child.tag == "langSec" else ():
                lang = child.get("lang", "").lower()
                if item.tag != "termSec":
                    yield entry.get("id", ""), lang, canonical(item)
                for note in item if item.tag == "termSec" else ():
                    yield entry.get("id", ""), lang, item.findtext("term", ""), canonical(note)
    yield from (("", canonical(part)) for part in (*root.iter("tbxHeader"), *root.iter("refObjectSec")))


def test_a_termbase_comes_in_and_out(tmp_path: Path) -> None:
    content, folder = published.termbase(CONCEPTS), tmp_path / "glossary"
    outcome = bring("tbx", content, folder)
    assert len(outcome.added) == CONCEPTS
    exported = FORMATS["tbx"].write(load(folder))
    assert Counter(statements(content)) - Counter(statements(exported)) == Counter()
    before = state(folder)
    assert bring("tbx", content, folder).changed == []
    assert state(folder) == before


def test_a_termbase_goes_through_every_format(tmp_path: Path) -> None:
    bring("tbx", published.termbase(80), tmp_path / "glossary", languages=["nb", "en"])
    comes_back(tmp_path / "glossary")


TOOL = """<?xml version="1.0"?>
<!DOCTYPE martif SYSTEM "./core.dtd">
<martif type="TBX" xml:lang="en">
<martifHeader><fileDesc><sourceDesc><p>-</p></sourceDesc></fileDesc></martifHeader><text><body>
<termEntry id="c7"><descrip type="subjectField">rigging</descrip><descrip type="Needs work">Yes</descrip>
<descrip type="definition">rope that holds a mast up</descrip>
<langSet xml:lang="en-us">
<tig><term>stay</term><termNote type="administrativeStatus">preferred</termNote></tig>
<tig><term>mast rope</term><termNote type="administrativeStatus">preferred</termNote></tig>
<tig><term>holder</term><termNote type="administrativeStatus">notRecommended</termNote></tig></langSet>
<langSet xml:lang="nb-no">
<tig><term>stag</term><termNote type="administrativeStatus">preferred</termNote></tig></langSet>
</termEntry>
<termEntry id="c8"><langSet xml:lang="en-us"><tig><term>boom</term></tig></langSet></termEntry>
</body></text></martif>"""


def test_a_tool_s_own_dialect(tmp_path: Path) -> None:
    outcome = bring("tbx", TOOL, tmp_path / "glossary")
    assert sorted(outcome.drafts) == ["boom", "stay"]
    concept = load(tmp_path / "glossary").concepts["stay"]
    english = concept.entries["en"]
    assert english.definition == "rope that holds a mast up"
    assert [(term.term, term.status) for term in english.terms] == [
        ("stay", "preferred"),
        ("mast rope", "admitted"),
        ("holder", "deprecated"),
    ]
    assert concept.extra == {"descrip:Needs work": "Yes", "id": "c7"}
    assert decided(outcome)["a second preferred term: admitted"] == 1
    exported = FORMATS["tbx"].write(load(tmp_path / "glossary"))
    assert Counter(statements(TOOL.encode())) - Counter(statements(exported)) == Counter()


LARGE_BASE = """<tbx type="TBX-Core" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2">
<tbxHeader><fileDesc><sourceDesc><p>-</p></sourceDesc></fileDesc></tbxHeader><text><body>
<conceptEntry id="BASE-123">
<descrip type="subjectField">Weather</descrip>
<langSec xml:lang="en-GB"><descripGrp><descrip type="definition">rain that freezes</descrip>
<admin type="source">Own</admin></descripGrp>
<termSec><term>sleet</term><termNote type="partOfSpeech">Noun</termNote>
<termNote type="termType">fullForm</termNote><descrip type="reliabilityCode">3</descrip></termSec></langSec>
<langSec xml:lang="no">
<termSec><term>sludd</term><termNote type="grammaticalGender">neuter</termNote></termSec></langSec>
<langSec xml:lang="zh-Hans"><termSec><term>雨夹雪</term></termSec></langSec>
</conceptEntry></body></text></tbx>"""


def test_a_large_termbase_s_entry(tmp_path: Path) -> None:
    outcome = bring("tbx", LARGE_BASE, tmp_path / "glossary")
    (id,) = outcome.added
    termbase = load(tmp_path / "glossary")
    assert [(c, language.html) for c, language in termbase.languages.items()] == [
        ("en", "en-GB"),
        ("nb", "no"),
        ("zh", "zh-Hans"),
    ]
    english = termbase.concepts[id].entries["en"]
    assert (english.preferred.pos, english.preferred.type) == ("noun", "full")
    assert english.preferred.extra == {"descrip:reliabilityCode": "3"}
    assert english.extra == {"definition/admin:source": "Own"}
    assert termbase.subjects[termbase.concepts[id].subject].labels == {"en": "Weather"}
    exported = FORMATS["tbx"].write(termbase)
    assert Counter(statements(LARGE_BASE.encode())) - Counter(statements(exported)) == Counter()


GROUPS = """<?xml version="1.0" encoding="{}"?>
<martif type="TBX" xml:lang="en"><text><body>
<termEntry id="IATE-84"><descripGrp><descrip type="subjectField">1011</descrip></descripGrp>
<langSet xml:lang="nb"><ntig><termGrp><term>blåbær</term>
<termNoteGrp><termNote type="partOfSpeech">noun</termNote><note>of a plant</note></termNoteGrp>
<termNoteGrp><termNote type="administrativeStatus">preferred</termNote><admin type="source">list</admin>
</termNoteGrp></termGrp>
<descripGrp><descrip type="context">Plukk <hi>blåbær</hi>!</descrip>
<admin type="source">bok</admin></descripGrp>
</ntig><tig><term>blåbær</term></tig></langSet>
<langSet xml:lang="en"><tig><term/><note>none yet</note></tig></langSet></termEntry>
</body></text></martif>"""


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252"])
def test_groups_come_back_and_so_does_a_language_without_a_term(encoding: str, tmp_path: Path) -> None:
    content = GROUPS.format(encoding).encode(encoding)
    bring("tbx", content, tmp_path / "glossary")
    termbase = load(tmp_path / "glossary")
    (concept,) = termbase.concepts.values()
    assert concept.entries["nb"].preferred.term == "blåbær"
    assert not concept.entries["en"].terms
    exported = FORMATS["tbx"].write(termbase)
    assert Counter(statements(content)) - Counter(statements(exported)) == Counter()
    comes_back(tmp_path / "glossary")


VENDOR = """<martif type="TBX" xml:lang="en-US">
<martifHeader><fileDesc><sourceDesc><p>-</p></sourceDesc></fileDesc></martifHeader>
<text><front><p>About these words.</p></front><body>
<termEntry id="26_1"><ref type="crossReference" target="氷">see</ref><langSet xml:lang="en-US">
<descrip type="explanation">What a <hi>lake</hi> gets.</descrip>
<ntig><termGrp><term id="26_1_7">ice</term><termNote type="termType">entryTerm</termNote>
<termNote type="partOfSpeech">n</termNote></termGrp></ntig></langSet>
<langSet xml:lang="mul"><tig><term>H2O</term></tig></langSet></termEntry>
<termEntry id="氷"><langSet xml:lang="en-US"><tig><term>snow</term></tig></langSet></termEntry>
</body></text></martif>"""


def test_a_tool_knows_its_entries_again(tmp_path: Path) -> None:
    """By their ids, though XML would not have them begin with a digit."""
    outcome = bring("tbx", VENDOR, tmp_path / "glossary")
    assert sorted(outcome.added) == ["ice", "snow"]
    termbase = load(tmp_path / "glossary")
    assert list(termbase.languages) == ["en"]  # `mul` is none
    assert termbase.concepts["ice"].entries["en"].explanation == "What a lake gets."
    exported = FORMATS["tbx"].write(termbase)
    assert Counter(statements(VENDOR.encode())) - Counter(statements(exported)) == Counter()
    assert {e.get("id") for e in etree.fromstring(exported).iter("{*}conceptEntry")} == {"26_1", "氷"}
    comes_back(tmp_path / "glossary")


SMALL = """<TBX dialect="TBX-Min" xmlns="http://www.tbxinfo.net/">
<header><id>words</id><languages source="de" target="en"/></header><body>
<entry id="E1"><subjectField>weather</subjectField>
<langGroup xml:lang="en"><termGroup><term>ice</term><customer>all</customer></termGroup>
<termGroup><term>frozen water</term><termStatus>admitted</termStatus></termGroup></langGroup>
<langGroup xml:lang="de"><termGroup><term>Eis</term><partOfSpeech>noun</partOfSpeech></termGroup></langGroup>
</entry></body></TBX>"""


def test_the_smallest_dialect(tmp_path: Path) -> None:
    bring("tbx", SMALL, tmp_path / "glossary")
    termbase = load(tmp_path / "glossary")
    assert list(termbase.languages) == ["de", "en"]
    (concept,) = termbase.concepts.values()
    assert [term.status for term in concept.entries["en"].terms] == ["preferred", "admitted"]
    assert concept.entries["de"].preferred.pos == "noun"
    assert b"customer" in FORMATS["tbx"].write(termbase)
    comes_back(tmp_path / "glossary")


def test_what_belongs_to_a_text_that_is_gone_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "glossary"
    bring("tbx", LARGE_BASE, folder)
    (path,) = folder.glob("terms/*.yml")
    path.write_text(path.read_text("utf-8").replace("  definition: rain that freezes\n", ""), "utf-8")
    assert load(folder).concepts[path.stem].entries["en"].extra == {"definition/admin:source": "Own"}
    comes_back(folder)


def test_an_entity_that_only_a_document_type_elsewhere_defines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entity.tbx"
    path.write_text(TOOL.replace("mast rope", "mast&nbsp;rope"), "utf-8")
    outcome = import_file(IMPORTS["tbx"], path, tmp_path / "glossary")
    assert [(problem.code, problem.line) for problem in outcome.problems] == [("X005", 9)]


# Tables

TABLE = [
    ["Term EN", "Definition EN", "Begrep NB", "Definisjon NB", "Merknad"],
    ["snow bridge", "snow above a hole", "snøbro", "snø over et hull", "to linjer\ni én celle"],
    ["frost", "", "frost", "", ""],
]


def as_text(separator: str) -> str:
    quoted = [[f'"{cell}"' if "\n" in cell else cell for cell in row] for row in TABLE]
    return "".join(separator.join(row) + "\r\n" for row in quoted)


WAYS = {
    "semicolons and a mark": as_text(";").encode("utf-8-sig"),
    "tabs in UTF-16": as_text("\t").encode("utf-16"),
    "UTF-16 without a mark": as_text("\t").encode("utf-16-le"),
    "UTF-16 without a mark, the other way around": as_text(";").encode("utf-16-be"),
    "commas": as_text(",").encode(),
    "Windows-1252": as_text(";").encode("cp1252"),
    "Excel's first line": b"sep=;\r\n" + as_text(";").encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_table_comes_in_however_it_was_saved(way: str, tmp_path: Path) -> None:
    outcome = bring("csv", WAYS[way], tmp_path / "glossary")
    termbase = load(tmp_path / "glossary")
    concept = termbase.concepts["snow-bridge"]
    assert concept.entries["nb"].preferred.term == "snøbro"
    assert concept.entries["en"].definition == "snow above a hole"
    assert concept.extra == {"Merknad": "to linjer\ni én celle"}
    assert list(termbase.languages) == ["en", "nb"]
    said = {(decision.what, decision.detail) for decision in outcome.decisions}
    assert ("column “Begrep NB”", "term in nb") in said
    assert ("column “Merknad”", "kept in `extra`") in said
    assert ("read as Windows-1252; --encoding names another", "") in said or way != "Windows-1252"


def test_a_table_of_a_mac(tmp_path: Path) -> None:
    content = "term_nb;definition_nb\nblåbær;bær som gjør tennene blå – «søte»\n"
    outcome = bring("csv", content.encode("mac_roman"), tmp_path / "glossary")
    assert decided(outcome)["read as Mac Roman; --encoding names another"] == 1
    (concept,) = load(tmp_path / "glossary").concepts.values()
    assert concept.entries["nb"].preferred.term == "blåbær"


def test_chinese_in_the_code_page_of_its_country(tmp_path: Path) -> None:
    outcome = bring(
        "csv", "术语,定义\n数据集,用于训练的样本\n".encode("gbk"), tmp_path / "glossary", languages=["zh"]
    )
    (id,) = outcome.added
    assert load(tmp_path / "glossary").concepts[id].entries["zh"].preferred.term == "数据集"
    assert decided(outcome)["read as GB 18030; --encoding names another"] == 1


def test_a_workbook_comes_in(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)
    book.create_sheet("Notes").append(["who", "when"])
    book.save(tmp_path / "book.xlsx")
    outcome = bring("xlsx", (tmp_path / "book.xlsx").read_bytes(), tmp_path / "glossary")
    assert outcome.added == ["snow-bridge", "frost"]
    assert decided(outcome)["sheet “Notes” holds no terms: not read"] == 1


def test_titles_above_the_headings_are_said(tmp_path: Path) -> None:
    outcome = bring("csv", "Words of snow;;\n;;\n" + as_text(";"), tmp_path / "glossary")
    assert "snow-bridge" in outcome.added
    assert ("row above the headings: not read", "Words of snow") in {
        (decision.what, decision.detail) for decision in outcome.decisions
    }


def test_a_guess_is_shown_first_and_can_be_put_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = tmp_path / "table.csv", tmp_path / "glossary"
    path.write_text(as_text(";"), "utf-8")
    arguments = ["import", "csv", str(path), str(folder)]
    assert main([*arguments, "--dry-run"]) == 0
    assert not folder.exists()
    said = capsys.readouterr().out
    assert "column “Definisjon NB”: definition in nb" in said
    assert "Nothing was written" in said
    assert main([*arguments, "--columns", "Merknad=en.example,Definisjon NB=skip"]) == 0
    entries = load(folder).concepts["snow-bridge"].entries
    assert (entries["en"].example, entries["nb"].definition) == ("to linjer\ni én celle", "")
    assert main([*arguments, "--columns", "Merkna=en.example"]) == 1
    assert "did you mean “Merknad”?" in capsys.readouterr().out


HEADINGS = {
    "term_en": "term in en",
    "definition_nb": "definition in nb",
    "Norsk bokmål": "term in nb",
    "English definition": "definition in en",
    "term (zh-Hans)": "term in zh-Hans",
    "pt-BR": "term in pt-BR",
    "术语": "term",
    "Fagområde": "subject",
    "ID": "id",
    "Owner": "kept in `extra`",
    "No.": "id",
    "Refers to": "kept in `extra`",
    "Notater (de)": "kept in `extra` in de",
    "Begriff (Englisch)": "term in en",
    "Englische Benennung": "term in en",
    "Définition anglaise": "definition in en",
    "Term (engelska)": "term in en",
    "Término en alemán": "term in de",
    "英文术语": "term in en",
    "術語（繁體中文）": "term in zh-Hant",
    "定義 [日本語]": "definition in ja",
    "Translation [pt-BR]": "term in pt-BR",
    "Simplified Chinese": "term in zh-Hans",
    "Frarådd term nynorsk": "deprecated in nn",
    "Concept: Definition": "definition",
}


@pytest.mark.parametrize(("heading", "meaning"), HEADINGS.items(), ids=HEADINGS.keys())
def test_headings(heading: str, meaning: str) -> None:
    assert str(column_of(heading, None)) == meaning


# Headings, a row below them, and what the columns hold.
TABLES = {
    "the language of a heading": (
        ["Begrep", "Engelsk", "Definisjon", "Example"],
        ["frost", "frost", "kulde", "a frost"],
        "term in nb | term in en | definition in nb | example in en",
    ),
    "the script of the cells": (
        ["Term", "中文", "Definition", "Example"],
        ["frost", "霜", "结成的冰晶", "a frost"],
        "term in en | term in zh | definition in zh | example in en",
    ),
    "else the first": (
        ["Term DE", "Term EN", "Abbreviation", "定义"],
        ["Eis", "ice", "E", "water"],
        "term in de | term in en | abbreviation in en | definition in de",
    ),
    "genders are of a language that has them": (
        ["Term EN", "Term NB", "Gender"],
        ["ice", "is", "m"],
        "term in en | term in nb | gender in nb",
    ),
    "No is a number": (["No", "Norsk", "Engelsk"], ["7", "is", "ice"], "id | term in nb | term in en"),
    "a row per term": (
        ["Language", "Term", "Definition"],
        ["en", "ice", "water"],
        "language | term | definition",
    ),
    "nobody knows": (["Term", "Definition"], ["ice", "water"], "term | definition"),
    "one language only": (["Begriff", "Definition"], ["Eis", "Wasser"], "term in de | definition in de"),
}


@pytest.mark.parametrize(("headings", "row", "meaning"), TABLES.values(), ids=TABLES.keys())
def test_columns_that_name_no_language(headings: list[str], row: list[str], meaning: str) -> None:
    columns = with_languages([column_of(heading, None) for heading in headings], [row])
    assert " | ".join(map(str, columns)) == meaning


def test_terms_to_avoid_have_a_column_of_their_own(tmp_path: Path) -> None:
    content = "Frarådd term,Tillatt term,Begrep,Engelsk\nsnøføyk,,snøfokk,snowdrift\n"
    bring("csv", content, tmp_path / "glossary")
    (concept,) = load(tmp_path / "glossary").concepts.values()
    assert [(term.term, term.status) for term in concept.entries["nb"].terms] == [
        ("snøfokk", "preferred"),
        ("snøføyk", "deprecated"),
    ]


def test_commas_within_a_cell(tmp_path: Path) -> None:
    content = (
        "Term EN;Synonyms EN;See also\nice, solid;black ice, 1,5 m ice;\nsnow;;\nsleet;;snow, ice, solid\n"
    )
    content += "frost;;snow, sleet\n"
    bring("csv", content, tmp_path / "glossary")
    concepts = load(tmp_path / "glossary").concepts
    terms = concepts["ice-solid"].entries["en"].terms
    assert [term.term for term in terms] == ["ice, solid", "black ice", "1,5 m ice"]
    assert concepts["frost"].related == ("snow", "sleet")
    assert concepts["sleet"].extra["relations"] == {"related": ["snow, ice, solid"]}


def test_chinese_is_named_by_its_pinyin(tmp_path: Path) -> None:
    content = "编号,术语,拼音,领域\n1,雪桥,xuěqiáo,自然\n2,神经网络,,\n3,橋,,\n"
    outcome = bring("csv", content, tmp_path / "glossary")
    assert outcome.added == ["xueqiao", "shenjingwangluo", "qiao"]
    assert load(tmp_path / "glossary").concepts["xueqiao"].subject == "ziran"


def test_an_id_that_is_a_page_s_address_gets_a_number(tmp_path: Path) -> None:
    content = "term_en;definition_en\nmap;drawing of a place\nsubjects;themes\n"
    assert bring("csv", content, tmp_path / "glossary").added == ["map-2", "subjects-2"]
    assert bring("csv", content, tmp_path / "glossary").unchanged == ["map-2", "subjects-2"]


def test_cards_without_headings(tmp_path: Path) -> None:
    bring("csv", "#separator:tab\n#html:true\nis\tfrozen <b>water</b>\n", tmp_path / "a", languages=["nb"])
    assert load(tmp_path / "a").concepts["is"].entries["nb"].definition == "frozen water"
    bring("csv", "is\tice\nsnø\tsnow\n", tmp_path / "b", languages=["nb", "en"])
    assert load(tmp_path / "b").concepts["snow"].entries["nb"].preferred.term == "snø"
    bring("csv", "is;ice;Eis\nsnø;snow;Schnee\n", tmp_path / "c", languages=["nb", "en", "de"])
    assert load(tmp_path / "c").concepts["snow"].entries["de"].preferred.term == "Schnee"


def test_cards_say_which_of_their_columns_are_neither_front_nor_back(tmp_path: Path) -> None:
    places = "#separator:tab\n#html:false\n#guid column:1\n#deck column:2\n#tags column:5\n"
    bring("csv", f"{places}x1\tWeather\tis\tfrozen water\tcold\n", tmp_path / "a", languages=["nb"])
    (concept,) = load(tmp_path / "a").concepts.values()
    assert (concept.id, concept.entries["nb"].definition) == ("is", "frozen water")
    assert concept.extra == {"guid": "x1", "deck": "Weather", "tags": "cold"}
    content = "#separator:Semicolon\n#columns:English;Hanzi;Pinyin\nice;冰;bīng\n"
    bring("csv", content, tmp_path / "b")
    assert load(tmp_path / "b").concepts["ice"].entries["zh"].preferred.pinyin == "bīng"


TERMS = """conceptid;lang;term;status;gender;definition
10;en;car;preferred;;vehicle
10;en;automobile;admitted;;
10;nb;bil;preferred;m;kjøretøy
10;nb;automobil;;n;
11;en;lorry;deprecated;;
"""


def test_a_row_per_term_says_what_it_says_of_that_term(tmp_path: Path) -> None:
    outcome = bring("csv", TERMS, tmp_path / "glossary")
    assert outcome.added == ["car", "lorry"]
    assert decided(outcome)["another row with the same id: read as the same concept"] == 3
    entries = load(tmp_path / "glossary").concepts["car"].entries
    assert [(term.term, term.status) for term in entries["en"].terms] == [
        ("car", "preferred"),
        ("automobile", "admitted"),
    ]
    assert [(term.term, term.gender) for term in entries["nb"].terms] == [("bil", "m"), ("automobil", "n")]


def test_what_a_term_is_in_the_words_of_others(tmp_path: Path) -> None:
    table = "Liste, mai 2024\nBegrep NB;Ordklasse NB;Kjønn NB;Status NB\n"
    table += "is;Subst.;hankjønn;anbefalt\nåre;v;?;ny\n"
    bring("csv", table, tmp_path / "glossary")
    termbase = load(tmp_path / "glossary")
    term = termbase.concepts["is"].entries["nb"].preferred
    assert (term.pos, term.gender, term.status) == ("noun", "m", "preferred")
    assert term.extra == {}
    assert termbase.concepts["are"].entries["nb"].preferred.pos == "verb"
    assert termbase.concepts["are"].entries["nb"].extra == {"Kjønn NB": "?", "Status NB": "ny"}


def test_a_table_relates_to_what_is_there_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "glossary"
    bring("csv", "term_en,term_nb\nsnow storm,snøstorm\n", folder)
    bring(
        "csv", "id,term_en,Broader,synonyms_nb\n7,blizzard,Snøstorm,\nsnow-storm,snow storm,,uvær\n", folder
    )
    concepts = load(folder).concepts
    assert concepts["blizzard"].broader == ("snow-storm",)
    assert [(t.term, t.status, t.extra) for t in concepts["snow-storm"].entries["nb"].terms] == [
        ("snøstorm", "preferred", {}),
        ("uvær", "admitted", {}),
    ]


def test_columns_of_a_language_by_any_of_its_names(tmp_path: Path) -> None:
    bring(
        "csv", "Norsk term,Synonym (no),Kinesisk,pinyin\nmodell,utgave,模型,móxíng\n", tmp_path / "glossary"
    )
    termbase = load(tmp_path / "glossary")
    (concept,) = termbase.concepts.values()
    assert [(code, language.html) for code, language in termbase.languages.items()] == [
        ("nb", "nb"),
        ("zh", "zh-Hans"),
    ]
    assert [term.term for term in concept.entries["nb"].terms] == ["modell", "utgave"]
    assert concept.entries["zh"].preferred.pinyin == "móxíng"


def test_a_workbook_with_merged_headings_and_more_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Fish"],
        ["", "English", "", "Norsk", ""],
        ["ID", "Term", "Definition", "Term", "Definisjon"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("D2:E2")
    sheet.append([None, "cod", "a fish", "torsk", "en fisk"])
    about = book.create_sheet("Read me", 0)
    about.append(["Words of animals"])
    other = book.create_sheet("Birds")
    for row in (["Term EN", "Term NB"], ["gull", "måke"], ["tern", "terne"], ["auk", "alke"]):
        other.append(row)
    book.save(tmp_path / "book.xlsx")
    outcome = bring("xlsx", (tmp_path / "book.xlsx").read_bytes(), tmp_path / "glossary")
    assert outcome.added == ["cod", "gull", "tern", "auk"]
    cod = load(tmp_path / "glossary").concepts["cod"].entries
    assert (cod["en"].definition, cod["nb"].definition) == ("a fish", "en fisk")
    assert len(cod["nb"].terms) == 1
    assert decided(outcome)["sheet “Read me” holds no terms: not read"] == 1


UNUSABLE = {
    "an open quotation mark": ('term_en,definition_en\na,b\nc,"d\ne,f\n', "X004", 3, "never ends"),
    "nothing": ("\ufeff", "X006", 1, "the file is empty"),
    "headings only": ("term_en,term_nb\n", "X006", 0, "no concept"),
    "Cyrillic": ("term_ru\nлёд\n".encode("cp1251"), "X003", 2, "--encoding cp1251"),
    "another Excel": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(9), "X004", 1, "Excel 97"),
}


@pytest.mark.parametrize(("content", "code", "line", "message"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_table_that_cannot_be_read(
    content: str | bytes, code: str, line: int, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (problem,) = import_file(IMPORTS["csv"], path, tmp_path / "glossary").problems
    assert (problem.code, problem.line) == (code, line)
    assert message in f"{problem.message}: {problem.fix}"
    assert problem.fix
    assert not (tmp_path / "glossary").exists()


def test_a_gigantic_cell_need_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, folder = tmp_path / "large.csv", tmp_path / "glossary"
    path.write_text(f"term_en,comment\nice,{'x' * 1_000_001}\nsnow,flakes\n", "utf-8")
    assert main(["import", "csv", str(path), str(folder)]) == 1
    said = capsys.readouterr()
    assert "large.csv:2: error X004 [extra.comment]: the text is longer than" in said.out
    assert "With --skip-unplaced" in said.err
    assert not folder.exists()
    assert main(["import", "csv", str(path), str(folder), "--skip-unplaced"]) == 1
    assert "Concepts: 1 added, 1 left out" in capsys.readouterr().out
    assert list(load(folder).concepts) == ["snow"]


def test_a_mark_of_its_encoding_is_no_part_of_a_heading(tmp_path: Path) -> None:
    content = as_text(";").encode("utf-8-sig")
    assert "snow-bridge" in bring("csv", content, tmp_path / "glossary", encoding="utf-8").added


OBJECTS = {
    "by language": '[{"id": "ice", "in": {"en": {"word": "ice", "def": "water"}, "nb": {"word": "is"}}}]',
    "by id": '{"ice": {"en": "ice", "nb": "is", "definition_en": "water"}}',
    "JSON Lines": '{"term_en": "snow"}\n{"term_en": "ice", "term_nb": "is", "definition_en": "water"}\n',
    "a list further in": '{"glossary": {"by": "x", "list": [{"name": {"en": "ice", "no": "is"},'
    ' "desc": {"en": "water"}}]}}',
    "translations": '[{"term": "ice", "definition": "water", "translations": {"nb": "is", "de": "Eis"}}]',
    "lists": '{"terms": [{"term_en": "ice", "term_nb": "is", "aliases_en": [], "definition_en": "water"}]}',
}


@pytest.mark.parametrize("content", OBJECTS.values(), ids=OBJECTS.keys())
def test_objects_of_many_shapes(content: str, tmp_path: Path) -> None:
    bring("json", content, tmp_path / "glossary")
    entries = load(tmp_path / "glossary").concepts["ice"].entries
    assert (entries["nb"].preferred.term, entries["en"].definition) == ("is", "water")


def test_terms_and_what_they_mean(tmp_path: Path) -> None:
    bring("json", '{"ice": "frozen water", "snow": "flakes"}', tmp_path / "glossary", languages=["en"])
    assert load(tmp_path / "glossary").concepts["snow"].entries["en"].definition == "flakes"


def test_lists_of_objects(tmp_path: Path) -> None:
    item = {"id": "t1", "term": "ice", "lang": "en", "definition": "frozen water", "tags": ["cold", "hard"]}
    item["translations"] = [{"lang": "nb", "term": "is"}]
    bring("json", json.dumps([item]), tmp_path / "glossary")
    (concept,) = load(tmp_path / "glossary").concepts.values()
    assert concept.entries["nb"].preferred.term == "is"
    assert concept.entries["en"].extra == {"tags": ["cold", "hard"]}


def test_a_spreadsheet_goes_through_every_format(tmp_path: Path) -> None:
    content = published.spreadsheet(100)
    outcome = bring("csv", content, tmp_path / "glossary")
    assert len(outcome.added) == 100
    before = state(tmp_path / "glossary")
    assert bring("csv", content, tmp_path / "glossary").changed == []
    assert state(tmp_path / "glossary") == before
    comes_back(tmp_path / "glossary")

"""Imports into a termbase that is there: everything or nothing, and people's files stay people's files."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from glossary import files
from glossary.__main__ import main
from glossary.exchange import FORMATS, plain
from glossary.exchange.merge import Outcome, import_file
from glossary.load import load
from tests.glossary.test_exchange_round_trips import state
from tests.glossary.test_load import write

COMMENTED = """\
# Who looks after this: the terminology group.
nb:
  terms:   # the first one is what we say
    - {term: generator, gender: m, forms: [generatorens]}   # as in «generatoren»
    # An older word, kept for those who search for it.
    - {term: generatornett, gender: n, status: deprecated, note: 'gammelt, men i bruk'}
  definition: nettet som lager eksempler   # one line
  explanation: |
    Første avsnitt.

    Andre avsnitt.

related: [discriminator]  # both ways
en: {terms: ["generator"], definition: "net that makes examples"}

zh:
  terms: [{term: 生成器, pinyin: shēngchéngqì}]
  definition: 生成样本的网络
subject: models
# The end.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "glossary", {"terms/generator.yml": COMMENTED})


def bring(folder: Path, name: str, content: str | bytes, *, skip_unplaced: bool = False) -> Outcome:
    folder.parent.mkdir(exist_ok=True)
    path = folder.parent / f"incoming.{FORMATS[name].suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file(FORMATS[name], path, folder, skip_unplaced=skip_unplaced)


def changed(folder: Path, change: Callable[[dict], object]) -> str:
    """The termbase as JSON, with a change."""
    data = json.loads(FORMATS["json"].write(load(folder)))
    change(data["concepts"])
    return json.dumps(data, ensure_ascii=False)


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


# Comments and order


def generator(folder: Path) -> str:
    return (folder / "terms" / "generator.yml").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "gone", "came"),
    [
        (
            lambda c: c["generator"]["nb"].update(definition="nett som lager eksempler"),
            ["  definition: nettet som lager eksempler   # one line"],
            ["  definition: nett som lager eksempler     # one line"],
        ),
        (
            lambda c: c["generator"]["nb"]["terms"][0].update(gender="m/f"),
            ["    - {term: generator, gender: m, forms: [generatorens]}   # as in «generatoren»"],
            ["    - {term: generator, gender: m/f, forms: [generatorens]} # as in «generatoren»"],
        ),
        (
            lambda c: c["generator"]["nb"]["terms"].insert(1, {"term": "lager"}),
            [],
            ["    - lager"],
        ),
        (
            lambda c: c["generator"].update(broader=["discriminator"], legacy=["what-is-it"]),
            [],
            ["broader: [discriminator]", "legacy: [what-is-it]"],
        ),
        (lambda c: c["generator"].pop("related"), ["related: [discriminator]  # both ways"], []),
        (
            lambda c: c["generator"]["nb"].update(explanation="Ett avsnitt.\n\n- no\n- 1.0"),
            ["    Første avsnitt.", "    Andre avsnitt."],
            ["    Ett avsnitt.", "    - no", "    - 1.0"],
        ),
    ],
)
def test_only_what_changed_is_written(
    folder: Path, change: Callable, gone: list[str], came: list[str]
) -> None:
    before, others = generator(folder), state(folder)
    outcome = bring(folder, "json", changed(folder, change))
    assert (outcome.problems, outcome.changed) == ([], ["generator"])
    assert lines_changed(before, generator(folder)) == (gone, came)
    for comment in ("# Who looks after", "# An older word", "# The end."):
        assert comment in generator(folder)
    now = state(folder)
    assert [path.name for path in others if now[path] != others[path]] == ["generator.yml"]


def test_line_ends_and_a_byte_order_mark_stay(folder: Path) -> None:
    path = folder / "terms" / "generator.yml"
    path.write_bytes(b"\xef\xbb\xbf" + COMMENTED.replace("\n", "\r\n").encode())
    bring(folder, "json", changed(folder, lambda c: c["generator"]["nb"].update(definition="nytt")))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf# Who")
    assert content.count(b"\n") == content.count(b"\r\n") == COMMENTED.count("\n")


def test_a_new_concept_gets_a_file_in_the_style_of_the_others(folder: Path) -> None:
    new = {
        "subject": "models",
        "related": ["generator"],
        "nb": {"terms": ["støy", {"term": "brus", "status": "deprecated"}], "definition": "a: b"},
        "en": {"terms": ["noise"], "definition": "no"},
        "zh": {
            "terms": [{"term": "噪声", "pinyin": "zàoshēng"}],
            "definition": "随机数",
            "explanation": "一\n\n二",
        },
    }
    outcome = bring(folder, "json", changed(folder, lambda concepts: concepts.update(noise=new)))
    assert (outcome.problems, outcome.added, outcome.changed) == ([], ["noise"], [])
    assert (folder / "terms" / "noise.yml").read_text("utf-8") == (
        "subject: models\n"
        "related: [generator]\n"
        "nb:\n"
        "  terms:\n"
        "    - støy\n"
        "    - {term: brus, status: deprecated}\n"
        '  definition: "a: b"\n'
        "en:\n"
        "  terms:\n"
        "    - noise\n"
        '  definition: "no"\n'
        "zh:\n"
        "  terms:\n"
        "    - {term: 噪声, pinyin: zàoshēng}\n"
        "  definition: 随机数\n"
        "  explanation: |\n"
        "    一\n"
        "\n"
        "    二\n"
    )


def test_concepts_that_the_file_does_not_have_stay(folder: Path) -> None:
    outcome = bring(folder, "json", changed(folder, lambda concepts: concepts.pop("discriminator")))
    assert (outcome.problems, outcome.unchanged) == ([], ["generator"])
    assert (folder / "terms" / "discriminator.yml").is_file()


# All or nothing


def test_one_fault_and_nothing_changes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def change(concepts: dict) -> None:
        concepts["discriminator"]["nb"]["definition"] = "nytt"
        concepts["generator"]["nb"]["terms"][0]["gender"] = "male"
        concepts["generator"]["related"] = ["discrimnator"]
        concepts["generator"]["zh"]["definiton"] = "x"

    path = folder.parent / "incoming.json"
    path.write_text(json.dumps(json.loads(changed(folder, change)), indent=1), "utf-8")
    before = state(folder)
    assert main(["import", "json", str(path), str(folder)]) == 1
    assert state(folder) == before
    said = capsys.readouterr().out
    assert "error T025 [nb terms[0].gender]: “male” is not allowed here → use one of: m, f, m/f, n" in said
    assert "error T009 [zh definiton]: unknown key “definiton” → did you mean “definition”?" in said
    assert said.splitlines()[-1] == "3 problems: nothing was changed."
    assert all("incoming.json:" in line for line in said.splitlines()[:-1])
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    *_, line = (number for number, text in lines if '"zh": {' in text)
    assert f"incoming.json:{line}: error T009" in said


SUBJECT_OF_GENERATOR = {
    "tbx": r'(<conceptEntry id="generator">\s*<descrip [^>]*target="subject\.)models',
    "skos-ttl": r"(<generator/> a [\s\S]*?ol:subject <subjects/#)models",
    "skos-jsonld": r'("@id": "generator/".*?"ol:subject": \[\{"@id": "subjects/#)models',
    "csv": r"(concept,generator,.*?)models",
    "json": r'("generator": \{\s*"subject": ")models',
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_subject_that_is_unknown_is_told_where_it_stands(name: str, folder: Path) -> None:
    before = state(folder)
    text = FORMATS[name].write(load(folder)).decode()
    text, count = re.subn(SUBJECT_OF_GENERATOR[name], r"\1modles", text, count=1)
    assert count == 1
    outcome = bring(folder, name, text)
    assert not outcome.written
    assert state(folder) == before
    (problem,) = outcome.problems
    assert (problem.code, problem.id, problem.key) == ("T030", "generator", "subject")
    assert (problem.message, problem.fix) == ("the subject “modles” is unknown", "did you mean “models”?")
    assert problem.file.endswith(f"incoming.{FORMATS[name].suffix}")
    assert "generator" in text.splitlines()[problem.line - 1]


def test_a_fault_of_a_new_subject_is_one_of_the_file(folder: Path) -> None:
    data = json.loads(changed(folder, lambda concepts: concepts["generator"].update(subject="others")))
    data["subjects"]["others"] = {"nb": "Andre", "en": "Others", "fr": "Autres"}
    outcome = bring(folder, "json", json.dumps(data))
    assert not outcome.written
    (problem,) = outcome.problems
    assert (problem.code, problem.message) == ("T022", "the language “fr” is not in languages.yml")
    assert problem.file.endswith("incoming.json")


def test_what_cannot_be_placed_may_be_left_out(folder: Path) -> None:
    def change(concepts: dict) -> None:
        concepts["discriminator"]["nb"]["definition"] = "nytt"
        concepts["generator"]["nb"]["terms"][0]["gender"] = "male"

    outcome = bring(folder, "json", changed(folder, change), skip_unplaced=True)
    assert [problem.code for problem in outcome.problems] == ["T025"]
    assert (outcome.changed, outcome.left_out) == (["discriminator"], ["generator"])
    assert generator(folder) == COMMENTED
    assert load(folder).concepts["discriminator"].entries["nb"].definition == "nytt"


def test_a_full_disk_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a fault after the first of several files has been replaced."""

    def change(concepts: dict) -> None:
        for concept in concepts.values():
            concept["nb"]["definition"] = "nytt"
        concepts["noise"] = json.loads(json.dumps(concepts["generator"]))
        for code in ("nb", "en", "zh"):
            concepts["noise"][code]["terms"] = [f"støy {code}"]
        concepts["noise"].pop("related")

    content, before = changed(folder, change), {p: c[0] for p, c in state(folder).items()}
    done: list[Path] = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if len(done) == 2:
            raise OSError(28, "No space left on device", str(target))
        done.append(target)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="No space left"):
        bring(folder, "json", content)
    monkeypatch.undo()
    assert len(done) == 2
    assert {p: c[0] for p, c in state(folder).items()} == before
    assert not list(folder.rglob(".*"))


def test_a_write_protected_file_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda path, mode: Path(path).name != "generator.yml")
    before = state(folder)

    def change(concepts: dict) -> None:
        for concept in concepts.values():
            concept["nb"]["definition"] = "nytt"

    with pytest.raises(PermissionError):
        bring(folder, "json", changed(folder, change))
    assert state(folder) == before


def test_a_termbase_with_faults_is_left_alone(folder: Path) -> None:
    content = changed(folder, lambda concepts: concepts["generator"]["nb"].update(definition="nytt"))
    (folder / "terms" / "discriminator.yml").write_text("subject: nothing\n", "utf-8")
    before = state(folder)
    outcome = bring(folder, "json", content)
    assert {problem.code for problem in outcome.problems} >= {"T021"}
    assert state(folder) == before


def test_missing_files_and_folders_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "json", str(tmp_path / "nothing.json"), str(tmp_path / "new")]) == 2
    assert "nothing.json: No such file or directory; nothing was changed" in capsys.readouterr().err
    assert main(["export", "json", "-o", str(tmp_path / "x.json"), str(tmp_path / "new")]) == 2
    assert "is no termbase" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("wrong", "content", "right"),
    [
        ("tbx", b"term_en,term_nb\nice,is\n", "csv"),
        ("csv", b'<?xml version="1.0"?>\n<!DOCTYPE martif>\n<martif type="TBX"><text/></martif>', "tbx"),
        ("tbx", b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "skos"),
        ("json", b'{"@context": {}, "@graph": []}', "skos"),
        ("xliff", b"# words\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n", "skos"),
        ("skos", '[{"term": "ice"}]'.encode("utf-16"), "json"),
        ("tbx", b"PK\x03\x04 xl/workbook.xml", "xlsx"),
    ],
)
def test_whoever_names_another_format_is_told(
    wrong: str, content: bytes, right: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder.parent / "theirs"
    path.write_bytes(content)
    assert main(["import", wrong, str(path), str(folder)]) == 1
    assert f"python -m glossary import {right} {path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("format", "name"), [("xliff", "empty.xlf"), ("skos", "empty.ttl"), ("csv", "empty.csv")]
)
def test_an_empty_file_looks_like_nothing(
    format: str, name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder.parent / name
    path.write_bytes(b"")
    assert main(["import", format, str(path), str(folder)]) == 1
    assert "looks like" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["anki", "--from", "nb"], "--to is missing"),
        (["anki", "--from", "nb", "--to", "nb"], "the same language"),
        (["anki", "--from", "nb", "--to", "zz"], "there is no language “zz” → use one of: nb, en, zh"),
        (["csv", "--basic"], "--basic means nothing to csv"),
    ],
)
def test_wrong_wishes_are_said(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = folder.parent / "out"
    assert main(["export", arguments[0], str(folder), "-o", str(target), *arguments[1:]]) == 2
    assert said in capsys.readouterr().err
    assert not target.exists()


# Files of others

TBX_2008 = """<?xml version="1.0"?>
<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">
<martif type="TBX-Basic" xml:lang="en"><text><body>
  <termEntry id="Generator">
    <descrip type="subjectField">Models</descrip>
    <langSet xml:lang="en"><tig><term>generator</term>
      <termNote type="partOfSpeech">noun</termNote></tig>
      <tig><term>generator
        network</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></tig></langSet>
    <langSet xml:lang="zh-Hans"><tig><term>生成器</term></tig></langSet>
  </termEntry>
</body></text></martif>"""


def test_tbx_of_2008_adds_and_removes_nothing(folder: Path) -> None:
    before = load(folder).concepts["generator"]
    outcome = bring(folder, "tbx", TBX_2008)
    assert (outcome.problems, outcome.changed) == ([], ["generator"])
    after = load(folder).concepts["generator"]
    assert [t.term for t in after.entries["en"].terms] == ["generator", "generator network"]
    assert after.entries["en"].preferred.pos == "noun"
    assert after.entries["nb"] == before.entries["nb"]
    assert after.entries["zh"] == before.entries["zh"]  # the pinyin, which the file does not know, is kept
    assert after.related == before.related


DCT = """<tbx xmlns="urn:iso:std:iso:30042:ed-2" xmlns:min="http://www.tbxinfo.net/ns/min"
  xmlns:basic="http://www.tbxinfo.net/ns/basic" type="TBX-Basic" style="dct" xml:lang="en"><text><body>
 <conceptEntry id="generator">
  <langSec xml:lang="en"><basic:definition>a new definition</basic:definition>
   <termSec><term>generator</term><min:partOfSpeech>noun</min:partOfSpeech></termSec>
   <termSec><term>maker</term><min:administrativeStatus>supersededTerm-admn-sts</min:administrativeStatus></termSec>
  </langSec>
 </conceptEntry></body></text></tbx>"""


def test_tbx_in_dct_style_is_read(folder: Path) -> None:
    assert bring(folder, "tbx", DCT).problems == []
    entry = load(folder).concepts["generator"].entries["en"]
    assert entry.definition == "a new definition"
    assert [(term.term, term.status) for term in entry.terms] == [
        ("generator", "preferred"),
        ("maker", "superseded"),
    ]


def test_tbx_under_other_names_is_read(folder: Path) -> None:
    """As schemas and test files of TBX's keepers have had them."""
    content = TBX_2008.replace("administrativeStatus", "usageStatus").replace(
        "admittedTerm-admn-sts", "admitted"
    )
    see = '</descrip><ref type="relatedConcept" target="discriminator">discriminator</ref>'
    assert bring(folder, "tbx", content.replace("</descrip>", see, 1)).problems == []
    concept = load(folder).concepts["generator"]
    assert [(t.term, t.status) for t in concept.entries["en"].terms][1] == ("generator network", "admitted")
    assert concept.related == ("discriminator",)


def test_what_tbx_says_beyond_the_termbase_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = TBX_2008.replace(
        "<langSet xml:lang", '<xref type="xGraphic" target="https://x.org/a.png">a</xref><langSet xml:lang', 1
    )
    path = folder.parent / "incoming.tbx"
    path.write_text(content.replace("zh-Hans", "fi"), "utf-8")
    assert main(["import", "tbx", str(path), str(folder)]) == 0
    said = capsys.readouterr().out
    assert "kept in `extra`: xref:xGraphic: generator (line 4)" in said
    assert "language kept in `extra`: generator (line 10): fi: not in languages.yml" in said
    kept = load(folder).concepts["generator"].extra
    assert kept["xref:xGraphic"] == '<xref target="https://x.org/a.png" type="xGraphic">a</xref>'
    assert kept["languages"]["fi"]["terms"] == [{"term": "生成器"}]
    exported = FORMATS["tbx"].write(load(folder)).decode()
    assert 'target="https://x.org/a.png"' in exported
    assert '<langSec xml:lang="fi">' in exported


def test_tbx_basic_of_our_own_changes_nothing(folder: Path) -> None:
    """It calls every relation a cross-reference; what is known to be broader is not related as well."""
    path = folder / "terms" / "discriminator.yml"
    path.write_text(
        path.read_text("utf-8").replace("subject: models", "subject: models\nbroader: [generator]")
    )
    generator = folder / "terms" / "generator.yml"
    generator.write_text(COMMENTED.replace("related: [discriminator]  # both ways\n", ""), "utf-8")
    before = state(folder)
    outcome = bring(folder, "tbx", FORMATS["tbx"].write(load(folder), basic=True))
    assert (outcome.problems, outcome.changed, len(outcome.unchanged)) == ([], [], 2)
    assert state(folder) == before


def test_where_there_is_no_termbase_the_file_makes_one(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "glossary"
    outcome = bring(folder, "tbx", TBX_2008)
    assert (outcome.problems, outcome.added) == ([], ["generator"])
    termbase = load(folder)
    assert [(code, language.html) for code, language in termbase.languages.items()] == [
        ("en", "en"),
        ("zh", "zh-Hans"),
    ]
    assert termbase.subjects["models"].labels == {"en": "Models"}


def test_the_languages_of_a_new_termbase_may_be_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "glossary"
    path = tmp_path / "incoming.tbx"
    path.write_text(TBX_2008, "utf-8")
    assert import_file(FORMATS["tbx"], path, folder, languages=["nb", "en"]).problems == []
    assert list(load(folder).languages) == ["nb", "en"]
    assert load(folder).concepts["generator"].extra["languages"]["zh-Hans"]["terms"] == [{"term": "生成器"}]


SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://example.org/terms/> .
:generator a skos:Concept ; skos:prefLabel "generator"@en ; skos:altLabel "generator net"@en ;
  skos:hiddenLabel "genrator"@en ; skos:narrower :discriminator .
:discriminator a skos:Concept ; skos:prefLabel "discriminator"@en .
"""


def test_plain_skos_of_others_is_read(folder: Path) -> None:
    assert bring(folder, "skos-ttl", SKOS).problems == []
    termbase = load(folder)
    terms = termbase.concepts["generator"].entries["en"].terms
    assert [(t.term, t.status) for t in terms] == [
        ("generator", "preferred"),
        ("generator net", "admitted"),
        ("genrator", "deprecated"),
    ]
    assert termbase.concepts["discriminator"].broader == ("generator",)


def test_what_skos_says_beyond_the_termbase_is_kept(folder: Path) -> None:
    outcome = bring(
        folder, "skos-ttl", SKOS.replace("skos:narrower", ':odd "x" ; skos:prefLabel "none" ; skos:narrower')
    )
    assert outcome.problems == []
    concept = load(folder).concepts["generator"]
    assert concept.extra["<https://example.org/terms/odd>"] == "x"
    assert "none" in {term.term for term in concept.entries["nb"].terms}  # the reference language
    assert ("kept in `extra`: <https://example.org/terms/odd>", "generator", 3) in {
        (decision.what, decision.id, decision.line) for decision in outcome.decisions
    }


def test_a_table_with_some_columns_changes_only_these(folder: Path) -> None:
    """As a translator sends it back: separated by semicolons, with the columns that were asked for."""
    table = "kind;id;language;definition\r\nentry;generator;nb;=nytt\r\n"
    outcome = bring(folder, "csv", table)
    assert (outcome.problems, outcome.changed) == ([], ["generator"])
    (line,) = lines_changed(COMMENTED, generator(folder))[1]
    assert line.split() == ["definition:", "=nytt", "#", "one", "line"]


@pytest.mark.parametrize(
    ("table", "code", "line", "words"),
    [
        (
            "kind,id,defnition\nconcept,a,x\n",
            "X010",
            1,
            "unknown column “defnition” → did you mean “definition”?",
        ),
        ("kind,id,language\nentri,a,nb\n", "X010", 2, "unknown kind of row “entri” → did you mean “entry”?"),
        ("kind,id,language,subject\nentry,a,nb,x\n", "X010", 2, "a row about a entry has no “subject”"),
        ("kind,id,language\nentry,a,\n", "X004", 2, "lacks its language"),
        ("id,owner\na,b\n", "X004", 1, "no column is known to hold terms"),
        ("kind,id,extra\nconcept,a,{\n", "X004", 2, "“extra” is no JSON"),
        ('kind,id\nconcept,"a\n', "X004", 2, "not valid CSV"),
        ("kind,id\nconcept,a,b\n", "X004", 2, "a row has 3 cells"),
    ],
)
def test_faults_of_a_table_have_a_line(table: str, code: str, line: int, words: str, folder: Path) -> None:
    before = state(folder)
    problems = bring(folder, "csv", table).problems
    assert (code, line) in {(problem.code, problem.line) for problem in problems}
    assert words in "\n".join(map(str, problems))
    assert state(folder) == before


def test_formulas_are_text_in_a_spreadsheet_and_the_same_again_after(folder: Path, tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''", "'x", "＝1", "x=1"]

    def change(concepts: dict) -> None:
        concepts["generator"]["en"]["terms"] = [{"term": "generator", "forms": texts, "note": "=1"}, *texts]

    assert bring(folder, "json", changed(folder, change)).problems == []
    exported = FORMATS["csv"].write(load(folder))
    import csv
    import io

    rows = csv.reader(io.StringIO(exported.decode("utf-8-sig"), newline=""))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r＝＋－＠" and cell]
    target = tmp_path / "new"
    assert bring(target, "csv", exported).problems == []
    assert plain.of_termbase(load(target)) == plain.of_termbase(load(folder))


def test_a_new_synonym_without_a_status_is_admitted(folder: Path) -> None:
    assert bring(folder, "csv", "kind,id,language,term\nterm,generator,en,maker\n").problems == []
    terms = load(folder).concepts["generator"].entries["en"].terms
    assert [(term.term, term.status) for term in terms] == [("generator", "preferred"), ("maker", "admitted")]


def test_a_termbase_without_concepts_gets_its_first(folder: Path) -> None:
    said = plain.of_termbase(load(folder))
    exported = {name: FORMATS[name].write(load(folder)) for name in FORMATS}
    frame = {path: path.read_bytes() for path in folder.glob("*.yml")}
    for name, content in exported.items():
        shutil.rmtree(folder / "terms")
        assert bring(folder, name, content).problems == []
        assert plain.of_termbase(load(folder)) == said
        assert {path: path.read_bytes() for path in folder.glob("*.yml")} == frame

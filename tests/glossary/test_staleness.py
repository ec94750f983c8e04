"""Translations go stale exactly when the text they follow changes; `accept` touches nothing but `basis`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary import edits
from glossary.__main__ import main
from glossary.check import check
from glossary.load import load
from glossary.model import Entry, Term, Termbase
from glossary.reviews import Reviews, reviews
from glossary.staleness import State, basis_of, coverage, state_of
from tests.glossary.test_load import SOUND, write
from tests.ordlab import TERMBASE

GENERATOR = "terms/generator.yml"
REFERENCE = {
    "languages.yml": SOUND["languages.yml"].replace("{name: English", "{name: English, reference: true")
}
ENTRY = Entry("en", (Term("latent space", "preferred"),), "space of codes", "", "Imagine a map.", "A walk.")


def termbase(folder: Path, text: str = SOUND[GENERATOR]) -> Termbase:
    return load(write(folder, {**REFERENCE, GENERATOR: text}))


def with_basis(text: str, lang: str, basis: str) -> str:
    return text.replace(f"{lang}:\n", f"{lang}:\n  basis: {basis}\n")


def current_basis(folder: Path) -> str:
    return basis_of(termbase(folder).concepts["generator"].entries["en"])


# The fingerprint


def test_the_fingerprint_is_part_of_every_termbase_and_must_not_change() -> None:
    assert basis_of(ENTRY) == "cbacb5f5"


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "space of points"},
        {"explanation": ""},
        {"example": "A walk!"},
        {"summary": "All codes."},
        {"terms": (Term("latent spaces", "preferred"),)},
        {"definition": "space of codes Imagine", "explanation": "a map."},
    ],
)
def test_what_a_translator_works_from_counts(change: dict[str, object]) -> None:
    assert basis_of(replace(ENTRY, **change)) != basis_of(ENTRY)  # type: ignore[arg-type]


def test_synonyms_and_grammar_do_not_count() -> None:
    terms = (Term("hidden space"), Term("latent space", "preferred", forms=("latent spaces",), source="x"))
    assert basis_of(replace(ENTRY, terms=terms)) == basis_of(ENTRY)


@given(st.lists(st.sampled_from([" ", "\n", "\n\n", "\t", "  \n "]), min_size=3, max_size=3))
@settings(deadline=None)
def test_line_breaks_do_not_count(gaps: list[str]) -> None:
    text = "".join(word + gap for word, gap in zip(("Imagine", "a", "map."), gaps, strict=True))
    assert basis_of(replace(ENTRY, explanation=text)) == basis_of(ENTRY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "definition: network that makes new examples",
            "definition: >\n    network that makes\n    new examples",
        ),
        ("definition: network that makes new examples", 'definition: "network that makes new examples"'),
        ("terms: [generator]", "terms:\n    - {term: generator}"),
        ("en:\n", "en: # English\n"),
    ],
)
def test_the_way_yaml_is_written_does_not_count(old: str, new: str, tmp_path: Path) -> None:
    before = current_basis(tmp_path)
    assert old in SOUND[GENERATOR]
    after = termbase(tmp_path, SOUND[GENERATOR].replace(old, new))
    assert basis_of(after.concepts["generator"].entries["en"]) == before


# States


def test_every_state(tmp_path: Path) -> None:
    basis = current_basis(tmp_path)
    text = with_basis(with_basis(SOUND[GENERATOR], "nb", basis), "zh", "00000000")
    found = termbase(tmp_path, text)
    states = {lang: state_of(found, found.concepts["generator"], lang) for lang in found.languages}
    assert states == {"nb": State.CURRENT, "en": State.REFERENCE, "zh": State.STALE}
    assert state_of(found, found.concepts["discriminator"], "nb") is State.UNCHECKED
    assert state_of(found, found.concepts["discriminator"], "de") is State.MISSING


def test_without_a_mark_the_first_language_is_the_reference(tmp_path: Path) -> None:
    assert load(write(tmp_path, {})).reference_language == "nb"
    assert termbase(tmp_path).reference_language == "en"


def test_coverage_counts_concepts_by_state(tmp_path: Path) -> None:
    text = with_basis(SOUND[GENERATOR], "nb", current_basis(tmp_path)).replace(", pinyin: shēngchéngqì", "")
    nb, en, zh = coverage(termbase(tmp_path, text))
    assert (nb.of(State.CURRENT), nb.of(State.UNCHECKED)) == (("generator",), ("discriminator",))
    assert en.is_reference
    assert en.of(State.REFERENCE) == ("discriminator", "generator")
    assert (zh.translated, zh.without_pinyin, zh.without_gender) == (2, ("generator",), ())


# `accept`

STYLES = {
    "block": "subject: models\nnb:\n  terms: [{term: generator, gender: m}]\n  definition: nett\n",
    "comments": "# top\nsubject: models # models\nnb: # b\n  # c\n  terms: [{term: generator, gender: m}]\n"
    "  definition: nett  # ok?\n\n# below\n",
    "literal": "subject: models\nnb:\n  terms: [{term: generator, gender: m}]\n  definition: nett\n"
    "  explanation: |\n    En # er ikke en kommentar.\n\n    # Ikke dette heller\n\n# men dette er det\n",
    "flow": "subject: models\nnb: {terms: [{term: generator, gender: m}], definition: nett}\n",
    "flow over lines": "subject: models\nnb: {\n"
    "  terms: [{term: generator, gender: m}],\n  definition: nett, # x\n}\n",
    "windows": "subject: models\r\nnb:\r\n  terms: [{term: generator, gender: m}]\r\n  definition: nett\r\n",
    "bom": "\ufeffsubject: models\nnb:\n  terms: [{term: generator, gender: m}]\n  definition: nett\n",
    "quoted": "subject: models\nnb:\n"
    '  terms: [{term: generator, gender: m}]\n  definition: "nett\n    til"\n',
    "stale": "subject: models\nnb:\n  basis: 00000000 # old\n  terms: [{term: generator, gender: m}]\n"
    "  definition: nett\n",
    "empty": "subject: models\nnb:\n  basis:\n  terms: [{term: generator, gender: m}]\n  definition: nett\n",
    "no newline": "subject: models\nnb:\n  terms: [{term: generator, gender: m}]\n  definition: nett",
}
OTHERS = (
    "en: {terms: [generator], definition: net that makes examples}\nzh: {terms: [生成器], definition: 网络}\n"
)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("is_last", [True, False])
def test_accept_changes_nothing_but_the_basis(style: str, is_last: bool, tmp_path: Path) -> None:
    text = STYLES[style]
    others = OTHERS.replace("\n", "\r\n") if style == "windows" else OTHERS
    if is_last:
        mark, rest = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
        text = mark + others + rest
    elif not text.endswith("\n"):
        text += "\n" + others
    else:
        text += others
    folder = write(tmp_path, {**REFERENCE, GENERATOR: text})
    assert main(["accept", "generator", "--lang", "nb", "--termbase", str(folder)]) == 0
    basis = basis_of(load(folder).concepts["generator"].entries["en"])
    written = (folder / GENERATOR).read_bytes().decode()
    assert state_of(load(folder), load(folder).concepts["generator"], "nb") is State.CURRENT
    if style == "stale":
        assert written == text.replace("00000000", basis)
    elif style == "empty":
        assert written == text.replace("basis:", f"basis: {basis}")
    elif style.startswith("flow"):
        assert written == text.replace("definition: nett", f"definition: nett, basis: {basis}")
    else:
        newline = "\r\n" if style == "windows" else "\n"
        added = f"{newline}  basis: {basis}"
        assert written.count(added) == 1
        assert written.replace(added, "") == text
    assert main(["accept", "--all", "--lang", "nb,nb", "--termbase", str(folder)]) == 0
    assert (folder / GENERATOR).read_bytes().decode() == written


def test_a_basis_that_looks_like_a_number_stays_text_for_every_reader(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    text = "nb: {terms: [a], definition: b}"
    for basis in ("00000123", "12345678", "1234e567"):
        assert f'basis: "{basis}"' in edits.with_basis(path, text, "nb", basis)
    assert "basis: 12ab34cd" in edits.with_basis(path, text, "nb", "12ab34cd")


def test_accept_is_all_or_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, REFERENCE)
    before = {path: path.read_bytes() for path in folder.rglob("*.yml")}
    arguments = ["accept", "generator", "discriminatr", "--lang", "nb", "--lang", "no", "--lang", "en"]
    assert main([*arguments, "--termbase", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "there is no concept “discriminatr” → did you mean “discriminator”?" in said
    assert "there is no language “no”" in said
    assert "en is the reference language" in said
    assert {path: path.read_bytes() for path in folder.rglob("*.yml")} == before


def test_a_file_that_cannot_be_written_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, REFERENCE)
    before = {path.name: path.read_bytes() for path in folder.rglob("*.yml")}
    monkeypatch.setattr("os.access", lambda path, mode: "generator" not in str(path))
    assert main(["accept", "--all", "--lang", "nb", "--termbase", str(folder)]) == 2
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("arguments", [[], ["generator", "--all"]])
def test_accept_wants_ids_or_all(arguments: list[str], tmp_path: Path) -> None:
    folder = write(tmp_path, REFERENCE)
    assert main(["accept", *arguments, "--lang", "nb", "--termbase", str(folder)]) == 2


def test_accept_passes_over_what_is_not_translated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = "subject: models\n{}: {{terms: [{}]}}\n"
    files = {**REFERENCE, "terms/a.yml": new.format("nb", "ny"), "terms/b.yml": new.format("en", "new")}
    folder = write(tmp_path, files)
    assert main(["accept", "--all", "--lang", "nb", "--termbase", str(folder)]) == 0
    assert "nb: 2 accepted, 2 not translated" in capsys.readouterr().out
    assert main(["accept", "a", "b", "--lang", "nb", "--termbase", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "a has no term in en" in said
    assert "b has no term in nb" in said
    waiting = [problem.id for problem in check(load(folder)) if problem.code == "T112"]
    assert "a" not in waiting


# `coverage`


def test_the_table_and_what_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, {**REFERENCE, GENERATOR: with_basis(SOUND[GENERATOR], "nb", "00000000")})
    assert main(["coverage", str(folder)]) == 0
    head, nb, en, _zh, *rest = capsys.readouterr().out.splitlines()
    columns = "language concepts translated current stale unchecked missing no pinyin no gender"
    assert " ".join(head.split()) == columns
    assert nb.split() == ["nb", "2", "2", "0", "1", "1", "0", "–", "0"]
    assert en.split() == ["en", "(reference)", "2", "2", "–", "–", "–", "0", "–", "–"]
    assert "nb, stale: generator" in rest


def test_json_of_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "--format", "json", str(write(tmp_path, REFERENCE))]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["reference"] == "en"
    assert data["languages"][0] == {
        "lang": "nb",
        "concepts": 2,
        "translated": 2,
        "current": 0,
        "stale": [],
        "unchecked": ["discriminator", "generator"],
        "missing": [],
        "no_pinyin": [],
        "no_gender": [],
    }


def test_drafts_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "nb: {terms: [nett]}\nzh: {terms: [网络], definition: 模型}\n"
    folder = write(tmp_path, {**REFERENCE, "terms/net.yml": text})
    assert main(["coverage", str(folder)]) == 0
    lacking = "no subject, no definition in nb, no term in en, no pinyin in zh"
    assert f"drafts: 1: net ({lacking})" in capsys.readouterr().out.splitlines()
    assert main(["coverage", "--format", "json", str(folder)]) == 0
    drafts = json.loads(capsys.readouterr().out)["drafts"]
    assert drafts == {"net": ["subject", "definition in nb", "term in en", "pinyin in zh"]}


def test_reviews_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reviewed = SOUND[GENERATOR].replace("subject: models", "subject: models\nreviewed: {day}", 1)
    today = date(2026, 11, 30)
    for day, found in {
        "2026-11-30": Reviews(("generator",), (), ("discriminator",)),
        "2025-11-30": Reviews(("generator",), (), ("discriminator",)),
        "2025-11-29": Reviews((), ("generator",), ("discriminator",)),
    }.items():
        folder = write(tmp_path, {**REFERENCE, GENERATOR: reviewed.replace("{day}", day)})
        assert reviews(load(folder), today) == found
    write(tmp_path, {**REFERENCE, GENERATOR: reviewed.replace("{day}", "2001-01-01")})
    assert main(["coverage", str(folder)]) == 0
    said = "reviewed within a year: 0, longer ago: 1, never: 1 (generator, discriminator)"
    assert said in capsys.readouterr().out.splitlines()
    assert main(["coverage", "--format", "json", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["reviews"] == {
        "within_a_year": [],
        "longer_ago": ["generator"],
        "never": ["discriminator"],
    }


def test_what_has_a_demo_or_a_figure_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = SOUND[GENERATOR].replace("subject: models", "subject: models\nfigure: two-nets", 1)
    folder = write(tmp_path, {**REFERENCE, GENERATOR: drawn})
    assert main(["coverage", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "demo: 0, figure: 1, neither: 1 (discriminator)"
    assert main(["coverage", "--format", "json", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["illustrations"] == {
        "demo": [],
        "figure": ["generator"],
        "neither": ["discriminator"],
    }


def test_of_many_concepts_the_first_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = {f"terms/part-{n}.yml": f"en: {{terms: [part {n}]}}\n" for n in range(60)}
    folder = write(tmp_path, {**REFERENCE, **many})
    assert main(["coverage", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "nb, missing: part-0, part-1, " in said
    assert ", and 40 more\n" in said
    assert main(["coverage", "--format", "json", str(folder)]) == 0
    assert "part-59" in json.loads(capsys.readouterr().out)["illustrations"]["neither"]
    main(["check", str(folder), "--select", "T024,T028"])
    assert "60 × T024, 60 × T028. To see" in capsys.readouterr().out


def test_all_of_our_concepts_show_something(capsys: pytest.CaptureFixture[str]) -> None:
    """Every concept shows a demo or a figure, most of them a demo."""
    assert main(["coverage", "--format", "json", str(TERMBASE)]) == 0
    shown = json.loads(capsys.readouterr().out)["illustrations"]
    assert len(shown["demo"]) >= 109
    assert len(shown["figure"]) >= 91
    assert shown["neither"] == []


def test_a_faulty_termbase_has_no_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", str(write(tmp_path, {GENERATOR: ""}))]) == 2
    assert "T005" in capsys.readouterr().err

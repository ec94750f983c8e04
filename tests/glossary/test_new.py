"""`python -m glossary new`: a file that says what is missing, and never one that breaks or overwrites."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary.__main__ import main
from glossary.load import load
from glossary.model import TermbaseError
from tests.glossary.test_load import write


def new(folder: Path, *arguments: str) -> int:
    return main(["new", *arguments, "--termbase", str(folder)])


def test_the_file_says_what_is_missing(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    assert new(folder, "latent-space") == 0
    with pytest.raises(TermbaseError) as faults:
        load(folder)
    found = {(problem.code, problem.lang) for problem in faults.value.problems}
    assert found == {(code, lang) for code in ("T023", "T024") for lang in ("nb", "en", "zh")}
    lines = (folder / "terms" / "latent-space.yml").read_text("utf-8").splitlines()
    for problem in faults.value.problems:
        assert lines[problem.line - 1].strip() in ("terms: []", "definition:")
        assert problem.fix


def test_the_file_loads_once_it_is_filled_in(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    assert new(folder, "latent-space", "--subject", "models", "--broader", "generator") == 0
    path = folder / "terms" / "latent-space.yml"
    text = path.read_text("utf-8").replace("terms: []", "terms: [latent space]")
    path.write_text(text.replace("definition:", "definition: space of codes"), "utf-8")
    concept = load(folder).concepts["latent-space"]
    assert (concept.subject, concept.broader) == ("models", ("generator",))
    assert concept.entries["zh"].preferred.term == "latent space"


def test_the_subject_is_that_of_the_concept_above(tmp_path: Path) -> None:
    subjects = "other: {nb: A, en: A, zh: A}\nmodels: {nb: Modeller, en: Models, zh: 模型}"
    folder = write(tmp_path, {"subjects.yml": subjects})
    assert new(folder, "u-net", "--broader", "generator") == 0
    assert "\nsubject: models  # or: other\n" in (folder / "terms" / "u-net.yml").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generator"], "exists already"),
        (["Latent Space"], "cannot be an id"),
        (["../escape"], "cannot be an id"),
        (["subjects"], "the glossary's own"),
        (["u-net", "--subject", "modles"], "did you mean “models”?"),
        (["u-net", "--broader", "genrator"], "did you mean “generator”?"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, {})
    before = {path: path.read_bytes() for path in folder.rglob("*.yml")}
    assert new(folder, *arguments) == 2
    assert said in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.yml")} == before


def test_several_reasons_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(write(tmp_path, {}), "U-Net", "--subject", "x", "--broader", "y") == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_termbase_with_faults_gets_new_concepts_all_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path, {"terms/generator.yml": "subject: ["})
    assert new(folder, "u-net") == 0


def test_no_termbase(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(tmp_path, "u-net") == 2
    assert "is no termbase" in capsys.readouterr().err

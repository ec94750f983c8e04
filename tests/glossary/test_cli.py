"""The command line: what it prints, and its exit codes, which scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from glossary.__main__ import main
from tests.glossary.test_load import SOUND, write

NO_PINYIN = {"terms/generator.yml": SOUND["terms/generator.yml"].replace(", pinyin: shēngchéngqì", "")}


def test_nothing_to_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path, {}))]) == 0
    assert capsys.readouterr().out == "Nothing to report.\n"


def test_warnings_are_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path, NO_PINYIN))]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith(
        "terms/generator.yml:11: warning T101 [zh terms[0]]: “生成器” has no pinyin "
        "→ write {term: 生成器, pinyin: …}"
    )
    assert last == "1 warning"


def test_errors_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["check", str(write(tmp_path, {"terms/generator.yml": "", "terms/discriminator.yml": ""}))]) == 1
    )
    assert capsys.readouterr().out.splitlines()[-1] == "2 errors"


def test_json_has_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", str(write(tmp_path, NO_PINYIN))]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert {"code", "severity", "file", "line", "lang", "id", "message", "fix"} <= set(row)
    assert (row["code"], row["severity"], row["line"]) == ("T101", "warning", 11)
    assert (row["lang"], row["id"], row["key"]) == ("zh", "generator", "terms[0]")


def test_json_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format=json", str(write(tmp_path, {}))]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_folder_that_is_no_termbase_cannot_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "is no termbase" in printed.err


@pytest.mark.parametrize("arguments", [[], ["chek"], ["check", "--format", "xml"], ["check", "a", "b"]])
def test_wrong_usage_cannot_run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m glossary" in capsys.readouterr().err


def test_a_concept_that_names_its_demo_is_shown_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SOUND["terms/generator.yml"].replace("subject: models", "subject: models\ndemo: gan")
    write(tmp_path / "glossary", {"terms/generator.yml": text})
    assert main(["check", str(tmp_path / "glossary")]) == 1
    said = capsys.readouterr().out
    assert "terms/generator.yml:2: error T009 [demo]: a concept no longer names its demo" in said
    assert "name generator among the `terms` of the demo's demo.yml" in said


def test_the_module_runs_as_a_command(tmp_path: Path) -> None:
    """Without a traceback, also for faults of every kind."""
    write(tmp_path / "glossary", {"terms/generator.yml": "subject: [", "languages.yml": "{"})
    command = [sys.executable, "-m", "glossary", "check"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(Path.cwd())}
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert "glossary/languages.yml:1: error T010" in done.stdout
    assert "glossary/terms/generator.yml:1: error T010" in done.stdout

"""Faulty data ends in one clear message: what, where, and how to fix it. Never in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.site.tiny import make, write

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "bad_input.yml").read_text("utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_message_says_what_and_where(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    built = make(tmp_path, case.get("files", {}), case.get("config", {}))
    assert built.exit_code == 1
    for words in case["error"]:
        assert words in built.error, built.error
    assert not (built.folder / "index.html").exists()


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_command_line_ends_with_1_and_no_traceback(host: str, tmp_path: Path) -> None:
    config = write(tmp_path, CASES["many at once"]["files"])
    command = [sys.executable, "-m", host, "build", "--config-file", str(config)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert said.count("terms/gan.yml:") >= 4
    problems = [line for line in said.splitlines() if ": error " in line]
    assert len(problems) >= 6
    assert all("→" in line for line in problems), "every fault has its remedy"

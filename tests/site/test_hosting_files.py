"""The files that the page on hosting offers, as far as they can be checked without their platforms."""

from __future__ import annotations

import configparser
import fnmatch
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.serving import ROOT

FOLDER = ROOT / "docs/hosting"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
CONTAINERFILE = (FOLDER / "Containerfile").read_text("utf-8")


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_the_page_shows_every_file_as_it_is(site: Path, lang: str) -> None:
    written = (ROOT / f"docs/help/hosting.{lang}.md").read_text("utf-8")
    assert sorted(re.findall(r'--8<-- "(.+)"', written)) == FILES
    page = site / ("" if lang == "nb" else lang) / "help/hosting/index.html"
    shown = page.read_text("utf-8")
    assert "proxy_pass" in shown
    assert "--8&lt;--" not in shown


def copied() -> list[str]:
    """The paths that the container file takes from the project."""
    lines = re.findall(r"^COPY (.+)$", CONTAINERFILE, re.MULTILINE)
    return [path for line in lines for path in line.split()[:-1]]


def test_the_container_gets_what_exists_and_may_be_read() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert sorted(copied()) == sorted(allowed)
    assert all((ROOT / path).exists() for path in copied())


def test_the_container_holds_all_that_a_build_reads() -> None:
    """Whatever mkdocs.yml and the package's description name is copied."""
    named = re.findall(
        r"^(?:docs_dir|watch|  custom_dir): \[?([\w/]+)", (ROOT / "mkdocs.yml").read_text(), re.M
    )
    assert named
    for path in [*named, "glossary/terms", "demos/kit", "README.md", "LICENSE"]:
        assert any(fnmatch.fnmatch(path, pattern) for part in copied() for pattern in (part, f"{part}/*"))


def test_the_container_has_the_project_s_torch() -> None:
    (wanted,) = set(re.findall(r"torch==[\d.]+", (ROOT / "Makefile").read_text("utf-8")))
    assert set(re.findall(r"torch==[\d.]+", CONTAINERFILE)) == {wanted}


def starts(command: list[str], tmp_path: Path) -> bool:
    """Whether the server takes these options: then it asks for a site that is not there."""
    assert command[1:4] == ["-m", "demos", "serve"]
    done = subprocess.run(
        [sys.executable, *command[1:], "--site", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode == 1 and done.stderr.startswith("There is no site in")


def test_the_container_starts_the_server(tmp_path: Path) -> None:
    (command,) = re.findall(r"^CMD (\[.+\])$", CONTAINERFILE, re.MULTILINE)
    assert starts(json.loads(command), tmp_path)


def test_the_system_service_starts_the_server(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(FOLDER / "ordlab.service", "utf-8")
    assert starts(shlex.split(unit["Service"]["ExecStart"]), tmp_path)


def test_each_configuration_names_options_that_the_server_takes(tmp_path: Path) -> None:
    for path in (FOLDER / "nginx").iterdir():
        (command,) = re.findall(r"^# Server: (.+)$", path.read_text("utf-8"), re.MULTILINE)
        assert starts(shlex.split(command), tmp_path), path


def test_the_workflow_builds_the_site_without_the_demos() -> None:
    workflow = yaml.safe_load((FOLDER / "github-pages.yml").read_text("utf-8"))
    steps = workflow["jobs"]["publish"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands == ["pip install --editable .", "python -m mkdocs build --strict"]
    (address,) = [step["env"]["SITE_URL"] for step in steps if "SITE_URL" in step.get("env", {})]
    assert address == "${{ steps.pages.outputs.base_url }}/"


def test_the_space_asks_for_the_container_s_port() -> None:
    space = yaml.safe_load((FOLDER / "huggingface.yml").read_text("utf-8"))
    assert space["sdk"] == "docker"
    assert f"EXPOSE {space['app_port']}\n" in CONTAINERFILE

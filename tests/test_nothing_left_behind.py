"""No command leaves anything in the temporary folder, or in the project besides what it was asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from glossary.commands.export import FORMATS
from tests.serving import ROOT, free_port, serve, wait_for
from tests.site import tiny


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of every process that the test starts; empty as yet."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "project").parent


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def run(*arguments: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def changes_in_repository() -> str:
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_build(project: Path, temporary: Path) -> None:
    before = files(project)
    run("mkdocs", "build", "--quiet", "--strict", cwd=project)
    assert files(temporary) == set()
    new = {name.split("/")[0] for name in files(project) - before}
    assert new == {"site", ".cache"}
    downloads = {name.rsplit("/", 1)[1] for name in files(project) if name.startswith("site/downloads/")}
    kept = {name.rsplit("/", 1)[1] for name in files(project / ".cache" / "ordlab")}
    assert kept == downloads, "the cache holds the downloads alone"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_preview_that_is_stopped(project: Path, temporary: Path, number: signal.Signals) -> None:
    before = files(project)
    port = free_port()
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=project)
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
    assert list(temporary.iterdir()) == []
    assert {name.split("/")[0] for name in files(project) - before} == {".cache"}


def test_check(project: Path, temporary: Path) -> None:
    before = files(project)
    run("glossary", "check", cwd=project)
    assert list(temporary.iterdir()) == []
    assert files(project) == before


@pytest.mark.parametrize("format", FORMATS)
def test_export(project: Path, temporary: Path, format: str) -> None:
    before = files(project)
    languages = ("--from", "nb", "--to", "zh") if format in ("anki", "xliff") else ()
    name = "exported.ttl" if format == "skos" else "exported"
    run("glossary", "export", format, "--output", name, *languages, cwd=project)
    assert list(temporary.iterdir()) == []
    assert files(project) - before == {name}


@pytest.mark.parametrize(("number", "ready"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_server_that_is_stopped(site: Path, temporary: Path, number: signal.Signals, ready: bool) -> None:
    """Once its demos are ready, and while it is still starting."""
    before = changes_in_repository()
    with serve(site, ready=ready) as running:
        os.kill(running.pid, number)
        assert psutil.Process(running.pid).wait(timeout=60) == 0
    assert list(temporary.iterdir()) == []
    assert changes_in_repository() == before


@pytest.mark.slow
def test_training(tmp_path: Path, temporary: Path) -> None:
    before = changes_in_repository()
    arguments = ["demos", "train", "gan", "--smoke", "--out", str(tmp_path / "weights")]
    subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=False, capture_output=True)
    assert files(tmp_path / "weights") >= {"model.safetensors", "card.json"}
    assert list(temporary.iterdir()) == []
    assert changes_in_repository() == before

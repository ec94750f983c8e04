"""The same site from every host that runs MkDocs plugins, and the same links wherever it is put."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.livereload import LiveReloadServer

from tests.site.tiny import build_strictly, write


def test_properdocs_builds_the_same_site(tmp_path: Path) -> None:
    config = write(tmp_path)
    ours = build_strictly(config, tmp_path / "mkdocs")
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "--config-file", str(config)]
    done = subprocess.run(
        [*command, "--site-dir", str(tmp_path / "properdocs")],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert files(tmp_path / "properdocs") == files(ours.folder)


def files(folder: Path) -> dict[str, str]:
    """Everything that is text, without the mark that each host leaves."""
    return {
        path.relative_to(folder).as_posix(): re.sub(
            r'<meta name="generator"[^>]*>|Documentation built with .*', "", path.read_text("utf-8")
        )
        for path in folder.rglob("*")
        if path.suffix in (".html", ".json", ".xml")
    }


def test_two_builds_in_one_process_are_alike(tmp_path: Path) -> None:
    """As under `serve`: nothing of the first build stays behind."""
    config = write(tmp_path)
    first = build_strictly(config, tmp_path / "first")
    second = build_strictly(config, tmp_path / "second")
    assert files(first.folder) == files(second.folder)


def test_a_mended_fault_is_forgotten(tmp_path: Path) -> None:
    config = write(tmp_path)
    term = tmp_path / "glossary/terms/gan.yml"
    good = term.read_text("utf-8")
    term.write_text(good.replace("definition", "definitoin", 1), "utf-8")
    assert "definitoin" in build_strictly(config, tmp_path / "site").error
    term.write_text(good, "utf-8")
    assert not build_strictly(config, tmp_path / "site").error


def test_what_is_served_outlives_a_broken_edit(tmp_path: Path) -> None:
    """A dev server that failed its rebuild would answer no request until the fault is fixed."""
    config_file = write(tmp_path)
    config = load_config(str(config_file), site_dir=str(tmp_path / "site"))
    build(config)
    config.plugins.on_serve(
        LiveReloadServer(lambda: None, "127.0.0.1", 0, str(tmp_path)), config=config, builder=build
    )
    page = tmp_path / "docs/index.en.md"
    term = tmp_path / "glossary/terms/gan.yml"
    term.write_text(term.read_text("utf-8").replace("definition", "definitoin", 1), "utf-8")
    page.write_text("# Another home\n", "utf-8")
    built = build_strictly(config_file, tmp_path / "site")
    assert "definitoin" in built.error
    assert "Another home" in built.read("en/index.html")
    assert "modell der to nett konkurrerer" in built.read("glossary/gan/index.html")

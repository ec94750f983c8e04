"""A project of its own, in German and English, with a demo of its own: from its files to a click."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from glossary.__main__ import main
from tests.light import LIGHT
from tests.serving import ROOT, Server, serve
from tests.site.html import parse

DEMO = """\
terms: {concept: five}
title: {de: Die Hälfte, en: The half}
summary: {de: Zahlen halbieren., en: Halving numbers.}
try: {de: Ziehen Sie am Regler., en: Drag the slider.}
alt: {de: Ein graues Feld, en: A gray square}
presets:
  five:
    state: {number: 5}
    says: {de: Auch eine ungerade Zahl hat eine Hälfte., en: Even an odd number has a half.}
labels:
  number: {de: Zahl, en: Number}
  half: {de: "Die Hälfte ist {half}.", en: "The half is {half}."}
"""
APP = """\
from demos.kit.controls import Slider
from demos.kit.shows import Text

CONTROLS = (Slider("number", 0, 9000, 5, step=1),)
SHOWS = (Text("says"),)


def answer(run, words, *, number):
    return {"says": words("half", half=words.number(number / 2))}
"""
BUILD = LIGHT + "from mkdocs.__main__ import cli\ncli(['build', '--quiet', '--strict'])"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the project's folder, with the packages that these tests are about."""
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as its makers have it, built as they build it: without torch, Gradio and `demos`."""
    folder = tmp_path_factory.mktemp("elsewhere") / "project"
    assert main(["init", str(folder), "--languages", "de", "en"]) == 0
    app = folder / "demos" / "apps" / "half"
    app.mkdir(parents=True)
    (app / "demo.yml").write_text(DEMO, encoding="utf-8")
    (app / "app.py").write_text(APP, encoding="utf-8")
    Image.new("RGB", (600, 240), (128, 128, 128)).save(app / "still.webp")
    (folder / "demos" / "words.yml").write_text("reset: {de: Zurücksetzen}\n", encoding="utf-8")
    done = run(folder, "-c", BUILD)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return folder


@pytest.fixture(scope="module")
def running(project: Path) -> Iterator[Server]:
    with serve(project / "site", folder=project) as server:
        yield server


def test_there_is_nothing_to_report(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(project / "glossary")]) == 0, capsys.readouterr().out


def test_the_page_shows_the_demo_in_its_preset(project: Path) -> None:
    divisions = parse((project / "site/glossary/concept/index.html").read_text("utf-8")).all("div")
    (panel,) = (element for element in divisions if element.attributes.get("class") == "demo")
    assert panel.attributes["data-preset"] == "five"
    assert panel.attributes["data-lang"] == "de"
    assert "Auch eine ungerade Zahl hat eine Hälfte." in panel.text
    assert "python -m demos serve" in panel.text, "it has no Makefile"


def test_the_site_tells_the_server_its_languages(project: Path) -> None:
    listed = json.loads((project / "site" / "demos" / "languages.json").read_text("utf-8"))
    assert [(one["code"], one["locale"], one["home"]) for one in listed] == [
        ("de", "de", ""),
        ("en", "en", "en/"),
    ]


def test_the_command_line_reads_them_from_the_termbase(project: Path) -> None:
    done = run(project, "-m", "demos", "list")
    assert done.returncode == 0, done.stderr
    assert "half" in done.stdout
    assert "generator" not in done.stdout.split("trainable")[0]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("home", "label", "before", "after"),
    [("", "Zahl", "Die Hälfte ist 2,5.", "Die Hälfte ist 3,0."), ("en/", "Number", "2.5.", "3.0.")],
)
def test_a_click_is_answered_in_the_readers_language(
    page: Page, running: Server, home: str, label: str, before: str, after: str
) -> None:
    page.goto(f"{running.url}/{home}glossary/concept/")
    panel = page.locator(".demo[data-demo=half]")
    panel.scroll_into_view_if_needed()
    frame = panel.frame_locator("iframe")
    expect(frame.get_by_text(before)).to_be_visible(timeout=60_000)
    frame.get_by_role("slider", name=label).press("ArrowRight")
    expect(frame.get_by_text(after)).to_be_visible()
    address = panel.locator("iframe").get_attribute("src") or ""
    assert f"/demos/half/{'en' if home else 'de'}/?preset=five&" in address

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

from demos.__main__ import main as demos
from glossary.__main__ import main
from tests.light import LIGHT
from tests.serving import ROOT, Server, open_demo, serve
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
  line: {de: Hälften, en: Halves}
  line_alt: {de: Eine Gerade, en: A straight line}
  tone: {de: Ein Ton, en: A tone}
  table: {de: Tabelle herunterladen, en: Download the table}
"""
APP = """\
import io
import wave

from demos.kit.charts import lines
from demos.kit.controls import Slider
from demos.kit.shows import Audio, Chart, Download, File, Text

CONTROLS = (Slider("number", 0, 9000, 5, step=1),)
SHOWS = (Text("says"), Chart("line"), Audio("tone"), File("table"))


def answer(run, words, *, number):
    points = [(0, 0), (number, number / 2)]
    return {
        "says": words("half", half=words.number(number / 2)),
        "line": lines({words["number"]: points}, words.number, x="x", y="y"),
        "tone": tone(100 + number),
        "table": Download("halves.csv", f"{number},{number / 2}".encode(), "text/csv"),
    }


def tone(period):
    data = io.BytesIO()
    with wave.open(data, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(128 + 100 * (n % period > period // 2) for n in range(4000)))
    return data.getvalue()
"""
LOADED = """sound => new Promise((done, failed) => {
  sound.onerror = () => failed(sound.error.message);
  sound.onloadedmetadata = () => done(sound.duration);
  if (sound.readyState) done(sound.duration);
})"""
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


def test_a_new_demo_goes_into_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "ours"), "--languages", "de", "en"]) == 0
    monkeypatch.chdir(tmp_path / "ours")
    capsys.readouterr()
    assert demos(["list", "--format", "json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == [], "Ordlab's own are not those of the project"
    assert "python -m demos new" in said.err
    assert demos(["new", "first_demo", "--term", "concept"]) == 0
    said = capsys.readouterr()
    assert "English texts for de so far" in said.out
    assert Path("demos/apps/first_demo/app.py").is_file()
    assert "[[" not in Path("demos/apps/first_demo/demo.yml").read_text("utf-8"), "a link that leads nowhere"
    assert demos(["list"]) == 0
    assert capsys.readouterr().out.startswith("first_demo")
    assert main(["check"]) == 0, capsys.readouterr().out


@pytest.mark.browser
@pytest.mark.parametrize(
    ("home", "label", "before", "after"),
    [("", "Zahl", "Die Hälfte ist 2,5.", "Die Hälfte ist 3,0."), ("en/", "Number", "2.5.", "3.0.")],
)
def test_a_click_is_answered_in_the_readers_language(
    page: Page, running: Server, home: str, label: str, before: str, after: str
) -> None:
    open_demo(running, "half", "en" if home else "de")
    page.goto(f"{running.url}/{home}glossary/concept/")
    panel = page.locator(".demo[data-demo=half]")
    panel.scroll_into_view_if_needed()
    frame = panel.frame_locator("iframe")
    expect(frame.get_by_text(before)).to_be_visible(timeout=30_000)
    frame.get_by_role("slider", name=label).press("ArrowRight")
    expect(frame.get_by_text(after)).to_be_visible()
    address = panel.locator("iframe").get_attribute("src") or ""
    assert f"/demos/half/{'en' if home else 'de'}/?preset=five&" in address


@pytest.mark.browser
def test_a_page_shows_charts_plays_sounds_and_offers_files(page: Page, running: Server) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    open_demo(running, "half", "de")
    page.goto(f"{running.url}/demos/half/de/?__theme=dark")
    chart = page.get_by_role("img", name="Eine Gerade")
    expect(chart).to_be_visible()
    dark = chart.locator(".data").evaluate("line => getComputedStyle(line).stroke")
    sound = page.locator("audio")
    expect(sound).to_have_attribute("aria-label", "Ein Ton")
    assert sound.evaluate(LOADED) == pytest.approx(0.5, abs=0.01), "seconds"
    page.get_by_role("slider", name="Zahl").press("ArrowRight")
    expect(page.get_by_text("Die Hälfte ist 3,0.")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tabelle herunterladen").click()
    assert waiting.value.suggested_filename == "halves.csv"
    assert Path(waiting.value.path()).read_text("utf-8") == "6,3.0"
    page.goto(f"{running.url}/demos/half/de/?__theme=light")
    light = page.locator(".chart .data").first.evaluate("line => getComputedStyle(line).stroke")
    assert light != dark, "a chart has the colors of the page"
    assert not complaints

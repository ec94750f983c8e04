"""A file of a reader's own is read and stays nowhere: not in an address, a cache, a log, or on disk."""

from __future__ import annotations

import asyncio
import base64
import gc
import logging
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from demos.kit.app import App, declared
from demos.kit.controls import LARGEST_FILE, Upload
from demos.kit.faults import faults_spoken
from demos.kit.functions import direct
from demos.kit.page import Page, direct_answers, make_page
from demos.kit.registry import load_demos
from demos.kit.state import parse, query
from demos.server.answers import Answers
from demos.server.guard import MAX_BODY
from demos.server.metrics import Metrics
from tests.demos import kit
from tests.demos.tiny import running, write_demos, write_site
from tests.loop import run_async
from tests.ordlab import LANGUAGES

APP = """\
from demos.kit.controls import Slider, Upload
from demos.kit.shows import Download, File, Text

CONTROLS = (Upload("file", most=6000), Slider("level", 0, 9, 1, step=1))
SHOWS = (Text("height"), File("copy"))

def answer(run, words, *, file, level):
    if file and level == 9:
        raise RuntimeError("a fault")
    copy = Download("copy.txt", file[:4].encode())
    return {"height": words("height", height=len(file), steps=level), "copy": copy}
"""
YML = """\
terms: {upload: }
weights: []
title: {nb: Fil, en: File, zh: 文件}
summary: {nb: En fil., en: A file., zh: 文件。}
try: {nb: Velg en fil., en: Choose a file., zh: 选择文件。}
alt: {nb: Tall, en: Numbers, zh: 数字}
labels:
  file: {nb: Fil, en: File, zh: 文件}
  level: {nb: Nivå, en: Level, zh: 级别}
  height: {nb: "{height} {steps}", en: "{height} {steps}", zh: "{height} {steps}"}
  copy: {nb: Kopi, en: Copy, zh: 副本}
"""
MARKER = b"nobody else shall ever see this. "


def a_file() -> str:
    """A new text each time: what still refers to it can be found."""
    return base64.b64encode(MARKER * 100).decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uploads")
    write_demos(folder / "demos" / "apps")
    write_site(folder / "site")
    demo = folder / "demos" / "apps" / "upload"
    demo.mkdir()
    (demo / "app.py").write_text(APP, encoding="utf-8")
    (demo / "demo.yml").write_text(YML, encoding="utf-8")
    (demo / "still.webp").touch()
    return folder


@pytest.fixture(scope="module")
def app(folder: Path) -> App:
    return declared(load_demos(LANGUAGES, folder / "demos" / "apps")["upload"])


async def press(page: Page, *values: Any) -> list[list[Any]]:
    request: Any = SimpleNamespace(session_hash="a")
    event = gr.EventData(None, {})
    return [part async for part in page.respond(page.panels[""], event, request, values)]


# The control


def test_a_file_is_bytes_in_base64() -> None:
    upload = Upload("file", most=3)
    assert upload.clean("YWJj") == "YWJj"
    assert upload.clean(None) == upload.clean("") == ""


@pytest.mark.parametrize("sent", ["YWJjZA==", "YWJ", "YW j", "åååå", 7, {"path": "/etc/passwd"}, ["YWJj"]])
def test_what_is_no_small_file_is_refused_without_repeating_it(sent: object) -> None:
    with pytest.raises(ValueError, match=r"not a file") as caught:
        Upload("file", most=3).clean(sent)
    assert str(sent) not in str(caught.value)


def test_a_file_has_no_place_in_an_address(app: App) -> None:
    (tab,) = app.tabs
    assert query(app, tab, {"file": a_file(), "level": 2}) == "level=2"
    assert parse(app, "file=YWJj&level=2").faults == ("file",)
    assert parse(app, "file=YWJj").state["file"] == ""


def test_the_largest_file_fits_into_a_request() -> None:
    assert MAX_BODY > LARGEST_FILE * 4 / 3 + 2000


def test_a_link_to_a_file_has_no_label_above_it(app: App) -> None:
    page = make_page(app, LANGUAGES["en"], direct_answers(app, LANGUAGES["en"]))
    texts = [str(getattr(block, "value", "")) for block in page.blocks.blocks.values()]
    assert not any("**Copy**" in text for text in texts)


# Memory


class Sent(str):
    """A text of which one can see whether it still lives."""


def test_nothing_refers_to_a_file_once_it_is_answered(app: App) -> None:
    language = LANGUAGES["en"]

    async def story() -> tuple[Any, int]:
        answers = Answers(Metrics(), threads=1)
        page = make_page(app, language, answers.of(app, language), answers.runs)
        try:
            await press(page, "", "", 4)
            file = Sent(a_file())
            ((_, _, _, says, *_),) = await press(page, "", file, 3)
            assert says == f"{len(file)} 3"
            lives = weakref.ref(file)
            del file
            await asyncio.sleep(0.1)  # the thread that answered has put it down
            gc.collect()
            return lives(), len(answers.cache)
        finally:
            await answers.close()

    lives, cached = run_async(story())
    assert lives is None
    assert cached == 1, "only the answer without a file"


def test_equal_files_of_two_readers_are_two_answers(app: App) -> None:
    language, made = LANGUAGES["en"], []

    async def story() -> None:
        answers = Answers(Metrics(), threads=1)
        steps = app.tabs[0].answer

        def counting(*args: Any, **state: Any) -> Mapping[str, Any]:
            made.append(state["file"])
            return dict(steps(*args, **state))

        object.__setattr__(app.tabs[0], "answer", counting)
        try:
            ask = answers.of(app, language)
            for file in (a_file(), a_file(), "", ""):
                assert [part async for part in ask("", {"file": file, "level": 1}, "r")]
        finally:
            object.__setattr__(app.tabs[0], "answer", steps)
            await answers.close()

    run_async(story())
    assert [bool(file) for file in made] == [True, True, False]


def test_a_file_that_is_being_sent_again_is_not_taken_for_what_a_press_changed(app: App) -> None:
    """What was set since is told by comparison with what is remembered, and a file isn't."""
    page = make_page(app, LANGUAGES["en"], direct_answers(app, LANGUAGES["en"]))
    text = a_file()
    run_async(press(page, "", text, 3))
    ((_, _, _, says, *_),) = run_async(press(page, "", text, 5))
    assert says == f"{len(text)} 5"


def test_a_fault_says_nothing_of_the_file(app: App, caplog: pytest.LogCaptureFixture) -> None:
    page = make_page(app, LANGUAGES["en"], direct_answers(app, LANGUAGES["en"]))
    caplog.set_level(logging.DEBUG)
    for sent, level in ((a_file(), 9), ("?" + a_file(), 1), (a_file() * 9, 1)):
        with pytest.raises(gr.Error):
            run_async(with_faults(page, sent, level))
    assert "fault" in caplog.text
    assert a_file()[:40] not in caplog.text


async def with_faults(page: Page, *values: Any) -> None:
    with faults_spoken(page.labels):
        await press(page, "", *values)


# Disk


def test_a_server_writes_no_file_of_it(folder: Path) -> None:
    with running(folder) as server:
        text = a_file()
        body = {"data": ["", text, 3], "fn_index": 0, "session_hash": "s", "trigger_id": None}
        for _ in range(200):
            if server.ask("/demos/upload/en/").status == 200:
                break
        before = {path for path in folder.rglob("*") if path.is_file()}
        assert server.send(body, "en", "upload").status == 200
        data = server.listen("s", "en", "upload")["output"]["data"]
        assert f"{len(text)} 3" in data
        assert text not in str(data)
        after = {path for path in folder.rglob("*") if path.is_file()}
        assert not after - before, "TMPDIR lies in this folder"
        kept = [path.read_bytes() for path in after]
        assert not [data for data in kept if MARKER in data or text.encode() in data]


def test_an_answer_can_be_computed_without_a_page(app: App) -> None:
    """As the command line draws a still."""
    from demos.kit.labels import Labels

    (tab,) = app.tabs
    (shown,) = tab.payloads(direct, Labels(app.demo, LANGUAGES["nb"]), tab.defaults)
    assert shown["height"] == "0 1"
    assert shown["copy"].startswith('<a download="copy.txt"')


@pytest.mark.parametrize("name", ["identitynet", "instantid"])
def test_nobody_can_upload_a_face_and_the_page_says_why(name: str) -> None:
    settings = [control for tab in kit.app(name).tabs for control in tab.settings]
    assert not [control for control in settings if isinstance(control, Upload)]
    said = {"nb": "ikke laste opp", "en": "cannot upload", "zh": "不能上传"}
    why = {"nb": "biometriske opplysninger", "en": "biometric data", "zh": "生物识别信息"}
    for lang in said:
        text = kit.demos()[name].see[lang]
        assert said[lang] in text
        assert why[lang] in text
        assert "[[consent|" in text

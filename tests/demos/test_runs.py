"""Live runs: what a reader changes while something runs, and what ends it. A tiny one stands for all."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from demos.kit import runs as module
from demos.kit.app import App, AppError, declared
from demos.kit.functions import direct
from demos.kit.gradio_internals import SKIP, id_of
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.kit.page import Page, direct_answers, make_page
from demos.kit.registry import load_demos
from demos.kit.runs import Frame, Kept, Runs, direct_frames
from demos.kit.state import parse
from demos.kit.words import of, ours
from demos.server.answers import Answers
from demos.server.live import Heartbeat
from demos.server.metrics import Metrics
from tests.demos.tiny import CLIMB_APP
from tests.loop import run_async

ENGLISH = Language("en", "en", "English", "en")
YML = """\
terms: {five: far}
title: {en: Climb}
summary: {en: Climbs.}
try: {en: Press.}
alt: {en: Numbers}
see: {en: A number.}
presets:
  far: {state: {steps: 7}, says: {en: Far.}}
labels:
  pace: {en: Pace}
  start_over: {en: Start over}
  steps: {en: Steps}
  height: {en: "{height} after {steps}"}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """A run that climbs by its pace in every step, two steps a frame."""
    folder = tmp_path_factory.mktemp("project") / "apps"
    (folder / "climb").mkdir(parents=True)
    (folder / "climb" / "app.py").write_text(CLIMB_APP, encoding="utf-8")
    (folder / "climb" / "demo.yml").write_text(YML, encoding="utf-8")
    (folder / "climb" / "still.webp").touch()
    object.__setattr__(ENGLISH, "words", of(ours(), "en"))
    return declared(load_demos({"en": ENGLISH}, folder, strict=True)["climb"])


class Reader:
    """A page as its reader has it: what each event puts on it stays."""

    def __init__(self, page: Page, name: str = "a") -> None:
        self.page = page
        self.name = name
        self.panel = page.panels[""]
        self.on_screen = ""
        self.controls: dict[str, Any] = dict(self.panel.tab.defaults)
        self.says = ""
        self.notice = ""
        self.label = "Train"

    def event(self, act: str = "set", target: Any = None, **changed: Any) -> AsyncGenerator[list[Any], None]:
        self.controls |= changed
        request: Any = SimpleNamespace(session_hash=self.name)
        values = (self.on_screen, *self.controls.values())
        return self.page.live.respond(self.panel, act, gr.EventData(target, {}), request, values)

    def see(self, part: list[Any]) -> None:
        seen, *controls, says, notice, label = part
        self.on_screen = self.on_screen if seen == SKIP else seen
        self.controls |= {
            name: value for name, value in zip(self.controls, controls, strict=True) if value != SKIP
        }
        self.says = self.says if says == SKIP else says
        self.notice = self.notice if notice == SKIP else notice
        self.label = self.label if label == SKIP else label

    async def do(self, *arguments: Any, **changed: Any) -> None:
        async for part in self.event(*arguments, **changed):
            self.see(part)

    async def watch(self, frames: AsyncGenerator[list[Any], None], count: int) -> None:
        for _ in range(count):
            self.see(await anext(frames))

    @property
    def query(self) -> str:
        return str(json.loads(self.on_screen)["query"])


def reader_of(app: App, runs: Runs | None = None, name: str = "a") -> Reader:
    return Reader(make_page(app, ENGLISH, direct_answers(app, ENGLISH), runs), name)


def button(page: Page, words: str) -> Any:
    return next(block for block in page.blocks.blocks.values() if getattr(block, "value", "") == words)


def test_a_state_gives_what_its_run_is_at_that_step(app: App) -> None:
    (shown,) = app.tabs[0].payloads(direct, Labels(app.demo, ENGLISH), {"pace": 3, "steps": 5})
    assert shown == {"height": "15 after 5"}
    reader = reader_of(app)
    config = reader.page.blocks.get_config_file()
    reader.page.fill(config, parse(app, "preset=far"), shown)
    values = {c["id"]: c["props"].get("value") for c in config["components"]}
    assert values[id_of(reader.panel.controls["steps"][0])] == 7
    assert values[id_of(reader.page.notice)] == "Far."


def test_it_plays_and_shows_what_is_set_meanwhile_without_starting_anew(app: App) -> None:
    reader = reader_of(app)

    async def story() -> None:
        frames = reader.event("train")
        await reader.watch(frames, 3)
        assert (reader.says, reader.label, reader.query) == ("6 after 6", "Pause", "steps=6")
        await reader.do(pace=10)
        assert reader.says == "6 after 6", "the frames show it, not the event"
        await reader.watch(frames, 1)
        assert (reader.says, reader.query) == ("26 after 8", "pace=10&steps=8")
        await frames.aclose()

    run_async(story())


def test_what_a_reader_is_setting_is_not_overwritten_by_frames(app: App) -> None:
    reader = reader_of(app)

    async def story() -> None:
        frames = reader.event("train")
        part = await anext(frames)
        assert part[1:3] == [SKIP, 2], "only what moves by itself"
        await frames.aclose()

    run_async(story())


def test_it_pauses_where_the_screen_says(app: App) -> None:
    reader = reader_of(app)

    async def story() -> None:
        frames = reader.event("train")
        await reader.watch(frames, 2)
        await reader.do("train")
        assert reader.label == "Train"
        stands = reader.says
        rest = [part async for part in frames]
        assert all(set(part) == {SKIP} for part in rest), "what is left of the stream changes nothing"
        await reader.do()
        assert reader.says == stands
        await reader.do("step")
        before, after = (int(says.rpartition(" ")[2]) for says in (stands, reader.says))
        assert after == before + 1

    run_async(story())


def test_a_control_set_in_a_pause_changes_the_run_and_not_its_past(app: App) -> None:
    reader = reader_of(app)

    async def story() -> None:
        await reader.do("step")
        await reader.do(pace=100)
        assert (reader.says, reader.query) == ("1 after 1", "pace=100&steps=1")
        await reader.do("step")
        assert reader.says == "101 after 2"

    run_async(story())


def test_it_begins_from_what_the_page_opened_with(app: App) -> None:
    reader = reader_of(app)
    reader.on_screen = json.dumps({"query": "pace=3&steps=5", "sums": {}, "turn": 0})
    reader.controls = {"pace": 3, "steps": 5}

    async def story() -> None:
        await reader.do("step", pace=100)
        assert reader.says == "115 after 6", "five steps at the old pace, one at the new"

    run_async(story())


@pytest.mark.parametrize(("words", "steps"), [("Start over", 0), ("Reset", 0)])
def test_a_press_that_moves_it_begins_it_anew(app: App, words: str, steps: int) -> None:
    reader = reader_of(app)

    async def story() -> None:
        await reader.do("step", pace=9)
        await reader.do("set", button(reader.page, words))
        pace = 9 if words == "Start over" else 1
        assert (reader.says, reader.controls) == (f"0 after {steps}", {"pace": pace, "steps": steps})

    run_async(story())


def test_a_press_while_it_plays_begins_it_anew_and_it_plays_on(app: App) -> None:
    reader = reader_of(app)

    async def story() -> None:
        frames = reader.event("train", pace=5)
        await reader.watch(frames, 4)
        await reader.do("set", button(reader.page, "Reset"))
        assert reader.controls["pace"] == 1
        await reader.do()  # put off before the press, with what the controls showed then
        await reader.watch(frames, 1)
        assert (reader.says, reader.query) == ("2 after 2", "steps=2")
        await frames.aclose()

    run_async(story())


def test_what_was_set_before_a_press_does_not_undo_it(app: App) -> None:
    reader = reader_of(app)

    async def story() -> None:
        await reader.do(pace=5)
        old = reader.on_screen
        await reader.do("set", button(reader.page, "Reset"))
        reader.on_screen, reader.controls = old, {"pace": 5, "steps": 0}  # put off before the press
        await reader.do()
        assert reader.controls["pace"] == 1

    run_async(story())


def test_one_that_nobody_touches_pauses_and_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 0.3)
    reader = reader_of(app)
    run_async(reader.do("train"))
    assert (reader.label, reader.notice) == ("Train", ENGLISH.word("paused"))
    assert reader.says.endswith(reader.query.removeprefix("steps="))


def test_few_are_kept_and_fewer_play(app: App) -> None:
    runs = Runs(direct_frames(), kept=3, playing=2)
    readers = [reader_of(app, runs, name) for name in "abcd"]

    async def story() -> None:
        playing = [reader.event("train") for reader in readers[:2]]
        for frames in playing:
            await anext(frames)
        with pytest.raises(Exception, match="busy"):
            await readers[2].do("train")
        await readers[2].do("step")
        await readers[3].do("step")
        assert list(runs.kept) == ["a", "b", "d"], "the one that rests makes room"
        await playing[0].aclose()
        await readers[3].do("step")
        assert readers[3].says == "2 after 2"
        await playing[1].aclose()

    run_async(story())


def test_one_address_plays_half_of_them_at_most(app: App) -> None:
    runs = Runs(direct_frames(), lambda reader: "one", playing=4)

    async def story() -> None:
        playing = [reader_of(app, runs, name).event("train") for name in "abc"]
        await anext(playing[0])
        await anext(playing[1])
        with pytest.raises(Exception, match="busy"):
            await anext(playing[2])
        for frames in playing:
            await frames.aclose()

    run_async(story())


def test_it_ends_with_its_page(app: App) -> None:
    runs = Runs(direct_frames())
    reader = reader_of(app, runs)

    async def story() -> None:
        frames = reader.event("train")
        await anext(frames)
        runs.leave("a")
        assert len(runs) == 0
        assert len([part async for part in frames]) <= 1

    run_async(story())


def test_what_moves_by_itself_must_be_hidden(app: App) -> None:
    from demos.kit.app import check
    from demos.kit.controls import Number

    (tab,) = app.tabs
    shown = (*tab.controls[:-1], Number("steps", 0, 0, 100))
    with pytest.raises(AppError, match="declare them Hidden"):
        check(App(app.demo, (module.live_tab("", shown, tab.shows, tab.live),)))  # type: ignore[arg-type]


# In the server


def serve(test: Callable[[Answers], Any]) -> None:
    async def main() -> None:
        answers = Answers(Metrics(), 1)
        try:
            await asyncio.wait_for(test(answers), 60)
        finally:
            await answers.close()

    run_async(main())


def endless(made: list[int], seconds: float = 0.0) -> Iterator[Any]:
    while True:
        time.sleep(seconds)
        made.append(len(made))
        yield Frame({}, {"n": str(len(made))})


def test_a_frame_is_made_when_the_one_before_has_been_taken() -> None:
    made: list[int] = []

    async def test(answers: Answers) -> None:
        frames = answers.frames("tiny", "r", endless(made))  # type: ignore[arg-type]
        for count in (1, 2, 3):
            await anext(frames)
            await asyncio.sleep(0.05)
            assert len(made) == count
        (follower,) = answers.following["r"]
        assert follower.making.parts == [None] * 3, "none is kept"
        await frames.aclose()
        assert not answers.following

    serve(test)


def test_runs_leave_a_click_its_thread_and_each_other_their_turns() -> None:
    made: dict[str, list[int]] = {name: [] for name in "abc"}

    def click(run: Any) -> Iterator[Mapping[str, str]]:
        yield {"thread": threading.current_thread().name}

    async def watch(answers: Answers, name: str) -> None:
        async for _ in answers.frames("tiny", name, endless(made[name], 0.01)):  # type: ignore[arg-type]
            if len(made[name]) == 30:
                return

    async def test(answers: Answers) -> None:
        watching = [asyncio.create_task(watch(answers, name)) for name in made]
        await asyncio.sleep(0.1)
        (part,) = [part async for part in answers.ask("click", "tiny", "d", click)]
        assert part["thread"] == "answers"
        await watching[0]
        counts = [len(some) for some in made.values()]
        assert max(counts) - min(counts) <= 2
        await asyncio.gather(*watching)

    serve(test)


def test_a_reader_who_leaves_ends_the_run(app: App) -> None:
    async def test(answers: Answers) -> None:
        kept = answers.runs.begin("r", app.tabs[0], Labels(app.demo, ENGLISH), app.tabs[0].defaults)
        answers.runs.let_play("r", 1)
        frames = answers.frames("climb", "r", kept.play(1))
        await anext(frames)
        answers.leave("r")
        assert len(answers.runs) == 0
        assert not kept.playing
        with pytest.raises(asyncio.CancelledError):
            await anext(frames)

    serve(test)


def test_a_page_that_is_closed_breaks_its_heartbeat_off() -> None:
    left: list[str] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None: ...

    async def story() -> None:
        scope = {"type": "http", "asgi": {"spec_version": "2.3"}, "method": "GET", "path": "/", "headers": []}
        await Heartbeat(lambda: left.append("gone"))(scope, receive, send)

    run_async(story())
    assert left == ["gone"]


def test_two_looks_at_a_run_that_is_on_its_way_both_see_it_there(app: App) -> None:
    """An event that comes while a run is being restored must not show it halfway."""
    kept = Kept(app.tabs[0], Labels(app.demo, ENGLISH), {"pace": 1, "steps": 40})
    one, other = kept.look(), kept.look()
    seen = [next(one), next(other), *one, *other]
    assert [frame.payloads for frame in seen if frame] == [{"height": "40 after 40"}] * 2
    assert None in seen

"""What happens on a tab that shows a run of the reader's own: something trains while they watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.kit.app import Tab
from demos.kit.controls import State
from demos.kit.faults import faults_spoken
from demos.kit.gradio_internals import EVENT, SKIP
from demos.kit.panel import Panel
from demos.kit.runs import Frame, Kept, Runs
from demos.kit.screen import changed_shows, changed_values, field_of, values_of
from demos.kit.state import parse

if TYPE_CHECKING:
    from demos.kit.page import Page


class LiveTabs:
    """The live tabs of a page. `runs` are those of all pages."""

    def __init__(self, page: Page, runs: Runs) -> None:
        self.page, self.runs = page, runs

    def listen(self, panel: Panel) -> None:
        """What is set goes to the page's run, whether it plays or not; what is pressed may begin it anew."""
        inputs = [panel.on_screen, *panel.fields]
        outputs = [*inputs, *panel.shows.values(), self.page.notice, panel.train]

        def handler(act: str) -> Callable[..., Any]:
            async def handled(event: gr.EventData, request: gr.Request, *values: Any) -> Any:
                with faults_spoken(self.page.labels):
                    async with aclosing(self.respond(panel, act, event, request, values)) as parts:
                        async for part in parts:
                            yield part

            return handled

        assert panel.train is not None
        assert panel.step is not None
        pressed: dict[str, Any] = {"trigger_mode": "multiple", **EVENT}
        gr.on(panel.triggers, handler("set"), inputs, outputs, trigger_mode="always_last", **EVENT)
        gr.on(panel.presses, handler("set"), inputs, outputs, **pressed)
        panel.train.click(handler("train"), inputs, outputs, **pressed)
        panel.step.click(handler("step"), inputs, outputs, **pressed)

    async def respond(
        self, panel: Panel, act: str, event: gr.EventData, request: gr.Request, values: tuple[Any, ...]
    ) -> AsyncGenerator[list[Any], None]:
        """What an event puts on a live page. `act`: `set` a control, `train` or pause, or one `step`.

        A run that plays goes on and shows what was set. Any other event shows where the run stands then.
        """
        received = self.page.received(panel, event, request, values)
        reader, on_screen, given, state, change, turn = received
        with self.page.events.forgotten_if_it_fails(reader, turn):
            kept = self.run_of(reader, panel.tab, on_screen, state)
            kept.change(state, anew=any(name in (change or ()) for name in kept.moves))
            plays, kept.turn = kept.playing, turn
            if act == "set" and plays:
                controls = changed_values(given, values_of(panel.tab, state))
                yield [SKIP, *controls, *[SKIP] * len(panel.shows), "", SKIP]
            elif act == "train" and not plays:
                async for part in self.play(panel, kept, reader, turn):
                    yield part
            else:
                kept.playing = 0
                made = kept.step() if act == "step" else kept.look()
                async for frame in self.runs.frames(self.page.app.demo.name, reader, made):
                    if frame and not kept.playing:  # a button may have been quicker
                        label = "" if act == "set" else "train"
                        yield self.outputs(panel, kept, frame, {}, given, label)

    async def play(self, panel: Panel, kept: Kept, reader: str, turn: int) -> AsyncGenerator[list[Any], None]:
        """Frame after frame, until something pauses the run."""
        self.runs.let_play(reader, turn)
        sums: dict[str, int] = {}
        try:
            frames = self.runs.frames(self.page.app.demo.name, reader, kept.play(turn))
            async with aclosing(frames):
                asked = time.monotonic()
                async for frame in frames:
                    if frame is None:
                        continue
                    if kept.playing != turn:
                        yield [SKIP] * (3 + len(panel.fields) + len(panel.shows))
                        return
                    due = asked + frame.seconds  # what making it took is part of the time
                    yield self.outputs(panel, kept, frame, sums, None, "" if sums else "pause")
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    asked = time.monotonic()
        finally:
            ended = kept.playing == turn
            if ended:
                kept.playing = 0
        if ended:
            shown = [SKIP] * (1 + len(panel.fields) + len(panel.shows))
            yield [*shown, self.page.language.word("paused"), self.page.language.word("train")]

    def run_of(self, reader: str, tab: Tab, on_screen: object, state: State) -> Kept:
        """The run of a page; one that has none begins from what is on screen. Raises Refused."""
        if kept := self.runs.of(reader, tab):
            return kept
        query = field_of(on_screen, "query")
        before = parse(self.page.app, query, self.page.language.code) if isinstance(query, str) else None
        start = before.state if before and before.tab is tab else state
        return self.runs.begin(reader, tab, self.page.labels, start)

    def outputs(
        self,
        panel: Panel,
        kept: Kept,
        frame: Frame,
        sums: dict[str, int],
        given: list[Any] | None,
        label: str,
    ) -> list[Any]:
        """Values for a live page. `given`: what the controls show; None: a reader may be setting them now,
        and only what the run moves by itself is written. `label`: the word on the button, if it changes."""
        if given is None:
            controls = [
                value if control.name in kept.moves else SKIP
                for control in panel.tab.settings
                for value in control.spread(frame.state[control.name])
            ]
        else:
            controls = changed_values(given, values_of(panel.tab, frame.state))
        shows = changed_shows(panel.tab, frame.payloads, sums)
        seen = self.page.seen(panel.tab, frame.state, sums, kept.turn)
        return [seen, *controls, *shows, "", self.page.language.word(label) if label else SKIP]

"""A demo's page, made with Gradio from what its app declares, in the house style and in one language.

The server keeps nothing of it: each event brings every control's value, and the answer is a function of
these. A hidden field says which pictures are on screen, so that only what has changed is sent.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from demos.kit.app import App, Tab, playable
from demos.kit.components import control_components, is_hidden, is_small, show_component, shown
from demos.kit.controls import Action, Control, Integer, Matrix, Seed, Slider, State, Words, number
from demos.kit.functions import Refused, Runner, direct
from demos.kit.gradio_internals import EVENT, SKIP, Blocks, id_of
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.kit.notes import numbers_of, what_is_seen
from demos.kit.runs import Frame, Kept, Runs, direct_frames
from demos.kit.shows import Chart, Click, Payload, Picture, Point, Show
from demos.kit.state import Parsed, parse, query

log = logging.getLogger("ordlab")

FRAME, FRAMES = 0.12, 32  # seconds for one step of a slider that plays, and the most steps
READERS = 1024  # whose latest event is remembered


# From the state, the event, and what the hidden field says, to the controls that an event changes.
Change = Callable[[State, Any, object], Mapping[str, Any]]


class Answers(Protocol):
    """Gives a reader the payloads for a tab's state, all at once or as they come. Raises Refused.

    With `replaces`, a page asks that is open already: it shows its newest answer only, and what it asked for
    before ends early.
    """

    def __call__(
        self, tab: str, state: State, reader: str, *, replaces: bool = True
    ) -> AsyncGenerator[Mapping[str, Payload], None]: ...


SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")


class PageBlocks(Blocks):
    """Blocks that speak the page's language also where Gradio refuses a value before any handler sees it."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        super().__init__(title=labels.title, analytics_enabled=False, fill_width=True)

    async def preprocess_data(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().preprocess_data(*args, **options)
        except Exception as error:
            log.warning("The demo “%s” was sent a value it does not take: %s", self.labels.demo.name, error)
            raise spoken("refused", self.labels.language) from error


@dataclass
class Panel:
    """One tab's components, and what its buttons and pictures do to the controls."""

    tab: Tab
    on_screen: (
        gr.Textbox
    )  # hidden; JSON: the query of this state, a checksum of each show's payload, the event it is from
    controls: dict[str, list[Any]] = field(default_factory=dict)  # the fields that make up each control
    shows: dict[str, Any] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)  # by component
    triggers: list[Any] = field(default_factory=list)  # events that bring new values
    presses: list[Any] = field(default_factory=list)  # events that change values
    plays: dict[str, gr.Button] = field(default_factory=dict)
    stop: gr.Button | None = None
    train: gr.Button | None = None  # of a live tab: play and pause
    step: gr.Button | None = None

    @property
    def fields(self) -> list[Any]:
        """Every control's fields, in the order in which a browser sends them."""
        return [component for components in self.controls.values() for component in components]


@dataclass(frozen=True)
class Event:
    """A reader's newest event: what the controls of a tab had, and the state that it asks an answer for;
    without a file of the reader's own, which is never kept."""

    turn: int
    tab: Tab
    sent: State
    state: State


def make_page(app: App, language: Language, answers: Answers, runs: Runs | None = None) -> Page:
    """The page of a demo in one language. No model runs for it. `runs` are those of all live pages."""
    return Page(app, language, answers, Runs(direct_frames()) if runs is None else runs)


def direct_answers(app: App, language: Language) -> Answers:
    """Answers computed here and now, each part in a thread."""
    labels = Labels(app.demo, language)

    async def answers(
        tab: str, state: State, reader: str, *, replaces: bool = True
    ) -> AsyncGenerator[Mapping[str, Payload], None]:
        parts = app.tab(tab).payloads(direct, labels, state)
        with closing(parts):
            while (part := await asyncio.to_thread(next, parts, None)) is not None:
                yield part

    return answers


class Page:
    """A demo in one language: `blocks` for Gradio, `compute` and `fill` for the server."""

    def __init__(self, app: App, language: Language, answers: Answers, runs: Runs) -> None:
        self.app = app
        self.language = language
        self.labels = Labels(app.demo, language)
        self.answers = answers
        self.runs = runs
        self.turns = count(1)
        self.newest: OrderedDict[str, Event] = OrderedDict()  # by reader
        self.panels: dict[str, Panel] = {}
        self.tabs: gr.Tabs | None = None
        with PageBlocks(self.labels) as self.blocks:
            gr.Markdown(self.labels.try_this, elem_classes="try")
            self.notice = gr.Markdown("", elem_classes="notice")
            self.make_tabs()
            self.make_notes()

    @property
    def head(self) -> str:
        """What the page needs in its head."""
        words = {key: self.language.word(key) for key in ("copied", "mark_keys", "too_large")}
        return f"<script>const WORDS = {json.dumps(words, ensure_ascii=False)};\n{SCRIPT}</script>"

    def compute(self, run: Runner, tab: str, state: State) -> Iterator[Mapping[str, Payload]]:
        """The answer for a tab's state, ready for a browser: whole, or in parts.

        Models run and pictures are encoded here; the server calls it in a thread of its choice.
        """
        return self.app.tab(tab).payloads(run, self.labels, state)

    # What is on the page

    def make_tabs(self) -> None:
        if len(self.app.tabs) == 1:
            self.make_panel(self.app.tabs[0])
            return
        with gr.Tabs(selected=self.app.tabs[0].name) as self.tabs:
            for tab in self.app.tabs:
                with gr.Tab(self.labels[f"{tab.name}_tab"], id=tab.name) as gradio_tab:
                    self.make_panel(tab, gradio_tab.select)

    def make_panel(self, tab: Tab, *opened: Any) -> None:
        """Some shows, the controls, the other shows; `opened` are events that ask for an answer."""
        address = gr.Textbox("", label="-", visible="hidden", elem_classes="address")
        panel = self.panels[tab.name] = Panel(tab, address, triggers=list(opened))
        first, *others = tab.shows
        self.make_shows(panel, [first])
        if tab.live:
            self.make_live_buttons(panel)
        self.make_shows(panel, others[: tab.above - 1])
        self.make_controls(panel)
        self.make_shows(panel, others[tab.above - 1 :])
        for show in tab.shows:
            if isinstance(show, Picture) and show.click:
                self.let(panel, panel.shows[show.name], "select", clicked(show.click))
        if any(isinstance(show, Chart) and show.click for show in tab.shows):
            self.let(panel, panel.on_screen, "input", chart_clicked(tab))
        if panel.tab.live:
            self.listen_live(panel)
        else:
            self.listen(panel)

    def make_controls(self, panel: Panel) -> None:
        """The controls, what is folded away, and the small buttons."""
        apart = panel.tab.actions if panel.tab.live else ()  # these have their place already
        self.make_lines(panel, [control for control in panel.tab.controls if control not in apart])
        if panel.tab.more:
            with gr.Accordion(self.language.word("more_settings"), open=False, elem_classes="more"):
                for line in panel.tab.more:
                    self.make_lines(panel, line)
        self.make_tools(panel)

    def make_shows(self, panel: Panel, shows: Iterable[Show]) -> None:
        for show in shows:
            panel.shows[show.name] = show_component(show, self.labels)

    def make_live_buttons(self, panel: Panel) -> None:
        """Below what is watched: train or pause, one step, and the tab's own buttons."""
        with gr.Row(elem_classes="controls"):
            panel.train = button(self.language.word("train"), primary=True)
            panel.step = button(self.language.word("one_step"), primary=False)
            for action in panel.tab.actions:
                self.make_button(panel, action)

    def make_lines(self, panel: Panel, controls: Sequence[Control | Action]) -> None:
        """Small fields and buttons beside each other, everything else on a line of its own."""
        lines: list[list[Control | Action]] = []
        for control in controls:
            if lines and (is_hidden(control) or (is_small(control) and is_small(lines[-1][-1]))):
                lines[-1].append(control)
            else:
                lines.append([control])
        for line in lines:
            with gr.Row(elem_classes="controls"):
                for control in line:
                    if isinstance(control, Control):
                        self.make_control(panel, control)
                for control in line:
                    self.make_button(panel, control)

    def make_control(self, panel: Panel, control: Control) -> None:
        panel.controls[control.name] = control_components(control, self.labels)
        for component in panel.controls[control.name]:
            # A text is sent when it is finished: with Enter, or with whatever is pressed next.
            panel.triggers.append(component.submit if isinstance(control, Words) else component.input)
            if isinstance(
                control, Slider
            ):  # Gradio's button that puts it back sends no input, only a release
                panel.triggers.append(component.release)

    def make_button(self, panel: Panel, control: Control | Action) -> None:
        """The button of an action, or of a seed that offers another."""
        if isinstance(control, Action):
            self.let(panel, button(self.labels[control.name], control.primary), "click", acting(control))
        elif isinstance(control, Seed) and control.new:
            words = self.labels[f"{control.name}_new"]
            self.let(panel, button(words, control.primary), "click", another(control))

    def make_tools(self, panel: Panel) -> None:
        """Play, run again, stop, reset, copy link: the small buttons below the controls."""
        with gr.Row(elem_classes="tools"):
            if panel.tab.streams:  # `page.js` presses it when a page opens, which holds the first part only
                self.let(panel, tool(self.language.word("again"), elem_classes="again"), "click", unchanged)
            for slider in playable(panel.tab):
                panel.plays[slider.name] = tool(self.labels[f"{slider.name}_play"])
            if panel.tab.streams or panel.plays:
                panel.stop = tool(self.language.word("stop"))
            self.let(panel, tool(self.language.word("reset")), "click", lambda *_: panel.tab.defaults)
            tool(self.language.word("copy_link"), elem_classes="copy-link")

    def let(self, panel: Panel, component: Any, event: str, change: Change) -> None:
        """Let an event of a component change controls, and ask for the answer."""
        panel.changes[id_of(component)] = change
        panel.presses.append(getattr(component, event))

    def make_notes(self) -> None:
        """Below everything: what is seen, with links to its terms, and the models' numbers."""
        if self.language.code in self.labels.demo.see:
            with gr.Column(elem_classes="see"):
                gr.Markdown(what_is_seen(self.labels), sanitize_html=False, latex_delimiters=[])
        if numbers := numbers_of(self.app.demo, self.labels):
            with gr.Accordion(self.language.word("numbers"), open=False, elem_classes="numbers"):
                gr.Markdown(numbers, latex_delimiters=[])

    # What happens on it

    def listen(self, panel: Panel) -> None:
        """One event for all that is set in a tab, of which the last one counts; one for all that is pressed.

        They are apart because Gradio puts off what comes while an event runs, and then sends *that* event
        once more: a press would be lost, or be done twice. In a tab that streams, nothing is put off: each
        event starts anew, and ends what the one before it is still giving.
        """
        inputs = [panel.on_screen, *panel.fields]
        outputs = [*inputs, *panel.shows.values(), self.notice]

        async def answered(event: gr.EventData, request: gr.Request, *values: Any) -> Any:
            with self.faults_spoken():
                async with aclosing(self.respond(panel, event, request, values)) as parts:
                    return await anext(parts)

        async def streamed(event: gr.EventData, request: gr.Request, *values: Any) -> Any:
            with self.faults_spoken():
                async with aclosing(self.respond(panel, event, request, values)) as parts:
                    async for part in parts:
                        yield part

        mode = "multiple" if panel.tab.streams else "always_last"
        handler = streamed if panel.tab.streams else answered
        running = [gr.on(panel.triggers, handler, inputs, outputs, trigger_mode=mode, **EVENT)]
        running.append(gr.on(panel.presses, handler, inputs, outputs, trigger_mode="multiple", **EVENT))
        for slider in playable(panel.tab):
            playing = self.player(panel, slider)
            start = panel.plays[slider.name].click
            running.append(start(playing, inputs, outputs, trigger_mode="once", **EVENT))
        if panel.stop:
            panel.stop.click(None, cancels=running, **{**EVENT, "queue": False})

    async def respond(
        self, panel: Panel, event: gr.EventData, request: gr.Request, values: tuple[Any, ...]
    ) -> AsyncGenerator[list[Any], None]:
        """What an event puts on the page, in as many parts as the answer has."""
        reader, (on_screen, *given) = str(request.session_hash), values
        sent = self.cleaned(panel.tab, given)
        state = self.rebased(reader, panel.tab, sent, on_screen)
        before = field_of(on_screen, "query")
        if event.target is not None and (key := id_of(event.target)) in panel.changes:
            state |= panel.changes[key](state, event, on_screen)
            on_screen = None  # another event may be about to change what is on screen: send everything
        turn = self.begin(reader, panel.tab, sent, state)
        sums, due = sums_of(on_screen), 0.0
        async with aclosing(self.answers(panel.tab.name, state, reader)) as parts:
            with self.forgotten_if_it_fails(reader, turn):
                async for part in parts:
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    if not self.is_newest(reader, turn):
                        break
                    due = max(due, time.monotonic() - panel.tab.pace) + panel.tab.pace
                    stays = before == query(self.app, panel.tab, state)
                    yield self.outputs(panel, turn, state, given, part, sums, stays)
                    given = values_of(panel.tab, state)
        if not self.is_newest(reader, turn):  # Gradio waits for something
            yield [SKIP] * (2 + len(given) + len(panel.shows))

    # What happens on a live one

    def listen_live(self, panel: Panel) -> None:
        """What is set goes to the page's run, whether it plays or not; what is pressed may begin it anew."""
        inputs = [panel.on_screen, *panel.fields]
        outputs = [*inputs, *panel.shows.values(), self.notice, panel.train]

        def handler(act: str) -> Callable[..., Any]:
            async def handled(event: gr.EventData, request: gr.Request, *values: Any) -> Any:
                with self.faults_spoken():
                    async with aclosing(self.respond_live(panel, act, event, request, values)) as parts:
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

    async def respond_live(
        self, panel: Panel, act: str, event: gr.EventData, request: gr.Request, values: tuple[Any, ...]
    ) -> AsyncGenerator[list[Any], None]:
        """What an event puts on a live page. `act`: `set` a control, `train` or pause, or one `step`.

        A run that plays goes on and shows what was set. Any other event shows where the run stands then.
        """
        reader, (on_screen, *given) = str(request.session_hash), values
        sent = self.cleaned(panel.tab, given)
        state = self.rebased(reader, panel.tab, sent, on_screen)
        change: Mapping[str, Any] = {}
        if event.target is not None and (key := id_of(event.target)) in panel.changes:
            change = panel.changes[key](state, event, on_screen)
        state |= change
        turn = self.begin(reader, panel.tab, sent, state)
        with self.forgotten_if_it_fails(reader, turn):
            kept = self.run_of(reader, panel.tab, on_screen, state)
            kept.change(state, anew=any(name in change for name in kept.moves))
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
                async for frame in self.runs.frames(self.app.demo.name, reader, made):
                    if frame and not kept.playing:  # a button may have been quicker
                        label = "" if act == "set" else "train"
                        yield self.outputs_live(panel, kept, frame, {}, given, label)

    async def play(self, panel: Panel, kept: Kept, reader: str, turn: int) -> AsyncGenerator[list[Any], None]:
        """Frame after frame, until something pauses the run."""
        self.runs.let_play(reader, turn)
        sums: dict[str, int] = {}
        try:
            frames = self.runs.frames(self.app.demo.name, reader, kept.play(turn))
            async with aclosing(frames):
                asked = time.monotonic()
                async for frame in frames:
                    if frame is None:
                        continue
                    if kept.playing != turn:
                        yield [SKIP] * (3 + len(panel.fields) + len(panel.shows))
                        return
                    due = asked + frame.seconds  # what making it took is part of the time
                    yield self.outputs_live(panel, kept, frame, sums, None, "" if sums else "pause")
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    asked = time.monotonic()
        finally:
            ended = kept.playing == turn
            if ended:
                kept.playing = 0
        if ended:
            shown = [SKIP] * (1 + len(panel.fields) + len(panel.shows))
            yield [*shown, self.language.word("paused"), self.language.word("train")]

    def run_of(self, reader: str, tab: Tab, on_screen: object, state: State) -> Kept:
        """The run of a page; one that has none begins from what is on screen. Raises Refused."""
        if kept := self.runs.of(reader, tab):
            return kept
        query = field_of(on_screen, "query")
        before = parse(self.app, query, self.language.code) if isinstance(query, str) else None
        start = before.state if before and before.tab is tab else state
        return self.runs.begin(reader, tab, self.labels, start)

    def outputs_live(
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
        seen = self.seen(panel.tab, frame.state, sums, kept.turn)
        return [seen, *controls, *shows, "", self.language.word(label) if label else SKIP]

    def player(self, panel: Panel, slider: Slider) -> Callable[..., Any]:
        """A handler that takes a slider from its lowest value to its highest, a few steps a second."""
        steps = min(slider.steps, FRAMES)
        walk = [slider.at(round(i * slider.steps / steps)) for i in range(steps + 1)]

        async def playing(request: gr.Request, on_screen: Any, *values: Any) -> Any:
            with self.faults_spoken():
                reader, sums, given = str(request.session_hash), sums_of(on_screen), list(values)
                sent = self.cleaned(panel.tab, given)
                state = self.rebased(reader, panel.tab, sent, on_screen)
                turn = self.begin(reader, panel.tab, sent, dict(state))
                for value in walk:
                    due = time.monotonic() + FRAME
                    state[slider.name] = value
                    async with aclosing(self.answers(panel.tab.name, state, reader)) as parts:
                        async for part in parts:
                            yield self.outputs(panel, turn, state, given, part, sums)
                            given = values_of(panel.tab, state)
                    if not self.is_newest(reader, turn):
                        return
                    await asyncio.sleep(max(0.0, due - time.monotonic()))

        return playing

    def rebased(self, reader: str, tab: Tab, sent: State, on_screen: object) -> dict[str, Any]:
        """What a reader wants who sent these values, perhaps before seeing what their newest event changed.

        Gradio puts off an event that comes while another runs, and an answer takes its time: “Reset” must not
        be undone by what was set before it. So what differs from the values that the unseen event was sent
        with was set after it; everything else stands as that event left it.
        """
        newest = self.newest.get(reader)
        if newest is None or newest.tab is not tab or turn_of(on_screen) >= newest.turn:
            return dict(sent)
        return {
            name: newest.state[name] if name in newest.sent and value == newest.sent[name] else value
            for name, value in sent.items()
        }

    def begin(self, reader: str, tab: Tab, sent: State, state: State) -> int:
        """The number of a reader's new event; whatever an older one is still doing ends by it."""
        event = Event(next(self.turns), tab, *(tab.kept(some) for some in (sent, state)))
        self.newest[reader] = event
        self.newest.move_to_end(reader)
        if len(self.newest) > READERS:
            self.newest.popitem(last=False)
        return event.turn

    def is_newest(self, reader: str, turn: int) -> bool:
        return reader in self.newest and self.newest[reader].turn == turn

    @contextmanager
    def forgotten_if_it_fails(self, reader: str, turn: int) -> Iterator[None]:
        """An event that fails, or is stopped before its answer, has changed nothing."""
        try:
            yield
        except (Exception, asyncio.CancelledError):
            if self.is_newest(reader, turn):
                del self.newest[reader]
            raise

    def outputs(
        self,
        panel: Panel,
        turn: int,
        state: State,
        given: list[Any],
        part: Mapping[str, Payload],
        sums: dict[str, int],
        stays: bool = False,
    ) -> list[Any]:
        """Values for the hidden field, the controls, the shows and the notice, as far as they are new.

        `given` is what the controls show now; `sums` what the shows do, and is kept up to date. The notice
        speaks of a state: with `stays`, that has not changed.
        """
        controls = changed_values(given, values_of(panel.tab, state))
        shows = changed_shows(panel.tab, part, sums)
        # A tab that an address opens asks too, and gets what it shows already.
        notice = SKIP if stays or all(part is SKIP for part in (*controls, *shows)) else ""
        return [self.seen(panel.tab, state, sums, turn), *controls, *shows, notice]

    def seen(self, tab: Tab, state: State, sums: Mapping[str, int], turn: int = 0) -> str:
        return json.dumps({"query": query(self.app, tab, state), "sums": sums, "turn": turn})

    def cleaned(self, tab: Tab, values: list[Any]) -> dict[str, Any]:
        """The state from what a browser sent. What a control does not take is said in the page's language."""
        state, sent = {}, iter(values)
        for control in tab.settings:
            try:
                state[control.name] = control.gathered([next(sent) for _ in range(control.fields)])
            except ValueError as error:
                log.info("The demo “%s” was sent a value it does not take: %s", self.app.demo.name, error)
                raise self.not_taken(control) from error
        return state

    def not_taken(self, control: Control) -> gr.Error:
        """What a reader is told who set a control to something it does not take."""
        if control.name not in self.app.demo.labels or not isinstance(control, Integer | Slider | Matrix):
            return spoken("refused", self.language)
        numbers = {"low": self.labels.plain(control.low), "high": self.labels.plain(control.high)}
        return spoken("limits", self.language, label=self.labels[control.name], **numbers)

    @contextmanager
    def faults_spoken(self) -> Iterator[None]:
        """Whatever fails, the reader gets one sentence, and the log the rest."""
        try:
            yield
        except gr.Error:
            raise
        except Refused as refused:
            raise spoken(refused.key, self.language) from refused
        except Exception as error:
            log.exception("The demo “%s” failed.", self.app.demo.name)
            raise spoken("error", self.language) from error

    # A page that opens in a state

    def fill(self, config: dict[str, Any], parsed: Parsed, payloads: Mapping[str, Payload]) -> None:
        """Write a state, and the answer for it, into Gradio's configuration of this page.

        So the page opens with it, and no event needs to ask. What the address asks for in vain, and what a
        preset shows, is said on top.
        """
        panel = self.panels[parsed.tab.name]
        values = {id_of(self.notice): self.notice_for(parsed)}
        for component, value in zip(panel.fields, values_of(panel.tab, parsed.state), strict=True):
            values[id_of(component)] = value
        for show in panel.tab.shows:
            if show.name in payloads:
                values[id_of(panel.shows[show.name])] = shown(show, payloads[show.name])
        sums = {name: checksum(payload) for name, payload in payloads.items()}
        values[id_of(panel.on_screen)] = self.seen(panel.tab, parsed.state, sums)
        for component in config["components"]:
            if component["id"] in values:
                component["props"]["value"] = values[component["id"]]
            if self.tabs is not None and component["id"] == id_of(self.tabs):
                component["props"]["selected"] = panel.tab.name

    def notice_for(self, parsed: Parsed) -> str:
        """One sentence on what was wrong in the address, and the preset's own."""
        said = []
        if parsed.faults:
            # Neither `tab` and `preset` nor what a reader does not see have a label.
            labels = self.app.demo.labels
            names = [self.labels[name] if name in labels else name for name in parsed.faults]
            said.append(self.language.word("address").format(names=", ".join(names)))
        if parsed.preset:
            said.append(parsed.preset.says[self.language.code])
        return "\n\n".join(said)


def clicked(change: Click) -> Change:
    """A picture's change for the point of a click. Raises ValueError if what was sent is no point."""
    return lambda state, event, _: change(point_of(event.index), state)


def chart_clicked(tab: Tab) -> Change:
    """What a click on a chart changes: its script writes chart and point into the hidden field, because
    Gradio has no event for it. Raises ValueError if anything else stands there."""
    charts = {show.name: show.click for show in tab.shows if isinstance(show, Chart) and show.click}

    def at_point(state: State, _: Any, on_screen: object) -> Mapping[str, Any]:
        name, point = field_of(on_screen, "chart"), field_of(on_screen, "point")
        if not isinstance(name, str) or name not in charts:
            raise ValueError(f"{name!r} is no chart to click on")
        return charts[name](point_of(point), state)

    return at_point


def point_of(sent: Any) -> Point:
    """Raises ValueError if what a browser sent is no point."""
    if not isinstance(sent, list | tuple) or len(sent) != 2:
        raise ValueError(f"{sent!r} is no point")
    return number(sent[0], 0, 10_000), number(sent[1], 0, 10_000)


def unchanged(*_: Any) -> Mapping[str, Any]:
    """The state as it is: asks for the answer once more."""
    return {}


def acting(action: Action) -> Change:
    return lambda state, *_: action.change(state)


def another(seed: Seed) -> Change:
    """Another seed, by chance: from then on it stands in its field."""
    return lambda *_: {seed.name: random.randint(seed.low, seed.high)}


def changed_values(before: list[Any], after: list[Any]) -> list[Any]:
    """What to write into controls."""
    return [SKIP if is_shown(old, new) else new for old, new in zip(before, after, strict=True)]


def changed_shows(tab: Tab, part: Mapping[str, Payload], sums: dict[str, int]) -> list[Any]:
    """What to write into shows, from an answer or a part of one. `sums` are kept up to date."""
    before = dict(sums)
    sums |= {name: checksum(payload) for name, payload in part.items()}
    return [
        shown(show, part[show.name]) if sums.get(show.name) != before.get(show.name) else SKIP
        for show in tab.shows
    ]


def checksum(payload: Payload) -> int:
    return zlib.crc32(payload.encode())


def values_of(tab: Tab, state: State) -> list[Any]:
    """The values as a browser knows them: one for each field."""
    return [value for control in tab.settings for value in control.spread(state[control.name])]


def is_shown(before: object, now: object) -> bool:
    """Whether a field that has one value shows the other already. An emptied one that means zero stays empty:
    the reader may be about to write a number, and has so far a minus, which a browser sends as nothing."""
    return before == now or (before is None and now == 0)


def sums_of(on_screen: object) -> dict[str, int]:
    """The checksums of what a browser says it shows; empty if it says anything else."""
    sums = field_of(on_screen, "sums")
    return dict(sums) if isinstance(sums, dict) else {}


def turn_of(on_screen: object) -> int:
    """The event whose answer a browser says it shows; 0 if it says anything else."""
    turn = field_of(on_screen, "turn")
    return turn if isinstance(turn, int) else 0


def field_of(on_screen: object, name: str) -> object:
    """A field of what a browser says it shows; None if there is none."""
    try:
        return json.loads(on_screen)[name]  # type: ignore[arg-type]
    except (TypeError, ValueError, KeyError):
        return None


def button(words: str, primary: bool) -> gr.Button:
    return gr.Button(words, variant="primary" if primary else "secondary", min_width=140)


def tool(words: str, **options: Any) -> gr.Button:
    return gr.Button(words, size="sm", min_width=90, **options)


def spoken(key: str, language: Language, **fields: str) -> gr.Error:
    """A fault as the reader is told of it."""
    text = language.word(key).format(**fields)
    return gr.Error(escape(text), title=language.word("error_title"), print_exception=False)

"""A demo's page, made with Gradio from what its app declares, in the site's style and in one language.

The server keeps nothing of it: each event brings every control's value, and the answer is a function of
these. A hidden field says which pictures are on screen, so that only what has changed is sent.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import gradio as gr

from demos.kit.app import App, Tab, playable
from demos.kit.changes import Change, acting, another, chart_clicked, clicked, spoken_in, unchanged
from demos.kit.components import control_components, is_hidden, is_small, show_component, shown
from demos.kit.controls import Action, Control, Seed, Slider, State, Words
from demos.kit.events import Events
from demos.kit.faults import cleaned, faults_spoken, spoken
from demos.kit.functions import Runner, direct
from demos.kit.gradio_internals import EVENT, SKIP, Blocks, id_of
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.kit.live_page import LiveTabs
from demos.kit.notes import numbers_of, what_is_seen
from demos.kit.panel import Panel
from demos.kit.runs import Runs, direct_frames
from demos.kit.screen import changed_shows, changed_values, checksum, field_of, sums_of, values_of
from demos.kit.shows import Chart, Payload, Picture, Show
from demos.kit.state import Parsed, query

log = logging.getLogger("ordlab")

FRAME, FRAMES = 0.12, 32  # seconds for one step of a slider that plays, and the most steps


class Answers(Protocol):
    """Gives a reader the payloads for a tab's state, all at once or as they come. Raises Refused.

    With `replaces`, a page asks that is open already: it shows its newest answer only, and what it asked for
    before ends early.
    """

    def __call__(
        self, tab: str, state: State, reader: str, *, replaces: bool = True
    ) -> AsyncGenerator[Mapping[str, Payload], None]: ...


def script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


SCRIPT, CAMERA_SCRIPT = script("page.js"), script("tracker.js") + script("camera.js")
WORDS = ("copied", "mark_keys", "too_large")  # that the scripts say
CAMERA_WORDS = tuple(
    f"camera_{key}"
    for key in ("place", "follows", "lost", "gone", "insecure", "refused", "none", "busy", "ended")
)


class Received(NamedTuple):
    """An event of a reader's: what the hidden field and the controls said, the state that it asks for, what a
    press changed in that (None if nothing was pressed), and its number."""

    reader: str
    on_screen: object
    given: list[Any]
    state: dict[str, Any]
    change: Mapping[str, Any] | None
    turn: int


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
                if part:
                    yield part

    return answers


class Page:
    """A demo in one language: `blocks` for Gradio, `compute` and `fill` for the server."""

    def __init__(self, app: App, language: Language, answers: Answers, runs: Runs) -> None:
        self.app = app
        self.language = language
        self.labels = Labels(app.demo, language)
        self.answers = answers
        self.events = Events()
        self.live = LiveTabs(self, runs)
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
        camera = self.app.uses_camera
        scripts = SCRIPT + CAMERA_SCRIPT if camera else SCRIPT
        words = {key: self.language.word(key) for key in (*WORDS, *(CAMERA_WORDS if camera else ()))}
        return f"<script>const WORDS = {json.dumps(words, ensure_ascii=False)};\n{scripts}</script>"

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
        with gr.Tabs(selected=self.app.tabs[0].name, overflow_behavior="wrap") as self.tabs:
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
            self.live.listen(panel)
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
                own = f"{slider.name}_play"
                words = self.labels[own] if own in self.app.demo.labels else self.language.word("play")
                panel.plays[slider.name] = tool(words)
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
            with faults_spoken(self.labels):
                async with aclosing(self.respond(panel, event, request, values)) as parts:
                    return await anext(parts)

        async def streamed(event: gr.EventData, request: gr.Request, *values: Any) -> Any:
            with faults_spoken(self.labels):
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
        reader, on_screen, given, state, change, turn = self.received(panel, event, request, values)
        before = field_of(on_screen, "query")
        if change is not None:
            on_screen = None  # another event may be about to change what is on screen: send everything
        sums, due = sums_of(on_screen), 0.0
        async with aclosing(self.answers(panel.tab.name, state, reader)) as parts:
            with self.events.forgotten_if_it_fails(reader, turn):
                async for part in parts:
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    if not self.events.is_newest(reader, turn):
                        break
                    due = max(due, time.monotonic() - panel.tab.pace) + panel.tab.pace
                    stays = before == query(self.app, panel.tab, state)
                    yield self.outputs(panel, turn, state, given, part, sums, stays)
                    given = values_of(panel.tab, state)
        if not self.events.is_newest(reader, turn):  # Gradio waits for something
            yield [SKIP] * (2 + len(given) + len(panel.shows))

    def received(
        self, panel: Panel, event: gr.EventData | None, request: gr.Request, values: tuple[Any, ...]
    ) -> Received:
        """What an event asks for, or None, which changes nothing; from now on it is its reader's newest."""
        reader, (on_screen, *given) = str(request.session_hash), values
        sent = cleaned(panel.tab, given, self.labels)
        state = self.events.rebased(reader, panel.tab, sent, on_screen)
        change = None
        if event and event.target is not None and (key := id_of(event.target)) in panel.changes:
            change = panel.changes[key](spoken_in(panel.tab, state, self.labels), event, on_screen)
            state |= change
        turn = self.events.begin(reader, panel.tab, sent, state)
        return Received(reader, on_screen, given, state, change, turn)

    def player(self, panel: Panel, slider: Slider) -> Callable[..., Any]:
        """A handler that takes a slider from its lowest value to its highest, a few steps a second."""
        steps = min(slider.steps, FRAMES)
        walk = [slider.at(round(i * slider.steps / steps)) for i in range(steps + 1)]

        async def playing(request: gr.Request, *values: Any) -> Any:
            with faults_spoken(self.labels):
                reader, on_screen, given, state, _, turn = self.received(panel, None, request, values)
                sums = sums_of(on_screen)
                for value in walk:
                    due = time.monotonic() + FRAME
                    state[slider.name] = value
                    async with aclosing(self.answers(panel.tab.name, state, reader)) as parts:
                        async for part in parts:
                            yield self.outputs(panel, turn, state, given, part, sums)
                            given = values_of(panel.tab, state)
                    if not self.events.is_newest(reader, turn):
                        return
                    await asyncio.sleep(max(0.0, due - time.monotonic()))

        return playing

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


def button(words: str, primary: bool) -> gr.Button:
    return gr.Button(words, variant="primary" if primary else "secondary", min_width=140)


def tool(words: str, **options: Any) -> gr.Button:
    return gr.Button(words, size="sm", min_width=90, **options)

"""A demo as its `app.py` declares it: controls, shows, and the answer that leads from one to the other.

CONTROLS = (Seed("seed", 7), Slider("truncation", 0, 2, 1.0, step=0.05))
SHOWS = (Picture("flow"), Text("facts"))

def answer(run, words, *, seed, truncation):
    return {"flow": ..., "facts": words("facts", seed=seed)}

An answer depends on nothing but its controls. A long one is a generator: it yields what is new as it comes.
Where that takes long, it yields {} meanwhile: others may go first there, and what nobody wants ends. A demo
with several parts declares `TABS = (Tab("guess", CONTROLS, SHOWS, answer), …)` instead, and one that a reader
steers while it runs `TABS = (live_tab("", CONTROLS, SHOWS, Run),)`: see `runs.py`. `AHEAD` names functions
that make ahead what answers need.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

from demos.kit.controls import Action, Camera, Control, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.registry import import_app
from demos.kit.shows import Payload, Show
from glossary.demos import Demo

if TYPE_CHECKING:
    from demos.kit.runs import Run

Answer = Callable[..., Mapping[str, Any] | Iterator[Mapping[str, Any]]]
# Makes ahead what answers need. The server calls it once, in the background, when the first demo that names
# it is opened; it returns soon after the event is set, and answers do without what it has not made.
Ahead = Callable[[Event], None]


class AppError(Exception):
    """An `app.py` declares something that cannot be made into a page: one sentence."""


@dataclass(frozen=True)
class Tab:
    """One page of controls, shows and an answer. Its label is `labels.<name>_tab`; a demo's only tab has
    none. `more` are lines of controls that are folded away at first; `above`: how many shows stand above the
    controls; `pace`: seconds at least from one part of a long answer to the next, if it is a film."""

    name: str
    controls: tuple[Control | Action, ...]
    shows: tuple[Show, ...]
    answer: Answer
    more: tuple[tuple[Control, ...], ...] = ()
    above: int = 1
    live: type[Run] | None = None
    pace: float = 0.0

    @property
    def settings(self) -> tuple[Control, ...]:
        """The controls that have a value."""
        return tuple(part for part in self.all_controls if isinstance(part, Control))

    @property
    def all_controls(self) -> tuple[Control | Action, ...]:
        return (*self.controls, *(control for line in self.more for control in line))

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(control for control in self.controls if isinstance(control, Action))

    @property
    def defaults(self) -> dict[str, Any]:
        return {control.name: control.default for control in self.settings}

    def kept(self, state: State) -> dict[str, Any]:
        """The part of a state that the server may remember."""
        return {control.name: state[control.name] for control in self.settings if control.is_kept}

    @property
    def streams(self) -> bool:
        """Whether the answer comes in parts."""
        return inspect.isgeneratorfunction(self.answer)

    def payloads(
        self, run: Runner, labels: Labels, state: State
    ) -> Generator[dict[str, Payload], None, None]:
        """The answer for a state, ready for a browser: whole, or in parts that each hold what is new.

        Raises whatever the answer raises, and AppError for something that it gives and nothing shows.
        """
        answer = self.answer(run, labels, **state)
        for part in [answer] if isinstance(answer, Mapping) else answer:
            yield self.shown(part, labels)

    def shown(self, part: Mapping[str, Any], labels: Labels) -> dict[str, Payload]:
        """An answer, or a part of one, ready for a browser. Raises AppError for what nothing shows."""
        if unknown := part.keys() - {show.name for show in self.shows}:
            raise AppError(f"the answer gives “{min(unknown)}”, which nothing shows")
        return {show.name: show.payload(part[show.name], labels) for show in self.shows if show.name in part}


@dataclass(frozen=True)
class App:
    """A demo and its tabs."""

    demo: Demo
    tabs: tuple[Tab, ...]
    still: tuple[
        str, ...
    ] = ()  # the shows of one tab that make up the demo's still, by default all of the first
    ahead: tuple[Ahead, ...] = ()

    @property
    def uses_camera(self) -> bool:
        return any(isinstance(control, Camera) for tab in self.tabs for control in tab.settings)

    def tab(self, name: str) -> Tab:
        """Raises KeyError if there is none of that name."""
        return {tab.name: tab for tab in self.tabs}[name]


def declared(demo: Demo) -> App:
    """The demo's app. Raises AppError if its declaration is wrong, and whatever its code raises."""
    module = import_app(demo)
    tabs = getattr(module, "TABS", None)
    if tabs is None:
        missing = [name for name in ("CONTROLS", "SHOWS", "answer") if not hasattr(module, name)]
        if missing:
            raise AppError(f"{demo.name}/app.py lacks {', '.join(missing)} (or TABS)")
        tabs = (Tab("", module.CONTROLS, module.SHOWS, module.answer),)
    app = App(demo, tuple(tabs), tuple(getattr(module, "STILL", ())), tuple(getattr(module, "AHEAD", ())))
    check(app)
    return app


def check(app: App) -> None:
    """Raise AppError unless names are unique, every answer takes its controls, and every word is there."""
    if len({tab.name for tab in app.tabs}) < len(app.tabs):
        raise AppError(f"{app.demo.name}/app.py: two tabs have one name")
    for tab in app.tabs:
        names = [part.name for part in (*tab.all_controls, *tab.shows)]
        if len(set(names)) < len(names):
            raise AppError(f"{app.demo.name}/app.py: a control or a show is declared twice")
        taken = {
            name
            for name, parameter in inspect.signature(tab.answer).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        if tab.live:
            check_live(app.demo, tab)
        elif taken != set(tab.defaults):
            differ = ", ".join(sorted(taken ^ set(tab.defaults)))
            raise AppError(f"{app.demo.name}/app.py: answer and controls differ in {differ}")
        if not tab.shows:
            raise AppError(f"{app.demo.name}/app.py: a tab shows nothing")
    if not any(set(app.still) <= {show.name for show in tab.shows} for tab in app.tabs):
        raise AppError(f"{app.demo.name}/app.py: no tab shows all that STILL names")
    if missing := sorted(words_needed(app) - app.demo.labels.keys()):
        raise AppError(f"{app.demo.name}/demo.yml: add {', '.join(missing)} to labels")


def check_live(demo: Demo, tab: Tab) -> None:
    """Raise AppError unless what a run moves by itself are hidden controls."""
    hidden = {control.name for control in tab.settings if not control.words_needed()}
    if tab.live and not set(tab.live.moves) <= hidden:
        raise AppError(f"{demo.name}/app.py: a run moves {', '.join(tab.live.moves)}: declare them Hidden")


def words_needed(app: App) -> set[str]:
    """The labels without which the page cannot be made."""
    needed = {f"{tab.name}_tab" for tab in app.tabs if tab.name}
    for tab in app.tabs:
        for part in (*tab.all_controls, *tab.shows):
            needed |= part.words_needed()
    return needed


def playable(tab: Tab) -> list[Slider]:
    """The sliders with a button that walks through them."""
    return [control for control in tab.settings if isinstance(control, Slider) and control.play]

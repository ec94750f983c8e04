"""What clicks and buttons change in a tab's state."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from demos.kit.app import Tab
from demos.kit.controls import Action, LanguageChoice, Seed, State, number
from demos.kit.labels import Labels
from demos.kit.screen import field_of
from demos.kit.shows import Chart, Click, Point

# From the state, the event, and what the hidden field says, to the controls that an event changes.
Change = Callable[[State, Any, object], Mapping[str, Any]]


def spoken_in(tab: Tab, state: State, labels: Labels) -> State:
    """The state as a change sees it, which knows nothing of the page: where the page's language is chosen,
    that language."""
    own = {
        control.name: labels.spoken(control.options)
        for control in tab.settings
        if isinstance(control, LanguageChoice) and state[control.name] == "page"
    }
    return {**state, **own}


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

"""The state is the address: every control's value can stand in the query, `?tab=map&seed=12&truncation=0.5`.

`?preset=NAME` gives a named state of `demo.yml`, in the page's language where it has texts; single controls
are set over it. What an address leaves out is the default; what is wrong in it falls back to that, and is
reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from demos.kit.app import App, Tab
from demos.kit.controls import State
from glossary.demos import Preset

TAB, PRESET = "tab", "preset"  # names in an address that no control may have
MOST_TEXT = 2000  # characters of one value in an address


@dataclass(frozen=True)
class Parsed:
    """What an address asks for. `faults` names the controls (or `tab`, `preset`) whose values were wrong."""

    tab: Tab
    state: State
    preset: Preset | None = None
    faults: tuple[str, ...] = ()


def parse(app: App, query: str | Mapping[str, str], lang: str = "") -> Parsed:
    """The state that an address asks for, of a page in a language, by default the site's first.

    Raises nothing: names that mean nothing here are passed over.
    """
    pairs = parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else query.items()
    asked = dict(reversed(list(pairs)))  # the first of two counts
    faults: list[str] = []
    preset = None
    if PRESET in asked:
        preset = app.demo.presets.get(asked[PRESET])
        if preset is None:
            faults.append(PRESET)
    given = preset.state_in(lang) if preset else {}
    wanted = {**given, **asked}
    tab = app.tabs[0]
    if wanted.get(TAB, tab.name) in {tab.name for tab in app.tabs}:
        tab = app.tab(wanted.get(TAB, tab.name))
    else:
        faults.append(TAB)
    state, wrong = parsed(tab, wanted)
    overruled = preset is not None and any(state[name] != value for name, value in valid(tab, given))
    return Parsed(tab, state, None if overruled else preset, (*faults, *wrong))


def parsed(tab: Tab, wanted: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The state of a tab with the wanted values, and the names of those that were wrong."""
    state, wrong = tab.defaults, []
    for control in tab.settings:
        if control.name in wanted:
            try:
                state[control.name] = control.parse(wanted[control.name][: MOST_TEXT + 1])
            except ValueError:
                wrong.append(control.name)
    return state, wrong


def valid(tab: Tab, given: Mapping[str, str]) -> Iterable[tuple[str, Any]]:
    """The values of a preset, as far as the tab has such controls and takes them."""
    state, wrong = parsed(tab, given)
    return [(name, state[name]) for name in given if name in state and name not in wrong]


def query(app: App, tab: Tab, state: State) -> str:
    """The query that gives a state: only what differs from the default."""
    pairs = [(TAB, tab.name)] if tab is not app.tabs[0] else []
    for control in tab.settings:
        if control.is_kept and state[control.name] != control.default:
            pairs.append((control.name, control.text(state[control.name])))
    return urlencode(pairs, safe=",")

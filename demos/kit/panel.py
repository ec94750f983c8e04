"""The components of one tab."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from demos.kit.app import Tab
from demos.kit.changes import Change


@dataclass
class Panel:
    """One tab's components, and what its buttons and pictures do to the controls."""

    tab: Tab
    # Hidden; JSON: the query of this state, a checksum of each show's payload, the event it is from.
    on_screen: gr.Textbox
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

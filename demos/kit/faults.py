"""What a reader is told when something fails: one sentence in the page's language. The log has the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import gradio as gr

from demos.kit.app import Tab
from demos.kit.controls import Control, Integer, Matrix, Slider
from demos.kit.functions import Refused
from demos.kit.labels import Labels
from demos.kit.languages import Language

log = logging.getLogger("ordlab")


def cleaned(tab: Tab, values: list[Any], labels: Labels) -> dict[str, Any]:
    """The state from what a browser sent. Raises gr.Error if a control does not take it."""
    state, sent = {}, iter(values)
    for control in tab.settings:
        try:
            state[control.name] = control.gathered([next(sent) for _ in range(control.fields)])
        except ValueError as error:
            log.info("The demo “%s” was sent a value it does not take: %s", labels.demo.name, error)
            raise not_taken(control, labels) from error
    return state


def not_taken(control: Control, labels: Labels) -> gr.Error:
    """What a reader is told who set a control to something it does not take."""
    if control.name not in labels.demo.labels or not isinstance(control, Integer | Slider | Matrix):
        return spoken("refused", labels.language)
    numbers = {"low": labels.plain(control.low), "high": labels.plain(control.high)}
    return spoken("limits", labels.language, label=labels[control.name], **numbers)


@contextmanager
def faults_spoken(labels: Labels) -> Iterator[None]:
    """Whatever fails, the reader gets one sentence, and the log the rest."""
    try:
        yield
    except gr.Error:
        raise
    except Refused as refused:
        raise spoken(refused.key, labels.language) from refused
    except Exception as error:
        log.exception("The demo “%s” failed.", labels.demo.name)
        raise spoken("error", labels.language) from error


def spoken(key: str, language: Language, **fields: str) -> gr.Error:
    """A fault as the reader is told of it."""
    text = language.word(key).format(**fields)
    return gr.Error(escape(text), title=language.word("error_title"), print_exception=False)

"""What every demo's interface is put together with: the page, pictures that say what they show, safe handlers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from demos.common.labels import Labels, word

log = logging.getLogger("ordlab")
Handler = Callable[..., Any]

SWEEP_EVERY, KEEP_FOR = 600, 3600  # seconds: how often files of old answers are looked for, and how old
LARGEST_SEED = 999_999


@contextmanager
def page(labels: Labels) -> Iterator[gr.Blocks]:
    """A demo's Blocks, opening with the one sentence on what to try."""
    with gr.Blocks(
        title=labels.title, analytics_enabled=False, delete_cache=(SWEEP_EVERY, KEEP_FOR), fill_width=True
    ) as blocks:
        gr.Markdown(labels.try_this, elem_classes="try")
        yield blocks


def picture(labels: Labels, key: str, value: Any, **options: Any) -> gr.Image:
    """A picture with a visible label `key`, and what it shows as its alternative text, `key_alt`.

    PNG: WebP takes several times as long to encode, and JPEG smears flat colours.
    """
    return gr.Image(
        value,
        label=labels[key],
        alt_text=labels[f"{key}_alt"],
        format="png",
        buttons=[],
        interactive=False,
        elem_classes="picture",
        **options,
    )


def on(trigger: Callable[..., Any], handler: Handler, labels: Labels, inputs: list[Any], outputs: Any) -> Any:
    """Let an event call `handler(labels, *inputs)`. Of many moves made while it runs, the last one counts."""
    return trigger(safe(handler, labels), inputs, outputs, **EVENT)


def on_click_in(picture: gr.Image, handler: Handler, labels: Labels, inputs: list[Any], outputs: Any) -> Any:
    """Let a click in a picture call `handler(labels, (x, y), *inputs)`, in pixels of the picture."""
    run = safe(handler, labels)

    def clicked(event: gr.SelectData, *values: Any) -> Any:
        return run(event.index, *values)

    return picture.select(clicked, inputs, outputs, **EVENT)


EVENT: dict[str, Any] = {
    "show_progress": "hidden",  # answers come before it could be read, and it makes pictures flicker
    "trigger_mode": "always_last",
    "api_visibility": "private",
}


def safe(handler: Handler, labels: Labels) -> Handler:
    """The handler with its labels filled in. Whatever it raises, the reader gets one sentence, the log the rest."""

    def run(*values: Any) -> Any:
        try:
            return handler(labels, *values)
        except Exception as error:
            log.exception("The demo “%s” failed.", labels.demo.name)
            raise gr.Error(
                word("error", labels.lang), title=word("error_title", labels.lang), print_exception=False
            ) from error

    return run


def whole(value: float | None, low: int = 0, high: int = LARGEST_SEED) -> int:
    """A whole number within bounds from whatever is in a number field: it may have been emptied."""
    return low if value is None else min(max(int(value), low), high)

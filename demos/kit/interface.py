"""What every demo's interface is made with: the page, pictures that say what they show, safe handlers."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder
from PIL import Image

from demos.kit.labels import Labels
from demos.kit.languages import Language

log = logging.getLogger("ordlab")
Handler = Callable[..., Any]

SWEEP_EVERY, KEEP_FOR = 600, 3600  # seconds: how often files of old answers are looked for, and how old
LARGEST_SEED = 999_999


class Page(gr.Blocks):
    """Blocks that speak the page's language also where Gradio refuses a value before any handler sees it."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        super().__init__(
            title=labels.title, analytics_enabled=False, delete_cache=(SWEEP_EVERY, KEEP_FOR), fill_width=True
        )

    async def preprocess_data(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().preprocess_data(*args, **options)
        except Exception as error:
            log.warning("The demo “%s” was sent a value it does not take: %s", self.labels.demo.name, error)
            raise said("refused", self.labels.language) from error


@contextmanager
def page(labels: Labels) -> Iterator[gr.Blocks]:
    """A demo's Blocks, opening with the one sentence on what to try."""
    with Page(labels) as blocks:
        gr.Markdown(labels.try_this, elem_classes="try")
        yield blocks


def picture(labels: Labels, key: str, value: Any, *, clickable: bool = False, **options: Any) -> gr.Image:
    """A picture with a visible label `key`, and what it shows as its alternative text, `key_alt`."""
    return gr.Image(
        as_file(value),
        label=labels[key],
        alt_text=labels[f"{key}_alt"],
        buttons=[],
        interactive=False,
        elem_classes=["picture", "clickable"] if clickable else "picture",
        **options,
    )


def on(trigger: Callable[..., Any], handler: Handler, labels: Labels, inputs: list[Any], outputs: Any) -> Any:
    """Let an event call `handler(labels, *inputs)`. Of many moves made while it runs, the last one counts."""
    return trigger(safe(handler, labels), inputs, outputs, **EVENT)


def on_input(controls: list[Any], handler: Handler, labels: Labels, outputs: Any) -> Any:
    """Let whatever a reader does with one of the controls call `handler(labels, *controls)`.

    Gradio's button that puts a slider back sends no input, only a release.
    """
    triggers = [control.input for control in controls]
    triggers += [control.release for control in controls if isinstance(control, gr.Slider)]
    return gr.on(triggers, safe(handler, labels), controls, outputs, **EVENT)


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
    """The handler with its labels filled in. If it fails, the reader gets one sentence, the log the rest."""

    def run(*values: Any) -> Any:
        try:
            return as_files(handler(labels, *values))
        except Exception as error:
            log.exception("The demo “%s” failed.", labels.demo.name)
            raise said("error", labels.language) from error

    return run


def said(key: str, language: Language) -> gr.Error:
    """A fault as the reader is told of it."""
    return gr.Error(language.word(key), title=language.word("error_title"), print_exception=False)


def whole(value: float | None, low: int = 0, high: int = LARGEST_SEED) -> int:
    """A whole number within bounds from whatever is in a number field: it may have been emptied."""
    return low if value is None else min(max(int(value), low), high)


def as_files(answer: Any) -> Any:
    """An answer, one thing or several, with every picture in it written to a file."""
    if isinstance(answer, tuple):
        return tuple(as_file(part) for part in answer)
    return as_file(answer)


@dataclass(frozen=True)
class Animation:
    """Frames of one size, played once: what moves for ever must have a button that stops it (WCAG 2.2.2)."""

    frames: Sequence[Image.Image]
    milliseconds: int = 80  # per frame


def as_file(thing: Any) -> Any:
    """A picture or an animation as the path of a file; anything else as it is.

    Encoded here, because Gradio leaves the encoder at its defaults: a grid of portraits takes 9 ms and 33 kB
    this way, 22 ms as Gradio's WebP, and 48 ms and 200 kB as its PNG.
    """
    data = io.BytesIO()
    if isinstance(thing, Image.Image):
        thing.save(data, "WEBP", quality=90, method=0)
        return save_bytes_to_cache(data.getvalue(), "picture.webp", get_upload_folder())
    if isinstance(thing, Animation):
        first, *more = thing.frames
        timing = {"duration": thing.milliseconds, "loop": 1}
        first.save(data, "WEBP", quality=80, method=0, save_all=True, append_images=more, **timing)
        # A browser plays a file it has already played only under another name.
        return save_bytes_to_cache(data.getvalue(), f"{uuid4().hex}.webp", get_upload_folder())
    return thing

"""Gradio's components for our controls and shows, in one language."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import gradio as gr

from demos.kit.controls import (
    Action,
    Camera,
    Choice,
    Choices,
    Control,
    Hidden,
    Integer,
    LanguageChoice,
    Matrix,
    Points,
    Slider,
    Switch,
    Upload,
    Words,
)
from demos.kit.gradio_internals import picture_value
from demos.kit.labels import Labels
from demos.kit.shows import File, Payload, Picture, Show, Text


def is_hidden(control: Control | Action) -> bool:
    """Whether no field shows it."""
    return isinstance(control, Hidden | Points)


def is_small(control: Control | Action) -> bool:
    """Whether it shares a line with others like it."""
    return isinstance(control, Integer | Action) or (isinstance(control, Choice) and control.dropdown)


def control_components(control: Control, labels: Labels) -> list[Any]:
    """The fields in which a reader sets a control."""
    match control:
        case Matrix():
            return matrix_fields(control, labels)
        case Upload():
            return [upload_field(control, labels)]
        case Camera():
            return [camera_field(control, labels)]
    return [control_component(control, labels)]


def upload_field(control: Upload, labels: Labels) -> Any:
    """A button to choose a file with, and a hidden field into which `page.js` writes what was chosen.

    Gradio's own component would write the file to the server's disk.
    """
    megabytes = labels.plain(control.most / 1_000_000)
    info = labels.language.word("upload_info").format(megabytes=megabytes)
    with gr.Column(elem_classes="upload"):
        gr.Markdown(
            f'<label><span>{escape(labels[control.name])}</span><input type="file" '
            f'accept="{escape(control.accepts)}" data-most="{control.most}"></label> '
            f"<small>{escape(info)}</small> <output></output>",
            sanitize_html=False,
            latex_delimiters=[],
        )
        return gr.Textbox("", label="-", visible="hidden", elem_classes="upload-field")


def camera_field(control: Camera, labels: Labels) -> Any:
    """Buttons, a place for the camera's picture with the points on it, and a hidden field into which
    `camera.js` writes how they move."""
    words = {key: labels.language.word(f"camera_{key}") for key in ("on", "start", "again", "off", "private")}
    points = [
        {"name": point.name, "label": labels[f"{control.name}_{point.name}"]}
        | {"at": (point.x, point.y), "aside": point.aside}
        for point in control.points
    ]
    buttons = "".join(
        f'<button type="button" data-does="{does}" class="lg {"primary" if does == "on" else "secondary"}"'
        f"{'' if does == 'on' else ' hidden'}>{escape(words[does])}</button>"
        for does in ("on", "start", "again", "off")
    )
    with gr.Column(elem_classes="camera"):
        gr.Markdown(
            f'<div role="group" aria-label="{escape(labels[control.name])}" data-anchors="{control.anchors}" '
            f'data-points="{escape(json.dumps(points, ensure_ascii=False))}">'
            f'<div class="camera-buttons">{buttons}</div>'
            '<div class="camera-picture" hidden><canvas aria-hidden="true"></canvas></div>'
            f"<output></output><small>{escape(words['private'])}</small></div>",
            sanitize_html=False,
            latex_delimiters=[],
        )
        return gr.Textbox("", label="-", visible="hidden", elem_classes="camera-field")


def matrix_fields(control: Matrix, labels: Labels) -> list[Any]:
    """A field for each number, row by row; its label, which is not seen, says where it stands."""
    fields = []
    with gr.Column(elem_classes="matrix"):
        gr.Markdown(f"**{labels[control.name]}**", elem_classes="label")
        for row in range(control.rows):
            with gr.Row():
                for column in range(control.columns):
                    place = {"row": row + 1, "column": column + 1}
                    label = labels.language.word("field_of").format(name=labels[control.name], **place)
                    value = control.default[row * control.columns + column]
                    field = gr.Number(
                        value,
                        label=label,
                        show_label=False,
                        minimum=control.low,
                        maximum=control.high,
                        step=control.step,
                        min_width=60,
                    )
                    fields.append(field)
    return fields


def control_component(control: Control, labels: Labels) -> Any:
    """The field, slider or box in which a reader sets a control."""
    if isinstance(control, Hidden):
        return gr.Number(control.default, label="-", precision=0, visible="hidden")
    if isinstance(control, Points):
        return gr.Textbox(control.sent(control.default), label="-", visible="hidden")
    info = f"{control.name}_info"
    words: dict[str, Any] = {"label": labels[control.name], "value": control.default}
    words["info"] = labels(info, **vars(control)) if info in labels.demo.labels else None
    match control:
        case Integer():
            return gr.Number(**words, minimum=control.low, maximum=control.high, precision=0, min_width=100)
        case Slider():
            return gr.Slider(control.low, control.high, step=control.step, **words)
        case Choice(dropdown=True):
            return gr.Dropdown(options(control, labels), filterable=False, min_width=120, **words)
        case Choice():
            return gr.Radio(options(control, labels), **words)
        case Choices():
            return gr.CheckboxGroup(options(control, labels), **words | {"value": list(control.default)})
        case Switch():
            return gr.Checkbox(**words)
        case Words():
            example, send = (
                labels.demo.labels.get(f"{control.name}_{part}", {}).get(labels.lang)
                for part in ("example", "send")
            )
            return gr.Textbox(
                lines=control.lines,
                max_lines=max(control.lines, 4),  # so far it grows with its text, before it scrolls
                max_length=control.longest,
                placeholder=example,
                submit_btn=send or False,
                **words,
            )
    raise TypeError(f"no component shows a {type(control).__name__}")


def options(control: Choice | Choices, labels: Labels) -> list[tuple[str, str]]:
    """The options as (words, value), as Gradio wants them; one without words stands for itself."""

    def words(option: str) -> str:
        key = f"{control.words or control.name}_{option}"
        if key in labels.demo.labels:
            return labels[key]
        return labels.name_of(option) if isinstance(control, LanguageChoice) else option

    return [(words(option), option) for option in control.options]


def show_component(show: Show, labels: Labels) -> Any:
    """Where a payload is shown."""
    if isinstance(show, Picture):
        classes = ["picture", "clickable"] if show.click else ["picture"]
        return gr.Image(
            label=labels[show.name],
            alt_text=labels[f"{show.name}_alt"],
            buttons=[],
            interactive=False,
            elem_classes=classes,
        )
    if isinstance(show, Text):
        return gr.Markdown("", elem_classes="says", latex_delimiters=[])
    # Our own SVG, audio element or link: made by the kit, with every text of others escaped.
    if not isinstance(show, File):  # a link says itself what it is
        gr.Markdown(f"**{labels[show.name]}**", elem_classes="label")
    return gr.Markdown("", sanitize_html=False, elem_classes="drawn", latex_delimiters=[])


def shown(show: Show, payload: Payload) -> Any:
    """A payload as the component takes it."""
    return picture_value(payload) if isinstance(show, Picture) else payload

"""Gradio's components for our controls and shows, in one language."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.kit.controls import (
    Action,
    Choice,
    Choices,
    Control,
    Hidden,
    Integer,
    Matrix,
    Points,
    Slider,
    Switch,
    Words,
)
from demos.kit.gradio_internals import picture_value
from demos.kit.labels import Labels
from demos.kit.shows import Payload, Picture, Show, Text


def is_hidden(control: Control | Action) -> bool:
    """Whether no field shows it."""
    return isinstance(control, Hidden | Points)


def is_small(control: Control | Action) -> bool:
    """Whether it shares a line with others like it."""
    return isinstance(control, Integer | Action) or (isinstance(control, Choice) and control.dropdown)


def control_components(control: Control, labels: Labels) -> list[Any]:
    """The fields in which a reader sets a control."""
    return (
        matrix_fields(control, labels)
        if isinstance(control, Matrix)
        else [control_component(control, labels)]
    )


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
            return gr.Textbox(lines=control.lines, max_length=control.longest, **words)
    raise TypeError(f"no component shows a {type(control).__name__}")


def options(control: Choice | Choices, labels: Labels) -> list[tuple[str, str]]:
    """The options as (words, value), as Gradio wants them; one without words stands for itself."""
    keys = {option: f"{control.words or control.name}_{option}" for option in control.options}
    return [(labels[key] if key in labels.demo.labels else option, option) for option, key in keys.items()]


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
    gr.Markdown(f"**{labels[show.name]}**", elem_classes="label")
    return gr.Markdown("", sanitize_html=False, elem_classes="drawn", latex_delimiters=[])


def shown(show: Show, payload: Payload) -> Any:
    """A payload as the component takes it."""
    return picture_value(payload) if isinstance(show, Picture) else payload

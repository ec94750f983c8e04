"""Noise in, portrait out: seed, truncation and the checkpoints of training."""

from __future__ import annotations

import random
from typing import Any

import gradio as gr
import torch
from PIL import Image
from torch import Tensor

from demos.kit import pictures
from demos.kit.interface import LARGEST_SEED, on, on_click_in, on_input, page, picture, whole
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.models.gan.pretrained import checkpoints, latents, sample
from glossary.demos import Demo

COUNT, COLUMNS = 12, 6
SEED, NUMBER, TRUNCATION = 7, 1, 1.0  # what the demo opens with


def build(demo: Demo, language: Language) -> gr.Blocks:
    """The demo in one language, opening with an answer on screen."""
    labels = Labels(demo, language)
    last = len(checkpoints()) - 1
    first = answer(labels, SEED, NUMBER, TRUNCATION, last)
    with page(labels) as blocks:
        flow = picture(labels, "flow", first[0])
        with gr.Row(elem_classes="controls"):
            seed = gr.Number(SEED, label=labels["seed"], precision=0, min_width=110)
            number = gr.Number(NUMBER, label=labels["number"], precision=0, min_width=110)
            new = gr.Button(labels["new"], variant="primary", min_width=150)
        truncation = gr.Slider(
            0, 2, TRUNCATION, step=0.05, label=labels["truncation"], info=labels["truncation_info"]
        )
        training = gr.Slider(
            0, last, last, step=1, label=labels["training"], info=labels("training_info", last=last)
        )
        facts = gr.Markdown(first[3], elem_classes="says")
        history = picture(labels, "history", first[2])
        samples = picture(labels, "samples", first[1], clickable=True)

        controls: list[Any] = [seed, number, truncation, training]
        shown = [flow, samples, history, facts]
        on_input(controls, answer, labels, shown)
        on(new.click, new_noise, labels, controls[1:], [seed, *shown])
        on_click_in(samples, choose, labels, controls, [number, *shown])
    return blocks


def answer(
    labels: Labels, seed: float | None, number: float | None, truncation: float, checkpoint: float
) -> tuple[Image.Image, Image.Image, Image.Image, str]:
    """What the chosen noise becomes, its neighbours, the same noise over time, and how good it is."""
    chosen, index = whole(number, 1, COUNT) - 1, int(checkpoint)
    z = latents(COUNT, whole(seed))
    made = sample(z, truncation, index)
    return (
        flow(z[chosen], made[chosen]),
        sheet(made, chosen),
        history(z[chosen], truncation, index),
        facts(labels, index),
    )


def new_noise(labels: Labels, *controls: Any) -> tuple[Any, ...]:
    """Another seed, and what it gives."""
    seed = random.randint(0, LARGEST_SEED)
    return seed, *answer(labels, seed, *controls)


def choose(labels: Labels, point: tuple[int, int], seed: float | None, _: Any, *rest: Any) -> tuple[Any, ...]:
    """The portrait that was clicked, and the noise it was made of."""
    column, row = pictures.cell_at(point, COLUMNS)
    number = row * COLUMNS + column + 1
    return number, *answer(labels, seed, number, *rest)


def flow(z: Tensor, made: Tensor) -> Image.Image:
    return pictures.in_a_row(
        [pictures.numbers(z, 256), pictures.shape("arrow", 64), pictures.portrait(made, 256)]
    )


def sheet(made: Tensor, chosen: int) -> Image.Image:
    tiles = pictures.portraits(made)
    tiles[chosen] = pictures.framed(tiles[chosen])
    return pictures.grid(tiles, COLUMNS)


def history(z: Tensor, truncation: float, index: int) -> Image.Image:
    """The portrait at each checkpoint, the chosen one framed."""
    made = [sample(z[None], truncation, checkpoint.index) for checkpoint in checkpoints()]
    tiles = pictures.portraits(torch.cat(made))
    tiles[index] = pictures.framed(tiles[index])
    return pictures.grid(tiles, len(tiles))


def facts(labels: Labels, index: int) -> str:
    """How long the generator had trained by then, and how good it was, as measured."""
    then = checkpoints()[index]
    fid = labels.number(then.metrics["avatar_fid"])
    if not then.steps:
        return labels("untrained", fid=fid)
    return labels(
        "trained",
        minutes=labels.number(then.minutes),
        images=labels.thousands(then.images),
        fid=fid,
        recall=labels.percent(then.metrics["recall"]),
    )

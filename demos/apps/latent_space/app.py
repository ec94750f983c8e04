"""Walking in the latent space: between two portraits, along directions, with plus and minus, on a map."""

from __future__ import annotations

import random
from functools import cache, lru_cache
from typing import Any

import gradio as gr
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from demos.kit import pictures
from demos.kit.interface import LARGEST_SEED, Animation, on, on_click_in, on_input, page, picture, whole
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.models.gan.directions import readings
from demos.models.gan.model import on_sphere
from demos.models.gan.pretrained import Direction, card, directions, latents, sample
from demos.models.judge import load_judge
from glossary.demos import Demo

FRAMES = 7  # portraits in a strip
FAR = 3.0  # steps along a direction
MAP_SIDE, MAP_TILE = 5, 96
MAP_REACH = MAP_SIDE / 2  # steps from the middle of the map to its edge: one portrait is one step wide
POOL, PICKED, POOL_SEED = 240, 8, 90_001
OFFERED_MOST = 6
READ = ("glasses", "smile", "hair_length", "hat", "beard")  # attributes to do sums with
PREFERRED = (
    *("smile", "glasses", "hair_length", "hair_lightness", "yaw", "beard", "hat", "mouth_open"),
    *("skin_tone", "face_width", "roll", "pitch", "brow_raise", "light", "blink"),
)


def build(demo: Demo, language: Language) -> gr.Blocks:
    """The demo in one language, each tab opening with an answer on screen."""
    labels = Labels(demo, language)
    with page(labels) as blocks:
        with gr.Tab(labels["between_tab"]):
            build_between(labels)
        with gr.Tab(labels["direction_tab"]):
            build_direction(labels)
        with gr.Tab(labels["sum_tab"]):
            build_sum(labels)
        with gr.Tab(labels["map_tab"]):
            build_map(labels)
    return blocks


def latent(seed: int) -> Tensor:
    """The latent z (1, 64) of a seed's portrait."""
    return on_sphere(latents(1, seed))


# Between two portraits


def build_between(labels: Labels) -> None:
    start, end, middle = 18, 53, 0.5
    first = between(labels, start, end, middle)
    with gr.Row():
        here = picture(labels, "here", first[0], min_width=180, scale=1)
        with gr.Column(scale=2, min_width=220):
            position = gr.Slider(0, 1, middle, step=0.01, label=labels["position"])
            with gr.Row(elem_classes="controls"):
                seeds = [
                    gr.Number(value, label=labels[key], precision=0, min_width=90)
                    for key, value in {"from": start, "to": end}.items()
                ]
            play = gr.Button(labels["play"], variant="primary")
    strip = picture(labels, "strip", first[1])
    controls: list[Any] = [*seeds, position]
    on_input(controls, between, labels, [here, strip])
    on(play.click, animate, labels, seeds, here)


def between(
    _: Labels, start: float | None, end: float | None, position: float
) -> tuple[Image.Image, Image.Image]:
    """The portrait at a place between two seeds (0 to 1), and the whole way."""
    a, b = latent(whole(start)), latent(whole(end))
    ways = torch.linspace(0, 1, FRAMES)
    made = sample(torch.cat([torch.lerp(a, b, position), torch.lerp(a, b, ways[:, None])]))
    tiles = pictures.portraits(made[1:])
    nearest = int((ways - position).abs().argmin())
    tiles[nearest] = pictures.framed(tiles[nearest])
    return pictures.portrait(made[0], 256), pictures.grid(tiles, FRAMES)


def animate(_: Labels, start: float | None, end: float | None) -> Animation:
    """The walk there and back, slow at both ends."""
    a, b = latent(whole(start)), latent(whole(end))
    ways = (1 - torch.cos(torch.linspace(0, torch.pi, 20))) / 2
    frames = pictures.portraits(sample(torch.lerp(a, b, ways[:, None])), 192)
    return Animation([*frames, *reversed(frames)])


# Along a direction


@cache
def offered() -> tuple[str, ...]:
    """The directions worth offering: those that, as measured, do what they say and little besides."""
    about = card().details["directions"]
    honest = [name for name in PREFERRED if is_honest(about[name])]
    if (
        len(honest) < 2
    ):  # the map needs two: the best there are, and the page says what they were measured to do
        honest = sorted(PREFERRED, key=lambda name: -clean_effect(about[name]))[:2]
    return tuple(honest[:OFFERED_MOST])


def is_honest(about: dict[str, Any]) -> bool:
    """Whether four steps move the attribute by 1.5 standard deviations or more, and others by little."""
    return bool(about["effect"] >= 1.5 and about["leakage_mean"] <= 0.35)


def clean_effect(about: dict[str, Any]) -> float:
    """What a direction moves, less what it moves besides."""
    return float(about["effect"] * (1 - about["leakage_mean"]))


@cache
def direction(name: str) -> Direction:
    return directions()[name]


def named(labels: Labels) -> list[tuple[str, str]]:
    """The directions offered as (words, name), as Gradio's choices want them."""
    return [(labels[f"direction_{name}"], name) for name in offered()]


def build_direction(labels: Labels) -> None:
    name, seed, steps = offered()[0], 28, 2.0
    first = walk(labels, seed, name, steps)
    walked = picture(labels, "walk", first[0])
    choice = gr.Radio(named(labels), value=name, label=labels["direction"])
    amount = gr.Slider(-FAR, FAR, steps, step=0.1, label=labels["steps"], info=labels["steps_info"])
    with gr.Row(elem_classes="controls"):
        number = gr.Number(seed, label=labels["seed"], precision=0, min_width=110)
        new = gr.Button(labels["new"], min_width=140)
    says = gr.Markdown(first[2], elem_classes="says")
    path = picture(labels, "path", first[1])
    controls: list[Any] = [number, choice, amount]
    shown = [walked, path, says]
    on_input(controls, walk, labels, shown)
    on(new.click, walk_anew, labels, controls[1:], [number, *shown])


def walk(labels: Labels, seed: float | None, name: str, steps: float) -> tuple[Image.Image, Image.Image, str]:
    """A portrait before and after some steps, the whole way, and what the direction was measured to do."""
    z, along = latent(whole(seed)), direction(name)
    ways = torch.linspace(-FAR, FAR, FRAMES)
    amounts = torch.cat([torch.tensor([0, steps], dtype=torch.float), ways])
    made = sample(z + amounts[:, None] * along.step * along.vector)
    before, after = pictures.portraits(made[:2], 256)
    tiles = pictures.portraits(made[2:])
    nearest = int((ways - steps).abs().argmin())
    tiles[nearest] = pictures.framed(tiles[nearest])
    pair = pictures.in_a_row([before, pictures.shape("arrow", 64), after])
    return pair, pictures.grid(tiles, FRAMES), measured(labels, name)


def walk_anew(labels: Labels, name: str, steps: float) -> tuple[Any, ...]:
    seed = random.randint(0, LARGEST_SEED)
    return seed, *walk(labels, seed, name, steps)


def measured(labels: Labels, name: str) -> str:
    about = card().details["directions"][name]
    return labels(
        "measured",
        name=labels[f"direction_{name}"],
        effect=labels.number(about["effect"]),
        other=labels[f"direction_{about['leaks_into']}"],
        share=labels.percent(about["leakage_max"]),
    )


# With - without + portrait


def build_sum(labels: Labels) -> None:
    attribute, seed = "glasses", 21
    summed = picture(labels, "sum", add(labels, attribute, seed))
    choice = gr.Radio(
        [(labels[f"direction_{name}"], name) for name in READ], value=attribute, label=labels["attribute"]
    )
    with gr.Row(elem_classes="controls"):
        number = gr.Number(seed, label=labels["seed"], precision=0, min_width=110)
        new = gr.Button(labels["new"], min_width=140)
    gr.Markdown(labels("sum_says", count=PICKED, pool=POOL))
    on_input([choice, number], add, labels, summed)
    on(new.click, add_anew, labels, [choice], [number, summed])


def add(_: Labels, attribute: str, seed: float | None) -> Image.Image:
    """The equation in portraits: average with, minus average without, plus a seed's portrait, and the sum."""
    having, lacking = averages(attribute)
    z = latent(whole(seed))
    made = sample(torch.cat([having, lacking, z, having - lacking + z]))
    a, b, c = pictures.portraits(made[:3])
    minus, plus, equals = (pictures.shape(name, 32) for name in ("minus", "plus", "equals"))
    result = pictures.portrait(made[3], 224)
    return pictures.in_a_row([a, minus, b, plus, c, equals, result], gap=10)


def add_anew(labels: Labels, attribute: str) -> tuple[int, Image.Image]:
    seed = random.randint(0, LARGEST_SEED)
    return seed, add(labels, attribute, seed)


@cache
def averages(attribute: str) -> tuple[Tensor, Tensor]:
    """Mean latents (1, 64) of the portraits in the pool that most clearly have the attribute, and lack it."""
    z, readings = pool()
    order = readings[attribute].argsort()
    return z[order[-PICKED:]].mean(0, keepdim=True), z[order[:PICKED]].mean(0, keepdim=True)


@cache
def pool() -> tuple[Tensor, dict[str, Tensor]]:
    """Latents (n, 64) of portraits, and how strongly the judge sees each attribute in them: {name: (n,)}."""
    z = on_sphere(latents(POOL, POOL_SEED))
    judge = load_judge()
    read = [readings(judge, sample(part)) for part in z.split(60)]
    return z, {name: torch.cat([one[name] for one in read]) for name in READ}


# On a map


def build_map(labels: Labels) -> None:
    seed, (across, down) = 11, offered()[:2]
    first = locate(labels, seed, across, down, 1.0, 1.0)
    with gr.Row():
        drawn = picture(labels, "map", first[0], clickable=True, min_width=280, scale=3)
        with gr.Column(scale=2, min_width=200):
            spot = picture(labels, "spot", first[1])
    with gr.Row(elem_classes="controls"):
        number = gr.Number(seed, label=labels["seed"], precision=0, min_width=90)
        axes = [
            gr.Dropdown(named(labels), value=name, label=labels[key], filterable=False, min_width=120)
            for key, name in {"across": across, "down": down}.items()
        ]
    with gr.Row(elem_classes="controls"):
        steps = [
            gr.Slider(-MAP_REACH, MAP_REACH, 1, step=0.05, label=labels[key], min_width=200)
            for key in ("across_steps", "down_steps")
        ]
    controls: list[Any] = [number, *axes, *steps]
    on_input(controls, locate, labels, [drawn, spot])
    on_click_in(drawn, visit, labels, [number, *axes], [*steps, drawn, spot])


def locate(
    _: Labels, seed: float | None, across: str, down: str, x: float, y: float
) -> tuple[Image.Image, Image.Image]:
    """The map with a ring at (x, y), in steps from its middle, and the portrait there."""
    made = sample(place(whole(seed), across, down, torch.tensor([[x, y]], dtype=torch.float)))
    return ringed(map_of(whole(seed), across, down), x, y), pictures.portrait(made[0], 256)


def visit(
    labels: Labels, point: tuple[int, int], seed: float | None, across: str, down: str
) -> tuple[Any, ...]:
    """The place that was clicked."""
    x, y = (round(pixel / MAP_TILE - MAP_REACH, 2) for pixel in point)
    return x, y, *locate(labels, seed, across, down, x, y)


def place(seed: int, across: str, down: str, steps: Tensor) -> Tensor:
    """Latents (n, 64) at steps (n, 2) from a seed's, along two directions."""
    axes = torch.stack([direction(name).step * direction(name).vector for name in (across, down)])
    return latent(seed) + steps @ axes


@lru_cache(maxsize=32)
def map_of(seed: int, across: str, down: str) -> Image.Image:
    """Portraits at every whole step from the middle."""
    line = torch.arange(MAP_SIDE) - MAP_SIDE // 2
    steps = torch.cartesian_prod(line, line).flip(1).float()  # row by row: x changes fastest
    tiles = pictures.portraits(sample(place(seed, across, down, steps)), MAP_TILE)
    return pictures.grid(tiles, MAP_SIDE, gap=0)


def ringed(drawn: Image.Image, x: float, y: float, radius: int = 14) -> Image.Image:
    drawn = drawn.copy()
    left, top = ((step + MAP_REACH) * MAP_TILE for step in (x, y))
    for width, colour in ((8, pictures.PAPER), (4, pictures.RED)):
        edge = radius + (width - 4) // 2
        box = (left - edge, top - edge, left + edge, top + edge)
        ImageDraw.Draw(drawn).ellipse(box, outline=colour, width=width)
    return drawn

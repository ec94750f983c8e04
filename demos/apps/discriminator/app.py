"""Real or generated: a round of guessing, and one portrait to spoil while the discriminator watches."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import gradio as gr
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from demos.data.avatars import render
from demos.data.avatars import sample as draw
from demos.kit import pictures
from demos.kit.interface import LARGEST_SEED, on, on_click_in, on_input, page, picture, whole
from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.models.gan.pretrained import latents, sample, verdict
from glossary.demos import Demo

COUNT, COLUMNS = 8, 4
NUMBERS = [str(n) for n in range(1, COUNT + 1)]
REAL_SEED, GENERATED_SEED = 4_000_037, 5_000_011  # of no portrait that was trained or measured on
FIRST_ROUND, FIRST_PORTRAIT = 1, 3


@dataclass(frozen=True)
class Round:
    """Eight portraits (8, 3, 64, 64), which of them are real, and the chance the discriminator gives each."""

    images: Tensor
    real: tuple[bool, ...]
    chance: tuple[float, ...]

    @property
    def tiles(self) -> list[Image.Image]:
        return [pictures.numbered(tile, n) for n, tile in enumerate(pictures.portraits(self.images), start=1)]


def build(demo: Demo, language: Language) -> gr.Blocks:
    """The demo in one language, opening with a round dealt and a verdict given."""
    labels = Labels(demo, language)
    with page(labels) as blocks:
        with gr.Tab(labels["guess_tab"]):
            build_guessing(labels)
        with gr.Tab(labels["spoil_tab"]):
            build_spoiling(labels)
    return blocks


# Guessing


def build_guessing(labels: Labels) -> None:
    gallery = picture(labels, "gallery", show(labels, FIRST_ROUND, []), clickable=True)
    guesses = gr.CheckboxGroup(NUMBERS, label=labels["guesses"])
    with gr.Row(elem_classes="controls"):
        reveal_button = gr.Button(labels["reveal"], variant="primary", min_width=140)
        next_button = gr.Button(labels["next_round"], min_width=140)
        number = gr.Number(FIRST_ROUND, label=labels["round"], precision=0, min_width=110)
    result = gr.Markdown(labels["hidden"], elem_classes="says")

    on(guesses.input, show, labels, [number, guesses], gallery)
    on_click_in(gallery, toggle, labels, [number, guesses], [guesses, gallery])
    on(reveal_button.click, reveal, labels, [number, guesses], [gallery, result])
    dealt = [guesses, gallery, result]
    on(number.input, deal, labels, [number], dealt)
    on(next_button.click, next_round, labels, [number], [number, *dealt])


@lru_cache(maxsize=64)
def round_of(number: int) -> Round:
    """The round with this number: always the same, and its number tells nothing about the answers."""
    dealer = random.Random(f"round {number}")
    reals = dealer.randint(3, COUNT - 3)
    real = [True] * reals + [False] * (COUNT - reals)
    dealer.shuffle(real)
    images = torch.empty(COUNT, 3, 64, 64)
    is_real = torch.tensor(real)
    images[is_real] = render(draw(reals, seed=REAL_SEED, start=COUNT * number), 64).images
    images[~is_real] = sample(latents(COUNT - reals, GENERATED_SEED + number))
    return Round(images, tuple(real), tuple(verdict(images).probability.tolist()))


def show(_: Labels, number: float | None, guesses: list[str]) -> Image.Image:
    """The round's portraits; those guessed to be generated are framed."""
    tiles = round_of(whole(number)).tiles
    shown = [
        pictures.framed(tile, pictures.GREY) if n in guesses else tile
        for n, tile in zip(NUMBERS, tiles, strict=True)
    ]
    return pictures.grid(shown, COLUMNS)


def toggle(
    labels: Labels, point: tuple[int, int], number: float | None, guesses: list[str]
) -> tuple[list[str], Image.Image]:
    """Tick or untick the portrait that was clicked."""
    column, row = pictures.cell_at(point, COLUMNS)
    clicked = NUMBERS[row * COLUMNS + column]
    guesses = sorted({*guesses} ^ {clicked})
    return guesses, show(labels, number, guesses)


def reveal(labels: Labels, number: float | None, guesses: list[str]) -> tuple[Image.Image, str]:
    """The answers, on the portraits and as a table, with the reader's score beside the discriminator's."""
    dealt = round_of(whole(number))
    tiles = [pictures.marked(tile, real) for tile, real in zip(dealt.tiles, dealt.real, strict=True)]
    yours = [n not in guesses for n in NUMBERS]
    its = [chance > 0.5 for chance in dealt.chance]
    score = labels(
        "score",
        yours=sum(a == b for a, b in zip(yours, dealt.real, strict=True)),
        its=sum(a == b for a, b in zip(its, dealt.real, strict=True)),
        all=COUNT,
    )
    kind = {True: labels["real"], False: labels["generated"]}
    rows = [
        f"| {n} | {kind[real]} | {kind[guess]} | {labels.chance(chance)} |"
        for n, real, guess, chance in zip(NUMBERS, dealt.real, yours, dealt.chance, strict=True)
    ]
    table = "\n".join([labels["table_head"], "|---|---|---|---|", *rows])
    return pictures.grid(tiles, COLUMNS), f"{score}\n\n{table}"


def deal(labels: Labels, number: float | None) -> tuple[list[str], Image.Image, str]:
    """A round with nothing guessed yet."""
    return [], show(labels, number, []), labels["hidden"]


def next_round(labels: Labels, number: float | None) -> tuple[Any, ...]:
    following = whole(number) % LARGEST_SEED + 1
    return following, *deal(labels, following)


# Spoiling


def build_spoiling(labels: Labels) -> None:
    first = judge(labels, "real", FIRST_PORTRAIT, 0, 0, 0)
    judged = picture(labels, "verdict", first[0])
    says = gr.Markdown(first[1], elem_classes="says")
    with gr.Row(elem_classes="controls"):
        source = gr.Radio(
            [(labels["source_real"], "real"), (labels["source_generated"], "generated")],
            value="real",
            label=labels["source"],
            min_width=200,
        )
        seed = gr.Number(FIRST_PORTRAIT, label=labels["seed"], precision=0, min_width=110)
    blur = gr.Slider(0, 4, 0, step=0.1, label=labels["blur"])
    noise = gr.Slider(0, 1, 0, step=0.02, label=labels["noise"])
    colors = gr.Slider(0, 180, 0, step=5, label=labels["colors"])
    controls: list[Any] = [source, seed, blur, noise, colors]
    on_input(controls, judge, labels, [judged, says])


def judge(
    labels: Labels, source: str, seed: float | None, blur: float, noise: float, degrees: float
) -> tuple[Image.Image, str]:
    """The spoilt portrait, where the verdict comes from, and the verdict with and without the spoiling."""
    clean = one_portrait(source, whole(seed))
    both = verdict(torch.cat([spoil(clean, blur, noise, degrees), clean]))
    now, before = both.probability.tolist()
    image = beside_heat(spoil(clean, blur, noise, degrees)[0], both.heat[0], now)
    return image, labels("says", now=labels.chance(now), before=labels.chance(before))


@lru_cache(maxsize=64)
def one_portrait(source: str, seed: int) -> Tensor:
    """One portrait (1, 3, 64, 64), drawn or generated."""
    if source == "real":
        return render(draw(1, seed=REAL_SEED + 1, start=seed), 64).images
    return sample(latents(1, seed))


@cache
def full_heat() -> float:
    """The heat, in logits, that is shown in full colour: one that one place in twenty reaches by itself.

    One measure for all pictures, so that a spoilt portrait can be compared with itself before.
    """
    images = torch.cat([round_of(FIRST_ROUND).images, round_of(FIRST_ROUND + 1).images])
    return float(verdict(images).heat.abs().quantile(0.95))


def spoil(images: Tensor, blur: float, noise: float, degrees: float) -> Tensor:
    """Blur (standard deviation in pixels), shift the colours (degrees around the grey axis), add noise."""
    images = shifted(blurred(images, blur), degrees)
    grain = torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
    return (images + noise * grain).clamp(-1, 1)


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Gaussian blur; the border repeats its last pixels."""
    if sigma <= 0:
        return images
    reach = min(round(3 * sigma), images.shape[-1] - 1)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma).square())
    line = (line / line.sum()).expand(3, 1, 1, -1)
    padded = F.pad(images, (reach, reach, reach, reach), mode="replicate")
    return F.conv2d(F.conv2d(padded, line, groups=3), line.transpose(2, 3), groups=3)


def shifted(images: Tensor, degrees: float) -> Tensor:
    """Turn every colour around the axis of greys (Rodrigues' rotation), which keeps light and dark nearly."""
    angle = torch.deg2rad(torch.tensor(float(degrees)))
    axis = torch.full((3,), 3**-0.5)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) * 3**-0.5
    turn = torch.eye(3) * angle.cos() + cross * angle.sin() + torch.outer(axis, axis) * (1 - angle.cos())
    return torch.einsum("cd,ndhw->nchw", turn, images).clamp(-1, 1)


def beside_heat(image: Tensor, heat: Tensor, chance: float) -> Image.Image:
    size = 256
    under_heat = pictures.with_heat(image, heat, full_heat(), size)
    pair = pictures.in_a_row([pictures.portrait(image, size), under_heat])
    return pictures.stacked([pair, pictures.bar(chance, pair.width)])

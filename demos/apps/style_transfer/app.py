"""A portrait in the style of a texture: pixel by pixel in many steps, and beside it in one pass of a net."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from demos.apps.style_transfer.optimize import STEPS, compare, descend, start
from demos.apps.style_transfer.textures import KINDS, LARGEST, PALETTES, SMALLEST, Texture, draw
from demos.data.avatars import render, sample
from demos.kit import charts, pictures
from demos.kit.app import Tab
from demos.kit.charts import Drawing
from demos.kit.controls import Choice, Seed, Slider
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Text

SHOWN = 256  # px of the result
HIGHEST = 1.5  # loss that the chart always has room for

PORTRAIT, SIZE, ANGLE = 5, 9, 30  # where a tab has no control for it
KIND = Choice("kind", tuple(KINDS), "dots")
PALETTE = Choice("palette", tuple(PALETTES), "candy", dropdown=True)


def mix(
    run: Runner, words: Labels, *, portrait: int, kind: str, palette: str, content: float, style: float
) -> Iterator[dict[str, Any]]:
    """Any portrait, some textures, and how much each counts."""
    yield from transfer(
        run, words, face_of(run, portrait), Texture(kind, SIZE, ANGLE, palette), content, style
    )


def design(
    run: Runner, words: Labels, *, kind: str, palette: str, size: int, angle: int, style: float
) -> Iterator[dict[str, Any]]:
    """One portrait, and any texture."""
    yield from transfer(run, words, face_of(run, PORTRAIT), Texture(kind, size, angle, palette), 1.0, style)


def transfer(
    run: Runner, words: Labels, face: Tensor, texture: Texture, content: float, style: float
) -> Iterator[dict[str, Any]]:
    """The picture and both losses, time and again on the way, and at the end what they came to."""
    pattern = drawn(run, texture)
    given = [pictures.tile(face[0]), pictures.shape("plus", 32), pictures.tile(pattern[0])]
    fixed = {
        "portrait": face,
        "texture": pattern,
        "content": torch.tensor([float(content)]),
        "style": torch.tensor([float(style)]),
    }
    state, losses = start(), torch.zeros(2, 0)
    yield {"transfer": equation(given, state["picture"]), "losses": chart(words, losses)}
    while losses.shape[1] < STEPS:
        after = run(descend, **state, **fixed)
        state = {name: after[name] for name in state}
        losses = torch.cat([losses, torch.cat([after["content_loss"], after["style_loss"]])], 1)
        yield {"transfer": equation(given, state["picture"]), "losses": chart(words, losses)}
    both = {"portrait": face.repeat(2, 1, 1, 1), "texture": pattern.repeat(2, 1, 1, 1)}
    yield {"facts": facts(words, run(compare, picture=torch.cat([state["picture"], face]), **both))}


@remembered(32)
def face_of(_: Runner, seed: int) -> Tensor:
    """A seed's portrait (1, 3, 64, 64)."""
    return render(sample(1, seed), 64).images


@remembered(32)
def drawn(_: Runner, texture: Texture) -> Tensor:
    """A texture (1, 3, 64, 64)."""
    return draw(texture)[None]


def equation(given: list[Scene], picture: Tensor) -> Scene:
    """Portrait plus texture equals picture."""
    result = pictures.tile(picture[0].clamp(-1, 1), SHOWN)
    return pictures.in_a_row([*given, pictures.shape("equals", 32), result], gap=10)


def chart(words: Labels, losses: Tensor) -> Drawing:
    """Both losses (2, steps) so far."""
    series = {
        words[f"{name}_loss"]: list(enumerate(row))
        for name, row in zip(("content", "style"), losses.tolist(), strict=True)
    }
    highest = max([HIGHEST, *losses.flatten().tolist()])
    return charts.lines(
        series, words.plain, x=words["step_axis"], y=words["loss_axis"], across=(0, STEPS), up=(0, highest)
    )


def facts(words: Labels, compared: dict[str, Tensor]) -> str:
    """The losses of the picture, and of the portrait as it was."""
    content, _ = compared["content_loss"].tolist()
    style, before = (words.number(loss, 2) for loss in compared["style_loss"].tolist())
    return words("facts", steps=STEPS, content=words.number(content, 2), style=style, before=before)


SHOWS = (Picture("transfer"), Chart("losses"), Text("facts"))
TABS = (
    Tab(
        "mix",
        (
            Seed("portrait", PORTRAIT),
            KIND,
            PALETTE,
            Slider("content", 0, 4, 1.0, step=0.5),
            Slider("style", 0, 100, 8, step=1),
        ),
        SHOWS,
        mix,
    ),
    Tab(
        "design",
        (
            KIND,
            PALETTE,
            Slider("size", SMALLEST, LARGEST, 12, step=1),
            Slider("angle", 0, 175, 90, step=5),
            Slider("style", 0, 100, 20, step=1),
        ),
        SHOWS,
        design,
    ),
)
STILL = ("transfer",)

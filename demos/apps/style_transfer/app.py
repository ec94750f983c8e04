"""A portrait in the style of a texture: pixel by pixel in many steps, and beside it in one pass of a net."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from demos.apps.style_transfer.model import MOST_RATIO, restyle
from demos.apps.style_transfer.optimize import STEPS, compare, descend, start
from demos.apps.style_transfer.textures import KINDS, LARGEST, PALETTES, SMALLEST, Texture, draw
from demos.data.avatars import ahead
from demos.kit import charts, pictures
from demos.kit.app import Tab
from demos.kit.charts import Drawing
from demos.kit.controls import Choice, Seed, Slider
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Text

GIVEN, SHOWN = 104, 240  # px of portrait and texture, and of the results
HIGHEST = 1.5  # loss that the chart always has room for

PORTRAIT, SIZE, ANGLE = 33, 9, 30  # where a tab has no control for it
KIND = Choice("kind", tuple(KINDS), "dots")
PALETTE = Choice("palette", tuple(PALETTES), "candy", dropdown=True)


def mix(
    run: Runner, words: Labels, *, portrait: int, kind: str, palette: str, content: float, style: float
) -> Iterator[dict[str, Any]]:
    """Any portrait, some textures, and how much each counts."""
    face = ahead.portrait(portrait)
    yield from transfer(run, words, face, Texture(kind, SIZE, ANGLE, palette), content, style)


def design(
    run: Runner, words: Labels, *, kind: str, palette: str, size: int, angle: int, style: float
) -> Iterator[dict[str, Any]]:
    """One portrait, and any texture."""
    face = ahead.portrait(PORTRAIT)
    yield from transfer(run, words, face, Texture(kind, size, angle, palette), 1.0, style)


def transfer(
    run: Runner, words: Labels, face: Tensor, texture: Texture, content: float, style: float
) -> Iterator[dict[str, Any]]:
    """The net's picture at once; the optimization's and its losses time and again on the way; and at the end
    what both came to."""
    pattern = drawn(run, texture)
    pair = {"portrait": face, "texture": pattern}
    weights = {"content": torch.tensor([float(content)]), "style": torch.tensor([float(style)])}
    fast = run(restyle, **pair, ratio=torch.tensor([ratio_between(content, style)]))
    around = surroundings(face, pattern, fast)
    state, losses = start(), torch.zeros(2, 0)
    yield {"transfer": equation(around, state["picture"]), "losses": chart(words, losses)}
    while losses.shape[1] < STEPS:
        after = run(descend, **state, **pair, **weights)
        state = {name: after[name] for name in state}
        losses = torch.cat([losses, torch.cat([after["content_loss"], after["style_loss"]])], 1)
        yield {"transfer": equation(around, state["picture"]), "losses": chart(words, losses)}
    three = torch.cat([face, state["picture"], fast])
    compared = run(compare, picture=three, **{name: torch.cat([x] * 3) for name, x in pair.items()})
    yield {"facts": facts(words, compared)}


def ratio_between(content: float, style: float) -> float:
    """Style weight by content weight, as far as the net knows it."""
    return min(style / content, MOST_RATIO) if content else MOST_RATIO * (style > 0)


@remembered(32)
def drawn(_: Runner, texture: Texture) -> Tensor:
    """A texture (1, 3, 64, 64)."""
    return draw(texture)[None]


def surroundings(face: Tensor, pattern: Tensor, fast: Tensor) -> tuple[Scene, Scene]:
    """What stands before and after the optimization's picture."""
    signs = pictures.shape("plus", 24), pictures.shape("equals", 32)
    given = [pictures.tile(face[0], GIVEN), signs[0], pictures.tile(pattern[0], GIVEN)]
    before = pictures.in_a_row([pictures.stacked(given), signs[1]], gap=10)
    return before, pictures.numbered(pictures.tile(fast[0].clamp(-1, 1), SHOWN), 2)


def equation(around: tuple[Scene, Scene], picture: Tensor) -> Scene:
    """Portrait plus texture equals the optimization's picture (1) or the net's (2)."""
    slow = pictures.numbered(pictures.tile(picture[0].clamp(-1, 1), SHOWN), 1)
    return pictures.in_a_row([around[0], slow, around[1]], gap=10)


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
    """Both losses of the portrait, of the optimization's picture and of the net's."""
    losses = zip(compared["content_loss"].tolist(), compared["style_loss"].tolist(), strict=True)
    numbers = [words.number(loss, 2) for pair in losses for loss in pair]
    return words("facts", steps=STEPS, numbers=numbers)


SHOWS = (Picture("transfer"), Chart("losses"), Text("facts"))
TABS = (
    Tab(
        "mix",
        (
            Seed("portrait", PORTRAIT),
            KIND,
            PALETTE,
            Slider("content", 0, 4, 1.0, step=0.5),
            Slider("style", 0, 100, 6, step=1),
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
AHEAD = (ahead.readers_portraits,)

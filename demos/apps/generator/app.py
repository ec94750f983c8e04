"""Noise in, portrait out: seed, truncation and the checkpoints of training."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from demos.kit import pictures
from demos.kit.controls import Number, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Picture, Point, Text
from demos.models.gan.functions import generate, generate_history
from demos.models.gan.pretrained import checkpoints, latents

COUNT, COLUMNS = 12, 6
LAST = len(checkpoints()) - 1


def choose(point: Point, _: State) -> dict[str, int]:
    """The portrait that was clicked."""
    column, row = pictures.cell_at(point, COLUMNS)
    return {"portrait": row * COLUMNS + column + 1}


CONTROLS = (
    Seed("seed", 7),
    Number("portrait", 1, 1, COUNT),
    Slider("truncation", 0, 2, 1.0, step=0.05),
    Slider("training", 0, LAST, LAST, step=1, play=True),
)
SHOWS = (Picture("flow"), Text("facts"), Picture("history"), Picture("samples", click=choose))
STILL = ("flow", "samples")


def answer(
    run: Runner, words: Labels, *, seed: int, portrait: int, truncation: float, training: int
) -> dict[str, Any]:
    """What the chosen noise becomes, how good the generator is, that noise over time, and its neighbors."""
    chosen = portrait - 1
    made, tiles = samples(run, seed, truncation, training)
    noise = latents(COUNT, seed)[chosen]
    flow = [pictures.numbers(noise, 256), pictures.shape("arrow", 64), pictures.tile(made[chosen], 256)]
    return {
        "flow": pictures.in_a_row(flow),
        "facts": facts(words, training),
        "history": with_frame(history(run, seed, chosen, truncation), training, LAST + 1),
        "samples": with_frame(tiles, chosen, COLUMNS),
    }


@remembered(32)
def samples(run: Runner, seed: int, truncation: float, training: int) -> tuple[Tensor, list[Scene]]:
    """The seed's portraits, as pictures and as tiles."""
    made = run(
        generate, z=latents(COUNT, seed), truncation=torch.full((COUNT,), truncation), checkpoint=training
    )
    return made, pictures.tiles(made)


@remembered(32)
def history(run: Runner, seed: int, chosen: int, truncation: float) -> list[Scene]:
    """The chosen portrait at each checkpoint."""
    z = latents(COUNT, seed)[chosen : chosen + 1]
    return pictures.tiles(run(generate_history, z=z, truncation=torch.tensor([truncation]))[0])


def with_frame(tiles: list[Scene], chosen: int, columns: int) -> Scene:
    """Tiles in rows, the chosen one framed."""
    return pictures.grid(
        [pictures.framed(tile) if i == chosen else tile for i, tile in enumerate(tiles)], columns
    )


def facts(words: Labels, training: int) -> str:
    """How long the generator had trained by then, and how good it was, as measured."""
    then = checkpoints()[training]
    fid = words.number(then.metrics["avatar_fid"])
    if not then.steps:
        return words("untrained", fid=fid)
    return words(
        "trained",
        minutes=words.number(then.minutes),
        images=words.thousands(then.images),
        fid=fid,
        recall=words.percent(then.metrics["recall"]),
    )

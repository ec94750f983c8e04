"""A portrait through a bottleneck: what is lost, what single numbers do, and what lies between codes."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image
from torch import Tensor

from demos.data.avatars.ahead import portrait, readers_portraits, some_portraits
from demos.kit import charts, pictures, random
from demos.kit.app import Tab
from demos.kit.controls import Action, Choice, Number, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.metrics import psnr
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Point, Text
from demos.models.autoencoders.functions import decode, encode
from demos.models.autoencoders.model import CODE, SIZES

OPTIONS = tuple(str(size) for size in SIZES)
LARGE = 176  # px of the portraits in a row
FAR = 3.0  # standard deviations that a number is moved by, at most
STEPS = torch.linspace(-FAR, FAR, 7)
COUNT, COLUMNS = 12, 6
ERROR_LIMIT = 0.5  # of the range from black to white: shown in full color


def coded(run: Runner, image: Tensor) -> Tensor:
    """Codes (n, 64) of pictures (n, 3, 64, 64)."""
    code: Tensor = run(encode, picture=image)
    return code


def drawn(run: Runner, codes: Tensor, size: str) -> Tensor:
    """Pictures (n, 3, 64, 64) from the first numbers of codes (n, 64)."""
    made: Tensor = run(decode, code=codes, size=torch.full((len(codes),), OPTIONS.index(size)))
    return made


# Squeeze


def choose_size(point: Point, _: State) -> dict[str, str]:
    """The bottleneck whose picture was clicked."""
    column, _row = pictures.cell_at(point, len(OPTIONS))
    return {"size": OPTIONS[column]}


def squeeze(run: Runner, words: Labels, *, seed: int, size: str, noise: float) -> dict[str, Any]:
    """The portrait, its code and what comes out; what is lost; and the same through every bottleneck."""
    clean = portrait(seed)
    shown, code, made, tiles = squeezed(run, seed, noise)
    index = OPTIONS.index(size)
    arrow = pictures.shape("arrow", 40)
    row = [
        pictures.tile(shown[0], LARGE), arrow, pictures.numbers(code[: SIZES[index]], LARGE), arrow,
        pictures.tile(made[index], LARGE), difference(made[index] - clean[0]),
    ]  # fmt: skip
    quality = [psnr(one[None], clean) for one in made]
    return {
        "flow": pictures.in_a_row(row),
        "facts": facts(words, size, quality[index], psnr(shown, clean), noise),
        "sizes": pictures.grid(
            [pictures.framed(tile) if i == index else tile for i, tile in enumerate(tiles)], len(SIZES)
        ),
        "quality": charts.bars(dict(zip(OPTIONS, quality, strict=True)), words.number, most=40),
    }


@remembered(64)
def squeezed(run: Runner, seed: int, noise: float) -> tuple[Tensor, Tensor, Tensor, list[Scene]]:
    """The picture that went in (1, 3, 64, 64), its code (64,), and what comes out of every bottleneck."""
    grain = random.normal(seed, 1, 3, 64, 64, stream="grain")
    shown = (portrait(seed) + noise * grain).clamp(-1, 1)
    code = coded(run, shown)
    made = run(decode, code=code.expand(len(SIZES), -1), size=torch.arange(len(SIZES)))
    return shown, code[0], made, pictures.tiles(made)


def difference(error: Tensor) -> Scene:
    """What is too light (teal) and too dark (red) in a picture, from its error (3, 64, 64)."""
    colors = pictures.diverging(error.mean(0) / 2, ERROR_LIMIT).numpy()
    return pictures.raster(Image.fromarray(colors).resize((LARGE, LARGE), Image.Resampling.NEAREST))


def facts(words: Labels, size: str, quality: float, before: float, noise: float) -> str:
    pixels = words.thousands(3 * 64 * 64)
    says = words("squeezed", pixels=pixels, size=size, db=words.number(quality))
    return says if noise == 0 else words.sentences([says, words("cleaned", before=words.number(before))])


# Single numbers


def move(run: Runner, words: Labels, *, seed: int, number: int, steps: float) -> dict[str, Any]:
    """A portrait before and after one number of its code is moved, and the whole way."""
    before, tiles = moved(run, seed, number)
    code = coded(run, portrait(seed))
    after = drawn(run, with_number(code, number, torch.tensor([steps])), OPTIONS[-1])
    nearest = int((STEPS - steps).abs().argmin())
    changed = (after - before).abs().mean() / 2
    return {
        "moved": pictures.in_a_row(
            [pictures.tile(before[0], LARGE), pictures.shape("arrow", 40), pictures.tile(after[0], LARGE)]
        ),
        "moved_says": words("moves", number=number, change=words.percent(float(changed))),
        "way": pictures.grid(
            [pictures.framed(tile) if i == nearest else tile for i, tile in enumerate(tiles)], len(tiles)
        ),
    }


@remembered(64)
def moved(run: Runner, seed: int, number: int) -> tuple[Tensor, list[Scene]]:
    """The reconstruction (1, 3, 64, 64), and what it becomes at every step."""
    code = coded(run, portrait(seed))
    made = drawn(run, torch.cat([code, with_number(code, number, STEPS)]), OPTIONS[-1])
    return made[:1], pictures.tiles(made[1:])


def with_number(code: Tensor, number: int, steps: Tensor) -> Tensor:
    """Codes (n, 64) in which one number, counted from 1, is moved by steps (n,)."""
    codes = code.repeat(len(steps), 1)
    codes[:, number - 1] += steps
    return codes


# Holes

KINDS = ("portraits", "between", "random")


def holes(run: Runner, words: Labels, *, kind: str, size: str, seed: int) -> dict[str, Any]:
    """Pictures from codes of portraits, from halfway between two, or from random numbers."""
    return {
        "found": pictures.grid(found(run, kind, size, seed), COLUMNS),
        "found_says": words[f"found_{kind}"],
    }


@remembered(32)
def found(run: Runner, kind: str, size: str, seed: int) -> list[Scene]:
    return pictures.tiles(drawn(run, codes_of(run, kind, seed), size))


def codes_of(run: Runner, kind: str, seed: int) -> Tensor:
    """Codes (12, 64). Over all portraits each number has mean 0 and variance 1, and so it has at random."""
    if kind == "random":
        return random.normal(seed, COUNT, CODE, stream="codes")
    codes = several(run, seed)
    return codes if kind == "portraits" else (codes + codes.roll(1, 0)) / 2


@remembered(32)
def several(run: Runner, seed: int) -> Tensor:
    """The codes (12, 64) of a seed's portraits."""
    return coded(run, some_portraits(seed, COUNT, "several"))


def following(state: State) -> dict[str, int]:
    """The next number; after the last comes the first."""
    return {"number": state["number"] % CODE + 1}


TABS = (
    Tab(
        "squeeze",
        (
            Choice("size", OPTIONS, "16"),
            Slider("noise", 0, 1, 0, step=0.05),
            Seed("seed", 5),
        ),
        (Picture("flow"), Text("facts"), Picture("sizes", click=choose_size), Chart("quality")),
        squeeze,
    ),
    Tab(
        "numbers",
        (
            Number("number", 1, 1, CODE),
            Action("next_number", following, primary=True),
            Slider("steps", -FAR, FAR, 2.0, step=0.1, play=True),
            Seed("seed", 5, primary=False),
        ),
        (Picture("moved"), Text("moved_says"), Picture("way")),
        move,
    ),
    Tab(
        "holes",
        (Choice("kind", KINDS, "random"), Choice("size", OPTIONS, "64"), Seed("seed", 3)),
        (Picture("found"), Text("found_says")),
        holes,
    ),
)
STILL = ("flow", "sizes")
AHEAD = (readers_portraits,)

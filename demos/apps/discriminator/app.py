"""Real or generated: a round of guessing, and one portrait to spoil while the discriminator watches."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from demos.data.avatars.ahead import portrait, readers_portraits, some_portraits
from demos.kit import pictures, random
from demos.kit.app import Tab
from demos.kit.controls import Choice, Seed, Slider
from demos.kit.filters import blurred
from demos.kit.functions import Runner
from demos.kit.guessing import Guessing, Round
from demos.kit.labels import Labels
from demos.kit.remember import remembered
from demos.kit.shows import Picture, Text
from demos.models.gan.functions import criticize, generate
from demos.models.gan.pretrained import latents

GUESSING = Guessing(count=8, columns=4, fewest=3)
GENERATED_SEED = 5_000_011  # of no portrait that was measured on


# Guessing


def guess(
    run: Runner, words: Labels, *, guesses: tuple[str, ...], round: int, revealed: int
) -> dict[str, Any]:
    """The round's portraits, those guessed to be generated framed; or the answers beside the guesses."""
    dealt = round_of(run, round)
    is_revealed = revealed == round
    result = answers(words, dealt, guesses, chances(run, dealt)) if is_revealed else words["hidden"]
    return {"gallery": GUESSING.gallery(dealt, guesses, is_revealed), "result": result}


@remembered(64)
def round_of(run: Runner, number: int) -> Round:
    """The round with this number: always the same, and its number tells nothing about the answers."""

    def make(real: int, fake: int) -> tuple[Tensor, Tensor]:
        return some_portraits(number, real, "round"), generated(run, fake, GENERATED_SEED + number)

    return GUESSING.deal(number, make)


def chances(run: Runner, dealt: Round) -> list[float]:
    """The chance of being real that the discriminator gives each picture of a round."""
    found: list[float] = run(criticize, picture=dealt.images)["probability"].tolist()
    return found


def generated(run: Runner, count: int, seed: int) -> Tensor:
    made: Tensor = run(generate, z=latents(count, seed), truncation=torch.ones(count))
    return made


def answers(words: Labels, dealt: Round, guesses: tuple[str, ...], chances: list[float]) -> str:
    """The answers as a table, with the reader's score beside the discriminator's."""
    yours = GUESSING.taken_for_real(guesses)
    its = dealt.right([chance > 0.5 for chance in chances])
    score = words("score", yours=dealt.right(yours), its=its, all=GUESSING.count)
    kind = {True: words["real"], False: words["generated"]}
    rows = [
        f"| {n} | {kind[real]} | {kind[yours]} | {words.chance(chance)} |"
        for n, real, yours, chance in zip(GUESSING.numbers, dealt.real, yours, chances, strict=True)
    ]
    return "\n".join([score, "", words["table_head"], "|---|---|---|---|", *rows])


# Spoiling


def spoil(
    run: Runner, words: Labels, *, source: str, seed: int, blur: float, noise: float, colors: float
) -> dict[str, Any]:
    """The spoiled portrait, where the verdict comes from, and the verdict with and without the spoiling."""
    image, chance, heat = judged(run, source, seed, blur, noise, colors)
    _, before, _ = judged(run, source, seed, 0, 0, 0)
    size = 256
    pair = [pictures.tile(image, size), pictures.with_heat(image, heat, full_heat(run), size)]
    row = pictures.in_a_row(pair)
    return {
        "verdict": pictures.stacked([row, pictures.bar(chance, row.width)]),
        "says": words("says", now=words.chance(chance), before=words.chance(before)),
    }


@remembered(64)
def judged(
    run: Runner, source: str, seed: int, blur: float, noise: float, colors: float
) -> tuple[Tensor, float, Tensor]:
    """The spoiled portrait (3, 64, 64), its chance of being real, and where that comes from (64, 64)."""
    image = spoiled(one_portrait(run, source, seed), blur, noise, colors)
    found = run(criticize, picture=image)
    return image[0], float(found["probability"]), found["heat"][0]


@remembered(64)
def one_portrait(run: Runner, source: str, seed: int) -> Tensor:
    """One portrait (1, 3, 64, 64), drawn or generated."""
    if source == "real":
        return portrait(seed)
    return generated(run, 1, seed)


@remembered(1)
def full_heat(run: Runner) -> float:
    """The heat, in logits, that is shown in full color: one that one place in twenty reaches by itself.

    One measure for all pictures, so that a spoiled portrait can be compared with itself before.
    """
    images = torch.cat([round_of(run, 1).images, round_of(run, 2).images])
    return float(run(criticize, picture=images)["heat"].abs().quantile(0.95))


def spoiled(images: Tensor, blur: float, noise: float, degrees: float) -> Tensor:
    """Blur (standard deviation in pixels), shift the colors (degrees around the gray axis), add noise."""
    return (shifted(blurred(images, blur), degrees) + noise * grain()).clamp(-1, 1)


@lru_cache(maxsize=1)
def grain() -> Tensor:
    return random.normal(0, 1, 3, 64, 64, stream="grain")


def shifted(images: Tensor, degrees: float) -> Tensor:
    """Turn every color around the axis of grays (Rodrigues' rotation), which keeps light and dark nearly."""
    angle = torch.deg2rad(torch.tensor(float(degrees)))
    axis = torch.full((3,), 3**-0.5)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) * 3**-0.5
    turn = torch.eye(3) * angle.cos() + cross * angle.sin() + torch.outer(axis, axis) * (1 - angle.cos())
    return torch.einsum("cd,ndhw->nchw", turn, images).clamp(-1, 1)


TABS = (
    Tab(
        "guess",
        GUESSING.controls,
        (Picture("gallery", click=GUESSING.toggle), Text("result")),
        guess,
    ),
    Tab(
        "spoil",
        (
            Choice("source", ("real", "generated"), "real"),
            Seed("seed", 19, new=False),
            Slider("blur", 0, 4, 0, step=0.1),
            Slider("noise", 0, 1, 0, step=0.02),
            Slider("colors", 0, 180, 0, step=5),
        ),
        (Picture("verdict"), Text("says")),
        spoil,
    ),
)
STILL = ("verdict",)
AHEAD = (readers_portraits,)

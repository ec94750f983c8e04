"""Portraits as distributions over codes: sampling around one, between two, and from the prior."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from demos.data.avatars.ahead import portrait, readers_portraits
from demos.kit import charts, pictures, random
from demos.kit.app import Tab
from demos.kit.controls import Choice, Seed, Slider
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Text
from demos.kit.weights import Card, read_card
from demos.models.autoencoders.functions import (
    decode_normal,
    decode_plain,
    encode_normal,
    encode_plain,
)
from demos.models.autoencoders.model import BETAS, CODE, WEIGHTS, kl

OPTIONS = tuple(f"{beta:g}" for beta in BETAS)
MIDDLE = OPTIONS[1]
LARGE = 176  # px of what stands in a row
AROUND = 6  # samples around a portrait
ACTIVE = 0.05  # nats from which on a number is used
FRAMES = 7
WAYS = torch.linspace(0, 1, FRAMES)
COUNT, COLUMNS = 12, 6


def drawn(run: Runner, codes: Tensor, beta: str) -> Tensor:
    """Pictures (n, 3, 64, 64) from codes (n, 64)."""
    made: Tensor = run(decode_normal, code=codes, beta=OPTIONS.index(beta))
    return made


def drawn_plainly(run: Runner, codes: Tensor) -> Tensor:
    """Pictures from codes (n, 64) of the plain autoencoder."""
    made: Tensor = run(decode_plain, code=codes)
    return made


@remembered(64)
def distribution(run: Runner, seed: int, beta: str) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (1, 64) of the codes of a seed's portrait."""
    found = run(encode_normal, picture=portrait(seed))
    index = OPTIONS.index(beta)
    return found["mean"][:, index], found["deviation"][:, index]


# Around a portrait


def encode_one(
    run: Runner, words: Labels, *, seed: int, beta: str, spread: float, draw: int
) -> dict[str, Any]:
    """The portrait, mean and deviation of its code, samples around it, and the two terms of the loss."""
    mean, deviation = distribution(run, seed, beta)
    made = around(run, seed, beta, spread, draw)
    arrow = pictures.shape("arrow", 40)
    row = [
        pictures.tile(portrait(seed)[0], LARGE), arrow, pictures.numbers(mean[0], LARGE),
        pictures.numbers(deviation[0], LARGE, limit=1.0), arrow, pictures.tile(made[0], LARGE),
    ]  # fmt: skip
    nats = kl(mean, 2 * deviation.log())[0]
    return {
        "code": pictures.in_a_row(row),
        "code_says": words("active", active=int((nats > ACTIVE).sum()), all=CODE),
        "around": pictures.grid(pictures.tiles(made[1:]), AROUND),
        "terms": terms(words, seed, made[1:], float(nats.sum()), beta),
    }


@remembered(64)
def around(run: Runner, seed: int, beta: str, spread: float, draw: int) -> Tensor:
    """Pictures (1 + 6, 3, 64, 64): from the mean, and from codes some deviations around it."""
    mean, deviation = distribution(run, seed, beta)
    noise = random.normal(draw, AROUND, CODE, stream="around")
    return drawn(run, torch.cat([mean, mean + spread * deviation * noise]), beta)


def terms(words: Labels, seed: int, made: Tensor, nats: float, beta: str) -> charts.Drawing:
    """Half the squared error summed over the picture, mean of the samples; and β times the divergence."""
    error = 0.5 * float((made - portrait(seed)).square().sum((1, 2, 3)).mean())
    weighted = BETAS[OPTIONS.index(beta)] * nats
    values = {words["error"]: error, words["nats"]: nats, words["weighted"]: weighted}
    return charts.bars(values, lambda value: words.number(value, 0), most=320)


# Between two portraits


def between(
    run: Runner, words: Labels, *, start: int, end: int, beta: str, position: float
) -> dict[str, Any]:
    """The way between two portraits' codes, by the variational and by the plain autoencoder."""
    nearest = int((WAYS - position).abs().argmin())
    rows = walk(run, start, end, beta)
    a, b = (distribution(run, seed, beta)[0] for seed in (start, end))
    here = drawn(run, torch.lerp(a, b, position), beta)
    framed = [[pictures.framed(tile) if i == nearest else tile for i, tile in enumerate(row)] for row in rows]
    return {
        "here": pictures.tile(here[0], 224),
        "way": pictures.grid(framed[0], FRAMES),
        "way_plain": pictures.grid(framed[1], FRAMES),
    }


@remembered(32)
def walk(run: Runner, start: int, end: int, beta: str) -> tuple[list[Scene], list[Scene]]:
    a, b = (distribution(run, seed, beta)[0] for seed in (start, end))
    ends = run(encode_plain, picture=torch.cat([portrait(start), portrait(end)]))
    ways = WAYS[:, None]
    made = drawn(run, torch.lerp(a, b, ways), beta)
    plain = drawn_plainly(run, torch.lerp(ends[:1], ends[1:], ways))
    return pictures.tiles(made), pictures.tiles(plain)


# From the prior


def prior(run: Runner, words: Labels, *, seed: int, beta: str) -> dict[str, Any]:
    """What both autoencoders draw from the same random numbers, and how far that is from portraits."""
    made, plain = from_noise(run, seed, beta)
    card = read_card(WEIGHTS)
    distances = {
        words("with_beta", beta=words[f"beta_{option}"]): prior_fid(card, option) for option in OPTIONS
    }
    distances[words["plain"]] = card.metrics["plain_prior_fid"].value
    return {
        "prior": pictures.grid(made, COLUMNS),
        "prior_plain": pictures.grid(plain, COLUMNS),
        "distances": charts.bars(distances, words.number, most=100),
        "prior_says": words("measured", count=words.thousands(card.details["held_out"]["portraits"])),
    }


def prior_fid(card: Card, beta: str) -> float:
    return card.metrics[f"vae_prior_fid.{BETAS[OPTIONS.index(beta)]}"].value


@remembered(32)
def from_noise(run: Runner, seed: int, beta: str) -> tuple[list[Scene], list[Scene]]:
    codes = random.normal(seed, COUNT, CODE, stream="codes")
    return pictures.tiles(drawn(run, codes, beta)), pictures.tiles(drawn_plainly(run, codes))


TABS = (
    Tab(
        "encode",
        (
            Choice("beta", OPTIONS, MIDDLE),
            Slider("spread", 0, 3, 1.0, step=0.1, play=True),
            Seed("draw", 1),
            Seed("seed", 5, primary=False),
        ),
        (Picture("code"), Text("code_says"), Picture("around"), Chart("terms")),
        encode_one,
    ),
    Tab(
        "between",
        (
            Choice("beta", OPTIONS, MIDDLE),
            Seed("start", 5, new=False),
            Seed("end", 9, new=False),
            Slider("position", 0, 1, 0.5, step=0.01, play=True),
        ),
        (Picture("here"), Picture("way"), Picture("way_plain")),
        between,
    ),
    Tab(
        "prior",
        (Choice("beta", OPTIONS, MIDDLE), Seed("seed", 3)),
        (Picture("prior"), Picture("prior_plain"), Chart("distances"), Text("prior_says")),
        prior,
    ),
)
STILL = ("code", "around")
AHEAD = (readers_portraits,)

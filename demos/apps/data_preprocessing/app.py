"""Data before training: one portrait prepared step by step, and what a small model makes of skewed data."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars import render, replace
from demos.data.avatars import sample as draw
from demos.data.avatars.ahead import portrait, readers_portraits
from demos.kit import charts, pictures, random
from demos.kit.app import Tab
from demos.kit.charts import Drawing
from demos.kit.controls import Choice, Choices, Seed, Slider
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Text

BINS = 32
SCALES = {"bytes": (0.0, 255.0), "unit": (-1.0, 1.0), "standard": (-4.0, 4.0)}  # and the chart's range
CHANGES = ("flip", "brighter", "noise")


# One portrait, step by step


@remembered(32)
def original(_: Runner, seed: int) -> Tensor:
    """The portrait (3, 64, 64) of a seed as bytes from 0 to 255, in floats."""
    return ((portrait(seed)[0] + 1) * 127.5).round()


def cropped(image: Tensor, kept: float) -> Tensor:
    """The middle of an image (3, s, s), so much of it each way."""
    side = image.shape[-1]
    inner = max(1, round(kept * side))
    start = (side - inner) // 2
    return image[:, start : start + inner, start : start + inner]


def resized(image: Tensor, size: int) -> Tensor:
    return F.interpolate(image[None], (size, size), mode="bilinear", antialias=True)[0].clamp(0, 255)


def augmented(image: Tensor, changes: tuple[str, ...], seed: int) -> Tensor:
    """Mirrored, a fifth brighter, with noise of 12 gray levels: a new example for each."""
    if "flip" in changes:
        image = image.flip(2)
    if "brighter" in changes:
        image = image * 1.2
    if "noise" in changes:
        image = image + 12 * random.normal(seed, *image.shape, stream="noise")
    return image.clamp(0, 255)


def normalized(image: Tensor, scale: str) -> Tensor:
    """Bytes as they are, mapped to -1..1, or with mean 0 and standard deviation 1 over the image."""
    if scale == "unit":
        return image / 127.5 - 1
    if scale == "standard":
        return (image - image.mean()) / image.std(correction=0).clamp_min(1e-6)
    return image


def prepare(
    run: Runner, words: Labels, *, portrait: int, crop: float, size: str, augment: tuple[str, ...], scale: str
) -> dict[str, Any]:
    """The portrait before and after, and how its numbers are spread."""
    before = original(run, portrait)
    image = augmented(resized(cropped(before, crop), int(size)), augment, portrait)
    after = normalized(image, scale)
    parts = [pictures.tile(x / 127.5 - 1, 256) for x in (before, image)]
    return {
        "steps": pictures.in_a_row([parts[0], pictures.shape("arrow", 64), parts[1]]),
        "before": histogram(before, "bytes", words),
        "after": histogram(after, scale, words),
        "facts": words(
            "facts",
            before=words.thousands(before.numel()),
            after=words.thousands(after.numel()),
            mean=words.number(round(after.mean().item(), 2) + 0.0, 2),
            spread=words.number(after.std(correction=0).item(), 2),
        ),
    }


def histogram(values: Tensor, scale: str, words: Labels) -> Drawing:
    """The share of the values in each of 32 bins, in per cent."""
    low, high = SCALES[scale]
    counts = torch.histc(values.clamp(low, high), BINS, low, high)
    middles = [low + (i + 0.5) * (high - low) / BINS for i in range(BINS)]
    shares = (100 * counts / values.numel()).tolist()
    return charts.lines(
        {"": list(zip(middles, shares, strict=True))}, words.plain, x=words["value"], y=words["percent"],
        across=(low, high), up=(0, max(10.0, *shares)),
    )  # fmt: skip


# Skewed data, and a model of them

SIDE, PEOPLE, POOL_SEED = 32, 64, 5_150
MADE, SHOWN = 400, 16
TILE = 72
BEANIE = 0  # its color
COMPONENTS = 16  # more of them add noise sooner than detail


@remembered(1)
def pool(_: Runner) -> tuple[Tensor, Tensor]:
    """The same 64 people without and with a beanie: (64, 3, 32, 32) each, in [-1, 1]."""
    people = draw(PEOPLE, POOL_SEED)
    bare, capped = (replace(people, hat=hat, hat_color=BEANIE) for hat in ("none", "beanie"))
    return render(bare, SIDE).images, render(capped, SIDE).images


@remembered(1)
def reader(run: Runner) -> tuple[Tensor, Tensor]:
    """A linear reader of beanies: weights (3072,) and the mean (3072,) that it subtracts, by ridge regression
    (Hoerl and Kennard 1970) on the pool, of +1 for those with and -1 for those without."""
    both = torch.cat(pool(run)).flatten(1)
    mean = both.mean(0)
    inner = (both - mean) @ (both - mean).T
    ridge = 0.01 * inner.diagonal().mean() * torch.eye(len(both))
    truth = torch.cat([-torch.ones(PEOPLE), torch.ones(PEOPLE)])
    return (both - mean).T @ torch.linalg.solve(inner + ridge, truth), mean


def has_beanie(run: Runner, images: Tensor) -> Tensor:
    """Whether the reader sees one in images (n, 3, 32, 32): (n,) bool."""
    weights, mean = reader(run)
    return (images.flatten(1) - mean) @ weights > 0


def training_set(run: Runner, share: float, count: int, seed: int) -> Tensor:
    """So many of the people, in an order of chance; so large a share of them with a beanie."""
    bare, capped = pool(run)
    order = random.permutation(seed, PEOPLE, stream="people")[:count]
    with_beanie = round(share * count)
    return torch.cat([capped[order[:with_beanie]], bare[order[with_beanie:]]])


def generated(data: Tensor, n: int, seed: int) -> Tensor:
    """Pictures (n, 3, 32, 32) from the normal distribution that has the mean and main covariance of the data,
    by principal components (Jolliffe 2002): the smallest generative model there is."""
    flat = data.flatten(1)
    mean = flat.mean(0)
    _, sizes, axes = torch.linalg.svd(flat - mean, full_matrices=False)
    rank = min(COMPONENTS, len(data) - 1)  # with the mean taken out, the last of all would be zero
    z = random.normal(seed, n, rank, stream="generated") * sizes[:rank] / (len(data) - 1) ** 0.5
    return (mean + z @ axes[:rank]).reshape(n, *data.shape[1:])


def skewed(run: Runner, words: Labels, *, share: float, count: int, seed: int) -> dict[str, Any]:
    """Examples, what a model of them generates, and how many of each wear a beanie."""
    data = training_set(run, share, count, seed)
    made = generated(data, MADE, seed)
    spread_out = data[random.permutation(seed, count, stream="shown")[:SHOWN]]
    return {
        "data": sheet(spread_out),
        "generated": sheet(made[:SHOWN].clamp(-1, 1)),
        "shares": charts.bars(
            {
                words["in_data"]: 100 * has_beanie(run, data).double().mean().item(),
                words["in_generated"]: 100 * has_beanie(run, made).double().mean().item(),
            },
            lambda value: words.percent(value / 100),
            most=100,
        ),
    }


def sheet(images: Tensor) -> pictures.Scene:
    return pictures.grid(pictures.tiles(images, TILE), SHOWN // 2)


TABS = (
    Tab(
        "prepare",
        (
            Slider("crop", 0.3, 1, 0.75, step=0.05),
            Choice("size", ("64", "32", "16"), "32"),
            Choices("augment", CHANGES, ("flip",)),
            Choice("scale", tuple(SCALES), "standard"),
            Seed("portrait", 21),
        ),
        (Picture("steps"), Text("facts"), Chart("before"), Chart("after")),
        prepare,
    ),
    Tab(
        "skewed",
        (
            Slider("share", 0, 1, 0.25, step=0.05),
            Slider("count", 4, PEOPLE, 48, step=4),
            Seed("seed", 3),
        ),
        (Picture("data"), Picture("generated"), Chart("shares")),
        skewed,
    ),
)
STILL = ("steps",)
AHEAD = (readers_portraits,)

"""A picture pixel by pixel: what comes next and how probable it is, in new pictures and in portraits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from demos.apps.pixel_cnn.model import COLORS, SIDE, distributions, influence, load_net, paint
from demos.apps.pixel_cnn.palette import nearest, reduced
from demos.data.avatars.ahead import portrait as drawn_portrait
from demos.data.avatars.ahead import readers_portraits
from demos.data.avatars.dataset import to_bytes
from demos.kit import charts, pictures, random
from demos.kit.app import Tab
from demos.kit.charts import SIDE as CHART
from demos.kit.charts import Bar, Drawing, Line, Ring
from demos.kit.charts import Words as Written
from demos.kit.controls import Choice, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Box, Scene
from demos.kit.remember import remembered, remembered_end
from demos.kit.shows import Chart, Picture, Point, Text

PIXELS = SIDE * SIDE
DOT = 16  # px on screen of a pixel
LARGE = SIDE * DOT
GAP = 16
SMALL = 10  # px on screen of a pixel in small pictures
SKETCHES = 4  # ways to complete a portrait, side by side
SIDES = ("bottom", "top", "right", "left")
MOST_BITS = 6.0  # of one pixel: shown in full red
EMPTY = (226, 231, 229), (205, 212, 209)  # squares where nothing is painted yet
LINES = 5  # pixels in the table of the chain rule


# Colors


def palette() -> Tensor:
    """The model's colors (32, 3) as bytes."""
    return load_net(torch.device("cpu")).palette


def raster(colors: Tensor, known: Tensor, dot: int = DOT) -> Scene:
    """A picture (16, 16) of numbers of colors, as far as it is known."""
    return squares(palette()[colors], known, dot)


def squares(pixels: Tensor, known: Tensor, dot: int = DOT) -> Scene:
    """Pixels (16, 16, 3) as squares, and a checkered ground where they are not `known` (16, 16)."""
    across = np.arange(SIDE * dot) // (dot // 2)
    ground = np.array(EMPTY, np.uint8)[(across[:, None] + across) % 2]
    large, shown = (x.repeat_interleave(dot, 0).repeat_interleave(dot, 1).numpy() for x in (pixels, known))
    return pictures.raster(Image.fromarray(np.where(shown[..., None], large, ground)))


def boxed(part: Scene, pixel: int) -> Scene:
    """With a frame around a pixel, counted from 1."""
    row, column = divmod(pixel - 1, SIDE)
    x, y = column * DOT, row * DOT
    outer = Box(DOT + 8, DOT + 8, pictures.PAPER, line=2)
    inner = Box(DOT + 4, DOT + 4, pictures.RED, line=2)
    return part.with_things((x - 4, y - 4, outer), (x - 2, y - 2, inner))


def pixel_at(point: Point, _: State) -> Mapping[str, Any]:
    """The pixel that was clicked, in whichever of the pictures in the row; between them there is none."""
    left, row = point[0] % (LARGE + GAP), min(int(point[1] // DOT), SIDE - 1)
    return {"pixel": row * SIDE + int(left // DOT) + 1} if left < LARGE else {}


def first_pixels(count: int) -> Tensor:
    """Which pixels (16, 16) are among the first so many."""
    return (torch.arange(PIXELS) < count).reshape(SIDE, SIDE)


# Painting


@dataclass(frozen=True)
class Painting:
    """Pictures (n, 16, 16) after so many rows, and the logits (n, 16, 32) of the last row's pixels."""

    colors: Tensor
    rows: int = 0
    logits: Tensor | None = None


def rows_of(
    run: Runner, given: Tensor, kept: Tensor, seed: int, temperature: float, stream: str
) -> Iterator[Painting]:
    """Painting row by row: from pictures (n, 16, 16), pixels stay where `kept` (n, 16, 16) is 1."""
    n = len(given)
    chances = random.uniform(seed, n, SIDE, SIDE, stream=stream).float()
    now = Painting(given)
    for row in range(SIDE):
        if kept[:, row].all():
            now = replace(now, rows=row + 1)
            continue
        done = run(
            paint, colors=now.colors, given=kept, chances=chances,
            temperature=torch.full((n,), float(temperature)), row=row,
        )  # fmt: skip
        now = Painting(done["colors"], row + 1, done["logits"])
        yield now


@remembered_end(64)
def new_picture(run: Runner, seed: int, temperature: float) -> Iterator[Painting]:
    nothing = torch.zeros(1, SIDE, SIDE, dtype=torch.long)
    yield from rows_of(run, nothing, nothing, seed, temperature, "new")


@remembered(64)
def judged(run: Runner, source: str, seed: int, temperature: float) -> tuple[Tensor, Tensor]:
    """A finished picture (16, 16), new or a portrait's, and the log probabilities (32, 16, 16) of every color
    at every pixel, given those before it, at temperature 1."""
    if source == "portrait":
        colors = portrait_colors(run, seed)
    else:
        *_, last = new_picture(run, seed, temperature)
        colors = last.colors[0]
    return colors, run(distributions, colors=colors[None])[0]


@remembered(64)
def portrait_colors(_: Runner, seed: int) -> Tensor:
    """A portrait that no model was trained on, as numbers of colors (16, 16)."""
    return nearest(reduced(to_bytes(drawn_portrait(seed))), palette())[0]


def bits_of(colors: Tensor, logs: Tensor) -> Tensor:
    """Bits (256,) of every pixel of a picture, in the order in which they are painted."""
    return -logs.gather(0, colors[None])[0].flatten().double() / math.log(2)


def watch(
    run: Runner, words: Labels, *, seed: int, temperature: float, pixel: int
) -> Iterator[dict[str, Any]]:
    """A new picture, row by row, with the distribution that the last pixel was drawn from; in the end the
    picture as far as one pixel knew it, the finished picture, and that pixel's distribution."""
    for now in new_picture(run, seed, temperature):
        if now.rows < SIDE and now.logits is not None:
            count, colors = now.rows * SIDE, now.colors[0]
            so_far = raster(colors, first_pixels(count))
            yield {
                "look": pictures.in_a_row([boxed(so_far, count), so_far], GAP),
                "chances": columns(
                    words, chances_of(now.logits[0, -1], temperature), int(colors[now.rows - 1, -1])
                ),
            }
    colors, logs = judged(run, "new", seed, temperature)
    row, column = divmod(pixel - 1, SIDE)
    shares, chosen = chances_of(logs[:, row, column], temperature), int(colors[row, column])
    seen = boxed(raster(colors, first_pixels(pixel - 1)), pixel)
    bits = bits_of(colors, logs)
    yield {
        "look": pictures.in_a_row([seen, boxed(raster(colors, first_pixels(PIXELS)), pixel)], GAP),
        "chances": columns(words, shares, chosen),
        "facts": words(
            "drawn",
            pixel=pixel,
            chance=words.chance(float(shares[chosen])),
            bits=words.number(float(bits.sum()), 0),
            each=words.number(float(bits.mean()), 2),
        ),
    }


def chances_of(logits: Tensor, temperature: float) -> Tensor:
    """The probabilities (32,) that a color is drawn with."""
    return (logits.double() / max(temperature, 1e-3)).softmax(0)


# The chart of a distribution

FOOT = 64  # px below the bars
RISE = 160  # px of a bar of 100 %


def columns(words: Labels, shares: Tensor, chosen: int) -> Drawing:
    """A bar in its color for each color's probability (32,), from dark to light, and a ring around the color
    that was chosen."""
    left, top, width = 46, 26, 10.5
    low = top + RISE
    things: list[Line | Bar | Written | Ring] = []
    for share in (0.25, 0.5, 0.75, 1.0):
        y = low - share * RISE
        things.append(Line(((left, y), (left + COLORS * width, y))))
        things.append(Written(left - 6, y, words.percent(share), "end"))
    for i, (share, color) in enumerate(zip(shares.tolist(), palette().tolist(), strict=True)):
        x, fill = left + i * width, (int(color[0]), int(color[1]), int(color[2]))
        things.append(Bar(x + 1, low - share * RISE, width - 2, share * RISE, stands_for=fill))
        things.append(Bar(x, low + 10, width, 14, stands_for=fill))
    things.append(Line(((left, low), (left + COLORS * width, low))))
    things.append(Ring(left + (chosen + 0.5) * width, low + 17, 8))
    middle = left + COLORS * width / 2
    things += [
        Written(middle, low + 44, words["colors_axis"], "middle"),
        Written(0, 8, words["chance_axis"], "start"),
    ]
    return Drawing(tuple(things), CHART, low + FOOT)


# Completing a portrait


def complete(
    run: Runner, words: Labels, *, portrait: int, side: str, lines: int, temperature: float, seed: int
) -> Iterator[dict[str, Any]]:
    """A portrait with a part covered, and what the net paints there, in some ways at once."""
    colors, kept = portrait_colors(run, portrait), left_open(side, lines)
    given = pictures.in_a_row([raster(colors, kept), raster(colors, first_pixels(PIXELS))], GAP)
    for now in sketches(run, portrait, side, lines, temperature, seed):
        known = kept | first_pixels(now.rows * SIDE)
        tiles = [raster(one, known, SMALL) for one in now.colors]
        yield {"given": given, "completed": pictures.grid(tiles, SKETCHES)}
    yield {"facts": costs(run, words, kept, torch.cat([colors[None], now.colors]))}


@remembered_end(32)
def sketches(
    run: Runner, portrait: int, side: str, lines: int, temperature: float, seed: int
) -> Iterator[Painting]:
    kept = left_open(side, lines)
    given = torch.where(kept, portrait_colors(run, portrait), 0).expand(SKETCHES, -1, -1)
    yield from rows_of(run, given, kept.long().expand_as(given), seed, temperature, "covered")


def left_open(side: str, lines: int) -> Tensor:
    """Which pixels (16, 16) are seen when so many rows or columns at a side are covered."""
    along = torch.arange(SIDE)
    seen = along < SIDE - lines if side in ("bottom", "right") else along >= lines
    across = seen[:, None] if side in ("bottom", "top") else seen
    return across.expand(SIDE, SIDE)


def costs(run: Runner, words: Labels, kept: Tensor, colors: Tensor) -> str:
    """Bits per pixel of what was left open and of what was covered, in a portrait and its completions, which
    follow it in colors (n, 16, 16)."""
    logs = run(distributions, colors=colors)
    bits = torch.stack([bits_of(*pair) for pair in zip(colors, logs, strict=True)])
    parts = [bits[:, part.flatten()].mean(1) for part in (kept, ~kept)]
    numbers = [words.number(float(x), 2) for part in parts for x in (part[0], part[1:].mean())]
    return words("costs", numbers=numbers)


# The chain rule


def chain(run: Runner, words: Labels, *, portrait: int, pixel: int) -> dict[str, Any]:
    """What one pixel of a portrait knows and how much each part of it matters, its distribution, and how the
    bits of all pixels add up."""
    colors, logs = judged(run, "portrait", portrait, 1.0)
    bits = bits_of(colors, logs)
    row, column = divmod(pixel - 1, SIDE)
    seen, everything = first_pixels(pixel - 1), first_pixels(PIXELS)
    parts = [
        raster(colors, seen),
        mapped(influence_on(run, portrait, pixel), seen),
        mapped(-bits.reshape(SIDE, SIDE) / MOST_BITS, everything),
    ]
    return {
        "maps": pictures.in_a_row([boxed(part, pixel) for part in parts], GAP),
        "chances": columns(words, logs[:, row, column].double().exp(), int(colors[row, column])),
        "sums": sums(words, bits, pixel),
        "facts": table(words, bits, pixel),
    }


@remembered(64)
def influence_on(run: Runner, portrait: int, pixel: int) -> Tensor:
    """How much the pixels of a portrait (16, 16) matter to the distribution at one of them, from 0 to 1."""
    row, column = (torch.tensor([place]) for place in divmod(pixel - 1, SIDE))
    found = run(influence, colors=portrait_colors(run, portrait)[None], row=row, column=column)[0]
    return (found / found.max().clamp_min(1e-12)).sqrt()


def mapped(values: Tensor, known: Tensor) -> Scene:
    """Values (16, 16) as squares: red at -1, paper at 0, teal at 1; checkered where there is none."""
    return squares(pictures.diverging(values, 1.0), known, DOT)


def sums(words: Labels, bits: Tensor, pixel: int) -> Drawing:
    """Bits of all pixels up to each one, to the chosen one and beyond it."""
    totals = [0.0, *bits.cumsum(0).tolist()]
    points = list(enumerate(totals))
    series = {words["so_far"]: points[: pixel + 1], words["the_rest"]: points[pixel:]}
    return charts.lines(
        series,
        words.plain,
        x=words["pixel_axis"],
        y=words["bits_axis"],
        across=(0, PIXELS),
        up=(0, totals[-1]),
    )


def table(words: Labels, bits: Tensor, pixel: int) -> str:
    """The last few factors of a picture's probability, their product so far, and that of all."""
    first = max(0, pixel - LINES)
    rows = [
        (words("pixel_row", n=i + 1), written(words, value), words.number(value, 2))
        for i, value in enumerate(bits[:pixel].tolist())
        if i >= first
    ]
    for label, some in (("product", bits[:pixel]), ("product_of_all", bits)):
        total = float(some.sum())
        rows.append((words(label, n=len(some)), written(words, total), words.number(total, 1)))
    head = words["chain_head"]
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    says = words("chain_says", each=words.number(float(bits.mean()), 2), row=(pixel - 1) // SIDE + 1)
    return f"{head}\n|---|---|---|\n{body}\n\n{says}"


def written(words: Labels, bits: float) -> str:
    """The probability that so many bits stand for: 0.25, or 3.1 × 10⁻⁷."""
    power = -bits * math.log10(2)
    return words.number(10**power, 3) if power > -3 else words.power_of_ten(power)


PIXEL = Slider("pixel", 1, PIXELS, 120, step=1, play=True)
TABS = (
    Tab(
        "watch",
        (Seed("seed", 22), Slider("temperature", 0, 3, 1.0, step=0.1), PIXEL),
        (Picture("look", click=pixel_at), Chart("chances"), Text("facts")),
        watch,
        above=2,
    ),
    Tab(
        "complete",
        (
            Seed("portrait", 21, primary=False),
            Choice("side", SIDES, "bottom"),
            Slider("lines", 1, SIDE - 1, SIDE // 2, step=1),
            Slider("temperature", 0, 3, 1.0, step=0.1),
            Seed("seed", 1),
        ),
        (Picture("given"), Picture("completed"), Text("facts")),
        complete,
        above=2,
    ),
    Tab(
        "chain",
        (Seed("portrait", 21), PIXEL),
        (Picture("maps", click=pixel_at), Chart("chances"), Text("facts"), Chart("sums")),
        chain,
        above=2,
    ),
)
STILL = ("look", "chances")
AHEAD = (readers_portraits,)

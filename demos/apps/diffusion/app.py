"""Both ways between noise and a portrait: one is drawn from noise step by step, one dissolves into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from demos.data.avatars.ahead import portrait as drawn
from demos.data.avatars.ahead import readers_portraits
from demos.kit import charts, pictures
from demos.kit.app import Tab
from demos.kit.charts import Drawing
from demos.kit.controls import Choice, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Box, Digits, Scene, Thing
from demos.kit.remember import remembered, remembered_end
from demos.kit.shows import Chart, Picture, Point, Text
from demos.models.diffusion.conditions import asked
from demos.models.diffusion.functions import decode, step_by_attributes, walk
from demos.models.diffusion.portraits import latent_of
from demos.models.diffusion.sampling import noise

STEPS, GUIDANCE = 12, 2.0
LARGE, SMALL, TINY = 256, 96, 58  # px of a portrait, of one in a strip, and of a channel
GAP = 8
COLUMNS = 7
LIMIT = 2.5  # of a latent's number: shown in full color
EMPTY = (205, 212, 209)  # where nothing has come yet
WISHES: Mapping[str, Mapping[str, str | float]] = {
    "nothing": {},
    "glasses": {"glasses": "round", "glasses_color": "red", "smile": 0.7},
    "hat": {"hat": "beanie", "hat_color": "yellow", "background": "sky"},
    "beard": {"beard": "full", "hat": "none", "hair_color": "ginger"},
    "braids": {"hair": "braids", "hat": "none", "hair_color": "blond", "clothing": "stripes"},
}


# A latent and what would become of it


@dataclass(frozen=True)
class Frame:
    """A latent (8, 16, 16) at some time, the clean one that the net sees in it, and both in pixels."""

    latent: Tensor
    clean: Tensor
    picture: Tensor
    guess: Tensor

    @cached_property
    def tiles(self) -> list[Scene]:
        """Both in pixels, for a strip."""
        return pictures.tiles(torch.stack([self.picture, self.guess]), SMALL)

    @cached_property
    def scene(self) -> Scene:
        """Latent and clean latent beside each other, large, each above its channels."""
        both = pictures.tiles(torch.stack([self.picture, self.guess]), LARGE)
        now, clean = (
            pictures.stacked([tile, channels(latent)], 2 * GAP)
            for tile, latent in zip(both, (self.latent, self.clean), strict=True)
        )
        return pictures.in_a_row([now, pictures.shape("arrow", 48), clean])


def frames(run: Runner, latents: Tensor, clean: Tensor) -> list[Frame]:
    """Latents (n, 8, 16, 16) and the clean ones seen in them, with both in pixels."""
    made = run(decode, latent=torch.cat([latents, clean]))
    return [Frame(*parts) for parts in zip(latents, clean, *made.chunk(2), strict=True)]


def channels(latent: Tensor) -> Scene:
    """The channels of a latent (8, 16, 16) as squares: red below zero, white at it, teal above."""
    colors = pictures.diverging(latent, LIMIT).repeat_interleave(4, 1).repeat_interleave(4, 2)
    tiles = [pictures.raster(Image.fromarray(one.numpy()), TINY) for one in colors]
    return pictures.grid(tiles, 4, GAP)


def strip(pairs: Sequence[Sequence[Scene]], chosen: int) -> Scene:
    """Pairs of tiles above each other in columns, the chosen one framed, on a ground for all columns."""
    width, height = column_left(COLUMNS) - GAP, 2 * SMALL + GAP
    things: list[tuple[float, float, Thing]] = []
    for i, pair in enumerate(pairs):
        for row, tile in enumerate(pair):
            part = pictures.framed(tile, width=4) if i == chosen else tile
            things += part.moved(column_left(i), row * (SMALL + GAP))
    return Scene(width, height, tuple(things))


def column_left(column: int) -> int:
    return column * (SMALL + GAP)


def column_at(point: Point) -> int:
    """The column of a strip in which a point is."""
    return min(int(point[0] // (SMALL + GAP)), COLUMNS - 1)


def blank() -> Scene:
    """A place in a strip for what is still to come."""
    return Scene(SMALL, SMALL, ((0, 0, Box(SMALL, SMALL, EMPTY)),))


def nearest(places: Sequence[float], place: float) -> int:
    return min(range(len(places)), key=lambda i: abs(places[i] - place))


def distance(a: Tensor, b: Tensor) -> float:
    """Root mean squared difference of pictures in [-1, 1], as a share of the way from black to white."""
    return float((a - b).square().mean().sqrt() / 2)


# From noise to a portrait


def draw(
    run: Runner, words: Labels, *, way: float, seed: int, wish: str, steps: int, guidance: float
) -> Iterator[dict[str, Any]]:
    """Steps from noise to a portrait as they come; in the end the step that is nearest to a place on the way,
    and how far each was from the end."""
    for path in paths(run, seed, wish, steps, guidance):
        if len(path) <= steps:
            yield shown(words, path, len(path) - 1, steps, guidance)
    yield shown(words, path, round(way * steps), steps, guidance)


@remembered_end(12)  # up to 5 MB each
def paths(run: Runner, seed: int, wish: str, steps: int, guidance: float) -> Iterator[list[Frame]]:
    """The frames so far: one before each step, and the finished portrait."""
    latent, path = noise(1, seed), list[Frame]()
    for found in walk(run, step_by_attributes, latent, steps=steps, guidance=guidance, **asked(WISHES[wish])):
        path = path + frames(run, latent, found["clean"])
        yield path
        latent = found["latent"]
    yield path + frames(run, latent, latent)


def shown(words: Labels, path: list[Frame], place: int, steps: int, guidance: float) -> dict[str, Any]:
    """A frame of the path, all of it in a strip, and where on it the frame is."""
    seen = steps_in_strip(steps)
    pairs = [path[i].tiles if i < len(path) else [blank(), blank()] for i in seen]
    found = {
        "look": path[place].scene,
        "strip": strip(pairs, nearest(seen, place)),
        "facts": words(
            "facts",
            step=place,
            steps=steps,
            noise=words.percent(1 - place / steps),
            runs=place * (1 if guidance == 1 else 2),
        ),
    }
    if len(path) > steps:
        found["nearness"] = nearness(words, path, place)
    return found


def steps_in_strip(steps: int) -> list[int]:
    """The steps that the strip shows: all of them, or as many as it has columns."""
    last = min(steps, COLUMNS - 1)
    return [round(column / last * steps) for column in range(last + 1)]


def nearness(words: Labels, path: list[Frame], place: int) -> Drawing:
    """How far the latent and the clean one seen in it are from the finished portrait at each step."""
    end = path[-1].picture
    series = {
        words["now_line"]: [(i, distance(frame.picture, end)) for i, frame in enumerate(path)],
        words["guess_line"]: [(i, distance(frame.guess, end)) for i, frame in enumerate(path)],
    }
    return charts.lines(
        series, words.plain, x=words["step_axis"], y=words["distance_axis"], across=(0, len(path) - 1),
        up=(0, max(0.3, *(y for some in series.values() for _, y in some))), at=(place, place),
    )  # fmt: skip


def jump(point: Point, state: State) -> dict[str, float]:
    """The place on the way that was clicked in the strip; beside it there is none."""
    seen, column = steps_in_strip(state["steps"]), column_at(point)
    return {"way": round(seen[column] / state["steps"], 2)} if column < len(seen) else {}


# From a portrait to noise

NOISES = torch.linspace(0, 1, COLUMNS)


def dissolve(
    run: Runner, words: Labels, *, noise_left: float, portrait: int, seed: int
) -> Iterator[dict[str, Any]]:
    """A portrait under some noise and what the net sees in it; and, as they come, the portraits to which the
    steps lead back from more and more noise."""
    frame = noised(run, portrait, seed, noise_left)
    distances = [distance(picture, drawn(portrait)[0]) for picture in (frame.picture, frame.guess)]
    says = words(
        "mixed",
        clean=words.number(1 - noise_left, 2),
        noise=words.number(noise_left, 2),
        before=words.number(distances[0], 2),
        after=words.number(distances[1], 2),
    )
    for pairs in ways_back(run, portrait, seed):
        yield {"mix": frame.scene, "back": strip(pairs, nearest(NOISES.tolist(), noise_left)), "facts": says}


@remembered(64)
def noised(run: Runner, portrait: int, seed: int, share: float) -> Frame:
    """A portrait's latent with a share of noise."""
    shares = torch.tensor([share])
    latent = mixed(run, portrait, seed, shares)
    step = walk(run, step_by_attributes, latent, steps=1, guidance=1.0, begin=1 - shares, **asked({}))
    return frames(run, latent, next(step)["clean"])[0]


def mixed(run: Runner, portrait: int, seed: int, shares: Tensor) -> Tensor:
    """A portrait's latent and noise, mixed in some shares (n,) of noise: (n, 8, 16, 16)."""
    latent, part = latent_of(run, portrait), shares[:, None, None, None]
    return (1 - part) * latent + part * noise(1, seed)


@remembered_end(16)
def ways_back(run: Runner, portrait: int, seed: int) -> Iterator[list[list[Scene]]]:
    """A portrait under more and more noise, and what each of them is on the way back, every few steps."""
    latent = mixed(run, portrait, seed, NOISES)
    above = pictures.tiles(run(decode, latent=latent), SMALL)
    yield [[tile, blank()] for tile in above]
    found = walk(
        run, step_by_attributes, latent, steps=STEPS, guidance=1.0, begin=1 - NOISES,
        **asked({}, COLUMNS),
    )  # fmt: skip
    for i, step in enumerate(found, start=1):
        if i % 3 == 0:
            below = pictures.tiles(run(decode, latent=step["latent"]), SMALL)
            yield [list(pair) for pair in zip(above, below, strict=True)]


def pick(point: Point, _: State) -> dict[str, float]:
    """The share of noise that was clicked in the strip."""
    return {"noise_left": round(float(NOISES[column_at(point)]), 2)}


# Steps and guidance side by side

MORE_STEPS, STRONGER = (1, 2, 4, 8, 16), (1.0, 2.0, 5.0, 20.0)


def compare(run: Runner, words: Labels, *, wish: str, seed: int) -> Iterator[dict[str, Any]]:
    """What the same noise becomes with more and more steps across and stronger and stronger guidance down."""
    for columns_so_far in comparison(run, wish, seed):
        yield {"grid": headed(words, columns_so_far)}
    yield {"facts": words["compared"]}


@remembered_end(32)
def comparison(run: Runner, wish: str, seed: int) -> Iterator[list[list[Scene]]]:
    """The columns so far, each with a portrait for every strength of guidance."""
    done: list[list[Scene]] = []
    for steps in MORE_STEPS:
        done = [*done, pictures.tiles(side_by_side(run, wish, seed, steps), SMALL)]
        yield done


def side_by_side(run: Runner, wish: str, seed: int, steps: int) -> Tensor:
    """Portraits (n, 3, 64, 64) from the same noise, one for every strength of guidance."""
    n = len(STRONGER)
    *_, last = walk(
        run, step_by_attributes, noise(1, seed).expand(n, -1, -1, -1), steps=steps,
        guidance=torch.tensor(STRONGER), **asked(WISHES[wish], n),
    )  # fmt: skip
    made: Tensor = run(decode, latent=last["latent"])
    return made


def headed(words: Labels, done: list[list[Scene]]) -> Scene:
    """Columns of portraits below the number of steps and beside the strength of guidance of each."""
    side, head = 44, 32
    things: list[tuple[float, float, Thing]] = []
    for row, guidance in enumerate(STRONGER):
        middle = head + row * (SMALL + GAP) + SMALL / 2
        things.append((side / 2, middle, Digits(words.plain(guidance), 20, pictures.GRAY)))
    for column, steps in enumerate(MORE_STEPS):
        left = side + column_left(column)
        things.append((left + SMALL / 2, head / 2, Digits(str(steps), 20, pictures.GRAY)))
        tiles = done[column] if column < len(done) else [blank()] * len(STRONGER)
        for row, tile in enumerate(tiles):
            things += tile.moved(left, head + row * (SMALL + GAP))
    width = side + column_left(len(MORE_STEPS)) - GAP
    return Scene(width, head + len(STRONGER) * (SMALL + GAP) - GAP, tuple(things))


TABS = (
    Tab(
        "draw",
        (
            Slider("way", 0, 1, 1.0, step=0.01, play=True),
            Seed("seed", 11),
            Choice("wish", tuple(WISHES), "glasses"),
            Slider("steps", 1, 32, STEPS, step=1),
            Slider("guidance", 0, 20, GUIDANCE, step=0.5),
        ),
        (Picture("look"), Picture("strip", click=jump), Text("facts"), Chart("nearness")),
        draw,
        above=2,
    ),
    Tab(
        "dissolve",
        (
            Slider("noise_left", 0, 1, 0.5, step=0.01, play=True),
            Seed("portrait", 21),
            Seed("seed", 1, primary=False),
        ),
        (Picture("mix"), Picture("back", click=pick), Text("facts")),
        dissolve,
        above=2,
    ),
    Tab(
        "compare",
        (Choice("wish", tuple(WISHES), "hat"), Seed("seed", 11)),
        (Picture("grid"), Text("facts")),
        compare,
    ),
)
STILL = ("look", "strip")
AHEAD = (readers_portraits,)

"""Walking in the latent space: between two portraits, along directions, with plus and minus, on a map."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.controls import Choice, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Picture, Point, Text
from demos.models.gan.functions import generate, generate_from_codes, read_attributes, to_codes
from demos.models.gan.model import on_sphere
from demos.models.gan.pretrained import Direction, card, directions, latents

FRAMES = 7  # portraits in a strip
FAR = 3.0  # steps along a direction
MAP_SIDE, MAP_TILE = 5, 88
MAP_REACH = MAP_SIDE / 2  # steps from the middle of the map to its edge: one portrait is one step wide
POOL, PICKED, POOL_SEED = 240, 8, 90_001
OFFERED_MOST = 6
READ = ("glasses", "smile", "hair_length", "hat", "beard")  # attributes to do sums with
PREFERRED = (
    *("smile", "glasses", "hair_length", "hair_lightness", "yaw", "beard", "hat", "mouth_open"),
    *("skin_tone", "face_width", "roll", "pitch", "brow_raise", "light", "blink"),
)


def latent(seed: int) -> Tensor:
    """The latent z (1, 64) of a seed's portrait."""
    return on_sphere(latents(1, seed))


def painted(run: Runner, z: Tensor) -> Tensor:
    """The portraits (n, 3, 64, 64) of latents (n, 64)."""
    made: Tensor = run(generate, z=z, truncation=torch.ones(len(z)))
    return made


def strip(tiles: list[Scene], ways: Tensor, place: float) -> Scene:
    """Tiles in a row, the one nearest to a place framed."""
    nearest = int((ways - place).abs().argmin())
    return pictures.grid(
        [pictures.framed(tile) if i == nearest else tile for i, tile in enumerate(tiles)], FRAMES
    )


# Between two portraits

WAYS = torch.linspace(0, 1, FRAMES)


def between(run: Runner, _: Labels, *, start: int, end: int, position: float) -> dict[str, Any]:
    """The portrait at a place between two seeds (0 to 1), and the whole way."""
    here = painted_between(run, start, end, torch.tensor([position]))
    return {
        "here": pictures.tile(here[0], 256),
        "strip": strip(walk_between(run, start, end), WAYS, position),
    }


@remembered(64)
def walk_between(run: Runner, start: int, end: int) -> list[Scene]:
    return pictures.tiles(painted_between(run, start, end, WAYS))


def painted_between(run: Runner, start: int, end: int, ways: Tensor) -> Tensor:
    """The portraits (n, 3, 64, 64) at places (n,) between two seeds (0 to 1)."""
    first, last = codes(run, start, end)
    made: Tensor = run(generate_from_codes, code=torch.lerp(first, last, ways[:, None]))
    return made


@remembered(64)
def codes(run: Runner, start: int, end: int) -> Tensor:
    """The codes (2, 64) of two seeds."""
    found: Tensor = run(to_codes, z=torch.cat([latent(start), latent(end)]))
    return found


# Along a direction


@cache
def offered() -> tuple[str, ...]:
    """The directions worth offering: those that, as measured, do what they say and little besides."""
    about = card().details["directions"]
    honest = [name for name in PREFERRED if is_honest(about[name])]
    if len(honest) < 2:  # the map needs two: the best there are, and the page says what they do
        honest = sorted(PREFERRED, key=lambda name: -clean_effect(about[name]))[:2]
    return tuple(honest[:OFFERED_MOST])


def is_honest(about: dict[str, Any]) -> bool:
    """Whether four steps move the attribute by 1.5 standard deviations or more, and others by little."""
    return bool(about["effect"] >= 1.5 and about["leakage_mean"] <= 0.35)


def clean_effect(about: dict[str, Any]) -> float:
    """What a direction moves, less what it moves besides."""
    return float(about["effect"] * (1 - about["leakage_mean"]))


@cache
def direction(name: str) -> Direction:
    return directions()[name]


STEPS = torch.linspace(-FAR, FAR, FRAMES)


def along(run: Runner, words: Labels, *, direction: str, steps: float, seed: int) -> dict[str, Any]:
    """A portrait before and after some steps, the whole way, and what the direction was measured to do."""
    after = painted(run, stepped(seed, direction, torch.tensor([steps])))[0]
    before, tiles = walk_along(run, seed, direction)
    return {
        "walk": pictures.in_a_row([before, pictures.shape("arrow", 64), pictures.tile(after, 256)]),
        "measured": measured(words, direction),
        "path": strip(tiles, STEPS, steps),
    }


@remembered(64)
def walk_along(run: Runner, seed: int, name: str) -> tuple[Scene, list[Scene]]:
    """The portrait before any step, and the whole way."""
    made = painted(run, stepped(seed, name, STEPS))
    return pictures.tile(made[FRAMES // 2], 256), pictures.tiles(made)


def stepped(seed: int, name: str, steps: Tensor) -> Tensor:
    """Latents (n, 64) at some steps (n,) from a seed's."""
    return latent(seed) + steps[:, None] * direction(name).step * direction(name).vector


def measured(words: Labels, name: str) -> str:
    about = card().details["directions"][name]
    return words(
        "measured",
        name=words[f"direction_{name}"],
        effect=words.number(about["effect"]),
        other=words[f"direction_{about['leaks_into']}"],
        share=words.percent(about["leakage_max"]),
    )


# With - without + portrait


def add(run: Runner, words: Labels, *, attribute: str, seed: int) -> dict[str, Any]:
    """The equation in portraits: average with, minus average without, plus a seed's portrait, and the sum."""
    having, lacking = averages(run, attribute)
    z = latent(seed)
    made = painted(run, torch.cat([having, lacking, z, having - lacking + z]))
    a, b, c = pictures.tiles(made[:3])
    minus, plus, equals = (pictures.shape(name, 32) for name in ("minus", "plus", "equals"))
    parts = [a, minus, b, plus, c, equals, pictures.tile(made[3], 224)]
    return {"sum": pictures.in_a_row(parts, gap=10), "sum_says": words("sum_says", count=PICKED, pool=POOL)}


def averages(run: Runner, attribute: str) -> tuple[Tensor, Tensor]:
    """Mean latents (1, 64) of the portraits in the pool that most clearly have the attribute, and lack it."""
    z, read = pool(run)
    order = read[attribute].argsort()
    return z[order[-PICKED:]].mean(0, keepdim=True), z[order[:PICKED]].mean(0, keepdim=True)


@remembered(1)
def pool(run: Runner) -> tuple[Tensor, dict[str, Tensor]]:
    """Latents (n, 64) of portraits, and how strongly the judge sees each attribute in them: {name: (n,)}."""
    z = on_sphere(latents(POOL, POOL_SEED))
    read = [run(read_attributes, picture=painted(run, part)) for part in z.split(24)]
    return z, {name: torch.cat([one[name] for one in read]) for name in READ}


# On a map


def visit(point: Point, _: State) -> dict[str, float]:
    """The place that was clicked; beside the map there is none."""
    x, y = (round(pixel / MAP_TILE - MAP_REACH, 2) for pixel in point)
    return {"across_steps": x, "down_steps": y} if max(abs(x), abs(y)) <= MAP_REACH else {}


def locate(
    run: Runner, _: Labels, *, seed: int, across: str, down: str, across_steps: float, down_steps: float
) -> dict[str, Any]:
    """The map with a ring at a place, in steps from its middle, and the portrait there."""
    made = painted(run, place(seed, across, down, torch.tensor([[across_steps, down_steps]])))
    x, y = ((steps + MAP_REACH) * MAP_TILE for steps in (across_steps, down_steps))
    ringed = pictures.ringed(map_of(run, seed, across, down), x, y)
    return {"map": pictures.in_a_row([ringed, pictures.tile(made[0], 256)])}


def place(seed: int, across: str, down: str, steps: Tensor) -> Tensor:
    """Latents (n, 64) at steps (n, 2) from a seed's, along two directions."""
    axes = torch.stack([direction(name).step * direction(name).vector for name in (across, down)])
    return latent(seed) + steps.float() @ axes


@remembered(32)
def map_of(run: Runner, seed: int, across: str, down: str) -> Scene:
    """Portraits at every whole step from the middle."""
    line = torch.arange(MAP_SIDE) - MAP_SIDE // 2
    steps = torch.cartesian_prod(line, line).flip(1)  # row by row: x changes fastest
    return pictures.grid(
        pictures.tiles(painted(run, place(seed, across, down, steps)), MAP_TILE), MAP_SIDE, gap=0
    )


TABS = (
    Tab(
        "between",
        (
            Seed("start", 18, new=False),
            Seed("end", 33, new=False),
            Slider("position", 0, 1, 0.5, step=0.01, play=True),
        ),
        (Picture("here"), Picture("strip")),
        between,
    ),
    Tab(
        "direction",
        (
            Choice("direction", offered(), offered()[0]),
            Slider("steps", -FAR, FAR, 2.0, step=0.1, play=True),
            Seed("seed", 28),
        ),
        (Picture("walk"), Text("measured"), Picture("path")),
        along,
    ),
    Tab(
        "sum",
        (Choice("attribute", READ, "glasses", words="direction"), Seed("seed", 8)),
        (Picture("sum"), Text("sum_says")),
        add,
    ),
    Tab(
        "map",
        (
            Seed("seed", 6),
            Choice("across", offered(), offered()[0], words="direction", dropdown=True),
            Choice("down", offered(), offered()[1], words="direction", dropdown=True),
            Slider("across_steps", -MAP_REACH, MAP_REACH, 1.0, step=0.05),
            Slider("down_steps", -MAP_REACH, MAP_REACH, 1.0, step=0.05),
        ),
        (Picture("map", click=visit),),
        locate,
    ),
)
STILL = ("map",)

"""Four ways to learn five new people from a few pictures, as curves that race; and what each forgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from demos.apps.transfer_learning import people
from demos.apps.transfer_learning.model import (
    BATCH,
    METHODS,
    RATES,
    begin,
    count,
    learn,
    read,
    recognize,
)
from demos.data.avatars import Factors
from demos.kit import charts, random
from demos.kit import pictures as drawing
from demos.kit.charts import Drawing
from demos.kit.controls import Choice, Seed, Slider
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Text

STEPS, STRIDE = 60, 6  # of training in all, and from one frame to the next
TESTS, OLD = 100, 100  # portraits on which the new task and the old one are measured
SHOWN, COLUMNS, TILE = 20, 10, 60  # training pictures on screen
OLD_TASKS = ("hat", "glasses", "clothing_color")
NEVER_PRETRAINED = "scratch"  # knows nothing of the old task


@dataclass
class Racer:
    """One method in a race: what it has trained so far, and how it did after each frame."""

    method: str
    vector: Tensor  # (1, p)
    mean: Tensor
    square: Tensor
    new: list[tuple[int, float]] = field(default_factory=list)  # steps, share right
    old: list[tuple[int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """What is learned from, (1, m, 3, 32, 32) and who is in it, (1, m); and portraits to test it on."""

    pictures: Tensor
    people: Tensor
    tests: Tensor


def answer(
    run: Runner, words: Labels, *, pictures: str, style: str, rank: float, rate: str, seed: int
) -> Iterator[dict[str, Any]]:
    """Every method's curves while all of them train, a few steps each in turn."""
    racers = [racer(method, int(rank), seed) for method in METHODS]
    yield shown(words, racers, int(rank)) | {"lesson": lesson_sheet(run, seed, style, int(pictures))}
    lesson = lesson_of(run, seed, style, int(pictures))
    order = batches(seed, int(pictures))
    for step in range(0, STEPS + 1, STRIDE):
        if step:
            for one in racers:
                train(run, one, lesson, order[step - STRIDE : step], int(rank), float(rate))
        for one in racers:
            measure(run, one, lesson, step, int(rank))
        yield shown(words, racers, int(rank))


# Racing


def racer(method: str, rank: int, seed: int) -> Racer:
    vector = begin(method, rank, seed)[None]
    return Racer(method, vector, torch.zeros_like(vector), torch.zeros_like(vector))


def train(run: Runner, racer: Racer, lesson: Lesson, order: Tensor, rank: int, rate: float) -> None:
    """Take the steps of an order (steps, batch)."""
    now = run(
        learn,
        vector=racer.vector,
        mean=racer.mean,
        square=racer.square,
        step=torch.tensor([float(racer.new[-1][0])]),
        rate=torch.tensor([RATES.get(racer.method, rate)]),
        pictures=lesson.pictures,
        people=lesson.people,
        order=order[None],
        method=racer.method,
        rank=rank,
    )
    racer.vector, racer.mean, racer.square = now["vector"], now["mean"], now["square"]


def measure(run: Runner, racer: Racer, lesson: Lesson, step: int, rank: int) -> None:
    """Note how a method does on the new task, and on the old one if it ever knew that."""
    settings = {"method": racer.method, "rank": rank}
    found = run(recognize, vector=racer.vector, pictures=lesson.tests, **settings)
    right = found[0].argmax(1) == people.in_turn(TESTS)
    racer.new.append((step, right.float().mean().item()))
    if racer.method == "frozen" and racer.old:  # its net stays as it is, to the bit
        racer.old.append((step, racer.old[0][1]))
    elif racer.method != NEVER_PRETRAINED:
        racer.old.append((step, old_task(run, racer.vector, racer.method, rank)))


def old_task(run: Runner, vector: Tensor, method: str, rank: int) -> float:
    """The share of right answers to what the pretrained net could tell."""
    portraits, factors = old_portraits(run)
    found = run(read, vector=vector, pictures=portraits, method=method, rank=rank)
    rights = [found[name][0].argmax(1) == factors[name] for name in OLD_TASKS]
    return torch.stack(rights).float().mean().item()


def batches(seed: int, n: int) -> Tensor:
    """Which of n pictures each step looks at (STEPS, at most BATCH): all in random order, again and again."""
    size = min(n, BATCH)
    rounds = -(-STEPS * size // n)
    order = [i for part in range(rounds) for i in random.permutation(seed, n, stream=f"order {part}")]
    return torch.tensor(order[: STEPS * size]).view(STEPS, size)


@remembered(8)
def lesson_of(run: Runner, seed: int, style: str, n: int) -> Lesson:
    group = seed % people.GROUPS
    drawn = people.portraits_of(group, people.TRAINING_SEED, n, style)
    tests = people.portraits_of(group, people.TEST_SEED, TESTS, style)
    return Lesson(drawn[None], people.in_turn(n)[None], tests[None])


@remembered(1)
def old_portraits(run: Runner) -> tuple[Tensor, Factors]:
    """Portraits (1, m, 3, 32, 32) of many people, and what is to be seen in them."""
    factors = people.old_factors(OLD)
    return people.drawn(factors)[None], factors


# On screen


def shown(words: Labels, racers: list[Racer], rank: int) -> dict[str, Any]:
    return {
        "race": curves(words, {one.method: one.new for one in racers}, "right_new"),
        "memory": curves(
            words, {one.method: one.old for one in racers if one.method != NEVER_PRETRAINED}, "right_old"
        ),
        "table": table(words, racers, rank),
    }


def curves(words: Labels, shares: dict[str, list[tuple[int, float]]], axis: str) -> Drawing:
    """The share right, in per cent, after so many steps; of the methods in the order of their colors."""
    series = {
        words[f"method_{method}"]: [(step, 100 * share) for step, share in some]
        for method, some in shares.items()
    }
    return charts.lines(series, words.plain, x=words["steps"], y=words[axis], across=(0, STEPS), up=(0, 100))


def table(words: Labels, racers: list[Racer], rank: int) -> str:
    """How many numbers each method trains, and how it does now."""
    rows = [
        (
            words[f"method_{one.method}"],
            words.thousands(count(one.method, rank)),
            latest(words, one.new),
            latest(words, one.old),
        )
        for one in racers
    ]
    frozen = next(one for one in racers if one.method == "frozen")  # without its adapter, a net is as before
    rows.insert(2, (words["adapter_off"], "–", "–", latest(words, frozen.old)))
    return "\n".join([words["table_head"], "|---|--:|--:|--:|", *(f"| {' | '.join(row)} |" for row in rows)])


def latest(words: Labels, curve: list[tuple[int, float]]) -> str:
    return words.percent(curve[-1][1]) if curve else "–"


@remembered(16)
def lesson_sheet(run: Runner, seed: int, style: str, n: int) -> Scene:
    """The first training pictures, each person in a column of their own, twice."""
    drawn = people.portraits_of(seed % people.GROUPS, people.TRAINING_SEED, min(n, SHOWN), style)
    sheet = drawing.grid(drawing.tiles(drawn, TILE), COLUMNS)
    return Scene(COLUMNS * (TILE + drawing.GAP) - drawing.GAP, sheet.height, sheet.things)


CONTROLS = (
    Seed("seed", 7),
    Choice("pictures", ("5", "20", "100"), "20"),
    Choice("style", people.STYLES, "color"),
    Choice("rate", ("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03"), "0.001"),
    Slider("rank", 1, 8, 4, step=1),
)
SHOWS = (Chart("race"), Chart("memory"), Text("table"), Picture("lesson"))
STILL = ("race", "lesson")

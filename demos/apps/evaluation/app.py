"""How good are generated pictures? Avatar-FID, precision and recall on sets that are degraded on purpose, the
two clouds behind the formula, how much the number of pictures matters, and the reader's own eye."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from threading import Event
from typing import Any

import numpy as np
import torch
from torch import Tensor

from demos.apps.evaluation.features import degraded_features, stored
from demos.apps.evaluation.sets import (
    AMOUNTS,
    LEVELS,
    POOL,
    SIZE,
    degraded,
    sets_ahead,
)
from demos.data.avatars.ahead import portraits_at, readers_portraits, some_portraits
from demos.data.avatars.dataset import TRAIN_SEED
from demos.kit import charts, pictures, random
from demos.kit.app import Tab
from demos.kit.charts import Drawing, Line, Pair, Plane, Points, Sign, Strokes, Thing
from demos.kit.controls import Choice, Seed, Slider
from demos.kit.functions import Runner, direct
from demos.kit.guessing import Guessing, Round
from demos.kit.labels import Labels
from demos.kit.metrics import (
    Components,
    Gaussian,
    among,
    frechet_distance,
    gaussian,
    precision_recall,
    principal_components,
)
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Text
from demos.models.gan.functions import generate
from demos.models.gan.pretrained import latents
from demos.models.judge.functions import describe

KINDS = tuple(AMOUNTS)
STRENGTHS = range(LEVELS + 1)
TILE, COLUMNS, SHOWN = 96, 6, 12
SUSPICIOUS = 0.5  # of the usual distance to the nearest training portrait: nearer is a copy


def real() -> Tensor:
    """Features (500, 192) of the real portraits that everything is measured against."""
    return stored()["real"][:SIZE]


# Degrading a set


@dataclass(frozen=True)
class Measures:
    """Of a set against the real one; `nearest` (500,): how far each portrait is from the nearest of
    training."""

    fid: float
    precision: float
    recall: float
    nearest: Tensor


@remembered(32)
def measured(_: Runner, kind: str, strength: int) -> Measures:
    features = degraded_features(kind, strength)
    distances = torch.cdist(features, stored()["training"])
    return Measures(
        frechet_distance(real(), features), *precision_recall(real(), features), distances.min(1).values
    )


def degrade(run: Runner, words: Labels, *, kind: str, strength: int, seed: int) -> dict[str, Any]:
    """Portraits of the set, the three measures at every strength, and who is nearest in the training set."""
    at_all = [measured(run, kind, s) for s in STRENGTHS]
    start = int(random.integers(seed, 0, SIZE - SHOWN, 1, stream="shown"))
    shown = portraits(run, kind, strength, start)
    return {
        "set": pictures.grid(pictures.tiles(shown, TILE), COLUMNS),
        "measures": curves(run, words, kind, at_all, AMOUNTS[kind][strength]),
        "facts": facts(run, words, kind, strength, at_all),
        "nearest": beside_nearest(run, shown, kind, strength, start),
    }


def measures_ahead(stopping: Event) -> None:
    """Measure every kind at every strength, which takes 2 s in all."""
    for kind, strength in product(KINDS, STRENGTHS):
        if stopping.wait(0.1):  # answers go first
            return
        measured(direct, kind, strength)


@remembered(32)
def portraits(run: Runner, kind: str, strength: int, start: int) -> Tensor:
    return degraded(run, kind, strength, start, SHOWN)


def curves(run: Runner, words: Labels, kind: str, at_all: list[Measures], here: float) -> Pair:
    """Avatar-FID over the strength with that of two real sets, and beside it precision and recall."""
    amounts, x = AMOUNTS[kind], words[f"axis_{kind}"]

    def over(values: list[float]) -> Points:
        return list(zip(amounts, values, strict=True))

    fids = {
        words["other_set"]: over([m.fid for m in at_all]),
        words["two_real"]: over([measured(run, "blur", 0).fid] * len(at_all)),
    }
    most = max(m.fid for m in at_all)
    shares = {
        words["precision"]: over([m.precision for m in at_all]),
        words["recall"]: over([m.recall for m in at_all]),
    }
    return Pair(
        {
            words["fid"]: charts.lines(fids, words.plain, x=x, y="", up=(0, most), at=(here,), small=True),
            words["shares"]: charts.lines(
                shares, words.plain, x=x, y="", up=(0, 1), at=(here, here), small=True
            ),
        }
    )


def facts(run: Runner, words: Labels, kind: str, strength: int, at_all: list[Measures]) -> str:
    """What was done and what it means, and a table of the measures before and now."""
    before, now = at_all[0], at_all[strength]
    what = (
        words(f"does_{kind}", amount=words.plain(AMOUNTS[kind][strength])) if strength else words["nothing"]
    )
    limit = SUSPICIOUS * usual_distance(run)

    def copies(measures: Measures) -> str:
        return words.percent((measures.nearest < limit).double().mean().item())

    rows = [
        (words["fid"], *(words.number(m.fid) for m in (before, now))),
        (words["precision"], *(words.number(m.precision, 2) for m in (before, now))),
        (words["recall"], *(words.number(m.recall, 2) for m in (before, now))),
        (words["copies"], *(copies(m) for m in (before, now))),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    meaning, head = words[f"means_{kind}"], words["table_head"]
    return f"{words.headed(what, meaning)}\n\n{head}\n|---|---:|---:|\n{table}"


def usual_distance(run: Runner) -> float:
    """How far a real portrait that no model has seen usually is from the nearest one of training."""
    return measured(run, "blur", 0).nearest.median().item()


def beside_nearest(run: Runner, shown: Tensor, kind: str, strength: int, start: int) -> Scene:
    """The first portraits shown, and below each the training portrait whose features are nearest; copies are
    framed."""
    features = degraded_features(kind, strength)[start : start + COLUMNS]
    found = torch.cdist(features, stored()["training"]).min(1)
    twins = portraits_at(TRAIN_SEED, found.indices.tolist())
    limit = SUSPICIOUS * usual_distance(run)
    tiles = [
        pictures.framed(tile, width=4) if distance < limit else tile
        for tile, distance in zip(
            pictures.tiles(torch.cat([shown[:COLUMNS], twins]), TILE), found.values.tolist() * 2, strict=True
        )
    ]
    return pictures.grid(tiles, COLUMNS)


# Two clouds

PLANE = Plane(-20, 20)
DOTS = 150
CIRCLE = torch.linspace(0, 2 * math.pi, 65, dtype=torch.float64)


@remembered(1)
def plane_of(_: Runner) -> Components:
    """The two directions in which real portraits vary most, each with its largest part positive."""
    found = principal_components(real(), 2)
    largest = found.axes.gather(0, found.axes.abs().argmax(0, keepdim=True))
    return Components(found.mean, (found.axes * largest.sign()).flip(1))


def clouds(run: Runner, words: Labels, *, kind: str, strength: int) -> dict[str, Any]:
    """Both sets as clouds with their ellipses, and the distance in its two parts."""
    features = degraded_features(kind, strength)
    plane = plane_of(run)
    a, b = plane.project(real()), plane.project(features)
    moved = (gaussian(features).mean - gaussian(real()).mean).square().sum().item()
    fid = measured(run, kind, strength).fid
    values = {words["moved"]: moved, words["spread"]: fid - moved, words["fid"]: fid}
    return {
        "clouds": two_clouds(words, a, b),
        "parts": charts.bars(values, words.number, most=measured(run, kind, LEVELS).fid),
        "clouds_say": words(
            "clouds_say",
            all=real().shape[1],
            plane=words.number(frechet_distance(a, b)),
            fid=words.number(fid),
        ),
    }


def two_clouds(words: Labels, a: Tensor, b: Tensor) -> Drawing:
    """Points (n, 2) of both sets, an ellipse of two standard deviations around each, and the way
    from middle to middle."""
    things: list[Thing] = []
    things += PLANE.names((words["real_set"], words["other_set"]))
    middles = [tuple(points.mean(0).tolist()) for points in (a, b)]
    for label, points in enumerate((a, b)):
        things += [
            Sign(*PLANE.place(x, y), label, hollow=True) for x, y in points[:DOTS].tolist() if inside(x, y)
        ]
    for label, points in enumerate((a, b)):
        outline = ellipse(gaussian(points)).tolist()
        things.append(Line(tuple(PLANE.place(x, y) for x, y in outline), label))
    between = np.array([[PLANE.place(*middle) for middle in middles]])
    things += [Strokes(between, width=3), *(PLANE.ring(*middle) for middle in middles)]
    return PLANE.drawing(things, words.plain, x=words["first_direction"], y=words["second_direction"])


def inside(x: float, y: float) -> bool:
    return max(abs(x), abs(y)) < PLANE.high


def ellipse(found: Gaussian) -> Tensor:
    """Points (65, 2) two standard deviations from the mean of a Gaussian of two numbers."""
    values, vectors = torch.linalg.eigh(found.covariance)
    circle = torch.stack([CIRCLE.cos(), CIRCLE.sin()])
    return found.mean + 2 * (vectors @ (values.clamp_min(0).sqrt()[:, None] * circle)).T


# How many pictures

COUNTS = tuple(range(50, POOL + 1, 50))
FITTED = 500  # pictures from which on the curve is drawn out to infinitely many


@remembered(1)
def fids_by_count(_: Runner) -> Mapping[str, Points]:
    """Avatar-FID of so many other real portraits, and generated ones, against as many real ones."""
    whole = stored()
    return {
        name: [(n, frechet_distance(whole["real"][:n], whole[name][:n])) for n in COUNTS]
        for name in ("other", "generated")
    }


def at_infinity(points: Points) -> float:
    """Where a straight line over 1/n meets 0 (Chong and Forsyth 2019)."""
    far = [(1 / n, 1.0, fid) for n, fid in points if n >= FITTED]
    table = torch.tensor(far, dtype=torch.float64)
    return torch.linalg.lstsq(table[:, :2], table[:, 2:]).solution[1].item()


def count(run: Runner, words: Labels, *, real: int, generated: int) -> dict[str, Any]:
    """Avatar-FID over the number of pictures, for two real sets and for a generated one."""
    curves = fids_by_count(run)
    names = {"other": words["real_to_real"], "generated": words["generated_to_real"]}
    chosen = {"other": real, "generated": generated}
    fids = {name: dict(curves[name])[n] for name, n in chosen.items()}
    rows = [
        f"| {names[name]} | {words.thousands(n)} | {words.number(fids[name])} | "
        f"{words.number(max(0.0, at_infinity(curves[name])))} |"
        for name, n in chosen.items()
    ]
    verdict = words["fooled"] if fids["generated"] < fids["other"] else words["not_fooled"]
    return {
        "by_count": charts.lines(
            {names[name]: points for name, points in curves.items()}, words.plain, x=words["pictures"],
            y=words["fid"], across=(0, POOL), up=(0, 200), at=(real, generated),
        ),
        "count_says": "\n".join([verdict, "", words["count_head"], "|---|---:|---:|---:|", *rows]),
    }  # fmt: skip


# The reader's eye

GUESSING = Guessing(count=10, columns=5, fewest=4)
RATED_GENERATED = 5_100_007  # of no portrait that was measured on


@remembered(64)
def round_of(run: Runner, number: int) -> Round:
    """The round with this number."""

    def make(real: int, fake: int) -> tuple[Tensor, Tensor]:
        z = latents(fake, RATED_GENERATED + number)
        return some_portraits(number, real, "rated"), run(generate, z=z, truncation=torch.ones(fake))

    return GUESSING.deal(number, make, 112)


def judged_real(run: Runner, dealt: Round) -> list[bool]:
    """Which pictures of a round lie among the real set for the judge."""
    inside: list[bool] = among(real(), run(describe, picture=dealt.images)).tolist()
    return inside


def rate(
    run: Runner, words: Labels, *, guesses: tuple[str, ...], round: int, revealed: int
) -> dict[str, Any]:
    """The round's portraits, those rated as generated framed; or the answers beside ratings and judge."""
    dealt = round_of(run, round)
    is_revealed = revealed == round
    said = result(words, dealt, guesses, judged_real(run, dealt)) if is_revealed else words["hidden"]
    return {"gallery": GUESSING.gallery(dealt, guesses, is_revealed), "result": said}


def result(words: Labels, dealt: Round, guesses: tuple[str, ...], its: list[bool]) -> str:
    """How many generated and real portraits the reader and the judge took for real, and each by itself."""
    real, yours = dealt.real, GUESSING.taken_for_real(guesses)

    def taken(kind: bool, by: list[bool]) -> int:
        return sum(said for said, is_real in zip(by, real, strict=True) if is_real is kind)

    score = words(
        "score",
        all=real.count(False),
        yours=taken(False, yours),
        its=taken(False, its),
        all_real=real.count(True),
        yours_real=taken(True, yours),
        its_real=taken(True, its),
    )
    kind = {True: words["real_one"], False: words["generated_one"]}
    place = {True: words["among"], False: words["outside"]}
    rows = [
        f"| {n} | {kind[is_real]} | {kind[said]} | {place[found]} |"
        for n, is_real, said, found in zip(GUESSING.numbers, real, yours, its, strict=True)
    ]
    return "\n".join([score, "", words["rate_head"], "|---|---|---|---|", *rows])


STRENGTH = Slider("strength", 0, LEVELS, 3, step=1, play=True)

TABS = (
    Tab(
        "degrade",
        (Choice("kind", KINDS, "blur"), STRENGTH, Seed("seed", 1)),
        (Picture("set"), Chart("measures"), Text("facts"), Picture("nearest")),
        degrade,
    ),
    Tab(
        "clouds",
        (Choice("kind", KINDS, "missing"), STRENGTH),
        (Chart("clouds"), Chart("parts"), Text("clouds_say")),
        clouds,
    ),
    Tab(
        "count",
        (
            Slider("real", COUNTS[0], POOL, 500, step=50),
            Slider("generated", COUNTS[0], POOL, 500, step=50),
        ),
        (Chart("by_count"), Text("count_says")),
        count,
    ),
    Tab("rate", GUESSING.controls, (Picture("gallery", click=GUESSING.toggle), Text("result")), rate),
)
STILL = ("set", "measures")
AHEAD = (readers_portraits, sets_ahead, measures_ahead)

"""Somebody's face in somebody else's pose: five landmarks to move, and both conditions to switch off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from demos.data.avatars.ahead import portrait as drawn_portrait
from demos.data.avatars.ahead import readers_portraits
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.controls import Action, Choice, Points, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered_end
from demos.kit.shows import Picture, Point, Text
from demos.models.diffusion.functions import previews
from demos.models.diffusion.sampling import noise
from demos.models.faces import model as faces
from demos.models.faces.functions import verify
from demos.models.faces.people import POINTS, SIZE
from demos.models.faces.portraits import landmarks, person
from demos.models.identitynet.evaluate import GUIDANCE
from demos.models.identitynet.functions import step_by_person
from demos.models.identitynet.model import card
from demos.models.identitynet.spatial import sketched

LARGE, SMALL, GAP = 200, 150, 10  # px of three portraits in a row, of four, and between them
Spots = tuple[tuple[float, float, int], ...]
MOVED = Points("moved", -32, 32, classes=len(POINTS), most=len(POINTS))  # px from where they were, by class
GIVEN = {"neither": (False, False), "place": (False, True), "person": (True, False), "both": (True, True)}


# Where


def aimed(pose: int, moved: Spots) -> Tensor:
    """The landmarks (5, 2) of a portrait, some of them moved."""
    points = landmarks(pose).clone()
    for x, y, k in moved:
        points[k] += torch.tensor([x, y])
    return points.clamp(1, SIZE - 1)


def move(point: Point, state: State) -> Mapping[str, Any]:
    """The landmark nearest to a click in the middle picture goes there."""
    x, y = (point[0] - LARGE - GAP) / LARGE * SIZE, point[1] / LARGE * SIZE
    if not 0 <= x <= SIZE:
        return {}
    exact = landmarks(state["pose"])
    now = exact.clone()
    for dx, dy, k in state["moved"]:
        now[k] += torch.tensor([dx, dy])
    k = int((now - torch.tensor([x, y])).norm(dim=1).argmin())
    rest = tuple(spot for spot in state["moved"] if spot[2] != k)
    return {"moved": MOVED.added(rest, x - float(exact[k, 0]), y - float(exact[k, 1]), k)}


# Who


@remembered_end(128)
def drawn(
    run: Runner,
    portrait: int,
    points: tuple[tuple[float, float], ...],
    conditions: tuple[tuple[bool, bool], ...],
    strength: float,
    seed: int,
    steps: int,
    guidance: float,
) -> Iterator[Tensor]:
    """Pictures (n, 3, 64, 64) in sight after each step, from one noise, for n pairs of what is switched on:
    the person, the landmarks. With neither, the base is alone."""
    n = len(conditions)
    known, placed = torch.tensor(conditions, dtype=torch.float32).unbind(1)
    yield from previews(
        run,
        step_by_person,
        noise(1, seed).expand(n, -1, -1, -1),
        steps=steps,
        guidance=guidance,
        person=person(run, portrait).expand(n, -1),
        points=torch.tensor(points).expand(n, -1, -1),
        known=known,
        placed=placed,
        strength=strength * torch.maximum(known, placed),
    )


# One picture


def answer_pose(
    run: Runner,
    label: Labels,
    *,
    portrait: int,
    pose: int,
    given: str,
    moved: Spots,
    strength: float,
    seed: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """The person in the pose, in sight after each step; in the end how alike, and how far off the landmarks
    are."""
    original, aim, (who, where) = drawn_portrait(portrait)[0], aimed(pose, moved), GIVEN[given]
    points = tuple((float(x), float(y)) for x, y in aim)
    left, middle = pictures.tile(original, LARGE), sketched(aim, LARGE)
    made = original
    for (made,) in drawn(run, portrait, points, ((who, where),), strength, seed, steps, guidance):
        yield {"pictures": pictures.in_a_row([left, middle, pictures.tile(made, LARGE)], GAP)}
    found = run(verify, picture=torch.stack([original, made]))
    alike = float(found["person"][0] @ found["person"][1])
    off = float((found["points"][1] - aim).norm(dim=1).mean())
    yield {"facts": facts(label, who, where, strength, alike, off)}


def facts(label: Labels, who: bool, where: bool, strength: float, alike: float, off: float) -> str:
    """What nets that took no part in training say of the result, and how large the net is."""
    known = faces.card().details
    said = [label[key] for key, on in (("who_off", who), ("where_off", where)) if not on]
    if strength == 0 or not (who or where):
        said = [label["all_off"]]
    verdict = label(
        "same_person" if alike >= known["threshold"] else "another_person",
        alike=label.number(alike, 2),
        same=label.number(known["same"], 2),
        different=label.number(known["different"], 2),
    )
    placed = label(
        "placed", off=label.number(off), usual=label.number(card().metrics["landmark_error"].value)
    )
    own = label(
        "sizes", own=label.thousands(card().parameters), unet=label.thousands(int(card().details["unet"]))
    )
    return "\n\n".join([*([label.sentences(said)] if said else []), label.sentences([verdict, placed]), own])


# Which condition does what


def answer_apart(
    run: Runner,
    label: Labels,
    *,
    portrait: int,
    pose: int,
    strength: float,
    seed: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """From one noise: the base alone, with the landmarks, with the person, with both."""
    given, aim = drawn_portrait(portrait)[0], landmarks(pose)
    points = tuple((float(x), float(y)) for x, y in aim)
    order = tuple(GIVEN.values())
    made = given.expand(len(order), -1, -1, -1)
    for made in drawn(run, portrait, points, order, strength, seed, steps, guidance):
        yield {"four": four(given, aim, made)}
    found = run(verify, picture=torch.cat([given[None], made]))
    alike = (found["person"][1:] @ found["person"][0]).tolist()
    off = (found["points"][1:] - aim).norm(dim=2).mean(1).tolist()
    lines = [label["head"], "|---|---:|---:|"]
    for name, one, px in zip(GIVEN, alike, off, strict=True):
        lines.append(f"| {label[name]} | {label.number(one, 2)} | {label.number(px)} |")
    yield {"compared": "\n".join([*lines, "", measured(label)])}


def four(given: Tensor, aim: Tensor, made: Tensor) -> Scene:
    """The reference and the landmarks above, the four results below."""
    above = pictures.in_a_row([pictures.tile(given, SMALL), sketched(aim, SMALL)], GAP)
    return pictures.stacked([above, pictures.in_a_row(pictures.tiles(made, SMALL), GAP)], 2 * GAP)


def measured(label: Labels) -> str:
    """What the card says of many people."""
    metrics = card().metrics
    return label(
        "measured",
        samples=card().details["samples"],
        auc=label.number(metrics["auc"].value, 3),
        nobody=label.number(metrics["auc_without_person"].value, 3),
        drawn=label.number(metrics["auc_drawn"].value, 3),
        off=label.number(metrics["landmark_error"].value, 2),
        nowhere=label.number(metrics["landmark_error_without_landmarks"].value),
    )


SETTINGS = (
    (Slider("strength", 0, 1.5, 1.0, step=0.1), Seed("seed", 3, new=False)),
    (Slider("guidance", 1, 8, GUIDANCE, step=0.5), Slider("steps", 4, 24, 12, step=1)),
)
TABS = (
    Tab(
        "pose",
        (
            Seed("portrait", 75),
            Seed("pose", 76, primary=False),
            Choice("given", tuple(GIVEN), "both"),
            Action("own", lambda state: {"pose": state["portrait"], "moved": ()}),
            MOVED,
        ),
        (Picture("pictures", click=move), Text("facts")),
        answer_pose,
        more=SETTINGS,
    ),
    Tab(
        "apart",
        (Seed("portrait", 75), Seed("pose", 76, primary=False)),
        (Picture("four"), Text("compared")),
        answer_apart,
        more=SETTINGS,
    ),
)
STILL = ("pictures",)
AHEAD = (readers_portraits,)

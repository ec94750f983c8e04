"""A still portrait moved by another face: by a clip, by sliders, by landmarks, by a reader before
their camera; and where that fails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from demos.apps.avatarify import drawing, handles
from demos.apps.avatarify.acting import CAMERA, NAMES, acting, followed
from demos.apps.avatarify.clips import CLIPS, FRAMES, RATE, motion
from demos.apps.avatarify.people import (
    REST,
    WAYS,
    Pose,
    Seen,
    Shot,
    drawn,
    in_pose,
    moved,
    person,
    posed,
    seen,
    still,
)
from demos.data.avatars import Factors
from demos.data.avatars.ahead import portraits_at, readers_portraits
from demos.data.avatars.dataset import READERS_SEED
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.controls import Action, Choice, Motion, Place, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.metrics import psnr
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Picture, Point, Text
from demos.models.avatarify.cases import CASES, examples
from demos.models.avatarify.model import card
from demos.models.avatarify.pairs import MOTION
from demos.models.judge.functions import read

GALLERY = (735, 170, 490, 400, 910, 597)  # portraits that one click chooses
DRIVEN_BY = 75
MINI = 96  # px of a portrait in the gallery, and of a frame in the strip
# The first frames of what is made of a clip at a time: many together are quicker, but some shall come soon.
STARTS = (0, 1, 3, *range(8, FRAMES, 8))
STRIP = range(7, FRAMES, 8)  # frames that stand beside each other in the end
FACE = 336  # px of the driver's face, on which landmarks are moved
CASES_SEED = 6_000_029


# A clip


def answer_clip(
    run: Runner, label: Labels, *, clip: str, portrait: int, driver: int, way: str
) -> Iterator[dict[str, Any]]:
    """Frame after frame the driver, the moved portrait and the truth; in the end some of them at a glance."""
    source, rest = still(run, portrait), in_pose(run, driver, REST)
    gallery: dict[str, Any] = {"gallery": chosen_of(portrait)}
    kept, made, truths = [], [], []
    for start, end in pairwise((*STARTS, FRAMES)):
        frames, truth = recorded(run, driver, portrait, clip, start, end)
        yield {}
        shot = moved(run, source, rest, frames, way)
        for i in range(len(frames)):
            yield {
                "stage": drawing.stage(source.pictures[0], shot, truth[i], i),
                "inside": drawing.inside(shot, i),
                **gallery,
            }
            gallery = {}
            if start + i in STRIP:
                kept.append((frames.pictures[i], shot.pictures[i], truth[i]))
        made.append(shot.pictures)
        truths.append(truth)
    drawn_as = torch.cat(truths)
    here, copied = psnr(torch.cat(made), drawn_as), psnr(source.pictures.expand_as(drawn_as), drawn_as)
    yield {"strip": strip(kept), "facts": compared(label, "clip_facts", here, copied)}


@remembered(64)
def recorded(run: Runner, driver: int, portrait: int, clip: str, start: int, end: int) -> tuple[Seen, Tensor]:
    """Some frames of a clip with a driver in it, as seen, and the same with the portrait, as drawn."""
    return both_in_poses(run, driver, portrait, tuple(poses(clip)[start:end]))


def poses(clip: str) -> list[Pose]:
    values = motion(clip)
    return list(zip(*(values[name].tolist() for name in MOTION), strict=True))


def strip(kept: list[tuple[Tensor, Tensor, Tensor]]) -> Scene:
    """Frames from left to right: above the driver, below it the moved portrait, and the truth below that."""
    rows = [pictures.in_a_row(pictures.tiles(torch.stack(row), MINI), 4) for row in zip(*kept, strict=True)]
    return pictures.stacked(rows, 4)


def compared(label: Labels, key: str, here: float, copied: float) -> str:
    """How far the moved portrait is from the truth, here and over many."""
    metrics = card().metrics
    numbers = {"here": here, "copied": copied, "usual": metrics["psnr.moved"].value}
    shown = {name: label.number(value) for name, value in numbers.items()}
    return label(key, n=card().details["samples"], **shown)


def chosen_of(portrait: int) -> Scene:
    """Some portraits, of which the chosen one is framed."""
    tiles = pictures.tiles(portraits_at(READERS_SEED, GALLERY), MINI)
    framed = [
        pictures.framed(tile, pictures.TEAL, 5) if number == portrait else tile
        for number, tile in zip(GALLERY, tiles, strict=True)
    ]
    return pictures.in_a_row(framed, 8)


def choose(point: Point, state: State) -> dict[str, Any]:
    """The portrait that was clicked."""
    column, _ = pictures.cell_at(point, len(GALLERY), MINI, 8)
    return {"portrait": GALLERY[column]}


# Sliders


def answer_pose(
    run: Runner,
    label: Labels,
    *,
    yaw: float,
    mouth_open: float,
    blink: float,
    smile: float,
    portrait: int,
    pitch: float,
    roll: float,
    gaze_x: float,
    gaze_y: float,
    brow_raise: float,
    driver: int,
    way: str,
) -> dict[str, Any]:
    """The portrait in the pose that the sliders give the driver, beside the truth."""
    values = dict(
        zip(
            MOTION, (smile, mouth_open, blink, gaze_x, gaze_y, brow_raise, 0.0, yaw, pitch, roll), strict=True
        )
    )
    pose: Pose = tuple(float(value) for value in values.values())
    source, rest = still(run, portrait), in_pose(run, driver, REST)
    acting, truth = both_in_poses(run, driver, portrait, (pose,))
    shot = moved(run, source, rest, acting, way)
    found = run(read, picture=torch.cat([shot.pictures, truth]))
    readings = {
        f"{name}_{what}": label.percent(min(max(float(found[name][i] + 1) / 2, 0.0), 1.0))
        for name in ("mouth_open", "blink")
        for i, what in enumerate(("here", "truth"))
    }
    facts = [
        compared(label, "pose_facts", psnr(shot.pictures, truth), psnr(source.pictures, truth)),
        label("readings", **readings),
    ]
    return {
        "stage": drawing.stage(source.pictures[0], shot, truth[0]),
        "inside": drawing.inside(shot),
        "facts": label.sentences(facts),
        "gallery": chosen_of(portrait),
    }


@remembered(64)
def both_in_poses(run: Runner, driver: int, portrait: int, poses: tuple[Pose, ...]) -> tuple[Seen, Tensor]:
    """The driver in some poses, as seen, and the portrait in them, as it is drawn; both at once is
    quicker."""
    people = [posed(number, list(poses)) for number in (driver, portrait)]
    first, second = drawn(joined(*people)).split(len(poses))
    return seen(run, first), second


def joined(*some: Factors) -> Factors:
    return Factors(torch.cat([x.continuous for x in some]), torch.cat([x.categorical for x in some]))


# Landmarks


def answer_landmarks(
    run: Runner, label: Labels, *, places: tuple[Place, ...], portrait: int, driver: int, way: str
) -> dict[str, Any]:
    """The portrait with the face that a reader gives the driver. No truth: nobody can draw that face."""
    source, rest = still(run, portrait), in_pose(run, driver, REST)
    shown = drawn(handles.turned(person(driver), places))
    acting = Seen(shown, handles.shaped(person(driver), places))
    shot = moved(run, source, rest, acting, way)
    placed = [handles.POINTS[k] for _, _, k in places]
    face = drawing.face(shown[0], acting.keypoints.points[0], placed, FACE)
    return {
        "face": pictures.in_a_row([face, pictures.tile(shot.pictures[0], FACE)], 8),
        "said": label("landmarks_set", n=len(places)) if places else label["landmarks_none"],
        "inside": drawing.inside(shot),
    }


def drag(point: Point, state: State) -> dict[str, Any]:
    """The nearest landmark of the face, which is on the left, goes where the click was."""
    if point[0] > FACE:
        return {}
    x, y = (min(max(value / FACE * 2 - 1, -1.0), 1.0) for value in point)
    return {"places": handles.set_to(person(state["driver"]), state["places"], x, y)}


# A camera


def answer_camera(
    run: Runner, label: Labels, *, camera: Motion, portrait: int, driver: int, way: str
) -> dict[str, Any]:
    """The portrait with the face that a reader makes, of which only landmarks come here. They are drawn
    without the driver whose face they are put on: that is quicker, and several come each second."""
    source, rest = still(run, portrait), in_pose(run, driver, REST)
    blank = torch.ones_like(rest.pictures)
    shot = moved(run, source, rest, Seen(blank, acting(driver, camera)), way)
    lines = drawing.face(blank[0], shot.driver.keypoints.points[0], (), FACE)
    said = label("camera_set", n=followed(camera), of=len(NAMES)) if camera else label["camera_none"]
    return {"acted": pictures.in_a_row([lines, pictures.tile(shot.pictures[0], FACE)], 8), "said": said}


# Failures


def answer_failures(run: Runner, label: Labels, *, case: str, example: int, way: str) -> dict[str, Any]:
    """An example of a case: the still portrait, the driver, the moved portrait, the truth, and the error."""
    shot, truth = failure(run, case, example, way)
    usual = card().metrics
    numbers = {
        "here": psnr(shot.pictures, truth),
        "case": usual[f"psnr.case_{case}"].value,
        "usual": usual["psnr.moved"].value,
    }
    return {
        "shown": drawing.comparison(shot, truth[0]),
        "inside": drawing.inside(shot),
        "why": label(f"why_{case}", **{name: label.number(value) for name, value in numbers.items()}),
    }


@remembered(32)
def failure(run: Runner, case: str, example: int, way: str) -> tuple[Shot, Tensor]:
    source, end, driver = examples(case, 1, CASES_SEED, start=example)
    shown = drawn(joined(source, end, driver, handles.at_rest(driver)))
    first, truth, acting, rest = shown.split(1)
    return moved(run, seen(run, first), seen(run, rest), seen(run, acting), way), truth


WAY = Choice("way", WAYS, "retargeted", dropdown=True)
PORTRAIT, DRIVER = Seed("portrait", GALLERY[0]), Seed("driver", DRIVEN_BY, primary=False)
TABS = (
    Tab(
        "clip",
        (Choice("clip", tuple(CLIPS), "talk"), PORTRAIT, DRIVER, WAY),
        (
            Picture("stage"),
            Picture("inside"),
            Picture("gallery", click=choose),
            Picture("strip"),
            Text("facts"),
        ),
        answer_clip,
        above=2,
        pace=1 / RATE,
    ),
    Tab(
        "pose",
        (
            Slider("yaw", -1, 1, 0.4, step=0.05, play=True),
            Slider("mouth_open", 0, 1, 0.8, step=0.05, play=True),
            Slider("blink", 0, 1, 0.0, step=0.05, play=True),
            Slider("smile", -1, 1, 0.6, step=0.05),
            PORTRAIT,
        ),
        (Picture("stage"), Picture("inside"), Text("facts"), Picture("gallery", click=choose)),
        answer_pose,
        more=(
            (
                Slider("pitch", -1, 1, 0, step=0.05),
                Slider("roll", -1, 1, 0, step=0.05),
                Slider("brow_raise", -1, 1, 0, step=0.05),
            ),
            (Slider("gaze_x", -1, 1, 0, step=0.05), Slider("gaze_y", -1, 1, 0, step=0.05)),
            (Seed("driver", DRIVEN_BY, new=False), WAY),
        ),
        above=2,
    ),
    Tab(
        "landmarks",
        (
            PORTRAIT,
            DRIVER,
            Action("undo", lambda state: {"places": state["places"][:-1]}),
            Action("clear", lambda state: {"places": ()}),
            handles.PLACES,
        ),
        (Picture("face", click=drag), Text("said"), Picture("inside")),
        answer_landmarks,
        more=((WAY,),),
        above=1,
    ),
    Tab(
        "camera",
        (CAMERA, PORTRAIT),
        (Picture("acted"), Text("said")),
        answer_camera,
        more=((DRIVER, WAY),),
        above=2,
    ),
    Tab(
        "failures",
        (Choice("case", tuple(CASES), "hair", dropdown=True), Seed("example", 3), WAY),
        (Picture("shown"), Text("why"), Picture("inside")),
        answer_failures,
        above=1,
    ),
)
STILL = ("stage", "inside")
AHEAD = (readers_portraits,)

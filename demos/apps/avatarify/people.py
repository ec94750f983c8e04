"""Sources and drivers: portraits for readers, in any pose, and how one is moved by the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from demos.data.avatars import Factors, render, replace
from demos.data.avatars.ahead import READERS, portrait
from demos.data.avatars.dataset import READERS_SEED, from_bytes, to_bytes
from demos.data.avatars.factors import sample_rows
from demos.kit.functions import Runner
from demos.kit.remember import remembered
from demos.models.avatarify.functions import find, move, retarget
from demos.models.avatarify.keypoints import Keypoints
from demos.models.avatarify.pairs import MOTION, NEUTRAL, SIZE
from demos.models.avatarify.retargeter import relative

WAYS = ("retargeted", "relative", "absolute")  # of moving the source's keypoints
Pose = tuple[float, ...]  # a value for each of MOTION
REST: Pose = tuple(NEUTRAL.values())


@dataclass(frozen=True)
class Seen:
    """Pictures (n, 3, 64, 64) and the keypoints that are found in them."""

    pictures: Tensor
    keypoints: Keypoints

    def __getitem__(self, i: int) -> Seen:
        return Seen(self.pictures[i : i + 1], self.keypoints.select(slice(i, i + 1)))

    def __len__(self) -> int:
        return len(self.pictures)


@dataclass(frozen=True)
class Shot:
    """Sources, and what became of them in a driver's pose: `to` are the keypoints they should have there;
    `picture`, `warped`, `painted`, `field`, `masks` and `occlusion` are what the generator gives."""

    source: Seen
    driver: Seen
    to: Keypoints
    made: Mapping[str, Tensor]

    @property
    def pictures(self) -> Tensor:
        return self.made["picture"].clamp(-1, 1)


def person(number: int) -> Factors:
    """A portrait for readers: the same person in every demo."""
    return sample_rows(READERS_SEED, torch.tensor([number % READERS]))


def posed(number: int, poses: Factors | list[Pose]) -> Factors:
    """A person in poses (n)."""
    if isinstance(poses, Factors):
        values = {name: poses[name] for name in MOTION}
    else:
        values = dict(zip(MOTION, torch.tensor(poses).unbind(1), strict=True))
    n = len(next(iter(values.values())))
    return replace(person(number).repeat(n), **values)


def drawn(factors: Factors) -> Tensor:
    """Pictures (n, 3, 64, 64) in [-1, 1], rounded as files have them."""
    return from_bytes(to_bytes(render(factors, SIZE).images))


def seen(run: Runner, pictures: Tensor) -> Seen:
    found = run(find, picture=pictures)
    return Seen(pictures, Keypoints(found["points"], found["jacobians"]))


@remembered(64)
def still(run: Runner, number: int) -> Seen:
    """A portrait as it is."""
    return seen(run, portrait(number))


@remembered(128)
def in_pose(run: Runner, number: int, pose: Pose) -> Seen:
    """A portrait as it would look in a pose."""
    return seen(run, drawn(posed(number, [pose])))


def moved(run: Runner, source: Seen, rest: Seen, driver: Seen, way: str) -> Shot:
    """A still portrait (1) in the pose of a driver's pictures (n), of whom one (1) is at rest."""
    n = len(driver)
    start, still_driver = (repeated(some.keypoints, n) for some in (source, rest))
    if way == "retargeted":
        points = {"source": start.points, "rest": still_driver.points, "driver": driver.keypoints.points}
        to = Keypoints(*(run(retarget, **points)[name] for name in ("points", "jacobians")))
    else:
        to = driver.keypoints if way == "absolute" else relative(start, still_driver, driver.keypoints)
    return towards(run, source, driver, to)


def towards(run: Runner, source: Seen, driver: Seen, to: Keypoints) -> Shot:
    """A still portrait (1) with its keypoints where they shall go (n)."""
    start = repeated(source.keypoints, len(to))
    made = run(
        move,
        picture=source.pictures.expand(len(to), -1, -1, -1),
        start=start.points,
        start_turn=start.jacobians,
        end=to.points,
        end_turn=to.jacobians,
    )
    return Shot(source, driver, to, made)


def repeated(keypoints: Keypoints, n: int) -> Keypoints:
    return Keypoints(*(x.expand(n, *x.shape[1:]) for x in keypoints))

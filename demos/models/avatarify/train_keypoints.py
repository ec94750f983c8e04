"""Training of the detector, on pictures whose keypoints the renderer gives, and of the retargeter, on
keypoints alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from demos.data.avatars import replace, sample
from demos.data.avatars.factors import Factors
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import Budget, Run, channels_last, generator
from demos.models.avatarify.detector import Detector
from demos.models.avatarify.keypoints import COUNT, Keypoints, exact
from demos.models.avatarify.pairs import NEUTRAL, POSES, People, motions, with_motion
from demos.models.avatarify.retargeter import Retargeter

HALF = 32  # px of half a picture: what a point's error of 1 is
FACES_SEED = 2_000_003  # of faces that are never drawn, for the retargeter


@dataclass(frozen=True)
class DetectorTraining:
    """The recipe."""

    steps: int = 3000
    batch: int = 32
    rate: float = 2e-3
    jacobian: float = 3.0  # weight of the Jacobians' error, beside that of points in px
    hidden: float = 0.25  # weight of points that something hides
    average: float = 0.995


@dataclass(frozen=True)
class RetargeterTraining:
    """The recipe. `noise`: standard deviation in px of what is added to points, as a detector errs."""

    steps: int = 3000
    batch: int = 192
    rate: float = 2e-3
    jacobian: float = 1.0
    noise: float = 0.3
    average: float = 0.998


class DetectorRun(Run[Detector, DetectorTraining]):
    """The detector, its average and its optimizer."""

    tail = 0.6
    warmup = 50
    note = "detector"

    def __init__(
        self, recipe: DetectorTraining, data: People, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        model = to_channels_last(Detector(), device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, fused=True))

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        person = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded)
        pose = torch.randint(POSES, (self.recipe.batch,), generator=seeded)
        truth = self.data.keypoints(person, pose).to(self.device)
        weight = torch.ones(len(person), COUNT, device=self.device)
        seen = self.data.visible[person, pose].to(self.device)
        weight[:, : seen.shape[1]] = torch.where(seen, 1.0, self.recipe.hidden)
        with autocast(self.device):
            found = self.model(channels_last(self.data.pictures(person, pose).to(self.device)))
        away = apart(found, truth)
        points, turns = ((x * weight).sum() / weight.sum() for x in away)
        self.descend(points + self.recipe.jacobian * turns)
        return {"points_px": points.item(), "jacobians": turns.item()}


class RetargeterRun(Run[Retargeter, RetargeterTraining]):
    """The retargeter, its average and its optimizer."""

    tail = 0.7
    warmup = 50
    note = "retargeter"

    def __init__(self, recipe: RetargeterTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        model = Retargeter().to(device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, fused=True))

    def train_step(self) -> dict[str, float]:
        n, seeded = self.recipe.batch, generator(self.seed, self.step)
        persons = sample(2 * n, FACES_SEED, start=2 * n * self.step)
        source, other = persons.select(slice(n)), persons.select(slice(n, None))
        wanted = motions(n, FACES_SEED + 1, n * self.step)
        truth = exact(with_motion(source, wanted)).to(self.device)
        given = [exact(source), *driven(other, wanted)]
        points = [blurry(x.points, self.recipe.noise, seeded).to(self.device) for x in given]
        away = apart(self.model(*points), truth)
        loss = away[0].mean() + self.recipe.jacobian * away[1].mean()
        self.descend(loss)
        return {"points_px": away[0].mean().item(), "jacobians": away[1].mean().item()}


def driven(person: Factors, wanted: Factors) -> tuple[Keypoints, Keypoints]:
    """A driver's keypoints at rest, and with the pose and expression of `wanted`."""
    return exact(replace(person, **NEUTRAL)), exact(with_motion(person, wanted))


def blurry(points: Tensor, noise: float, seeded: torch.Generator) -> Tensor:
    """Points as a detector finds them, which errs by `noise` px."""
    return points + torch.randn(points.shape, generator=seeded) * (noise / HALF)


def apart(found: Keypoints, truth: Keypoints) -> tuple[Tensor, Tensor]:
    """How far points are off in px (n, COUNT), the sum of both axes, and how far Jacobians (n, COUNT)."""
    points = (found.points - truth.points).abs().sum(2) * HALF
    return points, (found.jacobians - truth.jacobians).abs().sum((2, 3))

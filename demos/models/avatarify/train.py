"""Training of the detector, then of the retargeter, then of the generator, whose keypoints come from both.

The generator learns from pairs: a picture of a person, and the same person in another pose, exactly as it
should become. Where its keypoints shall go is for some pairs what the retargeter makes of another person's
face, for the rest what the renderer says. Eyes and mouth are small, and count more.

`FURTHER` trains the published weights of all three on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars import Factors
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import Budget, Job, Progress, Run, channels_last, generator, parameters, training
from demos.kit.weights import earlier_runs, read_card, save_weights, shipped, write_card
from demos.models.avatarify.detector import Detector
from demos.models.avatarify.evaluate import SAMPLES, measure
from demos.models.avatarify.generator import FEATURES, MOTION, PAINTED, Generator, Moved
from demos.models.avatarify.keypoints import COUNT, Keypoints, soft_windows
from demos.models.avatarify.model import WEIGHTS, Avatarify, detected, load_avatarify
from demos.models.avatarify.pairs import POSES, SIZE, TRAIN_SEED, People, in_poses, people
from demos.models.avatarify.retargeter import Retargeter
from demos.models.avatarify.train_keypoints import (
    DetectorRun,
    DetectorTraining,
    RetargeterRun,
    RetargeterTraining,
    blurry,
    driven,
)

DETECTOR_SHARE, RETARGETER_SHARE = 0.14, 0.06  # of the minutes, when there are so many


@dataclass(frozen=True)
class AvatarifyTraining:
    """The recipe. `people`: each in several poses; `held_out`: people to measure on."""

    steps: int = 5000
    batch: int = 16
    people: int = 6000
    rate: float = 1e-3
    features: float = 5.0  # extra weight of eyes and mouth
    coarse: float = 0.5  # weight of the same error at half and quarter size
    edges: float = 0.5  # weight of how colors change from pixel to pixel
    warped: float = 0.3  # weight of the warped source's own error
    driven: float = 0.6  # share of pairs whose keypoints come from another person
    noise: float = 0.3  # px, of that person's keypoints
    longest: float = 5.0  # gradient
    average: float = 0.998
    held_out: int = SAMPLES
    workers: int = 1
    published: bool = False  # go on from the published weights
    data_seed: int = TRAIN_SEED
    detector: DetectorTraining = field(default_factory=DetectorTraining)
    retargeter: RetargeterTraining = field(default_factory=RetargeterTraining)


RECIPE = AvatarifyTraining()
SMOKE = AvatarifyTraining(
    steps=3,
    batch=4,
    people=200,
    held_out=6,
    detector=DetectorTraining(steps=3, batch=4),
    retargeter=RetargeterTraining(steps=3, batch=8),
)
FURTHER = AvatarifyTraining(
    steps=4000,
    rate=7e-4,
    published=True,
    detector=DetectorTraining(steps=2000, rate=1e-3),
    retargeter=RetargeterTraining(steps=3000, rate=1e-3),
)


@training(RECIPE, WEIGHTS)
def train(recipe: AvatarifyTraining, job: Job) -> Iterator[Progress]:
    """Train, then measure, then write weights and card."""
    device, seed = job.device, job.seed
    published = load_avatarify(device) if recipe.published else None
    data = people(recipe.people, recipe.data_seed, recipe.workers)
    steps = job.budget(recipe.detector.steps, DETECTOR_SHARE)
    first = DetectorRun(recipe.detector, data, steps, device, seed)
    if published:
        first.start_from(published.detector)
    yield from job.fit(first, "detector")
    steps = job.budget(recipe.retargeter.steps, RETARGETER_SHARE)
    second = RetargeterRun(recipe.retargeter, steps, device, seed)
    if published:
        second.start_from(published.retargeter)
    yield from job.fit(second, "retargeter")
    nets = first.average.eval(), second.average.eval()
    steps = job.budget(recipe.steps, 1 - DETECTOR_SHARE - RETARGETER_SHARE)
    run = GeneratorRun(recipe, data, *nets, steps, device, seed)
    if published:
        run.start_from(published.generator)
    yield from job.fit(run, "generator")
    yield run.progress({}, "measuring")
    minutes = [round(one.clock.minutes, 1) for one in (first, second, run)]
    publish(run, assembled(*nets, run.average), minutes, job.out)


def assembled(detector: Detector, retargeter: Retargeter, generator: Generator) -> Avatarify:
    """The nets as one model, on the CPU."""
    model = Avatarify()
    for name, net in (("detector", detector), ("retargeter", retargeter), ("generator", generator)):
        getattr(model, name).load_state_dict(net.state_dict())
    return model.eval().requires_grad_(False)


class GeneratorRun(Run[Generator, AvatarifyTraining]):
    """The generator, its average and its optimizer; the other nets stay as they are."""

    tail = 0.5
    warmup = 100
    note = "generator"

    def __init__(
        self,
        recipe: AvatarifyTraining,
        data: People,
        detector: Detector,
        retargeter: Retargeter,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        self.detector, self.retargeter = detector, retargeter
        self.factors = in_poses(len(data), recipe.data_seed)
        model = to_channels_last(Generator(), device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, betas=(0.9, 0.98), fused=True))

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        person = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded)
        now = torch.randint(POSES, person.shape, generator=seeded)
        later = (now + torch.randint(1, POSES, person.shape, generator=seeded)) % POSES
        source, target = (self.data.pictures(person, pose).to(self.device) for pose in (now, later))
        start = detected(self.detector, source)
        start = Keypoints(*(x.clone() for x in start))  # that the net learns from
        truth = self.data.keypoints(person, later).to(self.device)
        end = self.aims(start, truth, person, later, seeded)
        with autocast(self.device):
            moved = self.model(channels_last(source), start, end)
        losses = self.losses(moved, target, truth)
        self.descend(torch.stack([*losses.values()]).sum(), self.recipe.longest)
        return {name: loss.item() for name, loss in losses.items()}

    def aims(
        self, start: Keypoints, truth: Keypoints, person: Tensor, pose: Tensor, seeded: torch.Generator
    ) -> Keypoints:
        """Where the source's keypoints shall go: what is true, or what another's face says."""
        recipe, n = self.recipe, len(person)
        others = torch.randint(len(self.factors), (n,), generator=seeded)
        faces = driven(self.factors.select(others), self.motion(person, pose))
        rest, now = (blurry(x.points, recipe.noise, seeded).to(self.device) for x in faces)
        with torch.no_grad():
            said = self.retargeter(start.points, rest, now)
        chosen = (torch.rand(n, generator=seeded) < recipe.driven).to(self.device)
        return Keypoints(
            torch.where(chosen[:, None, None], said.points, truth.points),
            torch.where(chosen[:, None, None, None], said.jacobians, truth.jacobians),
        )

    def motion(self, person: Tensor, pose: Tensor) -> Factors:
        return self.factors.select(person * POSES + pose)

    def losses(self, moved: Moved, target: Tensor, truth: Keypoints) -> dict[str, Tensor]:
        """The picture's error in several respects, each weighted by place and by the recipe."""
        recipe = self.recipe
        weight = 1 + recipe.features * soft_windows(truth.points, SIZE)
        picture = moved.picture.float()
        losses = {"picture": weighted(picture - target, weight)}
        sizes = [(F.avg_pool2d(picture - target, k), F.avg_pool2d(weight, k)) for k in (2, 4)]
        losses["coarse"] = recipe.coarse * torch.stack([weighted(x, w) for x, w in sizes]).sum()
        steps = [weighted(torch.diff(picture - target, dim=d), weight.narrow(d, 0, SIZE - 1)) for d in (2, 3)]
        losses["edges"] = recipe.edges * torch.stack(steps).sum()
        losses["warped"] = recipe.warped * (moved.warped - target).abs().mean()
        return losses


def weighted(error: Tensor, weight: Tensor) -> Tensor:
    """Mean of what errors (n, 3, h, w) cost: large ones more than in proportion, so that no picture is far
    off; weights (n, 1, h, w)."""
    cost = error.abs() + error.square()
    return (cost * weight).sum() / (3 * weight.sum())


def publish(run: GeneratorRun, model: Avatarify, minutes: list[float], out: Path) -> None:
    """Measure the averaged model and write weights and card."""
    model = shipped(model)
    config = {"keypoints": COUNT, "motion": MOTION, "features": FEATURES, "painted": PAINTED}
    card = run.card("avatarify", config, parameters(model))
    card.minutes = round(sum(minutes), 1)
    card.sha256 = save_weights(out, model.state_dict())
    card.metrics = measure(model, run.recipe.held_out)
    nets = ("detector", "retargeter", "generator")
    card.details = {
        "parameters": {name: parameters(getattr(model, name)) for name in nets},
        "minutes": dict(zip(nets, minutes, strict=True)),
        "samples": run.recipe.held_out,
    }
    if run.recipe.published:
        before = read_card(WEIGHTS)
        card.steps += before.steps
        card.minutes = round(card.minutes + before.minutes, 1)
        card.details["earlier"] = earlier_runs(before)
    write_card(out, card)

"""Training of the recognizer, the verifier and the reader of landmarks: a minute each on one CPU thread.

Both nets that recognize see a batch of people in two pictures each and have to find who belongs together. The
right answer must win by a margin: the recognizer's by an angle, as in ArcFace (Deng et al. 2019,
arXiv:1801.07698), the verifier's by a difference of cosines, as in CosFace (Wang et al. 2018,
arXiv:1801.09414). There, a direction is learned for each person; with pairs, the other picture takes its
place (Sohn 2016). Skin and beard alone tell most people apart, and nets that were trained from the pixels on
learned little else in their few minutes: no eyes, no brows, half of the hair. So they build on nets that see
all attributes, and a layer that is thrown away asks the vector for those that make a person.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.dataset import TRAIN_SEED, from_bytes, portraits
from demos.data.avatars.factors import FACTORS, Factors
from demos.kit.device import autocast
from demos.kit.training import Budget, Job, Progress, Run, generator, parameters, training
from demos.kit.weights import save_nets, shipped, write_card
from demos.models.attributes import AttributeHeads, factor_loss, label
from demos.models.faces.evaluate import levels, measure
from demos.models.faces.model import EMBEDDING, WEIGHTS, Head, LandmarkReader, Recognizer, Verifier
from demos.models.faces.people import again, five_points, people_at

PICTURES = (101, 102, 103)  # seeds of people's further pictures
PERSONAL = [factor.name for factor in FACTORS if factor.group == "identity"]
HEADS: dict[str, type[Recognizer | Verifier]] = {"model": Recognizer, "verifier": Verifier}
FIRST = {"model": 20_000, "verifier": 25_000}  # of the training people whom each learns from


@dataclass(frozen=True)
class FacesTraining:
    """The recipe; `steps` of each net."""

    steps: int = 1000
    pairs: int = 256  # people in two pictures each, in a batch
    batch: int = 256  # portraits whose landmarks are read
    people: int = 5000  # that each net learns to recognize
    portraits: int = 15_000  # that landmarks are learned from
    rate: float = 2e-3
    weight_decay: float = 0.05
    average: float = 0.99
    noise: float = 0.3  # standard deviation of what is added to what the frozen nets see
    asked: float = 1.0  # weight of the loss of attributes that are read off the vectors
    scale: float = 12.0  # of cosines, before the softmax
    angle: float = 0.1  # radians by which the recognizer's right answer must win
    difference: float = 0.1  # of cosines by which the verifier's must
    held_out: int = 500  # people that are measured on
    data_seed: int = TRAIN_SEED


RECIPE = FacesTraining()
SMOKE = FacesTraining(steps=3, pairs=4, batch=8, people=40, portraits=500, held_out=20)


class Asked(nn.Module):
    """A net that recognizes, and a layer that reads the attributes of a person off its vectors."""

    def __init__(self, net: Recognizer | Verifier) -> None:
        super().__init__()
        self.net, self.heads = net, AttributeHeads(EMBEDDING)

    def unread(self, vectors: Tensor, people: Factors) -> Tensor:
        """How little of the attributes of people (n,) is read off vectors (n, 128)."""
        found = self.heads(vectors * EMBEDDING**0.5)
        truth = {name: label(people, name) for name in PERSONAL}
        terms = [factor_loss(name, found[name], truth[name], None) for name in PERSONAL]
        return torch.stack(terms).mean()


class RecognitionRun(Run[Asked, FacesTraining]):
    """One of both nets that recognize, its average and its optimizer. `data` (pictures, people, …) is what
    its frozen net sees."""

    tail = 0.7
    warmup = 40

    def __init__(
        self,
        name: str,
        recipe: FacesTraining,
        people: Factors,
        data: Tensor,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.name, self.people, self.data = name, people.to(device), data.to(device)
        model = Asked(HEADS[name]()).to(device)
        model.net.find_statistics(self.data.flatten(0, 1))
        self.optimize(model, adamw(model, recipe))

    def train_step(self) -> dict[str, float]:
        seeded, n, net = generator(self.seed, self.step), self.recipe.pairs, self.model.net
        who = torch.randperm(self.data.shape[1], generator=seeded)[:n]
        which = torch.rand(len(who), len(self.data), generator=seeded).argsort(1)[:, :2].T
        seen = self.data[which, who].flatten(0, 1).flatten(1).float()
        noise = torch.randn(seen.shape, generator=seeded).to(self.device)
        vectors = net(seen + self.recipe.noise * net.spread * noise)
        first, second = vectors.chunk(2)
        margins = (self.recipe.angle, 0.0) if self.name == "model" else (0.0, self.recipe.difference)
        lost = unmatched(first, second, self.recipe.scale, *margins)
        unread = self.model.unread(vectors, self.people.select(who.repeat(2).to(self.device)))
        self.descend(lost + self.recipe.asked * unread, 5.0)
        return {self.name: lost.item(), "unread": unread.item()}


def looked_at(head: Head, pictures: Tensor, device: torch.device) -> Tensor:
    """What the frozen net of a head sees in pictures (n, 3, 64, 64) of bytes."""
    with torch.inference_mode(), autocast(device):
        parts = [head.look(from_bytes(some).to(device)).half() for some in pictures.split(250)]
    return torch.cat(parts).clone()


def unmatched(
    first: Tensor, second: Tensor, scale: float, angle: float = 0.0, difference: float = 0.0
) -> Tensor:
    """How badly the two pictures of each person, as unit vectors (n, d), are found among those of all others,
    where the right ones count as if they were further apart by a margin."""
    n = len(first)
    own = torch.eye(n, device=first.device, dtype=torch.bool)
    across = first @ second.T
    across = torch.where(own, margined(across.diagonal(), angle, difference), across)
    within = ((x @ x.T).masked_fill(own, -torch.inf) for x in (first, second))
    a, b = (torch.cat([x, y], 1) for x, y in zip((across, across.T), within, strict=True))
    target = torch.arange(n, device=first.device)
    return (F.cross_entropy(scale * a, target) + F.cross_entropy(scale * b, target)) / 2


def margined(cosine: Tensor, angle: float, difference: float) -> Tensor:
    """Cosines (n,) as they are when the angle is larger by one margin, less the other."""
    cosine = cosine.clamp(-0.999, 0.999)
    return cosine * math.cos(angle) - (1 - cosine.square()).sqrt() * math.sin(angle) - difference


def adamw(model: nn.Module, recipe: FacesTraining) -> torch.optim.Optimizer:
    return torch.optim.AdamW(model.parameters(), recipe.rate, weight_decay=recipe.weight_decay, fused=True)


class LandmarkRun(Run[LandmarkReader, FacesTraining]):
    """The reader of landmarks, its average and its optimizer. `data` (n, …) is what its frozen net sees."""

    tail = 0.7
    warmup = 40

    def __init__(
        self,
        recipe: FacesTraining,
        data: Tensor,
        points: Tensor,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data, self.points = data.to(device), points.to(device)
        model = LandmarkReader().to(device)
        model.find_statistics(self.data)
        self.optimize(model, adamw(model, recipe))

    def train_step(self) -> dict[str, float]:
        seeded, reader = generator(self.seed, self.step), self.model
        index = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded).to(self.device)
        seen = self.data[index].float()
        noise = torch.randn(seen.shape, generator=seeded).to(self.device)
        found = reader(seen + 0.3 * self.recipe.noise * reader.spread * noise)
        distance = (found - self.points[index]).norm(dim=2).mean()
        self.descend(distance)
        return {"px": distance.item()}


@training(RECIPE, WEIGHTS)
def train(recipe: FacesTraining, job: Job) -> Iterator[Progress]:
    """Train all three, a third of the minutes each, then measure, then write weights and card."""
    device, budget, runs = job.device, job.budget(recipe.steps, 1 / 3), {}
    for i, (name, start) in enumerate(FIRST.items()):
        people = people_at(recipe.data_seed, start, recipe.people)
        data = torch.stack([looked_at(HEADS[name](), again(people, some), device) for some in PICTURES])
        runs[name] = RecognitionRun(name, recipe, people, data, budget, device, job.seed + 1 + i)
        yield from job.fit(runs[name], name)
    drawn = portraits(recipe.portraits, recipe.data_seed)
    data = looked_at(LandmarkReader(), drawn.images, device)
    landmarks = LandmarkRun(recipe, data, five_points(drawn.factors()), budget, device, job.seed)
    yield from job.fit(landmarks, "landmarks")
    yield landmarks.progress({}, "measuring")
    publish(runs, landmarks, job.out)


def publish(runs: dict[str, RecognitionRun], landmarks: LandmarkRun, out: Path) -> None:
    """Measure the averaged nets on held-out people and write weights and card."""
    averages: dict[str, Head] = {name: run.average.net for name, run in runs.items()}
    averages["landmarks"] = landmarks.average
    nets = {name: shipped(net) for name, net in averages.items()}
    card = landmarks.card("faces", {"embedding": EMBEDDING}, sum(parameters(net) for net in nets.values()))
    card.files = save_nets(out, nets)
    card.sha256 = card.files["model.safetensors"]
    every: list[Run[Any, Any]] = [*runs.values(), landmarks]
    card.minutes = round(sum(run.clock.minutes for run in every), 1)
    card.metrics = measure(nets["model"], nets["verifier"], nets["landmarks"], landmarks.recipe.held_out)
    card.details = {
        "people": landmarks.recipe.people,
        "held_out": landmarks.recipe.held_out,
        "parameters": {name: parameters(net) for name, net in nets.items()},
    } | levels(nets["verifier"], landmarks.recipe.held_out)
    write_card(out, card)

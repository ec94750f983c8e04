"""Training of the copy: the flow's own loss, on portraits of people who are known from another picture.

In the paper the embedding is of the very picture that is learned. With a drawing program, a second picture
of everybody costs nothing, and what is not of the person (pose, clothes, light) cannot come along. The base
is given no condition in most steps: the content shall come from the person.

Few steps are all that a CPU has time for, and the flow's loss is nearly all noise: where a velocity leads
depends on what is drawn far less than on where it began. But the frozen base can say without noise where it
would go if it were given the person's attributes and the pose, and in those steps the copy learns from that,
too. This is not in the paper.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED, features, portraits
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import (
    Budget,
    Model,
    Recipe,
    Run,
    channels_last,
    decayed,
    generator,
    parameters,
    set_rate,
    trainer,
)
from demos.kit.weights import save_weights, write_card
from demos.models.diffusion.conditions import ATTRIBUTES, AttributeEncoder, Context
from demos.models.diffusion.examples import Examples, examples
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.train_text import adamw, unpadded, words
from demos.models.faces.model import WEIGHTS as FACES
from demos.models.faces.model import in_batches, load_recognizer
from demos.models.faces.people import PEOPLE, again, five_points
from demos.models.identitynet.evaluate import GUIDANCE, STEPS, measure, silent
from demos.models.identitynet.model import (
    OF_PERSONS,
    TOKENS,
    WEIGHTS,
    IdentityNet,
    Persons,
    Wanted,
    base_hash,
    rounded,
    stored,
)
from demos.models.ip_adapter.train import EXAMPLES

OF_POSES = [ATTRIBUTES.index(name) for name in ("yaw", "pitch", "roll")]
SECOND = 104  # the seed of the pictures that people are known from


@dataclass(frozen=True)
class IdentityTraining:
    """The recipe."""

    steps: int = 4000
    batch: int = 16
    portraits: int = 20_000
    rate: float = 6e-4
    token_steps: int = 800  # in which the tokens first learn what the base's attributes would be
    weight_decay: float = 0.01
    average: float = 0.998
    unknown: float = 0.1  # share of portraits without the person
    nowhere: float = 0.1  # share without the landmarks
    distillation: float = 2.0  # weight of the distance from where the base would go with the attributes
    captioned: float = 0.2  # share of steps in which the base reads captions
    lost: float = 0.03  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient
    samples: int = 120  # people that are measured on
    data_seed: int = TRAIN_SEED


RECIPE = IdentityTraining()
SMOKE = IdentityTraining(steps=3, batch=4, token_steps=3, portraits=500, samples=6)


def known_from(pictures: Tensor, folder: Path) -> Tensor:
    """Whom the recognizer sees in pictures (n, 3, 64, 64) of bytes: (n, 128), kept in `folder`."""
    net = load_recognizer()
    return features(lambda some: in_batches(net, some), FACES / "model.safetensors", pictures, folder)


class PersonRun(Run[Model, Recipe]):
    """What runs have in common that learn to draw people again: portraits, whom the recognizer sees in each
    (n, 128), their landmarks (n, 5, 2), and the frozen flow net."""

    tail = 0.5
    warmup = 50

    def __init__(
        self,
        recipe: Recipe,
        data: Examples,
        person: Tensor,
        points: Tensor,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data.to(device)
        self.person, self.points = person.to(device), points.to(device)
        self.flow = load_diffusion(device).flow
        model = self.fresh()
        self.optimize(model, adamw(model.parameters(), recipe.rate, recipe.weight_decay))

    @classmethod
    def begin(cls, recipe: Recipe, budget: Budget, device: torch.device, seed: int) -> Self:
        """A run on as many of the training portraits as the recipe names."""
        data = portraits(recipe.portraits, recipe.data_seed, parts=True)
        learned = examples(data, load_diffusion(device).autoencoder, recipe.data_seed, EXAMPLES)
        factors = data.factors()
        person = known_from(again(factors, SECOND), PEOPLE)
        return cls(recipe, learned, person, five_points(factors), budget, device, seed)

    @abstractmethod
    def fresh(self) -> Model:
        """The net before its first step, on the run's device."""


class IdentityRun(PersonRun[IdentityNet, IdentityTraining]):
    """The copy with its tokens and sketch, its average and its optimizer; the base stays as it is."""

    def fresh(self) -> IdentityNet:
        model = IdentityNet(self.flow)
        learn_tokens(model.persons, self.flow.attributes, self.person, self.data, self.recipe.token_steps)
        return to_channels_last(model, self.device)

    def train_step(self) -> dict[str, float]:
        seeded, n = generator(self.seed, self.step), self.recipe.batch
        index, start, target, time = self.data.draw(n, seeded)
        known, placed = (
            (torch.rand(n, generator=seeded) >= share).to(self.device)
            for share in (self.recipe.unknown, self.recipe.nowhere)
        )
        one = torch.ones(n, device=self.device)
        wanted = Wanted(self.person[index], self.points[index], known, placed, one)
        noisy = channels_last(torch.lerp(start, target, time[:, None, None, None]))
        captioned = float(torch.rand((), generator=seeded)) < self.recipe.captioned
        weights = self.data.weights[index].float()
        with autocast(self.device):
            with torch.no_grad():
                context = self.captions(index, seeded) if captioned else silent(self.flow, n)
                towards = None if captioned else self.flow(noisy, time, self.named(index, known, placed))
            found = self.flow(noisy, time, context, control=self.model(noisy, time, wanted))
        loss = ((found - (target - start)).square().mean(1) * weights).mean()
        losses = {"loss": loss.item()}
        if towards is not None:
            apart = ((found - towards).square().mean(1) * weights).mean()
            loss = loss + self.recipe.distillation * apart
            losses["apart"] = apart.item()
        self.descend(loss, self.recipe.longest)
        return losses

    def named(self, index: Tensor, known: Tensor, placed: Tensor) -> Context:
        """The condition that the base would need instead: the attributes of those persons and poses that
        count."""
        chosen = torch.zeros(len(index), len(ATTRIBUTES), dtype=torch.bool, device=self.device)
        chosen[:, OF_PERSONS] = known[:, None]
        chosen[:, OF_POSES] = placed[:, None]
        said = self.flow.attributes(self.data.categorical[index], self.data.continuous[index], chosen)
        return self.flow.drop(said, ~(known | placed))

    def captions(self, index: Tensor, seeded: torch.Generator) -> Context:
        """The captions' condition."""
        numbers, _ = words(self.data, index, self.recipe.lost, seeded)
        return self.flow.by_words(unpadded(numbers))


def learn_tokens(
    persons: Persons, attributes: AttributeEncoder, person: Tensor, data: Examples, steps: int
) -> None:
    """Teach the tokens of persons, given as embeddings (n, 128), to be those that the base's own encoder
    makes of their attributes, as far as these can be read off the embedding."""
    persons.norm.load_state_dict(attributes.norm.state_dict())
    optimizer = torch.optim.Adam(persons.parameters(), 2e-3)
    first, known = torch.tensor([0, *(1 + k for k in OF_PERSONS)]), torch.ones(256, dtype=torch.bool)
    for step in range(steps):
        index = torch.randint(len(person), (len(known),), generator=generator(0, step))
        rows = index.to(person.device)
        chosen = torch.ones(len(known), len(ATTRIBUTES), dtype=torch.bool, device=person.device)
        with torch.no_grad():
            said = attributes(data.categorical[rows], data.continuous[rows], chosen)
        tokens = persons(person[rows], known.to(person.device)).tokens
        set_rate(optimizer, decayed(2e-3, step / steps, 0.7))
        optimizer.zero_grad()
        (tokens - said.tokens[:, first]).square().mean().backward()
        optimizer.step()


def publish(run: IdentityRun, out: Path) -> None:
    """Measure the averaged net as it is stored, on people whom nobody was trained on, and write weights and
    card."""
    net = copy.deepcopy(run.average).eval()
    net.load_state_dict(rounded(net, run.flow))
    card = run.card("identitynet", {"tokens": TOKENS}, parameters(net))
    card.sha256 = save_weights(out, stored(net, run.flow))
    card.metrics = measure(net, run.recipe.samples)
    flow = run.flow
    card.details = {
        "base": base_hash(flow),
        "unet": parameters(flow) - parameters(flow.text) - parameters(flow.attributes),
        "samples": run.recipe.samples,
        "steps": STEPS,
        "guidance": GUIDANCE,
    }
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, IdentityRun.begin, publish)

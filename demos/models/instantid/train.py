"""Training of the image adapter: beside the prompt, the person's tokens shall lead where the base would go if
it were given the person's attributes as well.

The paper trains with the flow's own loss, on millions of pictures. Most of that loss is noise, which no
adapter explains, and a CPU has no time to average it out; what the frozen base says has none (distillation,
Hinton et al. 2015, arXiv:1503.02531). Here it even says what no picture shows: half of the portraits come
with the caption of somebody else, and where the two disagree, on hair for instance, the prompt is right.

IdentityNet takes part at any strength, so that the adapter gets along with it and without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED
from demos.data.avatars.factors import CATEGORICAL
from demos.kit.device import autocast
from demos.kit.training import channels_last, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.diffusion.conditions import ATTRIBUTES, Context
from demos.models.diffusion.train_text import unpadded, words
from demos.models.identitynet.model import OF_PERSONS, TOKENS, Wanted, load_identitynet
from demos.models.identitynet.train import OF_POSES, PersonRun
from demos.models.instantid.evaluate import DEFAULT, GUIDANCE, STEPS, measure
from demos.models.instantid.model import WEIGHTS, ImageAdapter, fresh, hashes


@dataclass(frozen=True)
class InstantTraining:
    """The recipe."""

    steps: int = 600
    batch: int = 16
    portraits: int = 4_000
    rate: float = 1e-3
    weight_decay: float = 0.01
    average: float = 0.99
    nowhere: float = 0.2  # share of portraits without the landmarks
    others: float = 0.5  # share with the caption of somebody else
    lost: float = 0.03  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient
    samples: int = 80  # people that are measured on
    data_seed: int = TRAIN_SEED


RECIPE = InstantTraining()
SMOKE = InstantTraining(steps=3, batch=4, portraits=500, samples=6)


class InstantRun(PersonRun[ImageAdapter, InstantTraining]):
    """The adapter, its average and its optimizer; the diffusion model and IdentityNet stay as they are."""

    def fresh(self) -> ImageAdapter:
        self.net = load_identitynet(self.device)
        return fresh(self.flow).to(self.device)

    def train_step(self) -> dict[str, float]:
        seeded, n = generator(self.seed, self.step), self.recipe.batch
        index, start, target, time = self.data.draw(n, seeded)
        noisy = channels_last(torch.lerp(start, target, time[:, None, None, None]))
        captioned = self.captioned(index, seeded)
        placed = self.chance(n, seeded) >= self.recipe.nowhere
        one = torch.ones(n, device=self.device)
        wanted = Wanted(self.person[index], self.points[index], one.bool(), placed, self.chance(n, seeded))
        numbers, said = words(self.data, captioned, self.recipe.lost, seeded)
        with autocast(self.device):
            with torch.no_grad():
                towards = self.flow(noisy, time, self.named(index, captioned, said, placed))
                control = self.net(noisy, time, wanted)
                tokens = self.net.persons(wanted.person, wanted.known).tokens
                context = self.flow.by_words(unpadded(numbers))
            found = self.flow(noisy, time, context, decoupled=self.model(tokens, one), control=control)
        apart = (found - towards).square().mean(1)
        loss = (apart * self.data.weights[index].float()).mean()
        self.descend(loss, self.recipe.longest)
        return {"apart": loss.item()}

    def captioned(self, index: Tensor, seeded: torch.Generator) -> Tensor:
        """Whose caption each portrait gets (n,): its own, or somebody else's."""
        other = torch.randint(len(self.data), index.shape, generator=seeded).to(self.device)
        return torch.where(self.chance(len(index), seeded) < self.recipe.others, other, index)

    def chance(self, n: int, seeded: torch.Generator) -> Tensor:
        return torch.rand(n, generator=seeded).to(self.device)

    def named(self, index: Tensor, captioned: Tensor, said: Tensor, placed: Tensor) -> Context:
        """The condition that the base would need instead: what captions say, and for the rest the attributes
        of the persons. The pose is that of the landmarks, where there are any."""
        said = said.clone()
        said[:, OF_POSES] &= ~placed[:, None]
        chosen = said.clone()
        chosen[:, OF_PERSONS] = True
        chosen[:, OF_POSES] |= placed[:, None]
        classes, values = said.split([len(CATEGORICAL), len(ATTRIBUTES) - len(CATEGORICAL)], 1)
        found: Context = self.flow.attributes(
            torch.where(classes, self.data.categorical[captioned], self.data.categorical[index]),
            torch.where(values, self.data.continuous[captioned], self.data.continuous[index]),
            chosen,
        )
        return found


def publish(run: InstantRun, out: Path) -> None:
    """Measure the averaged adapter on people whom nobody was trained on, and write weights and card."""
    adapter = shipped(run.average, run.device)
    card = run.card("instantid", {"tokens": TOKENS}, parameters(adapter))
    card.sha256 = save_weights(out, adapter.state_dict())
    card.metrics = measure(adapter, run.recipe.samples)
    flow = run.flow
    card.details = hashes() | {
        "unet": parameters(flow) - parameters(flow.text) - parameters(flow.attributes),
        "net": parameters(run.net),
        "samples": run.recipe.samples,
        "steps": STEPS,
        "guidance": GUIDANCE,
        "strength": DEFAULT,
    }
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, InstantRun.begin, publish)

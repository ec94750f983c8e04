"""Training of the adapter: the flow's own loss, with every portrait as its own picture prompt.

More than half of the portraits come without their caption (in the paper a tenth): a caption names a third of
what is to be seen, and where it is given, the picture explains only the rest. The paper also leaves out a
tenth of the pictures. Here none is: a row without a picture has nothing to teach an adapter that is switched
off where there is none.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import CACHE, TRAIN_SEED, Portraits, features, portraits
from demos.kit.device import autocast
from demos.kit.training import Budget, Run, channels_last, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.diffusion import model as diffusion
from demos.models.diffusion.examples import Examples, examples
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.train_text import adamw, unpadded, words
from demos.models.gan.pretrained import WEIGHTS as SEER
from demos.models.ip_adapter.evaluate import GUIDANCE, STEPS, measure
from demos.models.ip_adapter.model import SEEN, SIDE, TOKENS, WEIGHTS, Adapter, fresh, look

EXAMPLES = CACHE / "train" / "ip_adapter"  # latents and what the frozen net sees, whatever the seed


@dataclass(frozen=True)
class AdapterTraining:
    """The recipe."""

    steps: int = 4000
    batch: int = 32
    portraits: int = 30_000
    rate: float = 4e-3
    weight_decay: float = 0.01
    average: float = 0.998
    wordless: float = 0.6  # share of portraits without their caption
    unknown: float = 0.03  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient
    samples: int = 150  # references that are measured on
    data_seed: int = TRAIN_SEED


RECIPE = AdapterTraining()
SMOKE = AdapterTraining(steps=3, batch=4, portraits=500, samples=6)


def begin(recipe: AdapterTraining, budget: Budget, device: torch.device, seed: int) -> "AdapterRun":
    data = portraits(recipe.portraits, recipe.data_seed, parts=True)
    learned = examples(data, load_diffusion(device).autoencoder, recipe.data_seed, EXAMPLES)
    return AdapterRun(recipe, learned, seen(data, EXAMPLES), budget, device, seed)


def seen(data: Portraits, folder: Path) -> Tensor:
    """What the frozen net sees in portraits (n, SEEN, SIDE, SIDE) float16, kept in `folder`."""
    net = SEER / "discriminator.safetensors"
    return features(lambda some: look(some).half(), net, data.images, folder)


class AdapterRun(Run[Adapter, AdapterTraining]):
    """The adapter, its average and its optimizer; the diffusion model stays as it is."""

    tail = 0.5
    warmup = 50

    def __init__(
        self,
        recipe: AdapterTraining,
        data: Examples,
        seen: Tensor,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data, self.seen = data.to(device), seen.to(device)
        self.flow = load_diffusion(device).flow
        model = fresh(self.flow).to(device)
        model.find_statistics(self.seen)
        self.optimize(model, adamw(model.parameters(), recipe.rate, recipe.weight_decay))

    def train_step(self) -> dict[str, float]:
        seeded, n = generator(self.seed, self.step), self.recipe.batch
        index, start, target, time = self.data.draw(n, seeded)
        numbers, _ = words(self.data, index, self.recipe.unknown, seeded)
        wordless = (torch.rand(n, generator=seeded) < self.recipe.wordless).to(self.device)
        noisy = channels_last(torch.lerp(start, target, time[:, None, None, None]))
        with autocast(self.device):
            with torch.no_grad():
                context = self.flow.drop(self.flow.text(unpadded(numbers)), wordless)
            pictures = self.model(self.seen[index].float(), torch.ones(n, device=self.device))
            found = self.flow(noisy, time, context, decoupled=pictures)
        error = (found - (target - start)).square().mean(1)
        loss = (error * self.data.weights[index].float()).mean()
        self.descend(loss, self.recipe.longest)
        return {"loss": loss.item()}


def publish(run: AdapterRun, out: Path) -> None:
    """Measure the averaged adapter on held-out portraits and write weights and card."""
    adapter = shipped(run.average, run.device)
    config = {"tokens": TOKENS, "seen": [SEEN, SIDE, SIDE]}
    card = run.card("ip_adapter", config, parameters(adapter))
    card.sha256 = save_weights(out, adapter.state_dict())
    card.metrics = measure(adapter, run.recipe.samples)
    flow = run.flow
    card.details = {
        "base": diffusion.card().sha256,
        "unet": parameters(flow) - parameters(flow.text) - parameters(flow.attributes),
        "samples": run.recipe.samples,
        "steps": STEPS,
        "guidance": GUIDANCE,
    }
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

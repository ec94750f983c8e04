"""Training of the latent diffusion model: the autoencoder, then the flow net on its latents, then measuring.

Most of a batch is told by captions what the portrait shows, the rest by attributes, of which any number may
be left out. A few are told nothing, for guidance. Places where eyes, mouth and glasses are count more: the
eye of a reader goes there.

What the flow's loss says to the text encoder is faint, because any caption explains little of a velocity. So
the encoder first learns by itself that what a caption says can be read off its tokens, goes on being asked
for it, and last is taught by the flow net what that does with attributes (`train_text`).
"""

import copy
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED, portraits
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import Budget, Job, Progress, Run, compile_on_gpu, generator, parameters, training
from demos.kit.weights import Card, save_weights, shipped, write_card
from demos.models.diffusion.autoencoder import Autoencoder
from demos.models.diffusion.conditions import ATTRIBUTES, Context
from demos.models.diffusion.evaluate import measure
from demos.models.diffusion.examples import Examples, examples
from demos.models.diffusion.model import WEIGHTS, Flow, FlowConfig, LatentDiffusion
from demos.models.diffusion.train_autoencoder import AutoencoderRun, AutoencoderTraining, finished
from demos.models.diffusion.train_text import (
    TextReader,
    TextRun,
    TextTraining,
    TextTuning,
    TuningRun,
    adamw,
    words,
)

AUTOENCODER_SHARE, TEXT_SHARE, TUNING_SHARE = 0.15, 0.05, 0.25  # of the minutes, when there are so many


@dataclass(frozen=True)
class DiffusionTraining:
    """The recipe."""

    steps: int = 30_000
    batch: int = 32
    portraits: int = 30_000
    rate: float = 1e-3
    text_rate: float = 5e-4
    captions: float = 0.75  # share of a batch; the rest gets attributes
    reading: float = 0.2  # weight of the loss of what is read off captions
    weight_decay: float = 0.01
    average: float = 0.9995
    nothing: float = 0.12  # share of portraits that the net is told nothing about
    unknown: float = 0.03  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient
    samples: int = 3000  # pictures on each side of a measurement
    workers: int = 1  # processes that draw portraits and write captions
    data_seed: int = TRAIN_SEED
    autoencoder: AutoencoderTraining = field(default_factory=AutoencoderTraining)
    text: TextTraining = field(default_factory=TextTraining)
    tuning: TextTuning = field(default_factory=TextTuning)


SMOKE = DiffusionTraining(
    steps=3,
    batch=8,
    portraits=500,
    samples=24,
    autoencoder=AutoencoderTraining(steps=3, batch=4, portraits=500),
    text=TextTraining(steps=3, batch=8),
    tuning=TextTuning(steps=3, batch=4),
)
ON_GPU = DiffusionTraining(
    steps=40_000,
    batch=512,
    portraits=100_000,
    average=0.9997,
    workers=12,
    autoencoder=AutoencoderTraining(steps=8000, batch=64, portraits=100_000),
    text=TextTraining(steps=8000, batch=512),
    tuning=TextTuning(steps=20_000, batch=256),
)


def recipe_on(device: torch.device) -> DiffusionTraining:
    return ON_GPU if device.type == "cuda" else DiffusionTraining()


@training(recipe_on, WEIGHTS)
def train(recipe: DiffusionTraining, job: Job, *, config: FlowConfig | None = None) -> Iterator[Progress]:
    """Train, then measure, then write weights and card. States and latents are kept in the job's folder."""
    device, seed = job.device, job.seed
    data = portraits(recipe.portraits, recipe.data_seed, parts=True, workers=recipe.workers)
    steps = job.budget(recipe.autoencoder.steps, AUTOENCODER_SHARE)
    first = AutoencoderRun(recipe.autoencoder, data, steps, device, seed)
    yield from job.fit(first, "autoencoder")
    autoencoder = finished(first.average, data)
    yield first.progress({}, "encoding portraits")
    learned = examples(data, autoencoder, seed, job.work, recipe.workers)
    reading = TextRun(recipe.text, learned, job.budget(recipe.text.steps, TEXT_SHARE), device, seed)
    yield from job.fit(reading, "text")
    steps = job.budget(recipe.steps, 1 - AUTOENCODER_SHARE - TEXT_SHARE - TUNING_SHARE)
    run = FlowRun(recipe, learned, reading.average, steps, device, seed, config)
    yield from job.fit(run, "flow")
    steps = job.budget(recipe.tuning.steps, TUNING_SHARE)
    tuning = TuningRun(recipe.tuning, learned, run.average, run.heads, steps, device, seed)
    yield from job.fit(tuning, "tuning")
    run.average.text.load_state_dict(tuning.text().state_dict())
    yield run.progress({}, "measuring")
    publish(run, assembled(autoencoder, run.average), job.out)


def assembled(autoencoder: Autoencoder, flow: Flow) -> LatentDiffusion:
    """Both nets as one model."""
    model = LatentDiffusion(flow.config)
    model.autoencoder.load_state_dict(autoencoder.state_dict())
    model.flow.load_state_dict(flow.state_dict())
    device = autoencoder.mean.device
    return to_channels_last(model, device).eval().requires_grad_(False)


class FlowRun(Run[Flow, DiffusionTraining]):
    """The flow net with its encoders of captions and attributes, its average, and what reads attributes off
    captions."""

    saved = ("model", "average", "heads", "optimizers")
    tail = 0.4
    warmup = 300
    note = "flow"

    def __init__(
        self,
        recipe: DiffusionTraining,
        data: Examples,
        reader: TextReader,
        budget: Budget,
        device: torch.device,
        seed: int,
        config: FlowConfig | None = None,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data.to(device)
        model = to_channels_last(Flow(config), device)
        model.text.load_state_dict(reader.text.state_dict())
        self.heads = copy.deepcopy(reader.heads).to(device).requires_grad_()
        text = [*model.text.parameters(), *self.heads.parameters()]
        others = [weights for name, weights in model.named_parameters() if not name.startswith("text.")]
        self.optimize(
            model,
            adamw(others, recipe.rate, recipe.weight_decay),
            adamw(text, recipe.text_rate, recipe.weight_decay),
        )
        compile_on_gpu([self.model], device)

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        n = self.recipe.batch
        index, start, target, time = self.data.draw(n, seeded)
        captions = index[: round(n * self.recipe.captions)]
        with autocast(self.device):
            numbers, said = words(self.data, captions, self.recipe.unknown, seeded)
            text = self.model.text(numbers)
            context = self.context(text, index[len(captions) :], seeded)
            found = self.model(torch.lerp(start, target, time[:, None, None, None]), time, context)
        loss = self.flow_loss(found, target - start, index)
        unread = self.heads.loss(text, self.data, captions, said)
        self.descend(loss + self.recipe.reading * unread, self.recipe.longest)
        return {"loss": loss.item(), "unread": unread.item()}

    def flow_loss(self, found: Tensor, wanted: Tensor, index: Tensor) -> Tensor:
        """How far velocities (n, 8, 16, 16) are off, by how much each place of these portraits counts."""
        error = (found - wanted).square().mean(1)
        return (error * self.data.weights[index].float()).mean()

    def context(self, text: Context, index: Tensor, seeded: torch.Generator) -> Context:
        """What the net is told: captions, and attributes of the others; of a few portraits nothing."""
        return self.some_told_nothing(text.join(self.chosen(index, seeded)), seeded)

    def some_told_nothing(self, told: Context, seeded: torch.Generator) -> Context:
        """A context in which a few rows say nothing."""
        nothing = torch.rand(len(told.seen), generator=seeded) < self.recipe.nothing
        return self.model.drop(told, nothing.to(self.device))

    def chosen(self, index: Tensor, seeded: torch.Generator) -> Context:
        """A third gets all attributes, the others a random share of them."""
        n = len(index)
        share = torch.rand(n, 1, generator=seeded)
        share = torch.where(torch.rand(n, 1, generator=seeded) < 1 / 3, 1.0, share)
        kept = (torch.rand(n, len(ATTRIBUTES), generator=seeded) < share).to(self.device)
        context: Context = self.model.attributes(
            self.data.categorical[index], self.data.continuous[index], kept
        )
        return context


def publish(run: FlowRun, model: LatentDiffusion, out: Path) -> Card:
    """Measure the model as a reader will load it, and write weights and card to ``out``."""
    model = shipped(model, run.device)
    card = run.card("diffusion", asdict(model.flow.config), parameters(model))
    card.metrics, card.details = measure(model, run.recipe.samples)
    card.details["pictures"] = run.step * run.recipe.batch
    card.sha256 = save_weights(out, model.state_dict())
    write_card(out, card)
    return card

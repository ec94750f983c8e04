"""Training of the latent diffusion model: the autoencoder, then the flow net on its latents, then measuring.

Half of a batch is told by captions what the portrait shows, half by attributes, of which any number may be
left out. A few are told nothing, for guidance. Places where eyes, mouth and glasses are count more: the eye
of a reader goes there.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import CACHE, TRAIN_SEED, portraits
from demos.data.captions.tokens import PADDING, START, UNKNOWN
from demos.kit.device import autocast, best_device
from demos.kit.training import Budget, Progress, Run, compile_on_gpu, fit, generator
from demos.models.diffusion.autoencoder import Autoencoder
from demos.models.diffusion.conditions import ATTRIBUTES, Context
from demos.models.diffusion.examples import CAPTIONS, Examples, examples
from demos.models.diffusion.model import WEIGHTS, Flow, FlowConfig, LatentDiffusion
from demos.models.diffusion.publish import publish
from demos.models.diffusion.train_autoencoder import AutoencoderRun, AutoencoderTraining, finished

AUTOENCODER_SHARE = 0.15  # of the minutes, when there are so many


@dataclass(frozen=True)
class DiffusionTraining:
    """The recipe."""

    steps: int = 30_000
    batch: int = 32
    portraits: int = 30_000
    rate: float = 1e-3
    weight_decay: float = 0.01
    average: float = 0.9995
    nothing: float = 0.12  # share of portraits that the net is told nothing about
    unknown: float = 0.03  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient
    samples: int = 3000  # pictures on each side of a measurement
    workers: int = 1  # processes that draw portraits and write captions
    data_seed: int = TRAIN_SEED
    autoencoder: AutoencoderTraining = field(default_factory=AutoencoderTraining)


SMOKE = DiffusionTraining(
    steps=3,
    batch=8,
    portraits=500,
    samples=24,
    autoencoder=AutoencoderTraining(steps=3, batch=4, portraits=500),
)
ON_GPU = DiffusionTraining(
    steps=40_000,
    batch=512,
    portraits=100_000,
    average=0.9997,
    workers=12,
    autoencoder=AutoencoderTraining(steps=8000, batch=64, portraits=100_000),
)


def train(
    recipe: DiffusionTraining | None = None,
    *,
    minutes: float | None = None,
    device: torch.device | None = None,
    seed: int = 0,
    resume: bool = False,
    out: Path = WEIGHTS,
    work: Path | None = None,
    config: FlowConfig | None = None,
) -> Iterator[Progress]:
    """Train, then measure, then write weights and card to ``out``. State and latents are kept in ``work``."""
    device = device or best_device()
    recipe = recipe or (ON_GPU if device.type == "cuda" else DiffusionTraining())
    work = work or CACHE / "train" / f"diffusion-{seed}"
    share = None if minutes is None else minutes * AUTOENCODER_SHARE
    data = portraits(recipe.portraits, recipe.data_seed, parts=True, workers=recipe.workers)
    first = AutoencoderRun(recipe.autoencoder, data, Budget(recipe.autoencoder.steps, share), device, seed)
    yield from fit(first, work / "autoencoder.pt", resume=resume)
    autoencoder = finished(first.average, data)
    yield first.progress({}, "encoding portraits")
    learned = examples(data, autoencoder, seed, work, recipe.workers)
    budget = Budget(recipe.steps, None if share is None or minutes is None else minutes - share)
    run = FlowRun(recipe, learned, budget, device, seed, config)
    yield from fit(run, work / "flow.pt", resume=resume)
    yield run.progress({}, "measuring")
    publish(run, assembled(autoencoder, run.average), out)


def assembled(autoencoder: Autoencoder, flow: Flow) -> LatentDiffusion:
    """Both nets as one model."""
    model = LatentDiffusion(flow.config)
    model.autoencoder.load_state_dict(autoencoder.state_dict())
    model.flow.load_state_dict(flow.state_dict())
    device = autoencoder.mean.device
    return model.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]


class FlowRun(Run[Flow]):
    """The flow net with its encoders of captions and attributes, its average and its optimizer."""

    recipe: DiffusionTraining
    tail = 0.4
    warmup = 300
    note = "flow"

    def __init__(
        self,
        recipe: DiffusionTraining,
        data: Examples,
        budget: Budget,
        device: torch.device,
        seed: int,
        config: FlowConfig | None = None,
    ) -> None:
        super().__init__(budget, device, seed)
        self.recipe, self.data = recipe, data.to(device)
        self.model = Flow(config).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.rates, self.decay = (recipe.rate,), recipe.average
        self.optimizers = [
            torch.optim.AdamW(
                self.model.parameters(),
                recipe.rate,
                betas=(0.9, 0.99),
                weight_decay=recipe.weight_decay,
                fused=True,
            )
        ]
        compile_on_gpu([self.model], device)

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        n = self.recipe.batch
        index = torch.randint(len(self.data), (n,), generator=seeded).to(self.device)
        target = self.data.latents[index].float()
        start = torch.randn(target.shape, generator=seeded).to(self.device)
        time = torch.randn(n, generator=seeded).sigmoid().to(self.device)
        with autocast(self.device):
            context = self.context(index, seeded)
            found = self.model(torch.lerp(start, target, time[:, None, None, None]), time, context)
        error = (found - (target - start)).square().mean(1)
        loss = (error * self.data.weights[index].float()).mean()
        self.descend(loss, self.recipe.longest)
        return {"loss": loss.item()}

    def context(self, index: Tensor, seeded: torch.Generator) -> Context:
        """What the net is told: of the first half by captions, of the rest by attributes."""
        half = len(index) // 2
        told = self.model.text(self.words(index[:half], seeded)).join(self.chosen(index[half:], seeded))
        nothing = torch.rand(len(index), generator=seeded) < self.recipe.nothing
        return self.model.told(told, nothing.to(self.device))

    def words(self, index: Tensor, seeded: torch.Generator) -> Tensor:
        """Token numbers (n, LENGTH) of one caption of each, a few of them unknown."""
        which = torch.randint(CAPTIONS, (len(index),), generator=seeded).to(self.device)
        numbers = self.data.captions[index, which].long()
        lost = (torch.rand(numbers.shape, generator=seeded) < self.recipe.unknown).to(self.device)
        lost &= (numbers != PADDING) & (numbers != START)
        return torch.where(lost, UNKNOWN, numbers)

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

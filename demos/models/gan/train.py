"""Training of the GAN: feature net, then generator against critics, then measuring.

One batch of fakes serves both players: the critics see it detached, then the generator hears what the updated
critics say about it. Half of it is painted from latents, half from what an encoder read off real portraits.
Late in the run, latents come from a prior that was fitted to the encoder's codes: a reader's will too.
Snapshots along the way become the checkpoints that a reader leafs through.

`FURTHER` trains the published weights on. Their encoder, which readers don't have, is trained anew first.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED, Portraits, portraits
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import Budget, Job, Progress, Run, compile_on_gpu, generator, save_state, training
from demos.models.gan.encoder import (
    Encoder,
    encode,
    likeness_loss,
    prior_loss,
    reading_loss,
    shaken,
    spreads,
)
from demos.models.gan.model import (
    DEFAULT,
    Discriminator,
    GanConfig,
    Generator,
    View,
    discriminator_loss,
    generator_loss,
    on_sphere,
    random_corners,
    total,
)
from demos.models.gan.pretrained import checkpoints, read_discriminator, read_generator, read_prior
from demos.models.gan.prior import Prior, fit_prior
from demos.models.gan.publish import WEIGHTS, publish
from demos.models.gan.train_features import FeatureTraining, features_path, train_features


@dataclass(frozen=True)
class GanTraining:
    """The recipe. ``snapshots`` are the shares of the budget at which a checkpoint is kept."""

    steps: int = 9500
    batch: int = 32
    portraits: int = 30_000
    rate: float = 6e-4  # of the generator
    critic_rate: float = 1.2e-3  # the critics must keep ahead: with equal rates faces lose their variety
    encoder_rate: float = 1e-3
    likeness: float = 12.0  # weights of the encoder's losses beside the critics' sum
    reading: float = 2.0
    prior: float = 4.0
    prior_fits: tuple[float, ...] = (0.7, 0.8, 0.9)  # shares of the budget at which the prior is fitted
    fitted_to: int = 10_000  # portraits; the prior that readers get is fitted to all of them
    prior_steps: int = 2000
    last_prior_steps: int = 12_000  # of the prior that readers get
    published: bool = False  # go on from the published weights
    encoder_first: float = 0.0  # share of the budget in which the encoder alone learns
    noise: int = 4  # pictures of noise that the critics see at each step
    average_images: int = 10_000  # half-life of the averaged generator, once that many were seen twentyfold
    snapshots: tuple[float, ...] = (0.0, 0.06, 0.15, 0.35, 0.65, 1.0)
    samples: int = 3000  # pictures on each side of a measurement
    data_seed: int = TRAIN_SEED
    features: FeatureTraining = field(default_factory=FeatureTraining)


SMOKE = GanTraining(
    steps=4,
    batch=8,
    portraits=500,
    prior_fits=(0.5,),
    prior_steps=4,
    last_prior_steps=4,
    snapshots=(0.0, 1.0),
    samples=60,
    features=FeatureTraining(steps=4, batch=8, portraits=500),
)
FURTHER = GanTraining(
    steps=6000,
    rate=4e-4,
    critic_rate=8e-4,
    prior_fits=(0.19, 0.4, 0.6, 0.8, 0.9),
    published=True,
    encoder_first=0.19,
    snapshots=(1.0,),
)
ON_GPU = GanTraining(steps=30_000, batch=128, portraits=100_000, average_images=50_000)


def recipe_on(device: torch.device) -> GanTraining:
    return ON_GPU if device.type == "cuda" else GanTraining()


@training(recipe_on, WEIGHTS)
def train(recipe: GanTraining, job: Job, *, config: GanConfig = DEFAULT) -> Iterator[Progress]:
    """Train, then measure, then write weights and card. State and snapshots are kept in the job's folder."""
    device, seed, work = job.device, job.seed, job.work
    if not job.resume:
        forget(work)
    features = features_path(config.features, recipe.features)
    if not recipe.published:
        yield from train_features(features, config.features, recipe.features, device=device)
    data = portraits(recipe.portraits, recipe.data_seed)
    run = GanRun(config, recipe, data, job.budget(recipe.steps), work, device, seed)
    run.start_from_published() if recipe.published else run.look_through(features)
    yield from job.fit(run)
    yield run.progress({}, "measuring")
    publish(work, job.out, asdict(recipe), seed=seed, samples=recipe.samples, device=device)


def forget(work: Path) -> None:
    for path in work.glob("*.pt"):
        path.unlink()


GENERATOR, CRITICS, ENCODER = range(3)  # the players, in the order of their optimizers
REMEMBERED = 8  # batches of codes that a batch is compared with


class GanRun(Run[Generator, GanTraining]):
    """The players, what they remember, and the averaged generator."""

    saved = (
        "generator", "average", "discriminator", "encoder", "codes", "prior", "fits", "optimizers", "kept",
    )  # fmt: skip

    def __init__(
        self,
        config: GanConfig,
        recipe: GanTraining,
        data: Portraits,
        budget: Budget,
        work: Path,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.config, self.data, self.work = config, data, work
        self.steps_before, self.minutes_before = 0, 0.0
        self.generator = to_channels_last(Generator(config), device)
        self.discriminator = to_channels_last(Discriminator(config), device)
        self.trained = self.discriminator.trainable()
        encoder = Encoder(config.latent, config.features)
        self.encoder = to_channels_last(encoder, device)
        self.codes = torch.empty(0, config.latent, device=device)
        self.prior = Prior(config.latent).to(device).requires_grad_(False)  # leaves noise as it is, at first
        self.fits = 0
        players = (self.generator.parameters(), self.trained, self.encoder.parameters())
        rates = (recipe.rate, recipe.critic_rate, recipe.encoder_rate)
        optimizers = [
            torch.optim.Adam(weights, rate, betas=(beta, 0.99), fused=True)
            for weights, rate, beta in zip(players, rates, (0.0, 0.0, 0.5), strict=True)
        ]
        self.optimize(self.generator, *optimizers)
        compile_on_gpu([self.generator, self.discriminator.features, *self.discriminator.scales], device)
        self.kept = 0

    def look_through(self, features: Path) -> None:
        """Give the critics the trained feature net that is kept at this path."""
        self.discriminator.features.net.load_state_dict(torch.load(features, weights_only=True))

    def start_from_published(self) -> None:
        """Take the weights that readers have, and leave the checkpoints before them as snapshots."""
        *earlier, last = checkpoints()
        for kept in earlier:
            when = {"step": kept.steps, "images": kept.images, "minutes": kept.minutes}
            weights = read_generator(kept.index).generator.state_dict()
            save_state(self.work / f"snapshot-00-{kept.index:02}.pt", {"generator": weights} | when)
        for net in (self.generator, self.average):
            net.load_state_dict(read_generator().generator.state_dict())
            net.radius.fill_(1)  # as in training
        self.discriminator.load_state_dict(read_discriminator().state_dict())
        self.prior.load_state_dict(read_prior().state_dict())
        self.steps_before, self.minutes_before = last.steps, last.minutes

    def train_step(self) -> dict[str, float]:
        """One batch: first the critics learn, then generator and encoder."""
        data, seeded = self.data, generator(self.seed, self.step)
        n = self.recipe.batch
        real = data.pictures(torch.randint(len(data), (n,), generator=seeded)).to(self.device)
        self.fit_prior_when_due()
        z = self.prior(self.generator.latents(n, seeded))
        corners = random_corners(n, self.config, seeded)
        return self.all_players(real, z, corners, seeded)

    def all_players(
        self, real: Tensor, z: Tensor, corners: Tensor, seeded: torch.Generator
    ) -> dict[str, float]:
        critics = self.discriminator
        with autocast(self.device):
            with torch.no_grad():
                real_view = critics.look(real, corners)
            codes = self.encoder(real_view.scales, measure=True)
            half = len(real) // 2
            from_both = torch.cat([shaken(codes[:half], seeded), z[half:]])
            fake_view = critics.look(self.generator(from_both), corners)
            if self.fraction < self.recipe.encoder_first:
                variety_loss = self.variety_loss(real_view, fake_view, codes, z, seeded)
                self.update([ENCODER], variety_loss)
                return {"variety": variety_loss.item()}
            critic_loss = discriminator_loss(
                critics.criticise(real_view), critics.criticise(fake_view.detach())
            ) + self.noise_loss(real, seeded)
        self.update([CRITICS], critic_loss)
        set_trainable(self.trained, False)
        with autocast(self.device):
            painter_loss = generator_loss(critics.criticise(fake_view))
            variety_loss = self.variety_loss(real_view, fake_view, codes, z, seeded)
        self.update([GENERATOR, ENCODER], painter_loss + variety_loss)
        set_trainable(self.trained, True)
        return {
            "critics": critic_loss.item(),
            "generator": painter_loss.item(),
            "variety": variety_loss.item(),
        }

    def noise_loss(self, real: Tensor, seeded: torch.Generator) -> Tensor:
        """Hinge loss of the critics on noise, in inference mode: so it is judged when a reader asks.

        Critics that only ever see portraits, drawn or generated, may rate noise above both: nothing has
        taught them otherwise.
        """
        critics = self.discriminator.eval()
        with torch.no_grad():
            view = critics.look(noise(real[: self.recipe.noise], seeded))
        logits = critics.criticise(view)
        self.discriminator.train()
        return total(lambda name: F.relu(1 + logits[name].float()).mean(), logits)

    def variety_loss(
        self, real: View, fake: View, codes: Tensor, z: Tensor, seeded: torch.Generator
    ) -> Tensor:
        """What generator and encoder owe each other: the first half of the fakes was painted from codes."""
        recipe, half = self.recipe, len(codes) // 2
        painted, portraits = ([scale[:half] for scale in view.scales] for view in (fake, real))
        read = self.encoder([scale[half:] for scale in fake.scales])
        loss = (
            recipe.likeness * likeness_loss(painted, portraits, spreads(real.scales))
            + recipe.reading * reading_loss(read, on_sphere(z[half:]))
            + recipe.prior * prior_loss(codes, self.codes, seeded)
        )
        self.codes = torch.cat([codes.detach(), self.codes])[: REMEMBERED * len(codes)]
        return loss

    def update(self, players: list[int], loss: Tensor) -> None:
        for player in players:
            self.optimizers[player].zero_grad(set_to_none=True)
        loss.backward()
        for player in players:
            self.optimizers[player].step()

    def fit_prior_when_due(self) -> None:
        """Fit the prior to the encoder's codes whenever the budget has passed another mark."""
        passed = sum(self.fraction >= mark for mark in self.recipe.prior_fits)
        if passed > self.fits:
            codes = encode(self.encoder, self.discriminator.features, self.data, self.recipe.fitted_to)
            self.prior = fit_prior(codes, steps=self.recipe.prior_steps, seed=self.seed).to(self.device)
            self.fits = passed

    def average_decay(self) -> float:
        """Half-life of `average_images`, shorter at first so that early snapshots are not of the untrained
        net."""
        seen = (self.step + 1) * self.recipe.batch
        half_life = min(self.recipe.average_images, seen / 20)
        return 0.5 ** (self.recipe.batch / max(half_life, 1e-8))

    def keep_snapshot(self) -> None:
        """Keep averaged generator and critics whenever the budget has passed another mark."""
        passed = sum(self.fraction >= mark for mark in self.recipe.snapshots)
        if passed > self.kept:
            save_state(self.work / f"snapshot-{passed:02}.pt", self.snapshot())
            self.kept = passed

    def snapshot(self) -> dict[str, Any]:
        return {
            "generator": self.average.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "encoder": self.encoder.state_dict(),
            "step": self.steps_before + self.step,
            "images": (self.steps_before + self.step) * self.recipe.batch,
            "minutes": self.minutes_before + self.clock.minutes,
        }


def noise(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """Noise of random grain, from single pixels to one color, blended over pictures (n, 3, 64, 64).

    Half a picture may shine through at most.
    """
    n, _, size, _ = pictures.shape
    grains = [
        F.interpolate(torch.rand(1, 3, side, side, generator=seeded) * 2 - 1, size)
        for side in (2 ** torch.randint(size.bit_length(), (n,), generator=seeded)).tolist()
    ]
    share = 0.5 + 0.5 * torch.rand(n, 1, 1, 1, generator=seeded)
    return torch.lerp(pictures, torch.cat(grains).to(pictures), share.to(pictures))


def set_trainable(weights: list[torch.nn.Parameter], trainable: bool) -> None:
    for weight in weights:
        weight.requires_grad_(trainable)

"""Training of the three nets, one after the other.

The transformer: cross-entropy of every step of tunes, given those before it. The AR-CNN: notes of tunes are
taken away and wrong ones put in, and the target is an even distribution over the cells that differ from the
tune; the loss is the Kullback–Leibler divergence from it. Both see each tune in another key every time.

The GAN: hinge losses (Lim and Ye 2017) with a gradient penalty on real accompaniments (R1, Mescheder et al.
2018). Real accompaniments of another melody count as fake too, so that the critic looks at both (Reed et al.
2016). Where other noise changes too little, the generator is pushed to change more (Mao et al. 2019).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.tunes.corpus import folk_of, generated
from demos.data.tunes.tune import BAR, Tune
from demos.kit.device import autocast
from demos.kit.training import Budget, Job, Progress, Run, generator, parameters, training
from demos.kit.weights import save_nets, shipped, write_card
from demos.models.melody.evaluate import SAMPLES, measure
from demos.models.melody.losses import batch, change, divergence, spoil, step_loss
from demos.models.melody.nets import (
    WEIGHTS,
    WRITER,
    Critic,
    Editor,
    Generator,
    NoiseConfig,
    UNetConfig,
    binary,
)
from demos.models.melody.rolls import chroma, parts_roll, roll
from demos.models.text.model import TextNet

BITS = math.log(2)  # nats to a bit
DETAILS = {
    "bits": "-log2 p of all steps of the test tunes, divided by the number of their notes",
    "ngram_bits": "the same for interpolated n-grams of the training tunes, as intervals and times to the "
    "next note; form, order and discount chosen on the validation tunes",
    "in_key": "share of new notes whose pitch class is in the scale of the tune that they continue, edit or "
    "accompany",
    "novelty": "share of the eight-note sequences (intervals and lengths) that are in no training tune",
    "ar_cnn.hits": "share of first edits, at temperature 1, that bring a spoiled test tune closer to "
    "what it was",
    "gan.fit": "share of the melody's notes on beats 1 and 3 whose pitch class sounds in the accompaniment",
}


@dataclass(frozen=True)
class MelodyTraining:
    """The recipe: steps and batch of each net."""

    writer_steps: int = 2800
    writer_batch: int = 24
    editor_steps: int = 6000
    editor_batch: int = 48
    gan_steps: int = 2000
    gan_batch: int = 32
    folk_share: float = 0.15  # of a batch of the writer and the editor
    weight_decay: float = 0.05
    penalty: float = 2.0  # of R1
    variety: float = 0.25  # share of an accompaniment that other noise should change
    average: float = 0.998
    measured: int = SAMPLES
    data_seed: int = 0


RECIPE = MelodyTraining()
SMOKE = MelodyTraining(
    writer_steps=2, writer_batch=2, editor_steps=2, editor_batch=2, gan_steps=2, gan_batch=4, measured=4
)


class TuneRun(Run[Any, MelodyTraining]):
    """A run that draws tunes, each moved to some key, from its seed and step alone."""

    tail = 0.7
    warmup = 50

    def __init__(self, recipe: MelodyTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        self.folk, self.made = folk_of("train"), generated("train")

    def drawn_tunes(self, seeded: torch.Generator, count: int) -> list[Tune]:
        """Some tunes, a share of them folk tunes, in any key."""
        return [self.drawn_tune(seeded) for _ in range(count)]

    def drawn_tune(self, seeded: torch.Generator) -> Tune:
        which, key, folk = torch.rand(3, generator=seeded).tolist()
        tunes = self.folk if folk < self.recipe.folk_share else self.made
        tune = tunes[int(which * len(tunes))]
        room = middle(tune.room)
        return tune.moved(room[int(key * len(room))])


def middle(room: range) -> range:
    """The twelve keys nearest to where a tune was written, as far as there is room."""
    return range(max(room.start, -6), min(room.stop, 6))


class WriterRun(TuneRun):
    note = "transformer"

    def __init__(self, recipe: MelodyTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        net = TextNet(WRITER).to(device)
        decay = recipe.weight_decay
        self.optimize(net, torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=decay, fused=True))

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        self.seed_dropout()
        numbers = batch(self.drawn_tunes(seeded, self.recipe.writer_batch)).to(self.device)
        self.model.train()
        with autocast(self.device):
            loss = step_loss(self.model, numbers).mean()
        self.descend(loss, longest=1.0)
        return {"bits": loss.item() / BITS}


class EditorRun(TuneRun):
    note = "AR-CNN"

    def __init__(self, recipe: MelodyTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        net = Editor().to(device)
        decay = recipe.weight_decay
        self.optimize(net, torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=decay, fused=True))

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        bars = 4 if self.step % 2 else 8
        rolls = self.drawn_rolls(seeded, bars).to(self.device)
        lost, wrong = torch.rand(2, len(rolls), generator=seeded).to(self.device)
        spoiled = spoil(rolls, lost, wrong.square(), seeded)
        with autocast(self.device):
            scores = self.model(spoiled)
        loss = divergence(scores.float(), rolls != spoiled)
        self.descend(loss, longest=1.0)
        return {"divergence": loss.item()}

    def drawn_rolls(self, seeded: torch.Generator, bars: int) -> Tensor:
        """Piano rolls (n, 36, 16 × bars); where a tune is shorter, of its bars and silence."""
        tunes = self.drawn_tunes(seeded, self.recipe.editor_batch * 8 // bars)
        return torch.stack([roll(tune.notes, bars) for tune in tunes])


class GanRun(Run[nn.ModuleDict, MelodyTraining]):
    note = "GAN"
    tail = 0.5

    def __init__(self, recipe: MelodyTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        tunes = generated("train")
        self.melodies = torch.stack([chroma(tune.notes, tune.bars) for tune in tunes])
        self.parts = torch.stack([parts_roll(tune.parts, tune.bars) for tune in tunes])
        nets = nn.ModuleDict({"generator": Generator(), "critic": Critic()}).to(device)
        betas = (0.0, 0.99)
        self.optimize(
            nets,
            torch.optim.Adam(nets["generator"].parameters(), 1e-3, betas, fused=True),
            torch.optim.Adam(nets["critic"].parameters(), 1e-3, betas, fused=True),
        )

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        chosen = torch.randint(len(self.parts), (self.recipe.gan_batch,), generator=seeded)
        melody, real = self.melodies[chosen].to(self.device), self.parts[chosen].to(self.device)
        logits, others = (self.made(melody, seeded) for _ in range(2))
        fake = binary(logits)
        critic = self.critic_loss(melody, real, fake.detach())
        self.follow(critic, 1)
        made = -self.model["critic"](melody, fake).mean()
        varied = change(logits.sigmoid(), others.sigmoid())
        self.follow(made + F.relu(self.recipe.variety - varied), 0)
        return {"critic": critic.item(), "generator": made.item(), "variety": varied.item()}

    def made(self, melody: Tensor, seeded: torch.Generator) -> Tensor:
        """Logits of accompaniments, from new noise."""
        noise = [x.to(self.device) for x in drawn_noise(len(melody), melody.shape[2] * 2 // BAR, seeded)]
        logits: Tensor = self.model["generator"](melody, *noise)
        return logits

    def critic_loss(self, melody: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        critic, penalized = self.model["critic"], self.step % 8 == 0
        real = real.requires_grad_(penalized)
        scores = critic(melody, real)
        others = critic(melody, real.detach().roll(1, 0))
        loss = F.relu(1 - scores).mean() + F.relu(1 + critic(melody, fake)).mean() / 2
        loss = loss + F.relu(1 + others).mean() / 2
        if penalized:
            (slope,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
            loss = loss + self.recipe.penalty * slope.square().sum((1, 2)).mean()
        return loss

    def follow(self, loss: Tensor, which: int) -> None:
        """A step of one of the two optimizers down its loss."""
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[which].step()


def drawn_noise(n: int, bars: int, seeded: torch.Generator) -> tuple[Tensor, Tensor]:
    """Noise for n accompaniments of so many bars: (n, 24) and (n, 8, bars)."""
    size = NoiseConfig()
    return (
        torch.randn(n, size.whole, generator=seeded),
        torch.randn(n, size.bar, bars, generator=seeded),
    )


@training(RECIPE, WEIGHTS)
def train(recipe: MelodyTraining, job: Job) -> Iterator[Progress]:
    """Train the three nets one after the other, then measure them and write weights and card."""
    stages: tuple[tuple[str, type[Any], int], ...] = (
        ("gan", GanRun, recipe.gan_steps),
        ("ar-cnn", EditorRun, recipe.editor_steps),
        ("transformer", WriterRun, recipe.writer_steps),
    )
    runs: dict[str, Run[Any, Any]] = {}
    for name, kind, steps in stages:
        runs[name] = kind(recipe, job.budget(steps, 1 / len(stages)), job.device, job.seed)
        yield from job.fit(runs[name], name)
    yield runs["transformer"].progress({}, "measuring")
    publish(runs, job.out)


def publish(runs: dict[str, Run[Any, Any]], out: Path) -> None:
    """Write the averaged nets' weights, measure them as a reader will load them, and write the card."""
    averages = {name: run.average for name, run in runs.items()} | {"gan": runs["gan"].average["generator"]}
    nets = {name: shipped(net) for name, net in averages.items()}
    config = {"transformer": asdict(WRITER), "unet": asdict(UNetConfig()), "noise": asdict(NoiseConfig())}
    card = runs["transformer"].card("melody", config, sum(map(parameters, nets.values())))
    card.steps = sum(run.step for run in runs.values())
    card.minutes = round(sum(run.clock.minutes for run in runs.values()), 1)
    card.files = save_nets(out, nets)
    card.details = DETAILS
    card.metrics = measure(nets["transformer"], nets["ar-cnn"], nets["gan"], runs["gan"].recipe.measured)
    write_card(out, card)

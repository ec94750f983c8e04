"""The trained GAN as the demos use it: generators over time, the critics' verdict, directions in latent
space."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.kit import random
from demos.kit.device import Net, best_device, to_channels_last
from demos.kit.quantize import dequantize
from demos.kit.training import channels_last
from demos.kit.weights import Card, load_into, load_weights, part, read_card
from demos.models.gan.model import DEFAULT, SIZE, Discriminator, GanConfig, Generator
from demos.models.gan.prior import LatentGenerator, Prior

WEIGHTS = Path(__file__).parent / "weights"
# Critics that judge a picture by itself; "batch" compares pictures with each other.
SOLITARY = ("scale1", "scale2", "scale3", "scale4", "window")


@dataclass(frozen=True)
class Checkpoint:
    """A generator kept during training. ``minutes``, ``steps`` and ``images`` say when."""

    index: int
    minutes: float
    steps: int
    images: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """What the critics say of n pictures.

    score (n,): mean logit, high means real. probability (n,): the same as the chance of being real,
    calibrated on held-out portraits against samples. heat (n, 64, 64): where the score comes from, in
    logits around the score that is as likely real as not: positive speaks for real. critics: {name: (n,)}
    mean logits.
    """

    score: Tensor
    probability: Tensor
    heat: Tensor
    critics: dict[str, Tensor]


@dataclass(frozen=True)
class Direction:
    """A unit direction in latent space along which one attribute changes. ``step``: how far is natural."""

    name: str
    vector: Tensor  # (latent,)
    step: float


def card(folder: Path = WEIGHTS) -> Card:
    return read_card(folder)


def checkpoints(folder: Path = WEIGHTS) -> list[Checkpoint]:
    """The checkpoints, in order of time; the last is the finished generator."""
    return [Checkpoint(index=i, **entry) for i, entry in enumerate(read_card(folder).details["checkpoints"])]


@cache
def load_generator(
    index: int = -1, device: torch.device | None = None, folder: Path = WEIGHTS
) -> LatentGenerator:
    """The generator of a checkpoint, by default the finished one, in inference mode. Raises WeightsError."""
    return to_inference(read_generator(index, folder), device)


def read_generator(index: int = -1, folder: Path = WEIGHTS) -> LatentGenerator:
    """The generator of a checkpoint, a new one each time. Raises WeightsError."""
    count = len(checkpoints(folder))
    last = index in (-1, count - 1)
    generator = Generator()
    load_into(generator, load_weights(folder) if last else earlier(folder)[index % count], folder)
    return LatentGenerator(read_prior(folder), generator)


def read_prior(folder: Path = WEIGHTS) -> Prior:
    """The prior of all checkpoints, a new one each time. Raises WeightsError."""
    prior = Prior()
    load_into(prior, load_weights(folder, "prior"), folder)
    return prior


@cache
def earlier(folder: Path) -> list[dict[str, Tensor]]:
    """The weights of each checkpoint but the last. Raises WeightsError."""
    stored = load_weights(folder, "history")
    return [dequantize(part(stored, str(i))) for i in range(len(checkpoints(folder)) - 1)]


@cache
def load_discriminator(device: torch.device | None = None, folder: Path = WEIGHTS) -> Discriminator:
    """The critics of the finished generator, in inference mode. Raises WeightsError."""
    return to_inference(read_discriminator(folder), device)


def read_discriminator(folder: Path = WEIGHTS) -> Discriminator:
    """The critics of the finished generator, new ones each time. Raises WeightsError."""
    discriminator = Discriminator()
    load_into(discriminator, load_weights(folder, "discriminator"), folder)
    return discriminator


def to_inference(model: Net, device: torch.device | None) -> Net:
    return to_channels_last(model.eval().requires_grad_(False), device or best_device())


def latents(n: int, seed: int, config: GanConfig = DEFAULT) -> Tensor:
    """z (n, 64). Row i depends on the seed and i alone, on every device."""
    return random.normal(seed, n, config.latent)


@torch.inference_mode()
def sample(z: Tensor, truncation: float = 1.0, index: int = -1, folder: Path = WEIGHTS) -> Tensor:
    """Pictures (n, 3, 64, 64) in [-1, 1], on the CPU, from latents z (n, 64), of which only the direction
    counts."""
    generator = load_generator(index, folder=folder)
    return generator(z.to(generator.device), truncation).float().cpu()


def directions(folder: Path = WEIGHTS) -> dict[str, Direction]:
    """Directions by name. What each moves, and what it moves besides, is on the card. Raises WeightsError."""
    tensors = load_weights(folder, "directions")
    known = read_card(folder).details["directions"]
    return {name: Direction(name, tensors[name], known[name]["step"]) for name in known}


@torch.inference_mode()
def verdict(pictures: Tensor, folder: Path = WEIGHTS) -> Verdict:
    """The critics' judgement of pictures (n, 3, 64, 64) in [-1, 1]."""
    discriminator = load_discriminator(folder=folder)
    return verdict_of(discriminator, pictures.to(next(discriminator.parameters()).device), folder)


def verdict_of(discriminator: Discriminator, pictures: Tensor, folder: Path = WEIGHTS) -> Verdict:
    """The judgement of critics that are where the pictures are. Comes back on the CPU."""
    known = read_card(folder).details["verdict"]
    logits = discriminator(channels_last(pictures))
    logits = {name: logits[name].float().cpu() for name in SOLITARY}
    score = mean_logit(logits)
    return Verdict(
        score=score,
        probability=torch.sigmoid((score - known["threshold"]) * known["slope"]),
        heat=heat_map(logits, discriminator.config) - known["threshold"],
        critics={name: x.mean((1, 2, 3)) for name, x in logits.items()},
    )


def mean_logit(logits: dict[str, Tensor]) -> Tensor:
    """Mean over the solitary critics of their mean patch logit: (n,)."""
    return torch.stack([logits[name].mean((1, 2, 3)) for name in SOLITARY]).mean(0)


def heat_map(logits: dict[str, Tensor], config: GanConfig) -> Tensor:
    """Patch logits of the solitary critics, laid over the picture: (n, 64, 64), with the mean of the score.

    The window critic sees the face window only and speaks for that place; elsewhere its mean stands in.
    """
    layers = [F.interpolate(logits[name], (SIZE, SIZE), mode="bilinear")[:, 0] for name in SOLITARY[:-1]]
    left, top = config.face
    inside = F.interpolate(logits["window"], (config.window, config.window), mode="bilinear")[:, 0]
    face = inside.mean((1, 2))[:, None, None].expand(-1, SIZE, SIZE).clone()
    face[:, top : top + config.window, left : left + config.window] = inside
    return torch.stack([*layers, face]).mean(0)


def calibrate_verdict(real: Tensor, fake: Tensor) -> dict[str, float]:
    """Logistic regression of "real" on the score: probability = sigmoid((score - threshold) · slope)."""
    scores = torch.cat([real, fake]).double()
    labels = torch.cat([torch.ones_like(real), torch.zeros_like(fake)]).double()
    centre, spread = scores.mean(), scores.std().clamp_min(1e-6)
    weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = weights[0] + weights[1] * (scores - centre) / spread
        value = F.binary_cross_entropy_with_logits(logits, labels) + 1e-4 * weights[1].square()
        value.backward()
        return value

    optimizer.step(loss)
    bias, slope = weights.detach().tolist()
    slope = slope if math.fabs(slope) > 1e-6 else 1e-6
    return {"threshold": float(centre - spread * bias / slope), "slope": float(slope / spread)}

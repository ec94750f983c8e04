"""One trunk, five bottlenecks: two autoencoders and variational autoencoders of three β.

Encoder and decoder are shared; each bottleneck has a layer before and one behind its code. One autoencoder is
plain: 64 numbers, and nothing is asked of them. The numbers of the other are in order of importance: in
training all behind a random place are left out (nested dropout, Rippel et al. 2014, arXiv:1402.0915), so one
net gives every size from 2 to 64. The variational bottlenecks give a normal distribution over codes (Kingma
and Welling 2014, arXiv:1312.6114) and differ in the weight β of their KL term (Higgins et al. 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.device import to_channels_last
from demos.kit.weights import loaded

WEIGHTS = Path(__file__).parent / "weights"
SIZE = 64
CODE = 64
SIZES = (2, 4, 8, 16, 32, 64)  # numbers that the autoencoder's code can have
BETAS = (0.1, 1.0, 8.0)


@dataclass(frozen=True)
class Config:
    """``channels``: at 32, 16, 8 and 4 px; ``hidden``: numbers before and behind each bottleneck."""

    channels: tuple[int, ...] = (64, 96, 128, 64)
    hidden: int = 256


class Trunk(nn.Module):
    """Encoder, decoder, and their bottlenecks."""

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        config = config or Config()
        hidden = config.hidden
        self.encoder = Encoder(config)
        self.to_plain = Standardized(hidden)
        self.from_plain = nn.Linear(CODE, hidden)
        self.to_code = Standardized(hidden)
        self.from_code = nn.Linear(CODE, hidden)
        self.left_out = nn.Embedding(len(SIZES), hidden)  # says how many numbers there are
        self.register_buffer("sizes", torch.tensor(SIZES), persistent=False)
        self.sizes: Tensor
        self.to_normal = nn.ModuleList(nn.Linear(hidden, 2 * CODE) for _ in BETAS)
        self.from_normal = nn.ModuleList(nn.Linear(CODE, hidden) for _ in BETAS)
        self.decoder = Decoder(config)

    def read(self, pictures: Tensor) -> Tensor:
        """What the bottlenecks read (n, hidden), from pictures (n, 3, 64, 64) in [-1, 1]."""
        read: Tensor = self.encoder(pictures).float()
        return read

    def normal(self, read: Tensor, beta: int) -> tuple[Tensor, Tensor]:
        """Mean and log variance, (n, 64) each, from what was read; ``beta`` counts in BETAS."""
        mean, log_variance = self.to_normal[beta](read).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 4)

    def opened(self, codes: Tensor, size: Tensor) -> Tensor:
        """What is drawn from (n, hidden), by codes (n, 64) in order of importance and how many of their
        numbers count (n,): ``SIZES[size]``."""
        kept = torch.arange(CODE, device=codes.device) < self.sizes[size, None]
        opened: Tensor = self.from_code(codes * kept) + self.left_out(size)
        return opened

    def draw(self, opened: Tensor) -> Tensor:
        """Pictures (n, 3, 64, 64) from (n, hidden)."""
        pictures: Tensor = self.decoder(opened)
        return pictures


class Standardized(nn.Module):
    """What was read (n, hidden) to codes (n, 64), each number with mean 0 and variance 1 over the
    portraits."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.linear = nn.Linear(hidden, CODE)
        self.norm = nn.BatchNorm1d(CODE, affine=False, momentum=0.02)

    def forward(self, read: Tensor) -> Tensor:
        codes: Tensor = self.norm(self.linear(read).float())
        return codes


class Encoder(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] to (n, hidden)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c32, c16, c8, c4 = config.channels
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(2),  # (n, 12, 32, 32)
            *convolution(12, c32, 3),
            *convolution(c32, c16, 4, stride=2),  # (n, 96, 16, 16)
            *convolution(c16, c8, 4, stride=2),  # (n, 128, 8, 8)
            *convolution(c8, c4, 4, stride=2),  # (n, 64, 4, 4)
            nn.Flatten(),
            *dense(c4 * 16, config.hidden),
            *dense(config.hidden, config.hidden),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        read: Tensor = self.layers(pictures)
        return read


def convolution(channels: int, out: int, kernel: int, stride: int = 1) -> Sequence[nn.Module]:
    conv = nn.Conv2d(channels, out, kernel, stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(out), nn.LeakyReLU(0.2)


def dense(numbers: int, out: int) -> Sequence[nn.Module]:
    return nn.Linear(numbers, out, bias=False), nn.BatchNorm1d(out), nn.LeakyReLU(0.2)


class Decoder(nn.Module):
    """(n, hidden) to pictures (n, 3, 64, 64) in [-1, 1]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c32, c16, c8, c4 = config.channels
        hidden = config.hidden
        self.mix = nn.Sequential(nn.BatchNorm1d(hidden), nn.LeakyReLU(0.2), *dense(hidden, hidden))
        self.layout = nn.Sequential(*dense(hidden, c4 * 16), nn.Unflatten(1, (c4, 4, 4)))
        self.blocks = nn.ModuleList(
            [
                Modulated(c4, c8, hidden, larger=True),  # (n, 128, 8, 8)
                Modulated(c8, c8, hidden),
                Modulated(c8, c16, hidden, larger=True),  # (n, 96, 16, 16)
                Modulated(c16, c32, hidden, larger=True),  # (n, 64, 32, 32)
                Modulated(c32, c32, hidden),
            ]
        )
        self.to_pixels = nn.Conv2d(c32, 12, 3, padding=1)

    def forward(self, opened: Tensor) -> Tensor:
        h = self.mix(opened)
        x = self.layout(h)
        for block in self.blocks:
            x = block(x, h)
        return F.pixel_shuffle(self.to_pixels(x).float(), 2)


class Modulated(nn.Module):
    """A convolution, at twice the side if ``larger``, whose maps are scaled and shifted by what is to be
    drawn.

    What holds for the picture as a whole, such as a color, need not be carried from place to place.
    """

    def __init__(self, channels: int, out: int, hidden: int, *, larger: bool = False) -> None:
        super().__init__()
        if larger:
            self.conv: nn.Module = nn.ConvTranspose2d(channels, out, 4, stride=2, padding=1, bias=False)
        else:
            self.conv = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out, affine=False)
        self.style = nn.Linear(hidden, 2 * out)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        scale, shift = self.style(h)[:, :, None, None].chunk(2, dim=1)
        return F.leaky_relu(self.norm(self.conv(x)) * (1 + scale) + shift, 0.2)


def sampled(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Codes drawn from the normal distributions, so that gradients reach mean and variance
    (reparameterization)."""
    return mean + (0.5 * log_variance).exp() * noise


def kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Kullback–Leibler divergence (n, 64) from N(0, 1), in nats, number by number."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def random_sizes(n: int, seeded: torch.Generator) -> Tensor:
    """How many numbers count for n pictures in training, as places in SIZES: all of them for every second."""
    size = torch.randint(len(SIZES) - 1, (n,), generator=seeded, device=seeded.device)
    size[::2] = len(SIZES) - 1
    return size


def reconstruct(model: Trunk, noisy: Tensor, size: Tensor, random: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What training draws after each picture (n, 3, 64, 64), the mean of β times the KL divergence, and what
    the bottlenecks read.

    The first pictures, as many as there are in ``size``, go through the ordered bottleneck with so many
    numbers; the others are shared out among the plain and the variational ones, whose codes are drawn with
    standard normal ``random`` (n, 64).
    """
    read = model.read(noisy)
    ordered, (plain, *variational) = read[: len(size)], read[len(size) :].tensor_split(1 + len(BETAS))
    _, *noises = random[len(size) :].tensor_split(1 + len(BETAS))
    opened = [model.opened(model.to_code(ordered), size), model.from_plain(model.to_plain(plain))]
    divergences = []
    for beta, (some, noise) in enumerate(zip(variational, noises, strict=True)):
        mean, log_variance = model.normal(some, beta)
        opened.append(model.from_normal[beta](sampled(mean, log_variance, noise)))
        divergences.append(BETAS[beta] * kl(mean, log_variance).sum())
    return model.draw(torch.cat(opened)), torch.stack(divergences).sum() / len(noisy), read


@cache
def load_trunk(device: torch.device | None = None, folder: Path = WEIGHTS) -> Trunk:
    """The trained trunk, in inference mode. Raises WeightsError."""
    return to_channels_last(loaded(Trunk(), folder, device))

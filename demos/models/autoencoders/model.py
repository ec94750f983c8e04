"""One trunk, four bottlenecks: an autoencoder of 2 to 64 numbers and variational autoencoders of three β.

Encoder and decoder are shared; each bottleneck has a layer before and one behind its code. The autoencoder's
numbers are in order of importance: in training all behind a random place are left out (nested dropout, Rippel
et al. 2014, arXiv:1402.0915), so one net gives every size. The variational bottlenecks give a normal
distribution over codes (Kingma and Welling 2014, arXiv:1312.6114) and differ in the weight β of their KL
term (Higgins et al. 2017).

Beside the convolutions runs a linear path along the portraits' principal components: the best that an
autoencoder without nonlinear layers can do (Baldi and Hornik 1989), and where training starts from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.device import best_device
from demos.kit.weights import load_into, load_weights

WEIGHTS = Path(__file__).parent / "weights"
SIZE = 64
SMALL = 32  # px at which principal components are found
PIXELS_PER_CELL = (SIZE // SMALL) ** 2
CODE = 64
SIZES = (2, 4, 8, 16, 32, 64)  # numbers that the autoencoder's code can have
BETAS = (0.1, 1.0, 8.0)


@dataclass(frozen=True)
class Config:
    """``channels``: at 32, 16, 8 and 4 px; ``hidden``: numbers before and behind each bottleneck."""

    channels: tuple[int, ...] = (48, 64, 96, 80)
    hidden: int = 128


class Trunk(nn.Module):
    """Encoder, decoder, and their bottlenecks."""

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        config = config or Config()
        read, opened = config.hidden + CODE, config.hidden + CODE
        self.components = Components()
        self.encoder = Encoder(config)
        self.to_code = nn.Linear(read, CODE)
        # Each number has mean 0 and variance 1 over the portraits.
        self.standard = nn.BatchNorm1d(CODE, affine=False, momentum=0.02)
        self.from_code = nn.Linear(CODE, opened)
        self.left_out = nn.Embedding(len(SIZES), opened)  # says how many numbers there are
        self.to_normal = nn.ModuleList(nn.Linear(read, 2 * CODE) for _ in BETAS)
        self.from_normal = nn.ModuleList(nn.Linear(CODE, opened) for _ in BETAS)
        self.decoder = Decoder(config)

    @torch.no_grad()
    def start_from(self, pictures: Tensor) -> None:
        """Find the principal components of pictures (n, 3, 64, 64), and set every bottleneck to what is best
        with them alone: for a variational one that is probabilistic PCA (Tipping and Bishop 1999)."""
        self.components.find(pictures)
        identity = torch.eye(CODE)
        for layer in (self.to_code, *self.to_normal):
            layer.weight[:CODE, -CODE:] += identity
            layer.bias.zero_()
        for layer in (self.from_code, *self.from_normal):
            layer.weight[-CODE:] = identity
            layer.bias.zero_()
        self.left_out.weight.zero_()
        variance = PIXELS_PER_CELL * self.components.deviation.square()
        for i, beta in enumerate(BETAS):
            self.to_normal[i].bias[CODE:] = (beta / (variance + beta)).log()  # type: ignore[operator]

    def read(self, pictures: Tensor) -> Tensor:
        """What the bottlenecks read (n, hidden + 64), from pictures (n, 3, 64, 64) in [-1, 1]."""
        along = self.components.along(pictures)
        return torch.cat([self.encoder(pictures).float(), along], dim=1)

    def encode(self, pictures: Tensor) -> Tensor:
        """The autoencoder's codes (n, 64) of pictures."""
        return self.standardized(self.read(pictures))

    def standardized(self, read: Tensor) -> Tensor:
        """The autoencoder's codes (n, 64) from what was read, in float32."""
        codes: Tensor = self.standard(self.to_code(read).float())
        return codes

    def normal(self, read: Tensor, beta: int) -> tuple[Tensor, Tensor]:
        """Mean and log variance, (n, 64) each, from what was read; ``beta`` counts in BETAS."""
        mean, log_variance = self.to_normal[beta](read).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 4)

    def opened(self, codes: Tensor, size: Tensor) -> Tensor:
        """What is drawn from, by the autoencoder's codes (n, 64) and their sizes (n,), counted in SIZES."""
        kept = torch.arange(CODE, device=codes.device) < torch.tensor(SIZES, device=codes.device)[size, None]
        opened: Tensor = self.from_code(codes * kept) + self.left_out(size)
        return opened

    def draw(self, opened: Tensor) -> Tensor:
        """Pictures (n, 3, 64, 64) from (n, hidden + 64)."""
        rough = self.components.picture(opened[:, -CODE:].float())
        pictures: Tensor = self.decoder(opened[:, :-CODE], rough)
        return pictures

    def decode(self, codes: Tensor, size: Tensor) -> Tensor:
        """Pictures from the autoencoder's codes (n, 64), of which ``SIZES[size]`` numbers count."""
        return self.draw(self.opened(codes, size))

    def decode_normal(self, codes: Tensor, beta: int) -> Tensor:
        """Pictures from codes (n, 64) of a variational bottleneck."""
        return self.draw(self.from_normal[beta](codes))


class Components(nn.Module):
    """Mean and principal components of the portraits at 32 px; found once, not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(3 * SMALL**2))
        self.register_buffer("directions", torch.zeros(CODE, 3 * SMALL**2))
        self.register_buffer("deviation", torch.ones(CODE))
        self.mean: Tensor
        self.directions: Tensor
        self.deviation: Tensor

    def find(self, pictures: Tensor) -> None:
        rows = F.avg_pool2d(pictures, SIZE // SMALL).flatten(1)
        self.mean.copy_(rows.mean(0))
        _, lengths, directions = torch.svd_lowrank(rows - self.mean, q=CODE + 16, niter=2)
        self.directions.copy_(directions.T[:CODE])
        self.deviation.copy_(lengths[:CODE] / len(rows) ** 0.5)

    def along(self, pictures: Tensor) -> Tensor:
        """Where pictures lie (n, 64), in standard deviations."""
        with torch.autocast(pictures.device.type, enabled=False):
            rows = F.avg_pool2d(pictures.float(), SIZE // SMALL).flatten(1)
            return (rows - self.mean) @ self.directions.T / self.deviation

    def picture(self, along: Tensor) -> Tensor:
        """Pictures (n, 3, 32, 32) at places (n, 64)."""
        with torch.autocast(along.device.type, enabled=False):
            rows = self.mean + (along * self.deviation) @ self.directions
            return rows.unflatten(1, (3, SMALL, SMALL))


class Encoder(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] to (n, hidden)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c32, c16, c8, c4 = config.channels
        self.convolutions = nn.Sequential(
            nn.PixelUnshuffle(2),  # (n, 12, 32, 32)
            *convolution(12, c32, 3),
            *convolution(c32, c16, 4, stride=2),  # (n, 64, 16, 16)
            *convolution(c16, c8, 4, stride=2),  # (n, 96, 8, 8)
            *convolution(c8, c4, 4, stride=2),  # (n, 80, 4, 4)
        )
        self.linear = nn.Linear(c4 * 16, config.hidden)
        self.norm = nn.BatchNorm1d(config.hidden)

    def forward(self, pictures: Tensor) -> Tensor:
        return F.leaky_relu(self.norm(self.linear(self.convolutions(pictures).flatten(1))), 0.2)


def convolution(channels: int, out: int, kernel: int, stride: int = 1) -> Sequence[nn.Module]:
    conv = nn.Conv2d(channels, out, kernel, stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(out), nn.LeakyReLU(0.2)


class Decoder(nn.Module):
    """(n, hidden) and a rough picture (n, 3, 32, 32) to pictures (n, 3, 64, 64) in [-1, 1]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c32, c16, c8, c4 = config.channels
        self.norm = nn.BatchNorm1d(config.hidden)
        self.layout = nn.Linear(config.hidden, c4 * 16)
        self.at8 = Modulated(c4, c8, config.hidden)
        self.at16 = Modulated(c8, c16, config.hidden)
        self.at32 = Modulated(c16, c32, config.hidden)
        self.look = nn.Conv2d(3, c32, 3, padding=1)
        self.to_pixels = nn.Conv2d(c32, 12, 3, padding=1)
        nn.init.zeros_(self.to_pixels.weight)

    def forward(self, opened: Tensor, rough: Tensor) -> Tensor:
        h = F.leaky_relu(self.norm(opened), 0.2)
        x = F.leaky_relu(self.layout(h), 0.2).unflatten(1, (-1, 4, 4))
        x = self.at8(x, h)  # (n, 96, 8, 8)
        x = self.at16(x, h)  # (n, 64, 16, 16)
        x = F.leaky_relu(self.at32(x, h) + self.look(rough), 0.2)  # (n, 48, 32, 32)
        details = F.pixel_shuffle(self.to_pixels(x).float(), 2)
        return F.interpolate(rough, scale_factor=2.0, mode="bilinear") + details


class Modulated(nn.Module):
    """Twice the side, then a convolution whose maps are scaled and shifted by what is to be drawn.

    What holds for the picture as a whole, such as a color, need not be carried from place to place.
    """

    def __init__(self, channels: int, out: int, hidden: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out, affine=False)
        self.style = nn.Linear(hidden, 2 * out)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        x = self.norm(self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))
        scale, shift = self.style(h)[:, :, None, None].chunk(2, dim=1)
        return F.leaky_relu(x * (1 + scale) + shift, 0.2)


def sampled(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Codes drawn from the normal distributions, so that gradients reach mean and variance
    (reparameterization)."""
    return mean + (0.5 * log_variance).exp() * noise


def kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Kullback–Leibler divergence (n, 64) from N(0, 1), in nats, number by number."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def reconstruct(
    model: Trunk, pictures: Tensor, noise: float, seeded: torch.Generator
) -> tuple[Tensor, Tensor]:
    """What training draws after each picture, and the mean of β times the KL divergence.

    The first half goes through the autoencoder's bottleneck: half of it with all numbers, and every fourth
    picture of those is noisy; half with fewer. The rest is shared out among the variational bottlenecks.
    """
    n, half = len(pictures), len(pictures) // 2
    dirty = torch.arange(2, half, 8)
    strength = noise * torch.rand(len(dirty), 1, 1, 1, generator=seeded)
    noisy = pictures.clone()
    noisy[dirty] += (strength * torch.randn(len(dirty), *pictures.shape[1:], generator=seeded)).to(pictures)
    read = model.read(noisy)
    size = torch.full((half,), len(SIZES) - 1)
    fewer = torch.randint(len(SIZES) - 1, (half,), generator=seeded)
    size = torch.where(torch.arange(half) % 2 == 0, size, fewer).to(pictures.device)
    opened = [model.opened(model.standardized(read[:half]), size)]
    divergences = []
    random = torch.randn(n, CODE, generator=seeded).to(pictures.device)
    shares = torch.arange(half, n, device=pictures.device).tensor_split(len(BETAS))
    for beta, rows in enumerate(shares):
        mean, log_variance = model.normal(read[rows], beta)
        opened.append(model.from_normal[beta](sampled(mean, log_variance, random[rows])))
        divergences.append(BETAS[beta] * kl(mean, log_variance).sum(1).mean())
    drawn = model.draw(torch.cat(opened))
    return drawn, torch.stack(divergences).sum() / (2 * len(BETAS))


@cache
def load_trunk(device: torch.device | None = None, folder: Path = WEIGHTS) -> Trunk:
    """The trained trunk, in inference mode. Raises WeightsError."""
    model = Trunk()
    load_into(model, load_weights(folder), folder)
    return model.eval().requires_grad_(False).to(device or best_device())

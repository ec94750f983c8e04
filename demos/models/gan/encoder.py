"""An encoder that keeps the generator's variety, used in training only.

Left to the critics alone, a GAN trained this shortly draws few kinds of faces. So half the fakes of a batch
are painted from codes that the encoder read off real portraits, and must resemble those (VAE-GAN, Larsen et
al. 2016, arXiv:1512.09300); the critics judge them like all others. Codes are kept where the prior has its
latents, by a sliced Wasserstein distance (Kolouri et al. 2018, arXiv:1804.01947). From what was painted from
the prior, the encoder reads the latents back, so that different latents must look different (as in InfoGAN,
Chen et al. 2016, arXiv:1606.03657).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.dataset import Portraits
from demos.models.gan.features import FeatureConfig, FrozenFeatures
from demos.models.gan.model import on_sphere

DIRECTIONS = 64  # of each kind along which a batch's codes are compared with the prior
# Fine scales count less: there the critics judge better what is right than a pixel-by-pixel distance.
SCALE_WEIGHTS = (0.5, 1.0, 1.5, 1.5)


class Encoder(nn.Module):
    """Mixed features at four scales, as the critics see them, to codes (n, latent) on the sphere."""

    def __init__(self, latent: int, config: FeatureConfig) -> None:
        super().__init__()
        _, m2, m3, m4 = config.mixed
        self.to16 = halving(m2, 48)
        self.to8 = halving(48 + m3, 96)
        self.to4 = halving(96 + m4, 128)
        self.to_code = nn.Linear(128 * 4 * 4, latent)
        self.whitening = Whitening(latent)

    def forward(self, scales: list[Tensor], measure: bool = False) -> Tensor:
        """With ``measure`` these are real portraits, and the whitening learns from their codes."""
        _, f2, f3, f4 = scales
        x = self.to8(torch.cat([self.to16(f2), f3], dim=1))  # (n, 96, 8, 8)
        x = self.to4(torch.cat([x, f4], dim=1))  # (n, 128, 4, 4)
        with torch.autocast(f4.device.type, enabled=False):  # whitening needs more than bfloat16's eight bits
            codes = self.to_code(x.flatten(1).float())
            if measure:
                self.whitening.measure(codes.detach())
            return on_sphere(self.whitening(codes))


class Whitening(nn.Module):
    """Codes (n, d) to codes with mean 0 and covariance 1, by what was measured over the last batches.

    Without it a few directions carry most of the codes' variance, and the prior, which has the same variance
    in all of them, draws only what is in their middle. (ZCA whitening, Kessy et al. 2018, arXiv:1512.00809.)
    """

    def __init__(self, size: int, momentum: float = 0.02, least: float = 0.01) -> None:
        super().__init__()
        self.momentum, self.least = momentum, least
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("covariance", torch.eye(size))
        self.register_buffer("matrix", torch.eye(size))
        self.mean: Tensor
        self.covariance: Tensor
        self.matrix: Tensor

    def measure(self, codes: Tensor) -> None:
        self.mean.lerp_(codes.mean(0), self.momentum)
        centred = codes - self.mean
        self.covariance.lerp_(centred.T @ centred / len(codes), self.momentum)
        values, vectors = torch.linalg.eigh(self.covariance)
        floor = self.least * values.mean()  # what hardly varies would become noise
        self.matrix.copy_((vectors * (values + floor).rsqrt()) @ vectors.T)

    def forward(self, codes: Tensor) -> Tensor:
        return (codes - self.mean) @ self.matrix


def halving(channels: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(out, momentum=0.02),
        nn.LeakyReLU(0.2),
    )


@torch.no_grad()
def encode(encoder: Encoder, features: FrozenFeatures, data: Portraits, n: int | None = None) -> Tensor:
    """Codes (n, latent) of the first n portraits, by default of all, on the CPU; in inference mode."""
    training = encoder.training
    encoder.eval()
    device = encoder.to_code.weight.device
    chunks = torch.arange(len(data))[:n].split(100)
    codes = [encoder(features(data.pictures(chunk, device))).cpu() for chunk in chunks]
    encoder.train(training)
    return torch.cat(codes)


def shaken(codes: Tensor, seeded: torch.Generator, noise: float = 0.3) -> Tensor:
    """Codes (n, d) moved by normal noise: what is near a portrait's code must look like it too."""
    return codes + noise * torch.randn(codes.shape, generator=seeded).to(codes)


def spreads(scales: list[Tensor]) -> list[Tensor]:
    """The standard deviation of every channel (c,) at each scale: the unit of `likeness_loss`."""
    return [scale.float().std((0, 2, 3)) + 1e-3 for scale in scales]


def likeness_loss(painted: list[Tensor], seen: list[Tensor], units: list[Tensor]) -> Tensor:
    """How far paintings are from the portraits they were painted after, in frozen features."""
    distances = [
        weight * ((p.float() - s.float()).abs().mean((0, 2, 3)) / unit).mean()
        for weight, p, s, unit in zip(SCALE_WEIGHTS, painted, seen, units, strict=True)
    ]
    return torch.stack(distances).sum()


def reading_loss(read: Tensor, latents: Tensor) -> Tensor:
    """1 - cosine between the latents (n, d) painted from and those read back: 0 when all were recognised."""
    return 1 - F.cosine_similarity(read, latents).mean()


def prior_loss(codes: Tensor, earlier: Tensor, seeded: torch.Generator) -> Tensor:
    """Sliced squared Wasserstein distance of codes (n, d) from the prior.

    A coordinate of latents on the sphere of radius √d is nearly standard normal, whatever the direction. The
    rank of a code is taken among ``earlier`` codes too: a batch alone is too small to show a distribution.

    Half the directions are random, half point to earlier codes: a rare kind of portrait can lie far out in
    one direction, where the prior never draws, and random directions in many dimensions hardly see it.
    """
    chosen = earlier[torch.randperm(len(earlier), generator=seeded)[:DIRECTIONS]]
    random = torch.randn(DIRECTIONS, codes.shape[1], generator=seeded).to(codes)
    axes = F.normalize(torch.cat([random, chosen]), dim=1).T  # (d, directions)
    along = torch.cat([codes, earlier]) @ axes
    ranks = along.argsort(dim=0).argsort(dim=0)[: len(codes)]
    quantiles = torch.special.ndtri((ranks + 0.5) / len(along))
    return (along[: len(codes)] - quantiles).square().mean()

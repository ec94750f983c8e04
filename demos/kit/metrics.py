"""How far generated portraits are from drawn ones.

A number here means something only beside others from the same frozen net: the ladder on the judge's card
(drawn against drawn, noise, blur) says what a difference looks like. Two controls share no label with
anything that is trained: features of a net with random weights, and the raw pixels around the eyes.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EYES = (slice(21, 36), slice(14, 50))  # rows and columns, at 64 px, within which nearly all eyes lie


@dataclass(frozen=True)
class Gaussian:
    """Mean (d,) and covariance (d, d) in float64."""

    mean: Tensor
    covariance: Tensor


def gaussian(features: Tensor) -> Gaussian:
    """The Gaussian with the moments of ``features`` (n, d), n >= 2."""
    features = features.double()
    mean = features.mean(0)
    centred = features - mean
    return Gaussian(mean, centred.T @ centred / (len(features) - 1))


def frechet(a: Gaussian, b: Gaussian) -> float:
    """Fréchet distance |μa-μb|² + tr(Σa + Σb - 2(ΣaΣb)^½) between Gaussians (Dowson & Landau 1982).

    ΣaΣb has the eigenvalues of the symmetric Σa^½ Σb Σa^½, so no root of an unsymmetric matrix is needed
    and a singular covariance does no harm.
    """
    root = matrix_root(a.covariance)
    inner = root @ b.covariance @ root
    shared = torch.linalg.eigvalsh((inner + inner.T) / 2).clamp_min(0).sqrt().sum()
    distance = (a.mean - b.mean).square().sum() + a.covariance.trace() + b.covariance.trace() - 2 * shared
    return max(0.0, distance.item())


def matrix_root(matrix: Tensor) -> Tensor:
    """The symmetric root of a symmetric positive semidefinite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T


def frechet_distance(real: Tensor, fake: Tensor) -> float:
    """FID (Heusel et al. 2017) between two sets of features (n, d). Biased upwards when n is small."""
    return frechet(gaussian(real), gaussian(fake))


def precision_recall(real: Tensor, fake: Tensor, k: int = 3) -> tuple[float, float]:
    """Improved precision and recall (Kynkäänniemi et al. 2019) of features (n, d).

    Precision: the share of fakes within some real's distance to its k-th nearest real. Recall: the converse.
    """
    return coverage(real, fake, k), coverage(fake, real, k)


def coverage(support: Tensor, points: Tensor, k: int) -> float:
    """The share of ``points`` among ``support``; see `among`."""
    return among(support, points, k).double().mean().item()


def among(support: Tensor, points: Tensor, k: int = 3) -> Tensor:
    """Which ``points`` (n, d) lie inside the union of balls around ``support`` that reach to its k-th
    neighbor: (n,) bool."""
    support, points = support.double(), points.double()
    radii = torch.cat(
        [torch.cdist(chunk, support).kthvalue(k + 1, dim=1).values for chunk in support.split(500)]
    )
    return torch.cat([(torch.cdist(chunk, support) <= radii).any(1) for chunk in points.split(500)])


def psnr(drawn: Tensor, pictures: Tensor, weights: Tensor | None = None) -> float:
    """Peak signal-to-noise ratio in dB of pictures (n, 3, h, w) in [-1, 1], over all pixels or weighted
    (n, 1, h, w)."""
    error = ((drawn - pictures) / 2).square().mean(1, keepdim=True)
    mean = error.mean() if weights is None else (error * weights).sum() / weights.sum()
    return float(-10 * mean.clamp_min(1e-10).log10())


def accuracy(predicted: Tensor, truth: Tensor, visible: Tensor | None = None) -> float:
    """The share of rows on which class numbers (n,) agree, of those where the attribute can be seen."""
    hits = (predicted == truth).double()
    return (hits if visible is None else hits[visible]).mean().item()


def r2(predicted: Tensor, truth: Tensor, visible: Tensor | None = None) -> float:
    """The share of the variance of ``truth`` (n,) that ``predicted`` explains; 0 for its mean, 1 if exact."""
    predicted, truth = predicted.double(), truth.double()
    if visible is not None:
        predicted, truth = predicted[visible], truth[visible]
    return (1 - (predicted - truth).square().mean() / truth.var(correction=0)).item()


def histogram_distance(a: Tensor, b: Tensor, classes: int) -> float:
    """Total variation between the class histograms of two sets of class numbers (n,): 0 alike, 1 disjoint."""
    p, q = (torch.bincount(x, minlength=classes).double() / len(x) for x in (a, b))
    return (p - q).abs().sum().item() / 2


def auc(positive: Tensor, negative: Tensor) -> float:
    """The probability that a positive score (n,) exceeds a negative one (m,); ties count half."""
    positive, ordered = positive.double(), negative.double().sort().values
    below = torch.searchsorted(ordered, positive, right=False)
    not_above = torch.searchsorted(ordered, positive, right=True)
    return ((below + not_above).double() / 2 / len(ordered)).mean().item()


class RandomFeatures(nn.Module):
    """Features nobody trained: random convolutions at four scales, means and spreads pooled per channel.

    Pictures (n, 3, s, s) to (n, 2 × 4 × 24). Fixed by ``seed``, whatever the device.
    """

    def __init__(self, seed: int = 2024, width: int = 24) -> None:
        super().__init__()
        seeded = torch.Generator().manual_seed(seed)
        self.kernels = nn.ParameterList()
        for channels in (3, width, width, width):
            kernel = torch.randn(width, channels, 3, 3, generator=seeded) * (2 / (9 * channels)) ** 0.5
            self.kernels.append(nn.Parameter(kernel, requires_grad=False))

    def forward(self, pictures: Tensor) -> Tensor:
        pooled, x = [], pictures
        for kernel in self.kernels:
            x = F.leaky_relu(F.conv2d(x, kernel, padding=1), 0.2)
            pooled += [x.mean((2, 3)), x.var((2, 3), correction=0).add(1e-8).sqrt()]
            x = F.avg_pool2d(x, 2)
        return torch.cat(pooled, dim=1)


@dataclass(frozen=True)
class Components:
    """Principal components: ``project`` gives coordinates (n, d) of rows (n, m)."""

    mean: Tensor  # (m,)
    axes: Tensor  # (m, d) orthonormal

    def project(self, rows: Tensor) -> Tensor:
        return (rows.double() - self.mean) @ self.axes


def principal_components(rows: Tensor, d: int = 64) -> Components:
    """The d directions in which ``rows`` (n, m) vary most."""
    moments = gaussian(rows)
    _, vectors = torch.linalg.eigh(moments.covariance)
    return Components(moments.mean, vectors[:, -d:])


def eye_windows(pictures: Tensor) -> Tensor:
    """The raw pixels around the eyes of pictures (n, 3, 64, 64), as rows (n, 3·15·36)."""
    return pictures[:, :, EYES[0], EYES[1]].flatten(1)


@torch.inference_mode()
def random_features(pictures: Tensor) -> Tensor:
    """`RandomFeatures` of pictures (n, 3, s, s), in batches: a control without labels."""
    net = RandomFeatures()
    return torch.cat([net(chunk.float().cpu()) for chunk in pictures.split(250)])


def eye_distance(real: Tensor, fake: Tensor) -> float:
    """Control without a net: Fréchet distance on the 64 principal components of real eye windows.

    A 65th coordinate is the length of what those components leave over: without it, a grid or noise that no
    real eye has would go unseen.
    """
    real_windows, fake_windows = eye_windows(real.cpu()), eye_windows(fake.cpu())
    components = principal_components(real_windows)
    return frechet_distance(
        with_remainder(components, real_windows), with_remainder(components, fake_windows)
    )


def with_remainder(components: Components, rows: Tensor) -> Tensor:
    """Coordinates (n, d) and, as one more column, the length of what they leave over."""
    coordinates = components.project(rows)
    remainder = rows.double() - components.mean - coordinates @ components.axes.T
    return torch.cat([coordinates, remainder.norm(dim=1, keepdim=True)], dim=1)

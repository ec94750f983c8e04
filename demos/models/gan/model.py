"""Generator and discriminators.

The generator lays out 4 × 4 places from a latent and paints them up to 64 px, each scale modulated by the
latent (as StyleGAN does with its styles, Karras et al. 2019), with gates from coarse to fine scales
(skip-layer excitation, FastGAN, Liu et al. 2021). There is no mapping network: trained this shortly, one
collapsed onto two of its axes and drew a dozen faces. The discriminators read frozen features at four scales
(Projected GAN, Sauer et al. 2021), one more reads the pixels of a window, mostly the face, and one compares
the pictures of a batch with each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from demos.models.gan.features import FeatureConfig, FrozenFeatures, upsample

SIZE = 64


@dataclass(frozen=True)
class GanConfig:
    """Sizes of the nets. ``channels``: of the generator at 4, 8, 16, 32 and 64 px."""

    latent: int = 64
    channels: tuple[int, ...] = (128, 128, 96, 64, 32)
    window: int = 32
    face: tuple[int, int] = (16, 16)  # left and top of the face window, in pixels
    features: FeatureConfig = field(default_factory=FeatureConfig)


DEFAULT = GanConfig()


class Generator(nn.Module):
    """z (n, latent) to pictures (n, 3, 64, 64) in [-1, 1]."""

    def __init__(self, config: GanConfig = DEFAULT) -> None:
        super().__init__()
        w = config.latent
        c4, c8, c16, c32, c64 = config.channels
        self.layout = nn.Linear(w, c4 * 4 * 4)
        self.at4 = StyledConv(c4, c4, w)
        self.to8 = UpBlock(c4, c8, w)
        self.to16 = UpBlock(c8, c16, w)
        self.to32 = UpBlock(c16, c32, w)
        self.to64 = UpBlock(c32, c64, w)
        self.gate32 = SkipExcitation(c4, c32)
        self.gate64 = SkipExcitation(c8, c64)
        self.to_rgb = nn.Conv2d(c64, 3, 1)
        self.register_buffer("radius", torch.ones(()))  # of the sphere that is drawn from; 1 in training
        self.radius: Tensor

    def forward(self, z: Tensor, truncation: float | Tensor = 1.0) -> Tensor:
        """A truncation of 1 leaves the latents on their sphere; 0 gives the mean face to everyone."""
        w = truncation * self.radius * on_sphere(z)
        x4 = self.at4(self.layout(w).unflatten(1, (-1, 4, 4)), w)  # (n, 128, 4, 4)
        x8 = self.to8(x4, w)  # (n, 128, 8, 8)
        x16 = self.to16(x8, w)  # (n, 96, 16, 16)
        x32 = self.gate32(x4, self.to32(x16, w))  # (n, 64, 32, 32)
        x64 = self.gate64(x8, self.to64(x32, w))  # (n, 32, 64, 64)
        return torch.tanh(self.to_rgb(x64))  # (n, 3, 64, 64)

    @torch.no_grad()
    def calibrate(self, codes: Tensor, batch: int = 64) -> None:
        """Measure the statistics of every batch norm that inference uses, painting from codes (n, latent).

        Averaged weights have no running statistics of their own: those of the training weights do not fit
        them.
        """
        norms = [module for module in self.modules() if isinstance(module, BatchNorm)]
        for norm in norms:
            norm.reset()
        self.train()
        for some in codes.split(batch):
            self(some.to(self.device))
        for norm in norms:
            norm.settle()
        self.eval()

    def latents(self, n: int, seeded: torch.Generator) -> Tensor:
        """n latents drawn from the prior; a given stream gives the same ones on every device."""
        z = torch.randn(n, self.layout.in_features, generator=seeded, device=seeded.device)
        return z.to(self.device)

    @property
    def device(self) -> torch.device:
        return self.layout.weight.device


def on_sphere(z: Tensor) -> Tensor:
    """Latents z (n, d) scaled to the radius √d, near which nearly all draws from the prior lie.

    As only their direction counts, what is between two latents is as likely as they are.
    """
    return z * z.square().mean(1, keepdim=True).add(1e-8).rsqrt()


class UpBlock(nn.Module):
    """Twice the resolution, bilinearly (nearest neighbours leave a grid); w modulates at the coarser one."""

    def __init__(self, channels: int, out: int, latent: int) -> None:
        super().__init__()
        self.styled = StyledConv(channels, out, latent)
        self.conv = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.norm = BatchNorm(out, affine=True)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        x = upsample(self.styled(x, w))
        return F.leaky_relu(self.norm(self.conv(x)), 0.2)


class StyledConv(nn.Module):
    """Convolution, batch norm, then a scale and a shift per channel that w decides."""

    def __init__(self, channels: int, out: int, latent: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.norm = BatchNorm(out, affine=False)
        self.modulation = nn.Linear(latent, 2 * out)
        nn.init.normal_(self.modulation.weight, std=0.5 / latent**0.5)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        scale, shift = self.modulation(w)[..., None, None].chunk(2, dim=1)  # (n, out, 1, 1) each
        x = self.norm(self.conv(x))
        return F.leaky_relu(torch.addcmul(shift.to(x), x, 1 + scale.to(x)), 0.2)


class SkipExcitation(nn.Module):
    """A coarse scale gates the channels of a fine one (skip-layer excitation)."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels * 4, out)
        self.excite = nn.Linear(out, out)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        squeezed = F.adaptive_avg_pool2d(coarse, 2).flatten(1)
        gate = torch.sigmoid(self.excite(F.leaky_relu(self.squeeze(squeezed), 0.2)))
        return fine * (2 * gate[..., None, None]).to(fine)


class BatchNorm(nn.Module):
    """Batch norm without running averages: training uses the batch, inference what `calibrate` measured."""

    def __init__(self, channels: int, affine: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))
        self.mean: Tensor
        self.var: Tensor
        self.sums: list[Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.sums is not None:
            self.measure(x)
        mean, var = (None, None) if self.training else (self.mean.to(x), self.var.to(x))
        weight = None if self.weight is None else self.weight.to(x)
        bias = None if self.bias is None else self.bias.to(x)
        return F.batch_norm(x, mean, var, weight, bias, training=self.training)

    def reset(self) -> None:
        channels = len(self.mean)
        self.sums = [torch.zeros(channels), torch.zeros(channels), torch.zeros(1)]

    def measure(self, x: Tensor) -> None:
        assert self.sums is not None
        var, mean = torch.var_mean(x.detach().float(), (0, 2, 3), correction=0)
        new = (mean.double(), (var + mean.square()).double(), torch.ones(1))
        self.sums = [total + part.cpu() for total, part in zip(self.sums, new, strict=True)]

    def settle(self) -> None:
        assert self.sums is not None
        total, squares, count = self.sums
        mean = total / count
        self.mean.copy_(mean)
        self.var.copy_((squares / count - mean.square()).clamp_min(0))
        self.sums = None


def sn_conv(channels: int, out: int, kernel: int = 4, stride: int = 2) -> nn.Module:
    padding = 1 if kernel > 1 else 0
    return spectral_norm(nn.Conv2d(channels, out, kernel, stride, padding))


def critic(channels: list[int]) -> nn.Sequential:
    """Halve the resolution at each step, then one logit per patch.

    Without the batch norms, logits stay so small that the hinge never bites, and the generator collapses.
    """
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [sn_conv(before, after), nn.BatchNorm2d(after, momentum=0.02), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, sn_conv(channels[-1], 1, kernel=3, stride=1))


class Discriminator(nn.Module):
    """All critics. `forward` gives their patch logits: high means real.

    ``forward(pictures, corners)``: pictures (n, 3, 64, 64); corners (n, 2), left and top of the window
    critic's window, by default the face. Returns {name: (n, 1, h, w)}.
    """

    def __init__(self, config: GanConfig = DEFAULT) -> None:
        super().__init__()
        m1, m2, m3, m4 = config.features.mixed
        self.config = config
        self.features = FrozenFeatures(config.features)
        self.scales = nn.ModuleList(
            [
                critic([m1, 32, 48, 64]),  # 64 px to 8 × 8 patches
                critic([m2, 48, 64]),  # 32 px to 8 × 8
                # These see what kind of face it is; with one layer less they miss a lack of variety.
                critic([m3, 96, 128]),  # 16 px to 4 × 4
                critic([m4, 128, 128]),  # 8 px to 2 × 2
            ]
        )
        self.window = critic([5, 32, 64, 96])  # 32 px to 4 × 4
        self.batch = nn.Sequential(sn_conv(2 * m4, 64), nn.LeakyReLU(0.2), sn_conv(64, 1, 3, 1))

    def forward(self, pictures: Tensor, corners: Tensor | None = None) -> dict[str, Tensor]:
        return self.criticise(self.look(pictures, corners))

    def look(self, pictures: Tensor, corners: Tensor | None = None) -> "View":
        """What the critics see of the pictures: frozen features, and a window with its coordinates."""
        if corners is None:
            corners = face_corners(len(pictures), self.config)
        return View(self.features(pictures), windows(pictures, corners, self.config.window))

    def criticise(self, view: "View") -> dict[str, Tensor]:
        logits = {
            f"scale{i + 1}": scale(f)
            for i, (scale, f) in enumerate(zip(self.scales, view.scales, strict=True))
        }
        return logits | {
            "window": self.window(view.window),
            "batch": self.batch(beside_spread(view.scales[3])),
        }

    def trainable(self) -> list[nn.Parameter]:
        return [parameter for parameter in self.parameters() if parameter.requires_grad]


@dataclass
class View:
    """Frozen features (four scales) and windows (n, 5, 32, 32) of a batch of pictures."""

    scales: list[Tensor]
    window: Tensor

    def detach(self) -> "View":
        return View([scale.detach() for scale in self.scales], self.window.detach())


def beside_spread(features: Tensor, group: int = 8) -> Tensor:
    """Features beside their standard deviation over groups of pictures, by which a lack of variety shows.

    Minibatch standard deviation (Karras et al. 2018), per channel and place. A smaller batch is one group.
    """
    n, c, h, w = features.shape
    group = group if n % group == 0 else n
    groups = features.float().reshape(n // group, group, c, h, w)
    spread = (groups.var(1, correction=0, keepdim=True) + 1e-6).sqrt().expand_as(groups)
    return torch.cat([features, spread.reshape(n, c, h, w).to(features)], dim=1)


def windows(pictures: Tensor, corners: Tensor, size: int) -> Tensor:
    """Square cut-outs with two channels that tell where they were cut: (n, 5, size, size)."""
    n = len(pictures)
    line = torch.linspace(-1, 1, pictures.shape[-1], device=pictures.device).to(pictures)
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy")).expand(n, -1, -1, -1)
    whole = torch.cat([pictures, grid], dim=1)
    cut = [
        image[:, top : top + size, left : left + size]
        for image, (left, top) in zip(whole, corners.tolist(), strict=True)
    ]
    return torch.stack(cut).contiguous(memory_format=torch.channels_last)


def face_corners(n: int, config: GanConfig) -> Tensor:
    return torch.tensor([config.face]).expand(n, 2)


def random_corners(n: int, config: GanConfig, seeded: torch.Generator) -> Tensor:
    """Half the windows on the face, give or take two pixels, and half anywhere."""
    shake = torch.randint(-2, 3, (n, 2), generator=seeded)
    anywhere = torch.randint(0, SIZE - config.window + 1, (n, 2), generator=seeded)
    on_face = (face_corners(n, config) + shake).clamp(0, SIZE - config.window)
    return torch.where((torch.arange(n) % 2 == 0)[:, None], on_face, anywhere)


def discriminator_loss(real: dict[str, Tensor], fake: dict[str, Tensor]) -> Tensor:
    """Hinge loss, summed over critics: real logits above 1, fake ones below -1."""
    return total(
        lambda name: F.relu(1 - real[name].float()).mean() + F.relu(1 + fake[name].float()).mean(), fake
    )


def generator_loss(fake: dict[str, Tensor]) -> Tensor:
    return total(lambda name: -fake[name].float().mean(), fake)


def total(term: Callable[[str], Tensor], names: dict[str, Tensor]) -> Tensor:
    return torch.stack([term(name) for name in names]).sum()

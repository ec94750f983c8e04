"""The frozen net in whose features the discriminators look at a picture.

Projected GANs (Sauer et al. 2021, arXiv:2111.01007) judge pictures not by their pixels but in the features
of a pretrained net, mixed by fixed random projections across channels and across scales so that no
discriminator can rest on a few of them. The usual net was trained on ImageNet; ours learned the avatars'
attributes and parts (`train_features`), and shares neither layout, seed nor tasks with the judge that
measures the result.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval


@dataclass(frozen=True)
class FeatureConfig:
    """Four scales: ``channels[i]`` feature maps at 64, 32, 16 and 8 px, ``mixed[i]`` after the
    projections."""

    channels: tuple[int, ...] = (32, 64, 96, 128)
    mixed: tuple[int, ...] = (24, 32, 48, 64)
    projection_seed: int = 5


DEFAULT = FeatureConfig()


class FeatureNet(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] to feature maps at four scales.

    The first scale has full resolution and downsampling is by averaging: a strided convolution treats odd and
    even pixels differently, and the generator answers with a grid.
    """

    def __init__(self, config: FeatureConfig = DEFAULT, norm: bool = False) -> None:
        super().__init__()
        c1, c2, c3, c4 = config.channels
        self.scale1 = nn.Sequential(conv_block(3, c1, norm))
        self.scale2 = nn.Sequential(conv_block(c1, c2 * 3 // 4, norm), conv_block(c2 * 3 // 4, c2, norm))
        self.scale3 = nn.Sequential(conv_block(c2, c3, norm), conv_block(c3, c3, norm))
        self.scale4 = nn.Sequential(conv_block(c3, c4, norm), conv_block(c4, c4, norm))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        f1 = self.scale1(pictures)  # (n, 32, 64, 64)
        f2 = self.scale2(F.avg_pool2d(f1, 2))  # (n, 64, 32, 32)
        f3 = self.scale3(F.avg_pool2d(f2, 2))  # (n, 96, 16, 16)
        f4 = self.scale4(F.avg_pool2d(f3, 2))  # (n, 128, 8, 8)
        return [f1, f2, f3, f4]

    def folded(self, config: FeatureConfig) -> "FeatureNet":
        """The same function with each batch norm folded into its convolution."""
        plain = FeatureNet(config, norm=False)
        for ours, theirs in zip(self.scales(), plain.scales(), strict=True):
            for block, target in zip(ours, theirs, strict=True):
                fused = fuse_conv_bn_eval(block[0].eval(), block[1].eval())  # type: ignore[index]
                target[0].load_state_dict(fused.state_dict())  # type: ignore[index]
        return plain

    def scales(self) -> list[nn.Sequential]:
        return [self.scale1, self.scale2, self.scale3, self.scale4]


def conv_block(channels: int, out: int, norm: bool) -> nn.Sequential:
    conv = nn.Conv2d(channels, out, 3, padding=1)
    activation = nn.LeakyReLU(0.1)
    return nn.Sequential(conv, nn.BatchNorm2d(out), activation) if norm else nn.Sequential(conv, activation)


class Projection(nn.Module):
    """Fixed random 1×1 convolutions: first across the channels of a scale, then down from coarse to fine.

    Drawn from ``projection_seed`` and stored with the weights, never trained.
    """

    def __init__(self, config: FeatureConfig = DEFAULT) -> None:
        super().__init__()
        seeded = torch.Generator().manual_seed(config.projection_seed)
        self.across = nn.ModuleList(
            random_mix(c, m, seeded) for c, m in zip(config.channels, config.mixed, strict=True)
        )
        coarser = config.mixed[1:]
        self.down = nn.ModuleList(
            random_mix(c, m, seeded) for c, m in zip(coarser, config.mixed, strict=False)
        )

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        mixed = [mix(feature) for mix, feature in zip(self.across, features, strict=True)]
        for scale in (2, 1, 0):
            coarse = self.down[scale](mixed[scale + 1])
            mixed[scale] = (mixed[scale] + upsample(coarse)) * 0.5**0.5
        return mixed  # (n, 24, 64, 64), (n, 32, 32, 32), (n, 48, 16, 16), (n, 64, 8, 8)


def random_mix(channels: int, out: int, seeded: torch.Generator) -> nn.Conv2d:
    mix = nn.Conv2d(channels, out, 1, bias=False)
    weight = torch.randn(mix.weight.shape, generator=seeded) / channels**0.5
    mix.weight = nn.Parameter(weight, requires_grad=False)
    return mix


def upsample(images: Tensor) -> Tensor:
    return F.interpolate(images, scale_factor=2.0, mode="bilinear")


class FrozenFeatures(nn.Module):
    """Feature net and projection as one fixed function; gradients flow to the picture only."""

    def __init__(self, config: FeatureConfig = DEFAULT) -> None:
        super().__init__()
        self.net = FeatureNet(config)
        self.projection = Projection(config)
        self.requires_grad_(False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        return self.projection(self.net(pictures))

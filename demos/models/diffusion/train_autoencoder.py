"""Training of the autoencoder: pixels and frozen features, with eyes, mouth and glasses counted more.

Running statistics let the encoder's scale drift away from under the averaged weights. So the latents have no
norm: a penalty holds the mean and variance of each channel, and they are measured once, after training.
"""

import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED, Portraits
from demos.data.avatars.factors import CONTINUOUS
from demos.data.avatars.render import PARTS
from demos.kit.device import autocast, to_channels_last
from demos.kit.training import Budget, Run, compile_on_gpu, generator
from demos.models.diffusion.autoencoder import NOISE, Autoencoder
from demos.models.gan.features import FeatureNet
from demos.models.gan.pretrained import load_discriminator

# How much more a pixel of a part counts than one elsewhere; of a face, as far as it is freckled.
PART_WEIGHTS = {
    "iris": 6.0, "pupil": 6.0, "eye_white": 5.0, "mouth": 4.0, "lid": 3.0, "glasses": 3.0, "brow": 2.0,
    "beard": 2.0,
}  # fmt: skip
FRECKLES = 4.0


@dataclass(frozen=True)
class AutoencoderTraining:
    """The recipe."""

    steps: int = 3600
    batch: int = 16
    portraits: int = 30_000
    rate: float = 2e-3
    average: float = 0.995
    features: float = 0.3  # weight of the loss on frozen features, beside that on pixels
    penalty: float = 0.02  # on means that are not 0 and variances that are not 1
    longest: float = 1.0  # gradient
    data_seed: int = TRAIN_SEED


class AutoencoderRun(Run[Autoencoder, AutoencoderTraining]):
    """The autoencoder, its average and its optimizer."""

    tail = 0.5
    warmup = 100
    note = "autoencoder"

    def __init__(
        self, recipe: AutoencoderTraining, data: Portraits, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        model = to_channels_last(Autoencoder(), device)
        self.optimize(
            model, torch.optim.AdamW(model.parameters(), recipe.rate, betas=(0.9, 0.99), fused=True)
        )
        self.seer = frozen_net(device)
        compile_on_gpu([self.model.encoder, self.model.decoder, self.seer], device)

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        index = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded)
        pictures = self.data.pictures(index).to(self.device)
        weights = pixel_weights(self.data, index).to(self.device)
        with autocast(self.device):
            latents = self.model.raw(pictures)
            noise = torch.randn(latents.shape, generator=seeded).to(self.device)
            drawn = self.model.draw(latents + NOISE * noise)
            seen = feature_loss(self.seer, drawn, pictures, weights)
        off = drawn - pictures
        error = (weights * (off.abs() + off.square())).mean()
        drift = scale_penalty(latents)
        self.descend(error + self.recipe.features * seen + self.recipe.penalty * drift, self.recipe.longest)
        return {"error": error.item(), "features": seen.item(), "drift": drift.item()}


def frozen_net(device: torch.device) -> FeatureNet:
    """The net in whose features the GAN's critics look: it learned the avatars' parts, and not from the
    judge."""
    net: FeatureNet = copy.deepcopy(load_discriminator(torch.device("cpu")).features.net)
    return to_channels_last(net, device).requires_grad_(False)


def pixel_weights(data: Portraits, index: Tensor) -> Tensor:
    """How much each pixel counts (n, 1, 64, 64), 1 on average."""
    assert data.parts is not None
    coverage = data.parts[index].float() / 255  # (n, parts, 32, 32)
    table = torch.tensor([PART_WEIGHTS.get(name, 0.0) for name in PARTS])
    weights = 1 + torch.einsum("p,nphw->nhw", table, coverage)
    freckled = (data.continuous[index, CONTINUOUS.index("freckles")] + 1) / 2
    weights += FRECKLES * freckled[:, None, None] * coverage[:, PARTS.index("face")]
    return F.interpolate((weights / weights.mean())[:, None], scale_factor=2.0)


def feature_loss(seer: FeatureNet, drawn: Tensor, pictures: Tensor, weights: Tensor) -> Tensor:
    """Mean over three scales of how far features are off, in units of their size."""
    with torch.no_grad():
        wanted = seer(pictures)[:3]
    terms = []
    for found, scale in zip(seer(drawn)[:3], wanted, strict=True):
        off = (found - scale).abs().float().mean(1, keepdim=True)
        counted = F.adaptive_avg_pool2d(weights, off.shape[-1])
        terms.append((off * counted).mean() / scale.abs().float().mean())
    return torch.stack(terms).mean()


def scale_penalty(latents: Tensor) -> Tensor:
    """0 if each channel of latents (n, c, h, w) has mean 0 and variance 1."""
    variance, mean = torch.var_mean(latents, (0, 2, 3))
    return mean.square().mean() + (variance - 1).square().mean()


@torch.inference_mode()
def finished(average: Autoencoder, data: Portraits, count: int = 2000) -> Autoencoder:
    """The averaged autoencoder with its statistics measured."""
    model = copy.deepcopy(average).eval()
    device = model.mean.device
    raw = [model.raw(data.pictures(rows, device)) for rows in torch.arange(min(count, len(data))).split(100)]
    model.find_statistics(torch.cat(raw))
    return model

"""The trained GAN as model functions: what the demos call, batched and without randomness.

The nets here are those of `pretrained`, made ready to answer fast: norms are folded into the convolutions
before them, and on processors with instructions for it they compute in bfloat16.
"""

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from demos.kit.device import autocast, has_fast_bf16
from demos.kit.functions import function
from demos.models.gan import pretrained
from demos.models.gan.directions import READINGS, readings
from demos.models.gan.model import SIZE, BatchNorm, Discriminator, Generator
from demos.models.gan.prior import Prior
from demos.models.judge.model import load_judge

PICTURE = ("n", 3, SIZE, SIZE)


@function(takes={"z": ("n", 64), "truncation": ("n",)}, gives={"picture": PICTURE})
def generate(z: Tensor, truncation: Tensor, *, checkpoint: int = -1) -> Tensor:
    """Pictures in [-1, 1] from latents, of which only the direction counts, by the generator of a
    checkpoint."""
    return paint(load_prior(z.device)(z), truncation, checkpoint)


@function(takes={"z": ("n", 64)}, gives={"code": ("n", 64)})
def to_codes(z: Tensor) -> Tensor:
    """The codes that the generator paints latents from. Between two of them, portraits change more evenly
    than between latents."""
    return load_prior(z.device)(z)


@function(takes={"code": ("n", 64)}, gives={"picture": PICTURE})
def generate_from_codes(code: Tensor) -> Tensor:
    """Pictures in [-1, 1] from codes, of which only the direction counts, by the last generator."""
    return paint(code, torch.ones(len(code), device=code.device), -1)


def paint(codes: Tensor, truncation: Tensor, checkpoint: int) -> Tensor:
    painter = load_painter(checkpoint, codes.device)
    kind = painter.layout.weight.dtype
    made: Tensor = painter(codes.to(kind), truncation[:, None].to(kind))
    return made.float()


@function(
    takes={"z": ("n", 64), "truncation": ("n",)}, gives={"pictures": ("n", "checkpoints", 3, SIZE, SIZE)}
)
def generate_history(z: Tensor, truncation: Tensor) -> Tensor:
    """What the generator of every checkpoint makes of each latent, in order of time."""
    codes, count = load_prior(z.device)(z), len(pretrained.checkpoints())
    return torch.stack([paint(codes, truncation, i) for i in range(count)], dim=1)


@function(
    takes={"picture": PICTURE},
    gives={"score": ("n",), "probability": ("n",), "heat": ("n", SIZE, SIZE)},
)
def criticize(picture: Tensor) -> dict[str, Tensor]:
    """The critics' verdict; see `pretrained.Verdict`."""
    with autocast(picture.device):
        found = pretrained.verdict_of(load_critics(picture.device), picture)
    return {"score": found.score, "probability": found.probability, "heat": found.heat}


@function(takes={"picture": PICTURE}, gives=dict.fromkeys(READINGS, ("n",)))
def read_attributes(picture: Tensor) -> dict[str, Tensor]:
    """How strongly the judge sees each attribute that has a direction; see `directions.readings`."""
    return readings(load_judge(picture.device), picture)


@cache
def load_prior(device: torch.device) -> Prior:
    """The prior, which is small, stays exact; every checkpoint paints from its codes."""
    return pretrained.to_inference(pretrained.read_prior(), device)


@cache
def load_painter(checkpoint: int, device: torch.device) -> Generator:
    """The generator of a checkpoint, made ready to paint fast."""
    painter = folded(pretrained.read_generator(checkpoint).generator)
    return pretrained.to_inference(painter, device).to(
        torch.bfloat16 if has_fast_bf16(device) else torch.float32
    )


@cache
def load_critics(device: torch.device) -> Discriminator:
    """The critics, their spectral norms computed once."""
    critics = pretrained.to_inference(pretrained.read_discriminator(), device)
    for module in list(critics.modules()):
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
    return critics


def folded(generator: Generator) -> Generator:
    """The generator with its norms folded into the convolutions before them: (Wx - μ)·g/σ + b as W'x + b'."""
    for module in list(generator.modules()):
        conv, norm = getattr(module, "conv", None), getattr(module, "norm", None)
        if isinstance(conv, nn.Conv2d) and isinstance(norm, BatchNorm):
            module.conv, module.norm = fold(conv, norm), nn.Identity()
    return generator


def fold(conv: nn.Conv2d, norm: BatchNorm) -> nn.Conv2d:
    """One convolution that does what a convolution without bias and a norm do."""
    gain = (norm.var + 1e-5).rsqrt() if norm.weight is None else norm.weight * (norm.var + 1e-5).rsqrt()
    both = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, padding=conv.padding)  # type: ignore[arg-type]
    both.weight = nn.Parameter(conv.weight * gain[:, None, None, None])
    both.bias = nn.Parameter(-norm.mean * gain if norm.bias is None else norm.bias - norm.mean * gain)
    return both.requires_grad_(False)

"""Directions in latent space along which one attribute changes, found with the judge.

Samples are read by the judge and the readings regressed on their latents z. Of all steps that raise one
reading by a standard deviation and leave the others alone (to first order), a direction is the likeliest:
the shortest in the metric of the latents' covariance. What a direction really moves is then measured on fresh
samples and stands on the card. Compare InterFaceGAN (Shen et al. 2020), which makes directions orthogonal in
plain Euclidean sense.
"""

from typing import Any

import torch
from torch import Tensor

from demos.data.avatars import palette
from demos.data.avatars.factors import BY_NAME
from demos.models.attributes import class_of
from demos.models.gan.model import on_sphere
from demos.models.gan.pretrained import latents
from demos.models.gan.prior import LatentGenerator
from demos.models.judge.model import Judge

STRAIGHT = (
    "smile",
    "mouth_open",
    "yaw",
    "pitch",
    "roll",
    "skin_tone",
    "light",
    "blink",
    "face_width",
    "brow_raise",
)
WORN = ("glasses", "hat", "beard")  # anything but "none"
READINGS = (*STRAIGHT, *WORN, "hair_length", "hair_lightness")
LONG_HAIR = ("bob", "long", "wavy", "braids")
FIND_SEED, TEST_SEED = 31, 32


def readings(judge: Judge, pictures: Tensor) -> dict[str, Tensor]:
    """What directions are found by: {name: (n,)}, each rising with the attribute."""
    read = {name: x.float() for name, x in judge(pictures).items()}
    straight = {name: read[name] for name in STRAIGHT}
    worn = {name: log_odds(read[name], [class_of(name, "none")]).neg() for name in WORN}
    hair = {
        "hair_length": log_odds(read["hair"], [class_of("hair", style) for style in LONG_HAIR]),
        "hair_lightness": read["hair_color"].softmax(1) @ hair_luminance().to(pictures.device),
    }
    return straight | worn | hair


def log_odds(logits: Tensor, classes: list[int]) -> Tensor:
    """log p(one of the classes) - log p(another), from logits (n, all classes)."""
    others = [i for i in range(logits.shape[1]) if i not in classes]
    return logits[:, classes].logsumexp(1) - logits[:, others].logsumexp(1)


def hair_luminance() -> Tensor:
    """Luminance of each hair colour, 0..1."""
    colors = [palette.HAIR[name] for name in BY_NAME["hair_color"].classes]
    rgb = torch.tensor([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in colors])
    return rgb @ torch.tensor([0.2126, 0.7152, 0.0722])


def find_directions(
    generator: LatentGenerator, judge: Judge, samples: int
) -> tuple[dict[str, Tensor], dict[str, dict[str, Any]]]:
    """Unit directions {name: (latent,)}, and for each its natural step and what it measurably moves."""
    z, read = observe(generator, judge, samples, FIND_SEED)
    spread = {name: x.std().item() for name, x in read.items()}
    target = torch.stack([x / spread[name] for name, x in read.items()], dim=1)  # (n, attributes)
    steps = likeliest_steps(z, target)  # (attributes, latent)
    lengths = steps.norm(dim=1)
    vectors = dict(zip(read, (steps / lengths[:, None]).float(), strict=True))
    about = {
        name: {"step": round(length, 4)}
        | effects(generator, judge, vectors[name] * length, name, spread, samples // 30)
        for name, length in zip(read, lengths.tolist(), strict=True)
    }
    return vectors, about


def likeliest_steps(z: Tensor, target: Tensor, ridge: float = 1e-3) -> Tensor:
    """Rows d_i = Σ B (BᵀΣB)⁻¹ e_i: slopes B of target (n, k) on z (n, latent), Σ the covariance of z."""
    z, target = z.double() - z.double().mean(0), target.double() - target.double().mean(0)
    covariance = z.T @ z / len(z)
    damped = covariance + ridge * covariance.diagonal().mean() * torch.eye(len(covariance), dtype=z.dtype)
    slopes = torch.linalg.solve(damped, z.T @ target / len(z))  # (latent, k)
    return torch.linalg.solve(slopes.T @ covariance @ slopes, (covariance @ slopes).T)


@torch.inference_mode()
def observe(generator: LatentGenerator, judge: Judge, n: int, seed: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Latents (n, latent) of samples and the judge's readings of them, on the CPU."""
    z = on_sphere(latents(n, seed))
    read = [readings(judge, generator(part.to(generator.device)).float()) for part in z.split(100)]
    return z, {name: torch.cat([r[name] for r in read]).cpu() for name in read[0]}


@torch.inference_mode()
def effects(
    generator: LatentGenerator, judge: Judge, step: Tensor, name: str, spread: dict[str, float], n: int
) -> dict[str, Any]:
    """What going from -2 to +2 steps moves, in standard deviations of each reading over samples.

    effect: of the named one (4 would be as promised); leakage: mean and largest of the others, as a share
    of it.
    """
    z = on_sphere(latents(n, TEST_SEED)).to(generator.device)
    low, high = (readings(judge, generator(z + t * step.to(z)).float()) for t in (-2, 2))
    moved = {key: ((high[key] - low[key]).mean() / spread[key]).item() for key in high}
    others = {key: abs(value) / max(abs(moved[name]), 1e-6) for key, value in moved.items() if key != name}
    worst = max(others, key=lambda key: others[key])
    return {
        "effect": round(moved[name], 3),
        "leakage_mean": round(sum(others.values()) / len(others), 3),
        "leakage_max": round(others[worst], 3),
        "leaks_into": worst,
    }

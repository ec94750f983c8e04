"""How well portraits nobody trained on are redrawn, and what random codes become."""

import copy
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.dataset import HELD_OUT_SEED, Portraits, portraits
from demos.data.avatars.render import PARTS
from demos.kit.metrics import accuracy, psnr, r2
from demos.kit.training import channels_last
from demos.kit.weights import Metric, metrics_of, shipped
from demos.models.attributes import truth_columns, visible
from demos.models.autoencoders.model import (
    BETAS,
    CODE,
    SIZES,
    WEIGHTS,
    Trunk,
    kl,
    load_trunk,
    random_sizes,
    reconstruct,
    sampled,
)
from demos.models.judge.compare import Reference
from demos.models.judge.model import Judge, load_judge, read_all

BARS = {f"psnr.{CODE}": 26.0, f"vae_psnr.{BETAS[0]}": 26.0, "prior_fid": 120.0}
LOWER = ("fid", "kl")  # what is better when it is lower
EYES = ("lid", "eye_white", "iris", "pupil")
READ = ("smile", "mouth_open", "blink", "yaw")
READ_CLASSES = ("hair", "hair_color", "glasses", "hat", "background")
SAMPLE_SEED = 4_000_037
CALIBRATED = 2048  # portraits that the statistics of the norms are measured on


def evaluate(samples: int = 3000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on ``samples`` held-out portraits. Raises WeightsError."""
    return measure(load_trunk(folder=folder), samples)[0]


@torch.no_grad()
def finished(average: Trunk, pictures: Tensor) -> Trunk:
    """The trunk as a reader will load it: statistics of its norms measured, weights rounded to fp16.

    Averaged weights have no statistics of their own: those of the training weights do not fit them.
    """
    model = copy.deepcopy(average).cpu().train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain mean over all batches
    seeded = torch.Generator().manual_seed(SAMPLE_SEED)
    for chunk in pictures.split(256):
        n = len(chunk)
        size = random_sizes(n // 2, seeded)
        reconstruct(model, chunk, size, torch.randn(n, CODE, generator=seeded))
    return shipped(model)


@torch.inference_mode()
def measure(model: Trunk, samples: int) -> tuple[dict[str, Metric], dict[str, list[float]]]:
    """The card's metrics on held-out portraits, and the nats of each number of a variational code."""
    data = portraits(samples, HELD_OUT_SEED, parts=True)
    reference = Reference(load_judge(torch.device("cpu")), data.pictures(slice(None)))
    read = torch.cat([model.read(chunk) for chunk in reference.pictures.split(250)])
    z = torch.randn(samples, CODE, generator=torch.Generator().manual_seed(SAMPLE_SEED))
    found = measure_plain(model, read, z, reference, data)
    nats = {}
    for i, beta in enumerate(BETAS):
        mean, log_variance = model.normal(read, i)
        divergence = kl(mean, log_variance).mean(0)
        nats[str(beta)] = [round(x, 3) for x in divergence.tolist()]
        measured = measure_variational(model, i, mean, log_variance, z, reference)
        measured |= {"kl": divergence.sum().item(), "active": float((divergence > 0.05).sum())}
        found |= {f"vae_{name}.{beta}": value for name, value in measured.items()}
    found["prior_fid"] = min(found[f"vae_prior_fid.{beta}"] for beta in BETAS)
    return metrics_of(found, BARS, LOWER, digits=3), nats


def measure_plain(
    model: Trunk, read: Tensor, z: Tensor, reference: Reference, data: Portraits
) -> dict[str, float]:
    """PSNR at every size; at the largest, what is left of eyes, mouths and factors; and random codes."""
    codes, found = model.to_code(read), {}
    for i, size in enumerate(SIZES):
        drawn = ordered(model, codes, i)
        found[f"psnr.{size}"] = psnr(drawn, reference.pictures)
    found |= kept(drawn, data, reference.pictures) | recognized(reference.judge, drawn, data)
    found["reconstruction_fid"] = reference.quality(drawn)["avatar_fid"]
    found["ordered_prior_fid"] = reference.quality(ordered(model, z, len(SIZES) - 1))["avatar_fid"]
    plain = in_batches(lambda some: model.draw(model.from_plain(some)), model.to_plain(read))
    found["plain_psnr"] = psnr(plain, reference.pictures)
    random = in_batches(lambda some: model.draw(model.from_plain(some)), z)
    return found | {"plain_prior_fid": reference.quality(random)["avatar_fid"]}


def ordered(model: Trunk, codes: Tensor, size: int) -> Tensor:
    """Pictures in [-1, 1] from the first ``SIZES[size]`` numbers of codes (n, 64)."""
    return in_batches(lambda some: model.draw(model.opened(some, torch.full((len(some),), size))), codes)


def measure_variational(
    model: Trunk, beta: int, mean: Tensor, log_variance: Tensor, z: Tensor, reference: Reference
) -> dict[str, float]:
    """PSNR from the mean and from codes around it, and pictures from the prior."""

    def draw(codes: Tensor) -> Tensor:
        return in_batches(lambda some: model.draw(model.from_normal[beta](some)), codes)

    quality = reference.quality(draw(z))
    return {
        "psnr": psnr(draw(mean), reference.pictures),
        "sampled_psnr": psnr(draw(sampled(mean, log_variance, z)), reference.pictures),
        "prior_fid": quality["avatar_fid"],
        "prior_recall": quality["recall"],
    }


def in_batches(draw: Callable[[Tensor], Tensor], codes: Tensor) -> Tensor:
    """Pictures in [-1, 1] of codes (n, 64)."""
    return torch.cat([channels_last(draw(some).clamp(-1, 1)) for some in codes.split(250)])


def kept(drawn: Tensor, data: Portraits, pictures: Tensor) -> dict[str, float]:
    """PSNR where eyes and mouths are, by the renderer's masks."""
    assert data.parts is not None
    found = {}
    for name, members in {"eyes": EYES, "mouth": ("mouth",)}.items():
        mask = data.parts[:, [PARTS.index(part) for part in members]].sum(1, keepdim=True).float()
        found[f"part_psnr.{name}"] = psnr(drawn, pictures, F.interpolate(mask, scale_factor=2.0))
    return found


def recognized(judge: Judge, drawn: Tensor, data: Portraits) -> dict[str, float]:
    """How well the judge, which took no part in training, reads the portraits' factors off what was drawn."""
    read, seen = read_all(judge, drawn), visible(data.factors())
    truth = truth_columns(data.continuous, data.categorical)
    return {f"r2.{name}": r2(read[name], truth[name], seen.get(name)) for name in READ} | {
        f"accuracy.{name}": accuracy(read[name], truth[name], seen.get(name)) for name in READ_CLASSES
    }

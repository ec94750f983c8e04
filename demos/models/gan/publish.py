"""From snapshots of a training run to the weights folder: measure each, write files and card."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from demos.data.avatars.dataset import portraits
from demos.kit.device import best_device, to_channels_last
from demos.kit.metrics import auc, frechet, gaussian
from demos.kit.quantize import dequantize, quantize
from demos.kit.training import channels_last, parameters
from demos.kit.weights import (
    Card,
    Metric,
    current_commit,
    earlier_runs,
    load_into,
    prefixed,
    read_card,
    save_weights,
    shipped,
    write_card,
)
from demos.models.gan.directions import find_directions
from demos.models.gan.encoder import Encoder, encode
from demos.models.gan.features import FrozenFeatures
from demos.models.gan.model import Discriminator, GanConfig, Generator
from demos.models.gan.pretrained import SOLITARY, WEIGHTS, calibrate_verdict, latents, mean_logit
from demos.models.gan.prior import LatentGenerator, Prior, fit_prior
from demos.models.judge.compare import Reference, held_out
from demos.models.judge.model import load_judge

BARS: dict[str, tuple[float | None, str]] = {
    "avatar_fid": (18.0, "lower"),
    "recall": (0.5, "higher"),
    "precision": (None, "higher"),
    "random_feature_distance": (40.0, "lower"),
    "eye_window_distance": (None, "lower"),
    "attribute_histogram_distance": (None, "lower"),
    "critics_auc": (None, "higher"),
}
SAMPLE_SEED = 2_000_003
JUDGED = 1000  # pictures on each side that the critics are tested on
CALIBRATION_SEED = 17
CALIBRATED = 1024  # codes that the statistics of the batch norms are measured on
RADII = (1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3)
RADIUS_SEED, RADIUS_SAMPLES = 3_000_017, 1000


def publish(
    work: Path, out: Path, recipe: dict[str, Any], *, seed: int, samples: int, device: torch.device
) -> Card:
    """Measure every snapshot below ``work`` and write generators, critics, directions and card to ``out``."""
    snapshots = [torch.load(path, weights_only=True) for path in sorted(work.glob("snapshot-*.pt"))]
    last = snapshots[-1]
    data = portraits(recipe["portraits"], recipe["data_seed"])
    critics = critics_of(last["discriminator"], device)
    codes = encode(encoder_of(last["encoder"], critics), critics.features, data)
    prior = shipped(fit_prior(codes, steps=recipe["last_prior_steps"], seed=seed), device)
    *earlier, best = (finished(snapshot["generator"], prior) for snapshot in snapshots)
    radius = fitting_radius(best, critics.features, data.pictures(slice(RADIUS_SAMPLES)))
    best.generator.radius.fill_(radius)
    stored = [compressed(generator, radius) for generator in earlier]
    generators = [*(LatentGenerator(prior, from_stored(tensors).to(device)) for tensors in stored), best]
    found, about_directions = find_directions(best, load_judge(device), 2 * samples)
    card = Card(
        demo="gan",
        config=asdict(GanConfig()) | {"training": recipe, "seed": seed},
        parameters=parameters(best.generator),
        data_seed=recipe["data_seed"],
        steps=last["step"],
        minutes=round(last["minutes"], 1),
        device=device.type,
        commit=current_commit(),
    )
    measure_all(card, snapshots, generators, samples)
    card.details |= {"directions": about_directions, "radius": radius}
    if recipe["published"]:
        card.details["earlier"] = earlier_runs(read_card(WEIGHTS))
    files = {
        "model": best.generator.state_dict(),
        "prior": prior.state_dict(),
        "history": history(stored),
        "discriminator": last["discriminator"],
        "directions": found,
    }
    card.files = {f"{name}.safetensors": save_weights(out, tensors, name) for name, tensors in files.items()}
    card.sha256 = card.files["model.safetensors"]
    write_card(out, card)
    return card


def history(generators: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Earlier generators in one set of tensors, each below its number."""
    return {key: x for i, tensors in enumerate(generators) for key, x in prefixed(str(i), tensors).items()}


def measure_all(
    card: Card, snapshots: list[dict[str, Any]], generators: list[LatentGenerator], samples: int
) -> None:
    """Put on the card how good every checkpoint is, and the last one in all measures."""
    reference = Reference(load_judge(), held_out(samples).pictures(slice(None)))
    checkpoints = []
    for snapshot, generator in zip(snapshots, generators, strict=True):
        fake = draw(generator, samples)
        measured = reference.quality(fake)
        when = {
            "minutes": round(snapshot["minutes"], 2),
            "steps": snapshot["step"],
            "images": snapshot["images"],
        }
        checkpoints.append(when | {"metrics": rounded(measured)})
    critics = opinion(snapshot["discriminator"], fake, reference.pictures)
    measured |= {"critics_auc": critics["auc"]}
    other_real = held_out(2 * samples).pictures(slice(samples, None))
    card.metrics = as_metrics(rounded(measured | reference.controls(fake)))
    card.details = {
        "checkpoints": checkpoints,
        "verdict": {key: critics[key] for key in ("threshold", "slope")},
        "samples": samples,
        "real_against_real": rounded(reference.quality(other_real) | reference.controls(other_real)),
    }


def finished(weights: dict[str, Tensor], prior: Prior) -> LatentGenerator:
    """The generator as a reader will load it: statistics measured, weights rounded to fp16."""
    device = next(prior.parameters()).device
    generator = to_channels_last(Generator(), device)
    generator.load_state_dict(weights)
    generator.calibrate(prior(latents(CALIBRATED, CALIBRATION_SEED).to(device)))
    return LatentGenerator(prior, shipped(generator, device))


def compressed(earlier: LatentGenerator, radius: float) -> dict[str, Tensor]:
    """An earlier generator in four bits, its statistics measured anew for the weights as stored."""
    stored = quantize(earlier.generator.state_dict())
    generator = from_stored(stored)
    generator.calibrate(earlier.prior(latents(CALIBRATED, CALIBRATION_SEED).to(earlier.device)))
    generator.radius.fill_(radius)
    return stored | {key: x for key, x in generator.state_dict().items() if key in stored}


def from_stored(tensors: dict[str, Tensor]) -> Generator:
    generator = Generator()
    generator.load_state_dict(dequantize(tensors))
    return generator.requires_grad_(False).eval()


def fitting_radius(generator: LatentGenerator, features: FrozenFeatures, drawn: Tensor) -> float:
    """The radius, of `RADII`, at which samples spread most like portraits that the GAN was trained on.

    From codes of the length used in training, pictures come out a little too alike. What a picture is like
    overall is compared, by the Fréchet distance in the critics' frozen features; neither the judge nor
    held-out portraits have a part in it.
    """
    wanted = gaussian(overall(features, drawn))
    distances = {
        radius: frechet(wanted, gaussian(overall(features, draw(generator, len(drawn), RADIUS_SEED, radius))))
        for radius in RADII
    }
    return min(RADII, key=distances.__getitem__)


def critics_of(weights: dict[str, Tensor], device: torch.device) -> Discriminator:
    discriminator = Discriminator()
    load_into(discriminator, weights, WEIGHTS)
    return to_channels_last(discriminator, device).eval()


def encoder_of(weights: dict[str, Tensor], critics: Discriminator) -> Encoder:
    encoder = Encoder(critics.config.latent, critics.config.features)
    encoder.load_state_dict(weights)
    device = next(critics.parameters()).device
    return to_channels_last(encoder, device)


@torch.inference_mode()
def overall(features: FrozenFeatures, pictures: Tensor) -> Tensor:
    """The mean over all places of each feature (n, c), all scales side by side, on the CPU."""
    device = next(features.parameters()).device
    scales = (features(channels_last(chunk.to(device))) for chunk in pictures.split(100))
    return torch.cat([torch.cat([s.float().mean((2, 3)) for s in some], dim=1).cpu() for some in scales])


@torch.inference_mode()
def draw(generator: LatentGenerator, n: int, seed: int = SAMPLE_SEED, truncation: float = 1.0) -> Tensor:
    """n pictures (n, 3, 64, 64), on the CPU."""
    device = generator.device
    return torch.cat([generator(z.to(device), truncation).float().cpu() for z in latents(n, seed).split(100)])


def rounded(measured: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in measured.items()}


def opinion(weights: dict[str, Tensor], fake: Tensor, real: Tensor) -> dict[str, float]:
    """How well critics tell samples from portraits they never saw: AUC and the curve of their verdict."""
    discriminator = critics_of(weights, best_device())
    real_scores, fake_scores = scores(discriminator, real[:JUDGED]), scores(discriminator, fake[:JUDGED])
    return {"auc": auc(real_scores, fake_scores)} | calibrate_verdict(real_scores, fake_scores)


@torch.inference_mode()
def scores(discriminator: Discriminator, pictures: Tensor) -> Tensor:
    device = next(discriminator.parameters()).device
    chunks = [discriminator(channels_last(chunk.to(device))) for chunk in pictures.split(100)]
    return torch.cat([mean_logit({name: chunk[name].float().cpu() for name in SOLITARY}) for chunk in chunks])


def as_metrics(measured: dict[str, float]) -> dict[str, Metric]:
    return {name: Metric(measured[name], bar, better) for name, (bar, better) in BARS.items()}  # type: ignore[arg-type]

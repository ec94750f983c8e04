"""From snapshots of a training run to the weights folder: measure each, write files and card."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from demos.avatars.metrics import auc
from demos.common.training import channels_last, parameters
from demos.common.weights import Card, Metric, current_commit, load_into, prefixed, save_weights, write_card
from demos.gan.directions import find_directions
from demos.gan.model import Discriminator, GanConfig, Generator
from demos.gan.pretrained import SOLITARY, WEIGHTS, calibrate_verdict, latents, mean_logit
from demos.judge.compare import compare, held_out
from demos.judge.model import load_judge

BARS: dict[str, tuple[float | None, str]] = {
    "avatar_fid": (45.0, "lower"),
    "recall": (0.4, "higher"),
    "precision": (None, "higher"),
    "random_feature_distance": (None, "lower"),
    "eye_window_distance": (None, "lower"),
    "attribute_histogram_distance": (None, "lower"),
    "critics_auc": (None, "higher"),
}
SAMPLE_SEED = 2_000_003
CALIBRATION_SEED = 17


def publish(
    work: Path, out: Path, recipe: dict[str, Any], *, seed: int, samples: int, device: torch.device
) -> Card:
    """Measure every snapshot below ``work`` and write generators, critics, directions and card to ``out``."""
    snapshots = [torch.load(path, weights_only=True) for path in sorted(work.glob("snapshot-*.pt"))]
    generators = [finished(snapshot["generator"], device) for snapshot in snapshots]
    real = held_out(samples).pictures(slice(None))
    measured = [measure(generator, real) for generator in generators]
    critics = [opinion(snapshot, g, real, device) for snapshot, g in zip(snapshots, generators, strict=True)]
    last = snapshots[-1]
    found, about = find_directions(generators[-1], load_judge(device), 2 * samples)
    card = Card(
        demo="gan",
        config=asdict(GanConfig()) | {"training": recipe, "seed": seed},
        parameters=parameters(generators[-1]),
        data_seed=recipe["data_seed"],
        steps=last["step"],
        minutes=round(last["minutes"], 1),
        device=device.type,
        commit=current_commit(),
        metrics=as_metrics(measured[-1] | {"critics_auc": critics[-1]["auc"]}),
    )
    card.details = {
        "checkpoints": [about_checkpoint(*row) for row in zip(snapshots, measured, critics, strict=True)],
        "verdict": {key: critics[-1][key] for key in ("threshold", "slope")},
        "directions": about,
        "samples": samples,
        "real_against_real": measure_pictures(real, held_out(2 * samples).pictures(slice(samples, None))),
    }
    history = {
        key: x for i, g in enumerate(generators[:-1]) for key, x in prefixed(str(i), g.state_dict()).items()
    }
    files = {
        "model": generators[-1].state_dict(),
        "history": history,
        "discriminator": last["discriminator"],
        "directions": found,
    }
    card.files = {f"{name}.safetensors": save_weights(out, tensors, name) for name, tensors in files.items()}
    card.sha256 = card.files["model.safetensors"]
    write_card(out, card)
    return card


def finished(weights: dict[str, Tensor], device: torch.device) -> Generator:
    """The generator as a reader will load it: statistics measured, weights rounded to fp16."""
    generator = Generator().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    generator.load_state_dict(weights)
    generator.calibrate(torch.Generator().manual_seed(CALIBRATION_SEED))
    rounded = {key: x.half().float() for key, x in generator.state_dict().items()}
    generator.load_state_dict(rounded)
    return generator.requires_grad_(False)


@torch.inference_mode()
def draw(generator: Generator, n: int, seed: int = SAMPLE_SEED) -> Tensor:
    """n pictures (n, 3, 64, 64) at truncation 1, on the CPU."""
    device = generator.constant.device
    return torch.cat([generator(z.to(device)).float().cpu() for z in latents(n, seed).split(100)])


def measure(generator: Generator, real: Tensor) -> dict[str, float]:
    """All measures of as many samples as there are real pictures."""
    return measure_pictures(real, draw(generator, len(real)))


def measure_pictures(real: Tensor, fake: Tensor) -> dict[str, float]:
    return {name: round(value, 4) for name, value in compare(load_judge(), real, fake).items()}


def opinion(
    snapshot: dict[str, Any], generator: Generator, real: Tensor, device: torch.device
) -> dict[str, float]:
    """How well a snapshot's critics tell its samples from portraits they never saw."""
    discriminator = Discriminator().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    load_into(discriminator, snapshot["discriminator"], WEIGHTS)
    real_scores = scores(discriminator.eval(), real)
    fake_scores = scores(discriminator, draw(generator, len(real), SAMPLE_SEED + 1))
    return {"auc": round(auc(real_scores, fake_scores), 4)} | calibrate_verdict(real_scores, fake_scores)


@torch.inference_mode()
def scores(discriminator: Discriminator, pictures: Tensor) -> Tensor:
    device = next(discriminator.parameters()).device
    chunks = [discriminator(channels_last(chunk.to(device))) for chunk in pictures.split(100)]
    return torch.cat([mean_logit({name: chunk[name].float().cpu() for name in SOLITARY}) for chunk in chunks])


def about_checkpoint(
    snapshot: dict[str, Any], measured: dict[str, float], opinion: dict[str, float]
) -> dict[str, Any]:
    return {
        "minutes": round(snapshot["minutes"], 2),
        "steps": snapshot["step"],
        "images": snapshot["images"],
        "metrics": measured | {"critics_auc": opinion["auc"]},
    }


def as_metrics(measured: dict[str, float]) -> dict[str, Metric]:
    return {name: Metric(measured[name], bar, better) for name, (bar, better) in BARS.items()}  # type: ignore[arg-type]

"""How well the detector tells drawn from fake portraits, of people and of generators that it doesn't know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars import sample
from demos.data.avatars.dataset import HELD_OUT_SEED, from_bytes, portraits
from demos.kit.functions import direct
from demos.kit.metrics import auc
from demos.kit.training import channels_last, generator
from demos.kit.weights import Metric
from demos.models.face_swap.people import COUNT, drawn, pictured
from demos.models.face_swap.people import HELD_OUT_SEED as PEOPLE_SEED
from demos.models.face_swap.people import SEEN as TRAINED_PEOPLE
from demos.models.fake_detector.disturb import LEVELS, Disturbance, disturbed
from demos.models.fake_detector.fakes import (
    SEEN,
    UNSEEN,
    blends,
    diffused,
    face_masks,
    generated,
    montages,
    redrawn,
    swaps,
    without_glasses,
)
from demos.models.fake_detector.model import WEIGHTS, Detector, load_detector, verdict

Curves = dict[str, dict[str, list[float]]]  # by generator and disturbance
Outcomes = Mapping[str, tuple[Tensor, Tensor]]  # of each generator: drawn pictures and fakes (n, 3, 64, 64)

# On the card under each disturbance; and what is demanded, of the AUC, where something is.
DISTURBED = {
    "jpeg_50": Disturbance(quality=50), "blur_0.8": Disturbance(blur=0.8), "scale_55": Disturbance(scale=55),
    "noise_12": Disturbance(noise=12),
}  # fmt: skip
BARS = {f"auc.{name}": 0.9 for name in SEEN} | {f"auc.{name}": 0.75 for name in DISTURBED}


def evaluate(samples: int = 300, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` fakes of each generator. Raises WeightsError."""
    return measure(load_detector(torch.device("cpu"), folder), outcomes(samples))


@torch.inference_mode()
def outcomes(n: int, names: tuple[str, ...] = SEEN + UNSEEN) -> Outcomes:
    """About n drawn pictures and n fakes for each generator, of people that were not trained on."""
    held_out = portraits(n, HELD_OUT_SEED, parts=True)
    pictures = held_out.pictures(slice(None))
    make = {
        "swap": lambda: swapped_people(n),
        "blend": lambda: (
            pictures, blends(pictures, face_masks(held_out, slice(None)), generator(PEOPLE_SEED, 0))
        ),
        "autoencoder": lambda: (pictures, redrawn(direct, pictures)),
        "montage": lambda: montages(
            without_glasses(n, HELD_OUT_SEED), sample(n, HELD_OUT_SEED, start=5_000)
        ),
        "gan": lambda: (pictures, generated(direct, n, PEOPLE_SEED)),
        "diffusion": lambda: (pictures, in_chunks(n)),
    }  # fmt: skip
    return {name: make[name]() for name in names}


def swapped_people(n: int) -> tuple[Tensor, Tensor]:
    """Pictures of the people that the detector doesn't know, and the same with each other's faces."""
    people = [person for person in range(COUNT) if person not in TRAINED_PEOPLE]
    pairs = [(source, target) for source in people for target in people if source != target]
    who = torch.tensor(pairs).repeat(-(-n // len(pairs)), 1)[:n]
    source, target = who.unbind(1)
    originals = from_bytes(drawn(pictured(source, PEOPLE_SEED))[0])
    return originals, swaps(direct, originals, source, target, PEOPLE_SEED)


def in_chunks(n: int, most: int = 25) -> Tensor:
    sizes = [min(most, n - start) for start in range(0, n, most)]
    return torch.cat([diffused(direct, size, PEOPLE_SEED + i) for i, size in enumerate(sizes)])


@torch.inference_mode()
def measure(detector: Detector, found: Outcomes) -> dict[str, Metric]:
    """AUC for each generator, the share of right answers, and AUC under each disturbance."""
    metrics = {}
    for name, (real, fake) in found.items():
        scores = logits(detector, real), logits(detector, fake)
        metrics[f"auc.{name}"] = demanded(f"auc.{name}", auc(scores[1], scores[0]))
        right = ((scores[0] <= 0).float().mean() + (scores[1] > 0).float().mean()) / 2
        metrics[f"right.{name}"] = Metric(round(float(right), 3), None, "higher")
    for name, what in DISTURBED.items():
        values = [at_level(detector, *found[kind], what) for kind in SEEN]
        metrics[f"auc.{name}"] = demanded(f"auc.{name}", sum(values) / len(values))
    return metrics


def demanded(name: str, value: float) -> Metric:
    return Metric(round(value, 3), BARS.get(name), "higher")


@torch.inference_mode()
def curves(detector: Detector, found: Outcomes, n: int = 80) -> Curves:
    """AUC on n pictures a side, for each generator and disturbance at its `LEVELS`."""
    return {
        name: {
            what: [
                round(at_level(detector, real[:n], fake[:n], Disturbance(**{what: level})), 3)  # type: ignore[arg-type]
                for level in levels
            ]
            for what, levels in LEVELS.items()
        }
        for name, (real, fake) in found.items()
    }


def at_level(detector: Detector, real: Tensor, fake: Tensor, what: Disturbance) -> float:
    """The AUC when drawn and fake pictures are disturbed."""
    return auc(logits(detector, disturbed(fake, what, 2)), logits(detector, disturbed(real, what, 1)))


def logits(detector: Detector, pictures: Tensor) -> Tensor:
    return torch.cat([verdict(detector(channels_last(chunk))) for chunk in pictures.split(50)])

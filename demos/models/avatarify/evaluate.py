"""How well portraits are moved, against the renderer's exact truth, and what the judge reads off them.

The driver is always another person. The whole chain is measured: the source's keypoints and the driver's are
found in their pictures. The judge took no part in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars import Factors, render, replace, sample, vary
from demos.data.avatars.dataset import BATCH, from_bytes, to_bytes
from demos.kit.device import autocast
from demos.kit.metrics import psnr, r2
from demos.kit.weights import Metric
from demos.models.attributes import label, visible
from demos.models.avatarify.cases import CASES, examples
from demos.models.avatarify.keypoints import COUNT, EYES, KEYPOINTS, MOUTH, Keypoints, exact, lattice
from demos.models.avatarify.model import WEIGHTS, Avatarify, detected, load_avatarify
from demos.models.avatarify.pairs import HELD_OUT_SEED, NEUTRAL, SIZE, with_motion
from demos.models.avatarify.retargeter import relative
from demos.models.judge.model import load_judge, read_all

SAMPLES = 300
DRIVERS_SEED, MOTION_SEED, CASES_SEED = HELD_OUT_SEED + 2, HELD_OUT_SEED + 4, HELD_OUT_SEED + 6
READ = ("mouth_open", "blink", "smile", "yaw", "pitch", "roll", "brow_raise", "gaze_x")
BARS = {"psnr.moved": 24.0, "psnr.eyes": 19.0, "psnr.mouth": 24.0, "read.mouth_open": 0.6, "read.blink": 0.6}
EYE_BOX, MOUTH_BOX = (0.22, 0.17), (0.28, 0.20)  # half width and height, of a picture from -1 to 1
POINTS = {  # whose errors are told apart
    "eyes": [k for k, name in enumerate(KEYPOINTS) if "eye" in name or "iris" in name],
    "brows": [k for k, name in enumerate(KEYPOINTS) if "brow" in name],
    "mouth": [k for k, name in enumerate(KEYPOINTS) if "mouth" in name or "lip_" in name],
}


@dataclass
class Trials:
    """What is measured on: pictures (n, 3, 64, 64) of sources, of drivers at rest and in motion, and of the
    truth; with the factors of source and truth."""

    source: Tensor
    rest: Tensor
    driver: Tensor
    truth: Tensor
    start: Factors
    end: Factors


def trials(n: int) -> Trials:
    """People who no model was trained on, moved by others, with poses and expressions as they come."""
    source, others = sample(n, HELD_OUT_SEED), sample(n, DRIVERS_SEED)
    driver = vary(others, MOTION_SEED)
    end = with_motion(source, driver)
    moved = with_motion(others, driver)
    rest = replace(others, **NEUTRAL)
    return Trials(drawn(source), drawn(rest), drawn(moved), drawn(end), source, end)


def drawn(factors: Factors) -> Tensor:
    """Pictures in [-1, 1], rounded as files have them."""
    return torch.cat([from_bytes(to_bytes(render(some, SIZE).images)) for some in factors.split(BATCH)])


def evaluate(samples: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` sources. Raises WeightsError."""
    return measure(load_avatarify(torch.device("cpu"), folder), samples)


@torch.inference_mode()
def measure(model: Avatarify, samples: int) -> dict[str, Metric]:
    """PSNR of the moved pictures, whole and within eyes and mouth; the same for other ways to move keypoints;
    what the judge reads off them; and how exactly keypoints are found."""
    data = trials(samples)
    start, rest, driver = (detected(model.detector, x) for x in (data.source, data.rest, data.driver))
    truth, own = exact(data.end), exact(data.start)
    ways = {
        "moved": model.retargeter(start.points, rest.points, driver.points),
        "relative": relative(start, rest, driver),
        "absolute": driver,
        "exact_keypoints": truth,
    }
    found = {name: all_moved(model, data.source, start, end) for name, end in ways.items()}
    scores = {f"psnr.{name}": psnr(pictures, data.truth) for name, (pictures, _) in found.items()}
    scores["psnr.copied"] = psnr(data.source, data.truth)
    pictures, warped = found["moved"]
    scores["psnr.warped_only"] = psnr(warped, data.truth)
    for name, boxes in (("eyes", [(eye, EYE_BOX) for eye in EYES]), ("mouth", [(MOUTH, MOUTH_BOX)])):
        where = boxed(truth, boxes)
        scores[f"psnr.{name}"] = psnr(pictures, data.truth, where)
        scores[f"psnr.{name}_copied"] = psnr(data.source, data.truth, where)
    scores |= readings(pictures, data)
    scores |= {f"psnr.case_{name}": hard_case(model, name, max(1, samples // len(CASES))) for name in CASES}
    errors = {name: away(start, own, points) for name, points in POINTS.items()}
    errors["retargeted"] = away(ways["moved"], truth, list(range(COUNT)))
    errors["relative"] = away(ways["relative"], truth, list(range(COUNT)))
    metrics = {name: Metric(round(value, 3), BARS.get(name), "higher") for name, value in scores.items()}
    return metrics | {f"px.{name}": Metric(round(value, 3), None, "lower") for name, value in errors.items()}


def hard_case(model: Avatarify, name: str, n: int) -> float:
    """PSNR of portraits of which the source shows too little."""
    source, end, driver = examples(name, n, CASES_SEED)
    pictures = [drawn(some) for some in (source, replace(driver, **NEUTRAL), driver)]
    start, rest, now = (detected(model.detector, some) for some in pictures)
    to = model.retargeter(start.points, rest.points, now.points)
    return psnr(all_moved(model, pictures[0], start, to)[0], drawn(end))


def all_moved(model: Avatarify, source: Tensor, start: Keypoints, end: Keypoints) -> tuple[Tensor, Tensor]:
    """Moved pictures and warped sources, in batches."""
    parts = []
    for index in torch.arange(len(source)).split(50):
        with autocast(source.device):
            moved = model.generator(source[index], start.select(index), end.select(index))
        parts.append((moved.picture.float(), moved.warped.float()))
    pictures, warped = (torch.cat(column) for column in zip(*parts, strict=True))
    return pictures, warped


def boxed(truth: Keypoints, boxes: list[tuple[list[int], tuple[float, float]]]) -> Tensor:
    """1 within boxes around the middles of keypoints (n, 1, 64, 64)."""
    places, inside = lattice(SIZE), []
    for points, half in boxes:
        middle = truth.points[:, points].mean(1)[:, None, None]
        inside.append(((places - middle).abs() < torch.tensor(half)).all(3))
    return torch.stack(inside).any(0)[:, None].float()


def readings(pictures: Tensor, data: Trials) -> dict[str, float]:
    """R² of what the judge reads off moved pictures, off the truth, and off the source as if it had moved."""
    judge = load_judge(torch.device("cpu"))
    seen = visible(data.end)
    scores: dict[str, float] = {}
    for name, some in (("read", pictures), ("drawn", data.truth), ("copied", data.source)):
        read = read_all(judge, some)
        scores |= {
            f"{name}.{factor}": r2(read[factor], label(data.end, factor), seen.get(factor)) for factor in READ
        }
    return scores


def away(found: Keypoints, truth: Keypoints, points: list[int]) -> float:
    """Mean distance in px."""
    return float((found.points - truth.points)[:, points].norm(dim=2).mean() * SIZE / 2)

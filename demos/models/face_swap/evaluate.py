"""How well faces are swapped, against the same picture drawn of the other person, which no model saw."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import from_bytes
from demos.kit.metrics import psnr, r2
from demos.kit.weights import Metric
from demos.models.attributes import label
from demos.models.face_swap.model import WEIGHTS, FaceSwap, load_swap
from demos.models.face_swap.paste import pasted, shared_mask
from demos.models.face_swap.people import COUNT, HELD_OUT_SEED, as_person, drawn, people, pictured, windowed
from demos.models.judge.model import load_judge, read_all

EXPRESSION = ("smile", "mouth_open", "blink", "gaze_x", "yaw")
LOOKS = ("iris", "beard")
BARS = {
    "psnr.own": 24.0, "psnr.swapped": 18.0, "kept.smile": 0.5, "kept.mouth_open": 0.6, "kept.blink": 0.6,
    "kept.yaw": 0.8,
}  # fmt: skip


def evaluate(samples: int = 12, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` pictures of each pair. Raises WeightsError."""
    return measure(load_swap(torch.device("cpu"), folder), samples)


@torch.inference_mode()
def measure(swap: FaceSwap, samples: int) -> dict[str, Metric]:
    """PSNR within the face, of faces drawn again and of swapped ones, and what the judge reads off swaps."""
    pictures, own, other, truth, factors, faces = [], [], [], [], [], []
    for source in range(COUNT):
        some = pictured(torch.full((samples,), source), HELD_OUT_SEED + source)
        images = from_bytes(drawn(some)[0])
        for target in range(COUNT):
            who = torch.full((samples,), target)
            drawn_so, mask, _ = drawn(as_person(some, who))
            redrawn = swap(images, who)
            if source == target:
                own.append(psnr(windowed(images), redrawn[:, :3], mask.float() / 255))
                continue
            back = swap(images, torch.full((samples,), source))
            other.append(psnr(windowed(from_bytes(drawn_so)), redrawn[:, :3], mask.float() / 255))
            pictures.append(pasted(images, redrawn, shared_mask(back, redrawn), match=False))
            truth.append(from_bytes(drawn_so))
            factors.append(some)
            faces.append(who)
    read = read_all(load_judge(torch.device("cpu")), torch.cat(pictures))
    best = read_all(load_judge(torch.device("cpu")), torch.cat(truth))
    metrics = {
        "psnr.own": Metric(round(sum(own) / len(own), 2), BARS["psnr.own"], "higher"),
        "psnr.swapped": Metric(round(sum(other) / len(other), 2), BARS["psnr.swapped"], "higher"),
    }
    for name in EXPRESSION:
        wanted = torch.cat([label(some, name) for some in factors])
        metrics[f"kept.{name}"] = Metric(round(r2(read[name], wanted), 3), BARS.get(f"kept.{name}"), "higher")
        metrics[f"drawn.{name}"] = Metric(round(r2(best[name], wanted), 3), None, "higher")
    for name in LOOKS:
        wanted = people()[name][torch.cat(faces)]
        metrics[f"taken.{name}"] = Metric(round(share(read[name], wanted), 3), None, "higher")
    return metrics


def share(read: Tensor, wanted: Tensor) -> float:
    return float((read == wanted).float().mean())

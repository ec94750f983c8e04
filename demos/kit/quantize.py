"""Weights in four bits, for nets that a reader looks at but that need not be the best there is.

Groups of 64 weights share a scale, chosen for the least squared error (round to nearest, symmetric). A net
stored so takes a quarter of its fp16 size; measure it as stored, not before.
"""

import torch
from torch import Tensor

GROUP = 64  # weights to a scale
TOP = 7  # of the numbers from -8 to 7
SHRINKING = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)  # of the scale that reaches a group's largest weight
SUFFIXES = ("packed", "scale", "shape")


def quantize(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every matrix and kernel as ``<key>.packed`` (uint8), ``<key>.scale`` (fp16), ``<key>.shape`` (int64).

    Vectors, which are small and decide more, stay as they are.
    """
    stored: dict[str, Tensor] = {}
    for key, x in tensors.items():
        if x.dim() < 2:
            stored[key] = x
            continue
        numbers, scale = nearest(x)
        low, high = (numbers + 8).to(torch.uint8).reshape(-1, 2).unbind(1)
        parts = (low | high << 4, scale.half(), torch.tensor(x.shape))
        stored |= {f"{key}.{suffix}": part for suffix, part in zip(SUFFIXES, parts, strict=True)}
    return stored


def dequantize(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """What `quantize` stored, as float32 tensors of their shapes."""
    tensors = {}
    for key, x in stored.items():
        name, _, suffix = key.rpartition(".")
        if suffix == "packed":
            numbers = torch.stack([x & 15, x >> 4], dim=1).reshape(-1, GROUP).float() - 8
            flat = (numbers * stored[f"{name}.scale"].float()).flatten()
            shape = stored[f"{name}.shape"].tolist()
            tensors[name] = flat[: torch.Size(shape).numel()].reshape(shape)
        elif suffix not in SUFFIXES:
            tensors[key] = x
    return tensors


def nearest(x: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers (groups, 64) from -8 to 7 and scales (groups, 1) whose products are nearest to ``x``."""
    flat = x.detach().float().cpu().flatten()
    groups = torch.nn.functional.pad(flat, (0, -len(flat) % GROUP)).reshape(-1, GROUP)
    widest = (groups.abs().amax(1, keepdim=True) / TOP).clamp_min(1e-6)
    scales = [(widest * share).half().float() for share in SHRINKING]
    numbers = [(groups / scale).round().clamp(-TOP - 1, TOP) for scale in scales]
    errors = [
        (n * scale - groups).square().sum(1, keepdim=True) for n, scale in zip(numbers, scales, strict=True)
    ]
    best = torch.stack(errors).argmin(0)  # (groups, 1)
    pick = best.expand(-1, GROUP)[None]
    return torch.stack(numbers).gather(0, pick)[0], torch.stack(scales).gather(0, best[None])[0]

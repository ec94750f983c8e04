"""Where a model runs."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import TypeVar

import torch

Result = TypeVar("Result")
Net = TypeVar("Net", bound=torch.nn.Module)
log = logging.getLogger("ordlab")


@cache
def best_device() -> torch.device:
    """The GPU when there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def with_fallback(run: Callable[[torch.device], Result], device: torch.device | None = None) -> Result:
    """``run(device)``; when that device is out of memory, once more on the CPU, and the log says so."""
    device = device or best_device()
    try:
        return run(device)
    except torch.OutOfMemoryError:
        if device.type == "cpu":
            raise
        log.warning("%s is out of memory: this model runs on the CPU instead.", device)
        torch.cuda.empty_cache()
        return run(torch.device("cpu"))


def autocast(device: torch.device) -> AbstractContextManager[None]:
    """bfloat16 where it pays: on every recent GPU, and on CPUs with instructions for it."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_fast_bf16(device))


def to_channels_last(net: Net, device: torch.device | None = None) -> Net:
    """The net on a device, by default where it is, with its kernels stored channels last: convolutions of
    pictures are fastest so."""
    return net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


@cache
def has_fast_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    # Without AVX-512-bf16, oneDNN emulates bfloat16 and is slower than in float32.
    return torch.cpu._is_avx512_bf16_supported()

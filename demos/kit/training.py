"""What every training loop shares: progress, a budget, averaged weights, and a state that survives an
interruption.

A trainer is a generator of ``Progress``. It may be closed at any yield; what it has by then is on disk, and a
trainer started with ``resume`` goes on from there. Randomness of a step comes from ``generator(seed,
step)``, so a resumed run takes the same steps as one that was never interrupted.
"""

import io
import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import torch
from torch import Tensor, nn

from glossary import files

SAVE_EVERY_SECONDS = 60.0


@dataclass
class Progress:
    """Where a training run stands after ``step`` of ``steps``."""

    step: int
    steps: int
    minutes: float
    losses: dict[str, float]
    note: str = ""


@dataclass(frozen=True)
class Budget:
    """How long to train: a number of steps or, when ``minutes`` is given, that much time instead."""

    steps: int
    minutes: float | None = None

    def fraction(self, step: int, minutes: float) -> float:
        """How much of the budget is used, from 0 to 1."""
        used = step / self.steps if self.minutes is None else minutes / self.minutes
        return min(1.0, used)

    def expected_steps(self, step: int, minutes: float) -> int:
        fraction = self.fraction(step, minutes)
        return (
            self.steps
            if self.minutes is None
            else max(step, round(step / fraction) if fraction else self.steps)
        )


@dataclass
class Clock:
    """Minutes of training, over all the sittings of a run."""

    before: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def minutes(self) -> float:
        return self.before + (time.monotonic() - self.started) / 60


def generator(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The random stream of one step: needs no state to resume."""
    return torch.Generator(device).manual_seed((seed * 1_000_003 + step) % 2**63)


def decayed(rate: float, fraction: float, tail: float = 0.3) -> float:
    """``rate``, then falling on a half cosine to a hundredth of it over the last ``tail`` of the budget."""
    position = max(0.0, (fraction - (1 - tail)) / tail)
    return rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * position)))


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


@torch.no_grad()
def average_into(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Exponential moving average of the weights (buffers are copied)."""
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
    for mean, now in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(now)


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a training state so that an interruption leaves the old one or the new one."""
    content = io.BytesIO()
    torch.save(state, content)
    files.write(path, content.getvalue())


def load_state(path: Path) -> dict[str, Any] | None:
    """The state written by ``save_state``; None if there is none."""
    return torch.load(path, weights_only=True) if path.exists() else None


class Saver:
    """Calls ``save`` every minute, and at the end or the interruption of the loop it encloses."""

    def __init__(self, save: Callable[[], None]) -> None:
        self.save = save
        self.last = time.monotonic()

    def tick(self) -> None:
        if time.monotonic() - self.last > SAVE_EVERY_SECONDS:
            self.save()
            self.last = time.monotonic()


@contextmanager
def saving(save: Callable[[], None]) -> Iterator[Saver]:
    """Enclose a loop whose yields are consistent points: closing it there (GeneratorExit) saves the state
    first."""
    saver = Saver(save)
    try:
        yield saver
    except GeneratorExit:
        save()
        raise
    save()


def compile_on_gpu(modules: Iterable[nn.Module], device: torch.device) -> None:
    """Compile in place where it pays: on a GPU, with Triton and a C compiler for it."""
    if device.type == "cuda" and find_spec("triton") and which("cc"):
        for module in modules:
            module.compile()


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def channels_last(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=torch.channels_last)

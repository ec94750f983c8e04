"""The one training loop, `fit`, and what it needs: progress, a budget, averaged weights, and a state that
survives an interruption.

A model's ``train.py`` holds a `Run`: nets, optimizers, and what one step does with a batch. `fit` is a
generator of ``Progress``. It may be closed at any yield; what it has by then is on disk, and a run that is
fitted with ``resume`` goes on from there. Randomness of a step comes from ``generator(seed, step)``, so a
resumed run takes the same steps as one that was never interrupted.
"""

import copy
import io
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn

from demos.kit.device import best_device
from demos.kit.weights import Card, current_commit
from glossary import files

SAVE_EVERY_SECONDS = 60.0
Model = TypeVar("Model", bound=nn.Module)
Recipe = TypeVar("Recipe", bound=Any)


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
    started: float | None = field(default_factory=time.monotonic)

    @property
    def minutes(self) -> float:
        return self.before + (0 if self.started is None else (time.monotonic() - self.started) / 60)

    def stop(self) -> None:
        self.before, self.started = self.minutes, None


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


class Run(ABC, Generic[Model, Recipe]):
    """Everything that changes during training, and one step of it.

    A subclass makes its nets in ``__init__``, where weights are drawn from ``seed``, and hands what learns to
    `optimize`. ``saved`` names the attributes that a resumed run needs: nets, optimizers, tensors, numbers,
    and lists of these. ``recipe`` is a dataclass with the ``data_seed``, for the card, and ``average``, the
    share of itself that the running mean of the weights keeps at each step.
    """

    saved: ClassVar[tuple[str, ...]] = ("model", "average", "optimizers")
    tail: ClassVar[float] = 0.3  # share of the budget over which the rates fall at the end
    warmup: ClassVar[int] = 1  # steps in which the rates rise at the start
    note: str = ""  # what is trained, if that needs saying

    model: Model
    average: Model
    optimizers: list[torch.optim.Optimizer]
    rates: tuple[float, ...]

    def __init__(self, recipe: Recipe, budget: Budget, device: torch.device, seed: int) -> None:
        torch.manual_seed(seed)
        self.recipe, self.budget, self.device, self.seed = recipe, budget, device, seed
        self.step = 0
        self.clock = Clock()

    def optimize(self, model: Model, *optimizers: torch.optim.Optimizer) -> None:
        """Train ``model`` with these optimizers, whose rates are those of the schedule's plateau; the average
        begins as a copy of it, on the same device."""
        self.model, self.average = model, copy.deepcopy(model).requires_grad_(False)
        self.optimizers = list(optimizers)
        self.rates = tuple(optimizer.param_groups[0]["lr"] for optimizer in optimizers)

    def start_from(self, trained: Model) -> None:
        """Train these weights on, which may be on another device."""
        for net in (self.model, self.average):
            net.load_state_dict(trained.state_dict())

    @abstractmethod
    def train_step(self) -> dict[str, float]:
        """Learn from one batch, which depends on seed and step only; returns the losses."""

    def average_decay(self) -> float:
        """Share of itself that the average keeps at this step."""
        return early_decay(self.step, self.recipe.average)

    def seed_dropout(self) -> None:
        """Let dropout, which draws from torch's own generator, depend on seed and step only."""
        torch.manual_seed(self.seed * 1_000_003 + self.step)

    def descend(self, loss: Tensor, longest: float = math.inf) -> None:
        """A step of the run's optimizers down a loss, with a gradient of the model of at most that length."""
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if longest < math.inf:
            nn.utils.clip_grad_norm_(self.model.parameters(), longest)
        for optimizer in self.optimizers:
            optimizer.step()

    def card(self, name: str, config: dict[str, Any], numbers: int) -> Card:
        """The card of what was trained, before it is measured: its configuration and how many parameters."""
        return Card(
            demo=name,
            config=config | {"training": asdict(self.recipe), "seed": self.seed},
            parameters=numbers,
            data_seed=self.recipe.data_seed,
            steps=self.step,
            minutes=round(self.clock.minutes, 1),
            device=self.device.type,
            commit=current_commit(),
        )

    def keep_snapshot(self) -> None:
        """Called before the first step and after each: a run may keep what readers shall see of it."""

    @property
    def fraction(self) -> float:
        """How much of the budget is used, from 0 to 1."""
        return self.budget.fraction(self.step, self.clock.minutes)

    def advance(self) -> dict[str, float]:
        """One step at the rates of the schedule, then the average."""
        share = min(1.0, (self.step + 1) / self.warmup)
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            set_rate(optimizer, decayed(rate, self.fraction, self.tail) * share)
        losses = self.train_step()
        average_into(self.average, self.model, self.average_decay())
        self.step += 1
        return losses

    def progress(self, losses: dict[str, float], note: str = "") -> Progress:
        minutes = self.clock.minutes
        steps = self.budget.expected_steps(self.step, minutes)
        return Progress(self.step, steps, minutes, losses, note or self.note)

    def state(self) -> dict[str, Any]:
        parts = {name: _state_of(getattr(self, name)) for name in self.saved}
        return parts | {"step": self.step, "minutes": self.clock.minutes}

    def restore(self, state: dict[str, Any]) -> None:
        for name in self.saved:
            setattr(self, name, self._restored(getattr(self, name), state[name]))
        self.step, self.clock = state["step"], Clock(state["minutes"])

    def _restored(self, part: Any, state: Any) -> Any:
        match part:
            case nn.Module() | torch.optim.Optimizer():
                part.load_state_dict(state)
                return part
            case list():
                return [self._restored(one, its) for one, its in zip(part, state, strict=True)]
            case Tensor():
                return state.to(self.device)
        return state


def _state_of(part: Any) -> Any:
    match part:
        case nn.Module() | torch.optim.Optimizer():
            return part.state_dict()
        case list():
            return [_state_of(one) for one in part]
    return part


def fit(run: Run[Any, Any], path: Path, *, resume: bool = False) -> Iterator[Progress]:
    """Train until the budget is used, keeping the state at ``path``; with ``resume`` from the state there."""
    if resume and (state := load_state(path)):
        run.restore(state)
    with saving(lambda: save_state(path, run.state())) as saver:
        run.keep_snapshot()
        while run.fraction < 1:
            losses = run.advance()
            run.keep_snapshot()
            saver.tick()
            yield run.progress(losses)
        run.clock.stop()  # another run may be next


def adam(
    mean: Tensor, square: Tensor, gradient: Tensor, step: Tensor, betas: tuple[float, float]
) -> tuple[Tensor, Tensor, Tensor]:
    """Both averages after a gradient, and by Adam (Kingma and Ba 2015) what to go back by at a rate of 1.

    For training inside a model function, which remembers nothing: `torch.optim` keeps its averages. `step`
    counts from 1.
    """
    first, second = betas
    mean = torch.lerp(mean, gradient, 1 - first)
    square = torch.lerp(square, gradient.square(), 1 - second)
    spread = (square / (1 - second**step)).sqrt() + 1e-8
    return mean, square, mean / (1 - first**step) / spread


def early_decay(step: int, decay: float) -> float:
    """``decay``, but less at first: the first weights are soon forgotten."""
    return min(decay, (1 + step) / (10 + step))


def compile_on_gpu(modules: Iterable[nn.Module], device: torch.device) -> None:
    """Compile in place where it pays: on a GPU, with Triton and a C compiler for it."""
    if device.type == "cuda" and find_spec("triton") and which("cc"):
        for module in modules:
            module.compile()


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def channels_last(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Job:
    """What a training was asked for: minutes instead of the recipe's steps, where it runs, its seed, the
    folder of its states, whether to go on from those, and the folder of its weights."""

    minutes: float | None
    device: torch.device
    seed: int
    work: Path
    resume: bool
    out: Path

    def budget(self, steps: int, share: float = 1.0) -> Budget:
        """So many steps or, where minutes were asked for, that share of them."""
        return Budget(steps, None if self.minutes is None else self.minutes * share)

    def fit(self, run: Run[Any, Any], name: str = "state") -> Iterator[Progress]:
        """`fit`, with the state under a name in the folder of this training."""
        return fit(run, self.work / f"{name}.pt", resume=self.resume)


def training(
    recipe: Any | Callable[[torch.device], Any], weights: Path
) -> Callable[[Callable[..., Iterator[Progress]]], Callable[..., Iterator[Progress]]]:
    """Make a model's `train(recipe, work=…, …)`, as the command line calls it, of a generator `train(recipe,
    job)`, which trains, measures, and writes weights and card to `job.out`.

    `recipe`: the one that is taken if none is asked for, or a function that chooses it by the device.
    `weights`: where weights go unless asked otherwise. What else a caller passes goes to the generator.
    """

    def decorate(stages: Callable[..., Iterator[Progress]]) -> Callable[..., Iterator[Progress]]:
        chosen = recipe

        @wraps(stages)
        def train(
            recipe: Any = None,
            *,
            work: Path,
            out: Path = weights,
            minutes: float | None = None,
            device: torch.device | None = None,
            seed: int = 0,
            resume: bool = False,
            **others: Any,
        ) -> Iterator[Progress]:
            device = device or best_device()
            recipe = recipe or (chosen(device) if callable(chosen) else chosen)
            return stages(recipe, Job(minutes, device, seed, work, resume, out), **others)

        return train

    return decorate


def trainer(
    recipe: Any,
    weights: Path,
    begin: Callable[[Any, Budget, torch.device, int], Run[Any, Any]],
    publish: Callable[[Any, Path], object],
) -> Callable[..., Iterator[Progress]]:
    """A model's `train(recipe, work=…)` where there is a single run.

    `begin(recipe, budget, device, seed)` makes the run; `publish(run, out)` measures and writes.
    """

    @training(recipe, weights)
    def train(recipe: Any, job: Job) -> Iterator[Progress]:
        run = begin(recipe, job.budget(recipe.steps), job.device, job.seed)
        yield from job.fit(run)
        yield run.progress({}, "measuring")
        publish(run, job.out)

    return train

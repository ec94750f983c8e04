"""Model functions: tensors in, tensors out, batch first; and the one place where they run.

A model function draws no random numbers, makes no pictures and knows no words, so that whoever runs it may
put several readers' calls into one batch, send them to another device or process, or export it. An answer
calls it through the runner it is given: `run(generate, z=z, truncation=t, checkpoint=3)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from demos.kit.device import with_fallback

Shape = tuple[
    int | str, ...
]  # the first is "n", the batch; another name stands for one size wherever it occurs
Result = Tensor | dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class ModelFunction:
    """A function of tensors (`takes`, by name) and settings: keyword arguments that hold for the whole batch.

    It gives one tensor or several by name (`gives`). The device of its inputs decides where it runs.
    """

    body: Callable[..., Result]
    takes: Mapping[str, Shape]
    gives: Mapping[str, Shape]

    @property
    def name(self) -> str:
        return f"{self.body.__module__}.{self.body.__qualname__}"

    def __call__(self, **inputs: Any) -> Result:
        return self.body(**inputs)

    def split(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """The tensors and the settings among the inputs. Raises TypeError or ValueError if a tensor is
        missing or does not fit."""
        if missing := self.takes.keys() - inputs.keys():
            raise TypeError(f"{self.name} lacks {', '.join(sorted(missing))}")
        tensors = {name: inputs[name] for name in self.takes}
        check(self.name, self.takes, tensors)
        return tensors, {name: value for name, value in inputs.items() if name not in self.takes}


class Refused(Exception):
    """No answer now, for a reason that is no fault: the key of a sentence in `words.yml`."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


class Runner(Protocol):
    """Runs a model function somewhere: here and now (`direct`), or in the server's line."""

    def __call__(self, function: ModelFunction, /, **inputs: Any) -> Any: ...


def function(
    *, takes: Mapping[str, Shape], gives: Mapping[str, Shape]
) -> Callable[[Callable[..., Result]], ModelFunction]:
    """Mark a function as a model function, with the shapes of what it takes and gives.

    `@function(takes={"z": ("n", 64)}, gives={"picture": ("n", 3, 64, 64)})`
    """
    return lambda body: ModelFunction(body, takes, gives)


def direct(function: ModelFunction, /, **inputs: Any) -> Any:
    """Run a model function now, on the best device: what tests, stills and the command line use."""
    tensors, settings = function.split(inputs)
    return call(function, tensors, settings)


def call(
    function: ModelFunction,
    tensors: Mapping[str, Tensor],
    settings: Mapping[str, Any],
    device: torch.device | None = None,
) -> Result:
    """The result of one call, or of a merged batch of them, on the CPU. Readers' models run here and nowhere
    else.

    A device that is out of memory is stood in for by the CPU.
    """

    def run(device: torch.device) -> Result:
        with torch.inference_mode():
            result = function(**{name: x.to(device) for name, x in tensors.items()}, **settings)
        return {name: x.cpu() for name, x in result.items()} if isinstance(result, dict) else result.cpu()

    return with_fallback(run, device)


def check(owner: str, shapes: Mapping[str, Shape], tensors: Mapping[str, Tensor]) -> None:
    """Raise ValueError unless every tensor has its shape, and every named size is the same throughout."""
    sizes: dict[str, int] = {}
    for name, shape in shapes.items():
        actual = tuple(tensors[name].shape)
        fits = len(actual) == len(shape) and all(
            size == (wanted if isinstance(wanted, int) else sizes.setdefault(wanted, size))
            for wanted, size in zip(shape, actual, strict=True)
        )
        if not fits:
            raise ValueError(f"{owner}: {name} is {actual}, not ({', '.join(map(str, shape))})")

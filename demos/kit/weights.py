"""Weights on disk: fp16 safetensors beside their code, and a card that says where they came from.

A folder holds ``model.safetensors``, perhaps more files of the same kind, and ``card.json``. The card's
``sha256`` is that of ``model.safetensors``; ``files`` holds the checksum of every file.
"""

import copy
import hashlib
import json
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from demos.kit.device import Net, best_device
from glossary import files

Better = Literal["higher", "lower"]


class WeightsError(Exception):
    """Weights are missing, damaged or do not belong to the code: one sentence with the file and the
    remedy."""


@dataclass
class Metric:
    """One measured number. ``bar`` is None where nothing is demanded."""

    value: float
    bar: float | None
    better: Better

    @property
    def met(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.better == "higher" else self.value <= self.bar


def metrics_of(
    found: Mapping[str, float], bars: Mapping[str, float], lower: Collection[str], digits: int = 4
) -> dict[str, Metric]:
    """Measured numbers, rounded, each with its bar. Those with one of the words `lower` in their names are
    better when they are lower."""
    return {
        name: Metric(
            round(value, digits), bars.get(name), "lower" if any(word in name for word in lower) else "higher"
        )
        for name, value in found.items()
    }


@dataclass
class Card:
    """What is known about a set of weights."""

    demo: str
    config: dict[str, Any]
    parameters: int
    data_seed: int
    steps: int
    minutes: float
    device: str
    torch: str = torch.__version__
    commit: str = ""
    sha256: str = ""
    metrics: dict[str, Metric] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return all(metric.met for metric in self.metrics.values())


def read_card(folder: Path) -> Card:
    """The card of a weights folder.

    Raises WeightsError if it is missing or not a card.
    """
    path = folder / "card.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["metrics"] = {name: Metric(**metric) for name, metric in data["metrics"].items()}
        return Card(**data)
    except FileNotFoundError:
        raise WeightsError(f"{path} is missing: {remedy(folder)}.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(f"{path} is not a card ({error}): {remedy(folder)}.") from None


def earlier_runs(published: Card) -> list[dict[str, Any]]:
    """How the weights came about that a training started from, the last run last: for the next card's
    details."""
    config, details = published.config, published.details
    run = {
        "steps": published.steps,
        "minutes": published.minutes,
        "commit": published.commit,
        "seed": config["seed"],
        "training": config["training"],
    }
    return [*details.get("earlier", []), run]


def write_card(folder: Path, card: Card) -> None:
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False, allow_nan=False)
    files.write(folder / "card.json", (text + "\n").encode())


def save_weights(folder: Path, tensors: dict[str, Tensor], name: str = "model") -> str:
    """Write ``<name>.safetensors`` in fp16 and return its sha256, which belongs on the card."""
    stored = {key: _for_storage(tensor) for key, tensor in tensors.items()}
    data = save(stored)
    files.write(folder / f"{name}.safetensors", data)
    return hashlib.sha256(data).hexdigest()


def save_nets(folder: Path, nets: Mapping[str, torch.nn.Module]) -> dict[str, str]:
    """Write the weights of each net under its name, and return what belongs on the card as `files`."""
    return {f"{name}.safetensors": save_weights(folder, net.state_dict(), name) for name, net in nets.items()}


def load_weights(folder: Path, name: str = "model") -> dict[str, Tensor]:
    """The tensors of ``<name>.safetensors``, checked against the card; fp16 comes back as fp32.

    Raises WeightsError with one sentence if the file is missing, damaged or not the card's.
    """
    path = folder / f"{name}.safetensors"
    card = read_card(folder)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise WeightsError(f"{path} is missing: {remedy(folder)}.") from None
    expected = card.files.get(path.name, card.sha256 if name == "model" else "")
    if hashlib.sha256(data).hexdigest() != expected:
        raise WeightsError(f"{path} is damaged or not the file its card describes: {remedy(folder)}.")
    try:
        return {
            key: tensor.float() if tensor.is_floating_point() else tensor
            for key, tensor in load(data).items()
        }
    except SafetensorError as error:
        raise WeightsError(f"{path} is not a safetensors file ({error}): {remedy(folder)}.") from None


def as_loaded(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors as a reader will load them: rounded to fp16."""
    return {
        key: tensor.half().float() if tensor.is_floating_point() else tensor
        for key, tensor in tensors.items()
    }


def check_trained_on(folder: Path, base: str) -> None:
    """Raise WeightsError if the weights in a folder were trained on another base than the one that is here,
    whose sha256 is given: their card's details hold it as `base`."""
    card = read_card(folder)
    trained_on = str(card.details.get("base", ""))
    if trained_on != base:
        raise WeightsError(
            f"{folder} was trained on another base model (sha256 {trained_on[:12]}…) than the one that is "
            f"here ({base[:12]}…): train it again with “python -m demos train {card.demo}”."
        )


def load_into(module: torch.nn.Module, tensors: dict[str, Tensor], folder: Path) -> None:
    """Load ``tensors`` into ``module``; WeightsError if names or shapes differ from the code's."""
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise WeightsError(f"{folder} does not fit the model's code ({first}): {remedy(folder)}.") from None


def loaded(net: Net, folder: Path, device: torch.device | None = None, name: str = "model") -> Net:
    """The net with the weights of ``<name>.safetensors``, in inference mode, by default on the best device.

    Raises WeightsError if they are missing, damaged, or another net's.
    """
    load_into(net, load_weights(folder, name), folder)
    return net.eval().requires_grad_(False).to(device or best_device())


def shipped(net: Net, device: torch.device | None = None) -> Net:
    """A copy as readers will load it, by default on the CPU: weights rounded to fp16, in inference mode."""
    net = copy.deepcopy(net).to(device or torch.device("cpu"))
    net.load_state_dict(as_loaded(net.state_dict()))
    return net.eval().requires_grad_(False)


def part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The entries below ``prefix.``, with the prefix removed."""
    return {
        key.removeprefix(f"{prefix}."): tensor
        for key, tensor in tensors.items()
        if key.startswith(f"{prefix}.")
    }


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{key}": tensor for key, tensor in tensors.items()}


def remedy(folder: Path) -> str:
    demo = folder.parent.name
    restore, train = f"git checkout -- {demo_path(folder)}", f"python -m demos train {demo}"
    return f"restore it with “{restore}” or train it with “{train}”"


def demo_path(folder: Path) -> str:
    return "/".join(("demos", *folder.parts[-3:]))


def current_commit() -> str:
    """The commit of the checkout this code runs from; empty outside one."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _for_storage(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().cpu().contiguous()
    return tensor.half() if tensor.is_floating_point() else tensor

"""The card's metrics, measured again on the weights as they are shipped."""

from pathlib import Path

from demos.kit.weights import Metric
from demos.models.diffusion.model import WEIGHTS, load_diffusion
from demos.models.diffusion.publish import measure


def evaluate(samples: int = 3000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """All metrics on ``samples`` held-out portraits and prompts. Raises WeightsError."""
    return measure(load_diffusion(folder=folder), samples)[0]

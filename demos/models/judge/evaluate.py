"""The card's metrics, measured again on the weights as they are shipped."""

from pathlib import Path

from demos.kit.weights import Metric
from demos.models.judge.compare import held_out
from demos.models.judge.model import WEIGHTS, load_judge
from demos.models.judge.train import measure


def evaluate(samples: int = 6000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """Accuracy or R² per factor on ``samples`` held-out portraits. Raises WeightsError."""
    return measure(load_judge(folder=folder), held_out(samples))

"""The card's metrics, measured again on the weights as they are shipped."""

from pathlib import Path

from demos.kit.weights import Metric
from demos.models.autoencoders.model import WEIGHTS, load_trunk
from demos.models.autoencoders.publish import as_metrics, measure


def evaluate(samples: int = 3000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """All metrics on ``samples`` held-out portraits. Raises WeightsError."""
    return as_metrics(measure(load_trunk(folder=folder), samples)[0])

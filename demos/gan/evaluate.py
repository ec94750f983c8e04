"""The card's metrics, measured again on the weights as they are shipped."""

from pathlib import Path

from demos.avatars.metrics import auc
from demos.common.weights import Metric
from demos.gan.pretrained import load_discriminator, load_generator
from demos.gan.publish import SAMPLE_SEED, WEIGHTS, as_metrics, draw, measure, scores
from demos.judge.compare import held_out


def evaluate(samples: int = 3000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """All metrics on ``samples`` pictures a side. Raises WeightsError."""
    generator, critics = load_generator(folder=folder), load_discriminator(folder=folder)
    real = held_out(samples).pictures(slice(None))
    told_apart = auc(scores(critics, real), scores(critics, draw(generator, samples, SAMPLE_SEED + 1)))
    return as_metrics(measure(generator, real) | {"critics_auc": round(told_apart, 4)})

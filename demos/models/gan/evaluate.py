"""The card's metrics, measured again on the weights as they are shipped."""

from pathlib import Path

from demos.kit.metrics import auc
from demos.kit.weights import Metric
from demos.models.gan.pretrained import load_discriminator, load_generator
from demos.models.gan.publish import JUDGED, WEIGHTS, as_metrics, draw, rounded, scores
from demos.models.judge.compare import Reference, held_out
from demos.models.judge.model import load_judge


def evaluate(samples: int = 3000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """All metrics on ``samples`` pictures a side. Raises WeightsError."""
    generator, critics = load_generator(folder=folder), load_discriminator(folder=folder)
    reference = Reference(load_judge(), held_out(samples).pictures(slice(None)))
    fake = draw(generator, samples)
    told_apart = auc(scores(critics, reference.pictures[:JUDGED]), scores(critics, fake[:JUDGED]))
    measured = reference.quality(fake) | reference.controls(fake) | {"critics_auc": told_apart}
    return as_metrics(rounded(measured))

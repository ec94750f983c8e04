"""How much of what the captioner says is true, and how much of what there is to say it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED, Portraits, portraits
from demos.data.captions.facts import Fact, rows
from demos.data.captions.grammar import LANGUAGES
from demos.kit.weights import Metric
from demos.models.captioner.captions import is_new, named, read, said, slots, start
from demos.models.captioner.functions import search
from demos.models.captioner.model import WEIGHTS, Captioner, load_captioner

SAMPLES = 1000  # held-out portraits
KNOWN = 4000  # training portraits that the baselines know
BARS = {"accuracy": 0.95, "new": 0.9}
BEAMS = 3
BEAMS_ON = 200  # portraits that beam search is measured on
Facts = list[Fact]


def evaluate(samples: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics, on so many held-out portraits. Raises WeightsError."""
    return measure(load_captioner(torch.device("cpu"), folder), samples)


def measure(net: Captioner, samples: int, known: int = KNOWN) -> dict[str, Metric]:
    """Shares of what captions say and ought to say, for each language and for two baselines, which know so
    many training portraits."""
    data = portraits(samples, HELD_OUT_SEED)
    truth = [named(row) for row in rows(data.factors())]
    scores: dict[str, float] = {}
    for language in LANGUAGES:
        found = captioned(net, data, language)
        some = captioned(net, data, language, BEAMS, BEAMS_ON)
        scores |= {
            f"accuracy.{language}": accuracy(found, truth),
            f"named.{language}": recall(found, truth),
            f"new.{language}": accuracy_on_new(found, truth),
            f"combined.{language}": combined(found, truth),
            f"beam.{language}": accuracy(some, truth[: len(some)]),
        }
    before = portraits(known, TRAIN_SEED)
    theirs = [named(row) for row in rows(before.factors())]
    scores["most_frequent"] = accuracy([most_frequent(theirs)] * samples, truth)
    scores["nearest"] = accuracy([theirs[i] for i in nearest(data, before)], truth)
    return {
        name: Metric(round(share, 4), BARS.get(name.partition(".")[0]), "higher")
        for name, share in scores.items()
    }


@torch.inference_mode()
def captioned(
    net: Captioner, data: Portraits, language: str, beams: int = 1, most: int | None = None
) -> list[Facts]:
    """What the captions of portraits say."""
    found = []
    for index in torch.arange(len(data))[:most].split(100):
        first = torch.full((len(index),), start(language))
        made = search(net, net.look(data.pictures(index)), first, beams)["words"][:, 0]
        found += [said(read(row), language) for row in made.tolist()]
    return found


def accuracy(found: Sequence[Facts], truth: Sequence[Facts]) -> float:
    """Of what is said, the share that is true: values and colors, each for itself."""
    pairs = [(slots(a), slots(b)) for a, b in zip(found, truth, strict=True)]
    right = sum(b.get(name) == value for a, b in pairs for name, value in a.items())
    return right / max(1, sum(len(a) for a, _ in pairs))


def recall(found: Sequence[Facts], truth: Sequence[Facts]) -> float:
    """Of what ought to be said, the share that is said: `accuracy` with the roles exchanged."""
    return accuracy(truth, found)


def accuracy_on_new(found: Sequence[Facts], truth: Sequence[Facts]) -> float:
    """`accuracy` of what is said of hair, hat and clothing where the picture has it in a color in which
    training never showed it."""
    mine, new = [], []
    for a, b in zip(found, truth, strict=True):
        names = {fact.name for fact in b if is_new(fact)}
        mine.append([fact for fact in a if fact.name in names])
        new.append([fact for fact in b if fact.name in names])
    return accuracy(mine, new)


def combined(found: Sequence[Facts], truth: Sequence[Facts]) -> float:
    """Of the values of hair, hat and clothing that are there in a color in which training never showed them,
    the share that is named with that color."""
    named_so = [fact in a for a, b in zip(found, truth, strict=True) for fact in b if is_new(fact)]
    return sum(named_so) / max(1, len(named_so))


def most_frequent(known: Sequence[Facts]) -> Facts:
    """The caption that is the best guess without a picture: what most portraits have, the likeliest value."""
    counts = Counter(fact for some in known for fact in some)
    names = Counter(fact.name for some in known for fact in some)
    usual = [name for name, count in names.items() if count > len(known) / 2]
    return [max((f for f in counts if f.name == name), key=lambda f: (counts[f], f)) for name in usual]


def nearest(data: Portraits, known: Portraits) -> list[int]:
    """For each portrait, which of the known ones has the nearest pixels, at 16 px (Devlin et al. 2015,
    arXiv:1505.04467, with pixels for features)."""
    small = [small_pictures(some) for some in (data, known)]
    return [int(i) for part in small[0].split(200) for i in torch.cdist(part, small[1]).argmin(1)]


def small_pictures(data: Portraits) -> Tensor:
    parts = torch.arange(len(data)).split(500)
    return torch.cat([F.adaptive_avg_pool2d(data.pictures(part), 16).flatten(1) for part in parts])

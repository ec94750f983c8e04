"""How many translations of sentences that nobody trained on are right, and how near the others come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import fmean

import torch

from demos.data.sentences.corpus import examples, sentences
from demos.data.sentences.pieces import numbered, padded, text_of
from demos.kit.weights import Metric
from demos.models.translation.functions import translated
from demos.models.translation.model import DIRECTIONS, KINDS, LONGEST, WEIGHTS, Translator, load_net

EXACT = 0.90  # share of translations
SAMPLES = 400  # meanings of the test
TESTED_BY = 1  # the seed of the test sentences
ROWS = 200  # sentences at once
ORDER, BETA = 6, 2.0  # of chrF


def evaluate(tested: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics. Raises WeightsError."""
    return measure({kind: load_net(kind, torch.device("cpu"), folder) for kind in KINDS}, tested)


def measure(nets: Mapping[str, Translator], tested: int) -> dict[str, Metric]:
    """Exact translations and chrF of each net in each direction."""
    metrics = {}
    for kind, net in nets.items():
        for source, target in DIRECTIONS:
            references = [said[target] for said in test_sentences(tested)]
            written = greedy(net, [said[source] for said in test_sentences(tested)], source, target)
            exact = sum(map(str.__eq__, written, references)) / tested
            metrics[f"exact.{source}-{target}.{kind}"] = Metric(round(exact, 4), EXACT, "higher")
            metrics[f"chrf.{source}-{target}.{kind}"] = Metric(
                round(chrf(written, references), 4), None, "higher"
            )
    return metrics


@cache
def test_sentences(tested: int) -> tuple[dict[str, str], ...]:
    """So many sentences of the test in each language, no two alike."""
    found = dict.fromkeys(islice(examples("test", TESTED_BY), 2 * tested))
    return tuple(map(sentences, islice(found, tested)))


@torch.inference_mode()
def greedy(net: Translator, texts: Sequence[str], source: str, target: str) -> list[str]:
    """Texts of one language in another, each piece the most probable one."""
    written = []
    for start in range(0, len(texts), ROWS):
        numbers = padded([numbered(text, source, target) for text in texts[start : start + ROWS]])
        cold = torch.zeros(len(numbers))
        found = translated(net, numbers, target, cold, torch.zeros(len(numbers), LONGEST))
        written += [text_of(row, target) for row in found["numbers"].tolist()]
    return written


def chrf(written: Sequence[str], references: Sequence[str]) -> float:
    """chrF from 0 to 100 (Popović 2015): precision and recall of the character n-grams of texts and
    references, all together, without spaces, on average over n from 1 to 6; in their F-score, recall counts
    four times. As sacrebleu computes it."""
    precisions, recalls = [], []
    for n in range(1, ORDER + 1):
        shared = of_written = of_references = 0
        for text, reference in zip(written, references, strict=True):
            ours, theirs = ngrams(text, n), ngrams(reference, n)
            shared += (ours & theirs).total()
            of_written, of_references = of_written + ours.total(), of_references + theirs.total()
        if of_written and of_references:
            precisions.append(shared / of_written)
            recalls.append(shared / of_references)
    if not precisions:
        return 0.0
    precision, recall = fmean(precisions), fmean(recalls)
    both = BETA**2 * precision + recall
    return 100 * (1 + BETA**2) * precision * recall / both if both else 0.0


def ngrams(text: str, n: int) -> Counter[str]:
    letters = "".join(text.split())
    return Counter(letters[i : i + n] for i in range(len(letters) - n + 1))

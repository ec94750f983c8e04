"""How often both nets find the label: of sentences by the grammar with combinations that are new to them, of
those that deny something, of pairs that differ in order only, and of sentences that were written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from demos.data.sentiment.corpus import LANGUAGES, SIZE, by_hand, corpus, opposites
from demos.data.sentiment.grammar import LABELS, Sentence
from demos.data.sentiment.tokens import batch, numbers
from demos.kit.weights import Metric
from demos.models.sentiment.model import WEIGHTS, Sentiment, last, load_nets

SAMPLES = SIZE["test"]  # sentences in each language
BARS = {"accuracy": 0.95, "denied": 0.95, "order": 0.95, "by_hand": 0.7}  # for the GRU
CHUNK = 300  # sentences read at once


def evaluate(measured: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics. Raises WeightsError."""
    return measure(load_nets(torch.device("cpu"), folder), measured)


def measure(nets: Sentiment, measured: int) -> dict[str, Metric]:
    """Accuracies in each language, of the GRU with a bar, of the bag of words and of the majority without."""
    metrics = {}
    for language in LANGUAGES:
        test = corpus(language, "test", measured)
        sets: dict[str, Sequence[Sentence]] = {
            "accuracy": test,
            "denied": [sentence for sentence in test if sentence.kind == "deny"],
            "order": [sentence for pair in opposites(language, "test") for sentence in pair],
            "by_hand": by_hand(language),
        }
        most = max(Counter(sentence.label for sentence in test).values())
        metrics[f"majority.{language}"] = Metric(round(most / len(test), 4), None, "higher")
        for name, some in sets.items():
            gru, bag = right(nets, some)
            metrics[f"{name}.{language}.gru"] = Metric(gru, BARS[name], "higher")
            metrics[f"{name}.{language}.bag"] = Metric(bag, None, "higher")
    return metrics


@torch.inference_mode()
def guesses(nets: Sentiment, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The labels that the GRU and the bag of words give to texts."""
    gru: list[str] = []
    bag: list[str] = []
    for i in range(0, len(texts), CHUNK):
        read = batch([numbers(text) for text in texts[i : i + CHUNK]])
        for said, logits in ((gru, nets.gru(read)[0]), (bag, nets.bag(read))):
            said += [LABELS[label] for label in last(logits, read).argmax(1).tolist()]
    return gru, bag


def right(nets: Sentiment, some: Sequence[Sentence]) -> tuple[float, float]:
    """The shares of sentences whose label the GRU and the bag of words find."""
    truth = [sentence.label for sentence in some]
    gru, bag = (
        sum(guess == label for guess, label in zip(found, truth, strict=True)) / len(truth)
        for found in guesses(nets, [sentence.text for sentence in some])
    )
    return round(gru, 4), round(bag, 4)

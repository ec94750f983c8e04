"""How many gaps and signs the tagger finds in documents that it was not trained on, beside what counting and
looking words up find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch

from demos.data.texts.characters import numbers
from demos.data.texts.corpus import LANGUAGES, prose
from demos.kit.weights import Metric
from demos.models.tagger.baselines import counted, longest
from demos.models.tagger.gaps import NOTHING, SPACE, bare, documents
from demos.models.tagger.model import DIRECTIONS, WEIGHTS, Tagger, load_tagger

SAMPLES = 100_000  # test documents: all
Tags = Sequence[int]
Document = tuple[str, list[int]]  # characters, and a tag for each
Method = Callable[[str], Tags]


def evaluate(measured: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics. Raises WeightsError."""
    return measure(load_tagger(torch.device("cpu"), folder), measured)


def measure(net: Tagger, measured: int) -> dict[str, Metric]:
    """F1 of gaps and of signs in each language, of both readings and of what they are compared with."""
    metrics = {}
    for language in LANGUAGES:
        test = documents(language, "test")[:measured]
        by_hand = [bare(document + "\n") for document in prose(language, "test")[:measured]]
        methods: dict[str, Method] = {"counted": partial(counted, language=language)}
        if language != "zh":  # whose words have no spaces between them
            methods["longest"] = partial(longest, language=language)
        best = max(gaps_f1(method, test) for method in methods.values())
        methods |= {direction: partial(tagged, net, direction) for direction in DIRECTIONS}
        for name, method in methods.items():
            bar = round((1 + best) / 2, 4) if name == "both" else None
            metrics[f"gaps.{language}.{name}"] = Metric(round(gaps_f1(method, test), 4), bar, "higher")
            metrics[f"prose.{language}.{name}"] = Metric(round(gaps_f1(method, by_hand), 4), None, "higher")
            if name != "longest":  # which knows no signs
                metrics[f"signs.{language}.{name}"] = Metric(round(signs_f1(method, test), 4), None, "higher")
    return metrics


@torch.inference_mode()
def tagged(net: Tagger, direction: str, characters: str) -> list[int]:
    """A tag for each character of a bare text, by one of the net's readings."""
    tags: list[int] = getattr(net(torch.tensor([numbers(characters)])), direction)[0].argmax(1).tolist()
    return tags


def gaps_f1(method: Method, test: Sequence[Document]) -> float:
    """F1 of the places where anything stands; the end of a document is no question."""
    said = [(method(characters)[:-1], tags[:-1]) for characters, tags in test]
    return f1([([t != NOTHING for t in found], [t != NOTHING for t in true]) for found, true in said])


def signs_f1(method: Method, test: Sequence[Document]) -> float:
    """F1 of the signs, each in its place and the right one."""
    said = [(method(characters), tags) for characters, tags in test]
    return f1([([t * (t > SPACE) for t in found], [t * (t > SPACE) for t in true]) for found, true in said])


def f1(said: Sequence[tuple[Tags, Tags]]) -> float:
    """F1 of what is found, where 0 means nothing: twice the hits by all that was found and all that was
    there."""
    hits = found = there = 0
    for ours, theirs in said:
        hits += sum(a == b and b != 0 for a, b in zip(ours, theirs, strict=True))
        found += sum(a != 0 for a in ours)
        there += sum(b != 0 for b in theirs)
    return 2 * hits / (found + there) if found + there else 0.0

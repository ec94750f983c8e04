"""How well the nets predict texts that they were not trained on, beside counting and beside a compressor, and
how many of the words they write are words."""

from __future__ import annotations

import lzma
import math
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.texts import characters
from demos.data.texts.characters import PADDING, START
from demos.data.texts.corpus import LANGUAGES, SPLITS, corpus, text
from demos.kit.random import uniform
from demos.kit.weights import Metric
from demos.models.ngrams import sequence, trained
from demos.models.ngrams.trained import validation
from demos.models.text.functions import written
from demos.models.text.model import NETS, WEIGHTS, TextNet, load_net

SAMPLES = 6000  # characters to write, of which the share of valid words is measured
DISCOUNTS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of the n-grams that the nets are compared with
CLEARLY = 0.95  # of the bits that the better baseline needs is what a net may need
VALID = 0.95  # share of words
TEMPERATURE = 0.7  # at which words are counted
ROWS = 12  # texts written at once
CHUNK = 12  # documents read at once
WHOLE = 1_000_000  # characters: more than any corpus has


def evaluate(characters_written: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics. Raises WeightsError."""
    cpu = torch.device("cpu")
    return measure({net: load_net(*net, cpu, folder) for net in NETS}, characters_written)


def measure(nets: Mapping[tuple[str, str], TextNet], characters_written: int) -> dict[str, Metric]:
    """Bits per character and share of valid words of each net, and what baselines need in each language."""
    metrics = {}
    for language in LANGUAGES:
        counted, packed = ngram_bits(language), compressed_bits(language)
        bar = round(CLEARLY * min(counted, packed), 4)
        metrics[f"ngram_bits.{language}"] = Metric(round(counted, 4), None, "lower")
        metrics[f"compressed_bits.{language}"] = Metric(round(packed, 4), None, "lower")
        for (own, kind), net in nets.items():
            if own == language:
                bits, words = (
                    bits_per_character(net, language),
                    valid_words(net, language, characters_written),
                )
                metrics[f"bits.{language}.{kind}"] = Metric(round(bits, 4), bar, "lower")
                metrics[f"words.{language}.{kind}"] = Metric(round(words, 4), VALID, "higher")
    return metrics


@torch.inference_mode()
def bits_per_character(net: TextNet, language: str, split: str = "test") -> float:
    """The mean over the documents' characters, and their ends, of -log₂ of the probability of each."""
    documents = sorted(corpus(language, split), key=len)
    total = count = 0.0
    for i in range(0, len(documents), CHUNK):
        numbers = characters.batch(documents[i : i + CHUNK])
        after = numbers[:, 1:]
        logits, _ = net(numbers[:, :-1])
        total += float(
            F.cross_entropy(logits.flatten(0, 1), after.flatten(), ignore_index=PADDING, reduction="sum")
        )
        count += int((after != PADDING).sum())
    return total / count / math.log(2)


@cache
def ngram_bits(language: str) -> float:
    """What the best n-gram model of the same training texts needs: order and discount that need the fewest
    bits on the validation texts, measured on the test texts."""
    model, unseen = trained(language, WHOLE).model, validation(language)
    _, order, discount = min(
        (bits, order, discount)
        for discount in DISCOUNTS
        for order, bits in enumerate(model.bits(unseen, discount))
    )
    return model.bits(sequence(corpus(language, "test")), discount)[order]


@cache
def compressed_bits(language: str) -> float:
    """What LZMA (xz at its best) needs for the test texts when it has just packed the training texts."""
    before, after = (text(language, split).encode() for split in ("train", "test"))
    packed = [len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)) for data in (before, before + after)]
    return 8 * (packed[1] - packed[0]) / len(text(language, "test"))


@torch.inference_mode()
def sample(
    net: TextNet, language: str, count: int, temperature: float, rows: int, seed: int = 0
) -> list[str]:
    """Texts of `count` characters that a net writes from the beginning of one."""
    chances = uniform(seed, rows, count, stream="samples")
    full = torch.full((rows,), characters.size())
    numbers, _ = written(
        net, language, torch.full((rows, 1), START), chances,
        torch.full((rows,), temperature), full, torch.ones(rows),
    )  # fmt: skip
    return [as_text(row) for row in numbers]


def as_text(numbers: Tensor) -> str:
    """What a net wrote, an empty line where the next text begins."""
    return "".join("\n\n" if number == START else characters.text_of([number]) for number in numbers.tolist())


def valid_words(net: TextNet, language: str, count: int) -> float:
    """The share of the words in so many characters, written at temperature 0.7, that are words (`valid`)."""
    texts = sample(net, language, count // ROWS, TEMPERATURE, ROWS)
    return share_valid(texts, language)


def share_valid(texts: list[str], language: str) -> float:
    """The share of the words of texts that stand in the corpus, in any of its splits. A text's last word may
    be cut off and does not count. Where no spaces part words, in Chinese, each two neighboring characters
    count as one."""
    words = [word for text in texts for word in words_of(text, language)[:-1]]
    known = vocabulary(language)
    return sum(word in known for word in words) / max(len(words), 1)


@cache
def vocabulary(language: str) -> frozenset[str]:
    return frozenset(
        word
        for split in SPLITS
        for document in corpus(language, split)
        for word in words_of(document, language)
    )


def words_of(text: str, language: str) -> list[str]:
    """Words in small letters; of Chinese, each two neighboring characters."""
    if language == "zh":
        return [a + b for a, b in pairwise(text) if characters.is_chinese(a) and characters.is_chinese(b)]
    return re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", text.lower())

"""Two classifiers of the same texts, which share nothing but the vocabulary.

    gru   a vector for each word, a gated recurrent unit (Cho et al. 2014) that reads them in order, and a
          layer that makes logits of its state: many to one
    bag   multinomial logistic regression on how often each word occurs: the logits are a bias and, for each
          word of the text, a weight for each label, whatever the order

One pair of nets reads all languages of the corpora. Both say what they make of a text after each word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from demos.data.sentiment.grammar import LABELS
from demos.data.sentiment.tokens import PADDING, START, vocabulary
from demos.kit.weights import loaded

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class SentimentConfig:
    """Sizes. ``size``: of the vocabulary."""

    size: int
    embedding: int = 48
    hidden: int = 64
    dropout: float = 0.2


class GRU(nn.Module):
    """Numbers of words to logits after each, and the state they are made of."""

    def __init__(self, config: SentimentConfig) -> None:
        super().__init__()
        self.table = nn.Embedding(config.size, config.embedding, padding_idx=PADDING)
        self.core = nn.GRU(config.embedding, config.hidden, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.hidden, len(LABELS))

    def forward(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Of numbers (n, length): logits (n, length, labels) and states (n, length, hidden)."""
        states, _ = self.core(self.dropout(self.table(numbers)))
        return self.head(self.dropout(states)), states


class Bag(nn.Module):
    """Numbers of words to logits of those so far: a sum."""

    def __init__(self, config: SentimentConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(config.size, len(LABELS)))
        self.bias = nn.Parameter(torch.zeros(len(LABELS)))

    def contributions(self, numbers: Tensor) -> Tensor:
        """What each of the numbers (n, length) adds to the logits, START nothing: (n, length, labels)."""
        is_word = (numbers != PADDING) & (numbers != START)
        return self.weight[numbers] * is_word[..., None]

    def forward(self, numbers: Tensor) -> Tensor:
        """Logits (n, length, labels) after each of the numbers (n, length)."""
        return self.bias + self.contributions(numbers).cumsum(1)


class Sentiment(nn.Module):
    """Both nets."""

    def __init__(self, config: SentimentConfig) -> None:
        super().__init__()
        self.config = config
        self.gru, self.bag = GRU(config), Bag(config)


def config() -> SentimentConfig:
    """The sizes of the nets as they are shipped."""
    return SentimentConfig(len(vocabulary()))


def last(values: Tensor, numbers: Tensor) -> Tensor:
    """Of values (n, length, k) after each of the numbers (n, length), those behind the last word: (n, k)."""
    place = (numbers != PADDING).sum(1) - 1
    return values[torch.arange(len(values), device=values.device), place]


@cache
def load_nets(device: torch.device | None = None, folder: Path = WEIGHTS) -> Sentiment:
    """The trained nets, in inference mode. Raises WeightsError."""
    return loaded(Sentiment(config()), folder, device)

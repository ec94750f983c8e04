"""A captioner with attention: “Show, attend and tell” (Xu et al. 2015, arXiv:1502.03044) in small.

A convolutional net makes 16 × 16 vectors of a portrait of 64 px, each of what is around its place. A GRU (Cho
et al. 2014) reads the words that have been said, the first of which is the language. At each word, its state
asks the picture: a softmax over the places says how much each of them counts, and from the state and the mean
of the vectors, weighted like this, follow the probabilities of the next word. As in Lu et al. 2017
(arXiv:1612.01887), the state has read the last word before it looks, and what was seen does not enter it: all
words of a caption are learned at once.

All colors sound the same to the state. It would learn from the one that was said which things never have it,
and not find the word for a thing in a new color.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from demos.kit.training import channels_last
from demos.kit.weights import loaded
from demos.models.captioner.captions import color_words, vocabulary
from demos.models.residual import Residual

WEIGHTS = Path(__file__).parent / "weights"
SIDE = 16  # places in a row


@dataclass(frozen=True)
class CaptionerConfig:
    """Sizes of the captioner."""

    words: int
    stem: int = 32  # channels at 32 px
    channels: int = 80  # at 16 px: numbers of a place
    hidden: int = 192
    embedding: int = 96
    query: int = 64


class Sight(NamedTuple):
    """What the net sees in n pictures."""

    keys: Tensor  # (n, places, query) what a question is compared with
    values: Tensor  # (n, places, channels)
    begin: Tensor  # (n, hidden) the state before the first word


class Captioner(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] and the words so far to the next word."""

    heard: Tensor

    def __init__(self, config: CaptionerConfig) -> None:
        super().__init__()
        c, hidden = config.channels, config.hidden
        self.config = config
        self.eye = nn.Sequential(
            nn.Conv2d(3, config.stem, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(config.stem),
            nn.ReLU(),
            nn.Conv2d(config.stem, 2 * config.stem, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * config.stem),
            nn.ReLU(),
            Residual(2 * config.stem, c),
            Residual(c, c),
        )
        self.place = nn.Parameter(torch.randn(SIDE * SIDE, c) * 0.1)
        self.key = nn.Linear(c, config.query)
        self.begin = nn.Linear(c, hidden)
        self.embed = nn.Embedding(config.words, config.embedding)
        self.register_buffer("heard", heard(config.words), persistent=False)
        self.gru = nn.GRU(config.embedding, hidden, batch_first=True)
        self.query = nn.Linear(hidden, config.query)
        self.mixed = nn.Linear(hidden + c, hidden)
        self.out = nn.Linear(hidden, config.words)

    def look(self, pictures: Tensor) -> Sight:
        values = self.eye(channels_last(pictures)).flatten(2).transpose(1, 2) + self.place
        return Sight(self.key(values), values, self.begin(values.mean(1)).tanh())

    def forward(self, sight: Sight, words: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n, length, words) of what follows each of some words (n, length), and how much each place
        counted for it (n, length, places)."""
        return self.attend(sight, self.states(sight.begin, words))

    def states(self, before: Tensor, words: Tensor) -> Tensor:
        """The GRU's state (n, length, hidden) after each of some words (n, length), from one before (n,
        hidden)."""
        states: Tensor = self.gru(self.embed(self.heard[words]), before[None])[0]
        return states

    def step(self, sight: Sight, word: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """After a word (n,): logits (n, words), attention (n, places), and the state (n, hidden)."""
        states = self.states(state, word[:, None])
        logits, attention = self.attend(sight, states)
        return logits[:, 0], attention[:, 0], states[:, 0]

    def attend(self, sight: Sight, states: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.query(states) @ sight.keys.transpose(1, 2) * self.config.query**-0.5
        attention = scores.softmax(2)
        seen = attention @ sight.values
        return self.out(self.mixed(torch.cat([states, seen], 2)).relu()), attention


def heard(count: int) -> Tensor:
    """As which word each of so many is heard: words of colors as the first of their kind."""
    numbers = torch.arange(count)
    for alike in color_words():
        numbers[alike] = alike[0]
    return numbers


def config() -> CaptionerConfig:
    return CaptionerConfig(words=len(vocabulary()))


@cache
def load_captioner(device: torch.device | None = None, folder: Path = WEIGHTS) -> Captioner:
    """The trained captioner, in inference mode. Raises WeightsError."""
    return loaded(Captioner(config()), folder, device)

"""A net that tags each character of a text, in three languages at once.

    forward   a gated recurrent unit (Cho et al. 2014) that reads from left to right, and a layer that makes
              tags of its state at once: it knows nothing of what comes next
    both      another one, that reads from right to left, and two layers that make tags of both states
              (Schuster and Paliwal 1997): it has to wait for the end of the text

Both share the vectors of characters and the first unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from demos.data.texts.characters import PADDING, size
from demos.kit.weights import loaded
from demos.models.tagger.gaps import TAGS

WEIGHTS = Path(__file__).parent / "weights"
DIRECTIONS = ("forward", "both")


@dataclass(frozen=True)
class TaggerConfig:
    """Sizes. ``size``: of the table of characters."""

    size: int
    embedding: int = 32
    hidden: int = 104
    joined: int = 64  # of what is made of both states before the tags
    dropout: float = 0.1


class Tagged(NamedTuple):
    """Of each character: logits (n, length, tags) by the reading from the left and by both, and the states of
    the two readings (n, length, hidden)."""

    forward: Tensor
    both: Tensor
    left: Tensor
    right: Tensor


class Tagger(nn.Module):
    """Numbers of characters to tags."""

    def __init__(self, config: TaggerConfig) -> None:
        super().__init__()
        self.config = config
        self.table = nn.Embedding(config.size, config.embedding, padding_idx=PADDING)
        self.left = nn.GRU(config.embedding, config.hidden, batch_first=True)
        self.right = nn.GRU(config.embedding, config.hidden, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.forward_head = nn.Linear(config.hidden, len(TAGS))
        self.both_head = nn.Sequential(
            nn.Linear(2 * config.hidden, config.joined), nn.ReLU(), nn.Linear(config.joined, len(TAGS))
        )

    def forward(self, numbers: Tensor) -> Tagged:
        """What it makes of texts (n, length), padded behind."""
        letters, turned = self.table(numbers), backwards(numbers)
        left, _ = self.left(letters)
        right, _ = self.right(taken(letters, turned))
        right = taken(right, turned)
        forward = self.forward_head(self.dropout(left))
        return Tagged(forward, self.both_head(self.dropout(torch.cat([left, right], 2))), left, right)


def backwards(numbers: Tensor) -> Tensor:
    """The places (n, length) of texts from their last character to the first; the padding stays behind."""
    places = torch.arange(numbers.shape[1], device=numbers.device)
    lengths = (numbers != PADDING).sum(1, keepdim=True)
    return torch.where(places < lengths, lengths - 1 - places, places)


def taken(values: Tensor, places: Tensor) -> Tensor:
    """Values (n, length, k) in the order of their places (n, length)."""
    return values.gather(1, places[..., None].expand_as(values))


def config() -> TaggerConfig:
    """The sizes of the net as it is shipped."""
    return TaggerConfig(size())


@cache
def load_tagger(device: torch.device | None = None, folder: Path = WEIGHTS) -> Tagger:
    """The trained net, in inference mode. Raises WeightsError."""
    return loaded(Tagger(config()), folder, device)

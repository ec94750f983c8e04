"""What the nets of tunes lose in training and are measured by, and how tunes are spoiled for the AR-CNN."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.tunes.tune import PITCHES, Tune
from demos.models.melody.rolls import BAR_LINE, HOLD, tokens
from demos.models.text.model import TextNet

IGNORED = -100  # a token that is not predicted


def batch(tunes: Sequence[Tune]) -> Tensor:
    """Tunes as tokens (n, length), the shorter ones filled up with -100."""
    rows = [torch.tensor(tokens(tune.notes, tune.bars)) for tune in tunes]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=IGNORED)


def step_loss(net: TextNet, numbers: Tensor) -> Tensor:
    """The cross-entropy in nats of each step of tunes (n, length), given those before it; bar lines are
    given."""
    logits, _ = net(numbers[:, :-1].clamp_min(HOLD))
    after = numbers[:, 1:].flatten()
    after = torch.where(after < BAR_LINE, after, IGNORED)
    losses = F.cross_entropy(
        logits[:, :, :BAR_LINE].flatten(0, 1).float(), after, ignore_index=IGNORED, reduction="none"
    )
    return losses[after != IGNORED]


def spoil(rolls: Tensor, lost: Tensor, wrong: Tensor, seeded: torch.Generator) -> Tensor:
    """Piano rolls (n, 36, steps) without a share `lost` (n,) of their notes, and with wrong ones, about
    `wrong` (n,) times as many as there were; at least one cell of each is another."""
    n, _, steps = rolls.shape
    chance = torch.rand(rolls.shape, generator=seeded).to(rolls)
    count = rolls.sum((1, 2))
    added = chance < (wrong * count / (PITCHES * steps))[:, None, None]
    spoiled = torch.where(rolls > 0, (chance >= lost[:, None, None]).to(rolls), added.to(rolls))
    cell = torch.randint(PITCHES * steps, (n, 1), generator=seeded).to(rolls.device)
    flat, same = spoiled.flatten(1), (spoiled == rolls).flatten(1).all(1, keepdim=True)
    changed = flat.scatter(1, cell, 1 - flat.gather(1, cell))
    return torch.where(same, changed, flat).view_as(rolls)


def divergence(scores: Tensor, differs: Tensor) -> Tensor:
    """The Kullback–Leibler divergence in nats, as a mean, of what scores (n, 36, steps) say from an even
    distribution over the cells that differ."""
    even = differs.flatten(1).to(scores)
    count = even.sum(1)
    chosen = (scores.flatten(1).log_softmax(1) * even).sum(1) / count
    return (-count.log() - chosen).mean()


def change(some: Tensor, others: Tensor) -> Tensor:
    """How much two batches of rolls differ, as a share of what is in them."""
    return (some - others).abs().sum() / (some + others).sum().clamp_min(1e-6)

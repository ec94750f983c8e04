"""The nets as model functions."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.data.tunes.tune import BAR, PITCHES
from demos.kit.functions import function
from demos.models.melody.nets import Editor, load_editor, load_generator, load_writer
from demos.models.melody.rolls import BAR_LINE, BAR_TOKENS, CHROMA, PART_PITCHES
from demos.models.text.functions import chosen_shares, drawn
from demos.models.text.model import TextNet

FREE = -1  # a step that is not given


@function(
    takes={"numbers": ("n", "length"), "given": ("n", BAR), "chances": ("n", BAR), "temperature": ("n",)},
    gives={"numbers": ("n", BAR_TOKENS)},
)
def next_bar(numbers: Tensor, given: Tensor, chances: Tensor, temperature: Tensor) -> Tensor:
    """The tokens of one bar more of tunes, with its line. Steps are `given` or, where that is FREE, drawn
    where their chance from 0 to 1 falls; at temperature 0, the most probable one."""
    return bar_after(load_writer(numbers.device), numbers, given, chances, temperature)


def bar_after(net: TextNet, numbers: Tensor, given: Tensor, chances: Tensor, temperature: Tensor) -> Tensor:
    """What `next_bar` gives, by any net."""
    bar = numbers.shape[1] // BAR_TOKENS
    line = numbers.new_full((len(numbers), 1), BAR_LINE + bar)
    logits, state = net(torch.cat([numbers, line], 1))
    last, new = logits[:, -1], [line[:, 0]]
    full = torch.full((len(numbers),), BAR_LINE, device=numbers.device)
    for i, chance in enumerate(chances.unbind(1)):
        shares = chosen_shares(last[:, :BAR_LINE], temperature, full, torch.ones_like(temperature))
        new.append(torch.where(given[:, i] == FREE, drawn(shares, chance), given[:, i]))
        if i < BAR - 1:
            step = net.step(new[-1], state)
            last, state = step.logits, step.state
    return torch.stack(new, 1)


@function(
    takes={"roll": ("n", PITCHES, "steps"), "chances": ("n", "edits"), "temperature": ("n",)},
    gives={"cells": ("n", "edits")},
)
def edit(roll: Tensor, chances: Tensor, temperature: Tensor) -> Tensor:
    """Which cells of piano rolls change, one after the other: pitch × steps + step. Each is drawn where its
    chance from 0 to 1 falls, from a roll in which all before it are changed."""
    return edits_by(load_editor(roll.device), roll, chances, temperature)


def edits_by(net: Editor, roll: Tensor, chances: Tensor, temperature: Tensor) -> Tensor:
    """What `edit` gives, by any net."""
    now, cells = roll.clone(), []
    full, ones = torch.full((len(roll),), roll[0].numel(), device=roll.device), torch.ones_like(temperature)
    for chance in chances.unbind(1):
        cell = drawn(chosen_shares(net(now).flatten(1), temperature, full, ones), chance)
        flat = now.flatten(1)
        now = flat.scatter(1, cell[:, None], 1 - flat.gather(1, cell[:, None])).view_as(now)
        cells.append(cell)
    return torch.stack(cells, 1)


@function(
    takes={"chroma": ("n", CHROMA, "eighths"), "whole": ("n", "whole"), "bars": ("n", "bar", "bars")},
    gives={"parts": ("n", PART_PITCHES, "eighths")},
)
def accompany(chroma: Tensor, whole: Tensor, bars: Tensor) -> Tensor:
    """Accompaniments of melodies: 1 where a note begins."""
    logits: Tensor = load_generator(chroma.device)(chroma, whole, bars)
    return (logits > 0).float()

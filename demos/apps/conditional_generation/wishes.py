"""What a reader can ask for: attributes by name, how each model is asked, and what counts as obeyed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from demos.data.avatars import Factors, sample
from demos.data.avatars.dataset import TRAIN_SEED
from demos.data.avatars.factors import BY_NAME
from demos.models.gan.directions import LONG_HAIR, WORN

ATTRIBUTES = ("glasses", "hat", "beard", "smile", "hair", "hair_color", "skin_tone", "background")
BANDS = {"smile": ("sad", "neutral", "happy"), "skin_tone": ("light", "medium", "dark")}  # thirds of a range
MIDDLES = (-0.75, 0.0, 0.75)  # of a range from -1 to 1: what is asked for in each band
UNCOVERING = ("none", "headband")  # hats that hide no hair
LIGHT_HAIR, DARK_HAIR = ("blond", "platinum", "grey"), ("black", "dark_brown")

Wishes = Mapping[str, str]  # attribute → option


def options(attribute: str) -> tuple[str, ...]:
    """What can be asked for."""
    return BANDS.get(attribute) or BY_NAME[attribute].classes


def values(wishes: Wishes) -> dict[str, str | float]:
    """Wishes as `conditions.asked` takes them."""
    return {
        name: MIDDLES[BANDS[name].index(option)] if name in BANDS else option
        for name, option in wishes.items()
    }


# What is seen


def numbered(read: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Of what a judge reads, or a portrait was drawn by, the number (n,) of each attribute's option; -1 where
    it cannot be seen. Values are in -1..1."""
    found = {name: thirds(read[name]) if name in BANDS else read[name].clone() for name in ATTRIBUTES}
    covered = ~torch.isin(found["hat"], torch.tensor([options("hat").index(hat) for hat in UNCOVERING]))
    bald = found["hair"] == options("hair").index("bald")
    found["hair_color"][covered | bald] = -1
    found["hair"][covered] = -1
    return found


def thirds(x: Tensor) -> Tensor:
    """The third, counted from 0, of the range from -1 to 1 in which values lie."""
    return ((x + 1) * 1.5).long().clamp(0, 2)


def drawn_by(factors: Factors) -> dict[str, Tensor]:
    """Factors as `numbered` takes them."""
    found = {name: factors[name] for name in ATTRIBUTES}
    return found | {name: found[name] * 2 - 1 for name in BANDS if BY_NAME[name].low == 0}


def fitting(wishes: Wishes, count: int) -> int:
    """How many of the first `count` training portraits have all that is asked for, to be seen."""
    shown = in_training(count)
    fit = torch.ones(count, dtype=torch.bool)
    for name, option in wishes.items():
        fit &= shown[name] == options(name).index(option)
    return int(fit.sum())


@cache
def in_training(count: int) -> dict[str, Tensor]:
    return numbered(drawn_by(sample(count, TRAIN_SEED)))


# How a GAN is asked that never learned to take wishes


@dataclass(frozen=True)
class Nudge:
    """A way along a direction in latent space: the nearest to a wish that the GAN can be asked for. `kind`
    names what that is, and `options` are those that count as such."""

    direction: str
    sign: int
    kind: str
    options: tuple[str, ...]


def nudge(attribute: str, option: str) -> Nudge | None:
    """How the GAN is asked for an option; None if no direction leads there."""
    if attribute in WORN:
        worn = option != "none"
        some = tuple(one for one in options(attribute) if one != "none")
        return Nudge(attribute, 1, "some", some) if worn else Nudge(attribute, -1, "none", ("none",))
    if attribute in BANDS:
        sign = BANDS[attribute].index(option) - 1
        return Nudge(attribute, sign, option, (option,)) if sign else None
    if attribute == "hair":
        short = tuple(one for one in options("hair") if one not in LONG_HAIR)
        long = option in LONG_HAIR
        return (
            Nudge("hair_length", 1, "longer", LONG_HAIR)
            if long
            else Nudge("hair_length", -1, "shorter", short)
        )
    if attribute == "hair_color" and option in LIGHT_HAIR:
        return Nudge("hair_lightness", 1, "lighter", LIGHT_HAIR)
    if attribute == "hair_color" and option in DARK_HAIR:
        return Nudge("hair_lightness", -1, "darker", DARK_HAIR)
    return None

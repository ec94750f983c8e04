"""A trained copy of the flow net's first half that says who is to be seen and where, on the frozen base.

IdentityNet, one of both parts of InstantID (Wang et al. 2024, arXiv:2401.07519), is a ControlNet (Zhang et
al. 2023, arXiv:2302.05543) with two changes. What the copy reads in its cross-attention is not the text but
only the person: tokens made of the embedding of a net that recognizes faces. And what it gets as a picture
are five landmarks, so few that a person's features must come from the tokens. What the copy finds passes
through layers that are 0 at first, and is added to the base where its first half ends.

A file holds only by how much the copy differs from what it is a copy of: such small numbers lose little in
four bits.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.factors import FACTORS
from demos.kit.device import best_device
from demos.kit.quantize import dequantize, quantize
from demos.kit.weights import Card, as_loaded, check_trained_on, load_into, load_weights, read_card
from demos.models.diffusion.conditions import ATTRIBUTES, WIDTH, Context, Control
from demos.models.diffusion.model import (
    Flow,
    Layer,
    as_maps,
    as_rows,
    base_hash,
    load_diffusion,
    shut,
    through,
    ticks,
)
from demos.models.faces.model import EMBEDDING
from demos.models.identitynet.spatial import landmark_picture

WEIGHTS = Path(__file__).parent / "weights"
OF_PERSONS = [ATTRIBUTES.index(factor.name) for factor in FACTORS if factor.group == "identity"]
TOKENS = 1 + len(OF_PERSONS)  # that a person becomes: a first one, and as many as attributes make a person
INNER = 256  # width of what makes the tokens
DRAWN = 48  # channels of what is made of the landmarks' picture
WIDEST = "persons.leave.weight"  # also stored in four bits
COPIED = ("clock", "gist", "enter", "place", "down", "shrink", "middle")  # of the flow net


class Wanted(NamedTuple):
    """Who and where: embeddings (n, 128) of `faces`' recognizer and five landmarks (n, 5, 2) in px; whether
    either counts, `known` and `placed` (n,) bool; and the strength (n,) of all that is added."""

    person: Tensor
    points: Tensor
    known: Tensor
    placed: Tensor
    scale: Tensor


class Persons(nn.Module):
    """Embeddings (n, 128) to the tokens that the copy reads; those who count for nothing get one of their
    own.

    Before anything else is trained, they learn to be what the base's own encoder of attributes would say of
    the person: words that the copy knows from the start.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(EMBEDDING, INNER)
        self.leave = nn.Linear(INNER, TOKENS * WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.nobody = nn.Parameter(0.3 * torch.randn(TOKENS, WIDTH))

    def forward(self, person: Tensor, known: Tensor) -> Context:
        hidden = F.silu(self.enter(person * EMBEDDING**0.5))
        tokens = self.norm(self.leave(hidden).unflatten(1, (TOKENS, WIDTH)))
        tokens = torch.where(known[:, None, None], tokens, self.nobody.to(tokens))
        return Context(tokens, torch.ones_like(tokens[..., 0], dtype=torch.bool))


class IdentityNet(nn.Module):
    """`forward(latents, time, wanted)`: what is added to the base."""

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        fine, coarse = flow.config.channels
        self.width = flow.config.style
        self.persons = Persons()
        self.spatial = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, DRAWN, 3, padding=1), nn.SiLU(),
            nn.Conv2d(DRAWN, DRAWN, 4, stride=2, padding=1), nn.SiLU(),
            shut(nn.Conv2d(DRAWN, fine, 3, padding=1)),
        )  # fmt: skip
        self.clock, self.gist, self.enter = copied(flow.clock), copied(flow.gist), copied(flow.enter)
        self.place = nn.Parameter(flow.place.detach().clone())
        self.down, self.shrink, self.middle = copied(flow.down), copied(flow.shrink), copied(flow.middle)
        self.to_fine = shut(nn.Linear(fine, fine))
        self.to_coarse = shut(nn.Linear(coarse, coarse))

    def forward(self, latents: Tensor, time: Tensor, wanted: Wanted) -> Control:
        context = self.persons(wanted.person, wanted.known)
        style = F.silu(self.clock(ticks(time, self.width)) + self.gist(context.mean()))
        x = as_rows(self.enter(latents))
        x = x + self.place.to(x) + self.sketch(wanted).to(x)
        x = through(self.down, x, style, context)
        y = as_rows(self.shrink(as_maps(x)))
        y = through(self.middle, y, style, context)
        return Control(self.to_fine(x), self.to_coarse(y), wanted.scale)

    def sketch(self, wanted: Wanted) -> Tensor:
        """What is made of the landmarks' picture (n, 16, 16, c); of those that don't count, nothing."""
        found = as_rows(self.spatial(landmark_picture(wanted.points)))
        return torch.where(wanted.placed[:, None, None, None], found, torch.zeros_like(found))


def copied(part: Layer) -> Layer:
    """A copy of a frozen part that may learn."""
    return copy.deepcopy(part).requires_grad_(True)


def stored(net: IdentityNet, flow: Flow) -> dict[str, Tensor]:
    """What a file holds: differences of the copied parts and the largest matrix in four bits, the rest as it
    is."""
    base = copied_from(flow)
    own = {name: x for name, x in net.state_dict().items() if name not in base and name != WIDEST}
    apart = {name: x.float() - base[name] for name, x in net.state_dict().items() if name in base}
    apart[WIDEST] = net.persons.leave.weight
    return own | {f"apart.{name}": x for name, x in quantize(apart).items()}


def restored(tensors: dict[str, Tensor], flow: Flow) -> dict[str, Tensor]:
    """The weights of a net from what `stored` gave."""
    base = copied_from(flow)
    own = {name: x for name, x in tensors.items() if not name.startswith("apart.")}
    apart = {name.removeprefix("apart."): x for name, x in tensors.items() if name not in own}
    found = dequantize(apart)
    return own | {name: x + base[name] if name in base else x for name, x in found.items()}


def rounded(net: IdentityNet, flow: Flow) -> dict[str, Tensor]:
    """The weights as a reader will load them."""
    return restored(as_loaded(stored(net, flow)), flow)


def copied_from(flow: Flow) -> dict[str, Tensor]:
    """The weights of the flow net of which the copy is one."""
    return {name: x.float() for name, x in flow.state_dict().items() if name.partition(".")[0] in COPIED}


@cache
def card() -> Card:
    """The shipped net's card. Raises WeightsError."""
    return read_card(WEIGHTS)


def check_base(folder: Path = WEIGHTS) -> None:
    """Raise WeightsError if the flow net is no longer the one that the copy was made of."""
    check_trained_on(folder, base_hash(load_diffusion(torch.device("cpu")).flow))


@cache
def load_identitynet(device: torch.device | None = None, folder: Path = WEIGHTS) -> IdentityNet:
    """The trained net, in inference mode. Raises WeightsError, also if its base is another."""
    check_base(folder)
    device = device or best_device()
    flow = load_diffusion(torch.device("cpu")).flow
    net = IdentityNet(flow)
    load_into(net, restored(load_weights(folder), flow), folder)
    return net.eval().requires_grad_(False).to(device)

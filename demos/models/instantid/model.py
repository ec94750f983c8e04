"""IdentityNet and an image adapter, both for the same person, on the frozen diffusion model with its prompt.

InstantID (Wang et al. 2024, arXiv:2401.07519). A net that recognizes faces makes an embedding of the person.
One projection turns it into tokens, which two parts read: IdentityNet in its cross-attention, beside the
picture of five landmarks, and the image adapter, which gives every attention of the flow net keys and values
of these tokens beside those of the text (decoupled cross-attention, Ye et al. 2023, arXiv:2308.06721). Each
part has a strength of its own.

The projection is IdentityNet's, which stays as it is: only the adapter's keys and values are trained here.
They begin as those of the text. Because IdentityNet's tokens first learned what the base itself would say of
a person, such keys and values work before any training; the card says how well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from demos.kit.device import best_device
from demos.kit.weights import Card, WeightsError, loaded, read_card
from demos.models.diffusion import model as diffusion
from demos.models.diffusion.conditions import WIDTH, Decoupled
from demos.models.diffusion.model import Flow, load_diffusion
from demos.models.identitynet import model as identitynet
from demos.models.ip_adapter.model import decoupled

WEIGHTS = Path(__file__).parent / "weights"
MADE_FOR = {"base": diffusion.WEIGHTS, "identitynet": identitynet.WEIGHTS}  # and measured on


class ImageAdapter(nn.Module):
    """`forward(tokens, scale)`: what each attention of the flow net looks at beside the text, of persons'
    tokens (n, TOKENS, WIDTH), with a scale (n,).

    `channels`: those of each attention.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(nn.Linear(WIDTH, 2 * width, bias=False) for width in channels)

    def forward(self, tokens: Tensor, scale: Tensor) -> list[Decoupled]:
        return decoupled(self.pairs, tokens, scale)


def fresh(flow: Flow) -> ImageAdapter:
    """An adapter to be trained, whose keys and values begin as those of the text."""
    adapter = ImageAdapter([attention.ask.out_features for attention in flow.attentions])
    with torch.no_grad():
        for pair, attention in zip(adapter.pairs, flow.attentions, strict=True):
            pair.load_state_dict({"weight": attention.answer.weight})
    return adapter


@cache
def card() -> Card:
    """The shipped adapter's card. Raises WeightsError."""
    return read_card(WEIGHTS)


def hashes() -> dict[str, str]:
    """The sha256 of the weights that the adapter works with. Raises WeightsError."""
    return {name: read_card(folder).sha256 for name, folder in MADE_FOR.items()}


def check_others(folder: Path = WEIGHTS) -> None:
    """Raise WeightsError if the diffusion model or IdentityNet is no longer the one that the adapter was
    trained and measured with."""
    details = read_card(folder).details
    for name, now in hashes().items():
        if details[name] != now:
            raise WeightsError(
                f"{folder} was trained with other weights (sha256 {details[name][:12]}…) than those in "
                f"{MADE_FOR[name]} ({now[:12]}…): train it again with “python -m demos train instantid”."
            )


@cache
def load_adapter(device: torch.device | None = None, folder: Path = WEIGHTS) -> ImageAdapter:
    """The trained adapter, in inference mode. Raises WeightsError, also if what it works with has changed."""
    check_others(folder)
    device = device or best_device()
    return loaded(fresh(load_diffusion(device).flow), folder, device)

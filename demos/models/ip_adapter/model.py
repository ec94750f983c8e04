"""A picture as a prompt: new cross-attention beside that to the text, on the frozen diffusion model.

IP-Adapter (Ye et al. 2023, arXiv:2308.06721). A frozen net sees the picture, a small projection makes tokens
of what it sees, and in each attention of the flow net new keys and values of these tokens answer the same
queries as the text's do. Both answers are added, the new one times a scale. Only the projection and the new
keys and values are trained.

The paper's first variant makes four tokens of one vector for all of the picture, its finer one sixteen of
what is seen in patches. Ours are sixteen, one for each place. Four that each look at all places learned half
as fast: which token speaks for hair and which for clothes had to be found first.

The net that sees is the one in whose features the GAN's critics look at pictures (`gan.features`): it knows
parts and attributes of portraits, was trained on its own, and is not the judge that reads the results.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.kit.device import autocast, best_device
from demos.kit.weights import Card, check_trained_on, loaded, read_card
from demos.models.diffusion import model as diffusion
from demos.models.diffusion.conditions import WIDTH, Decoupled, heads
from demos.models.diffusion.model import HEAD, Flow, load_diffusion
from demos.models.gan.features import FeatureNet
from demos.models.gan.pretrained import load_discriminator

WEIGHTS = Path(__file__).parent / "weights"
SEEN, SIDE = 128, 4  # what the frozen net gives: channels, and places across and down
TOKENS = SIDE * SIDE  # that a picture becomes


class Adapter(nn.Module):
    """`forward(embedding, scale)`: what each attention of the flow net looks at beside the text.

    `channels`: those of each attention.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.enter = nn.Linear(SEEN, WIDTH)
        self.place = nn.Parameter(0.5 * torch.randn(TOKENS, WIDTH))
        self.norm = nn.LayerNorm(WIDTH)
        self.pairs = nn.ModuleList(nn.Linear(WIDTH, 2 * width, bias=False) for width in channels)
        # Mean and spread over portraits of what the frozen net sees.
        self.register_buffer("mean", torch.zeros(SEEN, SIDE, SIDE))
        self.register_buffer("spread", torch.ones(SEEN, SIDE, SIDE))
        self.mean: Tensor
        self.spread: Tensor

    @torch.no_grad()
    def find_statistics(self, embeddings: Tensor) -> None:
        """Set mean and spread. Without them, all portraits look much alike: the mean is larger than what
        tells them apart."""
        spread, mean = torch.std_mean(embeddings.float(), 0)
        self.mean.copy_(mean)
        self.spread.copy_(spread.clamp_min(1e-3))

    def tokens(self, embedding: Tensor) -> Tensor:
        """Tokens (n, TOKENS, WIDTH) of what the frozen net sees (n, SEEN, SIDE, SIDE)."""
        seen = ((embedding - self.mean) / self.spread).flatten(2).transpose(1, 2)
        found: Tensor = self.norm(self.enter(seen) + self.place)
        return found

    def forward(self, embedding: Tensor, scale: Tensor) -> list[Decoupled]:
        return decoupled(self.pairs, self.tokens(embedding), scale)


def decoupled(pairs: nn.ModuleList, tokens: Tensor, scale: Tensor) -> list[Decoupled]:
    """What each attention finds in tokens (n, s, WIDTH), by the layer of `pairs` that gives its keys and
    values, with a scale (n,)."""
    found = []
    for pair in pairs:
        key, value = pair(tokens).chunk(2, -1)
        count = key.shape[-1] // HEAD
        found.append(Decoupled(heads(key, count), heads(value, count), scale))
    return found


def fresh(flow: Flow) -> Adapter:
    """An adapter to be trained, whose keys and values begin as those of the text (section 3.2.2)."""
    attentions = flow.attentions
    adapter = Adapter([attention.ask.out_features for attention in attentions])
    with torch.no_grad():
        for pair, attention in zip(adapter.pairs, attentions, strict=True):
            pair.load_state_dict({"weight": attention.answer.weight})
    return adapter


def look(pictures: Tensor) -> Tensor:
    """What the frozen net sees in pictures (n, 3, 64, 64) in [-1, 1]: (n, SEEN, SIDE, SIDE)."""
    with autocast(pictures.device):
        net: FeatureNet = load_discriminator(pictures.device).features.net
        found = net(pictures)[-1]
    return F.adaptive_avg_pool2d(found.float(), SIDE)


@cache
def card() -> Card:
    """The shipped adapter's card. Raises WeightsError."""
    return read_card(WEIGHTS)


def check_base(folder: Path = WEIGHTS) -> None:
    """Raise WeightsError if the diffusion model is no longer the one that the adapter was measured on.

    An adapter still works on a base that was trained further, but what its card says is then not true of it.
    """
    check_trained_on(folder, diffusion.card().sha256)


@cache
def load_adapter(device: torch.device | None = None, folder: Path = WEIGHTS) -> Adapter:
    """The trained adapter, in inference mode. Raises WeightsError."""
    device = device or best_device()
    return loaded(fresh(load_diffusion(device).flow), folder, device)

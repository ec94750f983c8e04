"""Training of the style net: the losses that the optimization descends, on the net's own pictures, for random
portraits, textures and strengths."""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.style_transfer.evaluate import measure
from demos.apps.style_transfer.features import Content, Style, features
from demos.apps.style_transfer.model import WEIGHTS, StyleConfig, StyleNet, ratio_of
from demos.apps.style_transfer.textures import textures
from demos.data.avatars.dataset import TRAIN_SEED, Portraits, from_bytes, portraits
from demos.kit.device import to_channels_last
from demos.kit.training import Budget, Run, channels_last, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card


@dataclass(frozen=True)
class StyleTraining:
    """The recipe."""

    steps: int = 2600
    batch: int = 8
    portraits: int = 4000
    textures: int = 600
    held_out: int = 200
    rate: float = 2e-3
    average: float = 0.995
    data_seed: int = TRAIN_SEED


RECIPE = StyleTraining()
SMOKE = StyleTraining(steps=3, batch=2, portraits=4, textures=4, held_out=2)


def begin(recipe: StyleTraining, budget: Budget, device: torch.device, seed: int) -> "StyleRun":
    data = portraits(recipe.portraits, recipe.data_seed)
    pool = textures(recipe.textures, recipe.data_seed)
    return StyleRun(recipe, data, pool, budget, device, seed)


class StyleRun(Run[StyleNet, StyleTraining]):
    """The net, its average and its optimizer; `pool` holds textures (n, 3, 64, 64) as bytes."""

    tail = 0.6
    warmup = 50

    def __init__(
        self,
        recipe: StyleTraining,
        data: Portraits,
        pool: Tensor,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data, self.pool = data, pool
        model = to_channels_last(StyleNet(), device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, betas=(0.9, 0.99), fused=True))

    def train_step(self) -> dict[str, float]:
        n = self.recipe.batch
        seeded = generator(self.seed, self.step)
        pictures = self.data.pictures(torch.randint(len(self.data), (n,), generator=seeded)).to(self.device)
        wanted = channels_last(varied(self.pool, n, seeded)).to(self.device)
        strength = torch.rand(n, generator=seeded).to(self.device)
        painted = self.model(pictures, wanted, strength)
        content, style, total = losses_of(painted, pictures, wanted, ratio_of(strength))
        self.descend(total, longest=5.0)
        return {"content": content.item(), "style": style.item()}


def losses_of(
    painted: Tensor, pictures: Tensor, wanted: Tensor, ratio: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean content and style loss, and what training descends: both, weighted by each picture's ratio (n,) of
    style to content and brought to about one size, and a fence around the range of colors."""
    found = features(painted)
    content, style = Content(pictures).loss(found), Style(wanted).loss(found)
    fence = F.relu(painted.abs() - 1).square().mean()
    weighted = (content + ratio * style) / (1 + ratio).sqrt()
    return content.mean(), style.mean(), weighted.mean() + 10 * fence


def varied(pool: Tensor, n: int, seeded: torch.Generator) -> Tensor:
    """Textures (n, 3, 64, 64) in [-1, 1] from the pool: each perhaps mirrored, turned by a right angle, with
    its color channels exchanged."""
    pictures = []
    for picture in from_bytes(pool[torch.randint(len(pool), (n,), generator=seeded)]):
        mirror, turn, exchange = (torch.rand(3, generator=seeded) < 0.5).tolist()
        picture = picture.flip(2) if mirror else picture
        picture = picture.transpose(1, 2) if turn else picture
        pictures.append(picture[torch.randperm(3, generator=seeded)] if exchange else picture)
    return torch.stack(pictures)


def publish(run: StyleRun, out: Path) -> None:
    """Write the averaged net's weights, measure them as a reader will load them, and write the card."""
    net = shipped(run.average)
    card = run.card("style_transfer", asdict(StyleConfig()), parameters(net))
    card.sha256 = save_weights(out, net.state_dict())
    card.metrics = measure(net, run.recipe.held_out)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

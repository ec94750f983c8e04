"""Training of the judge: all factors at once, on portraits that are now and then noisy or blurred.

The degradations keep the judge sane on generated pictures, which are never as clean as drawn ones.
"""

import copy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED, Portraits, portraits
from demos.kit.device import autocast, to_channels_last
from demos.kit.metrics import frechet_distance
from demos.kit.training import (
    Budget,
    Run,
    channels_last,
    generator,
    parameters,
    trainer,
)
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.attributes import attribute_loss, truth_columns, visible
from demos.models.judge.evaluate import ladder, measure
from demos.models.judge.model import WEIGHTS, Judge, JudgeConfig, features

REAL_TO_REAL = 3.4  # two sets of 3,000 portraits, on the judge for which the GAN's bar was set


@dataclass(frozen=True)
class JudgeTraining:
    """The recipe."""

    steps: int = 2000
    batch: int = 64
    portraits: int = 30_000
    held_out: int = 6000
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    average: float = 0.998
    data_seed: int = TRAIN_SEED


RECIPE = JudgeTraining()
SMOKE = JudgeTraining(steps=6, batch=16, portraits=500, held_out=200)


def begin(recipe: JudgeTraining, budget: Budget, device: torch.device, seed: int) -> "JudgeRun":
    data = portraits(recipe.portraits, recipe.data_seed)
    return JudgeRun(recipe, data, budget, device, seed)


class JudgeRun(Run[Judge, JudgeTraining]):
    """The judge, its average and its optimizer."""

    tail = 0.7
    warmup = 100

    def __init__(
        self, recipe: JudgeTraining, data: Portraits, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        model = to_channels_last(Judge(), device)
        self.optimize(
            model,
            torch.optim.AdamW(model.parameters(), recipe.rate, weight_decay=recipe.weight_decay, fused=True),
        )

    def train_step(self) -> dict[str, float]:
        data = self.data
        seeded = generator(self.seed, self.step)
        index = torch.randint(len(data), (self.recipe.batch,), generator=seeded)
        pictures = degrade(data.pictures(index), seeded).to(self.device)
        factors = data.factors(index)
        truth = truth_columns(data.continuous[index].to(self.device), data.categorical[index].to(self.device))
        seen = {name: mask.to(self.device) for name, mask in visible(factors).items()}
        self.model.train()
        with autocast(self.device):
            loss = attribute_loss(self.model(pictures), truth, seen)
        self.descend(loss)
        return {"loss": loss.item()}


def degrade(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """A third of the pictures gets noise, a quarter a slight blur."""
    n = len(pictures)
    sigma = (
        torch.rand(n, 1, 1, 1, generator=seeded) * 0.12 * (torch.rand(n, 1, 1, 1, generator=seeded) < 1 / 3)
    )
    blur = (torch.rand(n, 1, 1, 1, generator=seeded) < 0.25).float() * torch.rand(
        n, 1, 1, 1, generator=seeded
    )
    pictures = torch.lerp(pictures, blurred(pictures), blur)
    return channels_last(pictures + sigma * torch.randn(pictures.shape, generator=seeded))


def blurred(pictures: Tensor) -> Tensor:
    """3×3 binomial blur."""
    line = torch.tensor([0.25, 0.5, 0.25])
    kernel = (line[:, None] * line).to(pictures).expand(3, 1, 3, 3)
    return F.conv2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)


def publish(run: JudgeRun, out: Path) -> None:
    """Measure the averaged judge on held-out portraits and write weights and card."""
    judge = copy.deepcopy(run.average).cpu().eval()
    held_out = portraits(run.recipe.held_out, HELD_OUT_SEED)
    fix_unit(judge, held_out)
    judge = shipped(judge)
    card = run.card("judge", asdict(JudgeConfig()), parameters(judge))
    card.sha256 = save_weights(out, judge.state_dict())
    card.metrics = measure(judge, held_out)
    card.details = {
        "ladder": ladder(judge, held_out),
        "held_out": {"seed": HELD_OUT_SEED, "portraits": len(held_out)},
    }
    write_card(out, card)


def fix_unit(judge: Judge, held_out: Portraits) -> None:
    """Choose `feature_scale` so that two sets of held-out portraits are REAL_TO_REAL apart.

    Features have no natural unit. This one is set before any generator is measured.
    """
    a, b = features(judge, held_out.pictures(slice(None))).chunk(2)
    judge.feature_scale.fill_((REAL_TO_REAL / frechet_distance(a, b)) ** 0.5)


train = trainer(RECIPE, WEIGHTS, begin, publish)

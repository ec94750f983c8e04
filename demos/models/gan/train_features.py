"""Training of the frozen feature net: attributes and part masks, a few minutes on one CPU thread.

Part masks make the features dense: they know where an eye is, not only that there is one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.dataset import CACHE, TRAIN_SEED, Portraits, portraits, renderer_key
from demos.kit.device import autocast, best_device, to_channels_last
from demos.kit.training import Budget, Progress, Run, fit, generator, save_state
from demos.models.attributes import AttributeHeads, attribute_loss, truth_columns, visible
from demos.models.gan.features import DEFAULT, FeatureConfig, FeatureNet, upsample


@dataclass(frozen=True)
class FeatureTraining:
    """The recipe. The seed differs from the judge's."""

    steps: int = 1600
    batch: int = 32
    portraits: int = 12_000
    rate: float = 2e-3
    average: float = 0.99
    seed: int = 11
    data_seed: int = TRAIN_SEED


RECIPE = FeatureTraining()


class PartsAndAttributes(nn.Module):
    """The feature net with the heads it learns by; only the net is kept."""

    def __init__(self, config: FeatureConfig, parts: int) -> None:
        super().__init__()
        _, c2, c3, c4 = config.channels
        self.net = FeatureNet(config, norm=True)
        self.attributes = AttributeHeads(c4 * 16)
        self.part_logits = nn.ModuleList([nn.Conv2d(c, parts, 1) for c in (c2, c3, c4)])

    def forward(self, pictures: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """All factors, and logits of the part masks (n, parts, 32, 32)."""
        _, f2, f3, f4 = self.net(pictures)
        fine, middle, coarse = (layer(f) for layer, f in zip(self.part_logits, (f2, f3, f4), strict=True))
        return self.attributes(F.avg_pool2d(f4, 2).flatten(1)), fine + upsample(middle + upsample(coarse))


def features_path(config: FeatureConfig, recipe: FeatureTraining) -> Path:
    """Where the trained net is kept: all GAN seeds share the net of a recipe."""
    key = hashlib.sha256(repr((config, recipe, renderer_key(64))).encode()).hexdigest()[:10]
    return CACHE / "train" / f"gan-features-{key}.pt"


def train_features(
    path: Path,
    config: FeatureConfig = DEFAULT,
    recipe: FeatureTraining = RECIPE,
    *,
    device: torch.device | None = None,
) -> Iterator[Progress]:
    """Train, then leave the folded net at ``path``. Goes on where it was interrupted; nothing to do if it
    is there."""
    device = device or best_device()
    if path.exists():
        return
    unfinished = path.with_suffix(".unfinished.pt")
    data = portraits(recipe.portraits, recipe.data_seed, parts=True)
    run = FeatureRun(config, recipe, data, device)
    yield from fit(run, unfinished, resume=True)
    save_state(path, run.average.net.cpu().folded(config).state_dict())
    unfinished.unlink()


class FeatureRun(Run[PartsAndAttributes, FeatureTraining]):
    """The feature net with its heads, its average and its optimizer."""

    tail = 0.6
    note = "feature net"

    def __init__(
        self, config: FeatureConfig, recipe: FeatureTraining, data: Portraits, device: torch.device
    ) -> None:
        super().__init__(recipe, Budget(recipe.steps), device, recipe.seed)
        assert data.parts is not None
        self.data, self.parts = data, data.parts
        model = PartsAndAttributes(config, data.parts.shape[1])
        model = to_channels_last(model, device)
        self.optimize(model, torch.optim.AdamW(model.parameters(), recipe.rate, fused=True))

    def train_step(self) -> dict[str, float]:
        data = self.data
        index = torch.randint(len(data), (self.recipe.batch,), generator=generator(self.seed, self.step))
        pictures = data.pictures(index).to(self.device)
        truth = truth_columns(data.continuous[index].to(self.device), data.categorical[index].to(self.device))
        seen = {name: mask.to(self.device) for name, mask in visible(data.factors(index)).items()}
        parts = self.parts[index].to(self.device).float() / 255
        with autocast(self.device):
            read, part_logits = self.model(pictures)
        attributes = attribute_loss(read, truth, seen)
        masks = F.binary_cross_entropy_with_logits(part_logits.float(), parts)
        self.descend(attributes + 10 * masks)  # at 10, both weigh about the same after a few hundred steps
        return {"attributes": attributes.item(), "parts": masks.item()}

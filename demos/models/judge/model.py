"""The attribute network that measures everything.

A small residual net (He et al. 2016) on 64 px portraits. Its 192 features play the part that Inception's pool
features play in FID; its heads read all factors. Measures from different judges cannot be compared, so the
judge is frozen and carries a version.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.factors import CATEGORICAL
from demos.kit.training import channels_last
from demos.kit.weights import loaded
from demos.models.attributes import AttributeHeads
from demos.models.residual import Residual

JUDGE_VERSION = 1
WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class JudgeConfig:
    """Sizes of the judge. ``version`` changes whenever its weights do."""

    version: int = JUDGE_VERSION
    size: int = 64
    stem: int = 24
    channels: tuple[int, ...] = (48, 64, 96, 128)  # at 32, 32, 16 and 8 px
    features: int = 192


DEFAULT = JudgeConfig()


class Judge(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] to every factor of the portrait."""

    def __init__(self, config: JudgeConfig = DEFAULT) -> None:
        super().__init__()
        c1, c2, c3, c4 = config.channels
        self.config = config
        self.stem = nn.Sequential(
            nn.Conv2d(3, config.stem, 3, padding=1), nn.ReLU(),
            nn.Conv2d(config.stem, c1, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(c1), nn.ReLU(),
        )  # fmt: skip
        self.body = nn.Sequential(
            Residual(c1, c2),
            nn.AvgPool2d(2),
            Residual(c2, c3),
            nn.AvgPool2d(2),
            Residual(c3, c4),
            nn.AvgPool2d(2),
        )
        self.embed = nn.Linear(c4 * 16, config.features)
        self.heads = AttributeHeads(config.features)
        self.register_buffer("feature_scale", torch.ones(()))
        self.feature_scale: Tensor

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """{factor: class logits (n, classes), or value (n,) with the factor's range mapped to -1..1}."""
        return self.heads(self.embedding(pictures))

    def features(self, pictures: Tensor) -> Tensor:
        """Features (n, 192) for distances; `feature_scale` fixes their unit (see the card)."""
        return self.embedding(pictures) * self.feature_scale

    def embedding(self, pictures: Tensor) -> Tensor:
        x = self.stem(pictures)  # (n, 48, 32, 32)
        x = self.body(x)  # (n, 128, 4, 4)
        return F.silu(self.embed(x.flatten(1)))  # (n, 192)

    def read(self, pictures: Tensor) -> dict[str, Tensor]:
        """What the judge sees: {factor: class number (n,) or value (n,) in -1..1}."""
        return {name: x.argmax(1) if name in CATEGORICAL else x for name, x in self(pictures).items()}


@cache
def load_judge(device: torch.device | None = None, folder: Path = WEIGHTS) -> Judge:
    """The frozen judge, in inference mode. Raises WeightsError."""
    return loaded(Judge(), folder, device)


@torch.inference_mode()
def features(judge: Judge, pictures: Tensor) -> Tensor:
    """Features (n, 192) on the CPU, in batches."""
    device = judge.feature_scale.device
    return torch.cat([judge.features(channels_last(chunk.to(device))).cpu() for chunk in pictures.split(250)])


@torch.inference_mode()
def read_all(judge: Judge, pictures: Tensor) -> dict[str, Tensor]:
    """What the judge reads, {factor: (n,)}, in batches."""
    device = judge.feature_scale.device
    reads = [judge.read(channels_last(chunk.to(device))) for chunk in pictures.split(250)]
    return {name: torch.cat([read[name] for read in reads]).cpu() for name in reads[0]}

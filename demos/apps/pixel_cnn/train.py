"""Training of the PixelCNN: the cross-entropy of every pixel of portraits, given those before it."""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.pixel_cnn.evaluate import SAMPLES, measure
from demos.apps.pixel_cnn.model import WEIGHTS, PixelConfig, PixelNet
from demos.apps.pixel_cnn.palette import nearest, palette_of, reduced
from demos.data.avatars import render, sample
from demos.data.avatars.dataset import BATCH, CACHE, TRAIN_SEED, renderer_key, to_bytes
from demos.kit.device import autocast, to_channels_last
from demos.kit.kept import kept
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card

DETAILS = {
    "palette": "32 colors by k-means (squared error in sRGB, best of 6 starts by k-means++) on the pixels of "
    "the first 1000 training portraits, each reduced to 16 × 16 by the mean of 4 × 4 pixels",
    "bits_per_pixel": "mean of -log2 p(color | pixels before it) over all pixels of held-out portraits, each "
    "drawn in the nearest colors of this palette",
    "palette_psnr": "held-out portraits of 16 × 16 pixels in this palette against the same in all colors",
}
BITS = torch.tensor(2.0).log()  # nats to a bit


@dataclass(frozen=True)
class PixelTraining:
    """The recipe."""

    steps: int = 7000
    batch: int = 32
    portraits: int = 120_000  # 30,000 were learned by heart: they took .04 bits less than held-out ones
    palette_from: int = 1000  # portraits
    held_out: int = SAMPLES
    samples: int = SAMPLES
    rate: float = 3e-3
    average: float = 0.999
    data_seed: int = TRAIN_SEED


RECIPE = PixelTraining()
SMOKE = PixelTraining(steps=3, batch=2, portraits=4, palette_from=4, held_out=4, samples=4)


def begin(recipe: PixelTraining, budget: Budget, device: torch.device, seed: int) -> "PixelRun":
    return PixelRun(recipe, small_portraits(recipe.portraits, recipe.data_seed), budget, device, seed)


def small_portraits(count: int, seed: int) -> Tensor:
    """The first portraits of a seed as pixels (count, 16, 16, 3) from 0 to 255, kept in this size only."""

    def make() -> dict[str, Tensor]:
        drawn = (render(batch).images for batch in sample(count, seed).split(BATCH))
        return {"pixels": torch.cat([reduced(to_bytes(images)) for images in drawn])}

    path = CACHE / "pixel_cnn" / f"{renderer_key(64)}-seed-{seed}-{count}.safetensors"
    return kept(path, make)["pixels"]


class PixelRun(Run[PixelNet, PixelTraining]):
    """The net, its average and its optimizer; `pixels` (n, 16, 16, 3) from 0 to 255 become numbers of
    colors."""

    tail = 0.7
    warmup = 100

    def __init__(
        self, recipe: PixelTraining, pixels: Tensor, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        model = PixelNet()
        model.palette.copy_(palette_of(pixels[: recipe.palette_from].reshape(-1, 3), recipe.data_seed))
        self.colors = nearest(pixels, model.palette)
        to_channels_last(model, device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, betas=(0.9, 0.99), fused=True))

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        chosen = torch.randint(len(self.colors), (self.recipe.batch,), generator=seeded)
        colors = self.colors[chosen].to(self.device)
        with autocast(self.device):
            logits = self.model(colors)
        loss = F.cross_entropy(logits.float(), colors)
        self.descend(loss, longest=1.0)
        return {"bits": (loss / BITS).item()}


def publish(run: PixelRun, out: Path) -> None:
    """Write the averaged net's weights, measure them as a reader will load them, and write the card."""
    net = shipped(run.average)
    card = run.card("pixel_cnn", asdict(PixelConfig()), parameters(net))
    card.sha256 = save_weights(out, net.state_dict())
    card.details = DETAILS
    card.metrics = measure(net, run.recipe.held_out, run.recipe.samples)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

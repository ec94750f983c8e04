"""Training of the detector: drawn portraits against fakes of three kinds. Minutes on one CPU thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import TRAIN_SEED, Portraits, from_bytes, portraits, to_bytes
from demos.kit.functions import direct
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.face_swap import people
from demos.models.face_swap.people import drawn, pictured
from demos.models.fake_detector.evaluate import curves, measure, outcomes
from demos.models.fake_detector.fakes import SEEN, UNSEEN, blends, face_masks, redrawn, swaps
from demos.models.fake_detector.model import WEIGHTS, Detector, verdict


@dataclass(frozen=True)
class DetectorTraining:
    """The recipe. `pictures`: of people whose faces are swapped; `redrawn`: portraits that autoencoders
    drew again; `batch`: portraits in a step, as many real as fake; `held_out`: pictures of each kind to
    measure on."""

    steps: int = 1200
    batch: int = 48
    portraits: int = 5000
    pictures: int = 720
    redrawn: int = 1200
    held_out: int = 300
    rate: float = 2e-3
    weight_decay: float = 1e-3
    average: float = 0.99
    data_seed: int = TRAIN_SEED


RECIPE = DetectorTraining()
SMOKE = DetectorTraining(
    steps=6, batch=12, portraits=40, pictures=12, redrawn=8, held_out=12
)  # fmt: skip


@dataclass
class Examples:
    """Drawn portraits with their parts, drawn pictures of the people that are swapped (n, 3, 64, 64), swapped
    faces, and portraits drawn again: as bytes."""

    portraits: Portraits
    people: Tensor
    swapped: Tensor
    redrawn: Tensor


def begin(recipe: DetectorTraining, budget: Budget, device: torch.device, seed: int) -> DetectorRun:
    return DetectorRun(recipe, examples(recipe), budget, device, seed)


def examples(recipe: DetectorTraining) -> Examples:
    data = portraits(recipe.portraits, recipe.data_seed, parts=True)
    pairs = [(source, target) for source in people.SEEN for target in people.SEEN if source != target]
    who = torch.tensor(pairs).repeat(recipe.pictures // len(pairs), 1)
    real = drawn(pictured(who[:, 0], recipe.data_seed))[0]
    fake = []
    for i, rows in enumerate(torch.arange(len(who)).split(60)):
        source, target = who[rows].unbind(1)
        fake.append(to_bytes(swaps(direct, from_bytes(real[rows]), source, target, recipe.data_seed + i)))
    again = to_bytes(redrawn(direct, data.pictures(slice(0, recipe.redrawn))))
    return Examples(data, real, torch.cat(fake), again)


class DetectorRun(Run[Detector, DetectorTraining]):
    """The detector, its average and the optimizer."""

    tail = 0.5
    warmup = 30

    def __init__(
        self, recipe: DetectorTraining, data: Examples, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        model = Detector().to(device)
        self.optimize(
            model,
            torch.optim.AdamW(model.parameters(), recipe.rate, weight_decay=recipe.weight_decay, fused=True),
        )

    def train_step(self) -> dict[str, float]:
        pictures, fake = self.batch(generator(self.seed, self.step))
        logits = verdict(self.model(pictures.to(self.device)))
        loss = F.binary_cross_entropy_with_logits(logits, fake.to(self.device))
        self.descend(loss)
        return {"loss": loss.item()}

    def batch(self, seeded: torch.Generator) -> tuple[Tensor, Tensor]:
        """Portraits (n, 3, 64, 64), in random order and half of them mirrored, and which are fake (n,)."""
        data, sixth = self.data, self.recipe.batch // 6

        def some(n: int, of: int) -> Tensor:
            return torch.randint(of, (n,), generator=seeded)

        blended = some(sixth, len(data.portraits))
        own = data.portraits.pictures(blended)
        parts = (
            data.portraits.pictures(some(2 * sixth, len(data.portraits))),
            from_bytes(data.people[some(sixth, len(data.people))]),
            from_bytes(data.swapped[some(sixth, len(data.swapped))]),
            blends(own, face_masks(data.portraits, blended), seeded),
            from_bytes(data.redrawn[some(sixth, len(data.redrawn))]),
        )
        pictures, fake = torch.cat(parts), torch.arange(6 * sixth) >= 3 * sixth
        order = torch.randperm(len(pictures), generator=seeded)
        mirrored = torch.rand(len(pictures), 1, 1, 1, generator=seeded) < 0.5
        pictures = torch.where(mirrored, pictures.flip(3), pictures)
        return pictures[order], fake[order].float()


def publish(run: DetectorRun, out: Path) -> None:
    """Measure the averaged detector on people and fakes that it doesn't know and write weights and card."""
    detector = shipped(run.average)
    config = {"seen": SEEN, "unseen": UNSEEN}
    card = run.card("fake_detector", config, parameters(detector))
    card.sha256 = save_weights(out, detector.state_dict())
    found = outcomes(run.recipe.held_out)
    card.metrics = measure(detector, found)
    card.details = {"curves": curves(detector, found)}
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

"""Training of the face swap: every decoder learns to draw its own person again. Minutes on one CPU thread.

No decoder is ever shown another person. What makes codes of different people mean the same is that one small
encoder serves all decoders, that it sees every face in changed colors, and that the codes of twins shall
agree: of one picture, drawn of each person. Only a drawing program has such twins; without them, any mouth
may come out where somebody smiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars.dataset import from_bytes
from demos.kit.device import to_channels_last
from demos.kit.filters import blurred
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.face_swap.evaluate import measure
from demos.models.face_swap.model import DEFAULT, WEIGHTS, FaceSwap
from demos.models.face_swap.people import COUNT, TRAIN_SEED, drawn, pictured, windowed


@dataclass(frozen=True)
class SwapTraining:
    """The recipe. `pictures`: of each person, the same ones; `batch`: of each person in one step; `held_out`:
    pictures of each pair to measure on."""

    steps: int = 4000
    batch: int = 6
    pictures: int = 800
    held_out: int = 12
    rate: float = 3e-3
    features: float = 4.0  # extra weight of eyes, brows, nose and mouth
    mask: float = 0.5  # weight of the mask's error
    twins: float = 0.1  # weight of how much codes of the same picture of different people differ
    average: float = 0.998
    data_seed: int = TRAIN_SEED


RECIPE = SwapTraining()
SMOKE = SwapTraining(steps=6, batch=2, pictures=8, held_out=1)


@dataclass
class Faces:
    """Pictures of all people (people, n, 3, 64, 64), and masks of face and features, as bytes."""

    pictures: Tensor
    faces: Tensor
    features: Tensor


def begin(recipe: SwapTraining, budget: Budget, device: torch.device, seed: int) -> SwapRun:
    columns = [
        drawn(pictured(torch.full((recipe.pictures,), person), recipe.data_seed)) for person in range(COUNT)
    ]
    return SwapRun(recipe, Faces(*map(torch.stack, zip(*columns, strict=True))), budget, device, seed)


class SwapRun(Run[FaceSwap, SwapTraining]):
    """The model, its average and the optimizer."""

    tail = 0.5
    warmup = 50

    def __init__(
        self, recipe: SwapTraining, data: Faces, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data
        model = to_channels_last(FaceSwap(), device)
        self.optimize(model, torch.optim.Adam(model.parameters(), recipe.rate, betas=(0.9, 0.98), fused=True))

    def train_step(self) -> dict[str, float]:
        seeded, data, recipe = generator(self.seed, self.step), self.data, self.recipe
        index = torch.randint(data.pictures.shape[1], (1, recipe.batch), generator=seeded)
        person = torch.arange(COUNT)[:, None]
        pictures = from_bytes(data.pictures[person, index].flatten(0, 1))
        face, features = (x[person, index].flatten(0, 1).float() / 255 for x in (data.faces, data.features))
        who = person.expand(-1, recipe.batch).flatten()
        codes = self.model.encode(recolored(pictures, seeded).to(self.device))
        redrawn = self.model.decode(codes, who.to(self.device)).cpu()
        # A little beyond the face counts too: where it ends, a soft mask will show what was drawn there.
        weight = blurred(face.expand(-1, 3, -1, -1), 1.5)[:, :1] + recipe.features * features
        error = (redrawn[:, :3] - windowed(pictures)).abs().mean(1, keepdim=True)
        color = (error * weight).sum() / weight.sum()
        mask = (redrawn[:, 3:] - face).abs().mean()
        twins = disagreement(codes.unflatten(0, (COUNT, -1)))
        self.descend(color + recipe.mask * mask + recipe.twins * twins)
        return {"color": color.item(), "mask": mask.item(), "twins": twins.item()}


def disagreement(codes: Tensor) -> Tensor:
    """The variance of codes (people, n, 64) between people, as a share of all their variance: from 0 to 1."""
    return (codes - codes.mean(0)).square().mean() / codes.var((0, 1), correction=0).mean()


def recolored(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """Pictures (n, 3, 64, 64) with every channel stretched and shifted: the encoder shall not know a person
    by the color of the skin."""
    gain, shift = (torch.rand(len(pictures), 3, 1, 1, generator=seeded) for _ in range(2))
    return pictures * (0.6 + 0.6 * gain) + 0.5 * shift - 0.25


def publish(run: SwapRun, out: Path) -> None:
    """Measure the averaged model against the renderer's truth and write weights and card."""
    swap = shipped(run.average)
    config = {"encoder": DEFAULT.encoder, "code": DEFAULT.code, "decoder": DEFAULT.decoder, "people": COUNT}
    card = run.card("face_swap", config, parameters(swap))
    card.sha256 = save_weights(out, swap.state_dict())
    card.metrics = measure(swap, run.recipe.held_out)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

"""Diffusion in latents against diffusion in pixels: the same net, recipe and number of steps, in either.

The pixels of a place become its channels, 4 × 4 × 3 = 48 instead of a latent's 8: a step costs about as much,
and nothing differs but what flows. Both nets learn from attributes alone, and are measured by them. The
folder keeps states to go on from, and unselected samples of both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars import sample
from demos.data.avatars.dataset import HELD_OUT_SEED, Portraits, portraits
from demos.kit.device import to_channels_last
from demos.kit.sheet import save_sheet
from demos.kit.training import Budget, fit, generator
from demos.models.diffusion.autoencoder import FACTOR
from demos.models.diffusion.evaluate import GUIDANCE, PROMPT_SEED, attributes_read, by_attributes, drawn
from demos.models.diffusion.examples import Examples, latents_of, place_weights
from demos.models.diffusion.model import FlowConfig, LatentDiffusion, load_diffusion
from demos.models.diffusion.train import DiffusionTraining, FlowRun
from demos.models.diffusion.train_text import TextReader
from demos.models.judge.compare import Reference
from demos.models.judge.model import load_judge
from tests.bench.machine import machine, show

PIXELS = 3 * FACTOR**2  # channels
SHEET = 32  # samples


class Pixels(nn.Module):
    """In place of an autoencoder: the pixels of a place as its channels, with mean 0 and variance 1."""

    def __init__(self, data: Portraits) -> None:
        super().__init__()
        some = F.pixel_unshuffle(data.pictures(slice(2000)), FACTOR)
        spread, mean = torch.std_mean(some, (0, 2, 3), keepdim=True)
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)
        self.mean: Tensor
        self.spread: Tensor

    def encode(self, pictures: Tensor) -> Tensor:
        return (F.pixel_unshuffle(pictures, FACTOR) - self.mean) / self.spread

    def decode(self, latents: Tensor) -> Tensor:
        return F.pixel_shuffle(latents * self.spread + self.mean, FACTOR)


class AttributesOnly(FlowRun):
    """The flow's training without captions."""

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        index, start, target, time = self.data.draw(self.recipe.batch, seeded)
        context = self.some_told_nothing(self.chosen(index, seeded), seeded)
        found = self.model(torch.lerp(start, target, time[:, None, None, None]), time, context)
        loss = self.flow_loss(found, target - start, index)
        self.descend(loss, self.recipe.longest)
        return {"loss": loss.item()}


def examples_of(data: Portraits, model: LatentDiffusion) -> Examples:
    """Portraits as what flows, without captions."""
    captions = torch.empty(len(data), 0)
    latents = latents_of(data, model.autoencoder)
    return Examples(latents, place_weights(data), data.categorical, data.continuous, captions, captions)


def trained(
    model: LatentDiffusion, data: Portraits, recipe: DiffusionTraining, path: Path
) -> LatentDiffusion:
    """The model, its flow net trained from the beginning. The state is kept at `path`."""
    examples = examples_of(data, model)
    budget, config = Budget(recipe.steps), model.flow.config
    run = AttributesOnly(recipe, examples, TextReader(), budget, torch.device("cpu"), 0, config)
    for progress in fit(run, path, resume=True):
        if progress.step % 250 == 0:
            print(f"  {path.stem} {progress.step} {progress.minutes:.1f} min {progress.losses}", flush=True)
    model.flow.load_state_dict(run.average.state_dict())
    show("minutes of training", run.clock.minutes, "min")
    return model.eval().requires_grad_(False)


def measure(model: LatentDiffusion, reference: Reference, sheet: Path) -> None:
    """What the card of the shipped model says of attributes, of this one."""
    n = len(reference.pictures)
    prompts = sample(n, PROMPT_SEED)
    plain = drawn(model, by_attributes(prompts), n, guidance=1.0)
    guided = drawn(model, by_attributes(prompts), n, guidance=GUIDANCE)
    save_sheet(guided[:SHEET], sheet, columns=8)
    found = reference.quality(plain) | attributes_read(reference.judge, guided, prompts)
    for name in ("avatar_fid", "recall", "accuracy", "accuracy.iris", "accuracy.glasses", "r2.smile",
                 "r2.mouth_open", "r2.blink", "eyes_match"):  # fmt: skip
        show(name, found[name], "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--samples", type=int, default=1000)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    print(f"machine: {machine()}")
    recipe = DiffusionTraining(steps=asked.steps)
    data = portraits(recipe.portraits, recipe.data_seed, parts=True)
    reference = Reference(load_judge(), portraits(asked.samples, HELD_OUT_SEED).pictures(slice(None)))
    in_pixels = LatentDiffusion(FlowConfig(latent=PIXELS))
    in_pixels.autoencoder = Pixels(data)  # type: ignore[assignment]
    in_latents = LatentDiffusion()
    in_latents.autoencoder.load_state_dict(load_diffusion().autoencoder.state_dict())
    for name, model in {"pixels": in_pixels, "latents": in_latents}.items():
        print(f"\n== {name}")
        model = trained(to_channels_last(model), data, recipe, asked.folder / f"{name}.pt")
        measure(model, reference, asked.folder / f"{name}.webp")


if __name__ == "__main__":
    main()

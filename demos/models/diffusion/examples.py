"""What the flow net learns from: latents of portraits, how much each place counts, attributes and captions.

All of it is made once and kept beside the training state: steps then only look it up.
"""

import random
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.dataset import Portraits
from demos.data.avatars.factors import Factors
from demos.data.avatars.render import PARTS
from demos.data.captions.facts import attributes, facts, rows
from demos.data.captions.grammar import HERE, LANGUAGES, Writer
from demos.data.captions.tokens import VOCABULARY, numbers
from demos.kit.device import autocast
from demos.kit.kept import digest, kept
from demos.models.diffusion.autoencoder import SIDE, Autoencoder
from demos.models.diffusion.conditions import ATTRIBUTES

CAPTIONS = 6  # of each portrait, in all languages in turn
# How much more a place counts where a part fills it than one elsewhere.
PART_WEIGHTS = {
    "iris": 6.0, "pupil": 6.0, "eye_white": 4.0, "lid": 3.0, "mouth": 4.0, "glasses": 2.5, "brow": 1.5,
    "nose": 1.0,
}  # fmt: skip


@dataclass
class Examples:
    """n portraits. All tensors lie on the device that trains."""

    latents: Tensor  # (n, 8, 16, 16) float16
    weights: Tensor  # (n, 16, 16) float16, 1 on average
    categorical: Tensor  # (n, 12) class numbers
    continuous: Tensor  # (n, 28) in -1..1
    captions: Tensor  # (n, CAPTIONS, LENGTH) int16 token numbers
    said: Tensor  # (n, CAPTIONS, 40) bool: the attributes that each caption says something of

    def __len__(self) -> int:
        return len(self.latents)

    def draw(self, n: int, seeded: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What a step learns from: rows (n,), noise and latents (n, 8, 16, 16), and times (n,) between."""
        device = self.latents.device
        index = torch.randint(len(self), (n,), generator=seeded).to(device)
        target = self.latents[index].float()
        start = torch.randn(target.shape, generator=seeded).to(device)
        time = torch.randn(n, generator=seeded).sigmoid().to(device)
        return index, start, target, time

    def to(self, device: torch.device) -> "Examples":
        return Examples(*(getattr(self, field.name).to(device) for field in fields(self)))


def examples(
    data: Portraits, autoencoder: Autoencoder, seed: int, folder: Path, workers: int = 1
) -> Examples:
    """The examples of portraits with part masks, kept in `folder`; `seed` is that of their captions."""

    def make() -> dict[str, Tensor]:
        captions = captions_of(data, seed, workers)
        labels = data.categorical, data.continuous
        made = Examples(latents_of(data, autoencoder), place_weights(data), *labels, *captions)
        return {field.name: getattr(made, field.name) for field in fields(made)}

    path = folder / f"examples-{len(data)}-{key(data, autoencoder, seed)}.safetensors"
    return Examples(**kept(path, make))


def key(data: Portraits, autoencoder: Autoencoder, seed: int) -> str:
    """Changes with the portraits, the autoencoder's weights, the captions' seed, the grammars and what is
    kept."""
    assert data.parts is not None
    names = " ".join(field.name for field in fields(Examples))
    pictures = data.images, data.parts, data.categorical, data.continuous
    grammars = VOCABULARY, *(HERE / f"{language}.yml" for language in LANGUAGES)
    return digest([names, str(seed), *pictures, *autoencoder.state_dict().values(), *grammars])


@torch.inference_mode()
def latents_of(data: Portraits, autoencoder: Autoencoder) -> Tensor:
    device, parts = autoencoder.mean.device, []
    for index in torch.arange(len(data)).split(250):
        with autocast(device):
            parts.append(autoencoder.encode(data.pictures(index, device)).half().cpu())
    return torch.cat(parts)


def place_weights(data: Portraits) -> Tensor:
    """How much each place of a latent counts, from how far the parts that faces are known by fill it."""
    assert data.parts is not None
    table = torch.tensor([PART_WEIGHTS.get(name, 0.0) for name in PARTS])
    chunks = []
    for parts in data.parts.split(2000):
        coverage = F.adaptive_avg_pool2d(parts.float() / 255, SIDE)
        chunks.append(1 + torch.einsum("p,nphw->nhw", table, coverage))
    weights = torch.cat(chunks)
    return (weights / weights.mean()).half()


def captions_of(data: Portraits, seed: int, workers: int) -> tuple[Tensor, Tensor]:
    """Token numbers (n, CAPTIONS, LENGTH) as int16, and what they say something of (n, CAPTIONS, 40). Those
    of one portrait depend on seed and row alone."""
    starts = range(0, len(data), 1000)
    jobs = [(data.factors(slice(start, start + 1000)), seed, start) for start in starts]
    if workers == 1:
        return joined(written(*job) for job in jobs)
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        return joined(pool.map(written, *zip(*jobs, strict=True)))


def joined(chunks: Iterable[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    captions, said = zip(*chunks, strict=True)
    return torch.cat(captions), torch.cat(said)


def written(factors: Factors, seed: int, start: int) -> tuple[Tensor, Tensor]:
    texts, of = [], []
    for i, row in enumerate(rows(factors)):
        known = facts(row)
        for k in range(CAPTIONS):
            language = LANGUAGES[(start + i + k) % len(LANGUAGES)]
            chance = random.Random(f"{seed} {start + i} {k}")
            text, said = Writer(language, chance).write(known)
            named = set().union(*(attributes(fact) for fact in said))
            texts.append(text)
            of.append([name in named for name in ATTRIBUTES])
    captions = numbers(texts).unflatten(0, (-1, CAPTIONS)).to(torch.int16)
    return captions, torch.tensor(of).unflatten(0, (-1, CAPTIONS))

"""Training of the captioner: the cross-entropy of every word of a caption, given the picture and the words
before it.

In each step, each picture comes with one of its captions, in any of the three languages, and every other one
is mirrored: nothing that captions name has a side. Portraits with a value in a color that is held out are
never seen. From the rest, a net learns that a red thing is no beanie, if no beanie was red. So half of the
pictures are recolored, and nothing is asked of their colors: all shapes are seen in all colors, no shape with
the name of a held-out one.

Beside it, linear heads that are not kept read the attributes off the state before the first word: from
captions alone, small things such as beards are seen late.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars import dataset
from demos.data.avatars.dataset import TRAIN_SEED, Portraits, portraits
from demos.data.captions.facts import COLORS, rows
from demos.data.captions.grammar import HERE, LANGUAGES
from demos.kit.device import autocast, to_channels_last
from demos.kit.kept import digest, kept
from demos.kit.training import Budget, Run, channels_last, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.attributes import AttributeHeads, attribute_loss, truth_columns, visible
from demos.models.captioner import captions
from demos.models.captioner.captions import (
    LENGTH,
    PADDING,
    VOCABULARY,
    color_words,
    is_new,
    named,
    numbers,
    start,
    written,
)
from demos.models.captioner.evaluate import KNOWN, SAMPLES, measure
from demos.models.captioner.model import WEIGHTS, Captioner, config

# What the heads read: what captions name, and none of it has a side.
READ = (
    "hair", "hair_color", "iris", "beard", "glasses", "glasses_color", "hat", "hat_color", "clothing",
    "clothing_color", "background", "pattern",
)  # fmt: skip
FOLDER = "captioner"  # of the kept captions, in the cache
VARIANTS = 4  # captions of each portrait in each language
DETAILS = {
    "accuracy": "share of what greedy captions of held-out portraits name, values and colors each for "
    "itself, that is true of the picture; read off captions by the phrases they are written with",
    "named": "share of what ought to be named that is named and true",
    "new": "accuracy for values in colors that no training portrait combined; a right value in a wrong color "
    "counts half. Half of the pictures were recolored in training, and their colors not asked for",
    "combined": "share of such combinations that are named with both right",
    "beam": "accuracy of captions by beam search with 3 beams, on the first 200 of the portraits",
    "most_frequent": "accuracy of one caption for all, of the most frequent value of each attribute",
    "nearest": "accuracy of the true caption of the training portrait whose pixels are nearest",
}


@dataclass(frozen=True)
class CaptionerTraining:
    """The recipe."""

    steps: int = 6000
    batch: int = 64
    portraits: int = 30_000
    held_out: int = SAMPLES
    known: int = KNOWN
    rate: float = 2e-3
    weight_decay: float = 0.02
    average: float = 0.995
    longest: float = 1.0  # gradient
    recolored: float = 0.5  # share of pictures
    data_seed: int = TRAIN_SEED


RECIPE = CaptionerTraining()
SMOKE = CaptionerTraining(steps=6, batch=8, portraits=100, held_out=20, known=100)


def begin(recipe: CaptionerTraining, budget: Budget, device: torch.device, seed: int) -> CaptionerRun:
    data = portraits(recipe.portraits, recipe.data_seed)
    return CaptionerRun(recipe, data, captions_of(data, recipe.data_seed), budget, device, seed)


def captions_of(data: Portraits, seed: int) -> Tensor:
    """Captions (n, languages, VARIANTS, LENGTH + 1) of portraits as numbers of their words, after the token
    of their language, int16; empty for those that training must not see. Those of one portrait depend on seed
    and row alone."""

    def make() -> dict[str, Tensor]:
        table = torch.zeros(len(data), len(LANGUAGES), VARIANTS, LENGTH + 1, dtype=torch.int16)
        for i, row in enumerate(rows(data.factors())):
            told = named(row)
            if any(map(is_new, told)):
                continue
            for j, language in enumerate(LANGUAGES):
                for k in range(VARIANTS):
                    text = written(language, told, random.Random(f"{seed} {i} {language} {k}"))
                    made = [start(language), *numbers(text, language)]
                    table[i, j, k, : len(made)] = torch.tensor(made)
        return {"captions": table}

    code = [HERE / f"{language}.yml" for language in LANGUAGES]
    key = digest([data.categorical, data.continuous, str(seed), VOCABULARY, Path(captions.__file__), *code])
    return kept(dataset.CACHE / FOLDER / f"captions-{len(data)}-{key}.safetensors", make)["captions"]


class Taught(nn.Module):
    """A captioner, and what reads attributes off its first state."""

    def __init__(self) -> None:
        super().__init__()
        self.captioner = Captioner(config())
        self.heads = AttributeHeads(self.captioner.config.hidden)


class CaptionerRun(Run[Taught, CaptionerTraining]):
    """The captioner with its heads, their average and their optimizer."""

    tail = 0.6
    warmup = 100

    def __init__(
        self,
        recipe: CaptionerTraining,
        data: Portraits,
        table: Tensor,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data, self.table = data, table
        self.colors = torch.tensor([*chain(*color_words())], device=device)
        self.seen = table[:, 0, 0, 0].nonzero()[:, 0]  # portraits to learn from
        model = to_channels_last(Taught(), device)
        weights = model.parameters()
        self.optimize(
            model, torch.optim.AdamW(weights, recipe.rate, weight_decay=recipe.weight_decay, fused=True)
        )

    def train_step(self) -> dict[str, float]:
        index, pictures, words, plain = self.batch()
        self.model.train()
        with autocast(self.device):
            sight = self.model.captioner.look(pictures)
            logits, _ = self.model.captioner(sight, words[:, :-1])
            read = self.model.heads(sight.begin)
        colors = torch.isin(words, self.colors)
        target = words.masked_fill(colors & ~plain[:, None], PADDING)[:, 1:]
        loss = F.cross_entropy(logits.float().flatten(0, 1), target.flatten(), ignore_index=PADDING)
        unread = self.unread(read, index, plain)
        self.descend(loss + unread, self.recipe.longest)
        return {"loss": loss.item(), "unread": unread.item()}

    def unread(self, read: dict[str, Tensor], index: Tensor, plain: Tensor) -> Tensor:
        """How little is read off the first state: 1 for a guess. Colors count where pictures are plain."""
        data, device = self.data, self.device
        truth = truth_columns(data.continuous[index].to(device), data.categorical[index].to(device))
        seen = {name: mask.to(device) for name, mask in visible(data.factors(index)).items()}
        seen |= {name: seen.get(name, plain) & plain for name in COLORS.values()}
        return attribute_loss({name: read[name] for name in READ}, truth, seen)

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Rows (n,), their pictures (n, 3, 64, 64), some mirrored or recolored, a caption of each, as far as
        the longest goes, and which pictures have the colors of the portraits (n,)."""
        n, seeded = self.recipe.batch, generator(self.seed, self.step)
        index = self.seen[torch.randint(len(self.seen), (n,), generator=seeded)]
        language = torch.randint(len(LANGUAGES), (n,), generator=seeded)
        variant = torch.randint(VARIANTS, (n,), generator=seeded)
        mirrored = torch.rand(n, 1, 1, 1, generator=seeded) < 0.5
        pictures = self.data.pictures(index)
        pictures = torch.where(mirrored, pictures.flip(3), pictures)
        plain = torch.rand(n, generator=seeded) >= self.recipe.recolored
        pictures = channels_last(
            torch.where(plain[:, None, None, None], pictures, recolored(pictures, seeded))
        )
        words = self.table[index, language, variant].long()
        words = words[:, : int((words != PADDING).sum(1).max())]
        return index, pictures.to(self.device), words.to(self.device), plain.to(self.device)


def recolored(pictures: Tensor, seeded: torch.Generator) -> Tensor:
    """Pictures (n, 3, height, width) in [-1, 1] with their colors turned about middle gray, above or below a
    line, or anywhere: often the skin is as it was, and does not give away what was done."""
    n, _, height, _ = pictures.shape
    turns, _ = torch.linalg.qr(torch.randn(n, 3, 3, generator=seeded))
    line = torch.randint(height // 4, height, (n, 1), generator=seeded)
    side = torch.randint(3, (n, 1), generator=seeded)
    rows = torch.arange(height)
    turned = torch.where(side == 0, rows < line, torch.where(side == 1, rows >= line, True))
    made = torch.einsum("nij,njhw->nihw", turns, pictures).clamp(-1, 1)
    return torch.where(turned[:, None, :, None], made, pictures)


def publish(run: CaptionerRun, out: Path) -> None:
    """Measure the averaged captioner on held-out portraits and write weights and card."""
    net = shipped(run.average.captioner)
    card = run.card("captioner", asdict(config()), parameters(net))
    card.sha256 = save_weights(out, net.state_dict())
    card.metrics, card.details = measure(net, run.recipe.held_out, run.recipe.known), DETAILS
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

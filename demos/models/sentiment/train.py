"""Training of both nets at once, on the same batches: the cross-entropy of the label after the last word.

They share no weights, so it is as if each were trained alone. Now and then a word is read as unknown, so that
they learn what to make of one that they have never seen.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.sentiment.corpus import LANGUAGES, SIZE, corpus
from demos.data.sentiment.grammar import LABELS
from demos.data.sentiment.tokens import START, batch, numbers
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.vocabulary import UNKNOWN
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.sentiment.evaluate import SAMPLES, measure
from demos.models.sentiment.model import WEIGHTS, Sentiment, config, last

DETAILS = {
    "accuracy": "share of the test sentences whose label is found; no combination of a thing and what is "
    "said of it occurs in training",
    "denied": "the same of those test sentences that deny something, such as “not bad”",
    "order": "share of right labels in pairs “a, but b” and “b, but a”, of which one is positive and one "
    "negative; a bag of words can't be right more than half the time",
    "by_hand": "share of right labels among sentences that were written by hand",
    "majority": "what a classifier reaches that always gives the commonest label of the test sentences",
}


@dataclass(frozen=True)
class SentimentTraining:
    """The recipe."""

    steps: int = 6000
    batch: int = 96
    sentences: int = SIZE["train"]  # in each language
    measured: int = SAMPLES  # likewise
    rate: float = 4e-3
    bag_rate: float = 2e-2
    weight_decay: float = 0.02
    unknown: float = 0.1  # share of words that are read as unknown
    average: float = 0.995
    data_seed: int = 0


RECIPE = SentimentTraining()
SMOKE = SentimentTraining(steps=4, batch=12, sentences=30, measured=30)


@cache
def examples(size: int) -> tuple[list[list[int]], Tensor]:
    """Numbers and labels of the training sentences of all languages."""
    found = [sentence for language in LANGUAGES for sentence in corpus(language, "train", size)]
    labels = torch.tensor([LABELS.index(sentence.label) for sentence in found])
    return [numbers(sentence.text) for sentence in found], labels


class SentimentRun(Run[Sentiment, SentimentTraining]):
    """Both nets, their average and an optimizer for each."""

    tail = 0.8
    warmup = 50

    def __init__(self, recipe: SentimentTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        self.rows, self.labels = examples(recipe.sentences)
        nets = Sentiment(config()).to(device)
        self.optimize(
            nets,
            torch.optim.AdamW(nets.gru.parameters(), recipe.rate, weight_decay=recipe.weight_decay),
            torch.optim.AdamW(nets.bag.parameters(), recipe.bag_rate, weight_decay=recipe.weight_decay),
        )

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        self.seed_dropout()
        chosen = torch.randint(len(self.rows), (self.recipe.batch,), generator=seeded)
        read = batch([self.rows[i] for i in chosen.tolist()])
        forgotten = (torch.rand(read.shape, generator=seeded) < self.recipe.unknown) & (read > START)
        read = read.masked_fill(forgotten, UNKNOWN).to(self.device)
        labels = self.labels[chosen].to(self.device)
        self.model.train()
        gru = F.cross_entropy(last(self.model.gru(read)[0], read), labels)
        bag = F.cross_entropy(last(self.model.bag(read), read), labels)
        self.descend(gru + bag)
        return {"gru": gru.item(), "bag": bag.item()}


def begin(recipe: SentimentTraining, budget: Budget, device: torch.device, seed: int) -> SentimentRun:
    return SentimentRun(recipe, budget, device, seed)


def publish(run: SentimentRun, out: Path) -> None:
    """Write the averaged nets' weights, measure them as a reader will load them, and write the card."""
    nets = shipped(run.average)
    card = run.card("sentiment", asdict(nets.config), parameters(nets))
    card.sha256 = save_weights(out, nets.state_dict())
    card.details = dict(DETAILS)
    card.metrics = measure(nets, run.recipe.measured)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

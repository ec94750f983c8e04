"""Trains both nets, one after the other, on the training sentences in all six directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.sentences.card import counts
from demos.data.sentences.corpus import DRAWN, corpus
from demos.data.sentences.lexicon import LANGUAGES
from demos.data.sentences.pieces import END, INTO, PADDING, cut, number_of, padded
from demos.data.sentences.speech import SPEECH
from demos.kit.device import autocast
from demos.kit.training import Budget, Job, Progress, Run, generator, parameters, training
from demos.kit.weights import save_nets, shipped, write_card
from demos.models.translation.evaluate import SAMPLES, measure
from demos.models.translation.model import DIRECTIONS, KINDS, WEIGHTS, Translator, fresh

Pair = tuple[tuple[int, ...], tuple[int, ...]]  # numbers of a source and of its target
DETAILS = {
    "exact": "share of greedy translations of test sentences that are the sentence that the grammar says in "
    "the target language, mark for mark; each meaning has one sentence in each language",
    "chrf": "chrF of the same translations (Popović 2015; beta 2, up to 6 characters), of all together",
    "split": "a test sentence has two words that no training sentence has together in any language",
}


@dataclass(frozen=True)
class TranslationTraining:
    """The recipe."""

    steps: int = 7000  # of the GRU; see SHARES
    batch: int = 64
    drawn: int = DRAWN  # meanings
    tested: int = SAMPLES
    weight_decay: float = 0.01
    average: float = 0.998
    data_seed: int = 0


RATES = {"gru": 2.5e-3, "transformer": 1.5e-3}  # of learning
SHARES = {"gru": 1.0, "transformer": 10 / 7}  # of the steps: a transformer's take two thirds of the time
RECIPE = TranslationTraining()
SMOKE = TranslationTraining(steps=2, batch=8, drawn=600, tested=4)


@cache
def pairs(drawn: int, seed: int) -> tuple[Pair, ...]:
    """All training sentences in all directions, those with targets of the same length beside each other, in
    random order otherwise."""
    found: list[Pair] = []
    for meaning in corpus("train", drawn):
        said = {
            language: tuple(
                number_of(piece, language) for piece in cut(SPEECH[language].uncapitalized(meaning))
            )
            for language in LANGUAGES
        }
        found += [((INTO[b], *said[a], END), (*said[b], END)) for a, b in DIRECTIONS]
    order = torch.randperm(len(found), generator=generator(seed, 0)).tolist()
    return tuple(sorted((found[i] for i in order), key=lambda pair: len(pair[1])))


class TranslationRun(Run[Translator, TranslationTraining]):
    """One net."""

    tail = 0.6
    warmup = 150

    def __init__(
        self, recipe: TranslationTraining, kind: str, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.kind = self.note = kind
        model = fresh(kind).to(device)
        weights = model.parameters()
        decay = recipe.weight_decay
        self.optimize(model, torch.optim.AdamW(weights, RATES[kind], weight_decay=decay, fused=True))

    def batch(self) -> tuple[Tensor, Tensor]:
        """Sources and targets (n, length) of about the same length."""
        known = pairs(self.recipe.drawn, self.recipe.data_seed)
        most = len(known) - self.recipe.batch
        start = int(torch.randint(most + 1, (), generator=generator(self.seed, self.step)))
        some = known[start : start + self.recipe.batch]
        return tuple(padded(rows).to(self.device) for rows in zip(*some, strict=True))  # type: ignore[return-value]

    def train_step(self) -> dict[str, float]:
        self.seed_dropout()
        numbers, target = self.batch()
        self.model.train()
        with autocast(self.device):
            logits = self.model(numbers, target)
        loss = F.cross_entropy(logits.float().flatten(0, 1), target.flatten(), ignore_index=PADDING)
        self.descend(loss, longest=1.0)
        return {"loss": loss.item()}


@training(RECIPE, WEIGHTS)
def train(recipe: TranslationTraining, job: Job) -> Iterator[Progress]:
    """Train one net after the other, then measure them and write weights and card."""
    runs = []
    for kind in KINDS:
        budget = job.budget(round(SHARES[kind] * recipe.steps), 1 / len(KINDS))
        run = TranslationRun(recipe, kind, budget, job.device, job.seed)
        yield from job.fit(run, kind)
        runs.append(run)
    yield runs[-1].progress({}, "measuring")
    publish(runs, job)


def publish(runs: list[TranslationRun], job: Job) -> None:
    """Write the averaged nets' weights, measure them as a reader will load them, and write the card."""
    nets = {run.kind: shipped(run.average) for run in runs}
    sizes = {
        run.kind: asdict(run.model.config)
        | {"parameters": parameters(run.model), "steps": run.step, "minutes": round(run.clock.minutes, 1)}
        for run in runs
    }
    card = runs[0].card("translation", sizes, sum(map(parameters, nets.values())))
    card.steps, card.minutes = sum(run.step for run in runs), round(sum(run.clock.minutes for run in runs), 1)
    card.files = save_nets(job.out, nets)
    card.details = DETAILS | {"sentences": counts(runs[0].recipe.drawn)}
    card.metrics = measure(nets, runs[0].recipe.tested)
    write_card(job.out, card)

"""Training of the nets: the cross-entropy of every character of a corpus, given those before it.

The documents of the training split, in another order in each epoch, make one long text; it is cut into as
many columns as a batch has rows, and these are read side by side, a window at a time. A recurrent net keeps
its state from window to window (truncated backpropagation through time, Williams and Peng 1990); a
transformer learns to look back within a window. All nets, each kind in each language, have the same recipe
but for the rate of learning and the number of steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.texts.corpus import corpus
from demos.kit.device import autocast
from demos.kit.training import Budget, Job, Progress, Run, generator, parameters, training
from demos.kit.weights import save_nets, shipped, write_card
from demos.models.ngrams import sequence
from demos.models.text.evaluate import SAMPLES, measure
from demos.models.text.model import NETS, WEIGHTS, State, TextNet, config, file_of

BITS = math.log(2)  # nats to a bit
DETAILS = {
    "bits": "mean of -log2 p(character | those before it) over the test documents, each read from its start; "
    "the end of a document counts as a character",
    "ngram_bits": "the same for interpolated n-grams of the same training texts; order 0 to 8 and discount "
    "chosen on the validation texts",
    "compressed_bits": "bytes that xz -9e needs more for training and test texts together than for the "
    "training texts alone, in bits per character",
    "words": "share of the words written at temperature 0.7, from the start of a text, that stand in the "
    "corpus in any split; in Chinese, of each two neighboring characters",
}


@dataclass(frozen=True)
class TextTraining:
    """The recipe."""

    steps: int = 6000  # of each net, but see SHARES
    characters: int = 1024  # in a step
    window: int = 64  # characters in a row of a batch; twice as many for a transformer
    weight_decay: float = 0.05
    average: float = 0.998
    written: int = SAMPLES
    data_seed: int = 0


RATES = {"rnn": 2e-3, "lstm": 8e-3, "gru": 5e-3, "transformer": 3e-3}  # of learning
# Of the steps, by language, kind or net. The Chinese corpus has a third of the characters; the LSTMs and the
# other GRUs meet their bars with fewer steps than the Norwegian GRU, the Chinese transformer with fewer than
# the other two.
SHARES = {"zh": 2 / 3, "rnn": 2.0, "nb-gru": 2.0, "transformer": 4.0, "zh-transformer": 3 / 20}
RECIPE = TextTraining()
SMOKE = TextTraining(steps=2, characters=64, window=16, written=60)


@lru_cache(maxsize=2)
def columns(language: str, rows: int, seed: int, epoch: int) -> Tensor:
    """The training documents of an epoch, in an order of its own, as columns (rows, length)."""
    documents = corpus(language, "train")
    order = torch.randperm(len(documents), generator=generator(seed, epoch)).tolist()
    numbers = torch.from_numpy(sequence([documents[i] for i in order]))
    return numbers[: len(numbers) // rows * rows].reshape(rows, -1)


class TextRun(Run[TextNet, TextTraining]):
    """One net, its average, its optimizer, and what a recurrent one remembers of the last window."""

    saved: ClassVar = ("model", "average", "optimizers", "state_before")
    tail = 0.7
    warmup = 50

    def __init__(
        self, recipe: TextTraining, net: tuple[str, str], budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.language, self.kind = net
        self.note = " ".join(net)
        self.window = recipe.window * (2 if self.kind == "transformer" else 1)
        self.rows = recipe.characters // self.window
        model, rate, decay = TextNet(config(*net)).to(device), RATES[self.kind], recipe.weight_decay
        self.optimize(model, torch.optim.AdamW(model.parameters(), rate, weight_decay=decay, fused=True))
        self.state_before = self.fresh()

    def fresh(self) -> State:
        """What a net remembers at the beginning of a text."""
        return self.model.core.begin(self.rows)

    def read(self) -> tuple[Tensor, bool]:
        """The numbers (rows, window + 1) of this step, and whether an epoch begins with it."""
        length = columns(self.language, self.rows, self.seed, 0).shape[1]
        epoch, place = divmod(self.step, (length - 1) // self.window)
        start = place * self.window
        text = columns(self.language, self.rows, self.seed, epoch)
        return text[:, start : start + self.window + 1].to(self.device), place == 0

    def train_step(self) -> dict[str, float]:
        self.seed_dropout()
        numbers, begins = self.read()
        self.model.train()
        with autocast(self.device):
            logits, state = self.model(numbers[:, :-1], self.fresh() if begins else self.state_before)
        if self.kind != "transformer":
            self.state_before = [x.detach().float() for x in state]
        loss = F.cross_entropy(logits.float().flatten(0, 1), numbers[:, 1:].flatten())
        self.descend(loss, longest=1.0)
        return {"bits": loss.item() / BITS}


def steps_of(recipe: TextTraining, language: str, kind: str) -> int:
    shares = (SHARES.get(key, 1.0) for key in (language, kind, file_of(language, kind)))
    return round(recipe.steps * math.prod(shares))


@training(RECIPE, WEIGHTS)
def train(recipe: TextTraining, job: Job) -> Iterator[Progress]:
    """Train one net after another, then measure them, then write weights and card."""
    runs = []
    for net in NETS:
        budget = job.budget(steps_of(recipe, *net), 1 / len(NETS))
        runs.append(TextRun(recipe, net, budget, job.device, job.seed))
        yield from job.fit(runs[-1], file_of(*net))
    yield runs[-1].progress({}, "measuring")
    publish(runs, job.out)


def publish(runs: list[TextRun], out: Path) -> None:
    """Write the averaged nets' weights, measure them as a reader will load them, and write the card."""
    nets = {(run.language, run.kind): shipped(run.average) for run in runs}
    run = runs[0]
    sizes = {
        file_of(one.language, one.kind): asdict(one.model.config)
        | {"parameters": parameters(one.model), "steps": one.step, "minutes": round(one.clock.minutes, 1)}
        for one in runs
    }
    card = run.card("text", sizes, sum(map(parameters, nets.values())))
    card.steps, card.minutes = sum(run.step for run in runs), round(sum(run.clock.minutes for run in runs), 1)
    card.files = save_nets(out, {file_of(*pair): net for pair, net in nets.items()})
    card.details = DETAILS
    card.metrics = measure(nets, run.recipe.written)
    write_card(out, card)

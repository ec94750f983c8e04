"""Training of the tagger: the cross-entropy of what stood behind each character, by both readings.

A batch has passages of one language, each from the beginning of a sentence on; the languages take turns.
Prose by hand is a ninth of the corpus, and more of it is drawn. Now and then a character is read as unknown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.texts.characters import PADDING, UNKNOWN, numbers
from demos.data.texts.corpus import LANGUAGES, generated, prose
from demos.kit.training import Budget, Run, generator, parameters, trainer
from demos.kit.weights import save_weights, shipped, write_card
from demos.models.tagger.evaluate import SAMPLES, measure
from demos.models.tagger.gaps import bare, passages
from demos.models.tagger.model import WEIGHTS, Tagger, config

DETAILS = {
    "gaps": "F1 of the places where anything stood: spaces and signs, in Chinese signs alone; over the test "
    "documents, without the ends of lines that close a document",
    "prose": "the same over the test documents that were written by hand",
    "signs": "F1 of the signs, each in its place and the right one; spaces do not count",
    "bar": "of “gaps”, reading in both directions: at most half of the errors of the better baseline, which "
    "means an F1 of at least the middle between its own and 1",
}
IGNORED = -100


@dataclass(frozen=True)
class TaggerTraining:
    """The recipe."""

    steps: int = 20_000
    batch: int = 32  # passages
    longest: int = 140  # characters of a passage with its spaces and signs
    shortest: int = 60  # of Chinese, where a character says more
    by_hand: float = 0.4  # share of the passages
    documents: int = 100_000  # of each kind and language: all
    measured: int = SAMPLES
    rate: float = 4e-3
    weight_decay: float = 0.02
    unknown: float = 0.01  # share of characters that are read as unknown
    of_forward: float = 0.3  # weight of the loss of the reading from the left alone
    average: float = 0.998
    data_seed: int = 0


RECIPE = TaggerTraining()
SMOKE = TaggerTraining(steps=4, batch=6, documents=20, measured=6)
Example = tuple[Tensor, Tensor]  # numbers and tags


@cache
def examples(language: str, by_hand: bool, documents: int, longest: int) -> list[Example]:
    """All passages of the training documents that were written by hand, or by grammar."""
    texts = prose(language, "train") if by_hand else [one.text for one in generated(language, "train")]
    found = []
    for document in texts[:documents]:
        for passage in passages(document + "\n", longest):
            characters, tags = bare(passage)
            if characters:
                found.append((torch.tensor(numbers(characters)), torch.tensor(tags)))
    return found


class TaggerRun(Run[Tagger, TaggerTraining]):
    """The net, its average and its optimizer."""

    tail = 0.7
    warmup = 50

    def __init__(self, recipe: TaggerTraining, budget: Budget, device: torch.device, seed: int) -> None:
        super().__init__(recipe, budget, device, seed)
        net = Tagger(config()).to(device)
        decay = recipe.weight_decay
        self.optimize(net, torch.optim.AdamW(net.parameters(), recipe.rate, weight_decay=decay, fused=True))

    def batch(self, seeded: torch.Generator) -> Example:
        """Numbers and tags (batch, length), padded behind."""
        recipe, rows = self.recipe, list[Example]()
        language = LANGUAGES[self.step % len(LANGUAGES)]
        longest = recipe.shortest if language == "zh" else recipe.longest
        for chance in torch.rand(recipe.batch, generator=seeded).tolist():
            some = examples(language, chance < recipe.by_hand, recipe.documents, longest)
            rows.append(some[int(torch.randint(len(some), (), generator=seeded))])
        padded = torch.nn.utils.rnn.pad_sequence
        read = padded([numbers for numbers, _ in rows], True, PADDING)
        return read, padded([tags for _, tags in rows], True, IGNORED)

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        self.seed_dropout()
        read, tags = self.batch(seeded)
        forgotten = (torch.rand(read.shape, generator=seeded) < self.recipe.unknown) & (read != PADDING)
        read, tags = read.masked_fill(forgotten, UNKNOWN).to(self.device), tags.to(self.device)
        self.model.train()
        found = self.model(read)
        forward, both = (
            F.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=IGNORED)
            for logits in (found.forward, found.both)
        )
        self.descend(both + self.recipe.of_forward * forward, longest=1.0)
        return {"forward": forward.item(), "both": both.item()}


def begin(recipe: TaggerTraining, budget: Budget, device: torch.device, seed: int) -> TaggerRun:
    return TaggerRun(recipe, budget, device, seed)


def publish(run: TaggerRun, out: Path) -> None:
    """Write the averaged net's weights, measure it as a reader will load it, and write the card."""
    net = shipped(run.average)
    card = run.card("tagger", asdict(net.config), parameters(net))
    card.sha256 = save_weights(out, net.state_dict())
    card.details = dict(DETAILS)
    card.metrics = measure(net, run.recipe.measured)
    write_card(out, card)


train = trainer(RECIPE, WEIGHTS, begin, publish)

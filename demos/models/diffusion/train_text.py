"""Training of the text encoder by itself: what captions say of a portrait shall be seen in their tokens.

First, a linear layer, which is not kept, reads what a caption says off the mean of its tokens (`TextRun`).
When the flow net is trained, what it does with attributes is taught to the text encoder (`TuningRun`): beside
the same noise, a caption shall lead to the velocity that the attributes lead to which it names. Of the flow's
own target, most is noise that no caption explains; of this one, nothing is (distillation, Hinton et al. 2015,
arXiv:1503.02531).
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS
from demos.data.captions.tokens import PADDING, START, UNKNOWN
from demos.kit.device import autocast
from demos.kit.training import Budget, Run, channels_last, compile_on_gpu, generator
from demos.models.diffusion.conditions import ATTRIBUTES, WIDTH, Context, TextEncoder
from demos.models.diffusion.examples import CAPTIONS, Examples
from demos.models.diffusion.model import Flow

SWAPPED = 0.3  # share of captions in which two words change places
CLASSES = [len(BY_NAME[name].classes) for name in CATEGORICAL]


@dataclass(frozen=True)
class TextTraining:
    """The recipe."""

    steps: int = 3000
    batch: int = 128
    rate: float = 2e-3
    weight_decay: float = 0.01
    average: float = 0.99
    unknown: float = 0.03  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient


@dataclass(frozen=True)
class TextTuning:
    """The recipe of what follows the flow's training."""

    steps: int = 8000
    batch: int = 32
    rate: float = 1e-3
    reading: float = 0.02  # weight of the loss of what is read off captions
    weight_decay: float = 0.01
    average: float = 0.998
    unknown: float = 0.06  # share of words replaced by the unknown word
    longest: float = 1.0  # gradient


class Heads(nn.Linear):
    """Reads attributes off the mean of a caption's tokens."""

    def __init__(self) -> None:
        super().__init__(WIDTH, sum(CLASSES) + len(CONTINUOUS))

    def loss(self, text: Context, data: Examples, index: Tensor, said: Tensor) -> Tensor:
        """How little is read off captions of the classes and values that they say something of."""
        *logits, values = self(text.mean().float()).split([*CLASSES, len(CONTINUOUS)], dim=1)
        classes = data.categorical[index].unbind(1)
        wrong = [F.cross_entropy(x, y, reduction="none") for x, y in zip(logits, classes, strict=True)]
        off = (values - data.continuous[index]).square()
        return (torch.cat([torch.stack(wrong, 1), off], 1) * said).sum() / said.sum()


class TextReader(nn.Module):
    """A text encoder, and what reads attributes off it."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.heads = TextEncoder(), Heads()


class TextRun(Run[TextReader, TextTraining]):
    """The text encoder with its reader, their average and their optimizer."""

    tail = 0.7
    warmup = 50
    note = "text encoder"

    def __init__(
        self, recipe: TextTraining, data: Examples, budget: Budget, device: torch.device, seed: int
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data.to(device)
        model = TextReader().to(device)
        self.optimize(model, adamw(model.parameters(), recipe.rate, recipe.weight_decay))
        compile_on_gpu([self.model.text], device)

    def train_step(self) -> dict[str, float]:
        seeded = generator(self.seed, self.step)
        index = torch.randint(len(self.data), (self.recipe.batch,), generator=seeded).to(self.device)
        numbers, said = words(self.data, index, self.recipe.unknown, seeded)
        with autocast(self.device):
            context = self.model.text(unpadded(numbers))
        unread = self.model.heads.loss(context, self.data, index, said)
        self.descend(unread, self.recipe.longest)
        return {"unread": unread.item()}


class TuningRun(Run[TextReader, TextTuning]):
    """The text encoder once more, with a flow net that stays as it is."""

    tail = 0.5
    warmup = 100
    note = "text encoder, by the flow net"

    def __init__(
        self,
        recipe: TextTuning,
        data: Examples,
        flow: Flow,
        heads: Heads,
        budget: Budget,
        device: torch.device,
        seed: int,
    ) -> None:
        super().__init__(recipe, budget, device, seed)
        self.data = data.to(device)
        self.flow = copy.deepcopy(flow).requires_grad_(False)
        model = TextReader().to(device)
        model.text.load_state_dict(flow.text.state_dict())
        model.heads.load_state_dict(heads.state_dict())
        self.optimize(model, adamw(model.parameters(), recipe.rate, recipe.weight_decay))
        compile_on_gpu([self.model.text, self.flow], device)

    def train_step(self) -> dict[str, float]:
        seeded, n = generator(self.seed, self.step), self.recipe.batch
        index, start, target, time = self.data.draw(n, seeded)
        noisy = channels_last(torch.lerp(start, target, time[:, None, None, None]))
        numbers, said = words(self.data, index, self.recipe.unknown, seeded)
        with autocast(self.device):
            with torch.no_grad():
                wanted = self.flow(noisy, time, self.attributes(index, said))
            text = self.model.text(unpadded(numbers))
            found = self.flow(noisy, time, text)
        apart = (found - wanted).square().mean(1)
        loss = (apart * self.data.weights[index].float()).mean()
        unread = self.model.heads.loss(text, self.data, index, said)
        self.descend(loss + self.recipe.reading * unread, self.recipe.longest)
        return {"apart": loss.item(), "unread": unread.item()}

    def text(self) -> TextEncoder:
        """The averaged encoder. Words that no caption holds it reads as the unknown word: their numbers were
        never trained."""
        text, counts = copy.deepcopy(self.average.text), torch.bincount(self.data.captions.flatten().int())
        never = torch.ones(len(text.embed.weight), dtype=torch.bool)
        never[: len(counts)] = counts.cpu() == 0
        text.embed.weight[never] = text.embed.weight[UNKNOWN].clone()
        return text

    def attributes(self, index: Tensor, said: Tensor) -> Context:
        """What captions say, as attributes. Beards are always among them: of a woman it is said that she has
        none. More attributes than are said would not mislead, since the mean over them is what is learned,
        but only make that mean harder to find."""
        chosen = said.clone()
        chosen[:, ATTRIBUTES.index("beard")] = True
        context: Context = self.flow.attributes(
            self.data.categorical[index], self.data.continuous[index], chosen
        )
        return context


def words(data: Examples, index: Tensor, unknown: float, seeded: torch.Generator) -> tuple[Tensor, Tensor]:
    """Token numbers (n, LENGTH) of one caption of each portrait, a share of them unknown, and the attributes
    that it says something of (n, 40)."""
    which = torch.randint(CAPTIONS, (len(index),), generator=seeded).to(index.device)
    numbers = swapped(data.captions[index, which].long(), seeded)
    lost = (torch.rand(numbers.shape, generator=seeded) < unknown).to(index.device)
    lost &= (numbers != PADDING) & (numbers != START)
    return torch.where(lost, UNKNOWN, numbers), data.said[index, which]


def swapped(numbers: Tensor, seeded: torch.Generator) -> Tensor:
    """The captions, of some of which two neighboring words have changed places: people write “glasses, red”
    too, and “eyes that are blue”."""
    count, n = (numbers != PADDING).sum(1), len(numbers)
    first = 1 + (torch.rand(n, generator=seeded).to(numbers.device) * (count - 2)).long().clamp_min(0)
    chosen = (torch.rand(n, generator=seeded) < SWAPPED).to(numbers.device) & (count > 2)
    places = torch.stack([first, first + 1], 1)
    pair = numbers.gather(1, places)
    return numbers.scatter(1, places, torch.where(chosen[:, None], pair.flip(1), pair))


def unpadded(numbers: Tensor) -> Tensor:
    """As many columns as the longest caption has tokens."""
    return numbers[:, : int((numbers != PADDING).sum(1).max())]


def adamw(weights: Iterable[nn.Parameter], rate: float, decay: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(weights, rate, betas=(0.9, 0.99), weight_decay=decay, fused=True)

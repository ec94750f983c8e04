"""The nets as model functions: translating, and what attention does in the transformer."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.data.sentences.pieces import END, PADDING, START, mask
from demos.kit.functions import function
from demos.models.text.functions import drawn
from demos.models.translation.model import LONGEST, Transformer, Translator, load_net


@function(
    takes={
        "numbers": ("n", "length"),
        "seen": ("n", "length"),
        "chances": ("n", LONGEST),
        "temperature": ("n",),
    },
    gives={
        "numbers": ("n", LONGEST),
        "chance": ("n", LONGEST),
        "shares": ("n", LONGEST, "length"),
    },
)
def translate(
    numbers: Tensor, seen: Tensor, chances: Tensor, temperature: Tensor, *, target: str, kind: str
) -> dict[str, Tensor]:
    """Translations of sentences whose numbers begin with the mark of the target language, and of which
    attention goes to the `seen` pieces alone.

    Each piece is drawn where its chance from 0 to 1 falls; at temperature 0 it is the most probable one. With
    each piece come its probability, as the net estimates it, and how much it looked at each piece of the
    source (a transformer: its last layer, all heads on average). Behind END, everything is 0.
    """
    return translated(load_net(kind, numbers.device), numbers, target, temperature, chances, seen)


PARTS = (
    "encoder",
    "decoder",
    "cross",
)  # attention: of the source, of what was written, from this to the source


@function(
    takes={"numbers": ("n", "length"), "seen": ("n", "length"), "written": ("n", "count")},
    gives={
        "query": ("n", "heads", "queries", "d"),
        "key": ("n", "heads", "keys", "d"),
        "value": ("n", "heads", "keys", "d"),
        "scores": ("n", "heads", "queries", "keys"),
        "shares": ("n", "heads", "queries", "keys"),
        "found": ("n", "heads", "queries", "d"),
    },
)
def attend(numbers: Tensor, seen: Tensor, written: Tensor, *, part: str, layer: int) -> dict[str, Tensor]:
    """What one layer's attention does in the transformer while START and more are `written`. `part` is one of
    PARTS; layers count from 0. Scores are already divided by √d. Raises KeyError for another part, IndexError
    for a layer that there isn't."""
    net = load_net("transformer", numbers.device)
    assert isinstance(net, Transformer)
    return attended(net, numbers, seen, written, part, layer)


@function(
    takes={"numbers": ("n", "length"), "seen": ("n", "length"), "written": ("n", "count")},
    gives={"chance": ("n", "count")},
)
def chances_of(numbers: Tensor, seen: Tensor, written: Tensor, *, target: str, kind: str) -> Tensor:
    """How probable a net finds each piece of given translations, if attention goes to the `seen` pieces of
    the source alone."""
    net = load_net(kind, numbers.device)
    source = net.read(numbers, seen)
    state, last, found = net.begin(source), numbers.new_full((len(numbers),), START), []
    for piece in written.unbind(1):
        step = net.step(last, state, source)
        state, last = step.state, piece
        probable = step.logits.double().masked_fill(~mask(target).to(numbers.device), -torch.inf)
        found.append(probable.softmax(1).gather(1, piece[:, None])[:, 0].float())
    return torch.stack(found, 1)


@function(
    takes={"numbers": ("n", "length"), "seen": ("n", "length"), "written": ("n", "count")},
    gives={
        "encoder": ("n", "length", "width"),
        "decoder": ("n", "count", "hidden"),
    },
)
def states(numbers: Tensor, seen: Tensor, written: Tensor) -> dict[str, Tensor]:
    """The GRU's states, from -1 to 1: the encoder's at each piece of the source, its two readings beside each
    other, and the decoder's behind each piece `written`, of which START is the first."""
    net = load_net("gru", numbers.device)
    source = net.read(numbers, seen)
    state, found = net.begin(source), []
    for piece in written.unbind(1):
        state = net.step(piece, state, source).state
        found.append(state)
    return {"encoder": source.vectors, "decoder": torch.stack(found, 1)}


def attended(
    net: Transformer, numbers: Tensor, seen: Tensor, written: Tensor, part: str, layer: int
) -> dict[str, Tensor]:
    """What the function `attend` gives, by any transformer."""
    source, of_source = net.encoded(numbers, seen)
    of_written = net.decoded(written, source)[1]
    looks = {"encoder": of_source, "decoder": of_written[::2], "cross": of_written[1::2]}[part]
    return looks[layer]._asdict()


def translated(
    net: Translator,
    numbers: Tensor,
    target: str,
    temperature: Tensor,
    chances: Tensor,
    seen: Tensor | None = None,
) -> dict[str, Tensor]:
    """What the function `translate` gives, by any net."""
    n = len(numbers)
    source = net.read(numbers, seen)
    state, last = net.begin(source), numbers.new_full((n,), START)
    ended = torch.zeros(n, dtype=torch.bool, device=numbers.device)
    found, chance, shares = [], [], []
    for draw in chances.unbind(1):
        step = net.step(last, state, source)
        state = step.state
        probable = step.logits.double().masked_fill(~mask(target).to(numbers.device), -torch.inf)
        last = choose(probable, temperature, draw).masked_fill(ended, PADDING)
        estimate = probable.softmax(1).gather(1, last[:, None])[:, 0]
        found.append(last)
        chance.append(estimate.float().masked_fill(ended, 0))
        shares.append(step.shares.mean(1).masked_fill(ended[:, None], 0))
        ended = ended | (last == END)
        if ended.all():
            break
    behind = LONGEST - len(found)
    pad = torch.nn.functional.pad
    return {
        "numbers": pad(torch.stack(found, 1), (0, behind), value=PADDING),
        "chance": pad(torch.stack(chance, 1), (0, behind)),
        "shares": pad(torch.stack(shares, 1), (0, 0, 0, behind)),
    }


def choose(logits: Tensor, temperature: Tensor, chance: Tensor) -> Tensor:
    """The next piece (n,) by logits (n, size): drawn at a temperature (n,), or the most probable one at 0."""
    heat = temperature[:, None].double().clamp_min(1e-4)
    shares = ((logits - logits.amax(1, keepdim=True)) / heat).softmax(1)
    return torch.where(temperature > 0, drawn(shares, chance), logits.argmax(1))

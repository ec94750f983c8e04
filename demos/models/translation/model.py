"""Two nets that read a sentence in one language and write it in another, one piece after the other.

Both have an encoder, which makes a vector of each piece of the source, and a decoder, which writes the target
and looks back at these vectors by attention. One table of vectors serves reading, writing and, once more, the
scores of what may come next (tied as in Press and Wolf 2017). A mark before the source says which language
is wanted, so that one net translates between all of them (Johnson et al. 2017). The vector of each piece that
attention finds also goes straight to the scores, without state and context: what a word means must not be
lost beside a word that it never stood with in training (lexical translation, Nguyen and Chiang 2018).

    gru          a GRU reads in both directions, another one writes; before each piece a small net compares
                 its state with each vector of the source (Bahdanau, Cho and Bengio 2015)
    transformer  attention with several heads, within the source, within what is written, and from this to the
                 source (Vaswani et al. 2017); the blocks normalize first (Xiong et al. 2020)

A net learns from whole sentences at once (`forward`) and writes piece by piece (`begin` and `step`). Both
give the same logits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.sentences.lexicon import LANGUAGES
from demos.data.sentences.pieces import PADDING, START, table
from demos.kit.weights import loaded
from demos.models.text.model import Dropout

WEIGHTS = Path(__file__).parent / "weights"
KINDS = ("gru", "transformer")
DIRECTIONS = tuple(permutations(LANGUAGES, 2))
LONGEST = 40  # pieces of a sentence


@dataclass(frozen=True)
class TranslationConfig:
    """Sizes of one net."""

    kind: str
    size: int  # of the vocabulary
    width: int = 128  # of a vector
    hidden: int = 192  # of the GRU that writes; in a transformer, within its feed-forward nets
    compared: int = 64  # numbers in which the GRU's attention compares
    layers: int = 1  # of the encoder, and as many of the decoder
    heads: int = 1
    dropout: float = 0.1  # of the vectors of pieces


SIZES = {"gru": {"hidden": 192}, "transformer": {"hidden": 256, "layers": 2, "heads": 4}}


def config(kind: str) -> TranslationConfig:
    """The sizes of a net as it is shipped. Raises KeyError for an unknown kind."""
    return TranslationConfig(kind, len(table()), **SIZES[kind])


class Source(NamedTuple):
    """A sentence that was read: vectors (n, length, width), which of them stand for something, and each
    piece's vector by itself, as in the table: (n, length, width)."""

    vectors: Tensor
    real: Tensor  # (n, length), bool
    alone: Tensor


class Step(NamedTuple):
    """What one piece did: logits (n, size) of the next one, the state behind it, and how much each head
    looked at each piece of the source: (n, heads, length)."""

    logits: Tensor
    state: Tensor
    shares: Tensor


class Translator(nn.Module, ABC):
    """What both nets share."""

    def __init__(self, config: TranslationConfig) -> None:
        super().__init__()
        self.config = config
        self.table = nn.Embedding(config.size, config.width)
        nn.init.normal_(self.table.weight, std=config.width**-0.5)
        self.bias = nn.Parameter(torch.zeros(config.size))
        self.lexical = nn.Linear(config.width, config.width)
        self.dropout = Dropout(config.dropout)

    def embedded(self, numbers: Tensor) -> Tensor:
        vectors: Tensor = self.table(numbers)
        return vectors * self.config.width**0.5

    def scores(self, written: Tensor, alone: Tensor) -> Tensor:
        """Logits from what was made of everything, and of the pieces looked at by themselves, each (n, count,
        width)."""
        alone = torch.tanh(alone)
        lexical = alone + torch.tanh(self.lexical(alone))
        return F.linear(written + lexical, self.table.weight, self.bias)

    @abstractmethod
    def read(self, numbers: Tensor, seen: Tensor | None = None) -> Source:
        """The source from its numbers (n, length), which PADDING may follow. Attention goes to those pieces
        alone that are `seen` (n, length), by default to all."""

    @abstractmethod
    def forward(self, numbers: Tensor, target: Tensor) -> Tensor:
        """Logits (n, count, size) behind START and each piece of the target but the last, (n, count)."""

    @abstractmethod
    def begin(self, source: Source) -> Tensor:
        """The state before anything is written."""

    @abstractmethod
    def step(self, last: Tensor, state: Tensor, source: Source) -> Step:
        """One piece (n,) further; the first is START."""


class Recurrent(Translator):
    """A GRU that reads in both directions and a GRU that writes. The state is that of the latter."""

    def __init__(self, config: TranslationConfig) -> None:
        super().__init__(config)
        width, hidden = config.width, config.hidden
        self.reader = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.first = nn.Linear(width, hidden)
        self.writer = nn.GRUCell(width + 2 * width, hidden)
        self.of_state = nn.Linear(hidden, config.compared, bias=False)
        self.of_source = nn.Linear(2 * width, config.compared)
        self.score = nn.Linear(config.compared, 1, bias=False)
        self.out = nn.Linear(hidden + 2 * width + width, width)

    def read(self, numbers: Tensor, seen: Tensor | None = None) -> Source:
        real = numbers != PADDING
        lengths = real.sum(1).cpu()
        alone = self.dropout(self.embedded(numbers))
        packed = nn.utils.rnn.pack_padded_sequence(alone, lengths, batch_first=True, enforce_sorted=False)
        vectors, _ = nn.utils.rnn.pad_packed_sequence(
            self.reader(packed)[0], batch_first=True, total_length=numbers.shape[1]
        )
        return Source(vectors, real if seen is None else real & seen, alone)

    def begin(self, source: Source) -> Tensor:
        backwards = source.vectors[:, 0, self.config.width :]  # what was read last, from the end
        return torch.tanh(self.first(backwards))

    def step(self, last: Tensor, state: Tensor, source: Source) -> Step:
        x = self.embedded(last)
        state, shares = self.one(x, state, source, self.of_source(source.vectors))
        logits = self.said(state[:, None], shares[:, None], x[:, None], source)[:, 0]
        return Step(logits, state, shares[:, None])

    def one(self, x: Tensor, state: Tensor, source: Source, keys: Tensor) -> tuple[Tensor, Tensor]:
        """The state behind a piece x (n, width), and how much it looked at each piece of the source."""
        scores = self.score(torch.tanh(self.of_state(state)[:, None] + keys))[:, :, 0]
        shares = scores.masked_fill(~source.real, -torch.inf).softmax(1)
        found = (shares[:, None] @ source.vectors)[:, 0]
        return self.writer(torch.cat([x, found], 1), state), shares

    def said(self, state: Tensor, shares: Tensor, x: Tensor, source: Source) -> Tensor:
        """Logits (n, count, size) of the next pieces, from states (n, count, hidden), how much each looked at
        the source (n, count, length), and the pieces before them (n, count, width)."""
        written = torch.tanh(self.out(torch.cat([state, shares @ source.vectors, x], -1)))
        return self.scores(written, shares @ source.alone)

    def forward(self, numbers: Tensor, target: Tensor) -> Tensor:
        source = self.read(numbers)
        state, keys = self.begin(source), self.of_source(source.vectors)
        before = self.dropout(self.embedded(shifted(target)))
        states, looks = [], []
        for x in before.unbind(1):
            state, shares = self.one(x, state, source, keys)
            states.append(state)
            looks.append(shares)
        return self.said(torch.stack(states, 1), torch.stack(looks, 1), before, source)


def shifted(target: Tensor) -> Tensor:
    """What stands before each piece of the target (n, count): START before the first."""
    return F.pad(target[:, :-1], (1, 0), value=START)


class Look(NamedTuple):
    """What one attention did: queries (n, heads, queries, d), keys and values (n, heads, keys, d), scores and
    shares (n, heads, queries, keys), and what each head found (n, heads, queries, d)."""

    query: Tensor
    key: Tensor
    value: Tensor
    scores: Tensor
    shares: Tensor
    found: Tensor


class Attention(nn.Module):
    """Scaled dot-product attention with several heads (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor, allowed: Tensor) -> tuple[Tensor, Look]:
        """x (n, queries, width) looks at memory (n, keys, width), where `allowed`, which broadcasts to (n,
        heads, queries, keys)."""
        query, key = self.split(self.query(x)), self.split(self.key(memory))
        value = self.split(self.value(memory))
        scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5
        shares = scores.masked_fill(~allowed, -torch.inf).softmax(-1)
        found = shares @ value
        mixed: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return mixed, Look(query, key, value, scores, shares, found)

    def split(self, x: Tensor) -> Tensor:
        """(n, length, width) to (n, heads, length, width / heads)."""
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """One layer: attention within a sequence, in a decoder also to the source, and a feed-forward net."""

    def __init__(self, config: TranslationConfig, *, decodes: bool) -> None:
        super().__init__()
        width = config.width
        self.own, self.before_own = Attention(width, config.heads), nn.LayerNorm(width)
        if decodes:
            self.cross, self.before_cross = Attention(width, config.heads), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, config.hidden), nn.Linear(config.hidden, width)
        self.before_up = nn.LayerNorm(width)

    def forward(self, x: Tensor, allowed: Tensor, source: Source | None = None) -> tuple[Tensor, list[Look]]:
        normed = self.before_own(x)
        mixed, look = self.own(normed, normed, allowed)
        x, looks = x + mixed, [look]
        if source:
            mixed, look = self.cross(self.before_cross(x), source.vectors, source.real[:, None, None])
            x, looks = x + mixed, [*looks, look]
        return x + self.down(F.relu(self.up(self.before_up(x)))), looks


class Transformer(Translator):
    """Attention throughout. The state is what was written so far, (n, count)."""

    places: Tensor

    def __init__(self, config: TranslationConfig) -> None:
        super().__init__(config)
        self.encoder = nn.ModuleList(Block(config, decodes=False) for _ in range(config.layers))
        self.decoder = nn.ModuleList(Block(config, decodes=True) for _ in range(config.layers))
        self.after_encoder, self.after_decoder = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.register_buffer("places", waves(LONGEST + 2, config.width), persistent=False)

    def placed(self, numbers: Tensor) -> Tensor:
        return self.dropout(self.embedded(numbers) + self.places[: numbers.shape[1]])

    def read(self, numbers: Tensor, seen: Tensor | None = None) -> Source:
        return self.encoded(numbers, seen)[0]

    def encoded(self, numbers: Tensor, seen: Tensor | None = None) -> tuple[Source, list[Look]]:
        """The source, and what each layer's attention did."""
        real = numbers != PADDING
        real = real if seen is None else real & seen
        x, looks = self.placed(numbers), list[Look]()
        for block in self.encoder:
            x, more = block(x, real[:, None, None])
            looks += more
        return Source(self.after_encoder(x), real, self.dropout(self.embedded(numbers))), looks

    def decoded(self, written: Tensor, source: Source) -> tuple[Tensor, list[Look]]:
        """Logits (n, count, size) behind each piece written (n, count), and what each layer did: its
        attention to what was written, and the one to the source."""
        count = written.shape[1]
        earlier = torch.ones(count, count, dtype=torch.bool, device=written.device).tril()
        x, looks = self.placed(written), list[Look]()
        for block in self.decoder:
            x, more = block(x, earlier, source)
            looks += more
        return self.scores(self.after_decoder(x), looks[-1].shares.mean(1) @ source.alone), looks

    def forward(self, numbers: Tensor, target: Tensor) -> Tensor:
        return self.decoded(shifted(target), self.read(numbers))[0]

    def begin(self, source: Source) -> Tensor:
        return source.real.new_zeros((len(source.real), 0), dtype=torch.long)

    def step(self, last: Tensor, state: Tensor, source: Source) -> Step:
        state = torch.cat([state, last[:, None]], 1)
        logits, looks = self.decoded(state, source)
        return Step(logits[:, -1], state, looks[-1].shares[:, :, -1])


def waves(length: int, width: int) -> Tensor:
    """What is added at each place: sines and cosines (length, width) of many lengths."""
    angles = torch.arange(length)[:, None] * 10_000.0 ** (-torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


NETS: dict[str, type[Translator]] = {"gru": Recurrent, "transformer": Transformer}


def fresh(kind: str) -> Translator:
    """An untrained net. Raises KeyError for an unknown kind."""
    return NETS[kind](config(kind))


@cache
def load_net(kind: str, device: torch.device | None = None, folder: Path = WEIGHTS) -> Translator:
    """A trained net, in inference mode. Raises WeightsError, KeyError for an unknown kind."""
    return loaded(fresh(kind), folder, device, kind)

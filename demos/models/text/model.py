"""Four nets that read a text character by character and say how probable each next one is.

All are built alike: a table of vectors, one for each character; a core that reads them in order; and the same
table again to score every character as the next one (tied as in Press and Wolf 2017). Only the core differs:

    rnn          h ← tanh(W x + U h)                                      (Elman 1990)
    lstm         a cell that gates let in, keep and let out               (Hochreiter and Schmidhuber 1997)
    gru          one state, two gates                                     (Cho et al. 2014)
    transformer  attention over the last `reach` characters, no state     (Vaswani et al. 2017)

The transformer's blocks normalize first (Xiong et al. 2020), and positions turn queries and keys (Su et al.
2021), so that only distances matter and it can go on beyond the length it was trained on.

A net reads a whole text at once (`forward`) or goes on by one character (`step`), which also says what
happened inside. Both give the same logits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.texts import characters
from demos.data.texts.characters import START, UNKNOWN
from demos.data.texts.corpus import LANGUAGES
from demos.kit.weights import loaded

WEIGHTS = Path(__file__).parent / "weights"
KINDS = ("rnn", "lstm", "gru", "transformer")
NETS = tuple((language, kind) for kind in KINDS for language in LANGUAGES)
State = list[Tensor]  # of the recurrent nets: (n, hidden) each; of a transformer: see `Transformer`


@dataclass(frozen=True)
class TextConfig:
    """Sizes of one net. ``hidden`` is the transformer's width."""

    kind: str
    size: int  # of the table of characters
    embedding: int = 64
    hidden: int = 256
    layers: int = 1
    heads: int = 4
    reach: int = 128  # characters back to which a transformer's attention reaches
    dropout: float = 0.1


SIZES = {
    "rnn": {"hidden": 512},
    "lstm": {"hidden": 256},
    "gru": {"hidden": 224},
    "transformer": {"hidden": 96, "layers": 3, "heads": 3, "embedding": 96},
}


DROPOUT = {"nb": 0.1, "en": 0.1, "zh": 0.2}  # the Chinese corpus has a third of the characters


def config(language: str, kind: str) -> TextConfig:
    """The sizes of a net as it is shipped. Raises KeyError for an unknown kind or language."""
    return TextConfig(kind, characters.size(language), dropout=DROPOUT[language], **SIZES[kind])


@dataclass(frozen=True)
class Step:
    """What one character did: logits (n, size) of the next one, and the values inside by name, (n, k) each,
    from -1 to 1 or from 0 to 1."""

    logits: Tensor
    state: State
    inside: dict[str, Tensor]


class TextNet(nn.Module):
    """Numbers of characters to logits of the next one."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.table = nn.Embedding(config.size, config.embedding)
        nn.init.normal_(self.table.weight, std=config.embedding**-0.5)
        self.core: Recurrent | Transformer
        self.core = Transformer(config) if config.kind == "transformer" else CORES[config.kind](config)
        self.out = nn.Linear(config.hidden, config.embedding)
        self.bias = nn.Parameter(torch.zeros(config.size))
        self.dropout = Dropout(config.dropout)

    def forward(self, numbers: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Logits (n, length, size) after each of the numbers (n, length), and the state behind the last.

        Without a state it is the beginning of a text.
        """
        read, state = self.core(self.dropout(self.embedded(numbers)), state or self.core.begin(len(numbers)))
        return self.scores(self.dropout(read)), state

    def step(self, numbers: Tensor, state: State | None = None) -> Step:
        """One number (n,) further."""
        read, state, inside = self.core.step(self.embedded(numbers), state or self.core.begin(len(numbers)))
        return Step(self.scores(read), state, inside)

    def embedded(self, numbers: Tensor) -> Tensor:
        vectors: Tensor = self.table(numbers)
        return vectors * self.config.embedding**0.5

    def scores(self, read: Tensor) -> Tensor:
        return F.linear(self.out(read), self.table.weight, self.bias)


class Dropout(nn.Dropout):
    """Drops the same channels at all places of a text (Gal and Ghahramani 2016): x (n, length, channels)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * super().forward(torch.ones_like(x[:, :1])) if self.training else x


# Recurrent cores


class Recurrent(nn.Module, ABC):
    """A core with a state: torch's own layer for whole texts, its equations for one character."""

    states = 1  # tensors that a state has

    def __init__(self, config: TextConfig, layer: nn.RNNBase) -> None:
        super().__init__()
        self.config, self.layer = config, layer

    def begin(self, n: int) -> State:
        weight = self.layer.all_weights[0][0]
        return [weight.new_zeros(n, self.config.hidden) for _ in range(self.states)]

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """x (n, length, embedding) to (n, length, hidden)."""
        read, (last) = self.layer(x, self.packed(state))
        return read, self.unpacked(last)

    def packed(self, state: State) -> Tensor | tuple[Tensor, ...]:
        return state[0][None]

    def unpacked(self, state: Tensor) -> State:
        return [state[0]]

    def pushes(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """What the character and what the state send to all gates."""
        of_x, of_h, bias_x, bias_h = self.layer.all_weights[0]
        return F.linear(x, of_x, bias_x), F.linear(h, of_h, bias_h)

    @abstractmethod
    def step(self, x: Tensor, state: State) -> tuple[Tensor, State, dict[str, Tensor]]:
        """x (n, embedding) to (n, hidden), the state behind it, and the values inside by name."""


class RNN(Recurrent):
    def __init__(self, config: TextConfig) -> None:
        super().__init__(config, nn.RNN(config.embedding, config.hidden, batch_first=True))
        # What it remembers neither grows nor fades at first (Le et al. 2015; Henaff et al. 2016).
        nn.init.orthogonal_(self.layer.all_weights[0][1].data)

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State, dict[str, Tensor]]:
        of_x, of_h = self.pushes(x, state[0])
        h = (of_x + of_h).tanh()
        return h, [h], {"state": h}


class LSTM(Recurrent):
    states = 2

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config, nn.LSTM(config.embedding, config.hidden, batch_first=True))
        # A cell that forgets nothing at first learns faster (Jozefowicz et al. 2015).
        nn.init.ones_(self.layer.all_weights[0][3].data[config.hidden : 2 * config.hidden])

    def packed(self, state: State) -> tuple[Tensor, ...]:
        return state[0][None], state[1][None]

    def unpacked(self, state: tuple[Tensor, Tensor]) -> State:  # type: ignore[override]
        return [state[0][0], state[1][0]]

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State, dict[str, Tensor]]:
        h, cell = state
        of_x, of_h = self.pushes(x, h)
        let_in, keep, new, let_out = (of_x + of_h).chunk(4, dim=1)
        let_in, keep, let_out = let_in.sigmoid(), keep.sigmoid(), let_out.sigmoid()
        cell = keep * cell + let_in * new.tanh()
        h = let_out * cell.tanh()
        inside = {"input": let_in, "forget": keep, "output": let_out, "cell": cell.tanh(), "state": h}
        return h, [h, cell], inside


class GRU(Recurrent):
    def __init__(self, config: TextConfig) -> None:
        super().__init__(config, nn.GRU(config.embedding, config.hidden, batch_first=True))

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State, dict[str, Tensor]]:
        (h,) = state
        (r_x, z_x, n_x), (r_h, z_h, n_h) = (push.chunk(3, dim=1) for push in self.pushes(x, h))
        reset, keep = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        h = torch.lerp((n_x + reset * n_h).tanh(), h, keep)
        return h, [h], {"reset": reset, "update": keep, "state": h}


CORES: dict[str, Callable[[TextConfig], Recurrent]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}


# The transformer


class Transformer(nn.Module):
    """A core without a state of its own: it looks back. What `step` hands on is, layer after layer, the keys
    and the values (n, heads, at most reach - 1, width / heads) of the last characters, and at last how many
    there have been (1,)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.hidden)

    def begin(self, n: int) -> State:
        config = self.config
        empty = self.norm.weight.new_zeros(n, config.heads, 0, config.hidden // config.heads)
        return [empty] * (2 * config.layers) + [torch.zeros(1, dtype=torch.long, device=empty.device)]

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        x, state, _ = self.read(x, state)
        return x, state

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State, dict[str, Tensor]]:
        x, state, shares = self.read(x[:, None], state, look=True)
        return x[:, 0], state, {"attention": torch.cat(shares, dim=1), "state": x[:, 0].tanh()}

    def read(self, x: Tensor, state: State, look: bool = False) -> tuple[Tensor, State, list[Tensor]]:
        length, reach = x.shape[1], self.config.reach
        seen, place = state[0].shape[2], state[-1]
        turn = angles(place + torch.arange(length, device=x.device), self.config)
        back = torch.arange(length, device=x.device)[:, None] + seen
        back = back - torch.arange(seen + length, device=x.device)  # how far each key lies behind
        mask = (back >= 0) & (back < reach)
        after: State = []
        shares: list[Tensor] = []
        for i, block in enumerate(self.blocks):
            x, key, value, share = block(x, state[2 * i], state[2 * i + 1], turn, mask, look)
            after += [key[:, :, 1 - reach :], value[:, :, 1 - reach :]]
            shares += [share] if look else []
        return self.norm(x), [*after, place + length], shares


class Block(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        width = config.hidden
        self.heads = config.heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = Dropout(config.dropout)

    def forward(
        self, x: Tensor, keys: Tensor, values: Tensor, turn: Tensor, mask: Tensor, look: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """x (n, length, width); keys and values of what came before; angles; which key each may look at."""
        n, length, width = x.shape
        split = self.qkv(self.before(x)).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = turned(split[0], turn), turned(split[1], turn), split[2]
        key, value = torch.cat([keys, key], 2), torch.cat([values, value], 2)
        # By hand: on a CPU, torch's fused attention takes three times as long to go back through.
        scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5
        share = scores.masked_fill(~mask, -torch.inf).softmax(-1).to(value.dtype)
        found = share @ value
        x = x + self.dropout(self.mixed(found.transpose(1, 2).reshape(n, length, width)))
        x = x + self.dropout(self.down(F.gelu(self.up(self.between(x)))))
        return x, key, value, share[:, :, -1]


def angles(places: Tensor, config: TextConfig) -> Tensor:
    """How far each place (length,) turns each pair of a head's numbers: (length, pairs)."""
    pairs = config.hidden // config.heads // 2
    speeds = 1000.0 ** -(torch.arange(pairs, device=places.device) / pairs)
    return places[:, None] * speeds


def turned(x: Tensor, turn: Tensor) -> Tensor:
    """Pairs of numbers of x (n, heads, length, 2 · pairs), turned by angles (length, pairs)."""
    a, b = x.chunk(2, dim=-1)
    cos, sin = turn.cos().to(x.dtype), turn.sin().to(x.dtype)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def numbered(text: str, language: str) -> list[int]:
    """START and a number for each character of a text; UNKNOWN for one that the language's nets lack."""
    size = characters.size(language)
    return [START, *(n if n < size else UNKNOWN for n in characters.numbers(text))]


def file_of(language: str, kind: str) -> str:
    """The name of a net's file of weights."""
    return f"{language}-{kind}"


@cache
def load_net(language: str, kind: str, device: torch.device | None = None, folder: Path = WEIGHTS) -> TextNet:
    """A trained net, in inference mode. Raises WeightsError, KeyError for an unknown kind or language."""
    return loaded(TextNet(config(language, kind)), folder, device, file_of(language, kind))

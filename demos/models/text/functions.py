"""The nets as model functions: what may come next, a text that goes on, and what happens inside."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.data.texts import characters
from demos.data.texts.characters import END, START
from demos.kit.functions import function
from demos.models.text.model import TextNet, load_net


@function(takes={"numbers": ("n", "length")}, gives={"logits": ("n", "size")})
def next_logits(numbers: Tensor, *, language: str, kind: str) -> Tensor:
    """Logits of every character after texts, -inf for those that its language does not write."""
    net = load_net(language, kind, numbers.device)
    logits, _ = net(numbers)
    return only_written(logits[:, -1], language)


@function(
    takes={
        "numbers": ("n", "length"),
        "chances": ("n", "count"),
        "temperature": ("n",),
        "top_k": ("n",),
        "top_p": ("n",),
    },
    gives={"numbers": ("n", "count"), "state": ("n", "units", "count")},
)
def write(
    numbers: Tensor,
    chances: Tensor,
    temperature: Tensor,
    top_k: Tensor,
    top_p: Tensor,
    *,
    language: str,
    kind: str,
) -> dict[str, Tensor]:
    """Texts that go on by `count` characters, each drawn where its chance from 0 to 1 falls, and the net's
    state after each. After an END, the next text begins with START."""
    net = load_net(language, kind, numbers.device)
    new, state = written(net, language, numbers, chances, temperature, top_k, top_p)
    return {"numbers": new, "state": state}


@function(takes={"numbers": ("n", "length")}, gives={"inside": ("n", "rows", "length")})
def look(numbers: Tensor, *, language: str, kind: str, part: str) -> Tensor:
    """What happens inside at each character of texts: a recurrent net's `state` or one of its gates, a
    number for each unit; or the `attention` of a transformer's heads at the last character, to each one."""
    net = load_net(language, kind, numbers.device)
    state, seen = None, []
    for number in numbers.unbind(1):
        step = net.step(number, state)
        state = step.state
        seen.append(step.inside[part])
    if part != "attention":
        return torch.stack(seen, 2)
    last = seen[-1]  # (n, heads, at most reach)
    return torch.nn.functional.pad(last, (numbers.shape[1] - last.shape[2], 0))


def written(
    net: TextNet,
    language: str,
    numbers: Tensor,
    chances: Tensor,
    temperature: Tensor,
    top_k: Tensor,
    top_p: Tensor,
) -> tuple[Tensor, Tensor]:
    """What the function `write` gives, by any net."""
    logits, state = net(numbers)
    logits, last = logits[:, -1], numbers[:, -1]
    new, states = [], []
    for chance in chances.unbind(1):
        shares = chosen_shares(only_written(logits, language), temperature, top_k, top_p)
        last = torch.where(last == END, START, drawn(shares, chance))
        new.append(last)
        step = net.step(last, state)
        logits, state = step.logits, step.state
        states.append(step.inside["state"])
    return torch.stack(new, 1), torch.stack(states, 2)


def only_written(logits: Tensor, language: str) -> Tensor:
    """Logits (n, size) without what the language does not write: at a high temperature, scripts would mix."""
    allowed = characters.mask(language)[: logits.shape[1]].to(logits.device)
    return logits.masked_fill(~allowed, -torch.inf)


def chosen_shares(logits: Tensor, temperature: Tensor, top_k: Tensor, top_p: Tensor) -> Tensor:
    """The probabilities (n, size) that characters are drawn with.

    The logits, divided by the temperature (n,), become probabilities by softmax. Of these, only the `top_k`
    (n,) largest stay (Fan et al. 2018), and of these the largest that together reach `top_p` (n,) of 1
    (Holtzman et al. 2020). At temperature 0, the largest alone.
    """
    heat = temperature[:, None].double().clamp_min(1e-4)
    shares = ((logits.double() - logits.double().amax(1, keepdim=True)) / heat).softmax(1)
    sorted_shares, order = shares.sort(dim=1, descending=True, stable=True)
    place = torch.arange(shares.shape[1], device=shares.device)
    kept = sorted_shares * (place < top_k[:, None])
    kept = kept / kept.sum(1, keepdim=True)
    before = kept.cumsum(1) - kept
    kept = torch.where(before < top_p[:, None].double(), kept, 0.0)
    kept = torch.where(temperature[:, None] > 0, kept, (place == 0).double())
    shares = torch.zeros_like(shares).scatter(1, order, kept)
    return shares / shares.sum(1, keepdim=True)


def drawn(shares: Tensor, chance: Tensor) -> Tensor:
    """Numbers (n,): where chances (n,) from 0 to 1 fall among shares (n, size)."""
    up_to = shares.cumsum(1)
    place = torch.searchsorted(up_to, (chance.double() * up_to[:, -1])[:, None], right=True)[:, 0]
    # Not beyond the last one that can be drawn, should rounding lead there.
    last = (shares > 0).long().mul(torch.arange(shares.shape[1], device=shares.device)).amax(1)
    return torch.minimum(place, last)

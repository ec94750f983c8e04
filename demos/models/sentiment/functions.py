"""The nets as a model function: what they make of texts, word by word."""

from __future__ import annotations

from torch import Tensor

from demos.kit.functions import function
from demos.models.sentiment.model import load_nets


@function(
    takes={"numbers": ("n", "length")},
    gives={
        "gru": ("n", "length", 3),
        "bag": ("n", "length", 3),
        "weights": ("n", "length", 3),
        "state": ("n", "length", "hidden"),
    },
)
def read(numbers: Tensor) -> dict[str, Tensor]:
    """Logits of both nets after each token of texts, START first; what each token adds to the logits of the
    bag of words; and the GRU's state after each, of which the last is the vector of the text."""
    nets = load_nets(numbers.device)
    gru, state = nets.gru(numbers)
    return {"gru": gru, "bag": nets.bag(numbers), "weights": nets.bag.contributions(numbers), "state": state}

"""Reading the factors from features: heads and loss that the judge and the GAN's feature net are trained
with."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS, Factors

CLASSES = {name: len(BY_NAME[name].classes) for name in CATEGORICAL}


class AttributeHeads(nn.Module):
    """One linear layer from features (n, d) to all class logits and all continuous factors."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, sum(CLASSES.values()) + len(CONTINUOUS))

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """{factor: logits (n, classes) or value (n,) with its range mapped to -1..1}."""
        *logits, values = self.linear(features).split([*CLASSES.values(), len(CONTINUOUS)], dim=1)
        return dict(zip(CLASSES, logits, strict=True)) | dict(zip(CONTINUOUS, values.unbind(1), strict=True))


def attribute_loss(read: dict[str, Tensor], truth: dict[str, Tensor], seen: dict[str, Tensor]) -> Tensor:
    """Mean over factors of cross-entropy / log(classes) and of squared error / variance: each 1 for a guess.

    ``truth`` holds class numbers (n,) and values (n,) in -1..1; ``seen`` masks rows in which a factor is
    hidden.
    """
    terms = [factor_loss(name, read[name].float(), truth[name], seen.get(name)) for name in read]
    return torch.stack(terms).mean()


def factor_loss(name: str, read: Tensor, truth: Tensor, seen: Tensor | None) -> Tensor:
    if name in CLASSES:
        loss = F.cross_entropy(read, truth, reduction="none") / torch.tensor(CLASSES[name]).log()
    else:
        loss = (read - truth).square() / (1 / 3)  # 1/3: the variance of a uniform factor in -1..1
    if seen is None:
        return loss.mean()
    return (loss * seen).sum() / seen.sum().clamp_min(1)


def truth_columns(continuous: Tensor, categorical: Tensor) -> dict[str, Tensor]:
    """Labels by factor name, from values (n, C) in -1..1 and class numbers (n, K)."""
    return dict(zip(CATEGORICAL, categorical.unbind(1), strict=True)) | dict(
        zip(CONTINUOUS, continuous.unbind(1), strict=True)
    )


def label(factors: Factors, name: str) -> Tensor:
    """A factor's class numbers, or its values with their range mapped to -1..1: (n,), as nets read them."""
    values, factor = factors[name], BY_NAME[name]
    return values if factor.classes or factor.low < 0 else 2 * values - 1


def visible(factors: Factors) -> dict[str, Tensor]:
    """Where a factor can be seen at all: (n,) bool for those that something else may hide."""
    bare_eyes = factors["glasses"] != class_of("glasses", "sunglasses")
    open_eyes = bare_eyes & (factors["blink"] < 0.7)
    bare_head = factors["hat"] == class_of("hat", "none")  # hats hide hair, and brims hide brows
    return {
        "glasses_color": factors["glasses"] != class_of("glasses", "none"),
        "hat_color": factors["hat"] != class_of("hat", "none"),
        "hair": bare_head,
        "hair_color": bare_head & (factors["hair"] != class_of("hair", "bald")),
        "brow_raise": bare_head,
        "brow_tilt": bare_head,
        "brow_arch": bare_head,
        "brow_thickness": bare_head,
        "iris": open_eyes,
        "gaze_x": open_eyes,
        "gaze_y": open_eyes,
        "blink": bare_eyes,
    }


def class_of(factor: str, name: str) -> int:
    """The number of a class."""
    return BY_NAME[factor].classes.index(name)

"""How well the net and the optimization do, seen by filters that neither has ever used, on portraits and
textures that the net was not trained on."""

from pathlib import Path

import torch
from torch import Tensor

from demos.apps.style_transfer.features import Content, Style, features
from demos.apps.style_transfer.model import WEIGHTS, StyleNet, load_net, strength_of
from demos.apps.style_transfer.optimize import STEPS, descend, start
from demos.apps.style_transfer.textures import textures
from demos.data.avatars.dataset import HELD_OUT_SEED, from_bytes, portraits
from demos.kit.functions import direct
from demos.kit.weights import Metric

OTHER_FILTERS = 99  # seed: not that of training
RATIO = 10.0  # style weight by content weight
CHUNK, OPTIMIZED = 16, 16  # pictures at once, and of these so many optimized: that takes a second each
# What first trials reached, measured with the same filters: style 0.74 and content 1.10 by a net after 100 s
# of training, 0.26 and 1.33 by optimization.
STYLE_BAR, CONTENT_BAR = 0.26, 1.10


def evaluate(samples: int = 200, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics, on so many pairs of a portrait and a texture. Raises WeightsError."""
    return measure(load_net(torch.device("cpu"), folder), samples)


def measure(net: StyleNet, samples: int) -> dict[str, Metric]:
    """Mean losses of the net's and of optimized pictures, and of the portraits as they are."""
    faces = portraits(samples, HELD_OUT_SEED).pictures(slice(None)).contiguous()
    wanted = from_bytes(textures(samples, HELD_OUT_SEED)).contiguous()
    few = slice(min(samples, OPTIMIZED))
    content, style = losses(restyled(net, faces, wanted), faces, wanted)
    slow_content, slow_style = losses(optimized(faces[few], wanted[few]), faces[few], wanted[few])
    return {
        "content_loss": Metric(content, CONTENT_BAR, "lower"),
        "style_loss": Metric(style, STYLE_BAR, "lower"),
        "optimized_content_loss": Metric(slow_content, CONTENT_BAR, "lower"),
        "optimized_style_loss": Metric(slow_style, STYLE_BAR, "lower"),
        "portrait_style_loss": Metric(losses(faces, faces, wanted)[1], None, "lower"),
    }


@torch.inference_mode()
def restyled(net: StyleNet, faces: Tensor, wanted: Tensor) -> Tensor:
    """The net's pictures (n, 3, 64, 64)."""
    pairs = zip(faces.split(CHUNK), wanted.split(CHUNK), strict=True)
    return torch.cat([net(a, b, strength_of(torch.full((len(a),), RATIO))) for a, b in pairs]).clamp(-1, 1)


def optimized(faces: Tensor, wanted: Tensor) -> Tensor:
    """The pictures (n, 3, 64, 64) that the optimization ends with."""
    n = len(faces)
    state = {name: torch.cat([value] * n) for name, value in start().items()}
    weights = {"content": torch.ones(n), "style": torch.full((n,), RATIO)}
    while state["step"][0] < STEPS:
        after = direct(descend, **state, portrait=faces, texture=wanted, **weights)
        state = {name: after[name] for name in state}
    return state["picture"].clamp(-1, 1)


@torch.inference_mode()
def losses(pictures: Tensor, faces: Tensor, wanted: Tensor) -> tuple[float, float]:
    """Mean content and style loss, by the other filters."""
    pairs = []
    for picture, face, texture in zip(
        pictures.split(CHUNK), faces.split(CHUNK), wanted.split(CHUNK), strict=True
    ):
        found = features(picture, OTHER_FILTERS)
        content = Content(face, OTHER_FILTERS).loss(found)
        pairs.append(torch.stack([content, Style(texture, OTHER_FILTERS).loss(found)]))
    content, style = torch.cat(pairs, 1).mean(1).tolist()
    return round(content, 3), round(style, 3)

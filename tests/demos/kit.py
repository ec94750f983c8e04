"""What tests of demos share: apps, words and answers as the command line has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import torch
from PIL import Image

from demos.data.avatars.dataset import portraits
from demos.kit.app import App, Tab, declared
from demos.kit.functions import direct
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.registry import load_demos
from demos.kit.training import Run
from demos.models.diffusion.examples import Examples, captions_of, place_weights
from demos.models.diffusion.model import load_diffusion
from glossary.demos import Demo
from tests.ordlab import LANGUAGES


@cache
def demos() -> Mapping[str, Demo]:
    return load_demos(LANGUAGES, strict=True)


@cache
def app(name: str) -> App:
    return declared(demos()[name])


def words(name: str, lang: str) -> Labels:
    return Labels(demos()[name], LANGUAGES[lang])


def answer(name: str, tab: str = "", lang: str = "nb", **changed: Any) -> dict[str, Any]:
    """A demo's answer, with some controls set and all others as they are when it opens."""
    part: Tab = app(name).tab(tab)
    assert changed.keys() <= part.defaults.keys()
    return dict(part.answer(direct, words(name, lang), **part.defaults | changed))


def pixels(picture: Scene | Image.Image) -> np.ndarray:
    image = picture.image() if isinstance(picture, Scene) else picture
    return np.asarray(image.convert("RGB"), dtype=float)


def differ(a: Scene | Image.Image, b: Scene | Image.Image) -> float:
    """Mean difference of two pictures, in gray levels."""
    return float(np.abs(pixels(a) - pixels(b)).mean())


def examples() -> Examples:
    """What the nets beside the diffusion model learn from, of few portraits."""
    made = portraits(32, parts=True)
    with torch.inference_mode():
        latents = load_diffusion(torch.device("cpu")).autoencoder.encode(made.pictures(slice(None))).half()
    captions, said = captions_of(made, 0, 1)
    labels = made.categorical, made.continuous
    return Examples(latents.clone(), place_weights(made), *labels, captions, said)


def check_resuming(begin: Callable[[], Run[Any, Any]]) -> None:
    """A run of two steps that is interrupted after the first one takes the same second one."""
    straight, first, second = begin(), begin(), begin()
    for _ in range(2):
        straight.advance()
    first.advance()
    second.restore(first.state())
    second.advance()
    weights = [
        torch.cat([x.flatten() for x in run.average.parameters()]) for run in (straight, second, first)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])

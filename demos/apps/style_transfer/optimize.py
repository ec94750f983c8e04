"""Style transfer by optimization (Gatys, Ecker and Bethge 2016): gradient descent on the pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.style_transfer.features import Content, Style, features
from demos.kit.functions import function
from demos.kit.random import normal
from demos.kit.training import adam

STEPS, PART = 120, 6  # in all, and in one call
RATE, LAST = 0.06, 0.05  # step size, and the share of it that is left at the end
BETAS = 0.9, 0.99  # Adam's (Kingma and Ba 2015)
FENCE = 10.0  # weight of what lies outside the range of colors
PICTURE = ("n", 3, 64, 64)


def start() -> dict[str, Tensor]:
    """Where every optimization starts: the same faint noise, and no step taken yet."""
    picture = 0.2 * normal(1, 1, 3, 64, 64, stream="start")
    return {
        "picture": picture,
        "mean": torch.zeros_like(picture),
        "square": torch.zeros_like(picture),
        "step": torch.zeros(1),
    }


@function(
    takes={
        **dict.fromkeys(("picture", "mean", "square", "portrait", "texture"), PICTURE),
        **dict.fromkeys(("step", "content", "style"), ("n",)),
    },
    gives={
        **dict.fromkeys(("picture", "mean", "square"), PICTURE),
        "step": ("n",),
        **dict.fromkeys(("content_loss", "style_loss"), ("n", PART)),
    },
)
@torch.inference_mode(False)
@torch.enable_grad()
def descend(
    *,
    picture: Tensor,
    mean: Tensor,
    square: Tensor,
    step: Tensor,
    portrait: Tensor,
    texture: Tensor,
    content: Tensor,
    style: Tensor,
) -> dict[str, Tensor]:
    """`PART` steps of Adam (`mean`, `square` and `step` are its memory) from a picture towards the content of
    the portrait and the style of the texture, weighted by `content` and `style`; both losses before each
    step."""
    picture, mean, square, step = (x.clone() for x in (picture, mean, square, step))
    content, style = content.clone(), style.clone()
    target, look = Content(portrait.clone()), Style(texture.clone())
    losses = []
    for _ in range(PART):
        picture.requires_grad_(True)
        found = features(picture)
        now = target.loss(found), look.loss(found)
        fence = FENCE * F.relu(picture.abs() - 1).square().mean((1, 2, 3))
        total = (content * now[0] + style * now[1] + fence).sum()
        (gradient,) = torch.autograd.grad(total, picture)
        step = step + 1
        at = step[:, None, None, None]
        mean, square, back = adam(mean, square, gradient, at, BETAS)
        picture = picture.detach() - rate(at) * back
        losses.append(torch.stack(now).detach())
    content_loss, style_loss = torch.stack(losses, 2)
    return {
        "picture": picture,
        "mean": mean,
        "square": square,
        "step": step,
        "content_loss": content_loss,
        "style_loss": style_loss,
    }


@function(
    takes=dict.fromkeys(("picture", "portrait", "texture"), PICTURE),
    gives=dict.fromkeys(("content_loss", "style_loss"), ("n",)),
)
def compare(*, picture: Tensor, portrait: Tensor, texture: Tensor) -> dict[str, Tensor]:
    """How far a picture is from the content of a portrait and from the style of a texture."""
    found = features(picture)
    return {"content_loss": Content(portrait).loss(found), "style_loss": Style(texture).loss(found)}


def rate(step: Tensor) -> Tensor:
    """The rate of a step, counted from 1: it falls in a straight line."""
    return RATE * (1 - (1 - LAST) * (step - 1) / STEPS)

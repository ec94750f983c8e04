"""The model as functions that demos call: batched and without randomness."""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.captions.tokens import LENGTH
from demos.kit.device import autocast
from demos.kit.functions import ModelFunction, Runner, function
from demos.models.diffusion.autoencoder import LATENT, SIDE, SIZE
from demos.models.diffusion.conditions import ATTRIBUTES, Context, Control, Decoupled
from demos.models.diffusion.model import Maps, load_diffusion
from demos.models.diffusion.sampling import velocity

PICTURE = ("n", 3, SIZE, SIZE)
LATENTS = ("n", LATENT, SIDE, SIDE)
CAPTION = ("n", LENGTH)
STEP = {"latent": LATENTS, "time": ("n",), "until": ("n",), "guidance": ("n",)}
MAPS = ("n", LENGTH, SIDE, SIDE)
STEPPED = {"latent": LATENTS, "clean": LATENTS}


@function(takes={"picture": PICTURE}, gives={"latent": LATENTS})
def encode(picture: Tensor) -> Tensor:
    """Latents, with mean 0 and variance 1 over portraits, of pictures in [-1, 1]."""
    with autocast(picture.device):
        return load_diffusion(picture.device).autoencoder.encode(picture)


@function(takes={"latent": LATENTS}, gives={"picture": PICTURE})
def decode(latent: Tensor) -> Tensor:
    """Pictures in [-1, 1] of latents."""
    with autocast(latent.device):
        return load_diffusion(latent.device).autoencoder.decode(latent).clamp(-1, 1)


@function(takes=STEP | {"wanted": CAPTION, "avoided": CAPTION}, gives=STEPPED)
def step_by_caption(
    latent: Tensor, time: Tensor, until: Tensor, guidance: Tensor, wanted: Tensor, avoided: Tensor
) -> dict[str, Tensor]:
    """One of Euler's steps from `time` to `until` by captions' token numbers, and the clean latent in sight.

    An empty caption to avoid is guidance without a negative prompt.
    """
    flow = load_diffusion(latent.device).flow
    with autocast(latent.device):
        contexts = flow.by_words(wanted.long()), flow.by_words(avoided.long())
    return stepped(latent, time, until, guidance, *contexts)


@function(takes=STEP | {"wanted": CAPTION, "avoided": CAPTION}, gives=STEPPED | {"maps": MAPS})
def watched_step(
    latent: Tensor, time: Tensor, until: Tensor, guidance: Tensor, wanted: Tensor, avoided: Tensor
) -> dict[str, Tensor]:
    """The same, and how much of each wanted token every place took: the mean over heads and levels of the
    cross-attention (as Tang et al. 2023, arXiv:2210.04885, look at it)."""
    flow = load_diffusion(latent.device).flow
    with autocast(latent.device):
        contexts = flow.by_words(wanted.long()), flow.by_words(avoided.long())
    maps: Maps = []
    found = stepped(latent, time, until, guidance, *contexts, maps)
    fine = [
        F.interpolate(x[: len(latent)].float().movedim(-1, 1), (SIDE, SIDE), mode="bilinear") for x in maps
    ]
    return found | {"maps": torch.stack(fine).mean(0)}


@function(
    takes=STEP | {"categorical": ("n", 12), "continuous": ("n", 28), "chosen": ("n", len(ATTRIBUTES))},
    gives=STEPPED,
)
def step_by_attributes(
    latent: Tensor,
    time: Tensor,
    until: Tensor,
    guidance: Tensor,
    categorical: Tensor,
    continuous: Tensor,
    chosen: Tensor,
) -> dict[str, Tensor]:
    """The same by chosen attributes; see `conditions.AttributeEncoder`."""
    flow = load_diffusion(latent.device).flow
    with autocast(latent.device):
        read = flow.attributes(categorical.long(), continuous, chosen.bool())
        wanted = flow.drop(read, ~chosen.bool().any(1))
    return stepped(latent, time, until, guidance, wanted, flow.empty(wanted))


def walk(
    run: Runner,
    step: ModelFunction,
    latent: Tensor,
    *,
    steps: int,
    guidance: Tensor | float,
    begin: Tensor | float = 0.0,
    **context: Tensor,
) -> Iterator[dict[str, Tensor]]:
    """What `step` gives at each of so many equal steps from a time, (n,) or one for all, to the end.

    `context`: what else the step takes.
    """
    n = len(latent)
    strength, start = (torch.as_tensor(x, dtype=torch.float32).expand(n) for x in (guidance, begin))
    for i in range(steps):
        time, until = (start + (1 - start) * place / steps for place in (i, i + 1))
        found = run(step, latent=latent, time=time, until=until, guidance=strength, **context)
        latent = found["latent"]
        yield found


def previews(
    run: Runner,
    step: ModelFunction,
    latent: Tensor,
    *,
    steps: int,
    guidance: Tensor | float,
    **context: Tensor,
) -> Iterator[Tensor]:
    """Pictures (n, 3, 64, 64) in [-1, 1] of what is in sight after each step of `walk`."""
    for found in walk(run, step, latent, steps=steps, guidance=guidance, **context):
        yield run(decode, latent=found["clean"])


def stepped(
    latent: Tensor,
    time: Tensor,
    until: Tensor,
    guidance: Tensor,
    wanted: Context,
    avoided: Context,
    maps: Maps | None = None,
    decoupled: Sequence[Decoupled] = (),
    control: Control | None = None,
) -> dict[str, Tensor]:
    flow = load_diffusion(latent.device).flow
    speed = velocity(flow, latent, time, wanted, avoided, guidance, maps, decoupled, control)
    left, step = ((end - time)[:, None, None, None] for end in (torch.ones_like(time), until))
    return {"latent": latent + step * speed, "clean": latent + left * speed}

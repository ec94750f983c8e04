"""The adapter as model functions."""

from torch import Tensor

from demos.kit.device import autocast
from demos.kit.functions import function
from demos.models.diffusion.functions import CAPTION, PICTURE, STEP, STEPPED, stepped
from demos.models.diffusion.model import load_diffusion
from demos.models.ip_adapter.model import SEEN, SIDE, load_adapter, look

EMBEDDING = ("n", SEEN, SIDE, SIDE)


@function(takes={"picture": PICTURE}, gives={"embedding": EMBEDDING})
def embed(picture: Tensor) -> Tensor:
    """What the frozen net sees in pictures in [-1, 1]."""
    return look(picture)


@function(takes=STEP | {"wanted": CAPTION, "embedding": EMBEDDING, "scale": ("n",)}, gives=STEPPED)
def step_by_picture(
    latent: Tensor,
    time: Tensor,
    until: Tensor,
    guidance: Tensor,
    wanted: Tensor,
    embedding: Tensor,
    scale: Tensor,
) -> dict[str, Tensor]:
    """`step_by_caption` without anything to avoid, and with pictures as prompts, each with its scale."""
    flow = load_diffusion(latent.device).flow
    with autocast(latent.device):
        context = flow.by_words(wanted.long())
        pictures = load_adapter(latent.device)(embedding, scale)
    return stepped(latent, time, until, guidance, context, flow.empty(context), decoupled=pictures)

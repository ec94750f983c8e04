"""InstantID as a model function."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.kit.device import autocast
from demos.kit.functions import function
from demos.models.diffusion.functions import CAPTION, STEP, STEPPED, stepped
from demos.models.diffusion.model import load_diffusion
from demos.models.faces.functions import FIVE, PERSON
from demos.models.identitynet.model import Wanted, load_identitynet
from demos.models.instantid.model import load_adapter

TOLD = {
    "wanted": CAPTION, "person": PERSON, "points": FIVE, "placed": ("n",), "strength": ("n",),
    "seen": PERSON, "scale": ("n",),
}  # fmt: skip


@function(takes=STEP | TOLD, gives=STEPPED)
def step_by_prompt_and_person(
    latent: Tensor,
    time: Tensor,
    until: Tensor,
    guidance: Tensor,
    wanted: Tensor,
    person: Tensor,
    points: Tensor,
    placed: Tensor,
    strength: Tensor,
    seen: Tensor,
    scale: Tensor,
) -> dict[str, Tensor]:
    """One of Euler's steps by captions' token numbers, by persons and landmarks for IdentityNet with its
    strength, and by persons `seen` by the image adapter with its scale. Landmarks that are not `placed` count
    for nothing. Guidance leads away from the base alone."""
    flow, net = load_diffusion(latent.device).flow, load_identitynet(latent.device)
    with autocast(latent.device):
        context = flow.by_words(wanted.long())
        known = torch.ones_like(placed, dtype=torch.bool)
        control = net(latent, time, Wanted(person, points, known, placed.bool(), strength))
        pictures = load_adapter(latent.device)(net.persons(seen, known).tokens, scale)
    return stepped(
        latent, time, until, guidance, context, flow.empty(context), decoupled=pictures, control=control
    )

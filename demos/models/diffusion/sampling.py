"""From noise to latents: Euler's method along the flow, with classifier-free guidance.

Guidance (Ho and Salimans 2022, arXiv:2207.12598) goes past what the context asks for, away from what is asked
without one, or from what a negative prompt names.
"""

import torch
from torch import Tensor

from demos.kit.device import autocast
from demos.kit.random import normal
from demos.models.diffusion.autoencoder import LATENT, SIDE
from demos.models.diffusion.conditions import Context
from demos.models.diffusion.model import Flow


def noise(n: int, seed: int, start: int = 0) -> Tensor:
    """Where portraits begin: (n, 8, 16, 16). Row i depends on `seed` and `start + i` alone."""
    return normal(seed, n, LATENT, SIDE, SIDE, stream="diffusion", start=start)


def velocity(
    flow: Flow, latents: Tensor, time: Tensor, wanted: Context, avoided: Context, guidance: Tensor
) -> Tensor:
    """Guided velocities (n, 8, 16, 16) at times (n,). Guidance (n,) of 1 follows the wanted context alone."""
    with autocast(latents.device):
        if bool((guidance == 1).all()):
            return flow(latents, time, wanted)
        both = flow(torch.cat([latents, latents]), torch.cat([time, time]), wanted.join(avoided))
    towards, away = both.chunk(2)
    return away + guidance[:, None, None, None] * (towards - away)


@torch.inference_mode()
def euler(flow: Flow, start: Tensor, wanted: Context, *, steps: int, guidance: float = 1.0) -> Tensor:
    """Latents (n, 8, 16, 16) from noise, in equal steps."""
    latents, avoided = start, flow.empty(wanted)
    strength = torch.full((len(start),), guidance, device=start.device)
    for step in range(steps):
        time = torch.full((len(start),), step / steps, device=start.device)
        latents = latents + velocity(flow, latents, time, wanted, avoided, strength) / steps
    return latents

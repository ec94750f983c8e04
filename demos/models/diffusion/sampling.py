"""From noise to latents: Euler's method along the flow, with classifier-free guidance.

Guidance (Ho and Salimans 2022, arXiv:2207.12598) goes past what the context asks for, away from what is asked
without one, or from what a negative prompt names.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from demos.kit.device import autocast
from demos.kit.random import normal
from demos.models.diffusion.autoencoder import LATENT, SIDE
from demos.models.diffusion.conditions import Context, Control, Decoupled
from demos.models.diffusion.model import Flow, Maps


def noise(n: int, seed: int, start: int = 0, channels: int = LATENT) -> Tensor:
    """Where portraits begin: (n, channels, 16, 16). Row i depends on `seed` and `start + i` alone."""
    return normal(seed, n, channels, SIDE, SIDE, stream="diffusion", start=start)


def velocity(
    flow: Flow,
    latents: Tensor,
    time: Tensor,
    wanted: Context,
    avoided: Context,
    guidance: Tensor,
    maps: Maps | None = None,
    decoupled: Sequence[Decoupled] = (),
    control: Control | None = None,
) -> Tensor:
    """Guided velocities (n, 8, 16, 16) at times (n,). Guidance (n,) of 1 follows the wanted context alone.

    `maps`: see `Flow`; where there is guidance, the first n rows are those of the wanted context. `decoupled`
    and `control` go with the wanted context alone.
    """
    with autocast(latents.device):
        if bool((guidance == 1).all()):
            return flow(latents, time, wanted, maps, decoupled, control)
        n = len(latents)
        more = 1 if all(map(alike, (latents, time, *avoided))) else n
        controls = control.and_none(more) if control else None
        if wanted is avoided and not decoupled and maps is None:
            # They differ by the control alone, which is added when the first half is done.
            several = torch.arange(n + more, device=latents.device) % more
            given = latents[:more], time[:more], wanted.rows(slice(more))
            both = flow(*given, control=controls, several=several)
        else:
            others = [one.and_none(more) for one in decoupled]
            rows, times = (torch.cat([part, part[:more]]) for part in (latents, time))
            both = flow(rows, times, wanted.join(avoided.rows(slice(more))), maps, others, controls)
    towards, away = both.split([n, more])
    return away + guidance[:, None, None, None] * (towards - away)


def alike(rows: Tensor) -> bool:
    """Whether all rows are the same: those of one noise are, as long as no condition has led them apart."""
    return bool((rows == rows[:1]).all())


@torch.inference_mode()
def euler(
    flow: Flow,
    start: Tensor,
    wanted: Context,
    *,
    steps: int,
    guidance: float = 1.0,
    decoupled: Sequence[Decoupled] = (),
    control: Callable[[Tensor, Tensor], Control] | None = None,
) -> Tensor:
    """Latents (n, 8, 16, 16) from noise, in equal steps. `control` gives what is added at latents and a
    time."""
    latents, avoided = start, flow.empty(wanted)
    strength = torch.full((len(start),), guidance, device=start.device)
    for step in range(steps):
        time = torch.full((len(start),), step / steps, device=start.device)
        added = control(latents, time) if control else None
        speed = velocity(flow, latents, time, wanted, avoided, strength, decoupled=decoupled, control=added)
        latents = latents + speed / steps
    return latents


def at_time(latents: Tensor, start: Tensor, time: float) -> Tensor:
    """Latents (n, 8, 16, 16) as they are at a time between their noise `start` at 0 and themselves at 1."""
    return torch.lerp(start, latents, time)


def back_to(latents: Tensor, time: float, earlier: float, start: Tensor) -> Tensor:
    """Latents of a time as they may have been earlier, with new noise `start` of the same shape.

    Of a latent at time t, noise has the standard deviation 1 - t. Scaled to what is left of the picture at
    the earlier time, it has too little of it; the rest is added (the jumps back of Lugmayr et al. 2022,
    arXiv:2201.09865).
    """
    scale = earlier / time
    lacking = (1 - earlier) ** 2 - (scale * (1 - time)) ** 2
    return scale * latents + lacking**0.5 * start

"""The prior: from noise to the codes that the generator was trained to paint from.

Half of what the generator learned, it learned from an encoder's codes of real portraits. Losses keep those
codes near the sphere that noise is drawn from, but not on all of it: rare kinds of portraits lie where noise
seldom falls, and are never drawn. So the density of the codes is learned after training (as Dai & Wipf 2019,
arXiv:1903.05789, and Ghosh et al. 2020, arXiv:1903.12436, do for autoencoders), here by a flow: a velocity
field that carries noise to codes along nearly straight lines (flow matching, Lipman et al. 2023,
arXiv:2210.02747).
"""

import copy

import torch
from torch import Tensor, nn

from demos.kit.training import average_into, decayed, set_rate
from demos.models.gan.model import Generator, on_sphere

STEPS = 8  # of the midpoint rule from noise to code: by Euler's method, codes come out too much alike
HIDDEN, LAYERS = 384, 4  # with fewer, rare codes are drawn too seldom


class Prior(nn.Module):
    """Noise z (n, d), of which only the direction counts, to codes (n, d) on the sphere of radius √d."""

    def __init__(self, latent: int = 64) -> None:
        super().__init__()
        self.enter = nn.Linear(latent + 1, HIDDEN)
        self.layers = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in range(LAYERS))
        self.leave = nn.Linear(HIDDEN, latent)
        nn.init.zeros_(self.leave.weight)  # at first, noise is its own code
        nn.init.zeros_(self.leave.bias)

    def forward(self, z: Tensor) -> Tensor:
        x = on_sphere(z)
        for step in range(STEPS):
            time = torch.full_like(x[:, :1], step / STEPS)
            halfway = x + self.velocity(x, time) / (2 * STEPS)
            x = x + self.velocity(halfway, time + 1 / (2 * STEPS)) / STEPS
        return on_sphere(x)

    def velocity(self, x: Tensor, time: Tensor) -> Tensor:
        """Where to, and how fast, from places x (n, d) at times (n, 1) from 0 to 1."""
        hidden = nn.functional.silu(self.enter(torch.cat([x, time], dim=1)))
        for layer in self.layers:
            hidden = hidden + nn.functional.silu(layer(hidden))
        return self.leave(hidden)


class LatentGenerator(nn.Module):
    """Noise z (n, d) to pictures (n, 3, 64, 64) in [-1, 1]: the prior, then the generator."""

    def __init__(self, prior: Prior, generator: Generator) -> None:
        super().__init__()
        self.prior, self.generator = prior, generator

    def forward(self, z: Tensor, truncation: float = 1.0) -> Tensor:
        """A truncation of 1 leaves the codes on their sphere; 0 gives the mean face to everyone."""
        return self.generator(self.prior(z), truncation)

    @property
    def device(self) -> torch.device:
        return self.generator.device


def fit_prior(codes: Tensor, *, steps: int, seed: int = 0, batch: int = 512, rate: float = 1e-3) -> Prior:
    """The prior of codes (n, d), trained by flow matching; averaged weights, in inference mode."""
    torch.manual_seed(seed)
    prior = Prior(codes.shape[1])
    average = copy.deepcopy(prior).requires_grad_(False)
    optimizer = torch.optim.AdamW(prior.parameters(), rate, weight_decay=1e-2)
    for step in range(steps):
        set_rate(optimizer, decayed(rate, step / steps))
        noise = on_sphere(torch.randn(batch, codes.shape[1]))
        target = codes[torch.randint(len(codes), (batch,))]
        time = torch.rand(batch, 1)
        found = prior.velocity(torch.lerp(noise, target, time), time)
        loss = (found - (target - noise)).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        average_into(average, prior, min(0.999, step / (step + 20)))
    return average.eval()

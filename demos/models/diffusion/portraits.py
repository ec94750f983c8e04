"""Readers' portraits as latents."""

from torch import Tensor

from demos.data.avatars.ahead import portrait
from demos.kit.functions import Runner
from demos.kit.remember import remembered
from demos.models.diffusion.functions import encode


@remembered(64)
def latent_of(run: Runner, number: int) -> Tensor:
    """The latent (1, 8, 16, 16) of one of the portraits that readers choose from."""
    latent: Tensor = run(encode, picture=portrait(number))
    return latent

"""The trained autoencoders as model functions: what the demos call, batched and without randomness."""

import torch
from torch import Tensor

from demos.kit.functions import function
from demos.models.autoencoders.model import BETAS, CODE, SIZE, load_trunk

PICTURE = ("n", 3, SIZE, SIZE)
CODES = ("n", CODE)


@function(takes={"picture": PICTURE}, gives={"code": CODES})
def encode(picture: Tensor) -> Tensor:
    """Codes of pictures in [-1, 1], the most important numbers first."""
    trunk = load_trunk(picture.device)
    code: Tensor = trunk.to_code(trunk.read(picture))
    return code


@function(takes={"code": CODES, "size": ("n",)}, gives={"picture": PICTURE})
def decode(code: Tensor, size: Tensor) -> Tensor:
    """Pictures in [-1, 1] from codes in order of importance; ``size`` counts in SIZES how many numbers are
    read."""
    trunk = load_trunk(code.device)
    return trunk.draw(trunk.opened(code, size)).clamp(-1, 1)


@function(takes={"picture": PICTURE}, gives={"code": CODES})
def encode_plain(picture: Tensor) -> Tensor:
    """The plain autoencoder's codes of pictures in [-1, 1]."""
    trunk = load_trunk(picture.device)
    code: Tensor = trunk.to_plain(trunk.read(picture))
    return code


@function(takes={"code": CODES}, gives={"picture": PICTURE})
def decode_plain(code: Tensor) -> Tensor:
    """Pictures in [-1, 1] from codes of the plain autoencoder."""
    trunk = load_trunk(code.device)
    return trunk.draw(trunk.from_plain(code)).clamp(-1, 1)


@function(
    takes={"picture": PICTURE},
    gives={"mean": ("n", len(BETAS), CODE), "deviation": ("n", len(BETAS), CODE)},
)
def encode_normal(picture: Tensor) -> dict[str, Tensor]:
    """Means and standard deviations of the codes of pictures, for every β."""
    trunk = load_trunk(picture.device)
    read = trunk.read(picture)
    means, log_variances = zip(*(trunk.normal(read, beta) for beta in range(len(BETAS))), strict=True)
    deviation = (0.5 * torch.stack(log_variances, dim=1)).exp()
    return {"mean": torch.stack(means, dim=1), "deviation": deviation}


@function(takes={"code": CODES}, gives={"picture": PICTURE})
def decode_normal(code: Tensor, *, beta: int) -> Tensor:
    """Pictures in [-1, 1] from codes of the variational autoencoder with ``BETAS[beta]``."""
    trunk = load_trunk(code.device)
    return trunk.draw(trunk.from_normal[beta](code)).clamp(-1, 1)

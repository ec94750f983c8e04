"""Fake portraits by name: those that the detector learns from, and those that it never sees in training.

`swap`, `blend` and `autoencoder` are for training, of people of one half; measured is on the other half.
`montage`, `gan` and `diffusion` are unseen: another way to put a face into a picture, and generators of
pictures from nothing.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars import Factors, replace, sample
from demos.data.avatars.dataset import Portraits, from_bytes
from demos.data.avatars.render import PARTS
from demos.data.captions.tokens import numbers
from demos.kit import random
from demos.kit.filters import blurred
from demos.kit.functions import Runner
from demos.models.autoencoders.functions import (
    decode_normal,
    decode_plain,
    encode_normal,
    encode_plain,
)
from demos.models.diffusion.autoencoder import SIZE
from demos.models.diffusion.functions import decode, step_by_caption, walk
from demos.models.diffusion.sampling import noise
from demos.models.face_swap.functions import redraw
from demos.models.face_swap.paste import pasted, shared_mask
from demos.models.face_swap.people import FACE, drawn, windowed, with_identity
from demos.models.fake_detector.disturb import as_bytes
from demos.models.gan.functions import generate
from demos.models.gan.pretrained import latents

SEEN = ("swap", "blend", "autoencoder")
UNSEEN = ("montage", "gan", "diffusion")
DIFFUSION_STEPS = 8
FEATHERS = (0.5, 1.0, 1.5, 2.5)  # px, of swapped faces' edges


def swaps(run: Runner, pictures: Tensor, source: Tensor, target: Tensor, seed: int) -> Tensor:
    """Pictures (n, 3, 64, 64) of some of the six people (n,) with others' faces (n,), by the face swap model.

    How soft edges are and whether colors are matched changes from picture to picture.
    """
    n = len(pictures)
    own, other = (run(redraw, picture=pictures, person=who) for who in (source, target))
    masks = shared_mask(own, other)
    feathers = random.integers(seed, 0, len(FEATHERS), n, stream="feather").tolist()
    match = (random.uniform(seed, n, stream="match") < 0.5).tolist()
    made = [
        pasted(pictures[i : i + 1], other[i : i + 1], masks[i : i + 1], FEATHERS[feathers[i]], match[i])
        for i in range(n)
    ]
    return as_bytes(torch.cat(made))


def blends(pictures: Tensor, faces: Tensor, seeded: torch.Generator) -> Tensor:
    """Self-blended pictures (Shiohara and Yamasaki 2022, arXiv:2204.08376): each with its own face, slightly
    recolored, moved and softened or sharpened, pasted where masks (n, 1, 64, 64) say. What remains as a trace
    is the blending alone."""
    n = len(pictures)

    def between(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *shape, generator=seeded)

    gain, shift = between(0.85, 1.15, 3, 1, 1), between(-0.15, 0.15, 3, 1, 1)
    zoom, move = between(0.95, 1.05), between(-2.0, 2.0, 2) / SIZE
    soft, amount = blurred(pictures, 1.0), between(-0.6, 0.9, 1, 1, 1)
    changed = torch.lerp(pictures, soft, amount) * gain + shift
    grid = F.affine_grid(affine(zoom, move), list(pictures.shape), align_corners=False)
    changed = F.grid_sample(changed, grid, mode="bicubic", padding_mode="border", align_corners=False)
    cut = (blurred(faces.expand(-1, 3, -1, -1), 2.0) > between(0.3, 0.7, 1, 1, 1)).float()
    feather = float(torch.rand((), generator=seeded)) * 2 + 0.3
    share = blurred(cut, feather) * between(0.6, 1.0, 1, 1, 1)
    return as_bytes(torch.lerp(pictures, changed, share))


def affine(zoom: Tensor, move: Tensor) -> Tensor:
    zero = torch.zeros_like(zoom)
    rows = torch.stack([zoom, zero, move[:, 0]], 1), torch.stack([zero, zoom, move[:, 1]], 1)
    return torch.stack(rows, 1)


def face_masks(data: Portraits, index: Tensor | slice) -> Tensor:
    """Where faces are in portraits that were read with their parts: (n, 1, 64, 64)."""
    assert data.parts is not None
    share = data.parts[index][:, [PARTS.index(part) for part in FACE]].float().sum(1, keepdim=True) / 255
    return F.interpolate(share, (SIZE, SIZE), mode="bilinear").clamp(0, 1)


def redrawn(run: Runner, pictures: Tensor) -> Tensor:
    """Pictures (n, 3, 64, 64) redrawn by an autoencoder, every second one by a variational one."""
    made = torch.empty_like(pictures)
    made[::2] = run(decode_plain, code=run(encode_plain, picture=pictures[::2]))
    if len(pictures) > 1:
        code = run(encode_normal, picture=pictures[1::2])["mean"][:, 0]
        made[1::2] = run(decode_normal, code=code, beta=0)
    return as_bytes(made)


def montages(factors: Factors, others: Factors) -> tuple[Tensor, Tensor]:
    """Portraits, and the same with the faces of others, which are drawn in the same pose, expression and
    light, cut out and pasted: both (n, 3, 64, 64). No net takes part."""
    pictures, own, _ = drawn(factors)
    strangers, other, _ = drawn(with_identity(factors, others))
    colors = windowed(from_bytes(strangers))
    masks = own.float() * other.float() / 255**2
    originals = from_bytes(pictures)
    return originals, as_bytes(pasted(originals, colors, masks))


def without_glasses(n: int, seed: int, start: int = 0) -> Factors:
    return replace(sample(n, seed, start=start), glasses="none")


def generated(run: Runner, n: int, seed: int) -> Tensor:
    """Portraits (n, 3, 64, 64) by the GAN."""
    return as_bytes(run(generate, z=latents(n, seed), truncation=torch.ones(n)))


def diffused(run: Runner, n: int, seed: int) -> Tensor:
    """Portraits (n, 3, 64, 64) by the diffusion model, without a prompt."""
    empty = numbers([""] * n)
    *_, last = walk(
        run, step_by_caption, noise(n, seed), steps=DIFFUSION_STEPS, guidance=1.0, wanted=empty, avoided=empty
    )
    return as_bytes(run(decode, latent=last["latent"]))

"""One encoder for the faces of all people and one decoder for each of them, as the first deepfakes had it.

The encoder learns what all faces have in common, pose, expression and light, since its few numbers must serve
every decoder; a decoder learns how one person looks. What is encoded from one person's picture and decoded
by another's decoder is the other's face with the first one's expression (Perov et al. 2020, arXiv:2005.05535,
describe the method and its masks, which the decoders draw too).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from demos.kit.weights import loaded
from demos.models.face_swap.people import COUNT, WINDOW, windowed

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class SwapConfig:
    """`encoder`: channels at 24, 12 and 6 px; `code`: numbers that a face is summed up in; `shared`: channels
    at 6 px of what is made of them before the decoders part; `decoder`: channels at 12, 24 and 24 px."""

    encoder: tuple[int, int, int] = (32, 48, 64)
    code: int = 64
    shared: int = 32
    decoder: tuple[int, int, int] = (32, 24, 24)


DEFAULT = SwapConfig()


class FaceSwap(nn.Module):
    """Encoder, what decoders share, and the decoders."""

    def __init__(self, config: SwapConfig = DEFAULT) -> None:
        super().__init__()
        side = WINDOW // 8
        fine, middle, coarse = config.encoder
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(2),  # (n, 12, 24, 24)
            *convolution(12, fine, 3),
            *convolution(fine, middle, 4, stride=2),
            *convolution(middle, coarse, 4, stride=2),
            nn.Flatten(),
            nn.Linear(coarse * side**2, config.code),
        )
        self.shared = nn.Sequential(
            nn.Linear(config.code, config.shared * side**2),
            nn.Unflatten(1, (config.shared, side, side)),
            nn.LeakyReLU(0.1),
        )
        self.decoders = nn.ModuleList(Decoder(config) for _ in range(COUNT))

    def encode(self, pictures: Tensor) -> Tensor:
        """Codes (n, 64) of the faces in pictures (n, 3, 64, 64) in [-1, 1]."""
        code: Tensor = self.encoder(windowed(pictures))
        return code

    def decode(self, codes: Tensor, people: Tensor) -> Tensor:
        """Faces of people (n,) with what codes say: colors in [-1, 1] and the mask in 0..1 (n, 4, 48, 48)."""
        shared = self.shared(codes)
        faces = shared.new_empty(len(shared), 4, WINDOW, WINDOW)
        for person in people.unique().tolist():
            faces[people == person] = self.decoders[person](shared[people == person])
        return faces

    def forward(self, pictures: Tensor, people: Tensor) -> Tensor:
        return self.decode(self.encode(pictures), people)


class Decoder(nn.Module):
    """What the code became (n, 32, 6, 6) to a person's face and its mask (n, 4, 48, 48)."""

    def __init__(self, config: SwapConfig) -> None:
        super().__init__()
        first, second, third = config.decoder
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(config.shared, first, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(first),
            nn.LeakyReLU(0.1),
            nn.ConvTranspose2d(first, second, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(second),
            nn.LeakyReLU(0.1),
            *convolution(second, third, 3),
            nn.Conv2d(third, 16, 3, padding=1),
            nn.PixelShuffle(2),
        )

    def forward(self, shared: Tensor) -> Tensor:
        colors, mask = self.layers(shared).split([3, 1], 1)
        return torch.cat([colors.tanh(), mask.sigmoid()], 1)


def convolution(channels: int, out: int, kernel: int, stride: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(channels, out, kernel, stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(out), nn.LeakyReLU(0.1)


@cache
def load_swap(device: torch.device | None = None, folder: Path = WEIGHTS) -> FaceSwap:
    """The trained model, in inference mode. Raises WeightsError."""
    return loaded(FaceSwap(), folder, device)

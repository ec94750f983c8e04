"""The autoencoder whose latents the diffusion model works in (Rombach et al. 2022, arXiv:2112.10752).

A portrait of 64 × 64 × 3 becomes 16 × 16 × 8 numbers. Nothing is sampled and there is no KL term: in training
a little noise is added to the latents and their mean and variance are held near 0 and 1, which does the
same.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIZE = 64
LATENT = 8  # channels
SIDE = 16  # of the latent, in places
FACTOR = SIZE // SIDE  # pixels per place
NOISE = 0.04  # standard deviation of the noise that the decoder was trained to bear


@dataclass(frozen=True)
class AutoencoderConfig:
    """Channels of the encoder at 32 and 16 px and of the decoder at 16, 32 and 64 px; residual blocks."""

    encoder: tuple[int, int] = (48, 96)
    decoder: tuple[int, int, int] = (128, 64, 24)


class Residual(nn.Module):
    """Two convolutions, added to what they read; at first they add nothing."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(F.silu(self.first(F.silu(x))))
        return x + y


class Autoencoder(nn.Module):
    """`encode`: pictures (n, 3, 64, 64) in [-1, 1] to latents (n, 8, 16, 16); `decode`: back."""

    def __init__(self, config: AutoencoderConfig | None = None) -> None:
        super().__init__()
        config = config or AutoencoderConfig()
        e32, e16 = config.encoder
        d16, d32, d64 = config.decoder
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(2),  # (n, 12, 32, 32)
            nn.Conv2d(12, e32, 3, padding=1),
            Residual(e32),
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * e32, e16, 1),  # (n, 96, 16, 16)
            Residual(e16),
            Residual(e16),
            nn.SiLU(),
        )
        self.to_latent = nn.Conv2d(e16, LATENT, 1)
        self.decoder = nn.Sequential(
            nn.Conv2d(LATENT, d16, 3, padding=1),
            Residual(d16),
            Residual(d16),
            Residual(d16),
            nn.Conv2d(d16, 4 * d32, 1),
            nn.PixelShuffle(2),  # (n, 64, 32, 32)
            Residual(d32),
            Residual(d32),
            nn.SiLU(),
            nn.Conv2d(d32, 4 * d64, 3, padding=1),
            nn.PixelShuffle(2),  # (n, 24, 64, 64)
            nn.SiLU(),
        )
        self.to_pixels = nn.Conv2d(d64, 3, 3, padding=1)
        # Mean and spread of each channel over portraits, found once after training.
        self.register_buffer("mean", torch.zeros(LATENT))
        self.register_buffer("spread", torch.ones(LATENT))
        self.mean: Tensor
        self.spread: Tensor

    def raw(self, pictures: Tensor) -> Tensor:
        """Latents as the encoder gives them, in float32: bfloat16 has too few digits for them."""
        hidden = self.encoder(pictures)
        with torch.autocast(pictures.device.type, enabled=False):
            latents: Tensor = self.to_latent(hidden.float())
        return latents

    def draw(self, raw: Tensor) -> Tensor:
        """Pictures from latents of that kind."""
        hidden = self.decoder(raw)
        with torch.autocast(raw.device.type, enabled=False):
            pictures: Tensor = self.to_pixels(hidden.float())
        return pictures

    def encode(self, pictures: Tensor) -> Tensor:
        """Latents whose channels have mean 0 and variance 1 over the portraits."""
        return (self.raw(pictures) - self.mean[:, None, None]) / self.spread[:, None, None]

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures from latents, not clamped."""
        return self.draw(latents * self.spread[:, None, None] + self.mean[:, None, None])

    @torch.no_grad()
    def find_statistics(self, latents: Tensor) -> None:
        """Set mean and spread from raw latents (n, 8, 16, 16)."""
        spread, mean = torch.std_mean(latents.float(), (0, 2, 3))
        self.mean.copy_(mean)
        self.spread.copy_(spread)

"""Latent diffusion: portraits from noise, by a caption in any of three languages or by chosen attributes."""

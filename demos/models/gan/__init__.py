"""A projected GAN of avatars at 64 px (Sauer et al. 2021, "Projected GANs Converge Faster")."""

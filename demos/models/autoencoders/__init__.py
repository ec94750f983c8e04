"""Autoencoders of avatars at 64 px: plain with 2 to 64 numbers, variational with three β."""

"""Demo: walking in the latent space: between portraits, along directions, with plus and minus, on a map."""

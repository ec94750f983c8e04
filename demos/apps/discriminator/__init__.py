"""Demo: real or generated? Guess first, then see what the discriminator thinks, and where it looks."""

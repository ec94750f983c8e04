"""Demo: noise in, portrait out. Seed, truncation and training time decide what the generator makes of it."""

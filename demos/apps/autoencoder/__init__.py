"""Demo: a portrait through a bottleneck of 2 to 64 numbers."""

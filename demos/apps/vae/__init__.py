"""Demo: a portrait as a normal distribution over codes, and new portraits from the prior."""

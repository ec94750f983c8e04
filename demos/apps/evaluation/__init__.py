"""Demo: portraits degraded in five ways, and what three measures and the reader make of them."""

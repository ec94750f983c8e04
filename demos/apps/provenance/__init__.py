"""A picture that carries a signed credential and a watermark, and what survives of them."""

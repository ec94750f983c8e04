"""A hardly visible watermark for portraits of 64 px: learned patterns that carry 48 bits."""

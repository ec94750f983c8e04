"""A detector of fake portraits, of which it learned from three kinds."""

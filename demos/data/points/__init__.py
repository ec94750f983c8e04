"""Points in the plane: distributions to learn from, most of them well known from papers on GANs.

A distribution turns counted random numbers into points, so that point i is the same on every machine.
"""

from demos.data.points.distributions import DISTRIBUTIONS, Distribution, placed

__all__ = ["DISTRIBUTIONS", "Distribution", "placed"]

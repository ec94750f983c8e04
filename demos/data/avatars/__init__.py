"""Procedural portraits with exact labels, masks and landmarks: the data every picture model learns from."""

from demos.data.avatars.anatomy import LANDMARKS
from demos.data.avatars.factors import FACTORS, Factors, replace, sample, vary
from demos.data.avatars.render import PARTS, Avatars, render

__all__ = ["FACTORS", "LANDMARKS", "PARTS", "Avatars", "Factors", "render", "replace", "sample", "vary"]

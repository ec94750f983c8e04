"""Charts as SVG inside the page: they take the page's colors, light or dark, and its font, and are light
enough to be sent ten times a second. Colors are `--chart-1` … of `theme.CSS`; lines differ in dashes too, and
each is named at its end. As an image, for a still, they are drawn in the light colors and without words, for
it serves every language.
"""

from demos.kit.charts.axes import EDGE, HEAD, LETTERS, Axes, Format, Plane, Plot, Points, apart, rounds
from demos.kit.charts.drawing import (
    COLORS,
    NARROW,
    SIDE,
    WIDTH,
    Bar,
    Drawing,
    Field,
    Line,
    Pair,
    Ring,
    Sign,
    Strokes,
    Thing,
    Words,
    across,
    contour,
    fitting,
)  # fmt: skip
from demos.kit.charts.kinds import BAR, CELL, FINE, bars, cloud, heat_map, lines, links, signed

__all__ = [
    "BAR", "CELL", "COLORS", "EDGE", "FINE", "HEAD", "LETTERS", "NARROW", "SIDE", "WIDTH", "Axes", "Bar",
    "Drawing", "Field", "Format", "Line", "Pair", "Plane", "Plot", "Points", "Ring", "Sign", "Strokes",
    "Thing", "Words", "across", "apart", "bars", "cloud", "contour", "fitting", "heat_map", "lines",
    "links", "rounds", "signed",
]  # fmt: skip

"""Colours, and the tables of hair and glasses shapes."""

from __future__ import annotations

from typing import NamedTuple

SKIN = ("#fde3d0", "#f4c8a8", "#e2a87c", "#bf8153", "#945d3b", "#6b432b")

HAIR = {
    "black": "#231d22",
    "dark_brown": "#46291f",
    "brown": "#74462a",
    "auburn": "#93301d",
    "ginger": "#d5702c",
    "blond": "#e6b95c",
    "platinum": "#f1e6cd",
    "grey": "#9a9ca6",
    "blue": "#3f6fb5",
    "pink": "#de6492",
}

IRIS = {
    "brown": "#6b3a1a",
    "amber": "#d98b1f",
    "green": "#2f9a58",
    "blue": "#2f86de",
    "grey": "#8696a8",
    "violet": "#8d5bc9",
}

CLOTH = {
    "navy": "#27406b",
    "red": "#d8433b",
    "yellow": "#f2b632",
    "green": "#2d8f6c",
    "purple": "#7350ab",
    "white": "#f5f2ea",
    "black": "#2d2c35",
    "pink": "#ec8fb0",
}

BACKGROUND = {
    "mustard": "#f3bd52",
    "coral": "#f58d70",
    "teal": "#74c4b9",
    "sky": "#93bdf0",
    "lavender": "#bda8e8",
    "rose": "#f5afc0",
    "leaf": "#a9d190",
    "cream": "#f6ead4",
    "midnight": "#34507a",
    "slate": "#8b93a3",
}

GLASSES = {"black": "#22222a", "white": "#f4f2ec", "red": "#c8322f", "blue": "#2b5fc0"}


class GlassesShape(NamedTuple):
    """Half width and height of a lens, its corner radius (1 = round), outer lift, opacity and rim width."""

    width: float
    height: float
    corner: float
    lift: float
    tint: float
    rim: float
    shown: float = 1.0


GLASSES_SHAPES = {
    "none": GlassesShape(0.18, 0.18, 1.0, 0.0, 0.0, 0.02, 0.0),
    "round": GlassesShape(0.185, 0.185, 1.0, 0.0, 0.10, 0.020),
    "square": GlassesShape(0.185, 0.150, 0.25, 0.0, 0.10, 0.026),
    "cat_eye": GlassesShape(0.190, 0.135, 0.65, 0.28, 0.10, 0.026),
    "sunglasses": GlassesShape(0.190, 0.155, 0.55, 0.08, 0.90, 0.024),
}


class HairStyle(NamedTuple):
    """One hair style. Lengths are in frame units; `front`, `side` and `crown` are heights on the unit sphere
    (-1 top of the head, 0 middle, 1 nape)."""

    puff: float = 0.06  # thickness of the shell over the skull
    front: float = -0.56  # hairline above the nose
    side: float = 0.05  # hairline at the temples and ears
    reach: float = 0.42  # how far forward the sides come: cosine of the azimuth
    part: float = 0.0  # where the parting is, -1 left to 1 right
    curtain: float = 0.0  # how steeply the fringe falls away from the parting
    notch: float = 0.0  # jagged or curly fringe
    notches: float = 9.0
    crown: float = 2.0  # bald above this height (2: nowhere)
    strip: float = 2.0  # hair only this close to the middle line (2: everywhere)
    opacity: float = 1.0
    bump: float = 0.0  # scalloped outline (negative: pointed)
    bumps: float = 9.0
    top: tuple[float, float, float, float, float, float] = (0, 0, 0, 0, 0, 0)  # extra volume: x y z and radii
    top_bump: float = 0.0
    back: tuple[float, float, float, float] = (0, 0, 0, 0)  # width beyond the skull, top, bottom, corner
    back_bump: float = 0.0
    wave: float = 0.0
    lock: tuple[float, float] = (0, 0)  # strands in front of the shoulders: half width, bottom
    tail: tuple[float, float, float, float, float, float, float] = (0, 0, 0, 0, 0, 0, 0)  # x y, x y, z, radii
    tails: tuple[float, float] = (0, 0)  # shown on the left, on the right
    tail_bump: float = 0.0


HAIR_STYLES = {
    "bald": HairStyle(opacity=0.0),
    "buzz": HairStyle(puff=0.015, front=-0.60, side=-0.02, opacity=0.72),
    "balding": HairStyle(puff=0.05, front=-0.52, side=0.15, crown=0.45, reach=0.36),
    "side_part": HairStyle(
        puff=0.07, front=-0.74, part=-0.40, curtain=0.30, top=(0.08, -0.49, 0.06, 0.40, 0.18, 0.34)
    ),
    "fringe": HairStyle(puff=0.07, front=-0.44, side=0.10, notch=0.05, notches=11),
    "quiff": HairStyle(
        puff=0.045, front=-0.62, side=-0.06, curtain=0.06, top=(0.03, -0.475, 0.15, 0.37, 0.24, 0.25)
    ),
    "spiky": HairStyle(puff=0.065, front=-0.55, side=-0.02, notch=0.14, notches=8, bump=-0.095, bumps=9),
    "mohawk": HairStyle(
        puff=0.03, front=-0.62, strip=0.25, top=(0.0, -0.42, -0.04, 0.115, 0.30, 0.46), top_bump=0.025
    ),
    "curly": HairStyle(puff=0.09, front=-0.50, side=0.06, notch=0.08, notches=9, bump=0.055, bumps=12),
    "afro": HairStyle(
        puff=0.09,
        front=-0.55,
        side=0.02,
        notch=0.03,
        bump=0.03,
        back=(0.155, -0.70, 0.40, 0.54),
        back_bump=0.045,
    ),
    "bob": HairStyle(
        puff=0.085, front=-0.42, side=1.2, reach=0.44, back=(0.09, -0.30, 0.42, 0.14), lock=(0.13, 0.42)
    ),
    "long": HairStyle(
        puff=0.075,
        front=-0.72,
        side=1.2,
        reach=0.36,
        curtain=0.36,
        back=(0.08, -0.3, 1.6, 0.2),
        lock=(0.12, 1.6),
    ),
    "wavy": HairStyle(
        puff=0.10,
        front=-0.76,
        side=1.2,
        reach=0.42,
        part=-0.34,
        curtain=0.42,
        back=(0.12, -0.3, 0.80, 0.2),
        wave=0.045,
        lock=(0.14, 0.74),
    ),
    "ponytail": HairStyle(
        puff=0.05,
        front=-0.66,
        side=0.02,
        part=-0.35,
        curtain=0.16,
        tail=(0.42, -0.36, 0.64, 0.44, -0.20, 0.16, 0.09),
        tails=(0, 1),
    ),
    "top_bun": HairStyle(
        puff=0.05, front=-0.58, side=0.02, tail=(0.0, -0.575, 0.0, -0.57, -0.10, 0.17, 0.17), tails=(0, 1)
    ),
    "space_buns": HairStyle(
        puff=0.055,
        front=-0.60,
        side=0.06,
        curtain=0.18,
        tail=(0.37, -0.48, 0.37, -0.47, -0.06, 0.175, 0.175),
        tails=(1, 1),
    ),
    "braids": HairStyle(
        puff=0.055,
        front=-0.60,
        side=0.20,
        curtain=0.26,
        tail=(0.52, 0.10, 0.58, 0.88, 0.04, 0.105, 0.085),
        tails=(1, 1),
        tail_bump=0.03,
    ),
}

"""A net unrolled in time, as Karpathy drew it in 2015: inputs below, states in the middle, outputs on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from demos.kit.charts import (
    NARROW,
    WIDTH,
    Drawing,
    Field,
    Line,
    Strokes,
    Thing,
    Words,
    across,
    fitting,
    signed,
)

STATE, INPUT, OUTPUT = 0, 1, 2  # colors
EDGE = 22  # px left and right, for arrows from and to columns that have no room
LEAST, MOST, PHONE = 38, 118, 74  # px of a column, and of the widest on a phone
BOX, TALL, PICTURE = 28, 48, 72  # px: heights of a box with words, of a state and of a picture
GAP = 22  # px between two of these
BELOW = 18  # px for the number of a step
UNITS = 12  # of a state in its box
AHEAD = 0.3  # share of the columns in view that lie ahead of the step that is shown
Vector = NDArray[np.float64]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Column:
    """One step of a net. What is None is not there: no input, no output. `states`: for each of the net's
    readings, numbers from -1 to 1, or None as long as it has not come here. `fed`: whether the last output is
    read too."""

    input: str | Pixels | None = None
    output: str | None = None
    states: tuple[Vector | None, ...] = (None,)
    fed: bool = False

    @property
    def is_reached(self) -> bool:
        return any(state is not None for state in self.states)

    @property
    def is_done(self) -> bool:
        return all(state is not None for state in self.states)


def unrolled(columns: Sequence[Column], now: int, texts: Sequence[str], *, linked: bool = True) -> Drawing:
    """The columns around the one at which the net is (from 0), and the first one if it has a picture. The
    longest of `texts` decides how wide columns are. `linked`: whether a state is carried from each to the
    next; a second reading goes the other way."""
    needed = max([LEAST, *(across(text) + 24 for text in texts)])

    def drawn(width: float, most: float, narrow: Drawing | None = None) -> Drawing:
        pitch = min(needed, most if linked else (width - 2 * EDGE) / len(columns))
        fit = int((width - 2 * EDGE) // pitch) if linked else len(columns)
        shown = in_view(columns, now, fit)
        left = EDGE if linked else (width - len(shown) * pitch) / 2
        things: list[Thing] = []
        for place, i in enumerate(shown):
            before = columns[i - 1] if i and linked else None
            behind = columns[i + 1] if i + 1 < len(columns) and linked else None
            middle = left + (place + 0.5) * pitch
            things += column(columns[i], before, behind, middle, pitch, i == now)
            if linked:
                things.append(Words(middle, height(columns) - BELOW / 2, str(i + 1), "middle"))
            if place and i > shown[place - 1] + 1:
                things.append(Words(middle - pitch / 2, top(0) + TALL / 2 - 12, "…", "middle"))
        if linked and shown[-1] + 1 < len(columns):
            lowest = top(len(columns[0].states) - 1)
            things.append(Words(left + len(shown) * pitch, lowest + TALL / 2, "…", "start"))
        return Drawing(tuple(things), width, height(columns), narrow)

    return drawn(WIDTH, MOST, drawn(NARROW, PHONE))


def in_view(columns: Sequence[Column], now: int, fit: int) -> list[int]:
    """Which columns are shown, of which so many fit."""
    first = min(max(0, now + 1 - round(fit * (1 - AHEAD))), max(0, len(columns) - fit))
    shown = list(range(first, min(first + fit, len(columns))))
    if first and isinstance(columns[0].input, np.ndarray):
        shown[0] = 0
    return shown


def height(columns: Sequence[Column]) -> float:
    """Px of the figure."""
    below = PICTURE if any(isinstance(one.input, np.ndarray) for one in columns) else BOX
    return top(len(columns[0].states)) + below + BELOW + 4


def top(row: int) -> float:
    """Px of the top of a row: of states, counted from above, or behind them of the inputs."""
    return 2 + BOX + GAP + row * (TALL + GAP)


def column(
    one: Column, before: Column | None, behind: Column | None, middle: float, pitch: float, is_now: bool
) -> list[Thing]:
    """The boxes of a column, the arrows between them, and those from its neighbors."""
    things: list[Thing] = []
    rows, half, weight = len(one.states), pitch / 2 - 5, 3.0 if is_now else 1.75
    wide = min(pitch / 2 - 9, 20) if rows == 1 else 0.18 * pitch
    if one.output is not None:
        things += box((middle - half, 2, middle + half, 2 + BOX), OUTPUT if one.is_done else -1, weight)
        if one.is_done:
            things.append(Words(middle, 2 + BOX / 2, fitting(one.output, 2 * half - 6), "middle"))
    if one.input is not None:
        things += read(one, middle, half, weight)
    for reading, state in enumerate(one.states):
        row, forwards = rows - 1 - reading, reading == 0  # the first reading is the lowest
        lane = middle if rows == 1 else middle + (-0.22 if forwards else 0.22) * pitch
        upper, reached = top(row), state is not None
        if state is not None:
            things.append(Field(lane - wide, upper, 2 * wide, TALL, signed(some(state)[:, None])))
        things += box((lane - wide, upper, lane + wide, upper + TALL), STATE if reached else -1, weight)
        if before if forwards else behind:
            side = -1 if forwards else 1
            start, end = lane + side * (pitch - wide), lane + side * wide
            things += arrow((start, upper + TALL / 2), (end, upper + TALL / 2), reached)
        if one.input is not None:
            things += arrow((lane, top(rows)), (lane, upper + TALL), reached)
        if one.output is not None:
            things += arrow((lane, upper), (lane, 2 + BOX), one.is_done)
    if one.fed and one.is_reached:
        ends = (middle - pitch + half, 2 + BOX / 2), (middle - wide - 1, top(0) + 4)
        things.append(Strokes(np.array([ends]), OUTPUT, 1.25))
    return things


def read(one: Column, middle: float, half: float, weight: float) -> list[Thing]:
    """The input of a column."""
    upper, color = top(len(one.states)), INPUT if one.is_reached else -1
    if isinstance(one.input, np.ndarray):
        edges = (middle - PICTURE / 2, upper, middle + PICTURE / 2, upper + PICTURE)
        return [Field(*edges[:2], PICTURE, PICTURE, one.input), *box(edges, color, weight)]
    word = fitting(str(one.input), 2 * half - 6)
    edges = (middle - half, upper, middle + half, upper + BOX)
    return [*box(edges, color, weight), Words(middle, upper + BOX / 2, word, "middle")]


def some(state: Vector) -> Vector:
    """Every so many numbers of a state, at most `UNITS`."""
    return state[:: ceil(len(state) / UNITS)]


def box(edges: tuple[float, float, float, float], color: int, weight: float) -> list[Thing]:
    """An outline in a color, or a faint one."""
    left, upper, right, lower = edges
    corners = [(left, upper), (right, upper), (right, lower), (left, lower), (left, upper)]
    if color < 0:
        return [Line(tuple(corners))]
    ends = np.array(list(pairwise(corners)))
    outwards = np.sign(ends[:, 1] - ends[:, 0]) * weight / 2  # so that corners are closed
    return [Strokes(np.stack([ends[:, 0] - outwards, ends[:, 1] + outwards], 1), color, weight)]


def arrow(start: tuple[float, float], end: tuple[float, float], is_reached: bool) -> list[Thing]:
    """An arrow up, to the right or to the left; a faint line where nothing went yet."""
    if not is_reached:
        return [Line((start, end))]
    tip = np.array(end)
    along = np.sign(tip - start)
    wings = [[tip - 6 * along + 4 * side * along[::-1], tip] for side in (1, -1)]
    return [Strokes(np.array([[start, end], *wings]), -1, 1.5)]

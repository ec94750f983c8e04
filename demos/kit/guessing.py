"""A round of guessing: numbered pictures in a grid, which a reader ticks before the answers are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from demos.kit import pictures, random
from demos.kit.controls import Action, Choices, Control, Hidden, Number, State
from demos.kit.pictures import Scene
from demos.kit.shows import Point

ROUNDS = 999_999


@dataclass(frozen=True)
class Round:
    """Pictures (n, 3, h, w), as numbered tiles too, and which of them are real."""

    images: Tensor
    tiles: list[Scene]
    real: tuple[bool, ...]

    def right(self, taken_for_real: list[bool]) -> int:
        """How many pictures somebody took for what they are."""
        return sum(taken == real for taken, real in zip(taken_for_real, self.real, strict=True))


@dataclass(frozen=True)
class Guessing:
    """So many pictures in so many columns, at least `fewest` of them real and as many generated.

    Its controls are `guesses` (numbers as text), `round` and `revealed`, the round whose answers are shown.
    """

    count: int
    columns: int
    fewest: int

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(str(n) for n in range(1, self.count + 1))

    @property
    def controls(self) -> tuple[Control | Action, ...]:
        return (
            Choices("guesses", self.numbers),
            Action("reveal", reveal, primary=True),
            Action("next_round", next_round),
            Number("round", 1, 1, ROUNDS),
            Hidden("revealed"),
        )

    def toggle(self, point: Point, state: State) -> dict[str, Any]:
        """Tick or untick the picture that was clicked."""
        column, row = pictures.cell_at(point, self.columns)
        clicked, guesses = self.numbers[row * self.columns + column], state["guesses"]
        return {"guesses": tuple(n for n in self.numbers if (n in guesses) != (n == clicked))}

    def real(self, number: int) -> tuple[bool, ...]:
        """Which pictures of a round are real: always the same, and its number tells nothing about them."""
        most = self.count - self.fewest
        reals = int(random.integers(number, self.fewest, most + 1, 1, stream="reals"))
        places = torch.tensor(random.permutation(number, self.count, stream="places"))
        return tuple((places < reals).tolist())

    def deal(
        self, number: int, make: Callable[[int, int], tuple[Tensor, Tensor]], size: int = pictures.TILE
    ) -> Round:
        """A round, whose pictures `make` gives for so many real and so many generated ones, as tiles of
        `size` px."""
        kinds = self.real(number)
        places, (real, generated) = torch.tensor(kinds), make(sum(kinds), kinds.count(False))
        images = real.new_empty(self.count, *real.shape[1:])
        images[places], images[~places] = real, generated
        tiles = [pictures.numbered(tile, n) for n, tile in enumerate(pictures.tiles(images, size), start=1)]
        return Round(images, tiles, kinds)

    def taken_for_real(self, guesses: tuple[str, ...]) -> list[bool]:
        """Which pictures a reader has not ticked as generated."""
        return [n not in guesses for n in self.numbers]

    def gallery(self, dealt: Round, guesses: tuple[str, ...], is_revealed: bool) -> Scene:
        """The pictures, those ticked framed; with the answers, each marked as what it is."""
        if is_revealed:
            shown = [pictures.marked(tile, real) for tile, real in zip(dealt.tiles, dealt.real, strict=True)]
        else:
            shown = [
                pictures.framed(tile, pictures.GRAY) if n in guesses else tile
                for n, tile in zip(self.numbers, dealt.tiles, strict=True)
            ]
        return pictures.grid(shown, self.columns)


def reveal(state: State) -> dict[str, Any]:
    return {"revealed": state["round"]}


def next_round(state: State) -> dict[str, Any]:
    return {"round": state["round"] % ROUNDS + 1, "guesses": (), "revealed": 0}

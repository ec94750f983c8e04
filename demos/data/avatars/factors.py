"""The factors of an avatar: what can vary, how it is sampled, and how it is read as labels."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as _replace
from typing import Literal

import torch
from torch import Tensor

from demos.data.avatars import palette
from demos.kit.random import uniform_at

Kind = Literal["continuous", "categorical"]
Group = Literal["identity", "accessory", "scene", "dynamic"]
Shape = Literal["uniform", "triangular", "low", "rare", "peaks"]


@dataclass(frozen=True)
class Factor:
    """One thing that varies.

    A continuous factor lives in `low`..`high` (always -1..1 or 0..1); a categorical one has `classes`.
    `min_size` is the smallest picture, in pixels, in which the factor can be read by eye.
    """

    name: str
    group: Group
    low: float = -1.0
    high: float = 1.0
    classes: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    shape: Shape = "uniform"
    min_size: int = 32

    @property
    def kind(self) -> Kind:
        return "categorical" if self.classes else "continuous"

    def draw(self, uniform: Tensor) -> Tensor:
        """Turn uniform numbers of shape (n,) into values of this factor."""
        if self.classes:
            return self._draw_class(uniform)
        return self.low + (self.high - self.low) * _SHAPES[self.shape](uniform)

    def _draw_class(self, uniform: Tensor) -> Tensor:
        weights = torch.tensor(self.weights or (1.0,) * len(self.classes), dtype=torch.float64)
        edges = (weights.cumsum(0) / weights.sum())[:-1]
        return torch.bucketize(uniform, edges.to(uniform.device), right=True)


def _triangular(u: Tensor) -> Tensor:
    """Inverse distribution function of the symmetric triangle on 0..1: the middle is the most frequent."""
    return torch.where(u < 0.5, (u / 2).sqrt(), 1 - ((1 - u) / 2).sqrt())


def _rest_at_zero(share: float) -> Callable[[Tensor], Tensor]:
    """Exactly 0 for a share of the draws, uniform for the rest: many mouths are shut, most skin is plain."""
    return lambda u: ((u - share) / (1 - share)).clamp_min(0.0)


def _peaks(u: Tensor) -> Tensor:
    """Three quarters below .2, the rest over the whole range: eyes are mostly open."""
    return torch.where(u < 0.75, u * (0.2 / 0.75), 0.2 + (u - 0.75) * 3.2)


_SHAPES: dict[str, Callable[[Tensor], Tensor]] = {
    "uniform": lambda u: u,
    "triangular": _triangular,
    "low": _rest_at_zero(0.45),
    "rare": _rest_at_zero(0.65),
    "peaks": _peaks,
}

BEARDS = ("none", "stubble", "moustache", "goatee", "full")
HATS = ("none", "beanie", "cap", "brim", "headband", "headscarf")

FACTORS: list[Factor] = [
    # identity, continuous
    Factor("skin_tone", "identity", 0, 1),
    Factor("undertone", "identity"),
    Factor("face_width", "identity"),
    Factor("jaw_width", "identity"),
    Factor("chin_length", "identity", min_size=64),
    Factor("eye_size", "identity"),
    Factor("eye_spacing", "identity"),
    Factor("eye_tilt", "identity", min_size=64),
    Factor("brow_thickness", "identity"),
    Factor("brow_arch", "identity", min_size=64),
    Factor("nose_width", "identity", min_size=64),
    Factor("nose_length", "identity", min_size=64),
    Factor("mouth_width", "identity"),
    Factor("lip_fullness", "identity", min_size=64),
    Factor("lip_color", "identity", 0, 1),
    Factor("freckles", "identity", 0, 1, shape="rare", min_size=64),
    # identity, categorical
    Factor("hair", "identity", classes=tuple(palette.HAIR_STYLES)),
    Factor("hair_color", "identity", classes=tuple(palette.HAIR)),
    Factor("iris", "identity", classes=tuple(palette.IRIS)),
    Factor("beard", "identity", classes=BEARDS, weights=(6, 1, 1, 1, 1)),
    # accessories
    Factor("glasses", "accessory", classes=tuple(palette.GLASSES_SHAPES), weights=(5, 1, 1, 1, 1)),
    Factor("glasses_color", "accessory", classes=tuple(palette.GLASSES), min_size=64),
    Factor("hat", "accessory", classes=HATS, weights=(6, 1, 1, 1, 1, 1)),
    Factor("hat_color", "accessory", classes=tuple(palette.CLOTH)),
    Factor("clothing", "accessory", classes=("tee", "v_neck", "hoodie", "shirt", "turtleneck", "stripes")),
    Factor("clothing_color", "accessory", classes=tuple(palette.CLOTH)),
    # scene
    Factor("background", "scene", classes=tuple(palette.BACKGROUND)),
    Factor("pattern", "scene", classes=("plain", "gradient", "disc", "stripes"), weights=(3, 1, 1, 1)),
    # dynamic
    Factor("smile", "dynamic"),
    Factor("mouth_open", "dynamic", 0, 1, shape="low"),
    Factor("blink", "dynamic", 0, 1, shape="peaks"),
    Factor("gaze_x", "dynamic"),
    Factor("gaze_y", "dynamic", min_size=64),
    Factor("brow_raise", "dynamic"),
    Factor("brow_tilt", "dynamic", min_size=64),
    Factor("yaw", "dynamic", shape="triangular"),
    Factor("pitch", "dynamic", shape="triangular"),
    Factor("roll", "dynamic", shape="triangular"),
    Factor("light", "dynamic"),
    Factor("blush", "dynamic", 0, 1, shape="rare"),
]

BY_NAME: dict[str, Factor] = {factor.name: factor for factor in FACTORS}
CONTINUOUS: tuple[str, ...] = tuple(f.name for f in FACTORS if f.kind == "continuous")
CATEGORICAL: tuple[str, ...] = tuple(f.name for f in FACTORS if f.kind == "categorical")


@dataclass(frozen=True)
class Factors:
    """A batch of n avatars. `factors["smile"]` is the column (n,) of that name.

    `continuous` is float32 (n, len(CONTINUOUS)) in each factor's own range, -1..1 or 0..1;
    `categorical` is int64 (n, len(CATEGORICAL)), the index into `Factor.classes`.
    """

    continuous: Tensor
    categorical: Tensor

    def __len__(self) -> int:
        return self.continuous.shape[0]

    def __getitem__(self, name: str) -> Tensor:
        if name in _COLUMN:
            table = self.categorical if BY_NAME[name].classes else self.continuous
            return table[:, _COLUMN[name]]
        raise KeyError(f"no factor named {name!r}; the factors are {', '.join(_COLUMN)}")

    @property
    def device(self) -> torch.device:
        return self.continuous.device

    def to(self, device: torch.device | str) -> Factors:
        return Factors(self.continuous.to(device), self.categorical.to(device))

    def select(self, index: slice | Tensor) -> Factors:
        """The rows of `index`, as a batch of their own."""
        return Factors(self.continuous[index], self.categorical[index])

    def repeat(self, times: int) -> Factors:
        """Every row `times` times, the copies of one row side by side."""
        return Factors(
            self.continuous.repeat_interleave(times, 0), self.categorical.repeat_interleave(times, 0)
        )

    def split(self, count: int) -> Iterator[Factors]:
        """Consecutive batches of at most `count` rows."""
        for start in range(0, len(self), count):
            yield self.select(slice(start, start + count))

    def labels(self) -> tuple[Tensor, Tensor]:
        """(categorical int64 (n, C), continuous float32 (n, F) in -1..1 or 0..1), to train a judge on."""
        return self.categorical, self.continuous


_COLUMN = {name: i for names in (CONTINUOUS, CATEGORICAL) for i, name in enumerate(names)}


def sample(n: int, seed: int, *, start: int = 0, device: torch.device | str = "cpu") -> Factors:
    """Draw n avatars. Row i depends on `seed` and `start + i` alone: neither on n nor on the device."""
    return sample_rows(seed, torch.arange(start, start + n)).to(device)


def sample_rows(seed: int, rows: Tensor) -> Factors:
    """Any rows (n,) int64 of what `sample` draws from a seed."""
    return _fit_hats(_assemble({f.name: _column(f, seed, rows) for f in FACTORS}))


def vary(factors: Factors, seed: int) -> Factors:
    """The same identities with new expression, pose, accessories and scene."""
    rows = torch.arange(len(factors))
    columns = {
        f.name: factors[f.name].cpu() if f.group == "identity" else _column(f, seed, rows) for f in FACTORS
    }
    return _fit_hats(_assemble(columns)).to(factors.device)


def replace(factors: Factors, **values: float | int | str | Tensor) -> Factors:
    """The same avatars with some factors set: a number, a class name, or a tensor of one value per row.

    Raises KeyError for an unknown factor and ValueError for a value outside its range or classes.
    """
    continuous, categorical = factors.continuous.clone(), factors.categorical.clone()
    for name, value in values.items():
        if name not in BY_NAME:
            raise KeyError(f"no factor named {name!r}; the factors are {', '.join(_COLUMN)}")
        table = categorical if BY_NAME[name].classes else continuous
        table[:, _COLUMN[name]] = _checked(BY_NAME[name], value, table)
    return _replace(factors, continuous=continuous, categorical=categorical)


def _checked(factor: Factor, value: float | int | str | Tensor, table: Tensor) -> Tensor:
    if isinstance(value, str):
        if not factor.classes:
            raise ValueError(f"{factor.name}: {value!r} is not a number")
        if value not in factor.classes:
            raise ValueError(f"{factor.name}: {value!r} is not one of {', '.join(factor.classes)}")
        value = factor.classes.index(value)
    column = torch.as_tensor(value, device=table.device).to(table.dtype)
    low, high = (0, len(factor.classes) - 1) if factor.classes else (factor.low, factor.high)
    if not bool(((column >= low) & (column <= high)).all()):
        raise ValueError(f"{factor.name}: values must lie between {low} and {high}")
    return column


def _assemble(columns: Mapping[str, Tensor]) -> Factors:
    return Factors(
        torch.stack([columns[name].float() for name in CONTINUOUS], 1),
        torch.stack([columns[name] for name in CATEGORICAL], 1),
    )


def _fit_hats(factors: Factors) -> Factors:
    """A headscarf goes with a shaven face only; a bearded head gets a beanie instead."""
    bearded = factors["beard"] != BEARDS.index("none")
    swap = bearded & (factors["hat"] == HATS.index("headscarf"))
    return replace(factors, hat=torch.where(swap, HATS.index("beanie"), factors["hat"]))


def _column(factor: Factor, seed: int, rows: Tensor) -> Tensor:
    """One factor for the given rows; keyed by its name, so a new factor leaves the others as they are."""
    return factor.draw(uniform_at(seed, zlib.crc32(factor.name.encode()), rows))

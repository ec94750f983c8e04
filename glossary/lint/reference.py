"""What every code means, in every language: `rules.yml` as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from .. import demos, exchange, figures, load, quizzes, reading_paths

SERIES = ("T1", "T2", "T3", "T5", "T4", "T0", "D0", "Q0", "F0", "P0", "S0", "X0")


_ENGLISH = {
    **load.CODES,
    **quizzes.CODES,
    **figures.CODES,
    **reading_paths.CODES,
    **demos.CODES,
    **exchange.CODES,
}


@dataclass(frozen=True, slots=True)
class Description:
    """One code: what it reports and what to do about it, by language, and an example."""

    code: str
    texts: Mapping[str, str]
    fixes: Mapping[str, str]
    bad: str
    good: str

    def language(self, lang: str) -> str:
        """The language to read it in: English, where there is no text in `lang`."""
        return lang if lang in self.texts else "en"


@cache
def descriptions() -> Mapping[str, Description]:
    """Every code, in order."""
    data = yaml.load((Path(__file__).parent / "rules.yml").read_bytes(), yaml.CSafeLoader)
    return MappingProxyType({code: _description(code, dict(values)) for code, values in data.items()})


def _description(code: str, values: dict[str, Any]) -> Description:
    bad, good, fixes = (values.pop(name) for name in ("bad", "good", "fix"))
    english = {"en": _ENGLISH[code]} if code in _ENGLISH else {}
    return Description(code, MappingProxyType({**english, **values}), MappingProxyType(fixes), bad, good)


def by_series() -> Iterator[tuple[str, list[Description]]]:
    """The codes in groups that begin alike; what stops a build comes last."""
    for series in SERIES:
        yield series, [found for code, found in descriptions().items() if code.startswith(series)]


CODES: Mapping[str, str] = MappingProxyType(
    {code: description.texts["en"] for code, description in descriptions().items()}
)

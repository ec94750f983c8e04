"""What every code means, in every language: `rules.yml` as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from .. import load

SERIES = ("T1", "T2", "T3", "T4", "T0", "S0")


@dataclass(frozen=True, slots=True)
class Description:
    """One code: what it reports, by language, and an example where one can be given."""

    code: str
    texts: Mapping[str, str]
    bad: str = ""
    good: str = ""

    def text(self, lang: str) -> tuple[str, str]:
        """The description and the language it is in: English, where there is none in `lang`."""
        return (self.texts[lang], lang) if lang in self.texts else (self.texts["en"], "en")


@cache
def descriptions() -> Mapping[str, Description]:
    """Every code, in order."""
    data = yaml.load((Path(__file__).parent / "rules.yml").read_bytes(), yaml.CSafeLoader)
    return MappingProxyType({code: _description(code, dict(values)) for code, values in data.items()})


def _description(code: str, values: dict[str, str]) -> Description:
    bad, good = values.pop("bad", ""), values.pop("good", "")
    english = {"en": load.CODES[code]} if code in load.CODES else {}
    return Description(code, MappingProxyType({**english, **values}), bad, good)


def by_series() -> Iterator[tuple[str, list[Description]]]:
    """The codes in groups that begin alike; what stops a build comes last."""
    for series in SERIES:
        yield series, [found for code, found in descriptions().items() if code.startswith(series)]


CODES: Mapping[str, str] = MappingProxyType(
    {code: description.texts["en"] for code, description in descriptions().items()}
)

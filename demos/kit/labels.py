"""A demo's words in one language, and numbers as that language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from demos.kit.registry import Demo

DECIMAL_COMMA = ("nb",)


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What every demo and the server say: key to language to text (`words.yml`)."""
    path = Path(__file__).with_name("words.yml")
    data: Mapping[str, Mapping[str, str]] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return data


def word(key: str, lang: str) -> str:
    return words()[key][lang]


@dataclass(frozen=True)
class Labels:
    """`labels["seed"]` is a text of the demo; `labels("score", n=3)` fills in its `{fields}`."""

    demo: Demo
    lang: str

    def __getitem__(self, key: str) -> str:
        return self.demo.labels[key][self.lang]

    def __call__(self, key: str, **fields: object) -> str:
        return self[key].format(**fields)

    @property
    def title(self) -> str:
        return self.demo.title[self.lang]

    @property
    def try_this(self) -> str:
        return self.demo.try_this[self.lang]

    def number(self, value: float, digits: int = 1) -> str:
        """A number as the language writes it: decimal comma in Norwegian, a real minus sign in all."""
        text = f"{value:.{digits}f}".replace("-", "−")
        return text.replace(".", ",") if self.lang in DECIMAL_COMMA else text

    def thousands(self, value: int) -> str:
        """A whole number in groups of three: `310 000` in Norwegian, `310,000` in English and Chinese."""
        return f"{value:,}".replace(",", "\u00a0") if self.lang in DECIMAL_COMMA else f"{value:,}"

    def percent(self, share: float) -> str:
        """A share from 0 to 1 in whole per cent; Norwegian puts a space before the sign."""
        return f"{share:.0%}".replace("%", "\u00a0%") if self.lang in DECIMAL_COMMA else f"{share:.0%}"

    def chance(self, probability: float) -> str:
        """A probability in per cent that never claims to be certain: `> 99 %`, `< 1 %`."""
        if 0.01 <= probability <= 0.99:
            return self.percent(probability)
        return f"> {self.percent(0.99)}" if probability > 0.5 else f"< {self.percent(0.01)}"

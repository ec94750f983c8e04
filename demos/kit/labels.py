"""A demo's words in one language, and numbers as that language writes them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce

from demos.kit.languages import Language
from glossary import numbers
from glossary.demos import Demo


@dataclass(frozen=True)
class Labels:
    """`labels["seed"]` is a text of the demo; `labels("score", n=3)` fills in its `{fields}`."""

    demo: Demo
    language: Language

    @property
    def lang(self) -> str:
        return self.language.code

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

    def shared(self, key: str, **fields: object) -> str:
        """A text of all demos with its `{fields}` filled in."""
        return self.language.word(key).format(**fields)

    def name_of(self, language: str) -> str:
        """What a language is called; one of `controls.NAMED`."""
        return self.shared(f"language_{language}")

    def spoken(self, languages: Collection[str], chosen: str = "page") -> str:
        """The one of some languages that was chosen; for `page` the page's own, or English where that is not
        among them."""
        own = self.lang if self.lang in languages else "en"
        return own if chosen == "page" else chosen

    def listed(self, texts: Sequence[str]) -> str:
        """Texts in a row, with the language's comma."""
        return self.joined("listed", texts)

    def quoted(self, texts: Sequence[str]) -> str:
        """What readers typed, in a row, each in quotation marks; no sign in it means anything."""
        return self.listed([self.shared("quoted", text=isolated(plain(text))) for text in texts])

    def sentences(self, texts: Sequence[str]) -> str:
        """One sentence after the other."""
        return self.joined("sentences", texts)

    def headed(self, heading: str, text: str) -> str:
        """A text behind a heading in bold."""
        return self.sentences([f"<strong>{heading}</strong>", text])

    def joined(self, key: str, texts: Sequence[str]) -> str:
        if not texts:
            return ""
        return reduce(lambda before, text: self.shared(key, before=before, text=text), texts)

    def number(self, value: float, digits: int = 1) -> str:
        """A number with so many decimals."""
        return numbers.number(value, self.language.locale, digits)

    def thousands(self, value: int) -> str:
        """An integer in groups of three."""
        return numbers.integer(value, self.language.locale)

    def plain(self, value: float) -> str:
        """A number with the decimals that it has."""
        digits = len(f"{value:.6f}".rstrip("0").partition(".")[2])
        return numbers.number(value, self.language.locale, digits)

    def power_of_ten(self, exponent: float) -> str:
        """10 to the power of `exponent`, with the power of ten written out: `3,2 · 10⁻⁷` for -6.5."""
        whole = math.floor(exponent)
        digits = round(10 ** (exponent - whole), 1)
        if digits >= 10:
            whole, digits = whole + 1, 1.0
        raised = str(whole).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return self.shared("power_of_ten", digits=self.number(digits), power=raised)

    def percent(self, share: float) -> str:
        """A share from 0 to 1 in whole per cent."""
        return numbers.percent(share, self.language.locale)

    def chance(self, probability: float) -> str:
        """A probability in per cent that never claims to be certain: `> 99 %`, `< 1 %`, on one line."""
        if 0.01 <= probability <= 0.99:
            return self.percent(probability)
        return f">\u00a0{self.percent(0.99)}" if probability > 0.5 else f"<\u00a0{self.percent(0.01)}"


def isolated(text: str) -> str:
    """The text, which, if it is written from the right, leaves the order of what is around it alone."""
    from_right = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return f"\u2068{text}\u2069" if from_right else text


def plain(text: str) -> str:
    """Text as Markdown shows it, letter by letter: no sign means anything, and lines stay lines."""
    signs = "".join(c if c.isalnum() or c.isspace() or not c.isascii() else f"&#{ord(c)};" for c in text)
    return signs.replace("\n", "<br>")

"""How long a text takes to read, by its language.

Words or characters in a minute as adults read them, measured with the same texts in 17 languages:
Trauzettel-Klosinski and Dietz, Standardized Assessment of Reading Performance, IOVS 53 (2012),
doi:10.1167/iovs.11-8284. Norwegian and Danish are taken to be read like Swedish.
"""

from __future__ import annotations

import re

from .model import Language

WORDS = {
    "ar": 138, "da": 199, "de": 179, "en": 228, "es": 218, "fi": 161, "fr": 195, "he": 187, "it": 188,
    "nb": 199, "nl": 202, "nn": 199, "no": 199, "pl": 166, "pt": 181, "ru": 184, "sl": 180, "sv": 199,
    "tr": 166,
}  # fmt: skip
CHARACTERS = {"zh": 255, "ja": 357}
OTHER = 184  # words, in languages that were not measured: the mean of those that were
_CHARACTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and Han characters
_WORD = re.compile(r"\w+(?:[-'’./,]\w+)*")


def minutes(text: str, language: Language) -> float:
    """The time that a text in a language takes; names in Latin letters amid Han characters are words."""
    code = language.code.split("-")[0]
    words, characters = _CHARACTER.subn(" ", text)
    time = len(_WORD.findall(words)) / WORDS.get(code, OTHER)
    return time + characters / CHARACTERS.get(code, CHARACTERS["zh"])

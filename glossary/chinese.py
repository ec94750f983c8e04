"""Chinese in the other script: our own texts are written in simplified characters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from opencc import OpenCC

# Regions with words or characters of their own; traditional Chinese elsewhere is converted as in Taiwan.
_CONVERSIONS = {"HK": "s2hk", "MO": "s2hk"}
_QUOTES = str.maketrans("“”‘’", "「」『』")


def traditional(value: Any, code: str) -> Any:
    """Texts, in lists and mappings too, in traditional characters and with the words of the code's region."""
    if isinstance(value, str):
        region = code.rpartition("-")[2]
        return _converter(_CONVERSIONS.get(region, "s2twp")).convert(value).translate(_QUOTES)
    if isinstance(value, Mapping):
        return {key: traditional(item, code) for key, item in value.items()}
    if isinstance(value, list):
        return [traditional(item, code) for item in value]
    return value


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)

"""Which format a file looks like, for those who named another."""

from __future__ import annotations

import re

_START = 4000  # bytes that are looked at
_ROOTS = {"martif": "tbx", "tbx": "tbx", "rdf": "skos", "xliff": "xliff"}


def likely_format(content: bytes) -> str:
    """The name of the format on the command line; `csv` for any other text, empty for other bytes."""
    if content.startswith(b"PK\x03\x04"):
        return "xlsx" if b"xl/" in content else ""
    is_utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = content[:_START].decode("utf-16" if is_utf_16 else "utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("<") and (root := re.search(r"<(?:[\w-]+:)?([A-Za-z]\w*)[\s>]", text)):
        return _ROOTS.get(root[1].lower(), "skos" if re.match(r"<[^>\s]+>\s+<", text) else "")
    if text[:1] in ("{", "["):
        return "skos" if re.search(r'"@(?:context|graph|id|type)"\s*:', text) else "json"
    if re.match(r"(?i)(?:#[^\n]*\n\s*)*(?:@?prefix|@?base)\s", text):
        return "skos"
    return "" if "\0" in text or not text else "csv"

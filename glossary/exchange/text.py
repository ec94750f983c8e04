"""From a file's bytes to its text, without surprises."""

from __future__ import annotations

from .plain import MAX_BYTES, Incoming


def decode(content: bytes, incoming: Incoming) -> str | None:
    """The text of a file in UTF-8, or in UTF-16 with a byte order mark; None with the reason noted."""
    if len(content) > MAX_BYTES:
        incoming.report("X002", f"the file is larger than {MAX_BYTES:,} bytes", "split it")
        return None
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        incoming.report("X003", "the file is not UTF-8", "save it as UTF-8", line=line)
        return None

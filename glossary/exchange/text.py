"""From a file's bytes to its text, without surprises."""

from __future__ import annotations

import re

from .plain import MAX_BYTES, Incoming

# Within a word: what are letters in Mac Roman are signs in Windows-1252, or letters of few languages.
_MAC_LETTER = re.compile(rb"(?<=[A-Za-z])[\x80-\x84\x86-\x8a\x8c-\x90\x98\x9a\x9d\x9f\xbe\xbf]")
_WINDOWS_LETTER = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff]")
_START = 4000  # bytes that are looked at
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# What spreadsheets calculate, also with full-width signs, and what a reader would take for our apostrophe.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def decode(content: bytes, incoming: Incoming, fix: str = "save it as UTF-8") -> str | None:
    """The text of a file in UTF-8 or UTF-16; None with the reason noted."""
    if not _has_usable_size(content, incoming):
        return None
    encoding = _utf_16(content) or "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        incoming.report("X003", "the file is not UTF-8", fix, line=line)
        return None


def decode_table(content: bytes, incoming: Incoming, encoding: str = "") -> str | None:
    """The text of a table, which spreadsheets save in the code page of their country.

    In the pages of Chinese a character is two bytes beyond ASCII or more, in those of western Europe letters
    beyond ASCII stand alone: that tells GB 18030 from Windows-1252, and where they are in the page tells that
    from Mac Roman. `encoding` overrules the guess.
    """
    if not _has_usable_size(content, incoming):
        return None
    if encoding:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except (LookupError, UnicodeError):
            message = f"the file is not {encoding}, or there is no such encoding"
            incoming.report("X003", message, "leave out --encoding, or name another one")
            return None
    if guessed := _code_page(content):
        incoming.decide(f"read as {guessed[1]}; --encoding names another", line=1)
        return content.decode(guessed[0])
    return decode(content, incoming, "save it as UTF-8, or name its encoding: --encoding cp1251")


def _has_usable_size(content: bytes, incoming: Incoming) -> bool:
    if len(content) > MAX_BYTES:
        incoming.report("X002", f"the file is larger than {MAX_BYTES:,} bytes", "split it")
    return len(content) <= MAX_BYTES


def _code_page(content: bytes) -> tuple[str, str] | None:
    """Codec and name of what a table is written in; None if it is Unicode, or nothing known."""
    if _utf_16(content) or _is(content, "utf-8"):
        return None
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", content)]
    if sum(length for length in runs if length > 1) > 0.8 * sum(runs):
        guess = ("gb18030", "GB 18030")
    elif len(_MAC_LETTER.findall(content)) > len(_WINDOWS_LETTER.findall(content)):
        guess = ("mac_roman", "Mac Roman")
    else:
        guess = ("cp1252", "Windows-1252")
    return guess if _is(content, guess[0]) else None


def _utf_16(content: bytes) -> str:
    """Which UTF-16 a text is in, by its byte order mark or else by where its zeros are; empty if in none."""
    if content[:2] in _UTF_16_MARKS:
        return "utf-16"
    first, second = content[:_START:2], content[1:_START:2]
    for encoding, zeros, others in (("utf-16-le", second, first), ("utf-16-be", first, second)):
        if zeros.count(0) > len(zeros) / 5 and not others.count(0):
            return encoding
    return ""


def _is(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unsafe(cell: str) -> str:
    """The text of such a cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell

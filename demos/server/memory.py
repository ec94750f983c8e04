"""Giving memory back. Torch allocates and frees large blocks in many threads, and glibc keeps what was freed:
with three demos that was a third of the server's memory."""

import ctypes
from typing import Any

M_ARENA_MAX = -8  # of <malloc.h>


def glibc() -> Any | None:
    """The C library, if it is glibc."""
    try:
        library = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return library if hasattr(library, "malloc_trim") else None


def share_arenas(count: int = 2) -> None:
    """Let all threads allocate from a few arenas, before there are many of either."""
    if library := glibc():
        library.mallopt(M_ARENA_MAX, count)


def give_back() -> None:
    """Return freed memory to the system; takes milliseconds."""
    if library := glibc():
        library.malloc_trim(0)

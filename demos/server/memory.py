"""Giving memory back, and how much is in use. Torch allocates and frees large blocks in many threads, and
glibc keeps what was freed: with three demos that was a third of the server's memory."""

import ctypes
from contextlib import suppress
from typing import Any

import psutil

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


def in_use(process: psutil.Process) -> int:
    """Bytes of a process and its children, of which any may end meanwhile. What they share is counted once;
    where the system does not say how much that is, only what is each one's own."""
    used = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            info = one.memory_full_info()
            used += info.pss if hasattr(info, "pss") else info.uss
    return used

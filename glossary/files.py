"""Files change whole or not at all. Of the standard library alone: training imports it too."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_MANY = 16  # files for which flushing the disk once is quicker than flushing each: an import makes thousands


def write(path: Path, content: bytes | str) -> None:
    """Make or replace one file: readers see the old one or the new one. Raises OSError."""
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes | str]) -> None:
    """Make or replace files: first all are written beside their places, then each takes its place.

    Raises OSError if there is no place or no permission to write, and puts back what had changed by then.
    """
    ready: dict[Path, Path] = {}
    before: dict[Path, bytes | None] = {}
    at_once = len(contents) > _MANY and hasattr(os, "sync")
    try:
        for path, content in contents.items():
            target = path.resolve()  # a link stays a link
            target.parent.mkdir(parents=True, exist_ok=True)
            ready[target] = _write_temporary(target, content, flush=not at_once)
        if at_once:
            os.sync()
        for target, new in ready.items():
            before[target] = target.read_bytes() if target.exists() else None
            new.replace(target)
    except BaseException:
        for target, old in before.items():
            if old is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(old)
        raise
    finally:
        for new in ready.values():
            with suppress(FileNotFoundError):
                new.unlink()


def _write_temporary(target: Path, content: bytes | str, *, flush: bool) -> Path:
    """A new file in the target's folder, with the target's permissions; flushed, on the disk for certain."""
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "this is no file, but a folder or a device", str(target))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is write-protected", str(target))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:  # which names the file that is only for now
        raise OSError(error.errno, error.strerror, str(target)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        if flush:
            os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, name)
    else:
        Path(name).chmod(0o666 & ~_umask())  # a temporary file is for its owner only
    return Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

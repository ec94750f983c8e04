"""A secret that all processes of one server share, and that ends with them."""

from __future__ import annotations

import hashlib
import secrets

_kept: list[bytes] = []


def secret(purpose: str) -> bytes:
    """32 bytes for a purpose: the same in the server and in its workers, others in the next server."""
    return hashlib.sha256(shared() + purpose.encode()).digest()


def shared() -> bytes:
    """What a worker is to `adopt` from the process that starts it."""
    if not _kept:
        _kept.append(secrets.token_bytes(32))
    return _kept[0]


def adopt(value: bytes) -> None:
    """Take over the secret of the process that started this one."""
    _kept[:] = [value]

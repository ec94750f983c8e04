"""Tensors that take long to make, kept as files: what a training looks up in each of its steps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from safetensors.torch import load_file, save
from torch import Tensor

from glossary import files


def kept(path: Path, make: Callable[[], Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The tensors in a safetensors file; where there is none, they are made and written first."""
    if not path.exists():
        files.write(path, save({name: x.contiguous() for name, x in make().items()}))
    return load_file(path)


def digest(made_of: Iterable[Tensor | Path | str]) -> str:
    """Ten hex digits for a file's name, which change with what its content is made of: tensors, files, and
    texts."""
    found = hashlib.sha256()
    for part in made_of:
        match part:
            case Tensor():
                found.update(part.cpu().contiguous().numpy().data)
            case Path():
                found.update(part.read_bytes())
            case str():
                found.update(part.encode())
    return found.hexdigest()[:10]

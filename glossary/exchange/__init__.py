"""The termbase in other people's formats, and back again.

    content = FORMATS["tbx"].write(termbase)
    incoming = FORMATS["tbx"].read(content, Path("terms.tbx"))

A format, and what several formats share, belongs here; what a concept may hold belongs in `model` and `load`.
Every format writes bytes that depend on the termbase alone, and reads them into plain data (`plain.py`), for
which `place.py` finds a place and which `merge.py` puts into YAML files. What a standard has no place for
travels in our own TBX module and RDF namespace: YAML → format → YAML changes nothing. What the termbase has
no place for stays in `extra` (`extra.py`): others' format → YAML → the same format loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ..model import Termbase
from .plain import Incoming

CODES = {
    "X002": "A file to be imported is too large.",
    "X003": "The encoding of a file to be imported cannot be read.",
    "X004": "A file to be imported is not what its format asks for.",
    "X005": "A file to be imported has entities or asks for other files, which is refused.",
    "X006": "A file to be imported holds no concepts.",
    "X010": "A table of ours has a column or a kind of row that there is none of.",
    "X011": "The file does not say which language its texts are in.",
    "X012": "A concept of the file has no usable id.",
    "X013": "Something is given twice where there is room for one.",
    "X020": "An existing YAML file cannot be edited without losing something.",
}


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on the command line, the ending of its files, and the module that knows it."""

    name: str
    suffix: str
    module: str
    flavor: str = ""  # which of the module's forms, where it has several

    def write(self, termbase: Termbase, **options: Any) -> bytes:
        write: Callable[..., bytes] = self._function("write")
        return write(termbase, **options)

    def read(self, content: bytes, path: Path, **options: Any) -> Incoming:
        """What the file says; what it says wrongly is in the result's `problems`."""
        read: Callable[..., Incoming] = self._function("read")
        return read(content, path, **options)

    def _function(self, name: str) -> Callable[..., Any]:
        """Imported when needed: rdflib alone takes half a second."""
        found: Callable[..., Any] = getattr(
            import_module(f".{self.module}", __name__), "_".join(filter(None, (name, self.flavor)))
        )
        return found


FORMATS = {
    format.name: format
    for format in (
        Format("tbx", "tbx", "tbx"),
        Format("skos-ttl", "ttl", "skos", "turtle"),
        Format("skos-jsonld", "jsonld", "skos", "jsonld"),
        Format("csv", "csv", "csv"),
        Format("json", "json", "json"),
    )
}
# What can be read: the files of others too, in whatever syntax they are.
IMPORTS = FORMATS | {
    format.name: format
    for format in (
        Format("skos", "rdf", "skos"),
        Format("xlsx", "xlsx", "table", "xlsx"),
        Format("xliff", "xlf", "translators", "xliff"),
    )
}

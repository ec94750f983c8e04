"""What a demo shows. Each show has a name, under which an answer gives what belongs there. Its words:

labels.<name>   what stands above it
labels.<name>_alt   what a picture or a chart shows, for those who do not see it
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from PIL import Image

from demos.kit.charts import Drawing, Pair
from demos.kit.controls import State
from demos.kit.labels import Labels
from demos.kit.pictures import Scene, encoded

Payload = (
    str  # what a browser gets: Markdown, SVG, or the address of a picture or a sound that holds its bytes
)
Point = tuple[float, float]  # in pixels of the picture or the chart
Click = Callable[
    [Point, State], Mapping[str, Any]
]  # from the point clicked and the state to the controls it changes


@dataclass(frozen=True)
class Show(ABC):
    """What all shows are."""

    name: str

    @abstractmethod
    def payload(self, value: Any, labels: Labels) -> Payload:
        """What a browser gets for a value. Raises TypeError if this show cannot show it."""

    def words_needed(self) -> set[str]:
        """Labels that it needs."""
        return {self.name}

    def refuse(self, value: object) -> TypeError:
        return TypeError(f"“{self.name}” is a {type(self).__name__} and cannot show a {type(value).__name__}")


@dataclass(frozen=True)
class Picture(Show):
    """A picture: a `Scene` or a PIL image."""

    click: Click | None = None

    def words_needed(self) -> set[str]:
        return {self.name, f"{self.name}_alt"}

    def payload(self, value: Scene | Image.Image, labels: Labels) -> Payload:
        if isinstance(value, Scene):
            return value.address
        if isinstance(value, Image.Image):
            return encoded(value)
        raise self.refuse(value)


@dataclass(frozen=True)
class Chart(Show):
    """A chart drawn with `kit.charts`, in the site's colors and the reader's language."""

    click: Click | None = None

    def words_needed(self) -> set[str]:
        return {self.name, f"{self.name}_alt"}

    def payload(self, value: Drawing | Pair, labels: Labels) -> Payload:
        if not isinstance(value, Drawing | Pair):
            raise self.refuse(value)
        return value.svg(labels[f"{self.name}_alt"], self.name if self.click else "")


@dataclass(frozen=True)
class Text(Show):
    """Markdown, without a label."""

    def words_needed(self) -> set[str]:
        return set()

    def payload(self, value: str, labels: Labels) -> Payload:
        if not isinstance(value, str):
            raise self.refuse(value)
        return value


@dataclass(frozen=True)
class Audio(Show):
    """A sound: the bytes of a WAV file."""

    def payload(self, value: bytes, labels: Labels) -> Payload:
        if not isinstance(value, bytes):
            raise self.refuse(value)
        label, source = escape(labels[self.name]), address(value, "audio/wav")
        return f'<audio controls aria-label="{label}" src="{source}"></audio>'


@dataclass(frozen=True)
class Download:
    """A file for the reader: what `File` shows."""

    name: str
    data: bytes
    kind: str = "text/plain;charset=utf-8"  # its media type


@dataclass(frozen=True)
class File(Show):
    """A file to download; `labels.<name>` is what the link says."""

    def payload(self, value: Download, labels: Labels) -> Payload:
        if not isinstance(value, Download):
            raise self.refuse(value)
        link = f'download="{escape(value.name)}" href="{address(value.data, value.kind)}"'
        return f"<a {link}>{escape(labels[self.name])}</a>"


def address(data: bytes, kind: str) -> str:
    """An address that holds its data."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"

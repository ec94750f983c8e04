"""A demo's still: what its default answer shows, as one small picture, for where no demo runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from demos.kit import pictures
from demos.kit.app import App, Tab
from demos.kit.charts import Drawing, Pair
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene

LEAST = 640  # px: a still is at least this wide
QUALITY = 82


def draw_still(app: App, run: Runner, labels: Labels) -> Path:
    """Write a demo's still beside its `demo.yml`, as small as it can be while it looks the same."""
    path = app.demo.still
    still(app, run, labels).save(path, "WEBP", quality=QUALITY, method=6)
    return path


def still(app: App, run: Runner, labels: Labels) -> Image.Image:
    """The pictures and charts of the default answer below each other: those that `STILL` in app.py names, or
    all of the first tab."""
    tab = next(tab for tab in app.tabs if not set(app.still) - {show.name for show in tab.shows})
    shown = answered(tab, run, labels)
    parts = [scene(shown[name]) for name in app.still or shown if is_seen(shown[name])]
    whole = pictures.stacked(parts, gap=2 * pictures.GAP)
    return whole.image(max(1.0, LEAST / whole.width))


def answered(tab: Tab, run: Runner, labels: Labels) -> dict[str, Any]:
    """The whole default answer of a tab, by show."""
    answer = tab.answer(run, labels, **tab.defaults)
    parts = [answer] if isinstance(answer, Mapping) else list(answer)
    return {name: value for part in parts for name, value in part.items()}


def is_seen(value: object) -> bool:
    return isinstance(value, Scene | Drawing | Pair | Image.Image)


def scene(value: Scene | Drawing | Pair | Image.Image) -> Scene:
    if isinstance(value, Scene):
        return value
    image = value.image() if isinstance(value, Drawing | Pair) else value
    return pictures.raster(image.convert("RGB"))

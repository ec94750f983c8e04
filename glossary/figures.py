"""Figures: drawings from YAML, in one style and in every language of the site.

A page asks for the figure of `figures/<id>.yml` with `<div class="figure" data-figure="<id>"></div>` on a
line of its own. The file holds the drawing as plain data on a grid of squares, 38 of them wide: each shape
with its place, its look, and its label in every language. It becomes SVG in the page, with real text and the
site's colors. A label that has no room is a fault of the file, found before anything is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .cards import NONE, Numbers
from .drawing import ALIGN, COLUMNS, FONT, UNIT, Figure, Shape, Texts, extent, room_wanted
from .model import Problem
from .yamlfile import Reader, did_you_mean, join, read_folder

CODES = {
    "F001": "A text of a figure lacks one of the site's languages.",
    "F002": "A figure or one of its shapes lacks something it needs, or has what it cannot have.",
    "F003": "A label has no room in its shape.",
    "F004": "A shape leaves the drawing.",
}

LOOKS = ("plain", "main", "accent", "quiet", "dashed")
SHAPES = {  # what follows a shape's name: how many numbers, and how it may look
    "box": ("x, y, width, height", LOOKS),
    "circle": ("x, y, radius", LOOKS),
    "text": ("x, y, width", tuple(FONT)),
    "arrow": ("x, y, x, y, …", LOOKS),
    "line": ("x, y, x, y, …", LOOKS),
    "curve": ("x, y, x, y, …", LOOKS),
    "dots": ("x, y, …", LOOKS),
    "pixels": ("x, y, width", LOOKS),
}
LEAST = {"arrow": 4, "line": 4, "curve": 4, "dots": 2}  # numbers of shapes that may have any number of points
OPTIONS = ("look", "label", "note", "align", "rows")


def read(
    folder: Path, languages: tuple[str, ...], numbers: Numbers = NONE
) -> tuple[dict[str, Figure], list[Problem]]:
    """The figures of a folder, which may be missing, and everything that is wrong with them.

    `numbers` are put into their texts (`cards`).
    """
    return read_folder(
        folder, lambda reader, root: _FigureReader(reader, languages).figure(root), numbers.fill_node
    )


class _FigureReader:
    """One file to a figure, with every fault in it."""

    def __init__(self, reader: Reader, languages: tuple[str, ...]) -> None:
        self.reader = reader
        self.languages = languages
        self.height = 0.0

    def figure(self, root: MappingNode) -> Figure | None:
        needed = ("caption", "alt", "height", "draw")
        values = self.reader.parts(root, needed, "F002")
        if len(values) < len(needed):
            return None
        self.height = self.number(values["height"], "height")
        caption, alt = (self.texts(values[name], name) for name in ("caption", "alt"))
        shapes = [self.shape(node, f"draw[{n}]") for n, node in enumerate(self.items(values["draw"], "draw"))]
        return Figure(self.reader.id, caption, alt, self.height, tuple(filter(None, shapes)))

    def shape(self, node: Node, key: str) -> Shape | None:
        values = {name: v for name, (_, v) in self.reader.mapping(node, (*SHAPES, *OPTIONS), key).items()}
        kinds = [name for name in values if name in SHAPES]
        if len(kinds) != 1:
            if isinstance(node, MappingNode):
                message = f"{len(kinds)} shapes in one item"
                self.fault(node, message, f"begin each item with one of: {', '.join(SHAPES)}", key)
            return None
        kind = kinds[0]
        numbers = self.numbers(values[kind], kind, join(key, kind))
        look = self.choice(values, "look", SHAPES[kind][1], key)
        align = self.choice(values, "align", tuple(ALIGN), key) if "align" in values else "middle"
        label, note = (
            self.label(values[name], join(key, name)) if name in values else None
            for name in ("label", "note")
        )
        rows = self.pixel_rows(values, node, key) if kind == "pixels" else ()
        if label is None and (kind == "text" or note is not None):
            self.fault(node, "`label` is missing", "add `label:`", join(key, "label"))
        if not numbers:
            return None
        shape = Shape(kind, numbers, look, label, note, align, rows)
        self.check_room(shape, values[kind], key)
        return shape

    def numbers(self, node: Node, kind: str, key: str) -> tuple[float, ...]:
        found = tuple(self.number(item, key) for item in self.items(node, key))
        wanted = SHAPES[kind][0]
        if kind in LEAST:
            is_right = len(found) >= LEAST[kind] and len(found) % 2 == 0
        else:
            is_right = len(found) == wanted.count(",") + 1 and min(found[2:]) > 0
        if found and not is_right:
            self.fault(node, f"these numbers make no {kind}", f"write [{wanted}], sizes above 0", key)
        return found if is_right else ()

    def number(self, node: Node, key: str) -> float:
        text = self.reader.text(node, key)
        try:
            if isfinite(number := float(text)):
                return number
        except ValueError:
            pass
        self.fault(node, f"“{text}” is not a number", "count in squares of the grid: 12, or 12.5", key)
        return 0.0

    def choice(self, values: Mapping[str, Node], name: str, known: tuple[str, ...], key: str) -> str:
        if name not in values:
            return known[0]
        chosen = self.reader.text(values[name], join(key, name))
        if chosen in known:
            return chosen
        self.fault(values[name], f"unknown {name} “{chosen}”", did_you_mean(chosen, known), join(key, name))
        return known[0]

    def pixel_rows(self, values: Mapping[str, Node], node: Node, key: str) -> tuple[str, ...]:
        rows = self.reader.texts(values["rows"], join(key, "rows")) if "rows" in values else ()
        if rows and {len(row) for row in rows} == {len(rows)} and all(row.isdecimal() for row in rows):
            return rows
        message = "the rows of pixels are no square of digits"
        self.fault(values.get("rows", node), message, "write as many rows as columns", join(key, "rows"))
        return ()

    def items(self, node: Node, key: str) -> list[Node]:
        if not isinstance(node, SequenceNode) or not node.value:
            self.fault(node, "expected a list", "write [ … ], or lines with `- …`", key)
            return []
        return list(node.value)

    def label(self, node: Node, key: str) -> Texts:
        """A text per language; a single one is a sign or a name that is the same in all of them."""
        if isinstance(node, ScalarNode) and (text := self.reader.text(node, key)):
            return {lang: self.reader.filled(node, text, lang, key) for lang in self.languages}
        return self.texts(node, key)

    def texts(self, node: Node, key: str) -> Texts:
        """A text in every language of the site."""
        return self.reader.localized(node, self.languages, "F001", key)

    def check_room(self, shape: Shape, node: Node, key: str) -> None:
        """Note labels that are larger than their shape, and whatever leaves the drawing."""
        left, top, right, bottom = extent(shape)
        if min(left, top) < 0 or right > COLUMNS * UNIT or bottom > self.height * UNIT:
            size = f"{COLUMNS} by {self.height:g} squares"
            self.reader.at(node, "F004", f"the shape leaves the drawing of {size}", "move it", key=key)
        for lang in self.languages:
            label = (shape.label or {}).get(lang, "")
            if label and (want := room_wanted(shape, lang)):
                fix = "write less, break the line with “\\n”, or enlarge the shape"
                message = f"“{label}” {want}"
                self.reader.at_language(lang, node, "F003", message, fix, key=join(key, "label"))

    def fault(self, node: Node, message: str, fix: str, key: str) -> None:
        self.reader.at(node, "F002", message, fix, key=key)

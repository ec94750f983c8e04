"""Words below each other, and what two models make of each: bars of probabilities, and bars to both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demos.data.sentiment.grammar import LABELS
from demos.kit.charts import NARROW, WIDTH, Bar, Drawing, Format, Line, Sign, Thing, Words, across, fitting

Three = tuple[float, float, float]  # a number for each label
PITCH, BAR, HEAD = 26, 14, 54  # px: from one word to the next, height of a bar, room for headings
ORDER = [LABELS.index(label) for label in ("negative", "neutral", "positive")]  # from left to right
POSITIVE, NEGATIVE = LABELS.index("positive"), LABELS.index("negative")


@dataclass(frozen=True)
class Row:
    """A word and what each model makes of it: probabilities of the labels, or a number to one side or the
    other. Without anything it is a word that is not read."""

    word: str
    gru: Three | float | None = None
    bag: Three | float | None = None


@dataclass(frozen=True)
class Layout:
    """Where words end, where each model's bars begin, and how long they can be."""

    width: float
    words: float
    starts: tuple[float, float]
    room: float


WIDE = Layout(WIDTH, 130, (144, 404), 170)
PHONE = Layout(NARROW, 70, (76, 212), 56)


def probabilities(rows: Sequence[Row], models: Sequence[str], labels: Sequence[str], form: Format) -> Drawing:
    """After each word, how probable each label is: its share of a bar, and the number of the likeliest."""

    def drawn(layout: Layout) -> list[Thing]:
        things = legend(layout, labels)
        for left, top, value in cells(rows, layout):
            if not isinstance(value, tuple):
                continue
            start = left
            for label in ORDER:
                length = value[label] * layout.room
                things.append(Bar(start, top - BAR / 2, length, BAR, label))
                start += length
            best = max(range(len(LABELS)), key=value.__getitem__)
            things.append(Sign(left + layout.room + 11, top, best))
            things.append(Words(left + layout.room + 20, top, form(value[best]), "start"))
        return things

    return laid_out(rows, models, drawn)


def sides(
    rows: Sequence[Row], models: Sequence[str], labels: Sequence[str], form: Format, most: float
) -> Drawing:
    """How far each word moves the scale: to the right towards positive, to the left towards negative. The
    longest bars stand for `most`."""

    def drawn(layout: Layout) -> list[Thing]:
        things: list[Thing] = []
        bottom = HEAD + PITCH * len(rows)
        for start in layout.starts:
            middle = start + layout.room / 2
            things.append(Line(((middle, HEAD), (middle, bottom))))
        things += legend(layout, labels)
        for left, top, value in cells(rows, layout):
            if not isinstance(value, float):
                continue
            length = min(abs(value) / most, 1.0) * layout.room / 2
            start = left + layout.room / 2 - (length if value < 0 else 0)
            things.append(Bar(start, top - BAR / 2, length, BAR, POSITIVE if value > 0 else NEGATIVE))
            things.append(Words(left + layout.room + 6, top, form(value), "start"))
        return things

    return laid_out(rows, models, drawn)


def laid_out(rows: Sequence[Row], models: Sequence[str], drawn: Callable[[Layout], list[Thing]]) -> Drawing:
    """The words and the models' names around what is drawn, wide and for a phone."""

    def whole(layout: Layout, narrow: Drawing | None = None) -> Drawing:
        words = [
            Words(layout.words, HEAD + PITCH * (i + 0.5), fitting(row.word, layout.words), "end")
            for i, row in enumerate(rows)
        ]
        names = [Words(left, 40, name, "start") for left, name in zip(layout.starts, models, strict=True)]
        height = HEAD + PITCH * max(len(rows), 1) + 4
        return Drawing((*names, *words, *drawn(layout)), layout.width, height, narrow)

    return whole(WIDE, whole(PHONE))


def cells(rows: Sequence[Row], layout: Layout) -> list[tuple[float, float, Three | float | None]]:
    """The left edge, the middle height and the value of each model's place in each row."""
    return [
        (left, HEAD + PITCH * (i + 0.5), value)
        for i, row in enumerate(rows)
        for left, value in zip(layout.starts, (row.gru, row.bag), strict=True)
    ]


def legend(layout: Layout, labels: Sequence[str]) -> list[Thing]:
    """What each color and sign stands for, on top. `labels`: a name for each, empty where it is not used."""
    things: list[Thing] = []
    left = 8.0
    for label in ORDER:
        if labels[label]:
            things.append(Sign(left, 12, label))
            things.append(Words(left + 12, 12, labels[label], "start", label))
            left += 12 + across(labels[label]) + 22
    return things


def row_at(y: float, count: int) -> int:
    """The row at a height, counted from 0; the nearest one."""
    return min(max(int((y - HEAD) // PITCH), 0), count - 1)

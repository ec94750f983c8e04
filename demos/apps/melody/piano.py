"""A piano to play on, and the piano roll that shows what was played, and what clicks on them mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from demos.apps.melody.sound import frequency
from demos.data.tunes import BAR, HIGHEST, LOWEST, Note
from demos.kit.charts import LETTERS, NARROW, Bar, Drawing, Line, Thing, Words, across
from demos.kit.charts import SIDE as WIDTH
from demos.kit.charts import WIDTH as BROAD
from demos.kit.controls import Place, Points
from demos.kit.shows import Point

# The piano

WHITE, BLACK, PRESSED = (255, 255, 255), (40, 44, 43), (57, 172, 157)
FIRST, LAST = 55, 79  # keys: G3 to G5
HEIGHT, SHORT = 118, 74  # px of a white and of a black key
THIN = 0.62  # width of a black key, in widths of white ones
NAMED = 20  # px below the keys
VALUES = {1: "1/16", 2: "1/8", 4: "1/4", 8: "1/2"}  # steps of a note, and what part of a bar that is
VALUES_TOP, VALUE = HEIGHT + NAMED + 12, 28  # px of their fields
NATURAL = (0, 2, 4, 5, 7, 9, 11)  # pitch classes of white keys
KEYS = range(FIRST, LAST + 1)
WHITES = [pitch for pitch in KEYS if pitch % 12 in NATURAL]
WIDE = WIDTH / len(WHITES)


def key_box(pitch: int) -> tuple[float, float, float, float]:
    """Left, top, width, and height of a key."""
    if pitch in WHITES:
        return WHITES.index(pitch) * WIDE, 0, WIDE, HEIGHT
    return (WHITES.index(pitch - 1) + 1 - THIN / 2) * WIDE, 0, THIN * WIDE, SHORT


def piano(names: Sequence[str], last: int | None, length: int) -> Drawing:
    """The keys, with the names of the white ones from C below, and note values to choose from. The last key
    pressed and the value chosen have a color."""
    whites = [key(pitch, pitch == last) for pitch in WHITES]
    blacks = [key(pitch, pitch == last) for pitch in KEYS if pitch not in WHITES]
    letters = [
        Words((i + 0.5) * WIDE, HEIGHT + NAMED / 2 + 2, names[NATURAL.index(pitch % 12)], "middle")
        for i, pitch in enumerate(WHITES)
    ]
    return Drawing((*whites, *blacks, *letters, *values(length)), WIDTH, VALUES_TOP + VALUE + 3)


def values(length: int) -> list[Thing]:
    """A field for each note value, as a part of a bar; the one chosen has a thick line below."""
    found: list[Thing] = []
    for i, steps in enumerate(VALUES):
        left, right, low = i * WIDTH / len(VALUES), (i + 1) * WIDTH / len(VALUES), VALUES_TOP + VALUE
        box = ((left + 2, VALUES_TOP), (right - 2, VALUES_TOP), (right - 2, low), (left + 2, low))
        found += [
            Line((*box, box[0])),
            Words((left + right) / 2, VALUES_TOP + VALUE / 2, VALUES[steps], "middle"),
        ]
        if steps == length:
            found.append(Bar(left + 2, low - 4, right - left - 4, 5))
    return found


def length_at(point: Point) -> int:
    """The steps of the note value at a place of the piano; 0 for none."""
    if point[1] < VALUES_TOP:
        return 0
    return list(VALUES)[min(int(point[0] / WIDTH * len(VALUES)), len(VALUES) - 1)]


def key(pitch: int, pressed: bool) -> Bar:
    color = PRESSED if pressed else WHITE if pitch in WHITES else BLACK
    return Bar(*key_box(pitch), stands_for=color, tone=frequency(pitch))


def key_at(point: Point) -> int:
    """The pitch of the key at a place of the piano; below the keys, of the white one above."""
    x, y = point
    for pitch in KEYS:
        left, _, width, height = key_box(pitch)
        if pitch not in WHITES and left <= x < left + width and y < height:
            return pitch
    return WHITES[min(int(x / WIDE), len(WHITES) - 1)]


# Notes as points: across, the step within four bars; up, the pitch; the class says which four bars, and how
# long the note lasts.

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)  # steps
HALF = 4 * BAR  # steps of the first four bars
MOST = 2 * HALF  # steps of a tune
NOTES = Points("notes", 0, 100, classes=2 * len(LENGTHS), most=MOST)


def notes_of(places: Sequence[Place]) -> tuple[Note, ...]:
    """The notes that points stand for, one at a time; what lies outside the range is moved into it."""
    notes: dict[int, Note] = {}
    for x, y, label in places:
        later, length = divmod(label, len(LENGTHS))
        start = min(int(x), HALF - 1) + later * HALF
        notes[start] = Note(start, LOWEST + min(int(y), HIGHEST - LOWEST), LENGTHS[length])
    ordered = sorted(notes.values())
    ends = [*(note.start for note in ordered), MOST][1:]
    return tuple(
        Note(note.start, note.pitch, min(note.length, end - note.start))
        for note, end in zip(ordered, ends, strict=True)
    )


def places_of(notes: Sequence[Note]) -> tuple[Place, ...]:
    """Notes as points; lengths that have no class become the next shorter one."""
    places: tuple[Place, ...] = ()
    for note in notes:
        later, step = divmod(note.start, HALF)
        length = max(i for i, steps in enumerate(LENGTHS) if steps <= note.length)
        places = NOTES.added(places, step + 0.5, note.pitch - LOWEST + 0.5, later * len(LENGTHS) + length)
    return places


def pressed(places: Sequence[Place], pitch: int, length: int) -> tuple[Place, ...]:
    """The points with one note more, behind the last one; the same when there is no more room."""
    notes = notes_of(places)
    start = notes[-1].end if notes else 0
    return places_of((*notes, Note(start, pitch, length))) if start < MOST else tuple(places)


# The roll

OUTLINE = -1  # the color of a note that was taken away
SWATCH = 22  # px of what shows a color beside its name


@dataclass(frozen=True)
class Layer:
    """Notes of one color, and what they are called above the roll. `slim`: drawn less high than a row, so
    that they are told apart without color."""

    name: str
    notes: Sequence[Note]
    color: int
    slim: bool = False


@dataclass(frozen=True)
class Roll:
    """A piano roll's places in px: pitches from `low` to `high` upward, steps to the right."""

    low: int = LOWEST
    high: int = HIGHEST
    steps: int = MOST
    width: float = BROAD
    row: float = 6
    left: float = 34
    top: float = 26
    down: float = 0  # where the drawing begins

    @property
    def bottom(self) -> float:
        return self.down + self.top + (self.high - self.low + 1) * self.row

    def x(self, step: float) -> float:
        return self.left + step / self.steps * (self.width - self.left - 2)

    def y(self, pitch: int) -> float:
        """The upper edge of a pitch's row."""
        return self.down + self.top + (self.high - pitch) * self.row

    def drawing(self, layers: Sequence[Layer], bar: str, start: int | None) -> Drawing:
        """The notes over lines at bars and Cs, their names above. `bar` names the axis, `start` is the step
        from which everything is new."""
        things: list[Thing] = []
        for pitch in range(self.low, self.high + 1):
            if pitch % 12 == 0:
                y = self.y(pitch) + self.row
                things.append(Line(((self.left, y), (self.width - 2, y))))
                things.append(Words(self.left - 6, y - self.row / 2, f"C{pitch // 12 - 1}", "end"))
        for step in range(0, self.steps + 1, BAR):
            x = self.x(step)
            things.append(Line(((x, self.down + self.top), (x, self.bottom))))
            if step < self.steps:
                things.append(Words(self.x(step + BAR / 2), self.bottom + 12, str(step // BAR + 1), "middle"))
        things.append(Words((self.left + self.width) / 2, self.bottom + 30, bar, "middle"))
        for layer in layers:
            things += [self.shape(layer, note) for note in layer.notes]
        if start is not None:
            x = self.x(start)
            things.append(Line(((x, self.down + self.top - 4), (x, self.bottom)), 2))
        return Drawing(
            (*things, *self.names(layers)), self.width, self.bottom + 40 - self.down, top=self.down
        )

    def shape(self, layer: Layer, note: Note) -> Bar | Line:
        x, y = self.x(note.start), self.y(note.pitch)
        width = max(self.x(min(note.end, self.steps)) - x - 1, 1.5)
        if layer.color == OUTLINE:
            right, low = x + width, y + self.row
            return Line(((x, y), (right, y), (right, low), (x, low), (x, y)))
        less = self.row * 0.25 if layer.slim else 0
        return Bar(x, y + less, width, self.row - 2 * less, layer.color)

    def names(self, layers: Sequence[Layer]) -> list[Thing]:
        """What each color stands for, above the roll, on two lines where there is no room for them on one."""
        found: list[Thing] = []
        x, y = self.left, self.down
        for layer in layers:
            width = SWATCH + 6 + across(layer.name)
            if x + width > self.width:
                x, y = self.left, y + LETTERS
            sample = Note(0, self.high, BAR)
            swatch = Roll(self.high, self.high, BAR, x + SWATCH, 8, x, 6, y).shape(layer, sample)
            found += [swatch, Words(x + SWATCH + 6, y + 10, layer.name, "start")]
            x += width + 16
        return found


def wide(low: int) -> Roll:
    return Roll(low)


def narrow(low: int) -> Roll:
    """The layout for a phone."""
    return Roll(low, width=NARROW, row=5, left=28, top=26 + LETTERS, down=1000)


def rolls(layers: Sequence[Layer], low: int, bar: str, start: int | None) -> Drawing:
    """The roll of eight bars for a wide page, and for a phone."""
    drawn = (layout(low).drawing(layers, bar, start) for layout in (wide, narrow))
    return replace(next(drawn), narrow=next(drawn))


def cell_at(point: Point, low: int) -> tuple[int, int]:
    """The step and the pitch at a place of the roll, in either layout; a pitch beside the roll, too."""
    roll = narrow(low) if point[1] >= narrow(low).down else wide(low)
    step = int((point[0] - roll.left) / (roll.width - roll.left - 2) * roll.steps)
    pitch = roll.high - int((point[1] - roll.down - roll.top) // roll.row)
    return min(max(step, 0), MOST - 1), pitch


def toggled(places: Sequence[Place], step: int, pitch: int, length: int) -> tuple[Place, ...]:
    """The points without the note that sounds there, or with a note that begins there, on a whole multiple of
    its length up to a quarter."""
    notes = notes_of(places)
    there = [note for note in notes if note.pitch == pitch and note.start <= step < note.end]
    if there:
        return places_of([note for note in notes if note not in there])
    grid = min(length, 4)
    start = step // grid * grid
    kept = [note for note in notes if note.start != start]
    return places_of(sorted([*kept, Note(start, pitch, length)]))


def as_state(places: Sequence[Place]) -> Mapping[str, Any]:
    """The controls after a reader has played."""
    return {"tune": "own", "notes": tuple(places)}

"""What a reader can set. A control has a name, a default and bounds; its words are in `demo.yml`:

labels.<name>           its label                    labels.<name>_info    a hint below it, where there is one
labels.<name>_<option>  a choice's words             labels.<name>_new     a seed's button for another one
labels.<name>_play      a slider's button to walk through it, where it is to say more than “Play”
labels.<name>_example   what an empty text field shows, where there is one
labels.<name>_send      the button in a text field that sends it, as Enter does; where there is one
labels.<name>_<point>   a point that a camera's reader puts on their face

`clean` takes whatever a browser sends, `parse` what stands in an address; both give a valid value (hashable)
or raise ValueError. `text` writes a value into an address.
"""

from __future__ import annotations

import binascii
import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

Place = tuple[float, float, int]  # x, y, and the class of what is there, counted from 0
Motion = tuple[float | None, ...]  # of a face: see `Camera`
Value = int | float | str | bool | tuple[str, ...] | Motion | tuple[Place, ...]
State = Mapping[str, Any]  # every control's value by its name, in the order they are declared
LARGEST_SEED = 999_999
LARGEST_FILE = 700_000  # bytes of a reader's own file: as base64, what nginx lets through by default
LONGEST_TEXT = 500  # characters in a text box, unless a demo allows fewer
NAMED = ("page", "auto", "nb", "en", "zh")  # languages, the page's own and any one: `language_…` in words.yml


@dataclass(frozen=True)
class Control(ABC):
    """What all controls are."""

    name: str
    is_kept: ClassVar[bool] = True  # whether the server may remember its value for a while

    if TYPE_CHECKING:

        @property
        def default(self) -> Any:
            """What it is set to when the demo opens."""

    @abstractmethod
    def clean(self, value: object) -> Value:
        """The valid value that something a browser sent stands for. Raises ValueError."""

    def parse(self, text: str) -> Value:
        return self.clean(text)

    def text(self, value: Any) -> str:
        return str(value)

    def sent(self, value: Any) -> Any:
        """The value as a browser knows it."""
        return value

    @property
    def fields(self) -> int:
        """How many fields on the page make it up."""
        return 1

    def spread(self, value: Any) -> list[Any]:
        """A value as its fields show it."""
        return [self.sent(value)]

    def gathered(self, values: Sequence[object]) -> Value:
        """The value that its fields show together. Raises ValueError."""
        return self.clean(values[0])

    def words_needed(self) -> set[str]:
        """Labels that it needs."""
        return {self.name}


@dataclass(frozen=True)
class Integer(Control):
    """A field for an integer from low to high; emptied, it means the default."""

    default: int = 0
    low: int = 0
    high: int = LARGEST_SEED

    def clean(self, value: object) -> int:
        return self.default if value is None else round(number(value, self.low, self.high))

    def parse(self, text: str) -> int:
        return self.clean(int(text))


@dataclass(frozen=True)
class Seed(Integer):
    """Where chance starts. `new`: a button beside it asks for another; `primary`: that is the main button."""

    new: bool = True
    primary: bool = True

    def words_needed(self) -> set[str]:
        return {self.name, f"{self.name}_new"} if self.new else {self.name}


@dataclass(frozen=True)
class Number(Integer):
    """An integer of few: which one, how many."""


@dataclass(frozen=True)
class Hidden(Integer):
    """An integer that no field shows: only actions set it."""

    def words_needed(self) -> set[str]:
        return set()


@dataclass(frozen=True)
class Slider(Control):
    """A number from low to high in steps. `play`: a button beside it walks through them all."""

    low: float
    high: float
    default: float
    step: float
    play: bool = False

    def clean(self, value: object) -> float:
        if value is None:
            return self.default
        steps = round((number(value, self.low, self.high) - self.low) / self.step)
        return self.at(min(steps, self.steps))

    def at(self, steps: int) -> float:
        """The value so many steps above the lowest, as one would write it: 0.15, not 0.15000000000000002."""
        exact = Decimal(str(self.low)) + steps * Decimal(str(self.step))
        return int(exact) if self.whole else float(exact)

    @property
    def steps(self) -> int:
        return math.floor((self.high - self.low) / self.step + 1e-9)

    @property
    def whole(self) -> bool:
        return all(isinstance(value, int) for value in (self.low, self.step))

    def parse(self, text: str) -> float:
        return self.clean(float(text))

    def text(self, value: float) -> str:
        return f"{value:.10g}"


@dataclass(frozen=True)
class Matrix(Control):
    """A table of numbers from low to high, each in a field of its own; its value lists them row by row.

    An emptied field means zero. In an address, commas stand between the numbers. `step`: what an arrow key
    adds; a reader may type anything between, of which so many `digits` after the point count.
    """

    rows: int
    columns: int
    default: tuple[float, ...]
    low: float = -10
    high: float = 10
    step: float = 1
    digits: int = 4

    @property
    def fields(self) -> int:
        return self.rows * self.columns

    def spread(self, value: tuple[float, ...]) -> list[Any]:
        return list(value)

    def gathered(self, values: Sequence[object]) -> tuple[float, ...]:
        return self.clean(list(values))

    def clean(self, value: object) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or len(value) != self.fields:
            raise ValueError(f"{value!r} are not {self.fields} numbers")
        return tuple(self.one(item) for item in value)

    def one(self, value: object) -> float:
        rounded = round(number(0 if value is None else value, self.low, self.high), self.digits)
        return int(rounded) if rounded == int(rounded) else rounded

    def parse(self, text: str) -> tuple[float, ...]:
        return self.clean([float(item) for item in text.split(",")])

    def text(self, value: tuple[float, ...]) -> str:
        return ",".join(f"{item:.10g}" for item in value)


@dataclass(frozen=True)
class Choice(Control):
    """One of some options. `words`: the options' labels are `<words>_<option>` instead of
    `<name>_<option>`."""

    options: tuple[str, ...]
    default: str
    words: str = ""
    dropdown: bool = False

    def clean(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise ValueError(f"{value!r} is not one of {', '.join(self.options)}")
        return value

    def words_needed(self) -> set[str]:
        return {self.name, *(f"{self.words or self.name}_{option}" for option in self.options)}


@dataclass(frozen=True)
class LanguageChoice(Choice):
    """One of some languages. All demos have the same words for those in `NAMED`."""

    def words_needed(self) -> set[str]:
        named = {f"{self.words or self.name}_{option}" for option in NAMED}
        return super().words_needed() - named


@dataclass(frozen=True)
class Choices(Control):
    """Any of some options, in their order. Options without words in `demo.yml` stand for themselves."""

    options: tuple[str, ...]
    default: tuple[str, ...] = ()
    words: str = ""

    def clean(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not all(item in self.options for item in value):
            raise ValueError(f"{value!r} are not some of {', '.join(self.options)}")
        return tuple(option for option in self.options if option in value)

    def parse(self, text: str) -> tuple[str, ...]:
        return self.clean(text.split(",") if text else ())

    def text(self, value: tuple[str, ...]) -> str:
        return ",".join(value)

    def sent(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


@dataclass(frozen=True)
class Switch(Control):
    """On or off."""

    default: bool = False

    def clean(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is not on or off")
        return value

    def parse(self, text: str) -> bool:
        return self.clean({"1": True, "0": False}.get(text))

    def text(self, value: bool) -> str:
        return str(int(value))


@dataclass(frozen=True)
class Words(Control):
    """A text of the reader's own, of bounded length, sent with Enter. It is never stored.

    A default would have to be in some language: with `labels.<name>_example`, an emptied field means that.
    """

    default: str = ""
    longest: int = LONGEST_TEXT
    lines: int = 1

    def clean(self, value: object) -> str:
        value = "" if value is None else value
        if not isinstance(value, str) or len(value) > self.longest:
            raise ValueError(f"not a text of at most {self.longest} characters")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("not a whole character")  # and so not to be encoded
        return value.replace("\r\n", "\n")


@dataclass(frozen=True)
class Upload(Control):
    """A file of the reader's own, as base64; empty: none. It comes with each event and stays nowhere: it has
    no place in an address, and the server keeps it in no cache, no log and no file."""

    most: int = LARGEST_FILE  # bytes
    accepts: str = "image/jpeg,image/png,image/webp"  # media types that a browser offers
    default: str = ""
    is_kept: ClassVar[bool] = False

    def clean(self, value: object) -> str:
        value = "" if value is None else value
        if not isinstance(value, str) or len(value) > (self.most + 2) // 3 * 4:
            raise ValueError(f"not a file of at most {self.most} bytes")
        try:
            binascii.a2b_base64(value, strict_mode=True)
        except ValueError:
            raise ValueError("not a file in base64") from None
        return value

    def parse(self, text: str) -> str:
        if text:
            raise ValueError("no file can stand in an address")
        return ""

    def text(self, value: str) -> str:
        return ""


class Followed(NamedTuple):
    """A point of a face that a reader puts where it is, and where it is in most faces: from the middle of
    the eyes to the right and down, in distances of their outer corners. `aside`, in the same unit: how far
    beside it the patch is that is followed, where what is on one side of it changes."""

    name: str
    x: float
    y: float
    aside: tuple[float, float] = (0, 0)


@dataclass(frozen=True)
class Camera(Control):
    """How the reader's own face moves before their camera; empty: it is off.

    The picture, which is mirrored, stays in the browser: `camera.js` shows it there, the reader puts the
    points on it, and `tracker.js` follows them. What is sent is a list in JSON: by how many radians the head
    is turned in the picture, clockwise, and for each point, how far it has moved to the right and down since
    the face was at rest, as if the head had not, in distances of the eyes; null for a point that is lost.
    Like an `Upload`, it comes with each event and stays nowhere.

    The first `anchors` points stay where they are in the head whatever the face does, the outer corners of
    the eyes (left, right) before all others; the one after them is seen when lids hide these.
    """

    points: tuple[Followed, ...] = ()
    anchors: int = 2
    default: Motion = ()
    is_kept: ClassVar[bool] = False

    def clean(self, value: object) -> Motion:
        if value is None or value == "":
            return ()
        try:
            sent = json.loads(value) if isinstance(value, str) and len(value) < 1000 else None
        except (ValueError, RecursionError):
            sent = None
        if not isinstance(sent, list) or len(sent) != 1 + 2 * len(self.points):
            raise ValueError(f"this is not the motion of {len(self.points)} points")
        return tuple(None if item is None else number(item, -math.pi, math.pi) for item in sent)

    def parse(self, text: str) -> Motion:
        if text:
            raise ValueError("no face can stand in an address")
        return ()

    def text(self, value: Motion) -> str:
        return ""

    def sent(self, value: Motion) -> str:
        return json.dumps(value, separators=(",", ":")) if value else ""  # as browsers write it

    def words_needed(self) -> set[str]:
        return {self.name, *(f"{self.name}_{point.name}" for point in self.points)}


@dataclass(frozen=True)
class Points(Control):
    """At most so many points (x, y, class) of a square, in the order in which a reader placed them.

    No field shows them: clicks on a picture or a chart, and actions, set them. Both axes go from `low` to
    `high` in a hundred steps, and a point stands in the middle of one. In an address, a letter is the class
    and two digits each are the steps: “b0099” is a point of the second class, at the far left and on top.
    """

    low: float = -1.0
    high: float = 1.0
    classes: int = 1
    most: int = 100
    default: tuple[Place, ...] = ()

    def clean(self, value: object) -> tuple[Place, ...]:
        """The points that a text stands for."""
        if not isinstance(value, str) or not re.fullmatch(r"(?:[a-z]\d{4})*", value, re.ASCII):
            raise ValueError(f"{value!r} are not points such as a1234b5678")
        parts = [value[i : i + 5] for i in range(0, len(value), 5)]
        places = tuple(
            (self.middle(part[1:3]), self.middle(part[3:]), ord(part[0]) - ord("a")) for part in parts
        )
        if len(places) > self.most or any(label >= self.classes for _, _, label in places):
            raise ValueError(f"not at most {self.most} points of {self.classes} classes")
        return places

    def text(self, value: tuple[Place, ...]) -> str:
        return "".join(f"{chr(ord('a') + label)}{self.step(x):02}{self.step(y):02}" for x, y, label in value)

    def sent(self, value: tuple[Place, ...]) -> str:
        return self.text(value)

    def added(self, value: tuple[Place, ...], x: float, y: float, label: int = 0) -> tuple[Place, ...]:
        """The points and one more, moved into the square; the same points when there are `most`."""
        more = self.clean(self.text(((x, y, label),)))
        return (*value, *more)[: self.most]

    def step(self, place: float) -> int:
        """The step in which a place is."""
        return min(max(math.floor((place - self.low) / (self.high - self.low) * 100), 0), 99)

    def middle(self, digits: str) -> float:
        """The middle of a step, as one would write it."""
        return round(self.low + (int(digits) + 0.5) / 100 * (self.high - self.low), 9)


@dataclass(frozen=True)
class Action:
    """A button of a demo's own, `labels.<name>`: a function from the state to the controls it changes.

    The only place where chance may enter: it picks a new value, which then stands in the controls.
    """

    name: str
    change: Callable[[State], Mapping[str, Any]]
    primary: bool = False

    def words_needed(self) -> set[str]:
        return {self.name}


def number(value: object, low: float, high: float) -> float:
    """A number within bounds. Raises ValueError if it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    if not low <= value <= high:
        raise ValueError(f"{value} is not from {low} to {high}")
    return value

"""What can be said of an avatar: its factors as named values, as far as they can be seen.

A fact has a value and perhaps a color: glasses are "round" and "red". Directions are those of the picture, as
its viewer sees them. The renderer knows no gender: captions call anyone a man, and a woman anyone without a
beard.
"""

from collections.abc import Callable
from typing import NamedTuple

from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS, Factors


class Fact(NamedTuple):
    """One thing to say. `value` "any" says only the color."""

    name: str
    value: str
    color: str = ""


# How often a fact is chosen beside the others: what people name first comes first.
PROMINENCE = {
    "glasses": 4.0, "hat": 4.0, "hair": 4.0, "beard": 3.0, "clothing": 3.0, "background": 3.0, "smile": 3.0,
    "iris": 2.5, "skin": 2.0, "mouth": 2.0, "eyelids": 2.0, "turn": 1.5,
}  # fmt: skip
# Few people say what is not there.
ABSENT = {("glasses", "none"): 0.2, ("hat", "none"): 0.1, ("beard", "none"): 0.2, ("eyelids", "open"): 0.2}

COLORS = {
    "hair": "hair_color", "iris": "iris", "glasses": "glasses_color", "hat": "hat_color",
    "clothing": "clothing_color", "background": "background",
}  # fmt: skip
PALETTES = {
    "hair": "hair", "iris": "iris", "glasses": "glasses", "hat": "cloth", "clothing": "cloth",
    "background": "background",
}  # fmt: skip
# What facts are said of, where it isn't the attribute of their name.
SAID_OF = {
    "skin": "skin_tone", "background": "pattern", "mouth": "mouth_open", "eyelids": "blink",
    "gaze": "gaze_x", "turn": "yaw", "nod": "pitch", "face": "face_width", "lips": "lip_fullness",
    "nose": "nose_width", "raised": "brow_raise", "thick": "brow_thickness", "thin": "brow_thickness",
}  # fmt: skip
LONG_HAIR = ("bob", "long", "wavy", "ponytail", "braids")  # seen below any hat but a headscarf

Row = dict[str, float | str]


def rows(factors: Factors) -> list[Row]:
    """The factors of each avatar by name: a number, or the name of a class."""
    columns: dict[str, list[float | str]] = {name: factors[name].tolist() for name in CONTINUOUS}
    for name in CATEGORICAL:
        columns[name] = [BY_NAME[name].classes[number] for number in factors[name].tolist()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def facts(row: Row) -> list[Fact]:
    """All that can be said of an avatar."""
    found = [
        Fact(name, value, str(row[COLORS[name]]) if name in COLORS and value != "none" else "")
        for name, value_of in SAID.items()
        if (value := value_of(row))
    ]
    return [fact._replace(color="") if fact.value in ("bald", "none") else fact for fact in found]


def attributes(fact: Fact) -> set[str]:
    """The attributes that a fact says something of. Who has red glasses has glasses, of whatever shape."""
    colored = {COLORS[fact.name]} if fact.color else set()
    if fact.value == "any" and fact.name == "background":
        return colored
    return colored | {SAID_OF.get(fact.value if fact.name == "brows" else fact.name, fact.name)}


def band(name: str, *bands: tuple[float, float, str]) -> Callable[[Row], str]:
    """The name of the band in which a factor lies; between bands nothing is said."""

    def value_of(row: Row) -> str:
        number = float(row[name])
        return next((said for low, high, said in bands if low <= number <= high), "")

    return value_of


def eyes_seen(row: Row) -> bool:
    return row["glasses"] != "sunglasses" and float(row["blink"]) < 0.6


def only(seen: Callable[[Row], bool], value_of: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: value_of(row) if seen(row) else ""


def hair(row: Row) -> str:
    if row["hat"] in ("none", "headband"):
        return str(row["hair"])
    return str(row["hair"]) if row["hair"] in LONG_HAIR and row["hat"] != "headscarf" else ""


def brows(row: Row) -> str:
    if row["hat"] != "none":
        return ""
    raised = band("brow_raise", (0.6, 1, "raised"))(row)
    return raised or band("brow_thickness", (0.6, 1, "thick"), (-1, -0.6, "thin"))(row)


SAID: dict[str, Callable[[Row], str]] = {
    "skin": band("skin_tone", (0, 0.28, "light"), (0.35, 0.6, "medium"), (0.65, 1, "dark")),
    "hair": hair,
    "iris": only(eyes_seen, lambda row: "any"),
    "beard": lambda row: str(row["beard"]),
    "glasses": lambda row: str(row["glasses"]),
    "hat": lambda row: str(row["hat"]),
    "clothing": lambda row: str(row["clothing"]),
    "background": lambda row: str(row["pattern"]),
    "smile": band(
        "smile", (0.6, 1, "broad"), (0.15, 0.6, "smile"), (-0.15, 0.15, "neutral"), (-0.6, -0.15, "sad"),
        (-1, -0.6, "grim"),
    ),
    "mouth": band("mouth_open", (0, 0.05, "closed"), (0.15, 0.5, "ajar"), (0.5, 1, "open")),
    "eyelids": only(
        lambda row: row["glasses"] != "sunglasses",
        band("blink", (0, 0.1, "open"), (0.4, 0.7, "half"), (0.75, 1, "closed")),
    ),
    "gaze": only(eyes_seen, band("gaze_x", (-1, -0.55, "left"), (0.55, 1, "right"))),
    "turn": band("yaw", (-1, -0.35, "left"), (-0.1, 0.1, "front"), (0.35, 1, "right")),
    "nod": band("pitch", (-1, -0.45, "down"), (0.45, 1, "up")),
    "light": band("light", (-1, -0.6, "left"), (0.6, 1, "right")),
    "freckles": band("freckles", (0.35, 1, "many")),
    "blush": band("blush", (0.4, 1, "much")),
    "brows": brows,
    "face": band("face_width", (-1, -0.55, "narrow"), (0.55, 1, "wide")),
    "eye_size": only(eyes_seen, band("eye_size", (-1, -0.55, "small"), (0.55, 1, "big"))),
    "lips": band("lip_fullness", (-1, -0.6, "thin"), (0.6, 1, "full")),
    "nose": band("nose_width", (-1, -0.6, "narrow"), (0.6, 1, "wide")),
}  # fmt: skip

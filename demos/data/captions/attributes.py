"""What portraits and prompts say of the attributes that demos compare, and where a result has each from.

An attribute's value is the name of a class or of a third of a range. What cannot be seen has none.
"""

from collections.abc import Mapping

from torch import Tensor

from demos.data.avatars.factors import BY_NAME
from demos.data.captions.facts import COLORS, Row, hair
from demos.data.captions.reading import said

ATTRIBUTES = (
    "glasses", "glasses_color", "hat", "hat_color", "hair", "hair_color", "beard", "clothing",
    "clothing_color", "background", "smile", "skin",
)  # fmt: skip
ALWAYS = ("glasses", "hat", "beard", "clothing", "clothing_color", "background")  # to be seen in any picture
WORN = ("glasses", "hat")  # and their colors, if there are any
SMILES = ("sad", "neutral", "smile")  # thirds from -1 to 1, as facts name them
SKINS = ("light", "medium", "dark")
SAME_SMILE = {"broad": "smile", "grim": "sad"}  # what captions tell apart within a third
ANY = "any"  # some glasses, whichever
NOTHING = "none"
SOURCES = ("text", "both", "picture", "chance", "neither", "hidden")

Seen = Mapping[str, str]  # attribute → value


def judged(read: Mapping[str, Tensor], i: int = 0) -> Seen:
    """What the judge reads off the picture in a row."""
    return seen({name: class_or_value(name, value[i].item()) for name, value in read.items()})


def class_or_value(name: str, read: float) -> float | str:
    """The name of a class, or a value of -1..1 in the factor's own range."""
    factor = BY_NAME[name]
    if factor.classes:
        return factor.classes[int(read)]
    return (read + 1) / 2 if factor.low == 0 else read


def seen(row: Row) -> Seen:
    """What is to be seen of an avatar."""
    found = {name: str(row[name]) for name in ALWAYS}
    found |= {f"{name}_color": str(row[f"{name}_color"]) for name in WORN if found[name] != NOTHING}
    found["smile"] = third(float(row["smile"]), -1, SMILES)
    found["skin"] = third(float(row["skin_tone"]), 0, SKINS)
    if style := hair(row):
        found["hair"] = style
        if style != "bald":
            found["hair_color"] = str(row["hair_color"])
    return found


def third(value: float, low: float, names: tuple[str, str, str]) -> str:
    """The third of the range from `low` to 1 in which a value lies."""
    return names[min(max(int((value - low) / (1 - low) * 3), 0), 2)]


def asked(prompt: str) -> Seen:
    """What a prompt asks for. Of two values for one attribute, the first."""
    found: dict[str, str] = {}
    for fact in said(prompt):
        value, color = SAME_SMILE.get(fact.value, fact.value), COLORS.get(fact.name)
        if fact.name in ATTRIBUTES and fact.name != color and (value != ANY or fact.name in WORN):
            found.setdefault(fact.name, value)
        if fact.color and color in ATTRIBUTES:
            found.setdefault(color, fact.color)
    return found


def fits(wish: str | None, value: str | None) -> bool:
    """Whether a value is what was asked for."""
    if wish == ANY:
        return value not in (None, NOTHING)
    return wish is not None and wish == value


def source(reference: str | None, wish: str | None, alone: str | None, result: str | None) -> str:
    """Where a result's value is from: one of `SOURCES`.

    `alone`: what the same noise and text give without a picture. What is there as well has not come from the
    picture, even if it is as in the picture.
    """
    if result is None:
        return "hidden"
    if fits(wish, result):
        return "both" if fits(wish, reference) else "text"
    if result == reference:
        return "chance" if result == alone else "picture"
    return "neither"

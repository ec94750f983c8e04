"""What a transformer's attention does with a reader's sentence: every head's weights, the computation behind
one of them step by step, and what changes when a word is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.data.sentences.lexicon import LANGUAGES
from demos.data.sentences.pieces import END, START, written
from demos.kit.app import Tab
from demos.kit.charts import LETTERS, NARROW, WIDTH, Drawing, Field, Pair, Thing, bars, links
from demos.kit.charts import Words as Label
from demos.kit.controls import Choice, LanguageChoice, Slider, Words
from demos.kit.functions import Runner
from demos.kit.labels import Labels, plain
from demos.kit.pictures import diverging
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Text
from demos.models.translation.functions import PARTS, attend, chances_of
from demos.models.translation.model import SIZES, load_net
from demos.models.translation.reading import Sentence, Translation, on_reading, sentence, translation

LONGEST = 80  # characters of a reader's sentence
KIND = "transformer"
LAYERS, HEADS = SIZES[KIND]["layers"], SIZES[KIND]["heads"]
PLACES = 20  # of the slider; what comes later in a long sentence cannot be chosen
PRODUCTS = 3  # written out
TEXT = Words("text", longest=LONGEST)
INTO = LanguageChoice("into", ("auto", *LANGUAGES), "auto")
PART = Choice("part", PARTS, "cross")
LAYER = Slider("layer", 1, LAYERS, LAYERS, step=1)
PLACE = Slider("place", 1, PLACES, 3, step=1, play=True)


@dataclass(frozen=True)
class Scene:
    """A sentence, its translation, and one layer's attention: of which pieces, to which pieces, and all its
    numbers by name, without the batch."""

    asked: Sentence
    found: Translation
    left: tuple[str, ...]
    right: tuple[str, ...]
    looks: Mapping[str, Tensor]

    def row(self, place: int) -> int:
        """The row of a place, which counts from 1."""
        return min(place, len(self.right)) - 1


def scene(run: Runner, words: Labels, text: str, into: str, part: str, layer: int) -> Scene:
    asked = sentence(text or words["text_example"], words.lang, into)
    found = translation(run, asked, KIND)
    target = found.texts(asked)
    source = tuple(asked.shown())
    left, right = {
        "encoder": (source, source),
        "decoder": (("▶", *target), ("▶", *target)),
        "cross": (source, (*target, "■")),
    }[part]
    return Scene(asked, found, left, right, attention(run, asked, found.numbers, part, layer - 1))


@remembered(64)
def attention(
    run: Runner, asked: Sentence, numbers: tuple[int, ...], part: str, layer: int
) -> dict[str, Tensor]:
    """One layer's attention while the translation with these numbers is written, without the batch."""
    found = run(
        attend,
        numbers=torch.tensor([asked.numbers]),
        seen=torch.ones(1, len(asked.numbers), dtype=torch.bool),
        written=torch.tensor([[START, *numbers]]),
        part=part,
        layer=layer,
    )
    return {name: values[0] for name, values in found.items()}


def said(words: Labels, asked: Sentence, found: Translation) -> str:
    """Both sentences."""
    source = written([piece.text for piece in asked.pieces], asked.source)
    return f"{plain(source)}\n\n**{plain(found.text(asked)) or '—'}**"


# All heads


def heads(
    run: Runner, words: Labels, *, text: str, into: str, part: str, layer: int, place: int
) -> dict[str, Any]:
    """Every head of a layer, and where one piece looks."""
    now = scene(run, words, text, into, part, layer)
    row, shares = now.row(place), now.looks["shares"].double().numpy()
    maps = {
        words("head_number", number=head + 1): links(
            now.left, now.right, shares[head], chosen=row, small=True
        )
        for head in range(HEADS)
    }
    head = " | ".join(words[key] for key in ("head", "most", "share"))
    rows = [
        f"| {number + 1} | {plain(now.left[int(most)])} | {words.chance(float(shares[number, row, most]))} |"
        for number, most in enumerate(shares[:, row].argmax(1))
    ]
    table = "\n".join([f"| {head} |\n|--:|---|--:|", *rows])
    return {
        "sentence": "\n\n".join([said(words, now.asked, now.found), *on_reading(words, now.asked, into)]),
        "maps": Pair(maps),
        "says": f"{words(f'says_{part}', piece=plain(now.right[row]))}\n\n{table}",
    }


# One head, step by step


def steps(
    run: Runner, words: Labels, *, text: str, into: str, part: str, layer: int, head: int, place: int
) -> dict[str, Any]:
    """From the query and the keys to scores, weights, and the sum of the values."""
    now = scene(run, words, text, into, part, layer)
    row = now.row(place)
    looks = {name: values[head - 1] for name, values in now.looks.items()}
    can_see = row + 1 if part == "decoder" else len(now.left)
    return {
        "vectors": strips(words, now, looks, row, can_see),
        "computed": "\n\n".join(
            [computed(words, now, looks, row, can_see), *on_reading(words, now.asked, into)]
        ),
    }


def strips(words: Labels, now: Scene, looks: Mapping[str, Tensor], row: int, can_see: int) -> Drawing:
    """The query, and below it each key; beside each key its value, as strong as its weight, and below them
    their sum."""

    def drawn(width: int, edge: float, gap: int, narrow: Drawing | None = None) -> Drawing:
        room = (width - edge - gap) / 2
        things: list[Thing] = []

        def strip(line: float, side: int, values: Tensor, strength: float = 1.0) -> None:
            x = edge + side * (room + gap)
            things.append(Field(x, line * PITCH + 3, room, PITCH - 6, colored(values, strength)))

        def label(line: float, text: str, x: float = edge - 8, anchor: str = "end") -> None:
            things.append(Label(x, line * PITCH + PITCH / 2, text, anchor))

        label(0, words["keys"], edge, "start")
        label(0, words["values"], edge + room + gap, "start")
        label(1, words["query"])
        strip(1, 0, looks["query"][row])
        weights = looks["shares"][row]
        for j in range(can_see):
            label(j + 2.3, now.left[j])
            strip(j + 2.3, 0, looks["key"][j])
            strip(j + 2.3, 1, looks["value"][j], float(weights[j] / weights.max()))
        label(can_see + 2.6, words["sum"])
        strip(can_see + 2.6, 1, looks["found"][row])
        return Drawing(tuple(things), width, (can_see + 4) * PITCH, narrow)

    return drawn(WIDTH, 130, 24, drawn(NARROW, 84, 10))


PITCH = LETTERS + 9
FINE = 6  # pixels of a strip for each of its numbers: browsers smooth what they enlarge
LIMIT = 2.5  # the number with the strongest color


def colored(values: Tensor, strength: float) -> NDArray[np.uint8]:
    """Numbers (d,) as a row of pixels: red below 0, teal above; the weaker, the more transparent."""
    pixels = diverging(values[None], LIMIT).numpy().repeat(FINE, 1)
    return np.dstack([pixels, np.full(pixels.shape[:2], round(255 * max(0.08, strength)), np.uint8)])


def computed(words: Labels, now: Scene, looks: Mapping[str, Tensor], row: int, can_see: int) -> str:
    """The numbers: one product written out, and of each key its score and weight."""
    query, keys, shares = looks["query"][row], looks["key"], looks["shares"][row]
    width = len(query)
    scores = looks["scores"][row, :can_see]
    best = int(shares.argmax())
    products = " + ".join(
        f"{number(words, query[i])} · {number(words, keys[best, i])}" for i in range(PRODUCTS)
    )
    dot = float(scores[best]) * width**0.5
    line = words(
        "product",
        query=plain(now.right[row]),
        at=plain(now.left[best]),
        products=products,
        dot=words.number(dot, 2),
        width=width,
        root=words.number(width**0.5, 2),
        score=words.number(float(scores[best]), 2),
    )
    head = " | ".join(words[key] for key in ("key", "dot", "score", "power", "weight"))
    rows = [
        f"| {plain(now.left[j])} | {words.number(float(scores[j]) * width**0.5, 2)} "
        f"| {words.number(float(scores[j]), 2)} | {words.number(float((scores[j] - scores.max()).exp()), 3)} "
        f"| {words.chance(float(shares[j]))} |"
        for j in range(can_see)
    ]
    parts = [f"{number(words, shares[j])} · {number(words, looks['value'][j, 0])}" for j in heaviest(shares)]
    summed = words("summed", parts=" + ".join(parts), result=number(words, looks["found"][row, 0]))
    return "\n\n".join([line, "\n".join([f"| {head} |\n|---|--:|--:|--:|--:|", *rows]), summed])


def heaviest(shares: Tensor) -> list[int]:
    """The keys with the largest weights, the largest first."""
    places: list[int] = shares.sort(descending=True, stable=True).indices[:PRODUCTS].tolist()
    return places


def number(words: Labels, value: Tensor) -> str:
    """A number; a negative one in brackets, to be read as a factor."""
    text = words.number(float(value), 2)
    return text if float(value) >= 0 else f"({text})"


# A hidden word


def hide(run: Runner, words: Labels, *, text: str, into: str, hidden: int) -> dict[str, Any]:
    """The translation when no attention can go to one piece of the source, and how much less probable the
    first translation is."""
    asked = sentence(text or words["text_example"], words.lang, into)
    whole = translation(run, asked, KIND)
    last = len(asked.numbers) - 1
    place = min(hidden, last - 1)
    without = translation(run, asked, KIND, 0, 0, place)
    piece = plain(asked.shown()[place])
    pieces = [*whole.texts(asked), "■"]
    shares = chances(run, asked, whole.numbers, place)
    changed = whole.numbers != without.numbers
    lines = [
        words("whole", text=plain(whole.text(asked)) or "—"),
        words("without", piece=piece, text=plain(without.text(asked)) or "—"),
        words("changed" if changed else "unchanged", piece=piece),
    ]
    return {
        "both": "\n\n".join([*lines, *on_reading(words, asked, into)]),
        "probable": bars(
            {f"{i} {text}": share for i, (text, share) in enumerate(zip(pieces, shares, strict=True), 1)},
            words.chance,
            most=1,
        ),
        "sources": links(asked.shown(), without.texts(asked), without.shares.double().numpy()),
    }


@remembered(64)
def chances(run: Runner, asked: Sentence, numbers: tuple[int, ...], hidden: int) -> list[float]:
    """How probable each piece of a translation is, and END, while one piece of the source is hidden."""
    seen = torch.ones(1, len(asked.numbers), dtype=torch.bool)
    seen[0, hidden] = False
    found = run(
        chances_of,
        numbers=torch.tensor([asked.numbers]),
        seen=seen,
        written=torch.tensor([[*numbers, END]]),
        target=asked.target,
        kind=KIND,
    )
    values: list[float] = found[0].tolist()
    return values


def ready(stop: Event) -> None:
    """The net."""
    if not stop.is_set():
        load_net(KIND, torch.device("cpu"))


TABS = (
    Tab(
        "heads",
        (TEXT, PART, LAYER, PLACE),
        (Text("sentence"), Chart("maps"), Text("says")),
        heads,
        more=((INTO,),),
        above=1,
    ),
    Tab(
        "steps",
        (TEXT, PART, LAYER, Slider("head", 1, HEADS, 2, step=1), PLACE),
        (Chart("vectors"), Text("computed")),
        steps,
        more=((INTO,),),
    ),
    Tab(
        "hide",
        (TEXT, Slider("hidden", 1, PLACES, 1, step=1)),
        (Text("both"), Chart("probable"), Chart("sources")),
        hide,
        more=((INTO,),),
    ),
)
STILL = ("vectors",)
AHEAD = (ready,)

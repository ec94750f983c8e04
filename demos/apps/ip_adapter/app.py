"""A portrait as a picture prompt beside a text prompt: what comes from which, and how the scale shifts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from demos.data.avatars.ahead import portrait as drawn_portrait
from demos.data.avatars.ahead import readers_portraits
from demos.data.captions.attributes import (
    ATTRIBUTES,
    Seen,
    asked,
    fits,
    judged,
    source,
)
from demos.data.captions.reading import named
from demos.data.captions.tokens import numbers
from demos.data.captions.words import on_unknown
from demos.kit import charts, pictures
from demos.kit.app import Tab
from demos.kit.charts import Drawing, Pair
from demos.kit.controls import Seed, Slider, Switch
from demos.kit.controls import Words as Prompt
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Box, Digits, Scene, Thing
from demos.kit.remember import remembered, remembered_end
from demos.kit.shows import Chart, Picture, Text
from demos.models.diffusion.functions import previews
from demos.models.diffusion.sampling import noise
from demos.models.ip_adapter.evaluate import SCALES
from demos.models.ip_adapter.functions import embed, step_by_picture
from demos.models.ip_adapter.model import card
from demos.models.judge.functions import read

LONGEST = 200  # characters of a prompt
LARGE, SMALL, SIGN = 168, 112, 28  # px of three portraits in a row, of five, and of the signs between
EMPTY = (205, 212, 209)  # where a portrait is still to come
HEAD = 28  # px above a portrait for its scale
PAPER_SIZE, PAPER_UNET = 22e6, 860e6  # parameters of the paper's adapter, and of the U-Net it is for


# Drawing


@remembered(64)
def embedding(run: Runner, portrait: int) -> Tensor:
    """What the frozen net sees in a portrait (1, …)."""
    found: Tensor = run(embed, picture=drawn_portrait(portrait))
    return found


@remembered_end(128)
def drawn(
    run: Runner, portrait: int, prompt: str, scales: tuple[float, ...], seed: int, steps: int, guidance: float
) -> Iterator[Tensor]:
    """Pictures (n, 3, 64, 64) in sight after each step, from one noise, for each of n scales."""
    n = len(scales)
    yield from previews(
        run,
        step_by_picture,
        noise(1, seed).expand(n, -1, -1, -1),
        steps=steps,
        guidance=guidance,
        wanted=numbers([prompt] * n),
        embedding=embedding(run, portrait).expand(n, -1, -1, -1),
        scale=torch.tensor(scales, dtype=torch.float32),
    )


# Both prompts


def answer_ask(
    run: Runner,
    label: Labels,
    *,
    prompt: str,
    scale: float,
    portrait: int,
    words: bool,
    seed: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """The portrait for both prompts in sight after each step, then the one without the picture; in the end
    which attribute is from where."""
    text = (prompt or label["prompt_example"]) if words else ""
    given = drawn_portrait(portrait)[0]
    settings = (seed, steps, guidance)
    for (both,) in drawn(run, portrait, text, (scale,), *settings):
        yield {"pictures": in_row(given, None, both)}
    for (alone,) in drawn(run, portrait, text, (0.0,), *settings):
        yield {"pictures": in_row(given, alone, both)}
    read_off = run(read, picture=torch.stack([given, alone, both]))
    seen = [judged(read_off, i) for i in range(3)]
    parts = [*said(label, text, words, scale), table(label, asked(text), *seen), sizes(label)]
    yield {"facts": "\n\n".join(parts)}


def in_row(given: Tensor, alone: Tensor | None, both: Tensor) -> Scene:
    """The picture prompt and what the text gives alone, and what both give together."""
    tile = blank(LARGE) if alone is None else pictures.tile(alone, LARGE)
    parts = [
        pictures.tile(given, LARGE), pictures.shape("plus", SIGN), tile, pictures.shape("equals", SIGN),
        pictures.tile(both, LARGE),
    ]  # fmt: skip
    return pictures.in_a_row(parts, 8)


def blank(size: float) -> Scene:
    return Scene(size, size, ((0, 0, Box(size, size, EMPTY)),))


def said(label: Labels, text: str, words: bool, scale: float) -> list[str]:
    """What of the prompts counts for nothing."""
    parts = on_unknown(label, text)
    if not words:
        parts.append(label["words_off"])
    if scale == 0:
        parts.append(label["picture_off"])
    return [label.sentences(parts)] if parts else []


def table(label: Labels, wishes: Seen, reference: Seen, alone: Seen, result: Seen) -> str:
    """For each attribute what the reference has, what the text asks for, what is read off the result, and
    from where that is."""
    lines, origins = [label["head"], "|---|---|---|---|---|"], Counter[str]()
    for name in ATTRIBUTES:
        columns = [seen.get(name) for seen in (reference, wishes, result)]
        if not any(columns):
            continue
        origin = source(reference.get(name), wishes.get(name), alone.get(name), result.get(name))
        origins[origin] += 1
        values = [named(label.lang, name, value) if value else "–" for value in columns]
        cells = [label[f"attribute_{name}"], *values, label[f"from_{origin}"]]
        lines.append(f"| {' | '.join(cells)} |")
    counted = label("counted", picture=origins["picture"], text=origins["text"], both=origins["both"])
    return "\n".join([*lines, "", counted])


def sizes(label: Labels) -> str:
    """How small the adapter is, beside the paper's."""
    own, unet = card().parameters, int(card().details["unet"])
    return label(
        "sizes",
        own=label.thousands(own),
        unet=label.thousands(unet),
        share=label.percent(own / unet),
        theirs=label.percent(PAPER_SIZE / PAPER_UNET),
    )


# All scales at once


def answer_scales(
    run: Runner,
    label: Labels,
    *,
    line: str,
    portrait: int,
    words: bool,
    seed: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """The same prompts at each scale; in the end how much of each is to be seen, here and on the card."""
    text = (line or label["line_example"]) if words else ""
    given = drawn_portrait(portrait)
    for made in drawn(run, portrait, text, SCALES, seed, steps, guidance):
        yield {"row": headed(label, made)}
    read_off, wishes = run(read, picture=torch.cat([given, made])), asked(text)
    reference, *results = (judged(read_off, i) for i in range(len(made) + 1))
    kept, obeyed = (
        [share(hits(reference, wishes, result)) for result in results] for hits in (kept_hits, obeyed_hits)
    )
    measured = label("measured", samples=card().details["samples"])
    yield {
        "curves": curves(label, words, kept, obeyed),
        "facts": label.sentences([*on_unknown(label, text), measured]),
    }


def headed(label: Labels, made: Tensor) -> Scene:
    """Portraits side by side, each below its scale."""
    things: list[tuple[float, float, Thing]] = []
    for i, (scale, tile) in enumerate(zip(SCALES, pictures.tiles(made, SMALL), strict=True)):
        left = i * (SMALL + 8)
        things.append((left + SMALL / 2, HEAD / 2, Digits(label.plain(scale), 18, pictures.GRAY)))
        things += tile.moved(left, HEAD)
    return Scene(len(SCALES) * (SMALL + 8) - 8, HEAD + SMALL, tuple(things))


def kept_hits(reference: Seen, wishes: Seen, result: Seen) -> list[bool]:
    """Of what the reference has and no text asks for, what the result has as well, where it can be seen."""
    return [
        result[name] == value for name, value in reference.items() if name in result and name not in wishes
    ]


def obeyed_hits(reference: Seen, wishes: Seen, result: Seen) -> list[bool]:
    """Of what a text asks for against the reference, what the result has, where it can be seen."""
    against = {name: wish for name, wish in wishes.items() if not fits(wish, reference.get(name))}
    return [fits(wish, result[name]) for name, wish in against.items() if name in result]


def share(hits: Sequence[bool]) -> float | None:
    """None if there is nothing to count."""
    return sum(hits) / len(hits) if hits else None


def curves(label: Labels, words: bool, kept: Sequence[float | None], obeyed: Sequence[float | None]) -> Pair:
    """How much of the picture is kept and of the text obeyed at each scale."""
    found = {label["kept"]: two_lines(label, "kept_beside_text" if words else "kept", kept)}
    if words:
        found[label["obeyed"]] = two_lines(label, "obeyed", obeyed)
    return Pair(found)


def two_lines(label: Labels, measure: str, here: Sequence[float | None]) -> Drawing:
    """A measure of the card over the scale, and what was found here."""
    metrics = card().metrics
    series = {
        label["all_line"]: [(scale, metrics[f"{measure}.{scale:g}"].value) for scale in SCALES],
        label["here_line"]: [(x, y) for x, y in zip(SCALES, here, strict=True) if y is not None],
    }
    return charts.lines(
        series,
        label.plain,
        x=label["scale_axis"],
        y=label["share_axis"],
        across=(0, 1),
        up=(0, 1),
        small=True,
    )


SETTINGS = (
    (Seed("seed", 3, new=False), Slider("guidance", 0, 8, 2.0, step=0.5), Slider("steps", 4, 24, 12, step=1)),
)
TABS = (
    Tab(
        "ask",
        (
            Prompt("prompt", longest=LONGEST),
            Slider("scale", 0, 1, 0.6, step=0.05),
            Seed("portrait", 12, primary=False),
            Switch("words", True),
        ),
        (Picture("pictures"), Text("facts")),
        answer_ask,
        more=SETTINGS,
    ),
    Tab(
        "scales",
        (Prompt("line", longest=LONGEST), Seed("portrait", 12, primary=False), Switch("words", True)),
        (Picture("row"), Chart("curves"), Text("facts")),
        answer_scales,
        more=SETTINGS,
        above=2,
    ),
)
STILL = ("pictures",)
AHEAD = (readers_portraits,)

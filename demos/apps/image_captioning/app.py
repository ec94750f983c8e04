"""A portrait and its caption in three languages: where each word looked, what confuses it, and beams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from demos.apps.image_captioning.people import (
    ANY,
    CHOSEN,
    COVER,
    SIZE,
    SOURCES,
    Items,
    composed,
    disturbed,
    drawn,
    named_of,
    options,
    picture_of,
    truth_of,
)
from demos.data.avatars.ahead import readers_portraits
from demos.data.captions.facts import Fact
from demos.data.captions.grammar import LANGUAGES
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.charts import Bar, Drawing, Field, Line, Thing
from demos.kit.charts import Words as Written
from demos.kit.controls import Action, Choice, LanguageChoice, Number, Points, Seed, Slider, State
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Point, Text
from demos.kit.weights import read_card
from demos.models.captioner.captions import LENGTH, phrase, places, read, text_of
from demos.models.captioner.functions import describe
from demos.models.captioner.model import SIDE, WEIGHTS

LARGE, GAP = 256, 16  # px of the pictures in view, and between two
CELLS, CELL, ROW, THUMB = 5, 80, 94, 56  # words in a line; px of the place of one, and of its map
LETTERS = 10  # that fit in it
FINE = 32  # pixels across of a small map
STRONG = 4.0  # times more than elsewhere: shown in full color
LANGUAGE = LanguageChoice("language", ("page", *LANGUAGES), "page")


@dataclass(frozen=True)
class Caption:
    """A caption: its words, the probability of each and, last, that of its end, and where each looked."""

    language: str
    words: list[str]
    chances: list[float]
    maps: Tensor  # (words, 16, 16)

    @property
    def probability(self) -> float:
        return float(np.prod(self.chances))


def captions(run: Runner, picture: Tensor, languages: Sequence[str], beams: int = 1) -> list[list[Caption]]:
    """For each language the captions of a picture (1, 3, 64, 64), the likeliest first."""
    numbers = torch.tensor([LANGUAGES.index(one) for one in languages])
    found = run(describe, picture=picture.expand(len(numbers), -1, -1, -1), language=numbers, beams=beams)
    parts = [found[key] for key in ("words", "chances", "attention")]
    return [
        [captioned(language, *(part[i, k] for part in parts)) for k in range(beams)]
        for i, language in enumerate(languages)
    ]


def captioned(language: str, numbers: Tensor, chances: Tensor, attention: Tensor) -> Caption:
    words = read(numbers.tolist())
    maps = attention[: len(words)].reshape(-1, SIDE, SIDE)
    return Caption(language, words, chances[: len(words) + 1].tolist(), maps)


@remembered(64)
def greedy(run: Runner, source: str, number: int) -> dict[str, Caption]:
    """The greedy caption of a portrait in each language."""
    found = captions(run, picture_of(run, source, number), LANGUAGES)
    return {language: some[0] for language, some in zip(LANGUAGES, found, strict=True)}


# A portrait and its captions


def answer_look(
    run: Runner, label: Labels, *, source: str, portrait: int, language: str, word: int
) -> dict[str, Any]:
    """The portrait and where the chosen word looked, all words with their maps, and the captions."""
    picture = picture_of(run, source, portrait)
    found, own = greedy(run, source, portrait), label.spoken(LANGUAGES, language)
    caption, truth = found[own], truth_of(source, portrait)
    shown = visible(caption)
    chosen = shown[min(word, len(shown)) - 1] if shown else None
    heat = relative(caption.maps[chosen]) if chosen is not None else torch.zeros(SIDE, SIDE)
    view = pictures.tile(picture[0], LARGE)
    order = sorted(LANGUAGES, key=lambda one: (one != label.spoken(LANGUAGES), one))
    said = [headed(label.name_of(one), sentence(found[one], truth)) for one in order]
    return {
        "view": pictures.in_a_row([view, pictures.with_heat(picture[0], heat, STRONG, LARGE)], GAP),
        "captions": "\n\n".join(said),
        "words": in_cells(label, picture[0], caption, chosen),
        "facts": "\n\n".join([about(label, caption, truth), on_card(label)]),
    }


def headed(heading: str, text: str) -> str:
    return f"**{heading}**<br>{text}"


def visible(caption: Caption) -> list[int]:
    """The places of a caption's words, without its signs."""
    return [i for i, word in enumerate(caption.words) if word[0].isalnum()]


def relative(taken: Tensor) -> Tensor:
    """How much more than on average, where it is more; 1 for twice as much."""
    return (taken / taken.mean().clamp_min(1e-9) - 1).clamp_min(0)


def sentence(caption: Caption, truth: Sequence[Fact] | None, marked: Sequence[tuple[int, int]] = ()) -> str:
    """A caption as a sentence, in which is marked what is not true of the picture, or what else is to be."""
    wrong = [] if truth is None else [(a, b) for fact, a, b in said_in(caption) if fact not in truth]
    pieces, last = list[str](), 0
    for first, end in sorted([*wrong, *marked]):
        inside = text_of(caption.words[first:end], caption.language)
        pieces += [*caption.words[last:first], f"<mark>{inside}</mark>"]
        last = end
    text = text_of([*pieces, *caption.words[last:]], caption.language)
    return f"{text[:1].upper()}{text[1:]}{'。' if caption.language == 'zh' else '.'}"


def said_in(caption: Caption) -> list[tuple[Fact, int, int]]:
    return places(caption.words, caption.language)


def remarks(label: Labels, caption: Caption, truth: Sequence[Fact] | None) -> list[str]:
    """What is wrong, made up or left out; in the page's language, whatever that of the caption."""
    if truth is None:
        return [label["nobody_knows"]]
    own = label.spoken(LANGUAGES)
    there, told = (
        {fact.name: fact for fact in some} for some in (truth, [fact for fact, _, _ in said_in(caption)])
    )
    parts = []
    for name, fact in told.items():
        what = label.quoted([phrase(own, fact)])
        if name not in there:
            parts.append(label("invented", said=what))
        elif fact != there[name]:
            parts.append(label("wrong", said=what, true=label.quoted([phrase(own, there[name])])))
    left = [phrase(own, fact) for name, fact in there.items() if name not in told]
    parts += [label("left_out", facts=label.quoted(left))] if left else []
    return parts or [label["all_true"]]


def about(label: Labels, caption: Caption, truth: Sequence[Fact] | None) -> str:
    """What there is to remark, and what of the caption is marked."""
    said = label.sentences(remarks(label, caption, truth))
    wrong = truth is not None and any(fact not in truth for fact, _, _ in said_in(caption))
    return label.sentences([said, label["marked"]]) if wrong else said


def on_card(label: Labels) -> str:
    metrics = read_card(WEIGHTS).metrics
    shares = {language: label.percent(metrics[f"accuracy.{language}"].value) for language in LANGUAGES}
    return label("on_card", **shares)


def in_cells(label: Labels, picture: Tensor, caption: Caption, chosen: int | None) -> Drawing:
    """Each word below its map, with a bar for its probability; the chosen one framed."""
    things: list[Thing] = []
    found = visible(caption)
    for place, i in enumerate(found):
        x, y = place % CELLS * CELL, place // CELLS * ROW
        word = caption.words[i]
        text = word if len(word) <= LETTERS else f"{word[: LETTERS - 1]}…"
        left = x + (CELL - THUMB) / 2
        things.append(Field(left, y + 6, THUMB, THUMB, small_map(picture, caption.maps[i])))
        things.append(Written(x + CELL / 2, y + THUMB + 16, text, "middle"))
        length = max(caption.chances[i] * THUMB, 1.0)
        things.append(Bar(left, y + THUMB + 26, length, 4))
        if i == chosen:
            corners = (2, 2), (CELL - 2, 2), (CELL - 2, ROW - 2), (2, ROW - 2), (2, 2)
            things.append(Line(tuple((x + a, y + b) for a, b in corners), 0))
    return Drawing(tuple(things), CELL * CELLS, ROW * max(1, -(-len(found) // CELLS)))


def small_map(picture: Tensor, taken: Tensor) -> np.ndarray[Any, Any]:
    """The picture in gray below a word's map: pixels (FINE, FINE, 4)."""
    scene = pictures.with_heat(picture, relative(taken), STRONG, FINE * 2)
    return np.asarray(scene.image(0.5).convert("RGBA"))


def word_at(point: Point, _: State) -> Mapping[str, Any]:
    """The word in whose place a click was."""
    column, row = min(int(point[0] // CELL), CELLS - 1), int(point[1] // ROW)
    return {"word": min(row * CELLS + column + 1, LENGTH)}


# Composed and disturbed

SQUARES = Points("cover", 0, 1, most=12, default=((0.505, 0.605, 0),))


def answer_compose(
    run: Runner,
    label: Labels,
    *,
    hair: str,
    hair_color: str,
    beard: str,
    glasses: str,
    hat: str,
    clothing: str,
    clothing_color: str,
    background: str,
    person: int,
    strength: float,
    cover: tuple[tuple[float, float, int], ...],
) -> dict[str, Any]:
    """The portrait and its caption, before and after it is disturbed."""
    values = (hair, hair_color, glasses, hat, beard, clothing, clothing_color, background)
    items: Items = tuple(pair for pair in zip(CHOSEN, values, strict=True) if pair[1] != ANY)
    clean, truth = drawn(run, person, items), named_of(composed(person, items))
    squares = tuple((x, y) for x, y, _ in cover)
    own = label.spoken(LANGUAGES)
    after = disturbed(clean, strength, squares)
    changed = bool(strength or squares)
    (before,), (now,) = (captions(run, picture, [own])[0] for picture in (clean, after))
    said = [sentence(now, truth)]
    if changed:
        said = [headed(label["before"], sentence(before, truth)), headed(label["after"], said[0])]
    return {
        "stage": pictures.in_a_row(
            [pictures.tile(x[0], LARGE) for x in ([clean, after] if changed else [clean])], GAP
        ),
        "compared": "\n\n".join([*said, about(label, now, truth)]),
    }


def cover_at(point: Point, state: State) -> Mapping[str, Any]:
    """A gray square where a click was, in either picture; a click into a square removes it."""
    x, y = point[0] % (LARGE + GAP) / LARGE, point[1] / LARGE
    for square in reversed(state["cover"]):
        if max(abs(square[0] - x), abs(square[1] - y)) * SIZE < COVER / 2:
            return {"cover": tuple(other for other in state["cover"] if other != square)}
    return {"cover": SQUARES.added(state["cover"], x, y)} if x <= 1 else {}


# Beam search


def answer_beams(
    run: Runner, label: Labels, *, source: str, portrait: int, beams: int, language: str
) -> dict[str, Any]:
    """The captions that beam search finds, beside the greedy one."""
    own = label.spoken(LANGUAGES, language)
    picture = picture_of(run, source, portrait)
    alone = greedy(run, source, portrait)[own]
    (found,) = captions(run, picture, [own], int(beams))
    head = " | ".join(label[key] for key in ("search", "caption", "probability"))
    rows = [row(label, label["greedy"], alone, alone)]
    rows += [row(label, label("rank", n=n), one, alone) for n, one in enumerate(found, start=1)]
    best = found[0]
    if best.words == alone.words:
        verdict = label["same"]
    else:
        times = label.number(best.probability / alone.probability, 2)
        verdict = label("better" if best.probability > alone.probability else "worse", times=times)
    return {
        "portrait_shown": pictures.tile(picture[0], LARGE),
        "table": "\n".join([f"| {head} |\n|---|---|--:|", *rows]),
        "verdict": verdict,
    }


def row(label: Labels, name: str, caption: Caption, other: Caption) -> str:
    """A line of the table; marked: from the first word that differs from another caption to the last."""
    text = sentence(caption, None, differing(caption.words, other.words))
    share = label("percent", number=label.number(100 * caption.probability, 2))
    return f"| {name} | {text} | {share} |"


def differing(words: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """From where up to where words differ from others; nothing if they do not."""
    if words == others:
        return []
    shortest = min(len(words), len(others))
    first = next((i for i in range(shortest) if words[i] != others[i]), shortest)
    last = next((i for i in range(shortest - first) if words[-1 - i] != others[-1 - i]), shortest - first)
    return [(first, len(words) - last)] if first < len(words) - last else []


def choice(name: str) -> Choice:
    return Choice(name, (ANY, *options(name)), ANY, dropdown=True)


TABS = (
    Tab(
        "look",
        (
            Seed("portrait", 47),
            Choice("source", SOURCES, "drawn"),
            LANGUAGE,
            Number("word", 5, 1, LENGTH),
        ),
        (Picture("view"), Text("captions"), Chart("words", click=word_at), Text("facts")),
        answer_look,
        above=2,
    ),
    Tab(
        "compose",
        (
            *(choice(name) for name in CHOSEN[:4]),
            Seed("person", 41, new=False),
            SQUARES,
            Action("uncover", lambda _: {"cover": ()}),
        ),
        (Picture("stage", click=cover_at), Text("compared")),
        answer_compose,
        more=((*(choice(name) for name in CHOSEN[4:]), Slider("strength", 0, 1, 0.0, step=0.05)),),
        above=2,
    ),
    Tab(
        "beams",
        (
            Seed("portrait", 47),
            Choice("source", SOURCES, "drawn"),
            Slider("beams", 1, 8, 4, step=1),
            LANGUAGE,
        ),
        (Picture("portrait_shown"), Text("table"), Text("verdict")),
        answer_beams,
        above=2,
    ),
)
STILL = ("view",)
AHEAD = (readers_portraits,)

"""A prompt in any of three languages, drawn step by step: which word governs what, and parts drawn anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars.ahead import portrait as drawn_portrait
from demos.data.avatars.ahead import readers_portraits
from demos.data.captions.grammar import LANGUAGES
from demos.data.captions.tokens import LENGTH, UNKNOWN, plain, tokens, vocabulary
from demos.data.captions.tokens import numbers as token_numbers
from demos.data.captions.words import Word, on_unknown, unique, words
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.charts import Bar, Drawing, Line, Thing
from demos.kit.charts import Words as Written
from demos.kit.controls import Action, Number, Points, Seed, Slider, State
from demos.kit.controls import Words as Prompt
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Disc, Scene
from demos.kit.remember import remembered_end
from demos.kit.shows import Chart, Picture, Point, Text
from demos.models.diffusion.autoencoder import SIDE, SIZE
from demos.models.diffusion.functions import decode, step_by_caption, walk, watched_step
from demos.models.diffusion.model import card
from demos.models.diffusion.portraits import latent_of
from demos.models.diffusion.sampling import at_time, back_to, noise

LONGEST = 200  # characters of a prompt
READ = LENGTH - 1  # tokens of a prompt that the encoder reads
LARGE, SMALL, GAP = 256, 96, 16  # px of the pictures in view, of those of each step, and between two
COLUMNS = 6
STRONG = 2.0  # times more than elsewhere: shown in full color
CELL, ROW, LETTERS = 100, 42, 11  # px of the place of a word, and letters that fit in it
CELLS = 4
SOFT = 5  # px over which what is drawn anew passes into the portrait


# What is typed


def number_of(prompt: str) -> Tensor:
    """Token numbers (1, LENGTH)."""
    return token_numbers([prompt])


def facts(label: Labels, prompt: str, avoided: str, chosen: int) -> str:
    """What of the prompts the model knows, and which word's map is in view."""
    found = words(prompt)
    unknown = on_unknown(label, prompt, avoided)
    parts = [label("word_in_view", word=found[chosen].text)] if found else [label["no_words"]]
    parts += unknown or ([label["all_known"]] if found else [])
    if other := read_as(prompt):
        parts.append(label("read_as", words=label.quoted(other)))
    if len(tokens(prompt)) > READ:
        parts.append(label("too_long", most=READ))
    parts.append(label("obeyed", **{lang: label.percent(share) for lang, share in obeyed().items()}))
    return label.sentences(parts)


def obeyed() -> dict[str, float]:
    """The share of what captions of each language name that was read off the pictures, by the card."""
    return {lang: card().metrics[f"caption_accuracy.{lang}"].value for lang in LANGUAGES}


def read_as(prompt: str) -> list[str]:
    """What words are read as that the vocabulary holds in another form only, each once."""
    held = list(vocabulary())
    found = ((plain(prompt[t.start : t.end]), t.number) for t in tokens(prompt) if t.number != UNKNOWN)
    return unique(f"{text} → {held[number]}" for text, number in found if held[number] != text)


# Drawing


@dataclass(frozen=True)
class Drawn:
    """What a prompt has become so far: the picture (3, 64, 64) in sight, how much of each token every place
    took (LENGTH, 16, 16), and the pictures of all steps."""

    picture: Tensor
    maps: Tensor
    tiles: list[Scene]


@remembered_end(64)
def drawn(run: Runner, prompt: str, avoided: str, seed: int, steps: int, guidance: float) -> Iterator[Drawn]:
    """Step by step."""
    context = {"wanted": number_of(prompt), "avoided": number_of(avoided)}
    maps = torch.zeros(LENGTH, SIDE, SIDE)
    tiles: list[Scene] = []
    for found in walk(run, watched_step, noise(1, seed), steps=steps, guidance=guidance, **context):
        picture = run(decode, latent=found["clean"])[0]
        maps = maps + found["maps"][0] / steps
        tiles = [*tiles, pictures.tile(picture, SMALL)]
        yield Drawn(picture, maps, tiles)


def answer_draw(
    run: Runner,
    label: Labels,
    *,
    prompt: str,
    avoided: str,
    seed: int,
    word: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """The portrait in sight after each step, where the chosen word was looked at, and the steps so far."""
    prompt = prompt or label["prompt_example"]
    found = [one for one in words(prompt) if one.end <= READ]
    chosen = min(word, len(found)) - 1
    for now in drawn(run, prompt, avoided, seed, steps, guidance):
        shares = [share(now.maps, one) for one in found]
        view = pictures.tile(now.picture, LARGE)
        heat = relative(shares[chosen]) if found else torch.zeros(SIDE, SIDE)
        yield {
            "drawing": pictures.in_a_row([view, pictures.with_heat(now.picture, heat, STRONG, LARGE)], GAP),
            "words": in_cells(words(prompt), chosen, [part.mean().item() for part in shares]),
            "facts": facts(label, prompt, avoided, chosen),
            "process": pictures.grid(now.tiles, COLUMNS),
        }


def share(maps: Tensor, word: Word) -> Tensor:
    """How much of a word every place took (16, 16); a start stands before the prompt's tokens."""
    return maps[word.first + 1 : word.end + 1].sum(0)


def relative(taken: Tensor) -> Tensor:
    """How much more than on average: 1 for twice as much, -1 for nothing."""
    return taken / taken.mean().clamp_min(1e-9) - 1


# Words to click on


def in_cells(found: Sequence[Word], chosen: int, shares: Sequence[float]) -> Drawing:
    """Each word in a place of its own, the chosen one framed, unknown ones in red with a question mark; below
    it, a bar for how much attention it got in all."""
    things: list[Thing] = []
    most = max(shares, default=1.0)
    for i, word in enumerate(found):
        x, y = i % CELLS * CELL, i // CELLS * ROW
        text = word.text if word.known else f"{word.text}?"
        text = text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
        things.append(Written(x + CELL / 2, y + 15, text, "middle", -1 if word.known else 1))
        if i < len(shares):
            length = max(shares[i] / most * (CELL - 24), 1.0)
            things.append(Bar(x + (CELL - length) / 2, y + 28, length, 5, 0 if word.known else 1))
        if i == chosen:
            left, right, top, low = x + 3, x + CELL - 3, y + 3, y + ROW - 3
            corners = ((left, top), (right, top), (right, low), (left, low), (left, top))
            things.append(Line(corners, 0))
    rows = max(1, -(-len(found) // CELLS))
    return Drawing(tuple(things), CELL * CELLS, ROW * rows)


def word_at(point: Point, _: State) -> Mapping[str, Any]:
    """The word in whose place a click was."""
    column, row = min(int(point[0] // CELL), CELLS - 1), int(point[1] // ROW)
    return {"word": min(row * CELLS + column + 1, READ)}


# Drawing a part anew


Spots = tuple[tuple[float, float, int], ...]
REGION = Points("region", 0, 1, most=40, default=((0.305, 0.205, 0), (0.505, 0.125, 0), (0.695, 0.205, 0)))


def paint(point: Point, state: State) -> Mapping[str, Any]:
    """A spot of the brush where a click was, in either picture; a click into the middle of a spot removes
    it."""
    x, y = point[0] % (LARGE + GAP) / LARGE, point[1] / LARGE
    spots = state["region"]
    for spot in reversed(spots):
        if SIZE * ((spot[0] - x) ** 2 + (spot[1] - y) ** 2) ** 0.5 < state["brush"] / 2:
            return {"region": tuple(other for other in spots if other != spot)}
    return {"region": REGION.added(spots, x, y)} if x <= 1 else {}


def masked(region: Spots, brush: float) -> Tensor:
    """Where a spot is (64, 64): 1, elsewhere 0. `brush`: its radius in px of a portrait."""
    middles = (torch.arange(SIZE) + 0.5) / SIZE
    mask = torch.zeros(SIZE, SIZE)
    for x, y, _ in region:
        away = ((middles - x) ** 2 + (middles[:, None] - y) ** 2).sqrt() * SIZE
        mask = torch.maximum(mask, (away <= brush).float())
    return mask


@remembered_end(64)
def painted(
    run: Runner,
    prompt: str,
    portrait: int,
    region: Spots,
    brush: float,
    seed: int,
    steps: int,
    guidance: float,
    rounds: int,
) -> Iterator[Tensor]:
    """The picture (3, 64, 64) in sight after each step, the portrait's own wherever no spot is.

    At each step, what lies outside is replaced by the portrait with as much noise as belongs to the time.
    Each step is taken `rounds` times, with a jump back between, so that both parts come to fit (RePaint,
    Lugmayr et al. 2022, arXiv:2201.09865).
    """
    picture, latent = drawn_portrait(portrait)[0], latent_of(run, portrait)
    mask = masked(region, brush)
    # A latent's place is drawn anew if a spot covers much of it.
    inside = F.adaptive_avg_pool2d(mask[None, None], SIDE) >= 0.25
    edge = F.avg_pool2d(mask[None, None], SOFT, 1, SOFT // 2, count_include_pad=False)[0]
    now = start = noise(1, seed)
    context = {"wanted": number_of(prompt), "avoided": number_of("")}
    for i in range(steps):
        time, until = i / steps, (i + 1) / steps
        for again in range(rounds):
            if again:
                now = back_to(now, until, time, noise(1, seed, start=i * rounds + again))
            found = run(
                step_by_caption, latent=now, time=torch.tensor([time]), until=torch.tensor([until]),
                guidance=torch.tensor([float(guidance)]), **context,
            )  # fmt: skip
            now = torch.where(inside, found["latent"], at_time(latent, start, until))
        clean = torch.where(inside, found["clean"], latent)
        yield torch.lerp(picture, run(decode, latent=clean)[0], edge)


def answer_paint(
    run: Runner,
    label: Labels,
    *,
    whole: str,
    portrait: int,
    brush: int,
    region: Spots,
    seed: int,
    guidance: float,
    steps: int,
    rounds: int,
) -> Iterator[dict[str, Any]]:
    """The portrait with the region over it, and what the region has become."""
    prompt = whole or label["whole_example"]
    original = drawn_portrait(portrait)[0]
    before = with_region(original, region, brush)
    if not region:
        yield shown(before, pictures.tile(original, LARGE), label["no_region"])
        return
    parts = [label("share_painted", share=label.percent(masked(region, brush).mean().item()))]
    said = label.sentences(parts + on_unknown(label, prompt))
    for picture in painted(run, prompt, portrait, region, brush, seed, steps, guidance, rounds):
        yield shown(before, pictures.tile(picture, LARGE), said)


def shown(before: Scene, after: Scene, text: str) -> dict[str, Any]:
    return {"anew": pictures.in_a_row([before, after], GAP), "said": text}


def with_region(picture: Tensor, region: Spots, brush: float) -> Scene:
    """The portrait, pale where it is drawn anew, with a mark in the middle of each spot."""
    paper = torch.tensor(pictures.PAPER)[:, None, None] / 127.5 - 1
    scene = pictures.tile(torch.lerp(picture, paper, 0.7 * masked(region, brush)), LARGE)
    for x, y, _ in region:
        scene = scene.with_things((x * LARGE, y * LARGE, Disc(4, pictures.RED)))
    return scene


DRAW = Tab(
    "draw",
    (
        Prompt("prompt", longest=LONGEST),
        Prompt("avoided", longest=LONGEST),
        Seed("seed", 4, primary=False),
        Number("word", 4, 1, READ),
    ),
    (Picture("drawing"), Chart("words", click=word_at), Text("facts"), Picture("process")),
    answer_draw,
    more=((Slider("guidance", 0, 20, 4.0, step=0.5), Slider("steps", 4, 24, 12, step=1)),),
    above=3,
)
PAINT = Tab(
    "paint",
    (
        Prompt("whole", longest=LONGEST),
        Slider("brush", 4, 16, 11, step=1),
        Seed("portrait", 12, primary=False),
        Action("undo", lambda state: {"region": state["region"][:-1]}),
        REGION,
    ),
    (Picture("anew", click=paint), Text("said")),
    answer_paint,
    more=(
        (Seed("seed", 7, new=False),),
        (Slider("guidance", 0, 20, 4.0, step=0.5), Slider("steps", 4, 24, 12, step=1)),
        (Slider("rounds", 1, 4, 2, step=1),),
    ),
    above=2,
)
TABS = (DRAW, PAINT)
STILL = ("drawing", "process")
AHEAD = (readers_portraits,)

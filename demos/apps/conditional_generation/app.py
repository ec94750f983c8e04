"""Portraits as a reader asks for them: what two models draw, and what a judge reads off the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import ceil
from typing import Any

import torch
from torch import Tensor

from demos.apps.conditional_generation.wishes import (
    ATTRIBUTES,
    fitting,
    nudge,
    numbered,
    options,
    values,
)
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.controls import Choice, Seed, Slider, Switch
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered, remembered_end
from demos.kit.shows import Picture, Text
from demos.models.diffusion.conditions import asked
from demos.models.diffusion.functions import decode, step_by_attributes, walk
from demos.models.diffusion.model import card
from demos.models.diffusion.sampling import noise
from demos.models.gan.functions import generate
from demos.models.gan.model import on_sphere
from demos.models.gan.pretrained import directions, latents
from demos.models.judge.functions import read

COUNT = 4  # portraits of each model
STEPS, GUIDANCE = 12, 2.0
NUDGES = 2.5  # steps along a direction: with more, wishes get in each other's way
LOOKS = (1, 4, 8, STEPS)  # steps after which the pictures so far are shown
COLUMNS = 5
LARGE = 160  # px of a portrait where there are few
ANY = "any"
VARIED = ("glasses", "hat", "beard", "smile", "hair_color", "skin_tone", "background")

Items = tuple[tuple[str, str], ...]  # wishes that can be remembered by


# What the models draw


@remembered_end(32)
def painted(
    run: Runner, wishes: tuple[Items, ...], noises: tuple[int, ...], seed: int, guidance: float
) -> Iterator[Tensor | None]:
    """The diffusion model's pictures (n, 3, 64, 64) so far, for the wishes and the row of noise of each; None
    after steps of which none are shown."""
    latent = torch.cat([noise(1, seed, start=row) for row in noises])
    context = [asked(values(dict(items))) for items in wishes]
    joined = {name: torch.cat([one[name] for one in context]) for name in context[0]}
    found = walk(run, step_by_attributes, latent, steps=STEPS, guidance=guidance, **joined)
    for i, step in enumerate(found, start=1):
        yield run(decode, latent=step["clean"]) if i in LOOKS else None


@remembered(32)
def nudged(run: Runner, items: Items, seed: int, steps: float) -> Tensor:
    """The GAN's pictures (n, 3, 64, 64), so many steps along the direction of each wish that has one."""
    z = on_sphere(latents(COUNT, seed))
    for attribute, option in items:
        if way := nudge(attribute, option):
            direction = directions()[way.direction]
            z = z + way.sign * steps * direction.step * direction.vector
    made: Tensor = run(generate, z=z, truncation=torch.ones(COUNT))
    return made


def judged(run: Runner, made: Tensor) -> dict[str, Tensor]:
    """The number of each attribute's option (n,) that the judge reads off pictures; -1 where it is hidden."""
    return numbered(run(read, picture=made))


# Asking


def ask(
    run: Runner, words: Labels, *, glasses: str, hat: str, beard: str, smile: str, seed: int, hair: str,
    hair_color: str, skin_tone: str, background: str, guidance: float, nudges: float,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What both models draw for the same wishes; in the end what the judge reads off it."""
    chosen = (glasses, hat, beard, smile, hair, hair_color, skin_tone, background)
    items = tuple(pair for pair in zip(ATTRIBUTES, chosen, strict=True) if pair[1] != ANY)
    by_gan = nudged(run, items, seed, nudges)
    for made in painted(run, (items,) * COUNT, tuple(range(COUNT)), seed, guidance):
        yield {} if made is None else {"diffusion": row(made), "gan": row(by_gan)}
    assert made is not None
    by_diffusion, of_gan = judged(run, made), judged(run, by_gan)
    yield {
        "diffusion": row(made, obeyed(items, by_diffusion)),
        "gan": row(by_gan, obeyed(items, of_gan, by_nudges=True)),
        "facts": "\n\n".join([table(words, items, by_diffusion, of_gan), measured(words)]),
    }


def row(made: Tensor, marks: Tensor | None = None, size: int = LARGE) -> Scene:
    """Pictures in rows, each marked by whether all that was asked for is read off it."""
    tiles = pictures.tiles(made, size)
    if marks is not None:
        tiles = [pictures.marked(tile, bool(mark)) for tile, mark in zip(tiles, marks, strict=True)]
    rows = ceil(len(tiles) / COLUMNS)
    return pictures.grid(tiles, ceil(len(tiles) / rows))


def obeyed(items: Items, seen: dict[str, Tensor], *, by_nudges: bool = False) -> Tensor | None:
    """In which pictures (n,) all that was asked for is read, or hidden; None if nothing was."""
    hits = []
    for attribute, option in items:
        if counts := counting(attribute, option, by_nudges):
            hit, hidden = hits_of(attribute, counts, seen)
            hits.append(hit | hidden)
    return torch.stack(hits).all(0) if hits else None


def counting(attribute: str, option: str, by_nudges: bool) -> tuple[str, ...]:
    """The options that count as what a model was asked for: none if it cannot be asked for it."""
    if not by_nudges:
        return (option,)
    way = nudge(attribute, option)
    return way.options if way else ()


def hits_of(attribute: str, counts: Sequence[str], seen: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """In which pictures (n,) one of some options is read, and in which the attribute is hidden."""
    numbers = torch.tensor([options(attribute).index(one) for one in counts])
    return torch.isin(seen[attribute], numbers), seen[attribute] < 0


# What is said of it


def table(words: Labels, items: Items, by_diffusion: dict[str, Tensor], by_gan: dict[str, Tensor]) -> str:
    """For each wish in how many pictures the judge reads it, and what it reads instead."""
    if not items:
        return words["nothing_asked"]
    lines = [words["head"], "|---|---|---|"]
    for attribute, option in items:
        wish = words("wish", attribute=words[attribute], option=words[f"{attribute}_{option}"])
        read_off = share(words, attribute, (option,), by_diffusion)
        cells = [wish, read_off + instead(words, attribute, option, by_diffusion), "–"]
        if way := nudge(attribute, option):
            kind = words[f"nudged_{attribute}_{way.kind}"]
            cells[2] = f"{share(words, attribute, way.options, by_gan)} ({kind})"
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", words["table_says"], "", rarity(words, items)])


def share(words: Labels, attribute: str, counts: Sequence[str], seen: dict[str, Tensor]) -> str:
    """“3/4”: in how many of the pictures in which it can be seen."""
    hit, hidden = hits_of(attribute, counts, seen)
    return words["hidden"] if hidden.all() else f"{int(hit.sum())}/{int((~hidden).sum())}"


def instead(words: Labels, attribute: str, option: str, seen: dict[str, Tensor]) -> str:
    """What is read instead, and how often."""
    hit, hidden = hits_of(attribute, (option,), seen)
    others = Counter(options(attribute)[number] for number in seen[attribute][~hit & ~hidden].tolist())
    named = [f"{words[f'{attribute}_{other}']} × {n}" for other, n in others.most_common()]
    return f" ({words.listed(named)})" if named else ""


def rarity(words: Labels, items: Items) -> str:
    """How many training portraits have what was asked for."""
    count = int(card().config["training"]["portraits"])
    return words(
        "fitting", count=words.thousands(count), fitting=words.thousands(fitting(dict(items), count))
    )


def measured(words: Labels) -> str:
    """How well the model obeys, as measured, and the judge's own errors."""
    return words(
        "measured",
        samples=words.thousands(card().details["samples"]),
        obeyed=words.percent(card().metrics["accuracy"].value),
        drawn=words.percent(card().details["drawn"]["accuracy"]),
    )


# One wish after another


def vary(
    run: Runner, words: Labels, *, attribute: str, same: bool, seed: int, guidance: float
) -> Iterator[dict[str, Any]]:
    """A portrait for each option of one attribute, from the same noise or each from its own."""
    wishes: tuple[Items, ...] = tuple(((attribute, option),) for option in options(attribute))
    noises = (0,) * len(wishes) if same else tuple(range(len(wishes)))
    for made in painted(run, wishes, noises, seed, guidance):
        yield {} if made is None else {"each": row(made, size=pictures.TILE)}
    assert made is not None
    seen = judged(run, made)
    own = seen[attribute] == torch.arange(len(wishes))
    yield {
        "each": row(made, own | (seen[attribute] < 0), pictures.TILE),
        "facts": words(
            "varied",
            options=words.listed([words[f"{attribute}_{option}"] for option in options(attribute)]),
            hits=int(own.sum()),
            count=len(wishes),
            alike=words.percent(alike(seen, attribute)),
        ),
    }


def alike(seen: dict[str, Tensor], attribute: str) -> float:
    """The share of pairs of pictures in which the judge reads the same of another attribute, where both show
    it."""
    pairs = [
        a == b
        for name, numbers in seen.items()
        if name != attribute
        for a, b in combinations(numbers.tolist(), 2)
        if min(a, b) >= 0
    ]
    return sum(pairs) / len(pairs)


def choice(name: str, default: str = ANY) -> Choice:
    return Choice(name, (ANY, *options(name)), default, dropdown=True)


TABS = (
    Tab(
        "ask",
        (
            choice("glasses", "round"),
            choice("hat"),
            choice("beard"),
            choice("smile", "happy"),
            Seed("seed", 8),
        ),
        (Picture("diffusion"), Picture("gan"), Text("facts")),
        ask,
        more=(
            (choice("hair"), choice("hair_color"), choice("skin_tone"), choice("background")),
            (Slider("guidance", 0, 8, GUIDANCE, step=0.5), Slider("nudges", 0, 4, NUDGES, step=0.5)),
        ),
        above=2,
    ),
    Tab(
        "vary",
        (
            Choice("attribute", VARIED, "hat", words="kind"),
            Switch("same", True),
            Seed("seed", 8),
            Slider("guidance", 0, 8, GUIDANCE, step=0.5),
        ),
        (Picture("each"), Text("facts")),
        vary,
    ),
)
STILL = ("diffusion", "gan")

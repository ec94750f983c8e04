"""One person as prompts describe them: IdentityNet and an image adapter, each with its strength."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from demos.data.avatars.ahead import portrait as drawn_portrait
from demos.data.avatars.ahead import readers_portraits
from demos.data.captions.attributes import asked, fits, judged
from demos.data.captions.reading import named
from demos.data.captions.tokens import numbers
from demos.data.captions.words import on_unknown
from demos.kit import charts, pictures
from demos.kit.app import Tab
from demos.kit.charts import Pair
from demos.kit.controls import Choice, Seed, Slider, Switch
from demos.kit.controls import Words as Prompt
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Box, Digits, Scene, Thing
from demos.kit.remember import remembered_end
from demos.kit.shows import Chart, Picture, Text
from demos.models.diffusion.functions import previews
from demos.models.diffusion.sampling import noise
from demos.models.faces import model as faces
from demos.models.faces.functions import verify
from demos.models.faces.portraits import landmarks, person
from demos.models.identitynet.spatial import sketched
from demos.models.instantid.evaluate import CURVE, DEFAULT, GUIDANCE
from demos.models.instantid.functions import step_by_prompt_and_person
from demos.models.instantid.model import card
from demos.models.judge.functions import read

LONGEST = 200  # characters of a prompt
LARGE, HALF, SMALL = 200, 96, 132  # px of portraits, of those that are given, of those in the grid
SIGN, GAP = 28, 8  # px of signs, and between pictures
EMPTY = (205, 212, 209)  # where a portrait is still to come
HEAD, FOOT = 40, 24  # px for a row's strength, and for a similarity
TRIED = (0.0, DEFAULT, 1.5)  # strengths in the grid
STRONGEST = 1.5  # as in the original's demo
Strengths = tuple[float, float]  # of IdentityNet and of the image adapter


@remembered_end(128)
def drawn(
    run: Runner,
    portrait: int,
    second: int,
    pose: int | None,
    prompt: str,
    strengths: tuple[Strengths, ...],
    seed: int,
    steps: int,
    guidance: float,
) -> Iterator[Tensor]:
    """Pictures (n, 3, 64, 64) in sight after each step, from one noise, for each of n pairs of strengths.
    IdentityNet sees one portrait's person, the adapter a second one's; without a pose there are no
    landmarks."""
    n = len(strengths)
    net, adapter = torch.tensor(strengths, dtype=torch.float32).unbind(1)
    yield from previews(
        run,
        step_by_prompt_and_person,
        noise(1, seed).expand(n, -1, -1, -1),
        steps=steps,
        guidance=guidance,
        wanted=numbers([prompt] * n),
        person=person(run, portrait).expand(n, -1),
        points=landmarks(pose or 0).expand(n, -1, -1),
        placed=torch.full((n,), float(pose is not None)),
        strength=net,
        seen=person(run, second).expand(n, -1),
        scale=adapter,
    )


# One picture


def answer_ask(
    run: Runner,
    label: Labels,
    *,
    prompt: str,
    portrait: int,
    net: float,
    adapter: float,
    placing: str,
    pose: int,
    split: bool,
    second: int,
    seed: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """The person as the prompt wants, in sight after each step, then what the prompt alone gives; in the end
    how alike it is and what of the prompt is to be seen."""
    text, other = prompt or label["prompt_example"], second if split else portrait
    place = {"own": portrait, "other": pose, "free": None}[placing]
    given = [drawn_portrait(number)[0] for number in ([portrait, other] if split else [portrait])]
    told = given_to(given, place)
    settings = (seed, steps, guidance)
    for (both,) in drawn(run, portrait, other, place, text, ((net, adapter),), *settings):
        yield {"pictures": in_row(told, None, both)}
    for (alone,) in drawn(run, portrait, portrait, None, text, ((0.0, 0.0),), *settings):
        yield {"pictures": in_row(told, alone, both)}
    found = run(verify, picture=torch.stack([both, *given]))["person"]
    alike = (found[1:] @ found[0]).tolist()
    said = [*on_unknown(label, text), *([label["all_off"]] if net == adapter == 0 else [])]
    parts = [label.sentences(said), verdict(label, alike), table(label, text, run(read, picture=both[None]))]
    yield {"facts": "\n\n".join([*filter(None, parts), sizes(label)])}


def given_to(people: Sequence[Tensor], pose: int | None) -> Scene:
    """Whom each part is told of, IdentityNet on the left, with its landmarks below."""
    if len(people) == 1 and pose is None:
        return pictures.tile(people[0], LARGE)
    parts = [pictures.tile(one, HALF) for one in people]
    if pose is not None:
        parts.append(sketched(landmarks(pose), HALF))
    return pictures.grid(parts, len(people), LARGE - 2 * HALF)


def in_row(told: Scene, alone: Tensor | None, both: Tensor) -> Scene:
    """Who is given, and what the prompt alone gives, and what both give together."""
    tile = Scene(LARGE, LARGE, ((0, 0, Box(LARGE, LARGE, EMPTY)),))
    if alone is not None:
        tile = pictures.tile(alone, LARGE)
    signs = [pictures.shape(name, SIGN) for name in ("plus", "equals")]
    return pictures.in_a_row([told, signs[0], tile, signs[1], pictures.tile(both, LARGE)], GAP)


def verdict(label: Labels, alike: Sequence[float]) -> str:
    """What a net that took no part in training says of the likeness to those who were given."""
    known = faces.card().details
    if len(alike) > 1:
        first, second = (label.number(value, 2) for value in alike)
        usual = label.number(known["threshold"], 2)
        return label("two_people", first=first, second=second, threshold=usual)
    return label(
        "same_person" if alike[0] >= known["threshold"] else "another_person",
        alike=label.number(alike[0], 2),
        same=label.number(known["same"], 2),
        different=label.number(known["different"], 2),
    )


def table(label: Labels, text: str, read_off: dict[str, Tensor]) -> str:
    """Each thing that a prompt asks for, and what the judge sees instead or as well."""
    wishes, result = asked(text), judged(read_off)
    if not wishes:
        return label["nothing_asked"]
    lines = [label["head"], "|---|---|---|---|"]
    for name, wish in wishes.items():
        value = result.get(name)
        sign = "–" if value is None else label["yes" if fits(wish, value) else "no"]
        cells = [
            label[f"attribute_{name}"],
            named(label.lang, name, wish),
            named(label.lang, name, value) if value else "–",
        ]
        lines.append(f"| {' | '.join([*cells, sign])} |")
    return "\n".join(lines)


def sizes(label: Labels) -> str:
    """How small what was added is."""
    net, unet = (label.thousands(int(card().details[name])) for name in ("net", "unet"))
    return label("sizes", adapter=label.thousands(card().parameters), net=net, unet=unet)


# Both strengths


def answer_strengths(
    run: Runner,
    label: Labels,
    *,
    line: str,
    portrait: int,
    pose: int,
    seed: int,
    guidance: float,
    steps: int,
) -> Iterator[dict[str, Any]]:
    """The same person and prompt at each pair of strengths, in sight after each step; in the end how alike
    each is, and what was measured on many people."""
    text = line or label["line_example"]
    pairs = tuple((net, adapter) for net in TRIED for adapter in TRIED)
    for made in drawn(run, portrait, portrait, pose, text, pairs, seed, steps, guidance):
        yield {"grid": headed(label, made)}
    found = run(verify, picture=torch.cat([drawn_portrait(portrait), made]))["person"]
    alike = [label.number(value, 2) for value in (found[1:] @ found[0]).tolist()]
    yield {"grid": headed(label, made, alike), "curves": curves(label)}
    yield {"facts": label.sentences([*on_unknown(label, text), measured(label)])}


def headed(label: Labels, made: Tensor, alike: Sequence[str] = ()) -> Scene:
    """Portraits in rows and columns with their strengths, and below each how alike it is."""
    things: list[tuple[float, float, Thing]] = []
    wide, high = SMALL + GAP, SMALL + (FOOT if alike else 0) + GAP
    for k, strength in enumerate(TRIED):
        digits = Digits(label.plain(strength), 18, pictures.GRAY)
        things += [
            (HEAD + k * wide + SMALL / 2, HEAD / 2, digits),
            (HEAD / 2, HEAD + k * high + SMALL / 2, digits),
        ]
    for i, tile in enumerate(pictures.tiles(made, SMALL)):
        left, top = HEAD + i % len(TRIED) * wide, HEAD + i // len(TRIED) * high
        things += tile.moved(left, top)
        if alike:
            things.append((left + SMALL / 2, top + SMALL + FOOT / 2, Digits(alike[i], 15, pictures.GRAY)))
    return Scene(HEAD + len(TRIED) * wide - GAP, HEAD + len(TRIED) * high - GAP, tuple(things))


def curves(label: Labels) -> Pair:
    """What the card says of both strengths at once."""
    metrics, found = card().metrics, {}
    for key, low in (("auc", 0.4), ("obeyed", 0.4)):
        points = [(strength, metrics[f"{key}_at.{strength:g}"].value) for strength in CURVE]
        found[label[key]] = charts.lines(
            {"": points},
            label.plain,
            x=label["axis_strength"],
            y=label[f"axis_{key}"],
            across=(CURVE[0], CURVE[-1]),
            up=(low, 1),
            at=(DEFAULT,),
            small=True,
        )
    return Pair(found)


def measured(label: Labels) -> str:
    """What the card says of many people."""
    metrics, details = card().metrics, card().details
    shares = {name: label.percent(metrics[f"obeyed{name}"].value) for name in ("", "_at.0", "_anything")}
    return label(
        "measured",
        samples=details["samples"],
        auc=label.number(metrics["auc"].value, 3),
        obeyed=shares[""],
        base=shares["_at.0"],
        anything=shares["_anything"],
        auc_anything=label.number(metrics["auc_anything"].value, 3),
    )


STRENGTHS = (
    Slider("net", 0, STRONGEST, DEFAULT, step=0.1),
    Slider("adapter", 0, STRONGEST, DEFAULT, step=0.1),
)
SETTINGS = (
    Seed("seed", 3, new=False),
    Slider("guidance", 0, 8, GUIDANCE, step=0.5),
    Slider("steps", 4, 24, 12, step=1),
)
TABS = (
    Tab(
        "ask",
        (
            Prompt("prompt", longest=LONGEST),
            Seed("portrait", 75, primary=False),
            Seed("pose", 76, primary=False),
            *STRENGTHS,
        ),
        (Picture("pictures"), Text("facts")),
        answer_ask,
        more=(
            (
                Choice("placing", ("own", "other", "free"), "other"),
                Switch("split", False),
                Seed("second", 12, primary=False),
            ),
            SETTINGS,
        ),
    ),
    Tab(
        "strengths",
        (
            Prompt("line", longest=LONGEST),
            Seed("portrait", 75, primary=False),
            Seed("pose", 76, primary=False),
        ),
        (Picture("grid"), Chart("curves"), Text("facts")),
        answer_strengths,
        more=(SETTINGS,),
        above=2,
    ),
)
STILL = ("pictures",)
AHEAD = (readers_portraits,)

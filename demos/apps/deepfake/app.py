"""A face swap on drawn portraits, a round against the detector, and what disturbances do to its verdict."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.deepfake.pictures import KINDS, KNOWN, Take, drawn_and_fake, swap
from demos.data.avatars.ahead import readers_portraits
from demos.kit import charts, pictures
from demos.kit.app import Tab
from demos.kit.charts import Drawing
from demos.kit.controls import Action, Choice, Hidden, Seed, Slider, State, Switch
from demos.kit.functions import Runner
from demos.kit.guessing import ROUNDS, Guessing, Round
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Picture, Point, Text
from demos.kit.weights import Card, read_card
from demos.models.face_swap.people import NAMES
from demos.models.fake_detector.disturb import LEVELS, Disturbance, disturbed
from demos.models.fake_detector.functions import suspect
from demos.models.fake_detector.model import WEIGHTS

GUESSING = Guessing(count=10, columns=5, fewest=4)
STRONGEST = min(map(len, LEVELS.values())) - 1
FULL_HEAT = 14.0  # logits that are shown in full color


# Swap


def exchange(
    run: Runner, words: Labels, *, moved: str, face: str, body: str, picture: int, smile: float,
    mouth_open: float, blink: float, yaw: float, glasses: bool, feather: float, match: bool,
) -> dict[str, Any]:  # fmt: skip
    """The picture before and after, how it came about, and what the detector thinks of it."""
    made = swap(run, moved, face, body, Take(picture, smile, mouth_open, blink, yaw, glasses))
    result = made.result(feather, match)
    chance = run(suspect, picture=torch.cat([made.base, result]))["chance"].tolist()
    arrow = pictures.shape("arrow", 40)
    pair = [pictures.tile(picture[0], 224) for picture in (made.base, result)]
    return {
        "swap": pictures.in_a_row([pair[0], arrow, pair[1]], gap=pictures.GAP),
        "inside": pictures.in_a_row(pictures.tiles(inside(made.driver, made.own, made.other, made.mask)), 8),
        "says": words(
            f"says_{moved}",
            face=words[f"person_{face}"],
            body=words[f"person_{body}"],
            before=words.chance(chance[0]),
            after=words.chance(chance[1]),
        ),
        "truth": pictures.tile(made.truth[0], 128),
    }


def inside(driver: Tensor, own: Tensor, other: Tensor, mask: Tensor) -> Tensor:
    """The picture whose expression counts, both decoders' faces in their masks, and where they are put."""
    white = torch.ones_like(own[:, :3])
    parts = [torch.lerp(white, face[:, :3], face[:, 3:]) for face in (own, other)]
    shown = torch.cat([*parts, mask.expand(-1, 3, -1, -1) * 2 - 1])
    border = (driver.shape[-1] - shown.shape[-1]) // 2
    around = [F.pad(shown[:2], (border,) * 4, value=1.0), F.pad(shown[2:], (border,) * 4, value=-1.0)]
    return torch.cat([driver, *around])


# Guess


def guess(
    run: Runner, words: Labels, *, made_by: str, guesses: tuple[str, ...], round: int, revealed: int
) -> dict[str, Any]:  # fmt: skip
    """The round's pictures, or the answers with both scores and where the detector looked."""
    dealt = round_of(run, made_by, round)
    if revealed != mark_of(made_by, round):
        plain = pictures.grid(gray_tiles(dealt.images), GUESSING.columns)
        return {
            "gallery": GUESSING.gallery(dealt, guesses, False), "result": words["hidden"], "looks": plain,
        }  # fmt: skip
    found = run(suspect, picture=dealt.images)
    heats = [
        pictures.with_heat(image, -heat, FULL_HEAT)
        for image, heat in zip(dealt.images, found["heat"], strict=True)
    ]
    return {
        "gallery": GUESSING.gallery(dealt, guesses, True),
        "result": answers(words, dealt, guesses, found["chance"].tolist(), made_by),
        "looks": pictures.grid(heats, GUESSING.columns),
    }


@remembered(32)
def round_of(run: Runner, made_by: str, number: int) -> Round:
    """The round with this number, for each way to make fakes: always the same."""
    return GUESSING.deal(number, lambda real, fake: drawn_and_fake(run, made_by, number, real, fake))


def gray_tiles(images: Tensor) -> list[Scene]:
    """The pictures as they stand under the heat, before there is any."""
    return [pictures.with_heat(image, torch.zeros(image.shape[1:]), FULL_HEAT) for image in images]


def answers(words: Labels, dealt: Round, guesses: tuple[str, ...], chance: list[float], made_by: str) -> str:
    """The answers as a table, with the reader's score beside the detector's, here and over many rounds."""
    yours = GUESSING.taken_for_real(guesses)
    usual = card().metrics[f"right.{made_by}"].value * GUESSING.count
    score = words(
        "score",
        yours=dealt.right(yours),
        its=dealt.right([fake <= 0.5 for fake in chance]),
        usual=words.number(usual),
    )
    kind = {True: words["real"], False: words["fake"]}
    rows = [
        f"| {n} | {kind[is_real]} | {kind[guessed]} | {words.chance(fake)} |"
        for n, is_real, guessed, fake in zip(GUESSING.numbers, dealt.real, yours, chance, strict=True)
    ]
    known = words["known" if made_by in KNOWN else "unknown"]
    return "\n".join([score, "", known, "", words["table_head"], "|---|---|---|---|", *rows])


def mark_of(made_by: str, round: int) -> int:
    """What says that the answers of just these pictures are shown: not those of the same number that were
    made in another way."""
    return round * len(KINDS) + KINDS.index(made_by)


def reveal(state: State) -> dict[str, Any]:
    return {"revealed": mark_of(state["made_by"], state["round"])}


def toggle(point: Point, state: State) -> dict[str, Any]:
    """Tick or untick a picture, as long as the answers aren't shown."""
    if state["revealed"] == mark_of(state["made_by"], state["round"]):
        return {}
    return GUESSING.toggle(point, state)


# Disturb


def disturb(
    run: Runner, words: Labels, *, made_by: str, disturbance: str, strength: int, picture: int
) -> dict[str, Any]:
    """A drawn picture and a fake, disturbed alike, the verdicts, and how well such are told apart."""
    pair = torch.cat(drawn_and_fake(run, made_by, picture, 1, 1))
    level = LEVELS[disturbance][strength]
    now = disturbed(pair, Disturbance(**{disturbance: level}))  # type: ignore[arg-type]
    found, before = (run(suspect, picture=images) for images in (now, pair))
    rows = []
    for image, heat, chance in zip(now, found["heat"], found["chance"].tolist(), strict=True):
        tiles = [pictures.tile(image, 192), pictures.with_heat(image, -heat, FULL_HEAT, 192)]
        row = pictures.in_a_row(tiles, gap=pictures.GAP)
        rows.append(pictures.stacked([row, pictures.bar(1 - chance, row.width)]))
    said = {
        f"{what}_{when}": words.chance(float(chances["chance"][i]))
        for when, chances in (("now", found), ("before", before))
        for i, what in enumerate(("drawn", "fake"))
    }
    name = words[f"disturbance_{disturbance}"]
    return {
        "pair": pictures.in_a_row(rows),
        "verdict": words("verdict", what=name, level=words.plain(level), **said),
        "curve": curve(words, made_by, disturbance, level),
    }


def curve(words: Labels, made_by: str, disturbance: str, level: float) -> Drawing:
    """The AUC by the strength of a disturbance, from the card, ringed where it is now."""
    measured = card().details["curves"][made_by][disturbance]
    points = sorted(zip(LEVELS[disturbance], measured, strict=True))
    name = words[f"disturbance_{disturbance}"]
    return charts.lines({"": points}, words.plain, x=name, y="AUC", up=(0.2, 1.0), at=[level])


@cache
def card() -> Card:
    return read_card(WEIGHTS)


TABS = (
    Tab(
        "swap",
        (
            Choice("moved", ("face", "expression"), "face"),
            Choice("face", NAMES, "e", words="person", dropdown=True),
            Choice("body", NAMES, "d", words="person", dropdown=True),
            Slider("mouth_open", 0, 1, 0.5, step=0.1),
            Seed("picture", 3),
        ),
        (Picture("swap"), Text("says"), Picture("inside"), Picture("truth")),
        exchange,
        more=(
            (
                Slider("smile", -1, 1, 0.6, step=0.1),
                Slider("blink", 0, 1, 0.1, step=0.1),
                Slider("yaw", -1, 1, 0, step=0.1),
            ),
            (Slider("feather", 0, 4, 1.2, step=0.2), Switch("match", True), Switch("glasses")),
        ),
        above=2,
    ),
    Tab(
        "guess",
        (
            Choice("made_by", KINDS, "swap", dropdown=True),
            *(
                Action("reveal", reveal, primary=True)
                if control.name == "reveal"
                else Hidden("revealed", high=len(KINDS) * (ROUNDS + 1))
                if control.name == "revealed"
                else control
                for control in GUESSING.controls
            ),
        ),
        (Picture("gallery", click=toggle), Text("result"), Picture("looks")),
        guess,
        above=1,
    ),
    Tab(
        "disturb",
        (
            Choice("made_by", KINDS, "swap", dropdown=True),
            Choice("disturbance", tuple(LEVELS), "quality", dropdown=True),
            Slider("strength", 0, STRONGEST, 0, step=1, play=True),
            Seed("picture", 5),
        ),
        (Picture("pair"), Text("verdict"), Chart("curve")),
        disturb,
        above=2,
    ),
)
STILL = ("swap", "inside")
AHEAD = (readers_portraits,)

"""What conditional generation answers: how both models are asked, and what the judge reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.conditional_generation import app
from demos.apps.conditional_generation.wishes import (
    ATTRIBUTES,
    BANDS,
    MIDDLES,
    drawn_by,
    fitting,
    nudge,
    numbered,
    options,
    thirds,
    values,
)
from demos.data.avatars import render, replace, sample
from demos.data.avatars.dataset import TRAIN_SEED
from demos.kit.functions import direct
from demos.kit.state import parse
from demos.kit.weights import read_card
from demos.models.diffusion.conditions import asked
from demos.models.diffusion.model import WEIGHTS
from demos.models.gan.pretrained import directions
from tests.demos.kit import app as declared
from tests.demos.kit import differ, words

EVERY = [(attribute, option) for attribute in ATTRIBUTES for option in options(attribute)]
NUDGED = [pair for pair in EVERY if nudge(*pair)]
SEEDS = (3, 4, 5)


def state(preset: str) -> dict[str, Any]:
    return dict(parse(declared("conditional_generation"), {"preset": preset}).state)


def wishes(chosen: dict[str, Any]) -> app.Items:
    return tuple((name, chosen[name]) for name in ATTRIBUTES if chosen[name] != app.ANY)


def parts(tab: str, lang: str = "en", **changed: Any) -> list[dict[str, Any]]:
    part = declared("conditional_generation").tab(tab)
    assert changed.keys() <= part.defaults.keys()
    made = part.answer(direct, words("conditional_generation", lang), **part.defaults | changed)
    return [shown for shown in made if shown]  # without its pauses


def drawn(items: app.Items, seed: int, guidance: float = app.GUIDANCE) -> Tensor:
    """What the diffusion model draws for some wishes, from four pieces of noise."""
    *_, made = app.painted(direct, (items,) * app.COUNT, tuple(range(app.COUNT)), seed, guidance)
    return made


# What can be asked for


def test_everything_offered_can_be_asked_of_the_diffusion_model() -> None:
    for attribute, option in EVERY:
        assert asked(values({attribute: option}))["chosen"].sum() == 1
    assert values({"hat": "cap", "smile": "sad"}) == {"hat": "cap", "smile": MIDDLES[0]}


def test_a_third_of_the_range_is_what_is_asked_for_in_its_middle() -> None:
    assert thirds(torch.tensor([-1, -0.4, -0.3, 0, 0.3, 0.4, 1])).tolist() == [0, 0, 1, 1, 1, 2, 2]
    for name in BANDS:
        assert thirds(torch.tensor(MIDDLES)).tolist() == list(range(len(options(name))))


def test_light_skin_is_light() -> None:
    """The renderer's own scale: 0 is the lightest."""
    faces = replace(sample(8, 1), pattern="plain", hat="none")
    light, dark = (render(replace(faces, skin_tone=tone), 64).images.mean() for tone in (0.125, 0.875))
    assert light > dark
    assert drawn_by(replace(faces, skin_tone=0.125))["skin_tone"][0] == pytest.approx(MIDDLES[0])


def test_hair_under_a_hat_and_the_color_of_a_bald_head_are_not_seen() -> None:
    faces = replace(sample(3, 1), hair="braids", hair_color="pink")
    faces = replace(
        faces, hat=torch.tensor([options("hat").index(hat) for hat in ("none", "cap", "headband")])
    )
    shown = numbered(drawn_by(faces))
    braids, pink = options("hair").index("braids"), options("hair_color").index("pink")
    assert shown["hair"].tolist() == [braids, -1, braids]
    assert shown["hair_color"].tolist() == [pink, -1, pink]
    bald = numbered(drawn_by(replace(faces, hair="bald", hat="none")))
    assert bald["hair_color"].tolist() == [-1, -1, -1]
    assert (bald["hair"] == options("hair").index("bald")).all()


def test_training_portraits_that_fit_are_counted() -> None:
    assert fitting({}, 500) == 500
    faces = sample(2000, TRAIN_SEED)
    round_ones = faces["glasses"] == options("glasses").index("round")
    assert fitting({"glasses": "round"}, 2000) == int(round_ones.sum())
    assert fitting({"glasses": "round", "smile": "happy"}, 2000) == int(
        (round_ones & (faces["smile"] > 1 / 3)).sum()
    )


# The GAN


@pytest.mark.parametrize(("attribute", "option"), NUDGED, ids="-".join)
def test_a_nudge_leads_to_what_it_stands_for(attribute: str, option: str) -> None:
    way = nudge(attribute, option)
    assert way
    assert way.direction in directions()
    assert set(way.options) <= set(options(attribute))
    shares = []
    for steps in (0.0, app.NUDGES):
        seen = [app.judged(direct, app.nudged(direct, ((attribute, option),), seed, steps)) for seed in SEEDS]
        hits = [app.hits_of(attribute, way.options, one) for one in seen]
        shares.append(float(torch.cat([hit[~hidden] for hit, hidden in hits]).float().mean()))
    assert shares[1] >= 0.75
    assert shares[1] > shares[0] or shares[0] == 1


def test_what_no_direction_leads_to_is_left_out_and_said() -> None:
    assert not nudge("background", "sky")
    assert not nudge("hair_color", "pink")
    assert not nudge("smile", "neutral")
    plain, same = (app.nudged(direct, items, 3, app.NUDGES) for items in ((), (("background", "sky"),)))
    assert torch.equal(plain, same)
    (*_, last) = parts("ask", glasses="any", smile="any", background="sky")
    assert re.search(r"^\| Background: sky blue \| [^|]+ \| – \|$", last["facts"], re.MULTILINE)


# Asking


def test_both_models_draw_in_parts_and_the_judge_comes_last() -> None:
    app.painted.cache_clear()  # type: ignore[attr-defined]
    shown = parts("ask", seed=21)
    assert ["facts" in part for part in shown] == [False] * 4 + [True]
    assert differ(shown[0]["diffusion"], shown[3]["diffusion"]) > 1
    assert len(parts("ask", seed=21)) == 2, "what was drawn once is not drawn again"


def test_the_table_says_what_the_judge_reads() -> None:
    items = (("glasses", "round"), ("smile", "happy"))
    (*_, last) = parts("ask", seed=3)
    seen, of_gan = (
        app.judged(direct, made) for made in (drawn(items, 3), app.nudged(direct, items, 3, app.NUDGES))
    )
    for name, label in (("glasses", "Glasses: round"), ("smile", "Smile: smile")):
        row = re.search(rf"^\| {label} \| (\d)/4([^|]*) \| (\d)/4 ", last["facts"], re.MULTILINE)
        assert row
        number = options(name).index(dict(items)[name])
        assert int(row[1]) == int((seen[name] == number).sum())
        instead = sum(map(int, re.findall(r"× (\d)", row[2])))
        assert int(row[1]) + instead == 4
        way = nudge(name, dict(items)[name])
        assert way
        assert int(row[3]) == int(app.hits_of(name, way.options, of_gan)[0].sum())


def test_a_disc_marks_portraits_in_which_all_is_read() -> None:
    seen = {name: torch.tensor([0, 0, 1, -1]) for name in ATTRIBUTES}
    first = {name: options(name)[0] for name in ATTRIBUTES}
    marks = app.obeyed(tuple(first.items()), seen)
    assert marks is not None
    assert marks.tolist() == [True, True, False, True], "what is hidden is not held against anyone"
    assert app.obeyed((), seen) is None
    assert app.obeyed((("background", "sky"),), seen, by_nudges=True) is None


def test_without_wishes_nothing_is_judged() -> None:
    (*_, last) = parts("ask", glasses="any", smile="any")
    assert words("conditional_generation", "en")["nothing_asked"] in last["facts"]
    assert "|" not in last["facts"]


def test_the_measured_obedience_and_its_ceiling_are_those_on_the_card() -> None:
    card, labels = read_card(WEIGHTS), words("conditional_generation", "en")
    (*_, last) = parts("ask")
    accuracy, ceiling = card.metrics["accuracy"], card.details["drawn"]["accuracy"]
    assert accuracy.bar == 0.92
    assert f"**{labels.percent(accuracy.value)}**" in last["facts"]
    assert labels.percent(ceiling) in last["facts"]
    assert accuracy.value <= ceiling


def test_most_wishes_are_read_off_the_portraits_and_without_guidance_few() -> None:
    """One wish at a time, every option of some attributes."""
    asked_for = [pair for pair in EVERY if pair[0] in ("glasses", "hat", "beard", "smile", "background")]
    items, rows = tuple((pair,) for pair in asked_for), tuple(range(len(asked_for)))
    shares = []
    for guidance in (app.GUIDANCE, 0.0):
        *_, made = app.painted(direct, items, rows, 11, guidance)
        seen = app.judged(direct, made)
        hits = [bool(app.hits_of(name, (option,), seen)[0][i]) for i, (name, option) in enumerate(asked_for)]
        shares.append(sum(hits) / len(hits))
    assert shares[0] > 0.75
    assert shares[0] > 2 * shares[1]


# Presets


def test_preset_never_seen_was_never_seen_and_is_sometimes_drawn() -> None:
    chosen = state("never_seen")
    assert dict(wishes(chosen)) == {"hat": "headscarf", "beard": "full"}
    count = read_card(WEIGHTS).config["training"]["portraits"]
    assert fitting(dict(wishes(chosen)), count) == 0
    assert all(fitting({name: option}, count) > 100 for name, option in wishes(chosen))
    (*_, last) = parts("ask", **chosen)
    assert "**0** have all of this" in last["facts"]
    marks = [
        app.obeyed(wishes(chosen), app.judged(direct, drawn(wishes(chosen), seed))) for seed in range(3, 7)
    ]
    succeeded = torch.cat([mark for mark in marks if mark is not None]).float().mean()
    assert succeeded > 0.1, "the model puts together what it has seen apart"


def test_preset_rare_was_seen_a_few_times() -> None:
    chosen = state("rare")
    assert dict(wishes(chosen)) == {"glasses": "cat_eye", "beard": "full", "hair": "braids"}
    count = read_card(WEIGHTS).config["training"]["portraits"]
    assert 0 < fitting(dict(wishes(chosen)), count) < count / 1000


def test_preset_ignored_draws_what_it_would_draw_anyway() -> None:
    chosen = state("ignored")
    for seed in SEEDS:
        ignored, anyway = drawn(wishes(chosen), seed, chosen["guidance"]), drawn((), seed, 1.0)
        obeying = drawn(wishes(chosen), seed)
        assert (ignored - anyway).abs().mean() < 0.1 * (obeying - anyway).abs().mean()


def varied(same: bool, attribute: str, seed: int) -> tuple[float, float]:
    """The share of options that the judge reads as asked, and how alike the portraits are otherwise."""
    chosen = tuple(((attribute, option),) for option in options(attribute))
    rows = (0,) * len(chosen) if same else tuple(range(len(chosen)))
    *_, made = app.painted(direct, chosen, rows, seed, app.GUIDANCE)
    seen = app.judged(direct, made)
    hits = (seen[attribute] == torch.arange(len(chosen))) | (seen[attribute] < 0)
    return float(hits.float().mean()), app.alike(seen, attribute)


def test_presets_same_noise_and_new_noise_differ_in_all_that_was_not_asked_for() -> None:
    assert (state("same_noise")["same"], state("new_noise")["same"]) == (True, False)
    assert state("same_noise")["attribute"] == "hat"
    same, new = (torch.tensor([varied(same, "hat", seed)[1] for seed in SEEDS]) for same in (True, False))
    assert same.mean() > 0.5
    assert new.mean() < same.mean() - 0.2


def test_the_text_says_how_alike_portraits_are() -> None:
    labels = words("conditional_generation", "en")
    (*_, last) = parts("vary", attribute="smile", seed=4)
    hits, kept = varied(True, "smile", 4)
    assert f"**{round(hits * 3)} of 3**" in last["facts"]
    assert f"**{labels.percent(kept)}**" in last["facts"]
    assert "sad mouth, neutral, smile" in last["facts"]

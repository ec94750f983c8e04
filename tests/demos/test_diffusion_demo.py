"""What the diffusion demo answers, in both directions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.diffusion import app
from demos.data.avatars.dataset import HELD_OUT_SEED, portraits
from demos.kit.functions import ModelFunction, direct
from demos.kit.state import parse
from demos.models.diffusion.conditions import asked
from demos.models.diffusion.functions import encode, step_by_attributes
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.sampling import euler, noise
from tests.demos.kit import app as declared
from tests.demos.kit import differ, pixels, words

CPU = torch.device("cpu")
SEEDS = (5, 6, 7)


def state(preset: str) -> dict[str, Any]:
    return dict(parse(declared("diffusion"), {"preset": preset}).state)


def parts(tab: str, lang: str = "en", **changed: Any) -> list[dict[str, Any]]:
    part = declared("diffusion").tab(tab)
    assert changed.keys() <= part.defaults.keys()
    return list(part.answer(direct, words("diffusion", lang), **part.defaults | changed))


def path(**changed: Any) -> list[app.Frame]:
    """All frames from noise to a portrait."""
    chosen = {
        name: changed.get(name, value) for name, value in declared("diffusion").tab("draw").defaults.items()
    }
    *_, last = app.paths(direct, *(chosen[name] for name in ("seed", "wish", "steps", "guidance")))
    return last


def sharpness(picture: Tensor) -> float:
    """How much neighboring pixels differ at edges: the 95th percentile of the differences."""
    across, down = (picture.diff(dim=axis).abs().amax(0).flatten() for axis in (-1, -2))
    return float(torch.cat([across, down]).quantile(0.95))


# From noise to a portrait


def test_a_portrait_comes_step_by_step_and_is_not_drawn_again_to_look_back() -> None:
    app.paths.cache_clear()  # type: ignore[attr-defined]
    shown = parts("draw", seed=31, steps=6)
    assert len(shown) == 7
    assert all(differ(a["look"], b["look"]) > 0.5 for a, b in pairwise(shown))
    assert ["nearness" in part for part in shown] == [False] * 6 + [True]
    again = parts("draw", seed=31, steps=6, way=0.5)
    assert len(again) == 1
    assert again[0]["look"] == shown[3]["look"], "step 3 of 6"
    assert "step **3 of 6**, 50% " in again[0]["facts"]


def test_the_path_begins_in_noise_and_ends_where_the_sampler_does() -> None:
    frames = path(seed=4, steps=5)
    assert torch.equal(frames[0].latent, noise(1, 4)[0])
    flow = load_diffusion(CPU).flow
    with torch.inference_mode(), torch.autocast("cpu", enabled=False):
        wishes = asked(app.WISHES["glasses"])
        context = flow.attributes(wishes["categorical"], wishes["continuous"], wishes["chosen"])
        end = euler(flow, noise(1, 4), context, steps=5, guidance=2.0)[0]
    assert (frames[-1].latent - end).abs().mean() < 0.05, "but for rounding"
    assert torch.equal(frames[-1].latent, frames[-1].clean)
    assert torch.allclose(frames[-2].clean, frames[-1].latent, atol=1e-5), "the last step goes all the way"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_guess_is_nearer_to_the_end_all_along(seed: int) -> None:
    frames = path(seed=seed)
    end = frames[-1].picture
    for frame in frames[:-1]:
        assert app.distance(frame.guess, end) < app.distance(frame.picture, end)


@pytest.mark.parametrize("steps", [1, 4, 12, 31, 32])
def test_a_click_in_the_strip_leads_to_the_step_under_it(steps: int) -> None:
    seen = app.steps_in_strip(steps)
    assert (seen[0], seen[-1]) == (0, steps)
    for column, step in enumerate(seen):
        clicked = app.jump((app.column_left(column) + 40, 150), {"steps": steps})
        assert round(clicked["way"] * steps) == step
    if steps < app.COLUMNS - 1:
        assert app.jump((app.column_left(len(seen)) + 40, 10), {"steps": steps}) == {}


def test_guidance_does_nothing_when_nothing_is_asked_for() -> None:
    plain, strong = (path(wish="nothing", guidance=guidance)[-1] for guidance in (1.0, 8.0))
    assert (plain.latent - strong.latent).abs().mean() < 0.1
    plain, strong = (path(wish="hat", guidance=guidance)[-1] for guidance in (1.0, 8.0))
    assert (plain.latent - strong.latent).abs().mean() > 0.2


def test_with_guidance_1_the_net_runs_once_in_each_step() -> None:
    (*_, last) = parts("draw", guidance=1.0)
    assert "has run 12 times" in last["facts"]
    (*_, last) = parts("draw")
    assert "has run 24 times" in last["facts"]


# Presets


def test_preset_halfway_already_sees_the_portrait() -> None:
    way = state("halfway")["way"]
    for seed in SEEDS:
        frames = path(seed=seed)
        middle, end = frames[round(way * app.STEPS)], frames[-1].picture
        assert app.distance(middle.guess, end) < 0.5 * app.distance(middle.picture, end)


def test_preset_many_steps_runs_the_net_48_times_and_changes_no_weight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows that go through the net are counted, in the net itself."""
    chosen = state("many_steps")
    flow, rows = load_diffusion(CPU).flow, []
    handle = flow.enter.register_forward_hook(lambda _, inputs, __: rows.append(len(inputs[0])))
    before = digest(flow)
    try:
        app.paths.cache_clear()  # type: ignore[attr-defined]
        path(seed=77, steps=chosen["steps"], guidance=chosen["guidance"])
    finally:
        handle.remove()
    assert sum(rows) == 48
    assert digest(flow) == before


def digest(net: torch.nn.Module) -> str:
    return hashlib.sha256(b"".join(x.numpy().tobytes() for x in net.state_dict().values())).hexdigest()


def test_preset_too_few_is_blurry() -> None:
    """Blurrier than with 12 steps, and the net's first guess unchanged."""
    steps = state("too_few")["steps"]
    for seed in SEEDS:
        few, many = path(seed=seed, steps=steps), path(seed=seed)
        assert sharpness(few[-1].picture) < 0.75 * sharpness(many[-1].picture)
        assert torch.allclose(few[-1].latent, many[0].clean, atol=0.02)


def test_preset_too_strong_leaves_the_range_of_portraits() -> None:
    chosen = state("too_strong")
    for seed in SEEDS:
        usual, strong = (
            outside(path(seed=seed, wish=chosen["wish"], guidance=guidance)[-1].latent)
            for guidance in (app.GUIDANCE, chosen["guidance"])
        )
        assert strong > max(0.05, 4 * usual)


def outside(latent: Tensor) -> float:
    """The share of numbers outside the range that each of them has among 200 drawn portraits."""
    low, high = range_of_portraits()
    return float(((latent < low) | (latent > high)).float().mean())


@cache
def range_of_portraits() -> tuple[Tensor, Tensor]:
    drawn = direct(encode, picture=portraits(200, HELD_OUT_SEED).pictures(slice(None)))
    return drawn.min(0).values, drawn.max(0).values


def test_preset_dissolved_is_mixed_as_it_says() -> None:
    chosen = state("dissolved")
    assert chosen["noise_left"] == 0.7
    (*_, shown) = parts("dissolve", noise_left=0.7)
    assert "**0.30 × the portrait + 0.70 × the noise**" in shown["facts"]
    latent = app.latent_of(direct, chosen["portrait"])[0]
    frame = app.noised(direct, chosen["portrait"], chosen["seed"], 0.7)
    assert torch.allclose(frame.latent, 0.3 * latent + 0.7 * noise(1, chosen["seed"])[0], atol=1e-5)


def test_preset_compared_is_blurry_on_the_left_and_garish_at_the_bottom() -> None:
    assert state("compared") == declared("diffusion").tab("compare").defaults
    wish = state("compared")["wish"]
    made = [app.side_by_side(direct, wish, 5, steps) for steps in app.MORE_STEPS]
    for row in range(2):  # guidance of 1 and 2
        sharp = [sharpness(column[row]) for column in made]
        assert sharp[:3] == sorted(sharp[:3])
        assert sharp[0] < 0.75 * sharp[-1]
    found = [outside(latent) for latent in direct(encode, picture=made[-1])]
    assert found[-1] == max(found)
    assert found[-1] > 0.03


# From a portrait to noise


def distances(noise_left: float, portrait: int) -> tuple[float, float]:
    """How far the noisy picture and the guess are from the portrait."""
    frame, real = app.noised(direct, portrait, 1, noise_left), app.drawn(portrait)[0]
    return app.distance(frame.picture, real), app.distance(frame.guess, real)


@pytest.mark.parametrize("portrait", [21, 3])
def test_more_noise_leads_farther_from_the_portrait(portrait: int) -> None:
    found = [distances(share, portrait) for share in (0.0, 0.3, 0.6, 1.0)]
    pictures, guesses = zip(*found, strict=True)
    assert list(pictures) == sorted(pictures)
    assert list(guesses) == sorted(guesses)
    assert pictures[0] < 0.05, "without noise only what the autoencoder loses"
    assert all(guess < picture for picture, guess in found[1:])
    assert torch.equal(app.noised(direct, portrait, 1, 1.0).latent, noise(1, 1)[0])


def returned(portrait: int) -> list[Tensor]:
    """The portraits that the steps come back to, from more and more noise, in pixels."""
    *_, last = app.ways_back(direct, portrait, 1)
    return [torch.from_numpy(pixels(pair[1])) for pair in last]


@pytest.mark.parametrize("portrait", [21, 3])
def test_the_way_back_from_little_noise_is_to_the_same_portrait_and_from_much_to_another(
    portrait: int,
) -> None:
    real = torch.from_numpy(pixels(app.pictures.tile(app.drawn(portrait)[0], app.SMALL)))
    apart = [float((one - real).square().mean().sqrt() / 255) for one in returned(portrait)]
    assert apart[0] < 0.05
    assert apart[1] < 0.5 * apart[-1]
    assert apart[-1] > 0.15


def test_the_way_back_comes_in_parts_once() -> None:
    app.ways_back.cache_clear()  # type: ignore[attr-defined]
    assert len(parts("dissolve", portrait=40)) == 5
    again = parts("dissolve", portrait=40, noise_left=0.9)
    assert len(again) == 1
    assert set(again[0]) == {"mix", "back", "facts"}


def test_the_strip_of_noise_is_clicked_like_the_other() -> None:
    for column, share in enumerate(app.NOISES.tolist()):
        clicked = app.pick((app.column_left(column) + 10, 20), {})
        assert clicked["noise_left"] == pytest.approx(share, abs=0.006)


# Side by side


def test_a_cell_is_what_its_steps_and_guidance_draw() -> None:
    made = app.side_by_side(direct, "hat", 6, 4)
    alone = [path(seed=6, wish="hat", steps=4, guidance=guidance)[-1].picture for guidance in app.STRONGER]
    for one, other in zip(made, alone, strict=True):
        assert app.distance(one, other) < 0.02, "but for rounding"


def test_columns_come_one_after_another() -> None:
    app.comparison.cache_clear()  # type: ignore[attr-defined]
    shown = parts("compare", wish="beard")
    assert len(shown) == len(app.MORE_STEPS) + 1
    assert all(differ(a["grid"], b["grid"]) > 1 for a, b in pairwise(shown[:-1]))
    assert shown[-1].keys() == {"facts"}


# Calls


def counted(calls: list[str]) -> Any:
    def run(function: ModelFunction, /, **inputs: Any) -> Any:
        calls.append(function.name)
        return direct(function, **inputs)

    return run


def test_every_step_is_one_call_that_others_may_join() -> None:
    calls: list[str] = []
    app.paths.cache_clear()  # type: ignore[attr-defined]
    found: Iterator[list[app.Frame]] = app.paths(counted(calls), 3, "glasses", 4, 2.0)
    first = next(found)
    assert calls == [step_by_attributes.name, app.decode.name], "something to see after the first step"
    assert len(first) == 1
    *_, last = found
    assert calls.count(step_by_attributes.name) == 4
    assert len(last) == 5

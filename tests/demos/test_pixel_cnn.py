"""The PixelCNN: that it is autoregressive, that its sampler is exact, and what its demo answers."""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.pixel_cnn import app
from demos.apps.pixel_cnn import train as training
from demos.apps.pixel_cnn.evaluate import (
    BITS_BAR,
    bits_per_pixel,
    entropy,
    palette_psnr,
    sample,
)
from demos.apps.pixel_cnn.model import (
    COLORS,
    SIDE,
    WEIGHTS,
    PixelNet,
    distributions,
    draw,
    influence,
    load_net,
    paint_row,
)
from demos.apps.pixel_cnn.palette import k_means, nearest, painted, palette_of, reduced, starting_colors
from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED, portraits
from demos.kit.functions import direct
from demos.kit.pictures import Scene
from demos.kit.random import integers, uniform
from demos.kit.weights import read_card
from tests.demos.kit import app as declared
from tests.demos.kit import differ, words

CPU = torch.device("cpu")
HELD_OUT = 1000  # portraits that the card's bits are measured on


@cache
def net() -> PixelNet:
    return load_net(CPU)


@cache
def held_out(n: int = 40) -> Tensor:
    """Portraits (n, 16, 16) that the net was not trained on."""
    return nearest(reduced(portraits(n, HELD_OUT_SEED).images), net().palette)


def some_colors(n: int, seed: int = 1) -> Tensor:
    return integers(seed, 0, COLORS, n, SIDE, SIDE)


@pytest.fixture
def untrained() -> PixelNet:
    torch.manual_seed(3)
    return PixelNet().eval().requires_grad_(False)


def answered(tab: str, lang: str = "nb", **changed: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The parts of an answer, and what is on screen in the end."""
    part = declared("pixel_cnn").tab(tab)
    answer = part.answer(direct, words("pixel_cnn", lang), **part.defaults | changed)
    parts = [dict(answer)] if isinstance(answer, dict) else [dict(some) for some in answer]
    return parts, {name: value for some in parts for name, value in some.items()}


def preset(name: str) -> dict[str, Any]:
    demo = declared("pixel_cnn")
    state = dict(demo.demo.presets[name].state)
    tab = demo.tab(state.pop("tab", demo.tabs[0].name))
    controls = {control.name: control for control in tab.settings}
    return {"tab": tab.name} | {key: controls[key].parse(value) for key, value in state.items()}


# The net


@pytest.mark.parametrize("place", [(0, 0), (3, 15), (8, 7), (15, 15)])
def test_a_pixel_changes_no_distribution_at_or_before_it_and_some_after_it(place: tuple[int, int]) -> None:
    row, column = place
    before, after = held_out(4), held_out(4).clone()
    after[:, row, column] = (after[:, row, column] + 7) % COLORS
    old, new = (net()(colors).flatten(2) for colors in (before, after))
    position = row * SIDE + column
    assert torch.equal(old[..., : position + 1], new[..., : position + 1])
    if position < SIDE * SIDE - 1:
        assert (old[..., position + 1 :] - new[..., position + 1 :]).abs().max() > 0.1


@pytest.mark.parametrize("place", [(1, 0), (1, 15), (5, 2), (9, 14), (15, 8)])
def test_there_is_no_blind_spot(untrained: PixelNet, place: tuple[int, int]) -> None:
    """Every earlier pixel reaches a pixel, also those above and to the right; no other does."""
    row, column = place
    seen = untrained.embedded(some_colors(1)).requires_grad_(True)
    (gradient,) = torch.autograd.grad(untrained.logits(seen)[0, :, row, column].square().sum(), seen)
    reached = gradient.abs().sum(1)[0].flatten() > 0
    position = row * SIDE + column
    assert reached[:position].all()
    assert not reached[position:].any()


def test_the_shipped_net_looks_far_beyond_a_pixels_neighbors() -> None:
    """The influence is none at and after the pixel, and much of it comes from farther than 3 pixels."""
    far = []
    for row, column in [(7, 10), (9, 12), (12, 8)]:
        place = torch.tensor([row]), torch.tensor([column])
        found = direct(influence, colors=held_out()[:1], row=place[0], column=place[1])[0]
        assert not found.flatten()[row * SIDE + column :].any()
        rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
        distant = ((rows - row).abs() > 3) | ((columns - column).abs() > 3)
        far.append(float(found[distant].sum() / found.sum()))
    assert max(far) > 0.2


# Sampling


def naively(of: PixelNet, given: Tensor, kept: Tensor, chances: Tensor, temperature: Tensor) -> Tensor:
    """The whole net once for every pixel."""
    colors = given.clone()
    for row in range(SIDE):
        for column in range(SIDE):
            one = draw(of(colors)[:, :, row, column], temperature, chances[:, row, column])
            stays = kept[:, row, column] > 0
            colors[:, row, column] = torch.where(stays, given[:, row, column], one)
    return colors


def test_the_sampler_that_remembers_gives_what_the_whole_net_gives() -> None:
    """The same colors, and the same logits but for rounding; also where some pixels are given."""
    kept = torch.stack([torch.zeros(SIDE, SIDE), app.left_open("right", 6).float()]).long()
    given = torch.where(kept > 0, held_out()[:2], 0)
    chances, temperature = uniform(5, 2, SIDE, SIDE).float(), torch.tensor([1.0, 0.7])
    colors, logits = given, list[Tensor]()
    with torch.inference_mode():
        for row in range(SIDE):
            done = paint_row(net(), colors, kept, chances, temperature, row)
            colors, logits = done["colors"], [*logits, done["logits"]]
        whole = net()(colors)
        assert torch.equal(colors, naively(net(), given, kept, chances, temperature))
    assert torch.equal(colors[1][kept[1] > 0], held_out()[1][kept[1] > 0])
    assert torch.allclose(torch.stack(logits, 1).permute(0, 3, 1, 2), whole, atol=1e-4)


def test_a_color_is_drawn_as_often_as_it_is_probable() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.2, *[0.0] * 29]]).log()
    n = 20_000
    chances = uniform(2, n).float()
    shares = torch.bincount(draw(logits.expand(n, -1), torch.ones(n), chances), minlength=COLORS) / n
    assert shares[:3].tolist() == pytest.approx([0.5, 0.3, 0.2], abs=0.01)
    hotter = torch.bincount(draw(logits.expand(n, -1), torch.full((n,), 2.0), chances), minlength=COLORS) / n
    expected = torch.tensor([0.5, 0.3, 0.2]).sqrt()
    assert hotter[:3].tolist() == pytest.approx((expected / expected.sum()).tolist(), abs=0.01)
    assert not draw(logits.expand(n, -1), torch.zeros(n), chances).any(), "at 0 the most probable one"


# Palette and bits


def test_the_palette_is_found_by_k_means_and_is_the_same_every_time() -> None:
    centers = torch.tensor([[20.0, 30, 200], [240, 240, 10], [90, 10, 10]])
    noise = uniform(4, 600, 3).float() * 4 - 2
    pixels = centers.repeat(200, 1) + noise
    found, error = k_means(pixels, pixels[:3])
    assert torch.allclose(found, centers, atol=0.5)
    assert error < 5
    real = reduced(portraits(40, TRAIN_SEED).images).reshape(-1, 3)
    colors = palette_of(real, 1)
    assert torch.equal(colors, palette_of(real, 1))
    assert len(set(map(tuple, colors.tolist()))) == COLORS
    light = colors.float() @ torch.tensor([0.299, 0.587, 0.114])
    assert (light.diff() >= -1).all(), "from dark to light, but for rounding"
    drawn = starting_colors(real, 1)
    errors = [(real - some[nearest(real, some)].float()).square().mean() for some in (colors, drawn)]
    assert errors[0] < errors[1]


def test_a_portrait_is_reduced_to_means_of_16_pixels_and_painted_back() -> None:
    images = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    images[0, 0, :4, :4] = torch.arange(16, dtype=torch.uint8).reshape(4, 4)
    assert reduced(images)[0, 0, 0].tolist() == [7.5, 0, 0]
    colors = some_colors(2)
    back = painted(colors, net().palette)
    assert back.shape == (2, 3, SIDE, SIDE)
    assert torch.equal(nearest((back.permute(0, 2, 3, 1) + 1) * 127.5, net().palette), colors)
    exact = net().palette[colors].float()
    assert palette_psnr(exact + 25.5, colors, net().palette) == pytest.approx(20, abs=0.01)


def test_bits_are_what_an_ideal_code_would_need(untrained: PixelNet) -> None:
    for parameter in untrained.last[-1].parameters():
        parameter.zero_()
    assert bits_per_pixel(untrained, some_colors(3)) == pytest.approx(5), "32 colors, all alike: five bits"
    assert entropy(torch.tensor([0.5, 0.25, 0.25, 0.0], dtype=torch.float64)) == pytest.approx(1.5)
    logs = direct(distributions, colors=held_out()[:3])
    sums = torch.stack([app.bits_of(*pair).sum() for pair in zip(held_out()[:3], logs, strict=True)])
    whole = F.cross_entropy(net()(held_out()[:3]), held_out()[:3], reduction="sum") / math.log(2)
    assert float(sums.sum()) == pytest.approx(float(whole), rel=1e-5)


# Training


def test_card_describes_the_shipped_file_and_says_how_far_it_is_from_its_bar() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(p.numel() for p in net().parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 1.6e6
    assert card.details == training.DETAILS
    bits = card.metrics["bits_per_pixel"]
    assert bits.bar == BITS_BAR == 0.95
    assert bits.value < 0.97
    # Its pictures are nearly as near to portraits as other portraits are.
    assert card.metrics["avatar_fid"].value < 1.5 * card.metrics["portraits_avatar_fid"].value


def test_the_bits_on_the_card_are_what_the_net_gives() -> None:
    card, colors = read_card(WEIGHTS), held_out(HELD_OUT)
    assert card.config["training"]["held_out"] == HELD_OUT
    with torch.inference_mode():
        measured = bits_per_pixel(net(), colors)
    assert measured == pytest.approx(card.metrics["bits_per_pixel"].value, abs=5e-4)
    counts = torch.bincount(colors.flatten(), minlength=COLORS).double()
    without = card.metrics["bits_without_context"].value
    assert entropy(counts / counts.sum()) == pytest.approx(without, abs=5e-4)


def test_its_own_pictures_are_about_as_probable_as_portraits() -> None:
    """Were its pictures much less probable than portraits, errors would pile up while it paints."""
    with torch.inference_mode():
        own = bits_per_pixel(net(), sample(net(), 24))
        real = bits_per_pixel(net(), held_out())
    assert own == pytest.approx(real, rel=0.25)


# What the demo answers


def test_a_new_picture_comes_row_by_row_and_is_not_painted_again_for_another_pixel() -> None:
    app.new_picture.cache_clear()  # type: ignore[attr-defined]
    parts, shown = answered("watch", seed=77)
    assert len(parts) == SIDE
    assert all(differ(a["look"], b["look"]) > 0.1 for a, b in pairwise(parts))
    again, then = answered("watch", seed=77)
    assert len(again) == 1
    assert then == shown
    other, _ = answered("watch", seed=77, pixel=200)
    assert len(other) == 1
    assert differ(other[0]["look"], shown["look"]) > 1


def test_a_click_on_either_picture_chooses_the_pixel() -> None:
    assert app.pixel_at((0, 0), {}) == {"pixel": 1}
    assert app.pixel_at((app.LARGE - 1, app.LARGE - 1), {}) == {"pixel": 256}
    assert app.pixel_at((app.LARGE + app.GAP + 2.5 * app.DOT, 1.5 * app.DOT), {}) == {"pixel": 19}
    assert app.pixel_at((app.LARGE + 3, 20), {}) == {}


def test_the_bars_are_the_probabilities_in_their_colors() -> None:
    _, shown = answered("watch", seed=4, pixel=120, temperature=1.0)
    colors, logs = app.judged(direct, "new", 4, 1.0)
    bars = [thing for thing in shown["chances"].things if isinstance(thing, app.Bar)][::2]
    assert [bar.stands_for for bar in bars] == [tuple(color) for color in net().palette.tolist()]
    heights = torch.tensor([bar.height / app.RISE for bar in bars])
    assert torch.allclose(heights, logs[:, 7, 7].exp(), atol=1e-5)
    (ring,) = [thing for thing in shown["chances"].things if isinstance(thing, app.Ring)]
    bar = bars[int(colors[7, 7])]
    assert bar.x <= ring.x <= bar.x + bar.width


def test_what_comes_later_is_not_shown_to_the_pixel() -> None:
    """In the picture of what a pixel knows, everything from it on is checkered."""
    _, shown = answered("watch", seed=4, pixel=100)
    known = app.raster(app.judged(direct, "new", 4, 1.0)[0], app.first_pixels(99))
    assert isinstance(shown["look"], Scene)
    assert shown["look"].things[0][2] == known.things[0][2]


@pytest.mark.parametrize("side", app.SIDES)
def test_completing_changes_nothing_that_was_left_open(side: str) -> None:
    given = app.portrait_colors(direct, 12)
    for lines in (1, 5, 15):
        kept = app.left_open(side, lines)
        assert int((~kept).sum()) == lines * SIDE
        *_, last = app.sketches(direct, 12, side, lines, 1.0, 3)
        assert torch.equal(last.colors[:, kept], given[kept].expand(app.SKETCHES, -1))


# Presets


def picture_bits(seed: int, temperature: float) -> float:
    """Bits per pixel of a new picture, at temperature 1."""
    return float(app.bits_of(*app.judged(direct, "new", seed, temperature)).mean())


def portrait_bits() -> Tensor:
    """Bits per pixel of some portraits (n,)."""
    logs = direct(distributions, colors=held_out())
    return torch.stack([app.bits_of(*pair).mean() for pair in zip(held_out(), logs, strict=True)])


def test_preset_hot_is_noise() -> None:
    state = preset("hot")
    for seed in (4, 5, 6):
        assert picture_bits(seed, state["temperature"]) > 2 * float(portrait_bits().max())


def test_preset_flat_has_no_head_and_is_more_probable_than_any_portrait() -> None:
    state = preset("flat")
    first, second = (app.judged(direct, "new", seed, state["temperature"])[0] for seed in (4, 5))
    assert torch.equal(first, second)
    assert picture_bits(4, state["temperature"]) < 0.5 * float(portrait_bits().min())
    assert (first[:9] == first[0, 0]).all(), "where heads are"
    assert (first == first[0, 0]).float().mean() > 0.75


def bits_of_parts(side: str, portrait: int, seed: int) -> Tensor:
    """Bits per pixel (2, 5) of the open and the covered half, in a portrait and in four completed ones."""
    tab = declared("pixel_cnn").tab("complete").defaults
    kept = app.left_open(side, tab["lines"])
    *_, last = app.sketches(direct, portrait, side, tab["lines"], 1.0, seed)
    colors = torch.cat([app.portrait_colors(direct, portrait)[None], last.colors])
    logs = direct(distributions, colors=colors)
    bits = torch.stack([app.bits_of(*pair) for pair in zip(colors, logs, strict=True)])
    return torch.stack([bits[:, part.flatten()].mean(1) for part in (kept, ~kept)])


def test_preset_half_completes_the_portrait_in_four_ways_that_fit() -> None:
    state = preset("half")
    assert state["tab"] == "complete"
    tab = declared("pixel_cnn").tab("complete").defaults
    assert tab["side"] == "bottom"
    *_, last = app.sketches(direct, tab["portrait"], "bottom", tab["lines"], 1.0, tab["seed"])
    lower = last.colors[:, SIDE // 2 :]
    assert all((a != b).float().mean() > 0.05 for i, a in enumerate(lower) for b in lower[:i])
    opened, covered = bits_of_parts("bottom", tab["portrait"], tab["seed"])
    assert torch.allclose(opened, opened[:1].expand_as(opened), rtol=1e-3)
    assert covered[1:].mean() < 1.5 * covered[0] + 0.3
    # The background goes on below as it was above, in the corners that no shoulder reaches.
    colors = app.portrait_colors(direct, tab["portrait"])
    assert (last.colors[:, 8, 0] == colors[7, 0]).all()


def test_preset_wrong_half_does_not_match() -> None:
    state = preset("wrong_half")
    assert (state["tab"], state["side"]) == ("complete", "top")
    tab = declared("pixel_cnn").tab("complete").defaults
    for portrait, seed in [(tab["portrait"], tab["seed"]), (3, 1), (8, 2)]:
        opened, _ = bits_of_parts("top", portrait, seed)
        assert opened[1:].mean() > 1.5 * opened[0], "the lower half costs much more below another head"


def test_preset_chain_multiplies_and_adds_up() -> None:
    assert preset("chain") == {"tab": "chain"}
    _, shown = answered("chain", "en")
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", shown["facts"], re.MULTILINE)[1:]
    single, products = rows[: app.LINES], rows[app.LINES :]
    assert [row[0] for row in single] == [f"No. {n}" for n in range(116, 121)]
    for _, chance, bits in single:
        assert power_of_two(chance) == pytest.approx(-float(bits), abs=0.02 + 0.002 * 2 ** float(bits))
    colors, logs = app.judged(direct, "portrait", 21, 1.0)
    bits = app.bits_of(colors, logs)
    assert [float(row[2]) for row in products] == pytest.approx(
        [float(bits[:120].sum()), float(bits.sum())], abs=0.06
    )
    for _, chance, total in products:
        assert power_of_two(chance) == pytest.approx(-float(total), abs=0.1)


def power_of_two(written: str) -> float:
    """The logarithm of a probability as the table writes it: 0.25, or 3.1 × 10⁻⁷."""
    mantissa, _, exponent = written.partition(" × 10")
    power = int(exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    return math.log2(float(mantissa)) + power * math.log2(10)

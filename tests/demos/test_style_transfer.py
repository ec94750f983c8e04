"""What the style-transfer demo answers."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.style_transfer import app
from demos.apps.style_transfer.evaluate import CONTENT_BAR, STYLE_BAR, measure
from demos.apps.style_transfer.features import SEED, Content, Style, features, filters
from demos.apps.style_transfer.model import (
    MOST_RATIO,
    WEIGHTS,
    AdaptiveNorm,
    load_net,
    ratio_of,
    restyle,
    statistics,
    strength_of,
)
from demos.apps.style_transfer.optimize import BETAS, PART, STEPS, descend, start
from demos.apps.style_transfer.textures import KINDS, PALETTES, Texture, colors, draw, settings
from demos.data.avatars.ahead import portrait
from demos.kit.functions import direct
from demos.kit.training import adam
from demos.kit.weights import read_card
from tests.demos.kit import app as declared
from tests.demos.kit import differ, words

FACE = portrait(app.PORTRAIT)
DOTS = draw(Texture("dots", app.SIZE, app.ANGLE, "candy"))[None]
GRAY = torch.zeros(1, 3, 64, 64)


def optimized(face: Tensor, texture: Tensor, content: float, style: float, steps: int = STEPS) -> Tensor:
    state = start()
    weights = {"content": torch.tensor([content]), "style": torch.tensor([style])}
    while state["step"] < steps:
        after = direct(descend, **state, portrait=face, texture=texture, **weights)
        state = {name: after[name] for name in state}
    return state["picture"]


@cache
def result(content: float, style: float) -> Tensor:
    """What becomes of the portrait and the dots."""
    return optimized(FACE, DOTS, content, style)


def losses(picture: Tensor, seed: int = SEED) -> tuple[float, float]:
    """Content and style loss against the portrait and the dots."""
    found = features(picture, seed)
    return Content(FACE, seed).loss(found).item(), Style(DOTS, seed).loss(found).item()


def preset(name: str) -> dict[str, Any]:
    demo = declared("style_transfer")
    tab = demo.tabs[0]
    state = demo.demo.presets[name].state
    return {control: float(state.get(control, tab.defaults[control])) for control in ("content", "style")}


# Textures


@pytest.mark.parametrize("kind", KINDS)
def test_a_texture_follows_its_settings_and_is_the_same_every_time(kind: str) -> None:
    one = draw(Texture(kind, 9, 30, "fire", 3))
    assert one.shape == (3, 64, 64)
    assert one.abs().max() <= 1
    assert torch.equal(one, draw(Texture(kind, 9, 30, "fire", 3)))
    for other in (
        Texture(kind, 14, 30, "fire", 3),
        Texture(kind, 9, 75, "fire", 3),
        Texture(kind, 9, 30, "ink", 3),
        Texture(kind, 9, 30, "fire", 4),
    ):
        assert (draw(other) - one).abs().mean() > 0.05


def test_a_texture_has_no_colors_but_those_of_its_palette_and_what_is_between() -> None:
    for palette in PALETTES:
        some = colors(palette)
        picture = draw(Texture("mosaic", 12, 0, palette)).flatten(1).T
        assert (torch.cdist(picture, some).min(1).values < 0.02).float().mean() > 0.4
        assert (picture >= some.min(0).values - 1e-5).all()
        assert (picture <= some.max(0).values + 1e-5).all()


# Losses


def test_filters_of_structure_see_no_plain_color_and_another_seed_gives_others() -> None:
    plain = torch.tensor([0.3, -0.7, 0.9])[None, :, None, None].expand(1, 3, 64, 64)
    assert all(found.abs().max() < 1e-5 for found in features(plain)[1:])
    assert not torch.equal(filters(1)[2][0], filters(2)[2][0])


def test_losses_are_zero_at_what_is_wanted_and_one_where_nothing_is() -> None:
    assert losses(FACE)[0] == pytest.approx(0, abs=1e-6)
    assert losses(DOTS)[1] == pytest.approx(0, abs=1e-6)
    assert 0.5 < losses(GRAY)[1] <= 1
    flat = [found.mean((2, 3), keepdim=True).expand_as(found) for found in features(FACE)]
    assert Content(FACE).loss(flat).item() == pytest.approx(1, abs=1e-4)


def test_style_does_not_ask_where_things_are_but_content_does() -> None:
    moved_dots = draw(Texture("dots", app.SIZE, app.ANGLE, "candy", 8))[None]
    assert (moved_dots - DOTS).abs().mean() > 0.2
    assert losses(moved_dots)[1] < 0.05
    assert losses(FACE.roll(12, 3))[0] > 0.5


# Optimization


def test_a_step_is_adams() -> None:
    """The first parts agree with torch's own Adam."""
    state = start()
    picture = state["picture"].clone().requires_grad_(True)
    theirs = torch.optim.Adam([picture], lr=0.06, betas=(0.9, 0.99))
    for step in range(PART):
        theirs.param_groups[0]["lr"] = 0.06 * (1 - 0.95 * step / STEPS)
        found = features(picture)
        fence = 10 * (picture.abs() - 1).clamp(min=0).square().mean()
        total = Content(FACE).loss(found).sum() + 8 * Style(DOTS).loss(found).sum() + fence
        theirs.zero_grad()
        total.backward()
        theirs.step()
    ours = optimized(FACE, DOTS, 1.0, 8.0, PART)
    assert torch.allclose(ours, picture.detach(), atol=2e-3)
    assert adam(GRAY, GRAY, GRAY, torch.ones(1), BETAS)[2].abs().max() == 0


def test_readers_in_one_batch_get_what_each_would_get_alone() -> None:
    other = portrait(3)
    two = {name: torch.cat([value, value]) for name, value in start().items()}
    together = direct(
        descend,
        **two,
        portrait=torch.cat([FACE, other]),
        texture=torch.cat([DOTS, DOTS]),
        content=torch.tensor([1.0, 2.0]),
        style=torch.tensor([8.0, 30.0]),
    )["picture"]
    for row, (face, content, style) in zip(together, [(FACE, 1.0, 8.0), (other, 2.0, 30.0)], strict=True):
        assert torch.allclose(row, optimized(face, DOTS, content, style, PART)[0], atol=2e-3)


def test_as_it_opens_the_picture_keeps_the_face_and_takes_the_style() -> None:
    defaults = declared("style_transfer").tabs[0].defaults
    parts = list(app.mix(direct, words("style_transfer", "zh"), **defaults))
    shown = [part["transfer"] for part in parts if "transfer" in part]
    assert len(shown) == STEPS // PART + 1
    assert all(differ(a, b) > 0.02 for a, b in pairwise(shown))
    content, style = losses(result(1.0, 6.0))
    assert content < 1
    assert style < 0.06
    assert losses(FACE)[1] > 0.4, "the portrait itself is far from the style"
    for loss in (content, style):
        assert f"**{loss:.2f}**" in parts[-1]["facts"]


def test_other_filters_see_the_style_too() -> None:
    """Filters that the optimization never saw agree that the picture has come closer to the texture."""
    picture = result(1.0, 6.0)
    assert losses(picture, seed=99)[1] < 0.3 * losses(FACE, seed=99)[1]


# Presets


def likeness(picture: Tensor) -> float:
    """Correlation with the portrait, of brightness at 16 px."""
    pair = torch.stack([torch.nn.functional.avg_pool2d(x.mean(1), 4).flatten() for x in (picture, FACE)])
    return float(torch.corrcoef(pair)[0, 1])


def test_the_face_vanishes_when_style_weighs_too_much() -> None:
    vanished = result(**preset("vanished"))
    assert losses(vanished)[1] < 0.02
    assert losses(vanished)[0] > 1.5, "a picture without any structure would be more like the portrait"
    assert preset("vanished")["style"] / preset("vanished")["content"] == 200
    assert MOST_RATIO == 40
    fast = direct(restyle, portrait=FACE, texture=DOTS, ratio=torch.tensor([MOST_RATIO]))
    assert likeness(fast) > 0.5, "the net keeps the face"
    assert likeness(vanished) < 0.3 < 0.6 < likeness(result(1.0, 6.0))


def test_with_content_alone_the_portrait_returns() -> None:
    returned = result(**preset("content_only"))
    assert losses(returned)[0] < 0.01
    assert losses(returned)[1] > 0.4
    assert likeness(returned) > 0.95


# The net


def test_strength_is_a_ratio_on_a_scale_from_0_to_1() -> None:
    ratios = torch.tensor([0.0, 1.0, 10.0, MOST_RATIO, 1000.0])
    strengths = strength_of(ratios)
    assert strengths[0] == 0
    assert strengths[3:].tolist() == [1, 1]
    assert torch.allclose(ratio_of(strengths[:4]), ratios[:4], rtol=1e-4)
    assert app.ratio_between(0.0, 0.0) == 0
    assert app.ratio_between(0.0, 1.0) == app.ratio_between(0.5, 100.0) == MOST_RATIO


def test_a_style_is_the_mean_and_the_deviation_of_each_channel() -> None:
    x = torch.arange(8.0).reshape(1, 2, 2, 2)
    assert torch.allclose(statistics([x]), torch.tensor([[1.5, 5.5, 1.25**0.5, 1.25**0.5]]), atol=1e-4)


def test_the_norm_replaces_a_channels_statistics() -> None:
    norm = AdaptiveNorm(2, 3)
    asked = torch.tensor([0.5, -0.5, 2.0, 3.0, 0.0, 0.0])  # 1 + scale, shift, no noise
    torch.nn.init.zeros_(norm.ask.weight)
    norm.ask.bias.data.copy_(asked)
    made = norm(torch.randn(1, 2, 16, 16, generator=torch.Generator().manual_seed(1)), torch.ones(1, 3))
    assert torch.allclose(made.mean((0, 2, 3)), asked[2:4], atol=1e-4)
    assert torch.allclose(made.std((0, 2, 3)), 1 + asked[:2], atol=1e-2)


def test_the_trainings_textures_are_varied_and_not_those_it_is_measured_on() -> None:
    some = settings(60, 7)
    assert {texture.kind for texture in some} == set(KINDS)
    assert {texture.palette for texture in some} == set(PALETTES)
    assert not set(some) & set(settings(60, 1_000_007))


def test_card_describes_the_shipped_file_and_meets_its_bars() -> None:
    card = read_card(WEIGHTS)
    net = load_net()  # checks sha256 and fit
    assert card.parameters == sum(p.numel() for p in net.parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 1e6
    assert card.metrics["style_loss"].bar == STYLE_BAR
    assert card.metrics["content_loss"].bar == CONTENT_BAR
    assert card.met


def test_shipped_net_measured_again_on_a_small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demos.apps.style_transfer.evaluate.OPTIMIZED", 1)
    again, card = measure(load_net(torch.device("cpu")), 24), read_card(WEIGHTS).metrics
    for name in ("content_loss", "style_loss"):
        assert again[name].value == pytest.approx(card[name].value, rel=0.4), name


def test_the_net_follows_the_weights() -> None:
    """With the ratio, content is lost and style is gained; without style, the portrait comes back."""
    ratios = torch.tensor([0.0, 2.0, 8.0, 40.0])
    four = {"portrait": torch.cat([FACE] * 4), "texture": torch.cat([DOTS] * 4)}
    made = direct(restyle, **four, ratio=ratios)
    content, style = zip(*(losses(picture[None]) for picture in made), strict=True)
    assert list(content) == sorted(content)
    assert list(style) == sorted(style, reverse=True)
    assert content[0] < 0.2
    assert style[-1] < 0.1 * losses(FACE)[1]


def test_the_answer_begins_with_the_nets_picture() -> None:
    defaults = declared("style_transfer").tabs[0].defaults
    first, *_ = app.mix(direct, words("style_transfer", "nb"), **defaults)
    other, *_ = app.mix(direct, words("style_transfer", "nb"), **defaults | {"style": 60})
    assert differ(first["transfer"], other["transfer"]) > 1

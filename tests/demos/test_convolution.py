"""What the convolution demo answers, against sums written out by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from demos.apps.convolution import app
from demos.data.avatars import sample
from demos.data.avatars.dataset import READERS_SEED
from demos.kit.functions import direct
from demos.kit.gradio_internals import SKIP
from demos.kit.page import direct_answers, make_page
from demos.kit.screen import values_of
from demos.kit.state import parse
from demos.models.gan import pretrained
from tests.demos.kit import answer, differ, words
from tests.demos.kit import app as declared_app
from tests.ordlab import LANGUAGES

BY_HAND = torch.tensor([[10.0, 20, 30], [40, 50, 60], [70, 80, 90]])


def state_of(preset: str) -> dict[str, Any]:
    return dict(parse(declared_app("convolution"), {"preset": preset}).state)


# A kernel


def test_values_equal_sums_done_by_hand() -> None:
    """A 3 × 3 picture through (1, 2, 3 / 4, 5, 6 / 7, 8, 9), without turning it around, zeros outside."""
    result = app.convolved(BY_HAND, (1, 2, 3, 4, 5, 6, 7, 8, 9))
    # The middle: 10·1 + 20·2 + 30·3 + 40·4 + 50·5 + 60·6 + 70·7 + 80·8 + 90·9.
    assert result[1, 1] == 2850
    # The upper left corner sees only four pixels: 10·5 + 20·6 + 40·8 + 50·9.
    assert result[0, 0] == 940
    # The lower right one: 50·1 + 60·2 + 80·4 + 90·5.
    assert result[2, 2] == 940
    assert app.convolved(BY_HAND, app.KERNELS["sharpen"])[1, 1] == 5 * 50 - 20 - 40 - 60 - 80


@pytest.mark.parametrize("place", [(1, 1), (23, 31), (64, 64), (64, 1)], ids=str)
@pytest.mark.parametrize("name", app.KERNELS)
def test_the_sum_written_out_is_that_of_the_picture(name: str, place: tuple[int, int]) -> None:
    across, down = place
    kernel = app.KERNELS[name]
    image = app.gray(5)
    total = 0.0
    for row in range(3):
        for column in range(3):
            y, x = down - 2 + row, across - 2 + column
            inside = 0 <= y < 64 and 0 <= x < 64
            total += (image[y, x].item() if inside else 0) * kernel[3 * row + column]
    assert app.convolved(image, kernel)[down - 1, across - 1].item() == pytest.approx(total)
    said = answer("convolution", "kernel", "en", kernel=kernel, portrait=5, across=across, down=down)["sum"]
    (written,) = re.findall(r"In total: ([−\d.,]+)\.\*\*", said)
    assert float(written.replace("−", "-").replace(",", "")) == pytest.approx(total, abs=0.006)


def test_products_stand_where_their_pixels_do() -> None:
    said = answer("convolution", "kernel", "en", kernel=(0, 0, 0, 0, 2, 0, 0, 0, -1), across=10, down=12)[
        "sum"
    ]
    image = app.gray(21)
    middle, corner = int(image[11, 9]), int(image[12, 10])
    rows = said.splitlines()
    assert rows[0] == "|  | Column 9 | Column 10 | Column 11 |"
    assert rows[3].split("|")[1:4:2] == [" Row 12 ", f" {middle} × 2 = {2 * middle} "]
    assert rows[4].split("|")[4] == f" {corner} × (−1) = −{corner} "


def test_a_click_picks_the_pixel_under_it_in_either_picture() -> None:
    assert app.point_at((4 * 10 + 1.0, 4 * 20 + 3.0), {}) == {"across": 11, "down": 21}
    assert app.point_at((64 * 4 + 64 + 4 * 10 + 1.0, 255.9), {}) == {"across": 11, "down": 64}
    assert app.point_at((64 * 4 + 20.0, 100.0), {}) == {}
    assert app.look(direct, words("convolution", "nb"), **state_of("ones"))["look"].width == 2 * 256 + 64


def test_blur_keeps_the_brightness_and_shrinks_differences() -> None:
    image = app.gray(21)
    blurred = app.convolved(image, state_of("blur")["kernel"])
    inside = (slice(1, -1), slice(1, -1))
    assert blurred[inside].mean() == pytest.approx(image[inside].mean().item(), rel=0.01)
    assert blurred[inside].diff(dim=1).abs().mean() < 0.8 * image[inside].diff(dim=1).abs().mean()


def test_ones_turn_nearly_everything_white() -> None:
    result = app.convolved(app.gray(21), state_of("ones")["kernel"])
    assert (result > 255).double().mean() > 0.9


def test_turning_around_twice_changes_nothing() -> None:
    kernel = app.KERNELS["emboss"]
    once = app.turned_around({"kernel": kernel})["kernel"]
    assert once == (2, 1, 0, 1, 1, -1, 0, -1, -2)
    assert app.turned_around({"kernel": once})["kernel"] == kernel


def test_an_emptied_field_stays_empty_until_a_number_is_written() -> None:
    """Filled with a zero, it would swallow the minus of a number being typed."""
    demo, language = declared_app("convolution"), LANGUAGES["nb"]
    page = make_page(demo, language, direct_answers(demo, language))
    panel = page.panels["kernel"]
    state = panel.tab.defaults | {"kernel": (0, 0, 1, 0, 0, 0, 0, 0, 0)}
    given = [None, 5, 1, *values_of(panel.tab, state)[3:]]
    first, second, third = page.outputs(panel, 1, state, given, {}, {})[1:4]
    assert (first, second, third) == (SKIP, 0, SKIP)


# The layers


def test_the_maps_are_those_of_the_net_behind_the_critics() -> None:
    picture = torch.stack([app.portrait(1), app.portrait(2)])
    maps = direct(app.feature_maps, picture=picture)
    with torch.inference_mode():
        scales = pretrained.read_discriminator().features.net.eval()(picture)
    for name, scale in zip(("1", "3", "5", "7"), scales, strict=True):
        assert (maps[name] - scale).abs().max() < 1e-3


@pytest.mark.parametrize("name", app.NAMES)
def test_a_place_of_a_map_sees_as_much_as_is_said(name: str) -> None:
    """A pixel that a place sees changes its value; one beyond that does not."""
    about = app.LAYERS[int(name) - 1]
    place = about.size // 2
    middle = (place + 0.5) * about.step - 0.5
    picture = torch.zeros(1, 3, 64, 64, requires_grad=True)
    app.convolutions.cache_clear()  # weights that were loaded in inference mode give no gradients
    maps: Any = app.feature_maps(picture=picture)
    maps[name][0, :, place, place].sum().backward()
    assert picture.grad is not None
    touched = picture.grad[0].abs().sum(0).sum(0).nonzero().flatten()
    wanted = [max(0, middle - (about.sees - 1) / 2), min(63, middle + (about.sees - 1) / 2)]
    assert [touched.min().item(), touched.max().item()] == wanted


def test_the_most_exciting_portraits_are_found_again() -> None:
    known = app.pool(direct)
    best = int(known.strongest["3"][:, 7].argmax())
    maps = direct(app.feature_maps, picture=known.images[best : best + 1])["3"][0, 7]
    assert maps.max() == pytest.approx(known.strongest["3"][best, 7].item(), rel=1e-3)
    assert int(maps.argmax()) == int(known.places["3"][best, 7])


def test_channels_differ_and_a_channel_too_many_means_the_last() -> None:
    first, second = (answer("convolution", "layers", layer="4", channel=n) for n in (1, 2))
    assert differ(first["exciting"], second["exciting"]) > 2
    assert differ(first["filters"], second["filters"]) > 2
    last, beyond = (answer("convolution", "layers", layer="1", channel=n) for n in (32, 128))
    assert last == beyond


def test_a_click_picks_the_channel_under_it() -> None:
    assert app.pick_channel((81.0, 161.0), {"layer": "1"}) == {"channel": 18}
    assert app.pick_channel((639.0, 239.0), {"layer": "5"}) == {"channel": 96}


def test_deep_maps_see_nearly_the_whole_portrait() -> None:
    state = state_of("deep")
    assert state["layer"] == app.NAMES[-1]
    assert min(app.LAYERS[-1].sees, 64) == 64


# Feature vectors


def test_neighbors_by_features_agree_in_hat_and_glasses_more_often_than_by_pixels() -> None:
    known, factors = app.pool(direct), sample(app.POOL, app.POOL_SEED)
    mean, spread = known.vectors.mean(0), known.vectors.std(0)
    agree: dict[str, Any] = {"features": 0.0, "pixels": 0.0}
    for seed in range(24):
        vector = app.maps_of(direct, seed)["7"].mean((1, 2))
        found = {
            "features": app.nearest((vector - mean) / spread, (known.vectors - mean) / spread),
            "pixels": app.nearest(app.portrait(seed).flatten(), known.images.flatten(1)),
        }
        own = sample(1, READERS_SEED, start=seed)
        for how, rows in found.items():
            agree[how] += sum(
                (factors[name][rows] == own[name]).float().mean() for name in ("hat", "glasses")
            )
    assert agree["features"] > 1.15 * agree["pixels"]


def test_without_features_the_choice_is_the_same_for_everybody() -> None:
    assert state_of("no_features")["drop"] == 1
    one, other = (answer("convolution", "vector", portrait=n, drop=1) for n in (1, 2))
    assert one["by_features"] == other["by_features"]
    assert one["by_pixels"] != other["by_pixels"]
    assert answer("convolution", "vector", portrait=1)["by_features"] != one["by_features"]

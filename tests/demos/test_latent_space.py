"""The latent-space demo's handlers, called as a click calls them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from demos.apps.latent_space import app
from demos.kit.interface import Animation, as_file
from demos.kit.labels import Labels
from demos.kit.registry import load_demos
from demos.models.gan.directions import readings
from demos.models.gan.pretrained import card, latents, sample
from demos.models.judge import load_judge
from tests.ordlab import LANGUAGES


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(load_demos(LANGUAGES)["latent_space"], LANGUAGES["zh"])


def differ(a: Image.Image, b: Image.Image) -> float:
    """Mean difference of two pictures, in grey levels."""
    return float(np.abs(np.asarray(a.convert("RGB"), float) - np.asarray(b.convert("RGB"), float)).mean())


# Between


def test_the_walk_begins_and_ends_at_the_two_seeds(labels: Labels) -> None:
    start, end = (sample(latents(1, seed)) for seed in (7, 12))
    assert torch.allclose(sample(app.latent(7)), start, atol=1e-4)
    at_start, strip = app.between(labels, 7, 12, 0.0)
    at_end, _ = app.between(labels, 7, 12, 1.0)
    assert differ(at_start, app.between(labels, 7, 7, 0.5)[0]) < 0.5
    assert differ(at_end, app.between(labels, 12, 12, 0.5)[0]) < 0.5
    assert differ(at_start, at_end) > 5
    assert strip.width > 6 * strip.height
    assert end.shape == (1, 3, 64, 64)


def test_the_walk_is_even(labels: Labels) -> None:
    """No step of seven is much longer than the whole way divided by six: the portraits glide."""
    a, b = app.latent(7), app.latent(12)
    made = sample(torch.lerp(a, b, torch.linspace(0, 1, app.FRAMES)[:, None]))
    steps = (made[1:] - made[:-1]).square().mean((1, 2, 3)).sqrt()
    assert steps.max() < 0.7 * (made[-1] - made[0]).square().mean().sqrt()


def test_the_animation_plays_once_there_and_back_and_anew_each_time(labels: Labels) -> None:
    walk = app.animate(labels, 7, 12)
    assert isinstance(walk, Animation)
    assert differ(walk.frames[0], walk.frames[-1]) == 0
    paths = {as_file(walk), as_file(walk)}
    assert len(paths) == 2, "a browser would not play the same file twice"
    with Image.open(next(iter(paths))) as film:
        assert film.n_frames > 20
        assert film.info["loop"] == 1
        assert film.n_frames * walk.milliseconds <= 5000, "what moves longer needs a button that stops it"


# Directions


def test_only_honest_directions_are_offered() -> None:
    about = card().details["directions"]
    assert len(app.offered()) >= 2
    honest = [name for name in app.PREFERRED if app.is_honest(about[name])]
    if len(honest) >= 2:
        assert set(app.offered()) <= set(honest)
    assert len(app.offered()) <= app.OFFERED_MOST
    assert {"smile", "glasses", "hair_length", "yaw"} <= set(app.offered())


def test_every_known_direction_has_a_name_and_a_place_in_the_order(labels: Labels) -> None:
    known = set(card().details["directions"])
    assert known == set(app.PREFERRED)
    assert all(labels[f"direction_{name}"] for name in known)


@pytest.mark.parametrize("name", app.offered())
def test_a_direction_raises_what_it_is_named_after(name: str) -> None:
    z = torch.cat([app.latent(seed) for seed in range(20, 44)])
    along = app.direction(name)
    judge = load_judge()
    low, high = (readings(judge, sample(z + t * along.step * along.vector))[name] for t in (-2, 2))
    assert high.mean() > low.mean()


def test_no_steps_change_nothing_and_steps_do(labels: Labels) -> None:
    name = app.offered()[0]
    still, path, said = app.walk(labels, 7, name, 0.0)
    assert differ(still.crop((0, 0, 256, 256)), still.crop((still.width - 256, 0, still.width, 256))) < 0.5
    moved, _, _ = app.walk(labels, 7, name, 2.5)
    assert differ(still, moved) > 1
    assert labels[f"direction_{name}"] in said
    assert path.width > 6 * path.height


# Sums


def test_the_averages_differ_in_what_they_are_named_after() -> None:
    judge = load_judge()
    for attribute in app.READ:
        having, lacking = app.averages(attribute)
        read = readings(judge, sample(torch.cat([having, lacking])))[attribute]
        assert read[0] > read[1], attribute


def test_a_sum_depends_on_its_terms(labels: Labels) -> None:
    base = app.add(labels, "glasses", 3)
    assert differ(base, app.add(labels, "glasses", 3)) == 0
    assert differ(base, app.add(labels, "smile", 3)) > 1
    assert differ(base, app.add(labels, "glasses", 4)) > 1


# Map


def test_the_middle_of_the_map_is_the_seeds_portrait(labels: Labels) -> None:
    across, down = app.offered()[:2]
    made = sample(app.place(7, across, down, torch.zeros(1, 2)))
    assert torch.allclose(made, sample(app.latent(7)), atol=1e-4)


def test_a_click_visits_the_place_under_it(labels: Labels) -> None:
    across, down = app.offered()[:2]
    middle = app.MAP_TILE * app.MAP_SIDE // 2
    x, y, _, spot = app.visit(labels, (middle + app.MAP_TILE, middle - 2 * app.MAP_TILE), 7, across, down)
    assert (x, y) == (1.0, -2.0)
    drawn = app.map_of(7, across, down)
    left, top = (int((step + app.MAP_REACH - 0.5) * app.MAP_TILE) for step in (x, y))
    tile = drawn.crop((left, top, left + app.MAP_TILE, top + app.MAP_TILE))
    assert differ(tile, spot.resize(tile.size, Image.Resampling.LANCZOS)) < 4


def test_the_axes_of_the_map_are_across_and_down() -> None:
    across, down = app.offered()[:2]
    moved = app.place(7, across, down, torch.tensor([[1.0, 0.0], [0.0, 1.0]])) - app.latent(7)
    for row, name in zip(moved, (across, down), strict=True):
        assert torch.allclose(row, app.direction(name).step * app.direction(name).vector, atol=1e-5)


def test_the_ring_moves(labels: Labels) -> None:
    across, down = app.offered()[:2]
    one, other = (app.locate(labels, 7, across, down, x, 0.0)[0] for x in (-1.0, 1.0))
    assert differ(one, other) > 0.05


def test_sliders_at_whole_numbers_send_integers(labels: Labels) -> None:
    """JSON has no way to say 1.0."""
    across, down = app.offered()[:2]
    assert differ(app.between(labels, 7, 12, 1)[0], app.between(labels, 7, 12, 1.0)[0]) == 0
    assert differ(app.walk(labels, 7, across, 2)[0], app.walk(labels, 7, across, 2.0)[0]) == 0
    whole, exact = app.locate(labels, 7, across, down, 0, 1), app.locate(labels, 7, across, down, 0.0, 1.0)
    assert differ(whole[1], exact[1]) == 0

"""What the latent-space demo answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from demos.apps.latent_space import app
from demos.kit.functions import direct
from demos.models.gan.functions import read_attributes
from demos.models.gan.pretrained import card
from tests.demos.kit import answer, differ, pixels, words


def painted(z: torch.Tensor) -> torch.Tensor:
    return app.painted(direct, z)


# Between


def between(**changed: Any) -> dict[str, Any]:
    return answer("latent_space", "between", "zh", **{"start": 7, "end": 12, **changed})


def test_the_walk_begins_and_ends_at_the_two_seeds() -> None:
    at_start, at_end = between(position=0.0), between(position=1.0)
    assert differ(at_start["here"], between(end=7)["here"]) < 0.5
    assert differ(at_end["here"], between(start=12)["here"]) < 0.5
    assert differ(at_start["here"], at_end["here"]) > 5
    assert at_start["strip"].width > 6 * at_start["strip"].height


def test_most_walks_are_even() -> None:
    """In most walks no step of seven is much longer than the entire way divided by six: portraits glide."""
    longest = []
    for start in range(8):
        made = app.painted_between(direct, start, start + 8, app.WAYS)
        steps = (made[1:] - made[:-1]).square().mean((1, 2, 3)).sqrt()
        longest.append(steps.max() / (made[-1] - made[0]).square().mean().sqrt())
    assert torch.stack(longest).median() < 0.7


# Directions


def test_only_honest_directions_are_offered() -> None:
    about = card().details["directions"]
    assert len(app.offered()) >= 2
    honest = [name for name in app.PREFERRED if app.is_honest(about[name])]
    if len(honest) >= 2:
        assert set(app.offered()) <= set(honest)
    assert len(app.offered()) <= app.OFFERED_MOST
    assert {"smile", "glasses", "hair_length", "yaw"} <= set(app.offered())


def test_every_known_direction_has_a_name_and_a_place_in_the_order() -> None:
    labels = words("latent_space", "zh")
    known = set(card().details["directions"])
    assert known == set(app.PREFERRED)
    assert all(labels[f"direction_{name}"] for name in known)


@pytest.mark.parametrize("name", app.offered())
def test_a_direction_raises_what_it_is_named_after(name: str) -> None:
    z = torch.cat([app.latent(seed) for seed in range(20, 44)])
    along = app.direction(name)
    low, high = (
        direct(read_attributes, picture=painted(z + t * along.step * along.vector))[name] for t in (-2, 2)
    )
    assert high.mean() > low.mean()


def test_no_steps_change_nothing_and_steps_do() -> None:
    def walk(steps: float) -> dict[str, Any]:
        return answer("latent_space", "direction", "zh", seed=7, steps=steps)

    still, moved = walk(0.0), walk(2.5)
    before, after = pixels(still["walk"])[:, :256], pixels(still["walk"])[:, -256:]
    assert abs(before - after).mean() < 0.5
    assert differ(still["walk"], moved["walk"]) > 1
    assert words("latent_space", "zh")[f"direction_{app.offered()[0]}"] in still["measured"]
    assert still["path"].width > 6 * still["path"].height


# Sums


@pytest.mark.parametrize("attribute", app.READ)
def test_the_averages_differ_in_what_they_are_named_after(attribute: str) -> None:
    having, lacking = app.averages(direct, attribute)
    read = direct(read_attributes, picture=painted(torch.cat([having, lacking])))[attribute]
    assert read[0] > read[1]


@pytest.mark.parametrize("other", [{"attribute": "smile"}, {"seed": 4}], ids=str)
def test_a_sum_depends_on_its_terms(other: dict[str, Any]) -> None:
    base = {"attribute": "glasses", "seed": 3}
    sums = [answer("latent_space", "sum", **state)["sum"] for state in (base, base | other)]
    assert differ(*sums) > 1


# Map

ACROSS, DOWN = app.offered()[:2]


def test_the_middle_of_the_map_is_the_seeds_portrait() -> None:
    made = painted(app.place(7, ACROSS, DOWN, torch.zeros(1, 2)))
    assert torch.allclose(made, painted(app.latent(7)), atol=1e-4)


def test_a_click_visits_the_place_under_it_and_beside_the_map_there_is_none() -> None:
    middle = app.MAP_TILE * app.MAP_SIDE / 2
    visited = app.visit((middle + app.MAP_TILE, middle - 2 * app.MAP_TILE), {})
    assert visited == {"across_steps": 1.0, "down_steps": -2.0}
    assert app.visit((app.MAP_TILE * app.MAP_SIDE + 30, middle), {}) == {}
    drawn = answer("latent_space", "map", seed=7, **visited)["map"].image()
    left, top = (int((steps + app.MAP_REACH - 0.5) * app.MAP_TILE) for steps in visited.values())
    size = (app.MAP_TILE, app.MAP_TILE)
    tile = drawn.crop((left, top, left + size[0], top + size[1]))
    spot = drawn.crop((drawn.width - 256, 92, drawn.width, 348)).resize(size)
    assert differ(tile, spot) < 12, "apart from the ring it is the same portrait"


def test_the_axes_of_the_map_are_across_and_down() -> None:
    moved = app.place(7, ACROSS, DOWN, torch.tensor([[1.0, 0.0], [0.0, 1.0]])) - app.latent(7)
    for row, name in zip(moved, (ACROSS, DOWN), strict=True):
        assert torch.allclose(row, app.direction(name).step * app.direction(name).vector, atol=1e-5)


def test_the_ring_moves() -> None:
    one, other = (answer("latent_space", "map", across_steps=x)["map"].svg for x in (-1.0, 1.0))
    assert one != other

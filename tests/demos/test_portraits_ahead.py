"""Portraits that demos show are drawn ahead, and look the same whether they were or not."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
import torch

from demos.data.avatars import ahead, dataset, render, sample
from demos.data.avatars.ahead import Kept, draw_ahead, portrait, portraits_at, some_portraits
from demos.data.avatars.dataset import READERS_SEED
from demos.data.avatars.factors import sample_rows
from demos.server.ahead import MadeAhead

SEED = 31


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Shards of few portraits, in a cache of their own; nothing is kept from other tests."""
    monkeypatch.setattr(ahead, "kept", Kept())
    monkeypatch.setattr(dataset, "CACHE", tmp_path)
    for module in (ahead, dataset):
        monkeypatch.setattr(module, "SHARD", 6)
    monkeypatch.setattr(dataset, "BATCH", 2)


def test_any_rows_are_those_of_the_seed_in_the_order_asked_for() -> None:
    drawn = dataset.to_bytes(render(sample(8, SEED), 64).images)
    for _ in "drawn", "kept":
        found = dataset.to_bytes(portraits_at(SEED, [5, 0, 5, 7]))
        assert (found.int() - drawn[[5, 0, 5, 7]].int()).abs().max() <= 1
    rows = sample_rows(SEED, torch.tensor([5, 0]))
    assert torch.equal(rows["hat"], sample(8, SEED)["hat"][[5, 0]])


def test_a_portrait_drawn_ahead_is_the_one_that_is_drawn_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = portraits_at(SEED, range(6))
    ahead.kept.single.clear()
    draw_ahead(SEED, [0], Event())
    monkeypatch.setattr(ahead, "render", None)  # nothing is drawn any more
    assert (portraits_at(SEED, range(6)) - before).abs().max() <= 1.01 * 2 / 255


def test_the_next_start_reads_what_was_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_ahead(SEED, [0, 6], Event())
    drawn = portraits_at(SEED, range(12))
    monkeypatch.setattr(ahead, "kept", Kept())
    monkeypatch.setattr(ahead, "shard_in_steps", None)
    draw_ahead(SEED, [0, 6], Event())
    assert torch.equal(portraits_at(SEED, range(12)), drawn)


def test_drawing_ends_when_the_server_stops_and_leaves_nothing_half_drawn(tmp_path: Path) -> None:
    stopping = Event()
    stopping.set()
    draw_ahead(SEED, [0], stopping)
    assert not ahead.kept.shards
    assert not list(tmp_path.rglob("*.safetensors"))


def test_few_others_are_kept() -> None:
    kept = Kept(most=2)
    for row in range(3):
        kept.put(SEED, row, torch.full((1,), row))
        kept.get(SEED, 0)
    assert [kept.get(SEED, row) is not None for row in range(3)] == [True, False, True]


def test_a_number_is_one_person_whatever_a_reader_types() -> None:
    assert torch.equal(portrait(7), portrait(7 + ahead.READERS))
    assert torch.equal(portrait(7), portraits_at(READERS_SEED, [7]))


def test_some_portraits_are_different_people_of_those_for_readers() -> None:
    chosen = some_portraits(3, 5, "round")
    assert torch.equal(chosen, some_portraits(3, 5, "round"))
    assert len({picture.numpy().tobytes() for picture in chosen}) == 5
    assert not torch.equal(chosen, some_portraits(4, 5, "round"))


def test_the_server_calls_each_function_once_and_survives_those_that_fail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    called: list[str] = []

    def first(stopping: Event) -> None:
        called.append("first")
        raise OSError("no room")

    def second(stopping: Event) -> None:
        called.append("second")
        assert stopping.wait(10)

    made = MadeAhead()
    made.make((first, second))
    made.make((second, first))
    while len(called) < 2:
        made.stopping.wait(0.01)
    made.close()
    assert called == ["first", "second"]
    assert "“first” could not be made ahead" in caplog.text


def test_demos_that_show_the_same_portraits_name_the_same_function() -> None:
    from demos.apps.autoencoder import app as squeezed
    from demos.apps.vae import app as varied

    assert squeezed.AHEAD == varied.AHEAD == (ahead.readers_portraits,)

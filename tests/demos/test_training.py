"""Budgets, schedules, averages, and states that survive an interruption."""

from pathlib import Path

import pytest
import torch
from torch import nn

from demos.kit import training
from demos.kit.training import Budget, Clock


def test_budget_in_steps_ignores_time_and_in_minutes_ignores_steps():
    assert Budget(100).fraction(25, minutes=1000) == 0.25
    assert Budget(100, minutes=10).fraction(99, minutes=5) == 0.5
    assert Budget(100).fraction(300, minutes=0) == 1


def test_expected_steps_extrapolate_from_the_pace_so_far():
    assert Budget(100).expected_steps(7, 3) == 100
    assert Budget(100, minutes=10).expected_steps(50, 5) == 100
    assert Budget(100, minutes=10).expected_steps(0, 0) == 100


def test_clock_goes_on_from_the_minutes_before():
    assert Clock(before=3).minutes >= 3


def test_rate_is_constant_then_falls_to_a_hundredth():
    assert training.decayed(1.0, 0.0) == training.decayed(1.0, 0.7) == pytest.approx(1)
    assert training.decayed(1.0, 0.85) == pytest.approx(0.505)
    assert training.decayed(1.0, 1.0) == pytest.approx(0.01)


def test_streams_depend_on_seed_and_step_only():
    def draw(seed: int, step: int) -> float:
        return torch.rand(1, generator=training.generator(seed, step)).item()

    assert draw(1, 2) == draw(1, 2)
    assert len({draw(seed, step) for seed in range(3) for step in range(3)}) == 9


def test_average_moves_by_the_share_that_decay_leaves():
    average, model = nn.BatchNorm1d(1), nn.BatchNorm1d(1)
    nn.init.zeros_(average.weight)
    model.running_mean.fill_(5)
    training.average_into(average, model, decay=0.9)
    assert average.weight.item() == pytest.approx(0.1)
    assert average.running_mean.item() == 5


def test_state_comes_back_and_leaves_no_partial_file(tmp_path: Path):
    path = tmp_path / "deep" / "state.pt"
    assert training.load_state(path) is None
    training.save_state(path, {"step": 3, "weights": torch.ones(2)})
    state = training.load_state(path)
    assert state is not None
    assert state["step"] == 3
    assert [p.name for p in path.parent.iterdir()] == ["state.pt"]


def test_a_failed_save_leaves_the_old_state(tmp_path: Path):
    path = tmp_path / "state.pt"
    training.save_state(path, {"step": 1})
    with pytest.raises((AttributeError, TypeError, RuntimeError)):
        training.save_state(path, {"step": 2, "unpicklable": (i for i in range(3))})
    assert training.load_state(path) == {"step": 1}


def counting(saved: list[int], until: int):
    """A loop of the shape that trainers have."""
    done = 0
    with training.saving(lambda: saved.append(done)) as saver:
        while done < until:
            done += 1
            saver.tick()
            yield done


def test_closing_a_trainer_saves_where_it_stood():
    saved: list[int] = []
    loop = counting(saved, until=10)
    assert [next(loop), next(loop), next(loop)] == [1, 2, 3]
    loop.close()
    assert saved == [3]


def test_finishing_saves_once_and_an_error_saves_nothing():
    saved: list[int] = []
    assert list(counting(saved, until=3)) == [1, 2, 3]
    assert saved == [3]
    loop = counting(saved, until=3)
    next(loop)
    with pytest.raises(ValueError, match="half a step"):
        loop.throw(ValueError("half a step"))
    assert saved == [3]


def test_saver_saves_again_after_a_minute(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    monkeypatch.setattr(training.time, "monotonic", lambda: now)
    saved: list[float] = []
    saver = training.Saver(lambda: saved.append(now))
    for now in (30.0, 61.0, 90.0, 125.0):  # noqa: B007 - read by the lambdas
        saver.tick()
    assert saved == [61.0, 125.0]

"""The training loop: budgets, schedules, averages, and states that survive an interruption."""

import itertools
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import nn

from demos.kit import training
from demos.kit.training import Budget, Clock, Run, fit, generator


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


def test_a_clock_that_was_stopped_stays_where_it_is(tmp_path: Path):
    run = Line(steps=1)
    list(fit(run, tmp_path / "state.pt"))
    assert run.clock.minutes == run.clock.minutes > 0


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


# The loop


@dataclass(frozen=True)
class LineTraining:
    rate: float = 0.1
    average: float = 0.5


class Line(Run[nn.Linear, LineTraining]):
    """Learns to double a number."""

    saved: ClassVar = ("model", "average", "optimizers", "seen", "last")
    tail = 0.5
    warmup = 2

    def __init__(self, steps: int = 6) -> None:
        super().__init__(LineTraining(), Budget(steps), torch.device("cpu"), seed=3)
        model = nn.Linear(1, 1)
        self.optimize(model, torch.optim.Adam(model.parameters(), self.recipe.rate))
        self.seen, self.last = 0, torch.zeros(0)
        self.snapshots: list[int] = []
        self.used: list[float] = []

    def train_step(self) -> dict[str, float]:
        self.used.append(self.optimizers[0].param_groups[0]["lr"])
        x = torch.randn(8, 1, generator=generator(self.seed, self.step))
        loss = (self.model(x) - 2 * x).square().mean()
        self.optimizers[0].zero_grad()
        loss.backward()
        self.optimizers[0].step()
        self.seen, self.last = self.seen + len(x), x
        return {"loss": loss.item()}

    def keep_snapshot(self) -> None:
        self.snapshots.append(self.step)


def weights(run: Line) -> list[float]:
    return [x.item() for net in (run.model, run.average) for x in net.parameters()]


def test_fit_yields_every_step_and_keeps_the_state(tmp_path: Path):
    run = Line()
    seen = list(fit(run, tmp_path / "state.pt"))
    assert [(p.step, p.steps) for p in seen] == [(step, 6) for step in range(1, 7)]
    assert seen[-1].losses["loss"] < seen[0].losses["loss"]
    assert run.snapshots == [0, 1, 2, 3, 4, 5, 6]
    state = training.load_state(tmp_path / "state.pt")
    assert state is not None
    assert state["step"] == 6
    assert state["seen"] == 48


def test_rates_rise_over_the_warmup_and_fall_over_the_tail(tmp_path: Path):
    run = Line()
    list(fit(run, tmp_path / "state.pt"))
    assert run.used[:3] == pytest.approx([0.05, 0.1, 0.1])
    assert run.used[3:] == pytest.approx([training.decayed(0.1, i / 6, 0.5) for i in (3, 4, 5)])


def test_average_follows_from_behind(tmp_path: Path):
    run = Line()
    first = run.average.weight.clone()
    run.advance()
    # The first share to be kept is one tenth.
    assert torch.allclose(run.average.weight, first + 0.9 * (run.model.weight - first))


def test_a_resumed_fit_equals_one_that_was_never_interrupted(tmp_path: Path):
    whole = Line()
    list(fit(whole, tmp_path / "whole.pt"))
    path = tmp_path / "state.pt"
    interrupted = fit(Line(), path)
    list(itertools.islice(interrupted, 3))
    interrupted.close()
    resumed = Line()
    assert [p.step for p in fit(resumed, path, resume=True)] == [4, 5, 6]
    assert weights(resumed) == weights(whole)
    assert (resumed.seen, resumed.last.tolist()) == (whole.seen, whole.last.tolist())


def test_without_resume_fit_starts_anew(tmp_path: Path):
    path = tmp_path / "state.pt"
    list(fit(Line(), path))
    assert not list(fit(Line(), path, resume=True))  # nothing is left to do
    assert next(fit(Line(), path)).step == 1


KILLED = """
import sys
from dataclasses import dataclass
from pathlib import Path
from demos.kit import training
from tests.demos.test_training import Line
training.SAVE_EVERY_SECONDS = 0
for progress in training.fit(Line(steps=100_000), Path(sys.argv[1])):
    print(progress.step, flush=True)
"""


def test_a_killed_fit_goes_on_from_its_last_state(tmp_path: Path):
    path = tmp_path / "state.pt"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        list(itertools.islice(process.stdout, 3))
        process.send_signal(signal.SIGKILL)
    state = training.load_state(path)
    assert state is not None
    reached = state["step"]
    assert reached >= 2
    run, whole = Line(steps=reached + 2), Line(steps=reached + 2)
    run.tail = whole.tail = 1e-9  # another budget would have other rates
    assert [p.step for p in fit(run, path, resume=True)] == [reached + 1, reached + 2]
    list(fit(whole, tmp_path / "whole.pt"))
    assert weights(run) == weights(whole)

"""The line in front of the models: one thread, batches where calls meet, and the CPU when the GPU is full."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor

from demos.kit import device
from demos.kit.functions import function
from demos.server.line import Left, Line
from demos.server.turns import Full

SHAPE = ("n", 2)
sizes: list[int] = []  # rows of each batch that `double` saw
held = threading.Event()  # `hold` waits for it


@function(takes={"x": SHAPE}, gives={"y": SHAPE})
def double(x: Tensor, *, plus: float = 0.0) -> Tensor:
    sizes.append(len(x))
    if (x == 13).any():
        raise ValueError("13")
    return 2 * x + plus


@function(takes={"x": SHAPE}, gives={"y": SHAPE, "z": ("n",)})
def several(x: Tensor) -> dict[str, Tensor]:
    return {"y": x + 1, "z": x.sum(1)}


@function(takes={}, gives={})
def hold() -> Tensor:
    held.wait(20)
    return torch.zeros(1)


@pytest.fixture
def line() -> Iterator[Line]:
    sizes.clear()
    held.clear()
    line = Line(most=20, rows=6)
    yield line
    held.set()
    line.close()


def rows(*values: float) -> Tensor:
    return torch.tensor(values)[:, None].expand(-1, 2)


class Readers:
    """Calls that all wait while the device is held, and what became of them."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.threads = ThreadPoolExecutor(30)
        self.holding = self.call(hold)
        while len(line):
            pass

    def call(self, function: Any, wanted: bool = True, reader: str = "r", **inputs: Any) -> Any:
        before = len(self.line)
        future = self.threads.submit(self.line.run, reader, function, inputs, lambda: wanted)
        while len(self.line) == before and not future.done() and hasattr(self, "holding"):
            pass
        return future

    def go(self) -> None:
        held.set()
        self.holding.result(20)


def test_a_call_on_an_idle_device_is_computed_at_once(line: Line) -> None:
    result = line.run("a", double, {"x": rows(1, 2), "plus": 1.0}, lambda: True)
    assert torch.equal(result, rows(3, 5))


def test_calls_that_wait_together_are_one_batch_and_each_gets_its_own_rows(line: Line) -> None:
    readers = Readers(line)
    calls = [readers.call(double, reader=str(n), x=rows(n, n + 0.5)) for n in range(3)]
    other = readers.call(double, x=rows(7), plus=1.0)
    readers.go()
    for n, call in enumerate(calls):
        assert torch.equal(call.result(20), rows(2 * n, 2 * n + 1))
    assert torch.equal(other.result(20), rows(15))
    assert sizes == [6, 1], "three calls in one batch; other settings are another batch"


def test_a_batch_has_a_largest_size(line: Line) -> None:
    readers = Readers(line)
    calls = [readers.call(double, x=rows(*[n] * 4)) for n in range(3)]
    calls.append(readers.call(double, x=rows(1, 1)))
    readers.go()
    assert [len(call.result(20)) for call in calls] == [4, 4, 4, 2]
    assert sizes == [6, 4, 4]


def test_a_function_that_gives_several_tensors_is_batched_too(line: Line) -> None:
    readers = Readers(line)
    calls = [readers.call(several, x=rows(n, n)) for n in range(2)]
    readers.go()
    for n, call in enumerate(calls):
        assert torch.equal(call.result(20)["y"], rows(n + 1, n + 1))
        assert torch.equal(call.result(20)["z"], torch.tensor([2.0 * n, 2.0 * n]))


def test_one_readers_fault_is_not_the_others(line: Line) -> None:
    readers = Readers(line)
    good, bad = readers.call(double, x=rows(1)), readers.call(double, x=rows(13))
    readers.go()
    assert torch.equal(good.result(20), rows(2))
    with pytest.raises(ValueError, match="13"):
        bad.result(20)


def test_calls_of_readers_who_left_are_not_computed(line: Line) -> None:
    readers = Readers(line)
    gone, here = readers.call(double, wanted=False, x=rows(1)), readers.call(double, x=rows(2))
    readers.go()
    assert torch.equal(here.result(20), rows(4))
    with pytest.raises(Left):
        gone.result(20)
    assert sizes == [1]


def test_the_line_is_bounded(line: Line) -> None:
    readers = Readers(line)
    waiting = [readers.call(double, x=rows(1)) for _ in range(20)]
    with pytest.raises(Full):
        line.run("one too many", double, {"x": rows(1)}, lambda: True)
    readers.go()
    assert all(len(call.result(20)) == 1 for call in waiting)


def test_inputs_that_do_not_fit_are_refused_before_they_wait(line: Line) -> None:
    with pytest.raises(ValueError, match="x is"):
        line.run("a", double, {"x": torch.zeros(1, 3)}, lambda: True)


def test_closing_ends_what_waits() -> None:
    line = Line()
    held.clear()
    readers = Readers(line)
    waiting = readers.call(double, x=rows(1))
    closing = threading.Thread(target=line.close)
    closing.start()
    held.set()
    closing.join(20)
    with pytest.raises(Left):
        waiting.result(20)
    with pytest.raises(Left):
        line.run("late", double, {"x": rows(1)}, lambda: True)


def test_out_of_gpu_memory_the_call_is_repeated_on_the_cpu(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A device whose allocator fails stands in for a full GPU: “meta” tensors exist on every machine."""
    seen: list[str] = []

    @function(takes={"x": SHAPE}, gives={"y": SHAPE})
    def greedy(x: Tensor) -> Tensor:
        seen.append(x.device.type)
        if x.device.type == "meta":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return x + 1

    monkeypatch.setattr(device, "best_device", lambda: torch.device("meta"))
    result = line.run("a", greedy, {"x": rows(1)}, lambda: True)
    assert torch.equal(result, rows(2))
    assert seen == ["meta", "cpu"]
    assert "meta is out of memory: this model runs on the CPU instead." in caplog.text

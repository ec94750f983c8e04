"""What a benchmark ran on, and how its numbers are printed: name, value, unit, bar."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import psutil


def machine() -> str:
    """The processor, how many of its cores, the memory, and how busy it was with other work."""
    info = Path("/proc/cpuinfo")
    models = (
        [line for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    name = models[0].partition(":")[2].strip() if models else platform.processor()
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{name}, {os.cpu_count()} cores, {memory:.0f} GB; Python {platform.python_version()}; "
        f"load of the last minute {os.getloadavg()[0]:.1f}"
    )


def show(name: str, value: float, unit: str, bar: str = "") -> None:
    """One line: name, value, unit, and the bar it is held against."""
    digits = 0 if isinstance(value, int) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    print(f"  {name:52}{value:10.{digits}f} {unit:12}{f'bar {bar}' if bar else ''}".rstrip(), flush=True)


def percentile(values: Sequence[float], percent: int) -> float:
    """A percentile; NaN where nothing was measured."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]

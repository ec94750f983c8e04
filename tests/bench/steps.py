"""Steps of a benchmark, each in a process of its own: none finds another one's caches filled.

All times are CPU seconds of the process that did the work, so that a busy machine changes them little.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.serving import ROOT

PATIENCE = 3600  # seconds for one step
Steps = Mapping[str, Callable[[Path], None]]


def command(main: Callable[[Sequence[int]], None], sizes: Sequence[int], steps: Steps) -> None:
    """What a benchmark's module does as a command: measure sizes, or one step of one project."""
    parser = argparse.ArgumentParser(description="Sizes to measure, or one step of one project.")
    parser.add_argument("--step", nargs=2, metavar=("NAME", "FOLDER"))
    parser.add_argument("sizes", nargs="*", type=int, default=sizes)
    options = parser.parse_args()
    if options.step:
        run(steps, options.step[0], Path(options.step[1]))
    else:
        main(options.sizes)


def run(steps: Steps, name: str, folder: Path) -> None:
    """One step in this process; the last line printed holds its CPU seconds and the peak memory in MB."""
    started = time.process_time()
    steps[name](folder)
    used = time.process_time() - started
    print(f"\n{used} {peak_memory()}")


def measure(module: str, name: str, folder: Path, rounds: int = 1) -> tuple[float, float, list[str]]:
    """The best of a few runs of a module's step: CPU seconds, peak MB, and what it printed."""
    runs = [
        _measured((sys.executable, "-m", module, "--step", name, str(folder)), name) for _ in range(rounds)
    ]
    return min(runs, key=lambda run: run[0])


def cpu(module: str, *arguments: object) -> tuple[float, float]:
    """CPU seconds and peak MB of any Python module run as a command."""
    code = (
        "import runpy, sys, time; sys.argv = sys.argv[1:]\n"
        "from tests.bench.steps import peak_memory\n"
        "try: runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
        "except SystemExit as stopped:\n"
        "    if stopped.code: raise\n"
        "print(f'\\n{time.process_time()} {peak_memory()}')"
    )
    return _measured((sys.executable, "-c", code, module, *map(str, arguments)), module)[:2]


def _measured(command: Sequence[str], name: str) -> tuple[float, float, list[str]]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    *printed, last = done.stdout.splitlines()
    seconds, memory = map(float, last.split())
    return seconds, memory, printed


def show(label: str, seconds: float, memory: float | None = None, note: str = "") -> None:
    megabytes = f"{memory:8.0f} MB" if memory else " " * 11
    print(f"  {label:36}{seconds:9.2f} s{megabytes}  {note}".rstrip(), flush=True)


def peak_memory() -> float:
    """MB; `getrusage` would count what the parent had when it started this process."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000

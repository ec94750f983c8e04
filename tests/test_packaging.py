"""What is installed is what was written: the wheel holds all data, and the engine needs no torch."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.light import LIGHT
from tests.serving import ROOT


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel built from the working tree, offline."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def data_files() -> list[str]:
    """Every file of the two packages that is not Python and that Git knows."""
    tracked = subprocess.run(
        ["git", "ls-files", "glossary", "demos"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    return [name for name in tracked if not name.endswith(".py") and (ROOT / name).exists()]


def test_wheel_holds_every_data_file(wheel_names: set[str]) -> None:
    missing = [name for name in data_files() if name not in wheel_names]
    assert not missing


@pytest.mark.parametrize(
    "pattern",
    [
        "glossary/terms/latent-space.yml",
        "glossary/languages.yml",
        "demos/apps/latent_space/demo.yml",
        "demos/models/gan/weights/model.safetensors",
        "demos/models/gan/weights/card.json",
    ],
)
def test_wheel_holds(wheel_names: set[str], pattern: str) -> None:
    assert pattern in wheel_names


def test_wheel_holds_nothing_else(wheel_names: set[str]) -> None:
    strays = [
        name
        for name in wheel_names
        if name.split("/")[0].split("-")[0] not in ("glossary", "demos", "ordlab")
    ]
    assert not strays


def test_engine_and_site_build_without_torch_and_gradio(site: Path) -> None:
    """The site that all tests look at is built so."""
    assert (site / "glossary" / "latent-space" / "index.html").exists()


def test_check_runs_without_torch_and_gradio() -> None:
    code = (
        LIGHT
        + "import runpy; sys.argv = ['glossary', 'check']; runpy.run_module('glossary', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

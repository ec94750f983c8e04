"""Finds the demos: every folder in `apps` that holds a `demo.yml`.

Imports neither torch nor gradio, so that a site's pages can be served before these are.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from glossary.demos import Demo, read_demos
from glossary.model import Problem

ROOT = Path(__file__).parents[1] / "apps"

log = logging.getLogger("ordlab")


class RegistryError(Exception):
    """Some `demo.yml` cannot be used; `problems` says where and why, all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def apps(folder: Path) -> Path:
    """Where the demos of a project are that keeps them in `folder`; Ordlab's own if it has no such folder."""
    own = (folder / "apps").resolve()
    return own if own.is_dir() else ROOT


def load_demos(languages: Iterable[str], root: Path = ROOT, *, strict: bool = False) -> dict[str, Demo]:
    """The demos that can be used, by name; a text that a language lacks is shown in another one.

    Faulty ones are left out, and the log says why; with `strict`, any fault raises RegistryError.
    """
    demos, problems = read_demos(root, tuple(languages))
    if problems and strict:
        raise RegistryError(problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in sorted(errors):
        log.warning("%s", problem)
    if missing := len(problems) - len(errors):
        log.warning("%s texts of demos are missing in a language: python -m glossary check", missing)
    return demos


def import_app(demo: Demo) -> ModuleType:
    """The demo's `app.py`. Imports torch and gradio, unlike everything else here."""
    if demo.folder.parent == ROOT:
        return importlib.import_module(f"demos.apps.{demo.name}.app")
    name = f"demos_elsewhere_{demo.name}"
    spec = importlib.util.spec_from_file_location(name, demo.folder / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

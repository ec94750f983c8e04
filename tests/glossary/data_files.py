"""What tests of quizzes and figures share, which are read by one piece of code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from glossary.model import Problem

LANGUAGES = ("nb", "en")
Read = Callable[[Path, tuple[str, ...]], tuple[dict[str, Any], list[Problem]]]
Fault = tuple[str, int, str, str]


def faults(read: Read, folder: Path, text: str) -> list[Fault]:
    """Code, line, language and key of everything that is wrong with a file."""
    (folder / "x.yml").write_text(text, encoding="utf-8")
    _, problems = read(folder, LANGUAGES)
    assert all(problem.fix for problem in problems if problem.code[0] in "FQ")
    return [(problem.code, problem.line, problem.lang, problem.key) for problem in problems]

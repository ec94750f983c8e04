"""Folders of quizzes and of figures: what holds for both."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary import figures, quizzes
from tests.glossary.data_files import LANGUAGES, Read


@pytest.mark.parametrize("read", [quizzes.read, figures.read])
def test_a_site_without_any_has_none(read: Read, tmp_path: Path) -> None:
    assert read(tmp_path / "none", LANGUAGES) == ({}, [])
